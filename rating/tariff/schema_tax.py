"""Taxes: those on every price of a tariff, and a price's own."""

from __future__ import annotations

import difflib
from typing import Annotated, ClassVar

from pydantic import Field, ValidationInfo, field_validator, model_validator

from rating.tariff.leaves import Percent, Words, Yes
from rating.tariff.refusal import RefusalError, RefusalsError
from rating.tariff.schema_parts import Block, Common, listed
from rating.units import PPM_PER_UNIT

RATES_MAX = 16  # of one price
_NO_WORDS = ("no", "none", "false", "off", "free", "exempt")


def _percent_of(data: object) -> str:
    """The number of `21%` or `21`, "" where it is none."""
    percent = data.rstrip(" %") if isinstance(data, str) else ""
    return percent if percent.replace(".", "", 1).isdigit() and percent.isascii() else ""


def _word_meant(data: object, words: tuple[str, ...]) -> str:
    """The word that was nearly written, "" where none was."""
    text = data.strip().lower()[:32] if isinstance(data, str) else ""
    return next(iter(difflib.get_close_matches(text, words, n=1, cutoff=0.75)), "")


class TaxRateText(Block):
    """One tax of several, or of one price."""

    WANT: ClassVar[str] = "a tax with its name and its percent"
    SHOW: ClassVar[str] = "{name: VAT, percent: 21}"

    name: Annotated[Words, Field(description="What the tax is called on the bill.", examples=["VAT", "GST"])]
    percent: Annotated[Percent, Field(description="Its rate in percent of the price before tax.", examples=[21, 9.975])]

    @classmethod
    def _from_other(cls, data: object) -> object:
        raise RefusalError("shape", cls.WANT, f"write for example {{name: VAT, percent: {_percent_of(data) or 21}}}")


def _fitting(rates: list[TaxRateText] | None) -> list[TaxRateText] | None:
    """Refuse two taxes of one name, and rates that come to more than the price."""
    wrong: list[RefusalError] = []
    names: set[str] = set()
    total = 0
    for index, rate in enumerate(rates or ()):
        if rate.name in names:
            fix = "add the two up, or give them different names"
            want = "a name that no other tax on the same price has"
            wrong.append(RefusalError("tax_name", want, fix, at=(index, "name")))
        names.add(rate.name)
        total += rate.percent
        if total > PPM_PER_UNIT >= total - rate.percent:
            want = "taxes that are together at most 100 percent of the price"
            wrong.append(RefusalError("percent", want, "look at the decimal points", at=(index, "percent")))
    if wrong:
        raise RefusalsError(wrong)
    return rates


class TaxText(Common):
    """The tax on every price."""

    WANT: ClassVar[str] = "`none`, or a tax with its percent and whether the prices include it"
    SHOW: ClassVar[str] = "{name: VAT, percent: 21, included: true}"

    name: Annotated[
        Words | None, Field(description="What the tax is called on the bill. Left out: tax.", examples=["VAT"])
    ] = None
    percent: Annotated[
        Percent | None,
        Field(
            description="The rate in percent, from 0 to 100, up to 4 decimals. "
            "With neither name, percent nor rates, the rate is not known.",
            examples=[21, 8.875],
        ),
    ] = None
    rates: Annotated[
        Annotated[list[TaxRateText], listed("a list of taxes", RATES_MAX, "add some of them up", nothing="none")]
        | None,
        Field(
            description="Several taxes, each on the price before tax, instead of name and percent. "
            "none: only prices that name their own are taxed.",
            examples=[[{"name": "GST", "percent": 5}, {"name": "QST", "percent": 9.975}]],
            validate_default=True,
        ),
    ] = None
    included: Annotated[
        Yes,
        Field(
            description="Whether the prices include the tax (true), or it is added to them (false).",
            examples=[True],
        ),
    ]

    @classmethod
    def _from_other(cls, data: object) -> object:
        if isinstance(data, str) and data.lower() in _NO_WORDS:
            raise RefusalError("shape", cls.WANT, "write none where no tax applies")
        if _word_meant(data, ("none",)):
            raise RefusalError("shape", cls.WANT, "did you mean `none`, where no tax applies?")
        if _word_meant(data, ("unknown",)):
            fix = "write {included: true} or {included: false}: with neither name nor percent, the rate is not known"
            raise RefusalError("shape", cls.WANT, fix)
        percent = _percent_of(data)
        show = f"{{name: VAT, percent: {percent}, included: true}}, or included: false" if percent else cls.SHOW
        raise RefusalError("shape", cls.WANT, f"write {show}")

    @field_validator("rates")
    @classmethod
    def _one_way(cls, rates: list[TaxRateText] | None, info: ValidationInfo) -> list[TaxRateText] | None:
        # What was refused is missing from info.data, and then there is a fault already.
        name, percent = info.data.get("name"), info.data.get("percent", "refused")
        if rates is None:
            if name is not None and percent is None:
                fix = "add `percent: 21`, or delete the name where the rate is not known"
                raise RefusalError("missing_rate", "a percent beside the name of a tax", fix)
            return None
        if name is not None or percent is not None:
            fix = "move the name and the percent into the list, as {name: VAT, percent: 21}"
            raise RefusalError("tax_twice", "either one tax by its percent, or a list of rates", fix)
        return _fitting(rates)


class ComponentTaxText(Block):
    """The taxes of one price. In the file there is no key `rates`: the value is one tax, a list, or a word."""

    WANT: ClassVar[str] = "a tax with its name and its percent, a list of such, `none` or `unknown`"
    SHOW: ClassVar[str] = "{name: VAT, percent: 9}"

    rates: list[TaxRateText] | None = None  # None: not known

    @model_validator(mode="before")
    @classmethod
    def _is_mapping(cls, data: object) -> object:
        if data == "unknown":
            return {"rates": None}
        if data == "none":
            return {"rates": []}
        if isinstance(data, dict) and "rates" in data:
            fix = "write the list itself after `tax:`, as [{name: GST, percent: 5}, {name: QST, percent: 9.975}]"
            raise RefusalError("shape", cls.WANT, fix)
        if isinstance(data, dict) and data:
            return {"rates": [data]}
        if isinstance(data, list) and len(data) > RATES_MAX:
            raise RefusalError("too_many", f"a list of taxes, at most {RATES_MAX}", "add some of them up")
        if isinstance(data, list) and data:
            return {"rates": data}
        if isinstance(data, str) and data.lower() in (*_NO_WORDS, "unknown"):
            meant = "unknown" if data.lower() == "unknown" else "none"
            raise RefusalError("shape", cls.WANT, f"write {meant}")
        if meant := _word_meant(data, ("none", "unknown")):
            raise RefusalError("shape", cls.WANT, f"did you mean `{meant}`?")
        show = f"{{name: VAT, percent: {_percent_of(data) or 9}}}"
        raise RefusalError("shape" if data else "empty_value", cls.WANT, f"write for example {show}")

    _fit = field_validator("rates")(_fitting)
