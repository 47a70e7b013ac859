"""Text that is safe to show: characters that would act on a terminal or break a file are written out."""

from __future__ import annotations

__all__ = ["cut", "printable"]


def printable(text: str) -> str:
    """The text with an escape for each character that would act instead of being seen.

    Such are line ends, terminal escapes, marks that reverse the direction of writing, and lone surrogates.
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text)


def cut(text: str, width: int) -> str:
    """The printable text, at most `width` characters of it."""
    shown = printable(text[: width + 1])
    return shown if len(shown) <= width else f"{shown[: width - 3]}..."
