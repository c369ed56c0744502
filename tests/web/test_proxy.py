"""nginx in front of the server, set up as docs/operating.md says."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import shutil
import socket
import subprocess
import time
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import webserver
from projects import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from webserver import Server, Serving

pytestmark = pytest.mark.long

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n2 ?o . ?p ?q ?r }"
ROWS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
NGINX = shutil.which("nginx")


@contextlib.contextmanager
def proxied(server: Server, folder: Path) -> Iterator[tuple[str, int]]:
    """Start nginx in front of a server; where it listens."""
    if NGINX is None:
        pytest.skip("nginx is not on this machine")
    text = (REPOSITORY / "docs/operating.md").read_text(encoding="utf-8")
    locations = re.findall(r"```nginx\n(.*?)```", text, re.DOTALL)[0].replace(
        "127.0.0.1:8000", ":".join(map(str, server.address))
    )
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    paths = "".join(
        f"{each}_temp_path {folder}/{each};" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/log; events {{}}\n"
        f"http {{ access_log off; {paths} server {{ listen 127.0.0.1:{port};\n{locations}}} }}\n",
        encoding="utf-8",
    )
    process = subprocess.Popen([NGINX, "-p", str(folder), "-c", "nginx.conf"], stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + webserver.PATIENCE
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
        yield "127.0.0.1", port
    finally:
        process.terminate()
        process.wait(webserver.PATIENCE)


def get(address: tuple[str, int], target: str, **headers: str) -> tuple[int, bytes]:
    with contextlib.closing(http.client.HTTPConnection(*address, timeout=webserver.PATIENCE)) as connection:
        connection.request("GET", target, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response.status, response.read()


def get_begun(address: tuple[str, int], target: str) -> None:
    """Get an answer that grows too large; a server that is held up may know that before it has sent anything."""
    while get(address, target)[0] == HTTPStatus.UNPROCESSABLE_ENTITY:
        pass


def test_behind_nginx(serving: Serving, tmp_path: Path):
    """Links lead to ``public_url``, metrics stay inside, the client is the reader, and no forged one."""
    public = "https://graph.example/"
    with serving(workers=2, public_url=public, trusted_proxies="127.0.0.1", log_format="json") as server:
        with proxied(server, tmp_path) as address:
            assert get(address, "/metrics")[0] == 403
            assert f"<{public}sparql>".encode() in get(address, "/sparql", Accept="text/turtle")[1]
            assert get(address, "/healthz", X_Forwarded_For="192.0.2.7, 127.0.0.1")[0] == 200
        assert server.stop() == 0
        assert server.process.stderr is not None
        lines = [json.loads(line) for line in server.process.stderr.read().splitlines()]
    assert {each["client"] for each in lines if each.get("path") == "/sparql"} == {"127.0.0.1"}


def test_nginx_hands_on_what_comes_and_what_breaks_off(serving: Serving, tmp_path: Path):
    """Rows arrive while they are computed, a broken transfer stays one, and who leaves nginx ends his query."""
    with (
        serving(workers=2, query_seconds=3600, answer_bytes=30_000_000) as server,
        proxied(server, tmp_path) as address,
    ):
        with pytest.raises(http.client.IncompleteRead):
            get_begun(address, f"/sparql?query={quote(ROWS)}")
        server.wait_for_rest("/healthz")
        with socket.create_connection(address) as client:
            client.sendall(f"GET /sparql?query={quote(ENDLESS)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            busy = server.busy_process()
        server.wait_for_end(busy)
