"""``lantaarn`` with a fault built in: a message that contains FATAL kills the process before it is decoded."""

import os
import signal

import ingest.worker
from ingest.pipeline import MessageOutcome, MessageState, run_steps
from lantaarn import main

FATAL = b"fatal"


def die_or_process(work: MessageState) -> MessageOutcome:
    """Process a message, or not."""
    if FATAL in work.message.payload:
        os.kill(os.getpid(), signal.SIGKILL)
    return run_steps(work)


# At import, so that spawned workers have it too.
ingest.worker.run_steps = die_or_process

if __name__ == "__main__":
    main()
