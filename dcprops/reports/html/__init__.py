"""Reports as one self-contained HTML page each. Needs jinja2 and matplotlib."""

try:
    import jinja2  # noqa: F401  # asked for before anything else, for a line that says what to install
    import matplotlib  # noqa: F401  # the same
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f'HTML reports need {error.name}, which is not installed: pip install "dcprops[html]"', name=error.name
    ) from error

from dcprops.reports.html.audit_page import audit_html
from dcprops.reports.html.check_page import check_html
from dcprops.reports.html.monitor_page import monitor_html

__all__ = ["audit_html", "check_html", "monitor_html"]
