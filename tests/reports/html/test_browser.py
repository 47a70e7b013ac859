"""The pages in a browser: nothing is asked of a network or complained of, and none is wider than the window."""

from __future__ import annotations

from pathlib import Path

import pytest

from dcprops.monitor import MonitorReport
from dcprops.reports.html import check_html, monitor_html
from dcprops.reports.html.palette import COLOURS

from .conftest import series
from .test_escaping import NASTY, Places, check_report

pytest.importorskip("fcntl", reason="Chromium is driven over pipes, which this system has not")
from .browser import CHROMIUM, Browser, browser

if CHROMIUM is None:
    pytest.skip("no Chromium is installed: pages are not opened", allow_module_level=True)

KINDS = ("check", "audit", "monitor")
#: What is wider than a window, boxes that scroll by themselves apart.
WIDER_THAN = """
[...document.querySelectorAll("body *")]
    .filter(each => !each.closest(".scroll, pre, caption") && each.getBoundingClientRect().right > {} + 0.5)
    .map(each => each.tagName + "." + each.className)
"""


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory):
    with browser(tmp_path_factory.mktemp("chromium")) as started:
        yield started


@pytest.fixture(scope="module")
def folder(pages: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    for kind, page in pages.items():
        (folder / f"{kind}.html").write_text(page, encoding="ascii")
        opened = page.replace("<details>", "<details open>")
        (folder / f"{kind}-opened.html").write_text(opened, encoding="ascii")
    return folder


def quiet(chromium: Browser) -> None:
    """Nothing was asked for but the page itself, and nothing was said on the console."""
    asked = [each["request"]["url"] for each in chromium.of("Network.requestWillBeSent")]
    assert [url.partition(":")[0] for url in asked if url != "data:,"] == ["file"]
    assert chromium.of("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1200])
@pytest.mark.parametrize("state", ["", "-opened"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_fits_its_window_and_asks_for_nothing(chromium, folder, kind, state, width, scheme):
    chromium.open(folder / f"{kind}{state}.html", width=width, scheme=scheme)
    assert chromium.value_of("innerWidth") == width
    assert chromium.value_of("document.documentElement.scrollWidth") == width
    assert chromium.value_of(WIDER_THAN.format(width)) == []
    quiet(chromium)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_scheme_is_the_readers(chromium, folder, scheme):
    chromium.open(folder / "check.html", width=1200, scheme=scheme)
    paper = getattr(COLOURS["paper"], scheme)
    rgb = ", ".join(str(int(paper[place : place + 2], 16)) for place in (1, 3, 5))
    assert chromium.value_of("getComputedStyle(document.body).backgroundColor") == f"rgb({rgb})"
    ink = getattr(COLOURS["ink"], scheme)
    rgb = ", ".join(str(int(ink[place : place + 2], 16)) for place in (1, 3, 5))
    fills = chromium.value_of("[...document.querySelectorAll('svg text')].map(each => getComputedStyle(each).fill)")
    assert f"rgb({rgb})" in fills


def test_all_can_be_reached_by_keyboard(chromium, folder):
    chromium.open(folder / "check.html", width=390, scheme="light")
    for what in ("summary", ".scroll", "pre", "a"):
        assert chromium.value_of(f"[...document.querySelectorAll('{what}')].every(each => each.tabIndex === 0)")
    # Enter opens what is folded.
    chromium.value_of("document.querySelector('summary').focus()")
    for kind in ("keyDown", "keyUp"):
        chromium.call(
            "Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r", windowsVirtualKeyCode=13
        )
    assert chromium.value_of("document.querySelector('details').open") is True


def test_a_script_that_is_put_in_does_not_run(chromium, tmp_path, pages):
    """Even where escaping were to fail: the page's own policy forbids it, and the browser says so."""
    path = tmp_path / "page.html"
    path.write_text(
        pages["check"].replace("</main>", "<script>document.title = 'run'</script></main>"), encoding="ascii"
    )
    chromium.open(path, width=1200, scheme="light")
    assert chromium.value_of("document.title") != "run"
    with pytest.raises(AssertionError):
        quiet(chromium)


def test_a_page_that_is_too_wide_is_seen(chromium, tmp_path, pages):
    path = tmp_path / "page.html"
    path.write_text(pages["check"].replace("</main>", "<div style='width: 500px'>x</div></main>"), encoding="ascii")
    chromium.open(path, width=390, scheme="light")
    assert chromium.value_of(WIDER_THAN.format(390)) == ["DIV."]
    assert chromium.value_of("document.documentElement.scrollWidth") > 390


@pytest.mark.parametrize("place", range(0, len(NASTY), 6))
def test_text_of_any_kind_makes_no_element(chromium, tmp_path, place):
    """A browser's parser reads what Python's does: the same elements as with a harmless text, and nothing runs."""
    tags = []
    for drawn in ("x", "".join(NASTY[place : place + 6])):
        path = tmp_path / "page.html"
        path.write_text(check_html(check_report(Places(drawn), "n<b>'\"n")), encoding="ascii")
        chromium.open(path, width=390, scheme="dark")
        tags.append(chromium.value_of(
            "[...document.querySelectorAll('*')].map(each => each.tagName + ' ' + each.getAttributeNames())"
        ))  # fmt: skip
        assert chromium.value_of("document.documentElement.scrollWidth") == 390
        quiet(chromium)
    assert tags[0] == tags[1]


def test_the_longest_names_fit_a_phone(chromium, tmp_path):
    path = tmp_path / "page.html"
    for page in (
        check_html(check_report(Places("W" * 500), "W" * 120)),
        monitor_html(MonitorReport((series("W" * 500),), ())),
    ):
        path.write_text(page, encoding="ascii")
        chromium.open(path, width=390, scheme="light")
        assert chromium.value_of("document.documentElement.scrollWidth") == 390
        assert chromium.value_of(WIDER_THAN.format(390)) == []
