"""The search of a leak check finds every form of an identifier, wherever it is, and nothing else."""

import base64
import gzip
import hashlib
import re
import struct
import zlib
from collections.abc import Callable
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.policy.personal_data import SIDECODES
from simulators.leakcheck import report
from simulators.leakcheck.canaries import Canary, IdentifierKind, generate_canaries
from simulators.leakcheck.check import IngestTotals, LeakCheckResult, SurfaceResult
from simulators.leakcheck.disruption import CANARIES_PER_BATCH
from simulators.leakcheck.encodings import (
    BASE58_ALPHABET,
    ENCODINGS,
    HASH_FUNCTIONS,
    base58,
    needle_forms,
    needles,
)
from simulators.leakcheck.search import (
    CHUNK_BYTES,
    MAX_NEEDLE_BYTES,
    NEEDLE_NUMBERS_PER_CANARY,
    PAGE_BYTES,
    Hit,
    NeedleIndex,
    inflate,
    overlapping_pieces,
)
from simulators.leakcheck.targets import cycle_targets, spare_target, target_entries
from simulators.leakcheck.vectors import (
    EVENT_VECTORS,
    HTTP_VECTORS,
    MQTT_VECTORS,
    NUMBER_VECTORS,
    OVERSIZED_VECTOR,
    plan_vectors,
)

CANARIES = tuple(islice(generate_canaries(7), 400))
INDEX = NeedleIndex(CANARIES)
ONE_OF_EACH = [next(place for place, canary in enumerate(CANARIES) if canary.kind is kind) for kind in IdentifierKind]


def noise(octets: int) -> bytes:
    return np.random.default_rng(1).bytes(octets)


def test_canaries_are_different_and_the_same_seed_gives_the_same() -> None:
    first = list(islice(generate_canaries(3), 2000))
    assert len({canary.identifier for canary in first}) == 2000
    assert first == list(islice(generate_canaries(3), 2000))
    assert first != list(islice(generate_canaries(4), 2000))


def test_plates_are_of_every_dutch_series() -> None:
    plates = [canary.identifier for canary in islice(generate_canaries(1), 4000) if canary.kind is IdentifierKind.PLATE]
    assert {re.sub("[A-Z]", "X", re.sub("[0-9]", "9", plate)) for plate in plates} == set(SIDECODES)


@pytest.mark.parametrize("place", ONE_OF_EACH)
def test_every_form_of_an_identifier_is_found(place: int) -> None:
    own = needles(CANARIES[place])
    data = b"".join(noise(41) + needle for needle in own)
    assert {hit.form_index for hit in INDEX.find(data) if hit.canary_index == place} == set(range(len(own)))


def test_there_are_more_than_twenty_encodings_and_the_common_hashes() -> None:
    assert len(ENCODINGS) >= 20
    assert {"md5", "sha1", "sha256", "sha512", "blake2b", "sha3_256"} <= set(HASH_FUNCTIONS)


@pytest.mark.parametrize(
    ("kind", "sent", "form"),
    [
        (IdentifierKind.PLATE, "AB-12-CD", b"41422d31322d4344"),
        (IdentifierKind.PLATE, "AB-12-CD", b"A\0B\x001\x002\0C\0D\0"),
        (IdentifierKind.PLATE, "AB-12-CD", b"AB%2012%20CD"),
        (IdentifierKind.PLATE, "AB-12-CD", b"\0A\0B\0-\x001\x002\0-\0C\0D"),
        (IdentifierKind.PLATE, "AB-12-CD", b"=41=42=31=32=43=44"),
        (IdentifierKind.PLATE, "AB-12-CD", base64.b85encode(b"AB-12-CD")),
        (IdentifierKind.PLATE, "AB-12-CD", base64.a85encode(b"AB12CD")),
        (IdentifierKind.PLATE, "AB-12-CD", b"DC-21-BA"),
        (IdentifierKind.PLATE, "AB-12-CD", hashlib.sha256(b"AB12CD").hexdigest()[:12].encode()),
        (IdentifierKind.MAC, "00:1A:2B:3C:4D:5E", bytes.fromhex("001a2b3c4d5e")),
        (IdentifierKind.MAC, "00:1A:2B:3C:4D:5E", bytes.fromhex("021a2bfffe3c4d5e")),
        (IdentifierKind.MAC, "00:1A:2B:3C:4D:5E", b"001a.2b3c.4d5e"),
        (IdentifierKind.MAC, "00:1A:2B:3C:4D:5E", b"00%253A1A"),
        (IdentifierKind.EMAIL, "jan@post.example", b"jan%40post.example"),
        (IdentifierKind.PHONE, "06-12345678", b"31612345678"),
        (IdentifierKind.NUMBER, "483920174650283", b"483920174650283"),
        (IdentifierKind.NUMBER, "483920174650283", b"4.83920174650"),
        (IdentifierKind.NUMBER, "483920174650283", struct.pack(">d", 1.483920174650283)),
        (IdentifierKind.NUMBER, "483920174650283", struct.pack("<d", 483920174650283.0)),
        (IdentifierKind.NUMBER, "483920174650283", struct.pack("<q", 483920174650283)),
    ],
)
def test_an_identifier_is_known_in_this_form(kind: IdentifierKind, sent: str, form: bytes) -> None:
    assert any(form in needle for needle in needles(Canary(kind, sent)))


