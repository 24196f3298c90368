# Everything sets itself up: the targets need Python 3.11 or newer and make, nothing else.
# Once a target has run, it works offline.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
SCHEMAS := schema.json plan.schema.json coupon.schema.json calendar.schema.json

.PHONY: demo test test-long fuzz bench bench-compare bench-suites lint schema readme clean

# What was installed, as text: other edits of pyproject.toml, or a newer date of it, install nothing.
# $(call install,requirement) is the recipe of a stamp that holds that text.
NEEDS := import json, tomllib; file = tomllib.load(open("pyproject.toml", "rb")); \
  print(json.dumps([file["build-system"], file["project"], file["tool"]["hatch"]]))
define install
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
  { echo "rating needs Python 3.11 or newer; run: make $(MAKECMDGOALS) PYTHON=python3.11" >&2; exit 1; }
@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || \
  { echo "no virtual environment: install Python's venv module (Debian: apt-get install python3-venv)" >&2; exit 1; }
@$(BIN)/python -c '$(NEEDS)' > $@.new
@cmp -s $@.new $@ || $(PIP) install --editable '$(1)' || \
  { echo "installing failed: the first run needs a package index, later ones work offline" >&2; exit 1; }
@mv $@.new $@
endef

$(VENV)/.installed: pyproject.toml
	$(call install,.)

$(VENV)/.installed-test: $(VENV)/.installed
	$(call install,.[test])

demo: $(VENV)/.installed
	@$(BIN)/rating demo

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

test: lint
	$(BIN)/pytest -n 2

test-long: $(VENV)/.installed-test
	RATING_DRAWS=1000000 $(BIN)/pytest -n 2 tests/test_twin.py

fuzz: $(VENV)/.installed-test
	$(BIN)/python tests/fuzz.py $(if $(FUZZ_SECONDS),--seconds $(FUZZ_SECONDS)) $(if $(FUZZ_SEED),--seed $(FUZZ_SEED))

# Every job, as JSON in benchmarks/results/ and as the tables of the README; one of them: make bench JOB=MIXED
bench: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks $(if $(JOB),--job $(JOB)) --readme README.md

# Is this version slower than another, and does it bill the same? make bench-compare BASE=main
BASE ?= HEAD
bench-compare: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks.compare $(BASE) $(COMPARE)

# Each stage by itself, by pytest-benchmark: make bench-suites SUITE=load
bench-suites: $(VENV)/.installed-test
	$(BIN)/pytest benchmarks/suites --benchmark-columns=min,median,rounds $(if $(SUITE),-k $(SUITE))

schema: $(VENV)/.installed
	for name in $(SCHEMAS); do \
	  $(BIN)/python -m rating.tariff.schema $$name > tariffs/$$name.new && mv tariffs/$$name.new tariffs/$$name || exit 1; \
	done

readme: $(VENV)/.installed-test
	$(BIN)/python tests/readme.py

clean:
	rm -rf $(VENV) out demo-out build dist
