"""``lantaarn`` with a fault built in: a message that contains FATAL kills the process before it is decoded."""

import os
import signal
from typing import Any

import ingest.worker
from ingest.pipeline import IncomingMessage, MessageOutcome, process_message
from lantaarn import main

FATAL = b"fatal"


def die_or_process(message: IncomingMessage, *arguments: Any) -> MessageOutcome:
    """Process a message, or not."""
    if FATAL in message.payload:
        os.kill(os.getpid(), signal.SIGKILL)
    return process_message(message, *arguments)


# At import, so that spawned workers have it too.
ingest.worker.process_message = die_or_process

if __name__ == "__main__":
    main()
