"""A report as JUnit XML, which CI servers read."""

from __future__ import annotations

import json
from xml.etree import ElementTree as Xml

from dcprops.printable import printable
from dcprops.properties import CheckResult, Report

__all__ = ["junit_xml"]


def junit_xml(report: Report) -> str:
    """One test suite per suite of properties, one test case per property."""
    root = Xml.Element("testsuites", name="dcprops")
    for name in dict.fromkeys(check.suite for check in report.checks):
        checks = [check for check in report.checks if check.suite == name]
        suite = Xml.SubElement(
            root,
            "testsuite",
            name=f"dcprops.{name}",
            tests=str(len(checks)),
            failures=str(sum(check.status == "failed" and check.falls_short for check in checks)),
            errors=str(sum(check.status == "errored" for check in checks)),
            skipped=str(sum(check.status in {"skipped", "failed"} and not check.falls_short for check in checks)),
            time=f"{sum(check.seconds for check in checks):.3f}",
        )
        for check in checks:
            _add_case(suite, check)
    Xml.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{Xml.tostring(root, encoding="unicode")}\n'


def _add_case(suite: Xml.Element, check: CheckResult) -> None:
    case = Xml.SubElement(
        suite, "testcase", classname=f"dcprops.{check.suite}", name=check.id, time=f"{check.seconds:.3f}"
    )
    if check.status == "skipped":
        Xml.SubElement(case, "skipped", message=printable(check.reason))
    elif check.failures and not check.falls_short:
        Xml.SubElement(case, "skipped", message=printable(f"expected to fail: {check.xfail}"))
    elif check.failures:
        kind = "failure" if check.status == "failed" else "error"
        # The schema of most readers allows one to a case: the first is named, all are told.
        told = Xml.SubElement(case, kind, message=printable(check.failures[0].title))
        told.text = "\n\n".join(
            "\n".join(
                printable(line)
                for line in (
                    failure.title,
                    failure.message,
                    f"expected: {failure.expected}",
                    f"got: {failure.got}",
                    f"document: {json.dumps(failure.document)}",
                )
            )
            for failure in check.failures
        )
