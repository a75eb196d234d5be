"""What keeps programs from flooding the desk, and lets people through."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.reports.forms import IN_ALL, OLD, PER_NETWORK, QUICK, BusyError, Tickets, Turnstile

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_ticket_is_good_from_three_seconds_to_a_day() -> None:
    tickets = Tickets("secret")
    ticket = tickets.read("LML-1", tickets.new("LML-1", NOW))
    assert ticket is not None
    seconds = {0: QUICK, 2: QUICK, 3: None, 86_400: None, 86_401: OLD}
    assert {age: ticket.problem(NOW + timedelta(seconds=age)) for age in seconds} == seconds


def test_a_ticket_is_for_one_subject_of_one_register() -> None:
    text = Tickets("secret").new("LML-1", NOW)
    assert Tickets("secret").read("LML-1", text) is not None
    assert Tickets("secret").read("LML-2", text) is None
    assert Tickets("other").read("LML-1", text) is None


def test_each_form_has_its_own_number() -> None:
    tickets = Tickets("secret")
    made = [tickets.read("LML-1", tickets.new("LML-1", NOW)) for _ in range(100)]
    assert len({ticket.form_id for ticket in made if ticket}) == 100


@given(st.text(max_size=150), st.integers(0, 130), st.characters())
@example("\ud800", 0, "\ud800")
def test_a_ticket_that_we_did_not_make_is_none(text: str, at: int, other: str) -> None:
    tickets = Tickets("secret")
    assert tickets.read("LML-1", text) is None
    made = tickets.new("LML-1", NOW)
    at %= len(made)
    if made[at] != other:
        assert tickets.read("LML-1", made[:at] + other + made[at + 1 :]) is None


def passing(turnstile: Turnstile, address: str | None, now: datetime = NOW) -> bool:
    try:
        turnstile.enter(address, now)
    except BusyError:
        return False
    return True


@pytest.mark.parametrize(
    ("one", "neighbour", "stranger"),
    [
        ("192.0.2.1", "192.0.2.254", "192.0.3.1"),
        ("2001:db8:1::1", "2001:db8:1:ffff::2", "2001:db8:2::1"),
        ("::ffff:192.0.2.1", "192.0.2.9", "::ffff:198.51.100.1"),
        (None, "not an address", "192.0.2.1"),
    ],
)
def test_a_network_may_send_so_much_an_hour(one: str | None, neighbour: str | None, stranger: str) -> None:
    turnstile = Turnstile()
    assert all(passing(turnstile, one) for _ in range(PER_NETWORK))
    assert not passing(turnstile, one)
    assert not passing(turnstile, neighbour)
    assert passing(turnstile, stranger)
    assert passing(turnstile, one, NOW + timedelta(hours=1))


def test_all_together_may_send_so_much_an_hour() -> None:
    turnstile = Turnstile()
    assert all(passing(turnstile, f"10.0.{each}.1") for each in range(IN_ALL))
    assert not passing(turnstile, "192.0.2.1")
    assert passing(turnstile, "192.0.2.1", NOW + timedelta(hours=1))
