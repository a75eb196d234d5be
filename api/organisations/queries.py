"""How quickly an organisation answers residents' reports."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sensors.db import Database, queries

QUERIES = queries.load_queries(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class ReportStatistics:
    """Reports of the last year about sensors an organisation is responsible for, by status. ``median_days``: the median
    number of days to an answer; None without answers. Each report is also public individually."""

    received: int
    settled: int
    in_time: int
    late: int
    """Still unanswered after the promised day."""
    median_days: int | None


def load_report_statistics(db: Database, municipality: str, organisation: str, today: date) -> ReportStatistics:
    """How quickly an organisation answers."""
    parameters = {"municipality": municipality, "organisation": organisation, "day": today}
    (row,) = db.execute(QUERIES["report_statistics"], {**parameters, "since": today - timedelta(days=365)}).fetchall()
    return ReportStatistics(**row)
