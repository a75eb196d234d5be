"""How quickly an organisation answers what residents ask."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sensors.db import Database, queries

QUERIES = queries.load_queries(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class ReportStatistics:
    """How the reports of the last year stand, about sensors that an organisation answers for. ``median_days``: half of
    the answers took so many days or fewer; none without answers. Each report is public by itself too."""

    received: int
    settled: int
    in_time: int
    late: int
    """Still waiting, past the day that was promised."""
    median_days: int | None


def load_report_statistics(db: Database, municipality: str, organisation: str, today: date) -> ReportStatistics:
    """How quickly an organisation answers."""
    parameters = {"municipality": municipality, "organisation": organisation, "day": today}
    (row,) = db.execute(QUERIES["report_statistics"], {**parameters, "since": today - timedelta(days=365)}).fetchall()
    return ReportStatistics(**row)
