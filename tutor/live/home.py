"""Where the one Keras of a user is found: a folder of the user's own in Jupyter's runtime directory.

- ``lock`` is held by the keeper as long as it lives; the system lets go of it, however the keeper ends.
- ``door`` says how to reach the keeper: put in place whole, when the socket listens.
- ``s`` is the socket. Where that place takes none, it is in a folder of its own among the temporary files.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
import socket
import stat
import struct
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.machinery import PathFinder
from multiprocessing.connection import Connection, answer_challenge, deliver_challenge
from pathlib import Path

from tutor.live.process import search_path

try:
    import fcntl
except ImportError:  # Windows, where each kernel has a Keras of its own
    HAS_LOCKS = False
else:
    HAS_LOCKS = hasattr(socket, "AF_UNIX")


@dataclass(frozen=True)
class Door:
    """How to reach a keeper."""

    address: str
    key: str
    pid: int


def folder() -> Path:
    """The folder for kernels like this one.

    Raises:
        OSError: it cannot be had, or is not its owner's alone.
    """
    if not HAS_LOCKS:
        raise OSError("this system has no such locks and sockets")
    from jupyter_core.paths import jupyter_runtime_dir

    place = Path(jupyter_runtime_dir()) / f"tutor-keras-{fingerprint()}"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    its = place.lstat()
    if not stat.S_ISDIR(its.st_mode) or its.st_uid != os.getuid() or its.st_mode & 0o077:
        raise PermissionError(f"{place} must be its owner's alone")
    return place


@functools.cache
def fingerprint() -> str:
    """Who has the same shares a Keras: same interpreter, Keras, sources of this package as they were, and machine."""
    sources = sorted(Path(__file__).parents[1].rglob("*.py"))
    found = [PathFinder.find_spec(name, search_path()) for name in ("keras", "tensorflow")]
    facts = [
        *(platform.node(), sys.version, sys.prefix, os.path.realpath(sys.executable)),
        *(spec and spec.origin for spec in found),
        *((str(file), its.st_size, its.st_mtime_ns) for file in sources for its in [file.stat()]),
    ]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]


def hold(place: Path) -> int | None:
    """The lock, held until its descriptor is closed; None if somebody has it."""
    while True:
        place.mkdir(mode=0o700, exist_ok=True)
        with suppress(FileNotFoundError):  # a keeper that ends takes all away
            lock = os.open(place / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.path.samestat(os.fstat(lock), (place / "lock").stat()):
                    return lock
            except BlockingIOError:
                os.close(lock)
                return None
            except FileNotFoundError:
                pass
            os.close(lock)


def read_door(place: Path) -> Door | None:
    """The door, if there is one."""
    try:
        return Door(**json.loads((place / "door").read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def write_door(place: Path, door: Door) -> None:
    """Put the door in place, whole."""
    new = place / "door.new"
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(door), file)
    new.replace(place / "door")


def listen(place: Path) -> socket.socket:
    """A socket that listens, in the folder or wherever else there may be one. The lock must be held."""
    if old := read_door(place):  # of a keeper that was killed
        _remove_socket(old.address)
    listening = socket.socket(socket.AF_UNIX)
    address = str(place / "s")
    _remove_socket(address)
    old_mask = os.umask(0o077)
    try:
        listening.bind(address)
    except OSError:  # too long a path, or a file system without sockets
        listening.bind(str(Path(tempfile.mkdtemp(prefix="tutor-keras-")) / "s"))
    finally:
        os.umask(old_mask)
    listening.listen(128)
    return listening


def clear(place: Path, address: str) -> None:
    """Take all away, the lock last. The lock must be held."""
    _remove_socket(address)
    for name in ("door", "door.new", "lock"):
        (place / name).unlink(missing_ok=True)
    with suppress(OSError):
        place.rmdir()


def _remove_socket(address: str) -> None:
    path = Path(address)
    with suppress(OSError):
        if path.is_socket() and path.lstat().st_uid == os.getuid():
            path.unlink()
            path.parent.rmdir()  # which only an empty one lets happen


# Connections


def connect(door: Door, patience: float) -> Connection:
    """A connection on which both sides have proved the key, and which breaks if what was begun does not go on.

    Raises:
        OSError, EOFError, AuthenticationError: nobody is there; BlockingIOError or TimeoutError: nobody answers.
    """
    with socket.socket(socket.AF_UNIX) as caller:
        limit(caller, reading=patience, writing=patience)  # connecting counts as writing
        caller.connect(door.address)
        connection = Connection(caller.detach())
    try:
        answer_challenge(connection, bytes.fromhex(door.key))
        deliver_challenge(connection, bytes.fromhex(door.key))
    except BaseException:
        connection.close()
        raise
    return connection


def limit(its: socket.socket, *, reading: float, writing: float) -> None:
    """Have reading and writing fail with BlockingIOError after so many seconds without a byte; 0 is never."""
    for option, seconds in ((socket.SO_RCVTIMEO, reading), (socket.SO_SNDTIMEO, writing)):
        its.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", int(seconds), int(seconds % 1 * 1e6)))


def hang_up(connection: Connection) -> None:
    """Wake whoever reads or writes. Closed under them, its number could be the next connection's."""
    with suppress(OSError), socket_of(connection) as its:
        its.shutdown(socket.SHUT_RDWR)


def socket_of(connection: Connection) -> socket.socket:
    """The connection's socket; closing it leaves the connection open."""
    return socket.socket(fileno=os.dup(connection.fileno()))
