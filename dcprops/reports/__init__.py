"""Reports: what a check found, for people and for machines."""

from dcprops.reports.console import failure_lines, print_report
from dcprops.reports.junit import junit_xml

__all__ = ["failure_lines", "junit_xml", "print_report"]
