"""What is kept for ever about a change says why and which team, never who or where someone lives."""

import pytest
from click.testing import CliRunner

from lantaarn import main
from sensors.register.free_text import points_to_a_person
from sensors.register.validation.validator import find_violations
from tests.support.entries import Document, example_datastream, example_entry
from tests.support.sample_data import home_sensor_entry


@pytest.mark.parametrize(
    "text",
    [
        "J. de Vries",
        "Jan de Vries",
        "dhr. Jansen belde",
        "op verzoek van Fatima El Amrani",
        "bewoner van Kerkstraat 12",
    ],
)
def test_a_name_or_an_address_is_kept_nowhere(text: str) -> None:
    assert points_to_a_person(text)


@pytest.mark.parametrize(
    "text",
    ["Team Openbare Ruimte", "lantaarn register import", "Prins Hendriklaan opnieuw ingericht", "nieuwe sensoren 2026"],
)
def test_a_team_and_a_reason_are(text: str) -> None:
    assert not points_to_a_person(text)


@pytest.mark.parametrize(
    "text",
    ["Mail jan [at] example [punt] nl.", "Een Belg met kenteken ABC-123.", "Duits kenteken EUS LD 12 op de stoep."],
)
def test_an_entry_tells_no_number_in_a_spelling_of_sentences(text: str) -> None:
    assert [each.rule_id for each in find_violations(example_entry(summary={"nl": text}))] == ["texts_name_nobody"]


@pytest.mark.parametrize(
    "text",
    [
        "Hangt bij Jan de Vries thuis.",
        "Op 5701AB12.",
        "Gebeld door mw. drs. A. Bakker.",
        "Mail jan @ ziggo . nl maar.",
        "Mail jan apenstaartje ziggo punt nl.",
    ],
)
def test_a_text_that_anyone_writes_is_found(text: str) -> None:
    assert points_to_a_person(text)


HOME = home_sensor_entry()


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"reference": "familie-de-vries-kerkstraat-12"}, "reference"),
        ({"device": HOME["device"] | {"make": "Jan de Vries"}}, "device.make"),
        ({"device": HOME["device"] | {"model": "Kerkstraat 12"}}, "device.model"),
        ({"project": {"name": "Meten op Kerkstraat 12"}}, "project.name"),
    ],
)
def test_no_field_of_a_sensor_at_a_home_tells_who_or_where(changes: Document, path: str) -> None:
    found = {(each.path, each.rule_id) for each in find_violations(home_sensor_entry(**changes))}
    assert (path, "texts_name_nobody") in found
    assert "texts_name_nobody" not in {each.rule_id for each in find_violations(HOME)}


@pytest.mark.parametrize(
    ("party", "rule"),
    [("j.devries@ziggo.nl", "texts_identify_nobody"), ("NL91ABNA0417164300", "texts_name_nobody")],
)
def test_who_gets_the_data_is_no_person(party: str, rule: str) -> None:
    datastream = example_datastream("no2", access_parties=["RIVM", party])
    found = {(each.path, each.rule_id) for each in find_violations(example_entry(datastreams=[datastream]))}
    assert ("datastreams[0].access_parties[1]", rule) in found


def test_a_sensor_in_public_space_may_tell_its_street_and_its_maker() -> None:
    device = HOME["device"] | {"make": "Hans Boodt", "model": "EM-PP 10"}
    assert find_violations(example_entry(reference="lamp-kerkstraat-12", device=device)) == ()


@pytest.mark.parametrize("option", ["--editor", "--reason"])
def test_importing_refuses_a_person_before_the_database_is_asked(option: str) -> None:
    result = CliRunner().invoke(main, ["register", "import", __file__, option, "Jan de Vries"])
    assert result.exit_code == 2
    assert f"Invalid value for '{option}'" in result.output
    assert "Vries" not in result.output
