"""Commands about stored data: what is wrong is a sentence that says what to do, before anything is touched."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lantaarn import main

AWAY = "postgresql://someone:hush-hush@127.0.0.1:1/lantaarn"


def invoke(*words: str, **environment: str) -> Result:
    return CliRunner().invoke(main, words, env={"DATABASE_URL": AWAY, **environment})


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("erase", "--sensor", "LML-1"), "Missing option '--reason'"),
        (("erase", "--sensor", "LML-1", "--reason", "x", "--from", "gisteren"), "use an ISO 8601 instant"),
        (("erase", "--sensor", "LML-1", "--reason", "x", "--to", "2026-11-22T12:00"), "add the UTC offset"),
        (
            ("register", "redact", "LML-1", "--version", "0", "--field", "name", "--reason", "x"),
            "number of a version, or all",
        ),
        (("retention", "add", "90"), "use a duration in a single unit"),
        (("retention", "add", "PT30M"), "of at least an hour"),
        (("restore",), "State what was erased since the backup"),
        (("restore", "--tombstones", __file__, "--no-tombstones"), "State what was erased since the backup"),
        (("restore", "/no/such/file", "--no-tombstones"), "does not exist"),
        (("ingest", "--workers", "17"), "17 is not in the range"),
    ],
)
def test_a_wrong_command_line_says_what_is_wrong(words: tuple[str, ...], why: str) -> None:
    result = invoke(*words)
    assert result.exit_code == 2
    assert why in " ".join(result.output.replace("│", "").split())


@pytest.mark.parametrize(
    "words",
    [
        ("audit",),
        ("erase", "--sensor", "LML-1", "--reason", "verzoek", "--from", "2026-11-22T12:00:00Z", "--yes"),
        ("register", "redact", "LML-1", "--version", "all", "--field", "name", "--reason", "verzoek", "--yes"),
        ("retention", "run"),
        ("retention", "verify"),
        ("retention", "move"),
        ("retention", "add", "P90D"),
        ("retention", "list"),
        ("reports", "list"),
        ("reports", "answer", "1001", "--text", "De sensor is gemaakt."),
    ],
    ids=" ".join,
)
def test_without_a_database_a_command_says_so_and_hides_its_password(words: tuple[str, ...]) -> None:
    result = invoke(*words)
    assert result.exit_code == 1
    assert "The database can't be reached" in result.output
    assert "hush" not in result.output


def test_a_list_of_erasures_that_was_altered_stops_a_restore(tmp_path: Path) -> None:
    tombstones = tmp_path / "tombstones.jsonl"
    tombstones.write_text("{}\n")
    result = invoke("restore", "--tombstones", str(tombstones))
    assert result.exit_code == 1
    assert f"Error: {tombstones}: line 1 is not a tombstone" in result.output


def test_a_backup_needs_the_programs_of_postgresql(tmp_path: Path) -> None:
    result = invoke("backup", str(tmp_path / "dump"), LANTAARN_PG_BIN=str(tmp_path))
    assert result.exit_code == 1
    assert "set LANTAARN_PG_BIN to the folder of PostgreSQL's programs" in result.output
    assert not (tmp_path / "dump").exists()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("  ", "Write 1 to 2000 characters."),
        ("x" * 2001, "Write 1 to 2000 characters."),
        ("Vraag het Jan, op 06-12345678.", "Everyone can read this"),
    ],
)
def test_an_answer_to_a_resident_is_short_and_names_nobody(text: str, why: str) -> None:
    for words in (("answer", "1001", "--text"), ("close", "1001", "--reason")):
        result = invoke("reports", *words, text)
        assert result.exit_code == 1
        assert why in result.output
