"""Whatever breaks while a store is written or lies on a disk: nothing that was acknowledged is lost without a word."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from dcprops.store import (
    Receipt,
    ReceiptError,
    Store,
    StoreDamagedError,
    StoreError,
    StoreFullError,
    StoreMemoryError,
)

from .faults import contributions

SCRIPT = Path(__file__).with_name("faults.py")
BEFORE = 50
SMALL, BULK = 40, 125_000  # above 100,000 rows DuckDB writes past its log
needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="a system call is made to fail by strace")


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """A store with some events, closed, and its receipt."""
    path = tmp_path_factory.mktemp("closed") / "events.duckdb"
    with Store(path) as store:
        return path, store.append(contributions(BEFORE)).receipt


@pytest.fixture
def path(closed, tmp_path):
    return Path(shutil.copy(closed[0], tmp_path / "events.duckdb"))


def appended_under(path, count, *, before=(), largest_file=0):
    command = [*before, sys.executable, SCRIPT, path, str(count), str(BEFORE), str(largest_file)]
    # What measures coverage writes too, and isn't what is to be killed at.
    environment = {name: value for name, value in os.environ.items() if "COVERAGE" not in name}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    return subprocess.run(
        command, capture_output=True, encoding="utf-8", check=False, timeout=120, env=environment
    )  # fmt: skip


def injected(path, count, syscall, number, fault="signal=SIGKILL"):
    strace = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={syscall}"]
    return appended_under(path, count, before=[*strace, "-e", f"inject={syscall}:{fault}:when={number}"])


def converges(path, before, count, said):
    """The store has all or nothing of the append, all if it said so, and all when it is tried again."""
    with Store(path) as store:
        rows = store.verify(before).rows
        assert rows in {BEFORE, BEFORE + count}
        if said.startswith("stored"):
            receipt = Receipt.from_text(said.partition(" ")[2])
            assert receipt.rows == BEFORE + count
            assert store.verify(receipt) == receipt
        done = store.append(contributions(count, BEFORE))
        assert (done.created, done.exists) == ((count, 0) if rows == BEFORE else (0, count))
        assert store.verify(done.receipt).rows == BEFORE + count


@needs_strace
@pytest.mark.parametrize(
    ("count", "syscall", "step"),
    [
        (SMALL, "write", 1), (SMALL, "pwrite64", 1), (SMALL, "fdatasync", 1), (SMALL, "unlink", 1),
        (BULK, "write", 1), (BULK, "pwrite64", 12), (BULK, "fdatasync", 1), (BULK, "unlink", 1),
    ],
)  # fmt: skip
def test_a_process_killed_at_any_write_leaves_all_or_nothing(count, syscall, step, closed, tmp_path):
    killed = 0
    for number in range(1, 500, step):
        path = Path(shutil.copy(closed[0], tmp_path / f"{number}.duckdb"))
        done = injected(path, count, syscall, number)
        if done.returncode == 0:
            break
        killed += 1
        assert done.returncode in {-9, 137}, done.stderr
        converges(path, closed[1], count, done.stdout)
        path.unlink()
    assert killed
    assert done.stdout.startswith("stored")


@needs_strace
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize(("count", "syscall"), [(SMALL, "write"), (SMALL, "fdatasync"), (BULK, "pwrite64")])
def test_a_write_that_fails_is_an_error_and_no_loss(count, syscall, error, closed, path):
    done = injected(path, count, syscall, 1, f"error={error}")
    assert "Traceback" not in done.stderr or "StoreError" in done.stderr or "StoreFull" in done.stderr
    assert not done.stdout.startswith("stored") or done.returncode == 0
    converges(path, closed[1], count, done.stdout)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of a file's size")
@pytest.mark.parametrize("count", [SMALL, BULK])
def test_a_full_disk_at_commit_is_an_error_and_the_store_goes_on(count, closed, path):
    size = path.stat().st_size
    done = appended_under(path, count, largest_file=1024 if count == SMALL else size + 300_000)
    assert done.returncode == 0, done.stderr
    refused, again = done.stdout.splitlines()
    assert refused.startswith("refused StoreFullError")
    assert "make room" in refused
    assert again == f"again {count} 0 {BEFORE + count}"
    converges(path, closed[1], count, done.stdout)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of a file's size")
def test_a_full_disk_at_a_checkpoint_loses_nothing(closed, path):
    script = (
        "import resource, sys; sys.path.insert(0, sys.argv[2])\n"
        "from faults import contributions; from dcprops.store import *\n"
        "with Store(sys.argv[1], threads=1) as store:\n"
        "    receipt = store.append(contributions(40, 50)).receipt\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))\n"
        "    try: store.compact()\n"
        "    except StoreFullError as error: print(error)\n"
        "    print(store.verify(receipt) == receipt)\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))\n"
        "    store.compact(); print(store.verify(receipt) == receipt, store.append(contributions(90)).exists)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, path, SCRIPT.parent], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    message, *rest = done.stdout.splitlines()
    assert "make room" in message
    assert rest == ["True", "True 90"]


def with_log(path):
    """Append to the store in a process that is killed before it can write its log into the file; its receipt."""
    script = (
        "import os, sys; sys.path.insert(0, sys.argv[2])\n"
        "from faults import contributions, tell; from dcprops.store import Store\n"
        "store = Store(sys.argv[1])\n"
        "for start in (50, 60): tell(store.append(contributions(10, start)).receipt.as_text())\n"
        "os.kill(os.getpid(), 9)"
    )
    out = subprocess.run(
        [sys.executable, "-c", script, path, SCRIPT.parent], capture_output=True, encoding="utf-8", check=False
    ).stdout
    log = path.with_name(path.name + ".wal")
    assert log.stat().st_size > 0
    return log, [Receipt.from_text(line) for line in out.splitlines()]


def test_what_is_in_the_log_is_there_after_a_kill(path):
    _, receipts = with_log(path)
    with Store(path) as store:
        assert store.verify(receipts[1]) == receipts[1]


def found_out(path, receipt):
    """Whether the store, or its receipt, tells of the loss."""
    try:
        with Store(path) as store:
            store.verify(receipt)
    except StoreDamagedError:
        return True
    return False


def test_a_log_that_is_deleted_is_found_by_the_receipt(closed, path):
    log, receipts = with_log(path)
    log.unlink()
    with Store(path) as store:
        assert store.verify() == closed[1]  # nothing inside the file tells
        with pytest.raises(ReceiptError, match="has lost events: the receipt is of 70 in 3 batches, but 50 in 1"):
            store.verify(receipts[1])
        assert store.append(contributions(20, 50)).created == 20


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_log_that_is_cut_off_is_found_by_the_receipt(share, path):
    log, receipts = with_log(path)
    os.truncate(log, int(log.stat().st_size * share))
    assert found_out(path, receipts[1])


@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95])
def test_a_log_with_a_flipped_bit_is_found(share, path):
    log, receipts = with_log(path)
    flip(log, int(log.stat().st_size * share))
    if not found_out(path, receipts[1]):  # a bit that nothing hangs on
        with Store(path) as store:
            there = store.events_table().sort_by("event_id")
        expected = pa.concat_tables([contributions(BEFORE), contributions(20, BEFORE)]).sort_by("event_id")
        assert there.equals(expected)


def flip(path, place):
    content = bytearray(path.read_bytes())
    content[place] ^= 0x10
    path.write_bytes(content)


def test_an_older_copy_is_found_by_the_receipt(path, tmp_path):
    older = shutil.copy(path, tmp_path / "older.duckdb")
    with Store(path) as store:
        receipt = store.append(contributions(1, 1000)).receipt
    assert found_out(older, receipt)
    with Store(tmp_path / "other.duckdb") as other, pytest.raises(ReceiptError, match="is the store"):
        other.verify(receipt)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    path = tmp_path_factory.mktemp("large") / "events.duckdb"
    with Store(path) as store:
        return path, store.append(contributions(30_000)).receipt


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75, 0.99])
def test_a_file_that_is_cut_off_is_found(share, large, tmp_path):
    path = Path(shutil.copy(large[0], tmp_path / "events.duckdb"))
    os.truncate(path, int(path.stat().st_size * share))
    assert found_out(path, None)


def test_flipped_bits_anywhere_in_the_data_are_found(large, tmp_path):
    size = large[0].stat().st_size
    missed = []
    for number in range(24):
        path = Path(shutil.copy(large[0], tmp_path / f"{number}.duckdb"))
        place = int(size * (number + 0.5) / 24)
        content = path.read_bytes()
        if not content[place // 4096 * 4096 : place // 4096 * 4096 + 4096].strip(b"\0"):
            continue  # no part of the store
        flip(path, place)
        if not found_out(path, large[1]):
            missed.append(place)
    assert missed == []


def test_rows_changed_by_another_program_are_found(large, tmp_path):
    import duckdb  # noqa: PLC0415

    for number, change in enumerate((
        "UPDATE events SET amount = amount + 0.000001 WHERE employee_id = 'EMP_000007'",
        "UPDATE events SET is_hce = false WHERE employee_id = 'EMP_000007'",
        "DELETE FROM events WHERE employee_id = 'EMP_000007'",
        "INSERT INTO events FROM events LIMIT 1",
        "DELETE FROM events", "DELETE FROM batches", "UPDATE batches SET rows = rows + 1",
        "UPDATE events SET employee_id = payroll_id, payroll_id = employee_id WHERE employee_id = 'EMP_000007'",
    )):  # fmt: skip
        path = Path(shutil.copy(large[0], tmp_path / f"{number}.duckdb"))
        with duckdb.connect(path) as connection:
            connection.execute(change)
        assert found_out(path, large[1]), change
        assert found_out(path, None), change


def test_too_little_memory_is_an_error_and_no_loss(path, closed):
    with Store(path, memory_limit="40MB", threads=1) as store, contextlib.suppress(StoreMemoryError):
        store.append(contributions(BULK, BEFORE))
    converges(path, closed[1], BULK, "")
    with Store(memory_limit="12MB", threads=1) as store:
        with pytest.raises(StoreMemoryError, match="raise memory_limit"):
            store.append(contributions(BULK))
        assert store.receipt().rows == 0
        assert store.append(contributions(10)).created == 10


@needs_strace
def test_a_store_killed_while_it_is_made_is_made_by_the_next(tmp_path):
    for number in range(1, 12):
        path = tmp_path / f"{number}.duckdb"
        injected(path, 1, "pwrite64,link,linkat,fsync,fdatasync", number)
        with Store(path) as store:
            assert store.append(contributions(1, BEFORE)).receipt.rows == 1


def test_receipts_are_kept_as_text(closed):
    receipt = closed[1]
    assert Receipt.from_text(receipt.as_text()) == receipt
    for text in ("", "{}", "[]", receipt.as_text()[:-1], receipt.as_text().replace("1", '"1"', 1)):
        with pytest.raises(ValueError, match="no receipt"):
            Receipt.from_text(text)


def test_errors_of_a_store_are_one_line(closed, tmp_path):
    path = tmp_path / "events.duckdb"
    path.write_bytes(closed[0].read_bytes()[:5000])
    with pytest.raises(StoreError) as caught:
        Store(path)
    assert "\n" not in str(caught.value)
    assert not isinstance(caught.value, StoreFullError)
