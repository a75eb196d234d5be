"""What it takes to hear from residents: forms that are ours, not too many of them, and someone who brings the mail."""

from dataclasses import dataclass, field
from typing import Self

from api.database import Pool
from api.reports.forms import FormTokenSigner, RateLimiter
from api.reports.mailer import Mailer
from sensors.settings.web import ApiSettings


@dataclass(frozen=True, slots=True)
class Intake:
    """The parts that live as long as the program."""

    form_tokens: FormTokenSigner
    mailer: Mailer
    rate_limiter: RateLimiter = field(default_factory=RateLimiter)

    @classmethod
    def of(cls, settings: ApiSettings, pool: Pool) -> Self:
        """The intake of a register. Programs with the same database accept each other's tokens: the address of the
        database, which holds the password, is the secret they share without one more to set."""
        return cls(FormTokenSigner(settings.database_url.get_secret_value()), Mailer(settings, pool))
