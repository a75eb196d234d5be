"""What is kept for ever about a change says why and which team, never who or where someone lives."""

import pytest
from click.testing import CliRunner

from lantaarn import main
from sensors.register.free_text import points_to_a_person
from sensors.register.validation.validator import find_violations
from tests.support.entries import example_entry


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


@pytest.mark.parametrize("option", ["--editor", "--reason"])
def test_importing_refuses_a_person_before_the_database_is_asked(option: str) -> None:
    result = CliRunner().invoke(main, ["register", "import", __file__, option, "Jan de Vries"])
    assert result.exit_code == 2
    assert f"Invalid value for '{option}'" in result.output
    assert "Vries" not in result.output
