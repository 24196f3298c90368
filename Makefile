# Everything sets itself up: the targets need Python 3.11 or newer and make, nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test test-long bench lint schema clean

# The stamp holds what was installed; a change of pyproject.toml installs again.
$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "rating needs Python 3.11 or newer; run: make $(MAKECMDGOALS) PYTHON=python3.11" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "no virtual environment: install Python's venv module (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . || \
	  { echo "installing failed: the first run needs a package index, later ones work offline" >&2; exit 1; }
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]' || \
	  { echo "installing failed: the first run needs a package index, later ones work offline" >&2; exit 1; }
	@touch $@

demo: $(VENV)/.installed
	@$(BIN)/rating demo

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/pytest -n 2

test-long: $(VENV)/.installed-test
	RATING_DRAWS=1000000 $(BIN)/pytest -n 2 -m "long or not long" tests/test_twin.py

bench: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks

schema: $(VENV)/.installed
	$(BIN)/python -m rating.tariff.schema > tariffs/schema.json

clean:
	rm -rf $(VENV) out build dist
