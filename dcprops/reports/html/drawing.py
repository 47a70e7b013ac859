"""Figures as SVG for a page: drawn by matplotlib, coloured by the page's variables, with the page's fonts.

Texts never go through matplotlib: it lays out a placeholder, and what is said in its place is put in as XML text. So
no text is taken for mathematics, lacks a glyph, or is anything else than text.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from xml.etree import ElementTree as Xml

import matplotlib
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from dcprops.printable import cut
from dcprops.reports.html.palette import drawn_as, names_as_drawn

__all__ = ["SMALL", "Drawing", "our_looks"]

#: The size of text in figures, in pixels.
SMALL: Final = 12.0
_LONGEST: Final = 200
_LONGEST_DESCRIPTION: Final = 4_000
_NO_METADATA: Final = dict.fromkeys(("Creator", "Date", "Format", "Type"))
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}\b")
_REFERENCE: Final = re.compile(r"url\(#([^)]+)\)")
_HREF: Final = "{http://www.w3.org/1999/xlink}href"


@contextmanager
def our_looks() -> Iterator[None]:
    """While figures are drawn: matplotlib's defaults whatever the user has set, texts as texts, the same ids always."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams["svg.fonttype"] = "none"
        matplotlib.rcParams["svg.hashsalt"] = "dcprops"
        matplotlib.rcParams["text.parse_math"] = False
        yield


class Drawing:
    """A figure of so many pixels by so many, to draw into with matplotlib's axes while `our_looks` hold."""

    def __init__(self, width: float, height: float) -> None:
        self._figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        FigureCanvasSVG(self._figure)
        self._figure.patch.set_visible(False)
        self._width, self._height = width, height
        self._texts: list[str] = []

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes at a place in pixels from the top left, without a frame, ticks or texts."""
        place = (
            left / self._width,
            1 - (top + height) / self._height,
            width / self._width,
            height / self._height,
        )
        axes = self._figure.add_axes(place)
        axes.patch.set_visible(False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.set_xticks([])
        axes.set_yticks([])
        return axes

    def say(self, axes: Axes, x: float, y: float, text: str, **look: Any) -> None:
        """Write a text at a place in the data of the axes, or with `transform` elsewhere. `colour` names one."""
        colour = drawn_as(look.pop("colour", "ink"))
        # To the end of the figure a text may go, and beyond its axes.
        look = {"fontsize": SMALL, "rotation_mode": "anchor", "clip_on": False, **look}
        axes.text(x, y, self._placeholder(text), color=colour, **look)

    def ticks(self, axes: Axes, which: str, places: Sequence[float], labels: Sequence[str], *, grid: bool) -> None:
        """Label places on the `x` or the `y` axis, with lines of a grid across if wanted."""
        axis = axes.xaxis if which == "x" else axes.yaxis
        axis.set_ticks(list(places), labels=[self._placeholder(label) for label in labels])
        axes.tick_params(axis=which, length=0, labelsize=SMALL, labelcolor=drawn_as("muted"), pad=6)  # type: ignore[arg-type]  # x or y
        if grid:
            axes.grid(True, axis=which, color=drawn_as("line"), linewidth=1)  # type: ignore[arg-type]  # x or y
            axes.set_axisbelow(True)

    def _placeholder(self, text: str) -> str:
        self._texts.append(cut(text, _LONGEST))
        return f"~{len(self._texts) - 1}~"

    def svg(self, name: str, title: str, description: str) -> Markup:
        """The figure as an element to put into a page. No two figures of a page may have the same name."""
        file = io.StringIO()
        self._figure.savefig(file, format="svg", metadata=_NO_METADATA)
        root = Xml.fromstring(file.getvalue())  # noqa: S314  # matplotlib has just written it
        for parent in root.iter():
            for child in list(parent):
                if _local(child.tag) in {"metadata", "style"}:
                    parent.remove(child)
        referred = _referred(root)
        for element in root.iter():
            self._make_the_pages(element, name, referred)
        for key in list(root.attrib):
            if key != "viewBox":
                del root.attrib[key]
        root.attrib.update(
            {
                "class": "plot",
                "style": f"--width: {self._width:g}px",
                "role": "img",
                "aria-labelledby": f"{name}-title {name}-description",
            }
        )
        for place, (tag, text) in enumerate((("title", title), ("desc", description))):
            element = Xml.Element(tag, id=f"{name}-{'title' if tag == 'title' else 'description'}")
            element.text = cut(text, _LONGEST_DESCRIPTION)
            root.insert(place, element)
        return Markup(Xml.tostring(root, encoding="unicode", short_empty_elements=False))  # noqa: S704  # XML, escaped

    def _make_the_pages(self, element: Xml.Element, name: str, referred: set[str]) -> None:
        """Take an element out of its namespace, and make its ids, colours, fonts and texts those of the page."""
        element.tag = _local(element.tag)
        identity = element.attrib.pop("id", "")
        if identity in referred:
            element.set("id", f"{name}-{identity}")
        href = element.attrib.pop(_HREF, "")
        if href:
            element.set("href", f"#{name}-{href.removeprefix('#')}")
        for key, value in element.attrib.items():
            if key == "style":
                value = "; ".join(_declarations(value))  # noqa: PLW2901
            element.set(key, _COLOUR.sub(_as_variable, _REFERENCE.sub(rf"url(#{name}-\1)", value)))
        text = (element.text or "").strip()
        if element.tag == "text":
            element.text = self._texts[int(text.strip("~"))]
        else:
            element.text = None
        element.tail = None


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _referred(root: Xml.Element) -> set[str]:
    found = {element.get(_HREF, "").removeprefix("#") for element in root.iter()}
    for element in root.iter():
        found.update(match for value in element.attrib.values() for match in _REFERENCE.findall(value))
    return found - {""}


def _declarations(style: str) -> list[str]:
    """The style's declarations; of a font only its size and whether it is bold: the rest is the page's."""
    kept = []
    for declaration in style.split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name == "font":
            size = re.search(r"[\d.]+px", value)
            kept += [f"font-size: {size[0]}"] if size else []
            kept += ["font-weight: bold"] if re.search(r"\b(bold|700)\b", value) else []
        elif name and name != "font-family":
            kept.append(f"{name}: {value}")
    return kept


_NAMES: Final = dict(names_as_drawn())


def _as_variable(match: re.Match[str]) -> str:
    return f"var(--{_NAMES[match[0].lower()]})"
