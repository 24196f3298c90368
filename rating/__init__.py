"""Exact tariff rating for EV charging: sessions and meter readings in, bills out.

The public names, and nothing else. They load what they need when they are first used, so that `import rating` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rating._version import __version__
from rating.errors import Fault, InputError, OcpiError, Place, RatingError, SessionError, TariffError

if TYPE_CHECKING:
    from rating.cdrs import read_cdrs
    from rating.desk.compare import Comparison, Grid, GridComparison, compare, grid
    from rating.desk.explain import Explanation, explain
    from rating.desk.show import Show, show
    from rating.desk.to_cdrs import to_cdrs
    from rating.desk.verify import verify, verify_each
    from rating.engine import rate, rate_cdrs
    from rating.quotes.quote import quote
    from rating.quotes.result import Quote
    from rating.results.corrections import Corrections, corrections
    from rating.results.rated import Rated
    from rating.scale.rate_files import rate_files
    from rating.scale.rated_files import RatedFiles
    from rating.settle.fees import fees
    from rating.tariff.load import load_tariffs
    from rating.tariff.model import Tariffs
    from rating.tariff.ocpi.parse import parse_ocpi_tariff
    from rating.tariff.ocpi.write import to_ocpi, to_ocpi_json
    from rating.tariff.write import to_yaml
    from rating.usage.ocpp.read import read_ocpp
    from rating.usage.ocpp.tables import OcppUsage
    from rating.warming import warmup

_HOMES = {
    "Comparison": "rating.desk.compare",
    "compare": "rating.desk.compare",
    "Grid": "rating.desk.compare",
    "grid": "rating.desk.compare",
    "GridComparison": "rating.desk.compare",
    "Corrections": "rating.results.corrections",
    "corrections": "rating.results.corrections",
    "Explanation": "rating.desk.explain",
    "explain": "rating.desk.explain",
    "fees": "rating.settle.fees",
    "OcppUsage": "rating.usage.ocpp.tables",
    "load_tariffs": "rating.tariff.load",
    "parse_ocpi_tariff": "rating.tariff.ocpi.parse",
    "rate": "rating.engine",
    "rate_cdrs": "rating.engine",
    "rate_files": "rating.scale.rate_files",
    "RatedFiles": "rating.scale.rated_files",
    "read_cdrs": "rating.cdrs",
    "read_ocpp": "rating.usage.ocpp.read",
    "Quote": "rating.quotes.result",
    "quote": "rating.quotes.quote",
    "Rated": "rating.results.rated",
    "Show": "rating.desk.show",
    "show": "rating.desk.show",
    "Tariffs": "rating.tariff.model",
    "to_cdrs": "rating.desk.to_cdrs",
    "to_ocpi": "rating.tariff.ocpi.write",
    "to_ocpi_json": "rating.tariff.ocpi.write",
    "to_yaml": "rating.tariff.write",
    "warmup": "rating.warming",
    "verify": "rating.desk.verify",
    "verify_each": "rating.desk.verify",
}

__all__ = [
    "Comparison",
    "Corrections",
    "Explanation",
    "Fault",
    "Grid",
    "GridComparison",
    "InputError",
    "OcpiError",
    "OcppUsage",
    "Place",
    "Quote",
    "Rated",
    "RatedFiles",
    "RatingError",
    "SessionError",
    "Show",
    "TariffError",
    "Tariffs",
    "__version__",
    "compare",
    "corrections",
    "explain",
    "fees",
    "grid",
    "load_tariffs",
    "parse_ocpi_tariff",
    "quote",
    "rate",
    "rate_cdrs",
    "rate_files",
    "read_cdrs",
    "read_ocpp",
    "show",
    "to_cdrs",
    "to_ocpi",
    "to_ocpi_json",
    "to_yaml",
    "verify",
    "verify_each",
    "warmup",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'rating' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_HOMES[name]), name)  # the next time it is there
    return found


def __dir__() -> list[str]:
    return __all__
