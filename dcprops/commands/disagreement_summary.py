"""Where your calculator or model differs from the reference on a file, on the screen and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dcprops.printable import cut, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dcprops.commands.screen import Screen
    from dcprops.disagreements import Comparison, Disagreement

__all__ = ["print_comparison"]

_WIDTH: Final = 200


def print_comparison(comparison: Comparison, show: int, to: Screen) -> None:
    """Print how much differs, in what, and the first `show` accounts or rows, the worst first."""
    to.print_line("")
    to.print_line(printable(_verdict(comparison)))
    if comparison.ok:
        return
    to.print_table(
        {"Disagreement": False, "Count": True}, [(what, f"{n:,}") for what, n in comparison.by_message.items()]
    )
    if show:
        listed = comparison.disagreements[:show]
        to.print_table(_HEADINGS, [tuple(_cells(comparison, each)) for each in listed])
    left = len(comparison.disagreements) - show
    if left > 0:
        to.print_line(
            f"{left:,} of {len(comparison.disagreements):,} are not shown: --show N lists more, --json FILE has all"
        )


_HEADINGS: Final = {
    "Account or line": False, "Field": False, "Worst on": False, "Expected": True, "Got": True, "Difference": True,
    "Days": True,
}  # fmt: skip


def _verdict(comparison: Comparison) -> str:
    days = comparison.days
    when = (
        f" on {len(days):,} days from {days[0]} to {days[-1]}" if len(days) > 1 else f" as of {days[0]}" if days else ""
    )
    what = "events" if days else "rows"
    found = len(comparison.disagreements)
    said = " agrees with the reference" if comparison.ok else f": {found:,} disagreement{'s' if found > 1 else ''}"
    return f"{comparison.target}{said} on {comparison.compared:,} {what}{when}"


def _cells(comparison: Comparison, each: Disagreement) -> Iterator[str]:
    yield printable("/".join(each.account) if each.account else f"{each.line:,}" if each.line else "")
    yield printable(each.field) or each.message
    yield str(each.as_of or "")
    yield cut(each.expected, _WIDTH)
    yield cut(each.got, _WIDTH)
    yield "" if each.difference is None else f"{each.difference:,f}"
    yield f"{comparison.days_of(each):,}" if each.as_of else ""
