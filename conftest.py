"""How this project's own tests run Hypothesis. Users' test suites never see these profiles."""

from __future__ import annotations

import os
import signal
import threading
from importlib.util import find_spec

from hypothesis import Phase, Verbosity, settings
from hypothesis.database import DirectoryBasedExampleDatabase

# Every field is said, and the parent too: a profile without one takes what it doesn't say from whichever profile is
# loaded, and Hypothesis loads another one where it sees the variable CI.
settings.register_profile(
    "dcprops-tests",
    parent=settings.get_profile("default"),
    max_examples=100,
    derandomize=True,
    database=None,
    verbosity=Verbosity.normal,
    phases=tuple(Phase),
    stateful_step_count=50,
    report_multiple_bugs=True,
    suppress_health_check=(),
    deadline=None,
    print_blob=True,
    backend="hypothesis",
)
# For a long look by hand: pytest --hypothesis-profile dcprops-explore
settings.register_profile(
    "dcprops-explore",
    parent=settings.get_profile("dcprops-tests"),
    max_examples=2000,
    derandomize=False,
    database=DirectoryBasedExampleDatabase(os.path.join(os.path.dirname(__file__), ".hypothesis", "examples")),
)
settings.load_profile("dcprops-tests")

# A shell starts what runs in the background with interrupts ignored, and so would be what the tests start.
if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

#: The pages speak of all that there is, and are made of it.
_PAGES = ("tests/docs/test_pages.py", "tests/docs/test_code_blocks.py", "tests/docs/test_reference.py")
#: What isn't collected where an extra's package isn't installed. Single tests elsewhere skip by themselves.
NEEDED_BY = {
    "duckdb": ("tests/store", "tests/dbt", "tests/schemas", "tests/audit/test_parquet.py", *_PAGES),
    "numpy": ("tests/population", *_PAGES),
    "rich": _PAGES,
    "scipy": ("tests/monitor", "tests/cli/test_monitor_command.py", "tests/docs/test_monitor_page.py"),
    "jinja2": ("tests/reports/html", *_PAGES),
    "matplotlib": ("tests/reports/html", *_PAGES),
    "yaml": ("tests/meta/test_packaging.py",),
}
collect_ignore = [path for package, paths in NEEDED_BY.items() if find_spec(package) is None for path in paths]
