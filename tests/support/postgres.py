"""A PostgreSQL server of the tests' own: a temporary folder, a free loopback port; gone at the end."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

START_TRIES_MAX = 3
START_SECONDS_MAX = 60
ROLE = "dunwell"

# A crash may lose the data of a test, so nothing waits for the disk.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "50",
    "timezone": "UTC",
}


class PostgresMissingError(Exception):
    """No PostgreSQL server programs on this machine."""


@dataclass(frozen=True)
class Account:
    """The operating-system account that runs the server: PostgreSQL refuses to run as root."""

    uid: int
    gid: int

    @classmethod
    def unprivileged(cls) -> "Account":
        """Return the current account, or one without rights when the tests run as root."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        entry = pwd.getpwnam("nobody")
        return cls(entry.pw_uid, entry.pw_gid)


@dataclass
class Postgres:
    """A running server. A new database is cheap: a copy of a template, which may be a migrated database."""

    programs: Path
    port: int
    password: str
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        """Return the address of a database of this server."""
        return f"postgresql://{ROLE}:{self.password}@127.0.0.1:{self.port}/{database}"

    def create_database(self, template: str = "template1") -> str:
        """Make a copy of ``template`` (to which nobody may be connected) and return its name."""
        name = f"test_{next(self._numbers)}"
        self._client("createdb", f"--template={template}", name)
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, ending what is still connected to it."""
        self._client("dropdb", "--force", name)

    def _client(self, program: str, *arguments: str) -> None:
        place = ["--host=127.0.0.1", f"--port={self.port}", f"--username={ROLE}"]
        environment = {**os.environ, "PGPASSWORD": self.password}
        _check([str(self.programs / program), *place, *arguments], env=environment)


def find_programs() -> Path:
    """Return the folder of ``initdb`` and ``postgres``; Debian and Homebrew keep it outside PATH."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    roots = {
        Path("/usr/lib/postgresql"): "*/bin/initdb",
        Path("/opt/homebrew/opt"): "postgresql*/bin/initdb",
        Path("/usr/local/opt"): "postgresql*/bin/initdb",
    }
    found = [path for root, pattern in roots.items() for path in sorted(root.glob(pattern))]
    if not found:
        raise PostgresMissingError("PostgreSQL is missing: `make test` installs it or says how")
    return found[-1].parent


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start a server, hand it over, and stop it by its own process id."""
    programs = find_programs()
    account = Account.unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="dunwell-postgres-"))
    password = secrets.token_hex(16)
    try:
        _make_cluster(programs, folder, account, password)
        process, port = _start(programs, folder, account)
        try:
            yield Postgres(programs, port, password)
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make_cluster(programs: Path, folder: Path, account: Account, password: str) -> None:
    password_file = folder / "password"
    password_file.write_text(password + "\n")
    for path in (folder, password_file):
        os.chown(path, account.uid, account.gid)
    command = [
        str(programs / "initdb"),
        f"--pgdata={folder / 'data'}",
        f"--username={ROLE}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
    ]
    _check(command, account=account, cwd=folder)


def _start(programs: Path, folder: Path, account: Account) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server on a free port; another program may take the port first, hence the tries."""
    for _ in range(START_TRIES_MAX):
        port = _free_port()
        process = _start_on(programs, folder, account, port)
        if _answers(programs, process, port):
            return process, port
        _stop(process)
    log = (folder / "log").read_text(errors="replace")
    raise RuntimeError(f"PostgreSQL did not start:\n{log}")


def _start_on(programs: Path, folder: Path, account: Account, port: int) -> subprocess.Popen[bytes]:
    settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    command = [str(programs / "postgres"), "-D", str(folder / "data"), "-p", str(port), *settings]
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            user=account.uid,
            group=account.gid,
        )


def _answers(programs: Path, process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the server takes connections; false when it ended or took too long."""
    ready = [str(programs / "pg_isready"), "--quiet", "--host=127.0.0.1", f"--port={port}"]
    for _ in range(START_SECONDS_MAX * 10):
        if process.poll() is not None:
            return False
        if subprocess.run(ready, check=False).returncode == 0:
            return True
        try:
            process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            continue
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask for PostgreSQL's fast shutdown (SIGINT); kill what does not end."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _check(
    command: list[str],
    *,
    account: Account | None = None,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
) -> None:
    """Run a program to its end; when it fails, the error shows what it printed."""
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        cwd=cwd,
        env=env,
        user=account.uid if account else None,
        group=account.gid if account else None,
    )
    if done.returncode != 0:
        program = Path(command[0]).name
        raise RuntimeError(f"{program} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
