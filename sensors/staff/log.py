"""The log of what staff did: when, as whom, which command, on what, why. Never what was in it.

Each act is logged in the transaction in which it is done, by the database: its clock, and its own word for who logged
in. Where several people share that login, none of them gets anything done without saying who they are.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sensors.db import Database
from sensors.db.hash_chain import Link, first_broken_link
from sensors.db.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


class MissingEditorError(Exception):
    """The login is shared and nobody said who they are."""


@dataclass(frozen=True, slots=True)
class Act:
    """What someone does: the words of the command, and a reference, a report's number or a digest as its subject.

    ``editor``: a team, function or staff number; None where the login is that of one person.
    """

    command: str
    subject: str
    editor: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class LoggedAct:
    """An act as it was logged. ``login``: the user at the database."""

    acted_at: datetime
    login: str
    editor: str | None
    command: str
    subject: str
    reason: str | None


def check_editor(db: Database, editor: str | None) -> None:
    """Raise ``MissingEditorError`` if the login is shared and there is no editor. Ask before anything is done."""
    row = db.execute(QUERIES["is_shared_login"]).fetchone()
    if not editor and row is not None and row["shared"]:
        raise MissingEditorError(
            f"Several people log in to the database as {row['login']}: say who you are with --editor "
            "(or LANTAARN_EDITOR)."
        )


@contextmanager
def logged(db: Database, act: Act) -> Generator[None]:
    """Log an act in one transaction with what is done inside: both happen, or neither.

    Raises ``MissingEditorError``. The log is locked last and briefly: the act itself may wait for other locks.
    """
    check_editor(db, act.editor)
    with db.transaction():
        db.execute(QUERIES["name_editor"], {"editor": act.editor})
        yield
        db.execute(QUERIES["log_staff"], asdict(act))


def acts_between(db: Database, since: datetime, until: datetime) -> tuple[LoggedAct, ...]:
    """What was done from ``since`` to before ``until``, in order."""
    rows = db.execute(QUERIES["staff_log"], {"from": since, "until": until}).fetchall()
    return tuple(LoggedAct(**row) for row in rows)


def first_broken_act_id(db: Database) -> int | None:
    """Verify the hash chain of acts. Returns the id of the first row that breaks it, or None."""
    rows = db.execute(QUERIES["links"]).fetchall()
    links = (Link(row["id"], bytes(row["content"]), bytes(row["previous_hash"]), bytes(row["hash"])) for row in rows)
    return first_broken_link(links, *(bytes(row["start"]) for row in rows[:1]))
