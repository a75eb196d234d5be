"""What prose, configuration and migrations say of the promises, made from the numbers as they are defined.

A number is written as its place writes it: in digits or in a word. A word that is missing is a ``KeyError`` here: then
a promise became a number that no place has said before.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from api.reports.forms import MAX_PER_NETWORK, MAX_TOTAL
from api.search.queries import CELL_SIZE_DEGREES
from ingest.events.travel_time import MAX_REORDERING
from ingest.events.windows import CLOCK_SKEW_TOLERANCE, WINDOW_GRACE_PERIOD
from ingest.flow_control.rate_limits import MAX_ARRIVING_READINGS, MAX_FRUITLESS_READINGS, MAX_OVERRATE
from ingest.mqtt.framing import MAX_PACKET_BYTES
from ingest.mqtt.session import SESSION_EXPIRY_SECONDS
from ingest.pipeline import MAX_PAYLOAD_BYTES
from sensors.formats.model import MAX_READINGS
from sensors.policy import promises as p
from sensors.vocabulary.durations import describe_duration, parse_duration

Statement = tuple[tuple[str, ...], str, str]
"""The names of the promises, the file, and what it says of them; where a line ends there is of no account."""

NUMBER_WORDS: Mapping[int, tuple[str, str]] = {
    1: ("een", "a"),
    2: ("twee", "two"),
    4: ("vier", "four"),
    5: ("vijf", "five"),
    7: ("zeven", "seven"),
    8: ("acht", "eight"),
    10: ("tien", "ten"),
    12: ("twaalf", "twelve"),
}
"""In Dutch and in English."""
SPANS: Mapping[timedelta, tuple[str, str]] = {
    timedelta(minutes=1): ("een minuut", "a minute"),
    timedelta(minutes=5): ("vijf minuten", "five minutes"),
    timedelta(minutes=15): ("kwartier", "quarter of an hour"),
    timedelta(minutes=30): ("half uur", "half an hour"),
    timedelta(hours=1): ("uur", "hour"),
    timedelta(days=7): ("een week", "a week"),
}

MINUTE = timedelta(minutes=1)

_VARIANCE = round(2 * p.MAX_WALK_PASSES / p.MAX_MOVEMENT_SHIFT**2)
_CAP = round(_VARIANCE * p.MAX_MOVEMENT_SHIFT**2)
_MOVEMENT_PROMISES = (
    *("MIN_MOVEMENT_LAMPS", "MIN_MOVEMENT_SPACING", "MAX_WALK_PASSES", "MAX_MOVEMENT_SHIFT"),
    *("MOVEMENT_WEEKS", "WEEKEND_MOVEMENT_WEEKS", "MOVEMENT_PUBLICATION_TIME"),
)


def number_words(number: int) -> tuple[str, str]:
    """A number in words, in Dutch and in English; in digits where the table has no word for it."""
    return NUMBER_WORDS.get(number, (f"{number}", f"{number}"))


def span_words(span: timedelta) -> tuple[str, str]:
    """A span of time in words, in Dutch and in English; in minutes where the table has no words for it."""
    return SPANS.get(span, (f"{span // MINUTE} minuten", f"{span // MINUTE} minutes"))


BELOW = p.COUNT_THRESHOLD
LAMPS, LAMPS_NL = number_words(p.MIN_GROUP_SENSORS)[1], number_words(p.MIN_GROUP_SENSORS)[0]
NIGHT = f"{p.NIGHT_START:%H:%M}–{p.DAY_START:%H:%M}"
REMEMBERED = p.MAX_TRAVEL_TIME // MINUTE
EVERY = p.RETENTION_INTERVAL // MINUTE
EVERY_NL, EVERY_EN = span_words(p.RETENTION_INTERVAL)
CHECKED_NL, CHECKED_EN = span_words(p.MAX_CHECK_AGE)
ANSWER_NL, ANSWER_EN = number_words(p.ANSWER_WITHIN_WORKING_DAYS)
GRACE, GRACE_EN = WINDOW_GRACE_PERIOD // MINUTE, span_words(WINDOW_GRACE_PERIOD)[1]
SHORT, LONG = (parse_duration(each) // MINUTE for each in p.TRAVEL_TIME_WINDOWS)
KEPT = LONG + GRACE
MESSAGES = "api/web/locales/en/LC_MESSAGES/messages.po"
SCHEMA = "sensors/db/schema.sql"


def _words(term: str) -> tuple[str, str]:
    """A term with its number in a word: ``een jaar``, ``a year``."""
    said = describe_duration(term)
    amount = int(said.en.split()[0])
    nl, en = number_words(amount)
    return f"{nl} {said.nl.split()[1]}", f"{en} {said.en.split()[1]}"


def _threshold() -> Iterator[tuple[str, str]]:
    yield "docs/api.md", f"reasons only from {BELOW} up"
    yield "docs/api.md", f"in bands, from {BELOW} up"
    yield "api/sensor/schemas.py", f"only what happened {BELOW} times or more"
    yield "api/sensor/queries.py", f"only those that were met {BELOW} times or more"
    yield "api/quality/schemas.py", f"by the reason for refusing it, from {BELOW} up"
    yield SCHEMA, f"WHEN ((value IS NULL) AND (noise IS NULL)) THEN {BELOW}"
    yield SCHEMA, f"(({BELOW - 1} * published.small) + 1)"
    yield SCHEMA, f"(sum(ledger.received) >= ({BELOW})::numeric)"
    yield SCHEMA, f"(sum(ledger.readings) >= ({BELOW})::numeric)"
    yield SCHEMA, f"(sum(refused.readings) >= ({BELOW})::numeric)"
    yield SCHEMA, f"(last_week.readings >= ({BELOW})::numeric)"
    enough = f"(GREATEST(trouble.refused, trouble.undeclared, trouble.conflict) >= ({BELOW})"
    yield SCHEMA, f"((books.received >= ({BELOW})::numeric) AND {enough}"
    yield SCHEMA, f"LIMIT {BELOW}) few)"


def _counters() -> Iterator[Statement]:
    page, noises = "docs/privacy.md", ("HOUR_NOISE", "DAY_NOISE")
    yield noises, page, f"*Bij elke telling komt een toevallig getal, meestal kleiner dan {p.HOUR_NOISE}"
    yield noises, page, f"standard deviation {p.HOUR_NOISE} for an hour and {p.DAY_NOISE} for a day"
    cells, more = (
        f"is in more than {number_words(p.CELLS_PER_PASS)[1]} numbers",
        f"{p.HOUR_NOISE}·√(k/{p.CELLS_PER_PASS})",
    )
    yield ("CELLS_PER_PASS",), page, cells
    yield ("CELLS_PER_PASS",), page, more
    yield ("SAME_PLACE_METRES",), page, f"at most {p.SAME_PLACE_METRES} metres apart"
    raw, totals, public = (
        describe_duration(each).en for each in (p.MAX_RAW_TERM, p.MAX_TRUE_HOURS_TERM, p.MAX_CELLS_TERM)
    )
    yield ("MAX_RAW_TERM",), page, f"Single rows, as sent: at most {raw} (`raw`)"
    yield ("MAX_TRUE_HOURS_TERM",), page, f"True totals of hours: at most {totals}"
    yield ("MAX_CELLS_TERM",), page, f"What is published: at most {public}"
    terms = ("MAX_RAW_TERM", "MAX_TRUE_HOURS_TERM", "MAX_CELLS_TERM")
    yield (
        terms,
        "docs/register.md",
        f"{raw} for single values, {totals} for exact totals of hours, {public} for what is public",
    )


def _samples() -> Iterator[tuple[str, str]]:
    nl, en = number_words(p.SAMPLE_ONE_IN)
    yield "sensors/policy/explanation.py", f"hooguit één op de {nl} voertuigen"
    yield "sensors/policy/explanation.py", f"at most one in {en} vehicles"
    yield "docs/privacy.md", f"*Wij gebruiken hooguit één op de {nl} voertuigen"
    yield "docs/privacy.md", f"1 in {p.SAMPLE_ONE_IN}, or 1 in {p.SAMPLE_ONE_IN_ADJOINING} where one drive"
    yield "docs/threats.md", f"a secret random sample of 1 in {p.SAMPLE_ONE_IN}"


def _travel_times() -> Iterator[Statement]:
    least, more, step = ("MIN_SAMPLED_VEHICLES",), ("MIN_SAMPLED_FOR_P85",), ("TRAVEL_TIME_ROUNDING_SECONDS",)
    yield least, "docs/privacy.md", f"nothing below `minimum` ({p.MIN_SAMPLED_VEHICLES} or more)"
    yield least, "docs/privacy.md", f"Of at least {p.MIN_SAMPLED_VEHICLES} sampled vehicles"
    yield least, "docs/ingest.md", f"a travel time of at least {p.MIN_SAMPLED_VEHICLES} sampled vehicles"
    yield least, "docs/api.md", f"from {p.MIN_SAMPLED_VEHICLES} sampled vehicles of a class up"
    yield least, "sensors/register/entry.py", f"Less than {p.MIN_SAMPLED_VEHICLES} is only in versions from before"
    yield more, "docs/privacy.md", f"and of at least {p.MIN_SAMPLED_FOR_P85} also"
    yield more, "docs/api.md", f"from {p.MIN_SAMPLED_FOR_P85} up"
    yield step, "docs/privacy.md", f"the median is stored, to {p.TRAVEL_TIME_ROUNDING_SECONDS} seconds"
    yield step, "docs/api.md", f"to the nearest {p.TRAVEL_TIME_ROUNDING_SECONDS} seconds"
    yield step, "api/sensor/schemas.py", f"in seconds to the nearest {p.TRAVEL_TIME_ROUNDING_SECONDS}"
    yield step, SCHEMA, f"CHECK ((((median)::integer % {p.TRAVEL_TIME_ROUNDING_SECONDS}) = 0))"


def _travel_windows() -> Iterator[tuple[str, str]]:
    yield "docs/privacy.md", f"Windows are {SHORT} or {LONG} minutes for travel time"
    rule = "sensors/register/validation/rules/deidentification.py"
    yield rule, f"Reistijden maken wij over {SHORT} of {LONG} minuten"
    yield rule, f"We compute travel times over {SHORT} or {LONG} minutes"
    yield SCHEMA, f"CHECK ((minutes = ANY (ARRAY[{SHORT}, {LONG}])))"
    yield SCHEMA, f"<> ALL (ARRAY[{SHORT * 60}, {LONG * 60}])"


def _memory() -> Iterator[tuple[str, str]]:
    half_en = span_words(p.MAX_TRAVEL_TIME)[1]
    yield "docs/payloads.md", f"A passage may be {REMEMBERED} minutes old"
    yield "docs/hardening.md", f"in memory for at most {REMEMBERED} minutes, and {KEPT} more if they are sampled"
    yield "docs/ingest.md", f"travel times resume {half_en} later"


def _groups() -> Iterator[tuple[str, str]]:
    yield "docs/dashboards.md", f"in groups of {LAMPS} and more"
    yield "docs/schema.md", f"groups of {LAMPS} lamps or more"
    yield "docs/alerts.md", f"Alleen groepen van {LAMPS_NL} lampen of meer"
    yield "dashboards/panels/lighting.py", f"Alleen groepen van {LAMPS_NL} lampen of meer"
    yield "dashboards/panels/city_today.py", f"wel iets stuurden. Alleen groepen van {LAMPS_NL} lampen of meer"
    yield "dashboards/panels/city_today.py", f"gisteren gebruikten. Alleen groepen van {LAMPS_NL} lampen of meer"
    yield SCHEMA, f"HAVING (count(*) >= {p.MIN_GROUP_SENSORS}))"
    yield SCHEMA, f"HAVING (count(*) >= {p.MIN_GROUP_SENSORS});"


def _movement() -> Iterator[tuple[str, str]]:
    lamps, (four_nl, four), (_, twelve) = (
        p.MIN_MOVEMENT_LAMPS,
        number_words(p.MOVEMENT_WEEKS),
        number_words(p.WEEKEND_MOVEMENT_WEEKS),
    )
    yield "docs/privacy.md", f"a group of fewer than {lamps} lamps"
    yield "docs/privacy.md", f"C = ⌊√({_CAP} N)⌋"
    yield "docs/privacy.md", f"S = √({_VARIANCE} N)"
    yield "docs/privacy.md", f"D = max({p.MIN_MOVEMENT_SPACING.seconds} s, W/C)"
    yield "docs/privacy.md", f"at {p.MOVEMENT_PUBLICATION_TIME:%H:%M} on the Monday after"
    yield "docs/ingest.md", f"of a group of {number_words(lamps)[1]} lamps or more"
    yield "docs/register.md", f"{lamps} at least, better 24 to 80"
    yield "sensors/register/entry.py", f"{lamps} at least, better 24 to 80"
    yield "docs/erasure.md", f"at least {number_words(lamps)[1]} lamps"
    yield "docs/schema.md", f"means over {four} weeks, of weekends {twelve}"
    yield "api/movement/movement.html", f"een gemiddelde over {four_nl} weken"
    yield MESSAGES, f"a mean over {four} weeks"
    yield SCHEMA, f"CHECK ((sensors >= {lamps}))"
    yield SCHEMA, f"CHECK (((noise * noise) >= (({_VARIANCE - 0.01:.2f} * (sensors)::numeric))::double precision))"
    yield SCHEMA, f"CHECK ((spacing >= ({p.MIN_MOVEMENT_SPACING.seconds})::double precision))"
    yield SCHEMA, f"CHECK ((weeks = ANY (ARRAY[{p.MOVEMENT_WEEKS}, {p.WEEKEND_MOVEMENT_WEEKS}])))"
    yield SCHEMA, f"GREATEST({lamps}, max("
    yield SCHEMA, f"+ '{p.MOVEMENT_PUBLICATION_TIME}'::time without time zone"


def _night() -> Iterator[tuple[str, str]]:
    from_morning = f"from {p.DAY_START:%H:%M}; {NIGHT} is always one window"
    yield "docs/privacy.md", f"with {NIGHT} as one"
    yield "docs/register.md", from_morning
    yield "sensors/register/entry.py", from_morning
    yield "docs/simulators.md", f"(at night: after {p.DAY_START:%H:%M})"


def _terms_of_books() -> Iterator[Statement]:
    ledger, books = describe_duration(p.LEDGER_TERM).en, _words(p.LEDGER_TERM)[1]
    yield ("LEDGER_TERM",), "docs/retention.md", f"by the hour and by the day | {ledger} |"
    yield ("LEDGER_TERM",), "docs/retention.md", f"which were due | {ledger} |"
    yield ("LEDGER_TERM",), "docs/erasure.md", f"It expires after {books}"
    quarantine = describe_duration(p.QUARANTINE_TERM)
    yield ("QUARANTINE_TERM",), "docs/retention.md", f"a message was rejected) | {quarantine.en} |"
    yield ("QUARANTINE_TERM",), "docs/alerts.md", f"De quarantaine bewaart {quarantine.nl}"
    refusals = describe_duration(p.EVENT_REFUSAL_TERM).en
    yield ("EVENT_REFUSAL_TERM",), "docs/retention.md", f"by day and kind of sensor | {refusals} |"
    heartbeat = describe_duration(p.HEARTBEAT_TERM).en
    yield ("HEARTBEAT_TERM",), "docs/retention.md", f"by the minute | {heartbeat} |"
    yield (
        ("STAFF_LOG_TERM",),
        "docs/retention.md",
        f"who did what (staff log) | {describe_duration(p.STAFF_LOG_TERM).en} |",
    )


def _retention_runs() -> Iterator[tuple[str, str]]:
    twice = span_words(2 * p.RETENTION_INTERVAL)[1]
    yield "docs/retention.md", f"*Schedule* is {EVERY} minutes"
    yield "docs/retention.md", f"move, run and verify every {EVERY_EN}"
    yield "docs/retention.md", f"at startup and every {EVERY} minutes"
    yield "docs/retention.md", f"Within {EVERY} minutes of a broken promise"
    yield "docs/retention.md", f"that has {EVERY} minutes, too"
    yield "docs/retention.md", f"when nothing was verified for {twice}"
    yield "docs/operations/signals.md", f"within {twice} `lantaarn_ingest_retention_kept` is 0"
    yield "docs/operations/signals.md", f"or nothing was verified for {twice}"
    yield "docs/ingest.md", f"less than {twice} old"
    yield "docs/erasure.md", f"by the next retention run, within {EVERY} minutes"
    yield "ingest/lifecycle/retention_cli.py", f"every {EVERY_EN}"
    yield "api/sensor/schemas.py", f"deleting goes in pieces and every {EVERY_EN}"
    yield "api/quality/schemas.py", f"deleting goes in pieces and every {EVERY_EN}"
    yield "dashboards/panels/privacy.py", f"Elk {EVERY_NL} vergelijkt Lantaarn"
    yield "dashboards/panels/privacy.py", f"plus een {EVERY_NL})"
    yield "dashboards/panels/city_today.py", f"Elk {EVERY_NL} vergelijkt Lantaarn"
    yield MESSAGES, f"Elk {EVERY_NL} gooien we weg wat te oud is"
    yield MESSAGES, f"Every {EVERY_EN} we delete what is too old"
    yield MESSAGES, f"hooguit een {EVERY_NL} te oud"
    yield MESSAGES, f"too old by a {EVERY_EN} at most"
    yield "sensors/db/migrations/013_columnstore.timescale.sql", f"schedule_interval => interval '{EVERY} minutes'"


def _checks() -> Iterator[tuple[str, str]]:
    yield "docs/retention.md", f"the register shows that after an {CHECKED_EN}"
    yield "docs/alerts.md", f"er is een {CHECKED_NL} lang niet gecontroleerd"
    yield MESSAGES, f"Niet gecontroleerd in het laatste {CHECKED_NL}"
    yield MESSAGES, f"Not checked in the last {CHECKED_EN}"
    yield "dashboards/panels/privacy.sql", f"beloftes zijn het laatste {CHECKED_NL}"


def _chunks() -> Iterator[tuple[str, str]]:
    days = p.MAX_CHUNK.days
    yield "docs/retention.md", f"a {p.CHUNKS_PER_TERM}th of the term, and never more than {days} days"
    yield SCHEMA, f"least(class_term / {p.CHUNKS_PER_TERM}, interval '{days} days')"


def _answers() -> Iterator[tuple[str, str]]:
    yield "docs/reports.md", f"answers within {ANSWER_EN} working days"
    yield "dashboards/panels/register.py", f"Beloofd zijn {ANSWER_NL} werkdagen"
    yield "dashboards/panels/register.py", f"langer dan de {ANSWER_NL} werkdagen die het register belooft"


def _addresses() -> Iterator[tuple[str, str]]:
    term, at_most = describe_duration(p.ADDRESS_TERM).en, describe_duration(p.MAX_ADDRESS_TERM).en
    nl, en = _words(p.MAX_ADDRESS_TERM)
    yield "docs/reports.md", f"| {term} after the answer, {en} after the report at most |"
    yield MESSAGES, f"na ons antwoord, en in elk geval na {nl}"
    yield MESSAGES, f"after our answer, and after {en} in any case"
    yield "docs/retention.md", f"e-mail addresses of residents, after the answer | {term} |"
    yield "docs/retention.md", f"e-mail addresses of residents, after the report | {at_most} |"


def _texts() -> Iterator[tuple[str, str]]:
    (nl, en), (most_nl, most_en) = _words(p.TEXT_TERM), _words(p.MAX_TEXT_TERM)
    term, at_most = describe_duration(p.TEXT_TERM).en, describe_duration(p.MAX_TEXT_TERM).en
    yield "docs/reports.md", f"| {en} after the answer, {most_en} after the report at most |"
    yield MESSAGES, f"tot {nl} na het antwoord, en in elk geval niet langer dan {most_nl}"
    yield MESSAGES, f"We keep your text until {en} after the answer, and for {most_en} at most"
    yield "docs/retention.md", f"what residents wrote, after the answer | {term} |"
    yield "docs/retention.md", f"what residents wrote, after the report | {at_most} |"
    yield "docs/retention.md", f"answer was changed or a report erased | {at_most} |"


def _mails() -> Iterator[Statement]:
    tried = span_words(parse_duration(p.UNSENT_MAIL_TERM))[1]
    unsent, spooled = describe_duration(p.UNSENT_MAIL_TERM).en, describe_duration(p.SPOOLED_MAIL_TERM).en
    yield ("UNSENT_MAIL_TERM",), "docs/reports.md", f"at most 6 hours apart, for {tried}"
    yield ("UNSENT_MAIL_TERM",), "docs/operations/signals.md", f"Retried for {tried}"
    yield ("UNSENT_MAIL_TERM",), "docs/retention.md", f"mail about reports that can't be sent | {unsent} |"
    yield ("SPOOLED_MAIL_TERM",), "docs/reports.md", f"files here, for {spooled}"
    yield ("SPOOLED_MAIL_TERM",), "docs/retention.md", f"without a mail server | {spooled} |"
    yield ("MAX_PER_NETWORK", "MAX_TOTAL"), "docs/reports.md", f"{MAX_PER_NETWORK} reports an hour from one network"
    yield ("MAX_PER_NETWORK", "MAX_TOTAL"), "docs/reports.md", f"and {MAX_TOTAL} in all"
    many = number_words(MAX_PER_NETWORK)[1]
    yield ("MAX_PER_NETWORK",), "docs/threats.md", f"{many} an hour from a network"
    yield ("MAX_PER_NETWORK",), "docs/operations/install.md", f"{many} reports from residents in an hour"


def _clocks() -> Iterator[Statement]:
    ahead = span_words(CLOCK_SKEW_TOLERANCE)[1]
    yield ("CLOCK_SKEW_TOLERANCE",), "docs/payloads.md", f"the time is more than {ahead} ahead"
    sooner = f"at most {MAX_REORDERING // MINUTE} minutes before the one at its start"
    yield ("MAX_REORDERING",), "docs/payloads.md", sooner
    grace = ("WINDOW_GRACE_PERIOD",)
    yield grace, "docs/payloads.md", f"up to {GRACE} minutes after its window"
    yield grace, "docs/ingest.md", f"{GRACE_EN} after it ends"
    yield grace, "sensors/policy/explanation.py", f"Die gooien we weg {GRACE} minuten na die tijd"
    yield grace, "sensors/policy/explanation.py", f"which we delete {GRACE} minutes after that time"
    yield grace, "simulators/city/texts.py", f"uiterlijk {KEPT} minuten na de rit"
    yield grace, "simulators/city/texts.py", f"at most {KEPT} minutes after the trip"
    yield grace, "docs/simulators.md", f"{GRACE_EN} after the end of the first whole quarter"
    yield grace, "docs/simulators.md", f"{GRACE_EN} after the end of the first whole hour"


def _messages() -> Iterator[Statement]:
    yield ("MAX_PAYLOAD_BYTES",), "docs/devices.md", f"{MAX_PAYLOAD_BYTES:,} octets at most"
    yield ("MAX_PAYLOAD_BYTES",), "docs/payloads.md", f"{MAX_PAYLOAD_BYTES:,} octets"
    yield ("MAX_PAYLOAD_BYTES",), "deployment/mosquitto.conf", f"payloads of more than {MAX_PAYLOAD_BYTES:,} octets"
    yield ("MAX_PACKET_BYTES",), "deployment/mosquitto.conf", f"a packet of more than {MAX_PACKET_BYTES:,}"
    yield ("MAX_PACKET_BYTES",), "deployment/mosquitto.conf", f"max_packet_size {MAX_PACKET_BYTES}"
    yield ("MAX_PACKET_BYTES",), "docs/devices.md", f"more than {MAX_PACKET_BYTES:,}"
    yield ("MAX_PACKET_BYTES",), "docs/payloads.md", f"{MAX_PACKET_BYTES:,} octets"
    yield ("MAX_OVERRATE",), "docs/payloads.md", f"more than {number_words(MAX_OVERRATE)[1]} times closer together"
    useless = f"after {MAX_FRUITLESS_READINGS:,} readings that were duplicates or rejected"
    yield ("MAX_FRUITLESS_READINGS",), "docs/payloads.md", useless
    yield ("MAX_ARRIVING_READINGS",), "docs/payloads.md", f"or {MAX_ARRIVING_READINGS:,} readings of any kind"
    yield ("MAX_READINGS",), "docs/payloads.md", f"At most {MAX_READINGS:,} readings"
    yield ("MAX_READINGS",), "docs/payloads.md", f"there are more than {MAX_READINGS:,} readings"
    days = timedelta(seconds=SESSION_EXPIRY_SECONDS).days
    session = ("SESSION_EXPIRY_SECONDS",)
    yield session, "docs/ingest.md", f"the broker queues messages for {number_words(days)[1]} days"
    yield session, "deployment/mosquitto.conf", f"persistent_client_expiration {days + 1}d"


def _cells() -> Iterator[tuple[str, str]]:
    wide, high = CELL_SIZE_DEGREES
    yield "api/web/static/near.js", f"place.longitude * 100000) / {round(wide * 100_000)})"
    yield "api/web/static/near.js", f"place.latitude * 100000) / {round(high * 100_000)})"
    yield "api/search/api.py", f"{wide}° of longitude and {high}° of latitude"
    yield "docs/api.md", f"a cell of {wide}° by {high}°"


STATEMENTS: tuple[Statement, ...] = (
    *((("COUNT_THRESHOLD",), *each) for each in _threshold()),
    *_counters(),
    *((("SAMPLE_ONE_IN", "SAMPLE_ONE_IN_ADJOINING"), *each) for each in _samples()),
    *_travel_times(),
    *((("TRAVEL_TIME_WINDOWS",), *each) for each in _travel_windows()),
    *((("MAX_TRAVEL_TIME",), *each) for each in _memory()),
    (("KEY_EPOCH",), "docs/threats.md", f"under a key of one {span_words(p.KEY_EPOCH)[1]}"),
    *((("MIN_GROUP_SENSORS",), *each) for each in _groups()),
    *((_MOVEMENT_PROMISES, *each) for each in _movement()),
    (("MIN_COUNT_WINDOW",), "docs/privacy.md", f"and whole {span_words(p.MIN_COUNT_WINDOW)[1]}s for movement"),
    (("MIN_COUNT_WINDOW",), "simulators/city/texts.py", f"en een heel {span_words(p.MIN_COUNT_WINDOW)[0]}"),
    (("MIN_COUNT_WINDOW",), "simulators/city/texts.py", f"and a whole {span_words(p.MIN_COUNT_WINDOW)[1]}"),
    *((("NIGHT_START", "DAY_START"), *each) for each in _night()),
    *_terms_of_books(),
    *((("RETENTION_INTERVAL",), *each) for each in _retention_runs()),
    *((("MAX_CHECK_AGE",), *each) for each in _checks()),
    *((("MAX_CHUNK", "CHUNKS_PER_TERM"), *each) for each in _chunks()),
    *((("ANSWER_WITHIN_WORKING_DAYS",), *each) for each in _answers()),
    *((("ADDRESS_TERM", "MAX_ADDRESS_TERM"), *each) for each in _addresses()),
    *((("TEXT_TERM", "MAX_TEXT_TERM"), *each) for each in _texts()),
    *_mails(),
    *_clocks(),
    *_messages(),
    *((("CELL_SIZE_DEGREES",), *each) for each in _cells()),
)
