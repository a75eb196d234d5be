"""What keeps programs from flooding the desk, and lets people through."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.reports.forms import (
    EXPIRED_MESSAGE,
    MAX_PER_NETWORK,
    MAX_TOTAL,
    TOO_QUICK_MESSAGE,
    FormTokenSigner,
    RateLimiter,
    RateLimitError,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_ticket_is_good_from_three_seconds_to_a_day() -> None:
    tickets = FormTokenSigner("secret")
    ticket = tickets.verify("LML-1", tickets.issue("LML-1", NOW))
    assert ticket is not None
    seconds = {0: TOO_QUICK_MESSAGE, 2: TOO_QUICK_MESSAGE, 3: None, 86_400: None, 86_401: EXPIRED_MESSAGE}
    assert {age: ticket.timing_notice(NOW + timedelta(seconds=age)) for age in seconds} == seconds


def test_a_ticket_is_for_one_subject_of_one_register() -> None:
    text = FormTokenSigner("secret").issue("LML-1", NOW)
    assert FormTokenSigner("secret").verify("LML-1", text) is not None
    assert FormTokenSigner("secret").verify("LML-2", text) is None
    assert FormTokenSigner("other").verify("LML-1", text) is None


def test_each_form_has_its_own_number() -> None:
    tickets = FormTokenSigner("secret")
    made = [tickets.verify("LML-1", tickets.issue("LML-1", NOW)) for _ in range(100)]
    assert len({ticket.form_id for ticket in made if ticket}) == 100


@given(st.text(max_size=150), st.integers(0, 130), st.characters())
@example("\ud800", 0, "\ud800")
def test_a_ticket_that_we_did_not_make_is_none(text: str, at: int, other: str) -> None:
    tickets = FormTokenSigner("secret")
    assert tickets.verify("LML-1", text) is None
    made = tickets.issue("LML-1", NOW)
    at %= len(made)
    if made[at] != other:
        assert tickets.verify("LML-1", made[:at] + other + made[at + 1 :]) is None


def passing(turnstile: RateLimiter, address: str | None, now: datetime = NOW) -> bool:
    try:
        turnstile.admit(address, now)
    except RateLimitError:
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
    turnstile = RateLimiter()
    assert all(passing(turnstile, one) for _ in range(MAX_PER_NETWORK))
    assert not passing(turnstile, one)
    assert not passing(turnstile, neighbour)
    assert passing(turnstile, stranger)
    assert passing(turnstile, one, NOW + timedelta(hours=1))


def test_all_together_may_send_so_much_an_hour() -> None:
    turnstile = RateLimiter()
    assert all(passing(turnstile, f"10.0.{each}.1") for each in range(MAX_TOTAL))
    assert not passing(turnstile, "192.0.2.1")
    assert passing(turnstile, "192.0.2.1", NOW + timedelta(hours=1))
