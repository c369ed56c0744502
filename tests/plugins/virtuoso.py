"""Virtuoso as Debian packages it, on loopback, and the tests that it does not pass, with the reason for each.

A listed test that passes is an error, and so is a listed test that there is not.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
import tomllib
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from digigraph.publishing.dumps import with_named_default

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSING = "Virtuoso (Debian: virtuoso-opensource-7-bin) is not on this machine"
PARAMETER = "remote-virtuoso"
"""How tests name it among other backends: it is a remote one."""
_TESTS = Path(__file__).parent.parent
_LISTED = _TESTS / "virtuoso.toml"
_PATIENCE = 60.0
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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Expect the listed tests to fail."""
    reasons = {
        test: each["reason"]
        for each in tomllib.loads(_LISTED.read_text(encoding="utf-8"))["excused"]
        for test in each["tests"]
    }
    ids = {item.nodeid.removeprefix("tests/"): item for item in items}
    for test in reasons.keys() & ids.keys():
        ids[test].add_marker(pytest.mark.xfail(reason=f"Virtuoso: {reasons[test]}"))
    files = {test.partition("::")[0] for test in ids}
    if not any("::" in argument for argument in config.args):
        unknown = [test for test in reasons if test not in ids and test.partition("::")[0] in files]
        if unknown:
            raise pytest.UsageError(f"{_LISTED.name} lists {unknown[0]}, which there is not.")
