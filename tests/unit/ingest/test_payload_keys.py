"""What devices write into the keys of their payloads is gone from memory within a minute, whoever it names."""

import secrets
import subprocess
import sys
import threading
from pathlib import Path
from threading import Thread

import pytest

from ingest.payload_keys import INTERVAL_SECONDS
from ingest.worker import Worker
from sensors.settings.ingest import IngestSettings
from tests.support.waiting import wait_for

ROOT = Path(__file__).parents[3]
SEARCH = r"""
import re, sys
from contextlib import nullcontext
from threading import Event
from ingest import payload_keys
from sensors.formats.event import FORMAT as EVENT
from sensors.formats.model import AS_DOCUMENTED
from sensors.formats.native import FORMAT as NATIVE
from sensors.kinds import KINDS

def in_memory(pattern):
    found = set()
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            start, end = (int(each, 16) for each in span.split("-"))
            if rights.startswith("rw") and "[v" not in line:
                memory.seek(start)
                found.update(re.findall(pattern, memory.read(end - start)))
    return len(found)

def forget_keys(forget=payload_keys.forget_keys):
    forget()
    forgotten.set()

def decode_lines(count):
    for _ in range(count):
        payload = sys.stdin.buffer.readline().rstrip()
        EVENT.decode(KINDS["traffic"], payload, frozenset({"travel_time"}), AS_DOCUMENTED)
        NATIVE.decode(KINDS["traffic"], payload, frozenset({"count_car"}), AS_DOCUMENTED)

named, ordinary, interval = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
# Written so that this program itself does not hold what it looks for.
pattern = b"c4n" + re.escape(b"4ry") + b"[0-9a-f]{8}"
forgotten, payload_keys.forget_keys = Event(), forget_keys
with payload_keys.forgetting_payload_keys(interval) if interval else nullcontext():
    decode_lines(named)
    # More traffic passes, as it does in a minute: the buffers of the earlier messages are used again.
    decode_lines(ordinary)
    # Searched only once: a search leaves copies in memory of what it finds.
    forgotten.clear()
    assert not interval or forgotten.wait(10)
    print(in_memory(pattern))
"""


def keys_left(interval_seconds: float) -> int:
    """How many of 3,000 keys are in the memory of a process that decoded them; 0 seconds: it doesn't forget them."""
    named = [
        f'{{"time":"2026-11-22T12:00:00Z","identifier":"X1","c4n4ry{secrets.token_hex(4)}":1}}' for _ in range(3000)
    ]
    ordinary = [f'{{"time":"2026-11-22T12:00:00Z","identifier":"{number}","count_car":3}}' for number in range(3000)]
    done = subprocess.run(
        [sys.executable, "-c", SEARCH, str(len(named)), str(len(ordinary)), str(interval_seconds)],
        input="\n".join([*named, *ordinary, ""]),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return int(done.stdout)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs Linux")
def test_no_key_of_a_payload_is_left_in_memory() -> None:
    assert keys_left(0) > 400, "without forgetting, the cache of the decoder holds them"
    assert keys_left(0.5) == 0


def test_ingest_forgets_them_while_it_runs() -> None:
    settings = IngestSettings.load(
        database_url="postgresql://nobody:hush@127.0.0.1:1/none", mqtt_url="mqtt://127.0.0.1:1"
    )
    worker = Worker(settings)
    running = Thread(target=worker.run)
    running.start()
    try:
        wait_for(lambda: "payload keys" in {thread.name for thread in threading.enumerate()}, 10)
    finally:
        worker.stop()
        running.join()


def test_the_interval_is_well_within_a_minute() -> None:
    assert INTERVAL_SECONDS <= 30
