"""The folder with Mosquitto's files: read under a lock, replaced atomically, and reloaded by Mosquitto."""

import fcntl
import os
import signal
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sensors.devices.access import AccessFileFormatError, BrokerAccess, parse_access_files

PASSWORD_FILE, ACL_FILE, LOCK_FILE = "passwords", "acl", ".lock"


class BrokerFilesError(Exception):
    """The files can't be read or written, or Mosquitto can't be signalled; the message says what to do."""


@contextmanager
def lock_folder(folder: Path) -> Generator[None]:
    """Hold the lock for a read-modify-write of the files. Creates the folder if missing."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise BrokerFilesError(
            f"{folder} can't be written to: {error.strerror}. Run this as the owner of the folder"
        ) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def read_access(folder: Path) -> BrokerAccess:
    """Read both files; a missing one is empty. Raises ``BrokerFilesError``, ``AccessFileFormatError``."""
    texts: list[str] = []
    for name in (PASSWORD_FILE, ACL_FILE):
        try:
            texts.append((folder / name).read_bytes().decode())
        except FileNotFoundError:
            texts.append("")
        except UnicodeDecodeError:
            raise AccessFileFormatError(f"{folder / name} is not UTF-8") from None
        except OSError as error:
            raise BrokerFilesError(f"{folder / name} can't be read: {error.strerror}. Run this as its owner") from None
    return parse_access_files(*texts)


def write_access(folder: Path, before: BrokerAccess, after: BrokerAccess) -> None:
    """Write the difference between two states, inside the lock; on return the files are on disk.

    ACL entries are added before a password and removed after it. If this is interrupted between the two files, the
    account has ACL entries only: it can't log in, and is still listed and can be revoked.
    """
    texts = {
        ACL_FILE: (before.acl_file_text(), after.acl_file_text()),
        PASSWORD_FILE: (before.password_file_text(), after.password_file_text()),
    }
    try:
        for name in (
            (ACL_FILE, PASSWORD_FILE) if len(after.user_names) >= len(before.user_names) else (PASSWORD_FILE, ACL_FILE)
        ):
            old, new = texts[name]
            if old != new or not (folder / name).exists():
                _replace_atomically(folder / name, new)
    except OSError as error:
        raise BrokerFilesError(
            f"{folder} can't be written to: {error.strerror}. Run this as the owner of the folder"
        ) from None


def reload_mosquitto(pid_file: Path | None) -> bool:
    """Make Mosquitto reload its files; False if no pid file is configured, so that it must notice by itself.

    Raises ``BrokerFilesError`` if the process does not exist or is not Mosquitto: process ids are reused.
    """
    if pid_file is None:
        return False
    try:
        number = int(pid_file.read_text())
        name = Path(f"/proc/{number}/comm").read_text().strip()
    except (OSError, ValueError):
        raise BrokerFilesError(
            f"the files are written, but {pid_file} names no process: is Mosquitto running?"
        ) from None
    if name != "mosquitto":
        raise BrokerFilesError(f"the files are written, but the process that {pid_file} names is not Mosquitto")
    try:
        os.kill(number, signal.SIGHUP)
    except OSError as error:
        raise BrokerFilesError(f"the files are written, but Mosquitto can't be signalled: {error.strerror}") from None
    return True


def _replace_atomically(path: Path, text: str) -> None:
    """Replace a file atomically: a reader sees either the old or the new text in full."""
    new = path.with_name(f".{path.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o600)
        if os.geteuid() == 0:
            # Mosquitto drops root before it rereads the files, so the folder's owner must be able to read them.
            folder = path.parent.stat()
            os.fchown(descriptor, folder.st_uid, folder.st_gid)
        file.write(text.encode())
        file.flush()
        os.fsync(descriptor)
    new.rename(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
