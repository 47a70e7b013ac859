"""Pages from templates: one HTML file each, with its style sheet in it, in which whatever came from data is text."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dcprops.monitor.values import scale_of
from dcprops.printable import cut, printable
from dcprops.reports.html.palette import css_variables

__all__ = ["LONGEST_TEXT", "page"]

#: So many characters of a message, a name or a value are shown, and of anything at all.
LONGEST_TEXT: Final = 400
_LONGEST_OF_ALL: Final = 4_000


def _shown(value: object) -> object:
    """What an expression in a template becomes: text without characters that act, numbers with commas."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return cut(str(value), _LONGEST_OF_ALL)


def _lines(text: str, most: int = 20_000) -> str:
    """A text of several lines, each printable, cut where it is longer than anybody reads."""
    shown = "\n".join(printable(line) for line in text[:most].split("\n"))
    return f"{shown}\n… {len(text) - most:,} more characters" if len(text) > most else shown


def _measured(number: float, unit: str) -> str:
    """A measurement in four digits, or all those before the point, in the unit that suits it."""
    factor, unit = scale_of(number, unit)
    number /= factor
    return f"{number:,.0f} {unit}" if 10_000 <= abs(number) < 10**15 else f"{number:.4g} {unit}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("dcprops.reports.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # What has been made printable line by line must not go through it as a whole: it would write out the line ends.
    environment.filters["lines"] = lambda text: Markup.escape(_lines(text))
    environment.filters["short"] = lambda text, width=LONGEST_TEXT: cut(str(text), width)
    environment.filters["measured"] = _measured
    environment.filters["plural"] = lambda count, one, many="": f"{count:,} {one if count == 1 else many or one + 's'}"
    return environment


@cache
def _style() -> Markup:
    sheet = files("dcprops.reports.html").joinpath("templates", "style.css").read_text(encoding="utf-8")
    colours = (
        f":root {{ color-scheme: light dark; {css_variables('light')} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {css_variables('dark')} }} }}\n"
        f"@media print {{ :root {{ color-scheme: light; {css_variables('light')} }} }}\n"
    )
    return Markup(colours + sheet)  # noqa: S704  # our own style sheet


def page(template: str, **values: Any) -> str:
    """A page of its own in ASCII, so that no encoding on the way can change it: other characters are references."""
    text = _environment().get_template(template).render(style=_style(), **values)
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")
