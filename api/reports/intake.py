"""Intake of reports: form tokens, rate limits and the mailer."""

from dataclasses import dataclass, field
from typing import Self

from api.database import Pool
from api.reports.forms import FormTokenSigner, RateLimiter
from api.reports.mailer import Mailer
from sensors.settings.web import ApiSettings


@dataclass(frozen=True, slots=True)
class Intake:
    """Objects that live as long as the process."""

    form_tokens: FormTokenSigner
    mailer: Mailer
    rate_limiter: RateLimiter = field(default_factory=RateLimiter)

    @classmethod
    def of(cls, settings: ApiSettings, pool: Pool) -> Self:
        """Create the intake. Processes with the same database accept each other's tokens: the database URL, which
        contains the password, serves as the shared secret, so there is no extra setting."""
        return cls(FormTokenSigner(settings.database_url.get_secret_value()), Mailer(settings, pool))
