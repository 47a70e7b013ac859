"""The colours of the pages, in light and dark: one table, from which the style sheet and the figures are coloured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

__all__ = ["COLOURS", "PAIRS", "Colour", "Pair", "contrast", "css_variables", "drawn_as"]


@dataclass(frozen=True)
class Colour:
    """One colour by what it is for, as #rrggbb in each scheme."""

    name: str
    light: str
    dark: str


_COLOURS = (
    Colour("paper", "#faf9f6", "#14171b"),  # the page
    Colour("panel", "#ffffff", "#1b1f25"),  # what stands out from it: figures, tables, code
    Colour("ink", "#1c2127", "#e7e5e0"),  # text
    Colour("muted", "#57606a", "#a4adb8"),  # text that is there to be looked up
    Colour("line", "#dedad1", "#333a44"),  # borders and grids, which say nothing by themselves
    Colour("accent", "#235f94", "#7db3e3"),  # links, bars, the first of several lines
    Colour("second", "#a34a12", "#e89a5f"),
    Colour("third", "#6d4a94", "#b99be0"),
    Colour("good", "#25694a", "#72c59d"),
    Colour("warning", "#835400", "#e1b354"),
    Colour("bad", "#a62b2b", "#f28b82"),
    Colour("calm", "#7e8893", "#78838f"),  # marks of what is as it should be
    Colour("band", "#dfe8f0", "#26323f"),  # areas behind lines
)
#: Every colour by its name.
COLOURS: Final[Mapping[str, Colour]] = MappingProxyType({colour.name: colour for colour in _COLOURS})


@dataclass(frozen=True)
class Pair:
    """Two colours that meet, and the contrast that WCAG 2 (1.4.3 and 1.4.11, level AA) asks of them."""

    front: str
    back: str
    at_least: float


_TEXT: Final = ("ink", "muted", "accent", "good", "warning", "bad")
_MARKS: Final = ("accent", "second", "third", "good", "warning", "bad", "calm")
#: What meets what: text on each ground 4.5 to 1, what is drawn 3 to 1.
PAIRS: Final = (
    *(Pair(front, back, 4.5) for front in _TEXT for back in ("paper", "panel")),
    *(Pair(front, "band", 4.5) for front in ("ink",)),
    *(Pair(front, "panel", 3.0) for front in _MARKS),
    *(Pair(front, "band", 3.0) for front in ("accent", "second", "bad")),
)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours as WCAG 2 defines it, from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def css_variables(scheme: str) -> str:
    """The declarations of all colours in a scheme, `light` or `dark`."""
    return " ".join(f"--{name}: {getattr(colour, scheme)};" for name, colour in COLOURS.items())


def drawn_as(name: str) -> str:
    """The colour that stands for a name while a figure is drawn; no two names share one."""
    return f"#00ab{list(COLOURS).index(name):02x}"


def names_as_drawn() -> Iterator[tuple[str, str]]:
    """Each stand-in with the name that it stands for."""
    return ((drawn_as(name), name) for name in COLOURS)
