"""What the commands over a store share: opening it, naming an account in it, and how its errors reach the user."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from dcprops.commands import UsageError
from dcprops.reference import Account

if TYPE_CHECKING:
    from dcprops.store import Store

__all__ = ["account_of", "add_account_option", "add_store_option", "opened", "written"]


def add_store_option(parser: argparse.ArgumentParser) -> None:
    """The store that a command reads."""
    parser.add_argument(
        "--db", metavar="FILE", required=True, help="the store, as `dcprops audit EVENTS --db FILE` makes it"
    )


def add_account_option(parser: argparse.ArgumentParser, help: str) -> None:  # noqa: A002  # argparse's word
    """One account, by its four keys."""
    parser.add_argument("--account", nargs=4, metavar=("SCENARIO", "PLAN_DESIGN", "EMPLOYEE", "PLAN"), help=help)


def account_of(arguments: argparse.Namespace) -> Account | None:
    """The account that was named, None if none was."""
    return None if arguments.account is None else Account(*arguments.account)


@contextmanager
def opened(name: str) -> Iterator[Store]:
    """The store in a file that is there. What goes wrong with it is raised as UsageError."""
    if not Path(name).exists():
        raise UsageError(f"{name} is not there: make a store of your events with dcprops audit EVENTS --db {name}")
    with written(name) as store:
        yield store


@contextmanager
def written(name: str) -> Iterator[Store]:
    """The store in a file that is made if it isn't there. What goes wrong with it is raised as UsageError."""
    lacking = [package for package in ("duckdb", "pyarrow") if find_spec(package) is None]
    if lacking:
        raise UsageError(f"a store needs {' and '.join(lacking)}: pip install 'dcprops[duckdb]'")
    from dcprops.store import Store, StoreError  # noqa: PLC0415  # an extra, and slow to import

    try:
        with Store(name) as store:
            yield store
    except StoreError as error:
        raise UsageError(str(error)) from error
