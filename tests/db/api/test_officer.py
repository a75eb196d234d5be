"""The officer's commands: the register as the law asks for it; and what is held of someone is found, handed out and
erased, and nobody else's is."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from api.reports.queries import Draft, file_report
from lantaarn import main
from sensors.db import Database, connect
from sensors.erasures.tombstones import ErasedReport, Tombstone, read_tombstones
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE
from tests.support.entries import example_entry
from tests.support.sample_data import home_sensor_entry, publish_documents

ADDRESS = "Iemand@Voorbeeld.nl"
WORDS = "Wat meet deze sensor precies?"
PERIOD = ("--from", "2024-11-01", "--to", "2024-11-07")
DAY = datetime(2024, 11, 7, 12, tzinfo=UTC)


@pytest.fixture
def outside(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of what is outside the database: mail, the list of erasures."""
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("LANTAARN_TOMBSTONES", str(tmp_path / "tombstones.jsonl"))
    monkeypatch.setenv("LANTAARN_MAIL_SPOOL", str(tmp_path))
    monkeypatch.setenv("LANTAARN_EDITOR", "privacy officer")
    return tmp_path


def ask(*words: str, given: str | None = None) -> Result:
    result = CliRunner().invoke(main, ("request", *words), input=given)
    assert "keep nothing of it" in " ".join(result.output.split()) or result.exit_code == 2
    return result


def fill(db: Database) -> tuple[int, int, int]:
    """A home with readings of two weeks, and three reports: of someone, a neighbour, and one that names someone."""
    publish_documents(db, home_sensor_entry(project={"name": "Samen meten"}), example_entry())
    db.execute(
        "insert into lantaarn.observation_1y (datastream_id, time, value, quality)"
        " select stream.id, %(day)s - n * interval '1 day', 10, 0 from generate_series(-6, 7) as n"
        " cross join lantaarn.datastream as stream inner join lantaarn.sensor on sensor.id = stream.sensor_id"
        " where sensor.reference = 'bewoner-1' and stream.property = 'no2'",
        {"day": DAY},
    )
    drafts = (
        Draft("question", WORDS, ADDRESS),
        Draft("question", "Deze sensor hangt scheef.", "buur@voorbeeld.nl"),
        Draft("question", "Mail dit aan iemand@voorbeeld.nl alstublieft."),
    )
    numbers = [file_report(db, "helmond", "LML-1", uuid4(), draft) for draft in drafts]
    return numbers[0], numbers[1], numbers[2]


def test_what_is_held_is_found_handed_out_and_erased(database: str, outside: Path) -> None:
    with connect(database) as db:
        mine, of_neighbour, about_me = fill(db)
        (outside / f"lantaarn-{mine}-1.eml").write_text(f"To: {ADDRESS}\nSubject: Melding\n\nDank u.\n")
        _the_register_is_written(outside)
        _search_shows_where_and_not_what(mine, of_neighbour, about_me)
        _export_holds_all_of_one_person(outside / "melding", mine)
        _export_of_a_sensor_holds_the_period(outside / "sensor")
        _reports_of_an_address_are_erased(db, outside, mine, of_neighbour)
        _a_period_and_then_a_home_are_erased(db, outside)


def _the_register_is_written(folder: Path) -> None:
    def write(*words: str) -> Result:
        return CliRunner().invoke(main, ("register", *words))

    assert "bewoner-1" in write("processing").stdout
    assert "LML-1" not in write("processing", "--format", "csv").stdout
    assert write("processing", "--all", "--format", "ods", "--output", str(folder / "a.ods")).exit_code == 0
    assert (folder / "a.ods").read_bytes().startswith(b"PK")
    nowhere = write("processing", "--output", str(folder / "no" / "a.html"))
    assert (nowhere.exit_code, "No such file" in nowhere.stderr) == (1, True)
    assert "needs a file" in write("processing", "--format", "ods").stderr
    assert '<html lang="en">' in write("dpia", "Samen meten", "--language", "en").stdout
    assert "These are: Samen meten" in write("dpia", "Samen").stderr


def _search_shows_where_and_not_what(mine: int, of_neighbour: int, about_me: int) -> None:
    found = ask("search", "--email", given="iemand@voorbeeld.NL\n")
    assert found.exit_code == 0, found.output
    assert f"report {mine} about LML-1" in found.output
    assert "mails in the spool: 1" in found.output
    assert f"report {about_me} of someone else" in found.output
    assert f"report {of_neighbour} " not in found.output
    for secret in (ADDRESS.lower(), WORDS.lower()):
        assert secret not in found.output.lower()
    sensor = ask("search", "--sensor", "bewoner-1", *PERIOD)
    assert "observation: 7" in sensor.output
    assert "location: 1" in sensor.output
    assert (
        "observation: 14" in ask("search", "--sensor", "bewoner-1", "--from", "2024-10-01", "--to", "2024-11-30").output
    )
    code = json.loads(CliRunner().invoke(main, ("register", "export")).output.splitlines()[-1])["location"][
        "neighbourhood"
    ]
    assert "sensor bewoner-1" in ask("search", "--neighbourhood", code, *PERIOD).output
    assert "nothing is held" in ask("search", "--neighbourhood", code, "--to", "2022-12-31").output
    assert "no neighbourhood with the code BU99999999" in ask("search", "--neighbourhood", "BU99999999").output
    assert "no resident's sensor" in ask("search", "--sensor", "LML-1").output
    assert "nothing is held" in ask("search", "--email", given="niemand@voorbeeld.nl\n").output


