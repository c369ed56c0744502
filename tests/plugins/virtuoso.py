"""Virtuoso as Debian packages it, on loopback, and the tests that it does not pass, with the reason for each.

A listed test that passes is an error, and so is a listed test that there is not.
"""

from __future__ import annotations

import contextlib
import gc
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.request
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from digigraph.publishing.carried.dumps import with_named_default

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSING = "Virtuoso (Debian: virtuoso-opensource-7-bin) is not on this machine"
PARAMETER = "remote-virtuoso"
"""How tests name it among other backends: it is a remote one."""
_TESTS = Path(__file__).parent.parent
_LISTED = _TESTS / "virtuoso.toml"
_PATIENCE = 120.0
_SETTINGS = """\
[Database]
DatabaseFile = virtuoso.db
TransactionFile = virtuoso.trx
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = temp.db
TransactionFile = temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
DirsAllowed = .
NumberOfBuffers = 2000
MaxDirtyBuffers = 1200
CheckpointInterval = 0
CaseMode = 2
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 16
[SPARQL]
MaxQueryExecutionTime = 60
"""


@contextlib.contextmanager
def virtuoso_server(nquads: bytes, default_graph: str) -> Iterator[str]:
    """Serve a dataset while the block runs, its default graph under a name; the value is the URL that answers queries.

    Skips the test where there is no Virtuoso.
    """
    program, loader = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    if program is None or loader is None:
        pytest.skip(MISSING)
    sql, http = _free_port(), _free_port()
    with tempfile.TemporaryDirectory(prefix="digigraph-virtuoso-") as folder:
        (Path(folder) / "virtuoso.ini").write_text(_SETTINGS.format(sql=sql, http=http), encoding="ascii")
        (Path(folder) / "graph.nq").write_bytes(with_named_default(nquads, ox.NamedNode(default_graph)))
        with (Path(folder) / "output").open("wb") as output:
            server = subprocess.Popen(
                [program, "+foreground", "+configfile", "virtuoso.ini"], cwd=folder, stdout=output, stderr=output
            )
        try:
            _wait_for(server, f"http://127.0.0.1:{http}/sparql?query=ASK%7B%7D")
            # From now on nobody else on this machine can change anything in it.
            password = f"p{secrets.token_hex(16)}"
            for known, command in (
                ("dba", f"SET PASSWORD dba {password}"),
                # 512: N-Quads.
                (password, "DB.DBA.TTLP_MT(file_open('graph.nq'), '', 'urn:unnamed', 512)"),
            ):
                ran = subprocess.run(
                    [loader, f"127.0.0.1:{sql}", "dba", known, "ERRORS=STDOUT", f"EXEC={command};"],
                    capture_output=True,
                    check=False,
                )
                assert ran.returncode == 0, ran.stdout.decode()
                assert b"*** Error" not in ran.stdout, ran.stdout.decode()
            yield f"http://127.0.0.1:{http}/sparql"
        finally:
            server.kill()
            server.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def _wait_for(server: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url) as response:
            response.read()
            return
        time.sleep(0.05)
    raise AssertionError("Virtuoso did not start.")


def _reasons() -> dict[str, str]:
    listed = tomllib.loads(_LISTED.read_text(encoding="utf-8"))["excused"]
    return {test: each["reason"] for each in listed for test in each["tests"]}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Expect the listed tests to fail: each that is listed with its parameters, some of those listed without."""
    reasons, found = _reasons(), set()
    for item in items:
        name = item.nodeid.removeprefix("tests/")
        test = name.partition("[")[0]
        listed = name if name in reasons else test if test in reasons and PARAMETER in name else None
        if listed is not None:
            found.add(listed)
            reason = f"Virtuoso: {reasons[listed]}"
            item.add_marker(pytest.mark.xfail(reason=reason, strict="[" in listed))
    files = {item.nodeid.removeprefix("tests/").partition("::")[0] for item in items}
    unknown = [test for test in reasons if test not in found and test.partition("::")[0] in files]
    if unknown and not any("::" in argument for argument in config.args):
        raise pytest.UsageError(f"{_LISTED.name} lists {unknown[0]}, which there is not.")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_logfinish(nodeid: str) -> Iterator[None]:
    """Let go of what an excused test has left open: its traceback holds it until the next one fails."""
    yield
    name = nodeid.removeprefix("tests/")
    if PARAMETER in nodeid and not _reasons().keys().isdisjoint({name, name.partition("[")[0]}):
        for each in ("last_type", "last_value", "last_traceback"):
            vars(sys).pop(each, None)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
