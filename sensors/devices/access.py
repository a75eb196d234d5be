"""Mosquitto's password and ACL files as values. Pure: text in, text out.

A user with ACL entries but no password logs in with a client certificate. Accounts that others added are preserved
verbatim, with their comments. Rules that apply to every user (``pattern``, or ``topic`` before the first ``user``) are
rejected: they would void any guarantee about what devices may do.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

PROGRAM_ACCOUNT_PREFIX = "lantaarn-"
"""Prefix of our own programs' account names; not allowed for devices."""
DEVICE_NAME_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NAME = re.compile(r"[^\s:#+/$\x00-\x1f\x7f][^:#+/\x00-\x1f\x7f]{0,255}")
_HASH = re.compile(r"\$[67]\$[A-Za-z0-9+/=$]{10,300}")
_RIGHT = re.compile(r"topic (?:(?:read|write|readwrite|deny) )?[^\x00-\x1f\x7f]{1,1000}")


class AccessFileFormatError(Exception):
    """A file does not have the form Mosquitto or this program writes. Names the file and line, not the content."""


@dataclass(frozen=True, slots=True)
class BrokerAccess:
    """Both files. ``password_hashes``: by user name. ``acl_lines``: by user name, the ACL lines of that user. Comments:
    the lines before the first user of each file.
    """

    password_hashes: Mapping[str, str] = field(default_factory=dict[str, str])
    acl_lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    password_comments: tuple[str, ...] = ()
    acl_comments: tuple[str, ...] = ()

    @property
    def user_names(self) -> tuple[str, ...]:
        """Every user in either file, sorted."""
        return tuple(sorted({*self.password_hashes, *self.acl_lines}))

    def writable_topics(self, name: str) -> tuple[str, ...]:
        """The topics that a user may write."""
        return tuple(line.removeprefix("topic write ") for line in self.acl_lines.get(name, ()) if _is_write(line))

    def with_account(self, name: str, password_hash: str | None, acl_lines: tuple[str, ...]) -> "BrokerAccess":
        """A copy with this account added or replaced. Without a hash it has no password."""
        without = self.without_account(name)
        hashes = without.password_hashes if password_hash is None else {**without.password_hashes, name: password_hash}
        return replace(without, password_hashes=hashes, acl_lines={**without.acl_lines, name: acl_lines})

    def without_account(self, name: str) -> "BrokerAccess":
        """A copy without this account."""
        return replace(
            self,
            password_hashes={each: value for each, value in self.password_hashes.items() if each != name},
            acl_lines={each: kept for each, kept in self.acl_lines.items() if each != name},
        )

    def password_file_text(self) -> str:
        """The content of the password file."""
        accounts = (f"{name}:{password_hash}" for name, password_hash in self.password_hashes.items())
        return "".join(f"{line}\n" for line in (*self.password_comments, *accounts))

    def acl_file_text(self) -> str:
        """The content of the ACL file. Without users it names a dummy one: Mosquitto treats an empty file as no ACL."""
        rights = self.acl_lines or {f"{PROGRAM_ACCOUNT_PREFIX}nobody": ()}
        lines = [line for name, user_lines in rights.items() for line in ("", f"user {name}", *user_lines)]
        return "".join(f"{line}\n" for line in (*self.acl_comments, *lines))


def is_device_name(name: str) -> bool:
    """Whether this is a valid device name: like a register reference, and outside our programs' prefix."""
    return DEVICE_NAME_PATTERN.fullmatch(name) is not None and not name.lower().startswith(PROGRAM_ACCOUNT_PREFIX)


def parse_access_files(password_text: str, acl_text: str) -> BrokerAccess:
    """Parse both files. Raises ``AccessFileFormatError`` for anything that can't be preserved."""
    hashes, password_comments = _password_hashes(password_text)
    rights, acl_comments = _acl_lines(acl_text)
    return BrokerAccess(hashes, rights, password_comments, acl_comments)


def _password_hashes(text: str) -> tuple[dict[str, str], tuple[str, ...]]:
    hashes: dict[str, str] = {}
    comments: list[str] = []
    for number, line in _lines(text):
        if line.startswith("#"):
            comments.append(line)
            continue
        name, colon, password_hash = line.partition(":")
        if not (colon and _NAME.fullmatch(name) and name == name.strip() and _HASH.fullmatch(password_hash)):
            raise AccessFileFormatError(
                f"the password file, line {number}: expected user:hash, as mosquitto_passwd writes it"
            )
        if name in hashes:
            raise AccessFileFormatError(f"the password file, line {number}: duplicate user")
        hashes[name] = password_hash
    return hashes, tuple(comments)


def _acl_lines(text: str) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    rights: dict[str, list[str]] = {}
    comments: list[str] = []
    current = comments
    for number, line in _lines(text):
        word, _, rest = line.partition(" ")
        if word == "user" and _NAME.fullmatch(rest) and rest == rest.strip():
            if rest in rights:
                raise AccessFileFormatError(f"the ACL file, line {number}: duplicate user")
            current = rights[rest] = []
        elif line.startswith("#") or (current is not comments and _RIGHT.fullmatch(line)):
            current.append(line)
        else:
            raise AccessFileFormatError(
                f"the ACL file, line {number}: only a user and its topics may be here, nothing for every user"
            )
    rights.pop(f"{PROGRAM_ACCOUNT_PREFIX}nobody", None)
    return {name: tuple(lines) for name, lines in rights.items()}, tuple(comments)


def _lines(text: str) -> list[tuple[int, str]]:
    """Non-blank lines with their numbers. Only a newline ends a line, as in Mosquitto."""
    lines = ((number, line.rstrip(" \t\r")) for number, line in enumerate(text.split("\n"), 1))
    return [(number, line) for number, line in lines if line]


def _is_write(line: str) -> bool:
    return line.startswith("topic write ")
