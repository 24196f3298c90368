"""A scale from light (little) to dark (much): cividis turned round, which people with any colour vision see alike.

Its lightness falls evenly, so that it also reads in black and white. Every text on it has a contrast of 4.5 or more.
"""

from __future__ import annotations

from fractions import Fraction

Colour = tuple[int, int, int]

# Cividis (Nuñez, Anderton and Renslow 2018) at equal steps, from its light end to its dark one.
_STEPS: tuple[Colour, ...] = (
    *((253, 231, 55), (225, 204, 85), (199, 181, 105), (176, 162, 117), (155, 145, 123)),
    *((133, 127, 125), (112, 112, 118), (89, 97, 110), (61, 80, 106), (18, 62, 110), (0, 34, 78)),
)
BLACK: Colour = (17, 17, 17)
WHITE: Colour = (255, 255, 255)


def shade(level: Fraction) -> Colour:
    """The colour of a level from 0 to 1.

    >>> shade(Fraction(0)), shade(Fraction(1))
    ((253, 231, 55), (0, 34, 78))
    """
    at = level * (len(_STEPS) - 1)
    low = min(int(at), len(_STEPS) - 2)
    rest = at - low
    red, green, blue = (round(a + (b - a) * rest) for a, b in zip(_STEPS[low], _STEPS[low + 1], strict=True))
    return red, green, blue


def text_on(colour: Colour) -> Colour:
    """Black or white, whichever is read better on a colour.

    >>> text_on(shade(Fraction(0))), text_on(shade(Fraction(1)))
    ((17, 17, 17), (255, 255, 255))
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
