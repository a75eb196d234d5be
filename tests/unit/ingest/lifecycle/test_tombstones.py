"""The list of erasures: it shows every alteration, and survives a crash while a line is written."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.erasures.tombstones import Tombstone, TombstoneError, append_tombstones, read_tombstones

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def tombstone(number: int, *, reason: str = "verzoek", since: datetime | None = None) -> Tombstone:
    tombstone_id = uuid5(NAMESPACE_URL, str(number))
    entry_id = uuid5(NAMESPACE_URL, "LML-1")
    return Tombstone(tombstone_id, entry_id, since, NOW, register=False, resend=True, reason=reason, recorded_at=NOW)


def write(path: Path, *tombstones: Tombstone) -> list[bytes]:
    append_tombstones(path, tombstones)
    return path.read_bytes().splitlines(keepends=True)


tombstones = st.builds(
    tombstone,
    st.integers(0, 5),
    reason=st.text(st.characters(codec="utf-8"), max_size=30),
    since=st.none() | st.datetimes(timezones=st.just(UTC)),
)


@settings(max_examples=15)  # each example waits for the disk
@given(st.lists(tombstones, max_size=4), st.lists(tombstones, max_size=4))
def test_what_was_listed_is_read_back_once_and_in_order(first: list[Tombstone], second: list[Tombstone]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "list")
        write(path, *_unique(first))
        write(path, *_unique([*first, *second]))
        assert read_tombstones(path) == tuple(_unique([*first, *second]))


def _unique(tombstones: Sequence[Tombstone]) -> list[Tombstone]:
    """The first one with each id."""
    found: dict[UUID, Tombstone] = {}
    for each in tombstones:
        found.setdefault(each.id, each)
    return list(found.values())


@pytest.mark.parametrize(
    ("lines", "broken"),
    [((0, 2), 2), ((1, 0, 2), 1), ((1, 2), 1), ((0, 1, 1), 3)],
    ids=["removed", "moved", "first removed", "repeated"],
)
def test_lines_that_do_not_follow_on_each_other_are_noticed(tmp_path: Path, lines: Sequence[int], broken: int) -> None:
    path = tmp_path / "list"
    whole = write(path, *map(tombstone, range(3)))
    path.write_bytes(b"".join(whole[number] for number in lines))
    with pytest.raises(TombstoneError, match=f"line {broken} does not follow"):
        read_tombstones(path)
    with pytest.raises(TombstoneError, match=f"line {broken} does not follow"):
        write(path, tombstone(9))


@pytest.mark.parametrize(("old", "new"), [(b"verzoek", b"verzorg"), (b'"resend": true', b'"resend": false')])
def test_an_altered_line_is_noticed(tmp_path: Path, old: bytes, new: bytes) -> None:
    path = tmp_path / "list"
    write(path, tombstone(1))
    path.write_bytes(path.read_bytes().replace(old, new))
    with pytest.raises(TombstoneError, match="line 1 does not follow"):
        read_tombstones(path)


@pytest.mark.parametrize("line", [b"{}\n", b"not json\n", b"[1]\n", b'{"id": 1}\n'])
def test_what_is_no_tombstone_is_said_to_be_so(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "list"
    path.write_bytes(line)
    with pytest.raises(TombstoneError, match="line 1 is not a tombstone"):
        read_tombstones(path)


@settings(max_examples=15)
@given(st.data())
def test_a_line_cut_short_by_a_crash_is_written_again(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "list")
        whole = write(path, tombstone(1), tombstone(2))
        path.write_bytes(whole[0] + whole[1][: data.draw(st.integers(0, len(whole[1]) - 1))])
        assert read_tombstones(path) == (tombstone(1),)
        assert write(path, tombstone(1), tombstone(2)) == whole


def test_only_this_user_can_read_the_list(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "list"
    write(path, tombstone(1, since=NOW - timedelta(days=1)))
    assert [each.stat().st_mode & 0o777 for each in (path.parent, path)] == [0o700, 0o600]
