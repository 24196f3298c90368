"""What every mapping of a tariff file has, and the smallest of them: rounding and limits.

Each model names what a mapping holds (`WANT`) and shows one (`SHOW`), for the message where something else stands.
A check of one key against another sits at the later key, so that every other fault is still found.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationInfo,
    field_validator,
    model_validator,
)

from rating.tariff.leaves import Money, word_of
from rating.tariff.model import RoundingMode
from rating.tariff.refusal import RefusalError
from rating.units import ROUNDING_MODES, ROUNDING_UNIT_MAX_MICRO

_BY_FOLDER = frozenset({"holidays", "index"})  # keys whose value may be a file beside the tariff
_KEPT_MAX = 1 << 16


class Block(BaseModel):
    """A mapping with fixed keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)
    WANT: ClassVar[str] = ""
    SHOW: ClassVar[str] = ""

    @model_validator(mode="before")
    @classmethod
    def _is_mapping(cls, data: object) -> object:
        if isinstance(data, dict):
            if not data:
                raise RefusalError("empty_value", cls.WANT, f"write for example {cls.SHOW}, or delete it")
            return data
        return cls._from_other(data)

    @classmethod
    def _from_other(cls, data: object) -> object:
        raise RefusalError("shape", cls.WANT, f"write for example {cls.SHOW}")


class Common(Block):
    """A mapping that many tariffs write alike, such as a window or a price: each that is fine is read once.

    What was read is kept for as long as the reader of files is, who hands in where.
    """

    @model_validator(mode="wrap")
    @classmethod
    def _read_once(cls, data: object, read: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        kept: dict[object, Self] | None = (info.context or {}).get("kept")
        key = (cls, *data.items()) if type(data) is dict else (cls, data)
        try:
            found = None if kept is None else kept.get(key)
        except TypeError:  # a list or a mapping is in it
            return read(data)
        if found is not None:
            return found
        made = read(data)
        if kept is not None and len(kept) < _KEPT_MAX and not (type(data) is dict and _BY_FOLDER & data.keys()):
            kept[key] = made
        return made


def listed(want: str, longest: int, fix: str = "split the tariff", nothing: str | None = None) -> BeforeValidator:
    """A list with at least one item, or the word for `nothing`."""

    def check(value: object) -> object:
        if nothing is not None and value == nothing:
            return []
        if not isinstance(value, list):
            raise RefusalError("shape", want, "start each one with `-` on a line of its own")
        if not value:
            raise RefusalError("empty_value", want, "write at least one")
        if len(value) > longest:
            raise RefusalError("too_many", f"{want}, at most {longest}", fix)
        return value

    return BeforeValidator(check)


class RoundingText(Block):
    """How a session's totals are rounded."""

    WANT: ClassVar[str] = "a rounding mode, a unit, or both"
    SHOW: ClassVar[str] = "{mode: half_up, unit: 0.05}"

    mode: Annotated[
        RoundingMode,
        *word_of(ROUNDING_MODES, "rounding_mode", "a rounding mode, such as half_up"),
        Field(
            description="How totals are rounded, once for each session: half_up (0.125 becomes 0.13), half_even, "
            "half_down, up (to the next unit) or down.",
            examples=["half_up"],
        ),
    ] = "half_up"
    unit: Annotated[
        Money | None,
        Field(
            description="Totals are rounded to a multiple of this. Left out: the smallest unit of the currency.",
            examples=["0.05"],
        ),
    ] = None

    @classmethod
    def _from_other(cls, data: object) -> object:
        show = f"{{mode: {data}}}" if data in ROUNDING_MODES else cls.SHOW
        raise RefusalError("shape", cls.WANT, f"write {show}")

    @field_validator("unit")
    @classmethod
    def _unit_in_range(cls, unit: int | None) -> int | None:
        if unit is not None and not 0 < unit <= ROUNDING_UNIT_MAX_MICRO:
            fix = "leave the key out to round to the currency's smallest unit"
            raise RefusalError("rounding_unit", "a unit above 0 and up to 1000, such as 0.05", fix)
        return unit


class PriceLimitText(Common):
    """A limit of what a session costs."""

    WANT: ClassVar[str] = "a limit that says whether it counts before or after tax"
    SHOW: ClassVar[str] = "{after_tax: 60.00}"

    before_tax: Annotated[Money | None, Field(description="The limit of the total before tax.", examples=["5.00"])] = (
        None
    )
    after_tax: Annotated[
        Money | None, Field(description="The limit of the total with tax, what the driver pays.", examples=["6.05"])
    ] = None

    @classmethod
    def _from_other(cls, data: object) -> object:
        amount = data if isinstance(data, str) and data.replace(".", "", 1).isdecimal() else "60.00"
        raise RefusalError("shape", cls.WANT, f"write {{after_tax: {amount}}} or {{before_tax: {amount}}}")
