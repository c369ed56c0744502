"""The command line in processes of their own that need not load it: they are forked from one that has.

A command spends more time on loading what it consists of than on what most tests ask of it. What a process of digigraph
has of its own it has here, too: environment, folder, output, exit code, and its end. How it starts is no part of it.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import runpy
import select
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_WAITING = 64
_LARGEST = 1 << 20
_STREAMS = 3
_ENVIRONMENT = dict(os.environ)
_READ_AT_START = ("PYTHON", "LC_", "LANG")
"""How the names of variables begin that a process looks at when Python starts, and never again."""


def run(
    *arguments: str, environment: Mapping[str, str], folder: Path | None = None, stdin: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run ``python -m digigraph``, as :func:`subprocess.run` would.

    Parameters
    ----------
    arguments
        Of the command line.
    environment
        All variables of the process.
    folder
        In which it runs; where none is given, that of this process.
    stdin
        What it can read.
    """
    command = [sys.executable, "-m", "digigraph", *arguments]
    if _read_at_start(environment) != _read_at_start(_ENVIRONMENT):
        return subprocess.run(command, cwd=folder, env=environment, input=stdin, capture_output=True, check=False)
    with contextlib.ExitStack() as stack:
        streams = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(_STREAMS)]
        streams[0].write(stdin or b"")
        streams[0].seek(0)
        connection = stack.enter_context(socket.socket(socket.AF_UNIX))
        connection.connect(_KEEPER.address())
        socket.send_fds(connection, [b"."], [each.fileno() for each in streams])
        asked = _Asked(list(arguments), dict(environment), str(folder or Path.cwd()))
        connection.sendall(json.dumps(asked).encode())
        connection.shutdown(socket.SHUT_WR)
        status = int(_all_of(connection))
        for each in streams:
            each.seek(0)
        return subprocess.CompletedProcess(command, status, streams[1].read(), streams[2].read())


def _read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(_READ_AT_START)}


def _all_of(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(_LARGEST), b""))


class _Asked(NamedTuple):
    """What a process is to run."""

    arguments: list[str]
    environment: dict[str, str]
    folder: str


class _Keeper:
    """Starts the process that forks when it is needed first, and ends it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._address = b""

    def address(self) -> bytes:
        """Return where it listens, which it does from the first moment on."""
        with self._lock:
            if self._process is None:
                with socket.socket(socket.AF_UNIX) as listening:
                    # An address of its own that is no file (unix(7), autobind).
                    listening.bind("")
                    listening.listen(_WAITING)
                    self._address = listening.getsockname()
                    self._process = subprocess.Popen(
                        # -P: what lies beside this file is nothing that the command line could import.
                        [sys.executable, "-P", __file__, str(listening.fileno())],
                        env=_ENVIRONMENT,
                        stdin=subprocess.PIPE,
                        stdout=subprocess.DEVNULL,
                        pass_fds=[listening.fileno()],
                    )
        return self._address

    def end(self) -> None:
        """End it, if it has been started."""
        if self._process is not None:
            self._process.communicate()


_KEEPER = _Keeper()


def pytest_unconfigure() -> None:
    """Leave no process behind."""
    _KEEPER.end()


def _asked_of_a_fork(listening: socket.socket) -> _Asked | None:
    """Fork for each who connects; None in the process that forks, once whoever has started it has ended."""
    while True:
        ready, _, _ = select.select([listening, sys.stdin.fileno()], [], [])
        if listening not in ready:
            return None
        connection, _ = listening.accept()
        with connection:
            if not os.fork():
                return _asked_by(connection, listening)
        # Those that have told how theirs ended.
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _asked_by(connection: socket.socket, listening: socket.socket) -> _Asked:
    """Return in a fork of this fork, which waits for it and says how it ended."""
    _, streams, _, _ = socket.recv_fds(connection, 1, _STREAMS)
    arguments, environment, folder = json.loads(_all_of(connection))
    if pid := os.fork():
        _, status = os.waitpid(pid, 0)
        connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
        os._exit(0)
    listening.close()
    connection.close()
    for number, each in enumerate(streams):
        os.dup2(each, number)
        os.close(each)
    return _Asked(arguments, environment, folder)


def _main() -> None:
    """Load the whole command line, and be it in each fork."""
    import click  # noqa: PLC0415 - whoever asks needs none of it

    import digigraph.pipeline  # noqa: F401, PLC0415 - commands load it late
    from digigraph.cli.main import digigraph as commands  # noqa: PLC0415

    context = click.Context(commands)
    for name in commands.list_commands(context):
        commands.get_command(context, name)
    gc.collect()
    gc.freeze()
    asked = _asked_of_a_fork(socket.socket(fileno=int(sys.argv[1])))
    if asked is not None:
        os.environ.clear()
        os.environ.update(asked.environment)
        os.chdir(asked.folder)
        sys.argv[1:] = asked.arguments
        runpy.run_module("digigraph", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _main()
