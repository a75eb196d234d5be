"""The list of what was erased: it shows that it was changed, and what is missing comes back from the database."""

from pathlib import Path

import pytest

from ingest.lifecycle.erasure import ErasureRequest, erase, plan_erasure, read_tombstones_from_database
from sensors.db import Database
from sensors.erasures.tombstones import TombstoneError, append_tombstones, read_tombstones
from tests.db.ingest.test_erasure import count, later
from tests.db.ingest.test_writer import register


def test_the_list_shows_that_it_was_changed(timescale: Database, tmp_path: Path) -> None:
    register(timescale, "LML-1")
    path = tmp_path / "kept" / "list"
    for number in range(3):
        erase(
            timescale,
            plan_erasure(timescale, ErasureRequest("helmond", "LML-1", f"request {number}"), later(number)),
            path,
        )
    assert path.stat().st_mode & 0o777 == 0o600
    lines = path.read_bytes().splitlines(keepends=True)
    for changed, at in (
        ([lines[0], lines[1].replace(b"request 1", b"request 8"), lines[2]], 2),
        ([lines[1], lines[0], lines[2]], 1),
        ([lines[0], lines[2]], 2),
        ([b"{}\n"], 1),
    ):
        path.write_bytes(b"".join(changed))
        with pytest.raises(TombstoneError, match=f"line {at} "):
            read_tombstones(path)
        with pytest.raises(TombstoneError, match=f"line {at} "):
            append_tombstones(path, read_tombstones_from_database(timescale))
    assert count(timescale, "lantaarn.tombstone") == 3


def test_a_list_that_was_lost_or_broken_off_is_made_whole_from_the_database(
    timescale: Database, tmp_path: Path
) -> None:
    register(timescale, "LML-1")
    path = tmp_path / "list"
    for number in range(3):
        erase(
            timescale,
            plan_erasure(timescale, ErasureRequest("helmond", "LML-1", f"request {number}"), later(number)),
            path,
        )
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])  # the power failed while the last line was written
    assert len(read_tombstones(path)) == 2
    append_tombstones(path, read_tombstones_from_database(timescale))
    assert read_tombstones(path) == read_tombstones_from_database(timescale)
    path.unlink()
    erase(timescale, plan_erasure(timescale, ErasureRequest("helmond", "LML-1", "one more"), later(9)), path)
    assert read_tombstones(path) == read_tombstones_from_database(timescale)
    assert len(read_tombstones(path)) == 4
