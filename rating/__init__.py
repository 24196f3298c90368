"""Exact tariff rating for EV charging."""

from rating._version import __version__

__all__ = ["__version__"]