def _export_holds_all_of_one_person(folder: Path, mine: int) -> None:
    assert ask("export", "--report", str(mine), "--folder", str(folder)).exit_code == 0
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == {
        "brief.txt": 0o600,
        "gegevens.json": 0o600,
    }
    assert folder.stat().st_mode & 0o777 == 0o700
    held = json.loads((folder / "gegevens.json").read_text())["reports"][0]
    assert (held["words"], held["email"]) == (WORDS, ADDRESS)
    mail = {"file": f"lantaarn-{mine}-1.eml", "to": ADDRESS, "subject": "Melding", "text": "Dank u."}
    assert held["spooled_mails"] == [mail]
    at_the_desk = CliRunner().invoke(main, ("reports", "export", str(mine)))
    assert json.loads(at_the_desk.stdout)["spooled_mails"] == [mail]
    assert "text Dank u." in CliRunner().invoke(main, ("reports", "show", str(mine))).stdout
    assert f"> {WORDS}" in (folder / "brief.txt").read_text()
    assert ask("export", "--report", str(mine), "--folder", str(folder)).exit_code == 2


def _export_of_a_sensor_holds_the_period(folder: Path) -> None:
    assert ask("export", "--sensor", "bewoner-1", *PERIOD, "--folder", str(folder)).exit_code == 0
    lines = (folder / "metingen.csv").read_text().splitlines()
    assert lines[0] == "time,property,unit,value,quality"
    assert [lines[1][:10], lines[-1][:10], len(lines)] == ["2024-11-01", "2024-11-07", 8]
    held = json.loads((folder / "gegevens.json").read_text())["sensor"]
    assert held["exact_place"]["coordinates"] == [5.654321, 51.481234]
    assert "van 1 november" not in (folder / "brief.txt").read_text()
    assert "- 7 losse metingen" in (folder / "brief.txt").read_text()


def _reports_of_an_address_are_erased(db: Database, outside: Path, mine: int, of_neighbour: int) -> None:
    order = ("erase", "--email", "--reason", "on request")
    refused = ask(*order, "--letter", str(outside / "brief.txt"), given=f"{ADDRESS}\nn\n")
    assert refused.exit_code == 1
    assert not (outside / "brief.txt").exists()
    nowhere = ask(*order, "--letter", str(outside / "no" / "brief.txt"), "--yes", given=f"{ADDRESS}\n")
    assert (nowhere.exit_code, "No such file" in nowhere.output) == (1, True)
    assert db.execute("select from lantaarn.report where words is null").fetchall() == []
    done = ask(*order, "--letter", str(outside / "brief.txt"), "--yes", given=f"{ADDRESS}\n")
    assert done.exit_code == 0, done.output
    assert ADDRESS.lower() not in done.output.lower()
    assert f"Melding {mine}: uw tekst" in (outside / "brief.txt").read_text()
    assert not list(outside.glob("*.eml"))
    left = db.execute("select id, words from lantaarn.report order by id").fetchall()
    assert [row["words"] is None for row in left] == [True, False, False]
    assert db.execute("select report_id from lantaarn.report_address").fetchall() == [{"report_id": of_neighbour}]
    assert "There is nothing to erase" in ask(*order, "--yes", given="niemand@voorbeeld.nl\n").output
    logged = db.execute("select command, subject, editor, reason from lantaarn.staff_log order by id").fetchall()
    assert tuple(logged[-1].values()) == ("request erase", f"report {mine}", "privacy officer", "on request")
    asked = {"request search", "request export", "request erase"}
    assert {row["command"] for row in logged} == {*asked, "reports export", "reports show"}
    assert ADDRESS.lower() not in str(logged).lower()


def _a_period_and_then_a_home_are_erased(db: Database, outside: Path) -> None:
    order = ("erase", "--sensor", "bewoner-1", "--yes", "--reason")
    assert "holds something like" in ask(*order, "mail a@b.nl").output
    assert "alles wat hij in deze tijd mat" in ask(*order, "on request", *PERIOD).output.replace("\n", " ")
    left = db.execute("select min(time) as first, count(*) as n from lantaarn.observation_1y").fetchone()
    assert left == {"first": DAY - timedelta(days=7), "n": 7}
    today = datetime.now(LOCAL_TIME_ZONE).date().isoformat()
    until_now = ask(*order, "on request", "--from", today, "--to", today)
    assert until_now.exit_code == 0, until_now.output
    assert "de precieze plek" in ask(*order, "on request").output
    assert db.execute("select from restricted.location").fetchall() == []
    listed = read_tombstones(outside / "tombstones.jsonl")
    assert [each.register for each in listed if isinstance(each, Tombstone)] == [False, False, True]
    assert [type(each) for each in listed].count(ErasedReport) == 1


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("search",), "Give one of"),
        (("search", "--report", "1", "--sensor", "x"), "Give one of"),
        (("search", "--report", "1", "--from", "2024-11-01"), "go with a sensor"),
        (("search", "--sensor", "x", "--from", "2024-11-02", "--to", "2024-11-01"), "2024-11-02 is after --to"),
        (("erase", "--sensor", "x", "--to", "2999-01-01", "--reason", "x"), "give today or an earlier day"),
    ],
)
def test_a_request_names_one_thing(outside: Path, words: tuple[str, ...], why: str) -> None:
    assert why in ask(*words).output


def test_what_is_typed_as_an_address_is_never_repeated(outside: Path) -> None:
    result = ask("search", "--email", given="geen adres\n")
    assert (result.exit_code, "geen adres" in result.output) == (2, False)
