"""A scale from light (little) to dark (much), of one hue, so that everybody reads it alike, in black and white too.

Its steps are even in OKLCH (Ottosson 2020): lightness falls from 0.955 to 0.37 by 0.065, while the hue turns from 215
to 270. Cividis is as even, but begins with a glaring yellow. Every text on it has a contrast of 4.5 or more.
"""

from __future__ import annotations

from fractions import Fraction

Colour = tuple[int, int, int]

_STEPS: tuple[Colour, ...] = (
    *((224, 244, 249), (186, 227, 241), (149, 208, 233), (116, 187, 226), (89, 166, 216)),
    *((69, 143, 203), (57, 121, 187), (52, 99, 167), (48, 78, 142), (44, 59, 116)),
)
BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)


def shade(level: Fraction) -> Colour:
    """The colour of a level from 0 to 1.

    >>> shade(Fraction(0)), shade(Fraction(1))
    ((224, 244, 249), (44, 59, 116))
    """
    at = level * (len(_STEPS) - 1)
    low = min(int(at), len(_STEPS) - 2)
    rest = at - low
    red, green, blue = (round(a + (b - a) * rest) for a, b in zip(_STEPS[low], _STEPS[low + 1], strict=True))
    return red, green, blue


def text_on(colour: Colour) -> Colour:
    """Black or white, whichever is read better on a colour.

    >>> text_on(shade(Fraction(0))), text_on(shade(Fraction(1)))
    ((0, 0, 0), (255, 255, 255))
    """
    return max((BLACK, WHITE), key=lambda text: contrast(text, colour))


def contrast(one: Colour, other: Colour) -> float:
    """The contrast of two colours as WCAG 2 counts it, from 1 to 21.

    >>> round(contrast((0, 0, 0), (255, 255, 255)))
    21
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    parts = (part / 255 for part in colour)
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def as_hex(colour: Colour) -> str:
    """As CSS writes it.

    >>> as_hex((0, 34, 78))
    '#00224e'
    """
    return "#" + "".join(f"{part:02x}" for part in colour)
