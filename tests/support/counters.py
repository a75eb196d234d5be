"""Published counts of traffic without a device, for tests that compare the dashboards with pandas."""

from collections.abc import Sequence

import pandas as pd

from ingest.lifecycle.daily_totals import update_daily_totals
from sensors.db import Database
from tests.support.entries import Document, example_datastream
from tests.support.sample_data import traffic_counter_entry

HOUR_NOISE = 12.0
"""Standard deviation of the noise in a cell; its margin is twice that."""


def counter_entry(reference: str, *codes: str) -> Document:
    """A counter of these classes, public by the hour."""
    rule = [{"rule": "public_threshold"}]
    declared = {"public": "hour", "privacy_rules": rule, "interval": "PT1H"}
    streams = [example_datastream(code, "traffic", **declared) for code in codes]
    return traffic_counter_entry(reference=reference, name={"nl": f"Teller {reference}"}, datastreams=streams)


def insert_cells(db: Database, cells: pd.DataFrame) -> None:
    """Insert published cells. Columns: reference, property, period ('hour' or 'night'), start, value (or missing)."""
    _insert(
        db,
        "insert into lantaarn.public_cell (datastream_id, period, start, counted, value, noise) "
        "select stream.id, given.period, given.at, true, given.value, %(noise)s "
        "from unnest(%(references)s::text[], %(codes)s::text[], %(periods)s::text[], %(starts)s::timestamptz[], "
        "%(values)s::float8[]) as given (reference, code, period, at, value) ",
        cells,
        periods=cells["period"].tolist(),
        starts=cells["start"].dt.to_pydatetime().tolist(),
    )
    update_daily_totals(db, cells["start"].max().to_pydatetime())


def insert_count_days(db: Database, days: pd.DataFrame) -> None:
    """Insert days of which every hour has a number. Columns: reference, property, day, value."""
    _insert(
        db,
        "insert into lantaarn.public_day (datastream_id, day, sum, hours, hidden, noise) "
        "select stream.id, given.day, given.value, open.day_hours(given.day), 0, %(noise)s * sqrt(18) "
        "from unnest(%(references)s::text[], %(codes)s::text[], %(days)s::date[], %(values)s::float8[]) "
        "as given (reference, code, day, value) ",
        days,
        days=[str(day) for day in days["day"]],
    )


def _insert(db: Database, statement: str, rows: pd.DataFrame, **columns: Sequence[object]) -> None:
    joined = (
        "join lantaarn.sensor as sensor on sensor.reference = given.reference "
        "join lantaarn.datastream as stream on stream.sensor_id = sensor.id and stream.property = given.code"
    )
    values = [None if value != value else value for value in rows["value"].tolist()]  # noqa: PLR0124 - not a number
    references, codes = rows["reference"].tolist(), rows["property"].tolist()
    given = {"references": references, "codes": codes, "values": values, "noise": HOUR_NOISE, **columns}
    db.execute(statement + joined, given)  # pyright: ignore[reportArgumentType] - constants of this file
