"""The two files of Mosquitto as values: who has a password, and who may do what. Pure: texts in, texts out.

A user without a password in the one file but with rights in the other comes in by a certificate. Accounts that others
made there are kept to the letter, with their comments. What would give rights to every user at once (``pattern``, or a
``topic`` before the first ``user``) is refused: no promise about devices would hold.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

PROGRAM_ACCOUNT_PREFIX = "lantaarn-"
"""How the names of our own programs' accounts begin; no device is called so."""
DEVICE_NAME_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NAME = re.compile(r"[^\s:#+/$\x00-\x1f\x7f][^:#+/\x00-\x1f\x7f]{0,255}")
_HASH = re.compile(r"\$[67]\$[A-Za-z0-9+/=$]{10,300}")
_RIGHT = re.compile(r"topic (?:(?:read|write|readwrite|deny) )?[^\x00-\x1f\x7f]{1,1000}")


class AccessFileFormatError(Exception):
    """A file is not as Mosquitto or this program would have written it. Names the file and the line, not its text."""


@dataclass(frozen=True, slots=True)
class BrokerAccess:
    """Both files. ``password_hashes``: by user name. ``acl_lines``: the lines of the ACL file that belong to a user, by
    name. The comments are what stands before the first user of a file.
    """

    password_hashes: Mapping[str, str] = field(default_factory=dict[str, str])
    acl_lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    password_comments: tuple[str, ...] = ()
    acl_comments: tuple[str, ...] = ()

    @property
    def user_names(self) -> tuple[str, ...]:
        """Everyone that either file knows, in alphabetical order."""
        return tuple(sorted({*self.password_hashes, *self.acl_lines}))

    def writable_topics(self, name: str) -> tuple[str, ...]:
        """What a user may write."""
        return tuple(line.removeprefix("topic write ") for line in self.acl_lines.get(name, ()) if _is_write(line))

    def with_account(self, name: str, password_hash: str | None, acl_lines: tuple[str, ...]) -> "BrokerAccess":
        """The same with this account, new or instead of the one of that name. Without a hash it has no password."""
        without = self.without_account(name)
        hashes = without.password_hashes if password_hash is None else {**without.password_hashes, name: password_hash}
        return replace(without, password_hashes=hashes, acl_lines={**without.acl_lines, name: acl_lines})

    def without_account(self, name: str) -> "BrokerAccess":
        """The same without this account."""
        return replace(
            self,
            password_hashes={each: value for each, value in self.password_hashes.items() if each != name},
            acl_lines={each: kept for each, kept in self.acl_lines.items() if each != name},
        )

    def password_file_text(self) -> str:
        """The password file."""
        accounts = (f"{name}:{password_hash}" for name, password_hash in self.password_hashes.items())
        return "".join(f"{line}\n" for line in (*self.password_comments, *accounts))

    def acl_file_text(self) -> str:
        """The ACL file. One without any right still has a user: Mosquitto takes an empty one for no ACL at all."""
        rights = self.acl_lines or {f"{PROGRAM_ACCOUNT_PREFIX}nobody": ()}
        lines = [line for name, user_lines in rights.items() for line in ("", f"user {name}", *user_lines)]
        return "".join(f"{line}\n" for line in (*self.acl_comments, *lines))


def is_device_name(name: str) -> bool:
    """Whether a device may be called so: as a reference of the register, and not as one of our programs."""
    return DEVICE_NAME_PATTERN.fullmatch(name) is not None and not name.lower().startswith(PROGRAM_ACCOUNT_PREFIX)


def parse_access_files(password_text: str, acl_text: str) -> BrokerAccess:
    """Read both files. Raises ``AccessFileFormatError`` for what can't be kept as it is."""
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
                f"the password file, line {number}: this is no user:hash, as mosquitto_passwd writes it"
            )
        if name in hashes:
            raise AccessFileFormatError(f"the password file, line {number}: this user is there twice")
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
                raise AccessFileFormatError(f"the ACL file, line {number}: this user is there twice")
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
    """The lines that say something, with their numbers. Only a newline ends a line, as in Mosquitto."""
    lines = ((number, line.rstrip(" \t\r")) for number, line in enumerate(text.split("\n"), 1))
    return [(number, line) for number, line in lines if line]


def _is_write(line: str) -> bool:
    return line.startswith("topic write ")
