"""The HTML pages that commands write: made by an extra, which is asked for before the work starts."""

from __future__ import annotations

import logging
from importlib.util import find_spec

from dcprops.commands import UsageError

__all__ = ["HTML_HELP", "expect_html"]

#: What the option `--html` does, for the help.
HTML_HELP = "write the report as one self-contained HTML page, with - to standard output"


def expect_html() -> None:
    """Raise UsageError without jinja2 or matplotlib, the `html` extra."""
    missing = [package for package in ("jinja2", "matplotlib") if find_spec(package) is None]
    if missing:
        raise UsageError(f"--html needs {' and '.join(missing)}: pip install 'dcprops[html]'")
    # matplotlib says there that it lists the machine's fonts, of which a page has none.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
