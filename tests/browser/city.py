"""The example city with content for every page, and the paths of its pages."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from ingest.lifecycle.verification import record_verification, verify_retention
from sensors.db import Database, connect
from sensors.register.repository import import_entries, load_areas
from simulators.city.example_register import example_entries
from tests.support.sample_data import (
    DAY,
    HOUR,
    NOW,
    insert_event_books,
    insert_hourly_total,
    insert_ledger_hour,
    insert_observation,
    publish_cells,
)
from tests.support.waiting import wait_for

SENSOR, COUNTER, CAMERA = "lucht-bewoner-01", "verkeer-camera-01", "camera-station-01"
AREA, DISTRICT = "BU07941003", "WK079418"
"""The neighbourhood of the sensor, and a district with few sensors."""

PAGES: Mapping[str, tuple[str, ...]] = {
    "/": ("/", "/?kind=other", "/?neighbourhood=BU07941000&kind=air_quality&status=ended", "/?kind=nonsense"),
    "/sensors/{reference}": (f"/sensors/{SENSOR}", f"/sensors/{COUNTER}", "/sensors/nothing"),
    "/organisaties": ("/organisaties",),
    "/organisaties/{slug}": ("/organisaties/gemeente-helmond",),
    "/projecten": ("/projecten",),
    "/projecten/{slug}": ("/projecten/samen-meten-in-helmond",),
    "/buurten": ("/buurten",),
    "/buurten/{code}": (f"/buurten/{AREA}", f"/buurten/{DISTRICT}"),
    "/themas": ("/themas",),
    "/themas/{slug}": ("/themas/lucht",),
    "/over": ("/over",),
    "/woordenlijst": ("/woordenlijst",),
    "/privacy": ("/privacy",),
    "/toegankelijkheid": ("/toegankelijkheid",),
    "/dichtbij": ("/dichtbij",),
    "/sensors/{reference}/melding": (f"/sensors/{SENSOR}/melding",),
    "/meldingen": ("/meldingen",),
    "/meldingen/{number}": ("/meldingen/{number}",),
    "/wijzigingen": ("/wijzigingen",),
    "/sensors/{reference}/geschiedenis": (f"/sensors/{SENSOR}/geschiedenis",),
    "/sensors/{reference}/geschiedenis/{number}": (f"/sensors/{SENSOR}/geschiedenis/1",),
    "/s/{reference}": (f"/s/{COUNTER}",),
    "/borden": ("/borden", "/borden?buurt=BU07941000"),
    "/kwaliteit": ("/kwaliteit", "/kwaliteit?neighbourhood=BU07941000", "/kwaliteit?organisation=Inwoner&order=filled"),
}
"""Paths to visit for every page route: full, empty and invalid ones. ``{number}`` is the number of a report."""

NO_PAGES = frozenset({"/id/{name}", "/id/{entry_id}", "/id/{entry_id}/{number}"})
"""Routes that redirect to a page."""


def build(database: str, folder: Path) -> None:
    """Publish the example city, with a day of measurements for some sensors."""
    file = folder / "register.jsonl"
    file.write_text("".join(f"{entry.model_dump_json(exclude_none=True)}\n" for entry in example_entries(1)))
    with connect(database) as db:
        load_areas(db)
        import_entries(db, file, "test", "test", NOW - 7 * DAY)
        insert_observation(db, SENSOR, "pm10", 12.3, datetime.now(UTC))
        for hours in range(1, 25):
            insert_hourly_total(db, SENSOR, "pm10", NOW - hours * HOUR, 30.0 + hours % 7)
            insert_hourly_total(db, COUNTER, "count_car", NOW - hours * HOUR, 9.0 * hours)
        publish_cells(db, NOW + timedelta(minutes=30))
        insert_event_books(db)
        go_wrong(db)


def go_wrong(db: Database) -> None:
    """Insert problems for the quality page: silence, rejections, unregistered senders and a retention check."""
    db.execute("update lantaarn.finding set known_since = now() - interval '60 days' where reference like 'lucht-%'")
    insert_ledger_hour(db, SENSOR, NOW, stored=90, refused={"too_late": 10, "sentinel": 3})
    db.execute(
        "insert into lantaarn.ledger_reason values (null, %(last_week)s, 'unregistered', 120)",
        {"last_week": NOW - timedelta(days=7)},
    )
    now = datetime.now(UTC)
    record_verification(db, verify_retention(db, now), now)


def reported(site: str) -> str:
    """File a report through the form and return its number."""
    path = f"/sensors/{SENSOR}/melding"
    with httpx.Client(base_url=site, follow_redirects=False) as client:
        form = client.get(path).text
        ticket = form.split('name="ticket" value="')[1].split('"')[0]
        data = {"ticket": ticket, "kind": "question", "words": "Klopt de plek van deze meter wel?"}

        locations: list[str] = []

        def is_accepted() -> bool:
            """Submit the form, which is returned as long as it was filled in faster than a human could."""
            locations.extend(client.post(path, data=data).headers.get_list("location"))
            return bool(locations)

        wait_for(is_accepted, 20)
    return locations[0].split("?")[0].rpartition("/")[2]


def addresses(site: str) -> list[str]:
    """The paths of all pages to visit."""
    number = reported(site)
    return [each.replace("{number}", number) for all_of_route in PAGES.values() for each in all_of_route]
