"""What it takes to hear from residents: forms that are ours, not too many of them, and someone who brings the mail."""

from dataclasses import dataclass, field
from typing import Self

from api.database import Pool
from api.reports.forms import Tickets, Turnstile
from api.reports.mailer import Courier
from sensors.settings import ApiSettings


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts that live as long as the program."""

    tickets: Tickets
    courier: Courier
    turnstile: Turnstile = field(default_factory=Turnstile)

    @classmethod
    def of(cls, settings: ApiSettings, pool: Pool) -> Self:
        """The desk of a register. Programs with the same database read each other's tickets: its address, which holds
        the password, is the secret they share without one more to set."""
        return cls(Tickets(settings.database_url.get_secret_value()), Courier(settings, pool))
