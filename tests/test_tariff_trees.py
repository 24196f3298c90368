"""Whatever stands where: a file of known keys in a wild order is a tariff, or has faults that say what to do."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rating.errors import TariffError
from rating.tariff.load import parse_tariff
from rating.tariff.schema import ElementText, TariffText, VersionText
from rating.tariff.schema_parts import PriceLimitText, RoundingText
from rating.tariff.schema_prices import EnergyText, FlatText, ParkingText, TimeText
from rating.tariff.schema_tax import TaxRateText, TaxText
from rating.tariff.schema_when import EvsePowerText, WhenText

# The first call imports packages, and other work may share the machine: time is measured elsewhere.
RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

PRICES = (EnergyText, TimeText, ParkingText, FlatText)
PARTS_OF_IT = (PriceLimitText, RoundingText, TaxText, TaxRateText, WhenText, EvsePowerText)
MODELS = (TariffText, VersionText, ElementText, *PARTS_OF_IT, *PRICES)
KEYS = st.sampled_from(sorted({key for model in MODELS for key in model.model_fields} | {"from", "valid_form"}))
GOOD = (
    "x;EUR;NL;Europe/Paris;none;21;true;0.05;half_up;0.39/kWh;1/min;"
    "2026-01-01;17:00;mon-fri;jun-sep;15 min;1 kWh;at_once;up;50 kW;16 A;10;RESERVATION;REGULAR;unknown;2026-07-01"
)
WORDS = st.sampled_from([*GOOD.split(";"), "", "2026-01-01T00:00Z"]) | st.text(max_size=5)
PARTS = st.recursive(WORDS, lambda part: st.lists(part, max_size=3) | st.dictionaries(KEYS, part, max_size=5))
MAPPINGS = st.dictionaries(KEYS, PARTS, max_size=4)


@RELAXED
@given(MAPPINGS, st.lists(MAPPINGS | st.fixed_dictionaries({"elements": st.lists(MAPPINGS)})))
def test_any_tree_of_known_keys_is_a_tariff_or_has_faults(top: dict[str, object], versions: list[object]) -> None:
    text = json.dumps({"tariff": "x", "currency": "EUR", "versions": versions, **top})
    try:
        tariff = parse_tariff(text)
    except TariffError as error:
        codes = {fault.code for fault in error.faults}
        lines = {fault.place.line for fault in error.faults}
    else:
        codes, lines = set(), {tariff.place.line}
    assert "value" not in codes  # a fault in pydantic's own words
    assert lines == {1}