@pytest.mark.parametrize("decimals", [12, 15])
@pytest.mark.parametrize("whole", [0, 1, 7])
def test_a_number_is_found_in_the_digits_of_a_value(whole: int, decimals: int) -> None:
    place = next(place for place in ONE_OF_EACH if CANARIES[place].kind is IdentifierKind.NUMBER)
    value = float(f"{whole}.{CANARIES[place].identifier[:decimals]}")
    assert place in {hit.canary_index for hit in INDEX.find(f"({value})".encode())}
    assert list(INDEX.find(f"({value:.2f})".encode())) == []


@given(st.binary(max_size=7), st.sampled_from(["plain", "base64", "hex"]))
def test_a_canary_in_base64_or_hex_is_found_with_anything_before_it(before: bytes, how: str) -> None:
    place = ONE_OF_EACH[0]
    text = before + CANARIES[place].identifier.encode() + b"."
    written = {"plain": text, "base64": base64.b64encode(text), "hex": text.hex().encode()}[how]
    assert place in {hit.canary_index for hit in INDEX.find(written)}


@given(st.binary(max_size=40), st.sampled_from([zlib.compress, gzip.compress]), st.integers(0, 9))
def test_a_canary_is_found_in_what_is_compressed(around: bytes, compress: Callable[..., bytes], level: int) -> None:
    place = ONE_OF_EACH[0]
    data = noise(50) + compress(around + CANARIES[place].identifier.encode() + around, level) + noise(50)
    assert place in {hit.canary_index for octets in inflate(data) for hit in INDEX.find(octets)}


@given(st.binary(max_size=20))
def test_base58_can_be_read_back(text: bytes) -> None:
    zeros = len(text) - len(text.lstrip(b"\0"))
    number = 0
    for digit in base58(text):
        number = number * 58 + BASE58_ALPHABET.index(digit)
    assert bytes(zeros) + number.to_bytes(len(text) - zeros) == text


def test_base58_is_that_of_others() -> None:
    """The test vectors of draft-msporny-base58."""
    assert base58(b"Hello World!") == b"2NEpo7TZRRrLZSi2U"
    assert base58(bytes.fromhex("0000287fb4cd")) == b"11233QC4"


def test_needles_are_found_on_borders_of_chunks_pieces_and_after_empty_pages() -> None:
    place, recipe = ONE_OF_EACH[1], 0
    needle = needles(CANARIES[place])[recipe]
    for at in (0, CHUNK_BYTES - 5, CHUNK_BYTES, 2 * CHUNK_BYTES - len(needle)):
        data = bytes(at) + needle + noise(2 * CHUNK_BYTES)
        assert Hit(place, recipe) in set(INDEX.find(data))
    parts = [noise(PAGE_BYTES), bytes(3 * PAGE_BYTES), noise(100) + needle[:5], needle[5:] + noise(100)]
    assert any(Hit(place, recipe) in set(INDEX.find(piece)) for piece in overlapping_pieces(parts, size=200))
    assert all(len(needle) <= MAX_NEEDLE_BYTES for canary in CANARIES for needle in needles(canary))
    assert all(len(needle_forms(kind)) <= NEEDLE_NUMBERS_PER_CANARY for kind in IdentifierKind)


def test_random_octets_hold_no_canary() -> None:
    assert list(INDEX.find(noise(4_000_000))) == []


def test_identifiers_come_in_by_every_way() -> None:
    canaries = list(islice(generate_canaries(1), CANARIES_PER_BATCH))
    planned = list(plan_vectors(canaries))
    assert set(planned) == {*MQTT_VECTORS, *HTTP_VECTORS, OVERSIZED_VECTOR}
    numbers = {vector for canary, vector in zip(canaries, planned, strict=True) if canary.kind is IdentifierKind.NUMBER}
    assert numbers == set(NUMBER_VECTORS)


def test_the_spare_sensor_is_sent_no_canary() -> None:
    entries = target_entries()
    spare = spare_target(entries)
    targets = list(islice(cycle_targets(entries), 1000))
    assert not {spare.value_topic, spare.event_topic} & {
        topic for one in targets for topic in (one.value_topic, one.event_topic)
    }


def test_what_comes_on_event_topics_is_never_kept_by_a_broker_for_those_who_are_away() -> None:
    target = next(cycle_targets(target_entries()))
    sent = [way("123456789012345", target) for way in EVENT_VECTORS.values()]
    assert all(each.topic.startswith("event/") and each.qos == 0 for each in sent)


def result(leaks: dict[tuple[str, str], int], controls: tuple[int, int]) -> LeakCheckResult:
    return LeakCheckResult(
        IngestTotals(1, 1, 0, 0), 0, (SurfaceResult("quarantine", 1, 1, len(leaks), leaks, controls),)
    )


def test_the_exit_code_says_clean_leaking_or_blind() -> None:
    leak = {("hex (AB12CD)", "key"): 1}
    assert report.exit_code(result({}, (12, 12))) == 0
    assert report.exit_code(result(leak, (12, 12))) == 1
    assert report.exit_code(result({}, (11, 12))) == 2
    assert report.exit_code(result(leak, (11, 12))) == 2
