"""Whatever a server sends or does not, the check comes to its end and says what it met."""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import socket
import subprocess
import sys
import threading
import time
import zlib
from typing import TYPE_CHECKING

import pytest
from projects import inherited

from digigraph.rules import harvest_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Sender = Callable[[socket.socket, str], None]

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/turtle\r\nConnection: close\r\n"
ZEROS = b"\0" * 1_000_000
REQUESTS = 40
MEMORY = 1_000_000_000
"""Bytes that the command may take: far more than it needs, and less than what the worst of them send unpacked."""


def sending(*pieces: bytes) -> Sender:
    return lambda client, _path: client.sendall(b"".join(pieces))


def answering(body: bytes, *headers: bytes, kind: bytes = b"text/turtle") -> Sender:
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: " + kind + b"\r\n"
    lines = b"".join(each + b"\r\n" for each in headers)
    return sending(head, lines, b"Content-Length: %d\r\n\r\n" % len(body), body)


def redirecting(target: Callable[[str], str]) -> Sender:
    def send(client: socket.socket, path: str) -> None:
        client.sendall(f"HTTP/1.1 302 Found\r\nLocation: {target(path)}\r\nContent-Length: 0\r\n\r\n".encode())

    return send


def forever(start: bytes, piece: bytes, pause: float = 0.0) -> Sender:
    """Send the same again and again until the client has gone."""

    def send(client: socket.socket, _path: str) -> None:
        client.sendall(start)
        while True:
            client.sendall(piece)
            time.sleep(pause)

    return send


def silent(client: socket.socket, _path: str) -> None:
    client.recv(1)


def zip_bomb() -> bytes:
    packer = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    return b"".join(packer.compress(ZEROS) for _ in range(300)) + packer.flush()


def entities(root: str) -> bytes:
    levels = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    return f'<!DOCTYPE x [<!ENTITY e0 "ha">{levels}]>{root}'.encode()


VOID = "@prefix void: <http://rdfs.org/ns/void#> . <> a void:Dataset ; "
RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&e9;</rdf:RDF>'
SITEMAP = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>&e9;</loc></url></urlset>'
OTHERS: dict[str, Sender] = {
    "nothing": silent,
    "closes": lambda client, _path: client.shutdown(socket.SHUT_RDWR),
    "no HTTP": sending(b"SSH-2.0-OpenSSH_9.2\r\n", os.urandom(2000)),
    "header without end": forever(b"HTTP/1.1 200 OK\r\nX: ", b"a" * 1000),
    "headers without end": forever(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "a letter at a time": forever(HEAD + b"\r\n", b"#", 0.1),
    "headers a letter at a time": forever(b"HTTP/1.1 200 OK\r\nX: ", b"a", 0.1),
    "body without end": forever(HEAD + b"\r\n", b"<a:b> <a:b> <a:b> .\n" * 3000),
    "chunk without end": forever(HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffff\r\n", ZEROS),
    "no chunks": sending(HEAD, b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
    "too short": sending(HEAD, b"Content-Length: 1000\r\n\r\nabc"),
    "too long": sending(HEAD, b"Content-Length: 3\r\n\r\n", b"abcdef" * 1000),
    "no length": sending(HEAD, b"Content-Length: -5\r\n\r\nabc"),
    "two lengths": sending(HEAD, b"Content-Length: 3\r\nContent-Length: 9\r\n\r\nabc"),
    "broken gzip": answering(gzip.compress(b"<a:b> <a:b> <a:b> .")[:-12] + b"12", b"Content-Encoding: gzip"),
    "no gzip": answering(b"<a:b> <a:b> <a:b> .", b"Content-Encoding: gzip"),
    "gzip bomb": answering(zip_bomb(), b"Content-Encoding: gzip"),
    "coding of nobody": answering(b"abc", b"Content-Encoding: br, gzip"),
    "no type": sending(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
    "always a page": answering(b"<html>Welcome</html>", kind=b"text/html"),
    "status of nobody": sending(b"HTTP/1.1 999 Whatever\r\nContent-Length: 0\r\n\r\n"),
    "no status": sending(b"HTTP/1.1 abc\r\n\r\n"),
    "switching": sending(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"),
    "redirect to itself": redirecting(lambda path: path),
    "redirects without end": redirecting(lambda path: f"{path}x"),
    "redirect elsewhere": redirecting(lambda _path: "http://192.0.2.1/secret"),
    "redirect to a file": redirecting(lambda _path: "file:///etc/passwd"),
    "redirect to no address": redirecting(lambda _path: "http://[::1"),
    "redirect to a port that is none": redirecting(lambda _path: "http://127.0.0.1:99999999/"),
    "redirect to a name that is none": redirecting(lambda _path: "http://" + "x." * 200 + "/"),
    "redirect with a user": redirecting(lambda _path: "http://a:b@127.0.0.1/"),
    "entities in RDF": answering(entities(RDF), kind=b"application/rdf+xml"),
    "entities in a sitemap": answering(entities(SITEMAP), kind=b"application/xml"),
    "deep XML": answering(b"<a>" * 100_000, kind=b"application/rdf+xml"),
    "deep JSON": answering(b"[" * 1_000_000, kind=b"application/ld+json"),
    "deep results": answering(b'{"results":' * 100_000, kind=b"application/sparql-results+json"),
    "no results": answering(b'{"results":{"bindings":[{"s":7},null]}}', kind=b"application/sparql-results+json"),
    "deep Turtle": answering(b"<a:b> <a:b> " + b"[ <a:b> " * 200_000),
    "no Turtle": answering(b"\xff\xfe" + os.urandom(1000)),
    "links of nonsense": answering(b"", b'Link: <<<>>;;;rel="' + b'\\"' * 9000 + b", <x>; rel=describedby" * 1000),
    "figures of nonsense": answering(f"{VOID} void:triples {'9' * 5000}, 'x', -1 ; void:dataDump <file:///etc/passwd>, "
        f"<http://192.0.2.1/> ; void:sparqlEndpoint <gopher://x/>, <http://192.0.2.1/sparql> .".encode()),
}  # fmt: skip


LIMITED = f"""
import resource, runpy
resource.setrlimit(resource.RLIMIT_DATA, ({MEMORY}, {MEMORY}))
runpy.run_module("digigraph", run_name="__main__", alter_sys=True)
"""
HANGING = {"nothing", "a letter at a time", "headers a letter at a time"}
"""Those that only time can end."""
QUICK = {"closes", "body without end", "gzip bomb", "too short", "redirects without end", "entities in RDF"}
"""Those that are tried in `make test`."""


@contextlib.contextmanager
def hostile(send: Sender, robots: Sender, heard: list[str] | None = None) -> Iterator[tuple[str, list[str]]]:
    """A server that answers robots.txt in one way and everything else in another; the paths that were asked for."""
    listener = socket.create_server(("127.0.0.1", 0))
    asked: list[str] = []
    heard = [] if heard is None else heard

    def answer(client: socket.socket) -> None:
        with client, contextlib.suppress(OSError, IndexError):
            client.settimeout(120)
            request = client.recv(65536).decode(errors="replace")
            path = request.split()[1]
            asked.append(path)
            heard.append(request)
            (robots if path == "/robots.txt" else send)(client, path)

    def listen() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                thread = threading.Thread(target=answer, args=(client,))
                threads.append(thread)
                thread.start()

    threads = [threading.Thread(target=listen)]
    threads[0].start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/", asked
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for each in threads:
            each.join()


def check(url: str, *options: str, answer_seconds: int = 120, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would, with little room."""
    bounds = ["--max-seconds", str(10 * answer_seconds), "--answer-seconds", str(answer_seconds)]
    bounds += ["--max-requests", str(REQUESTS), "--max-megabytes", "20"]
    return subprocess.run(
        [sys.executable, "-c", LIMITED, "harvest-check", url, *bounds, *options],
        capture_output=True,
        check=False,
        env={**inherited(), **environment},
        text=True,
    )


NOT_FOUND = sending(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


@pytest.mark.parametrize(
    "name", [each if each in QUICK else pytest.param(each, marks=pytest.mark.long) for each in OTHERS]
)
def test_the_check_comes_to_its_end(name: str) -> None:
    """It ends with findings, without a traceback, and asks for nothing beyond its bounds."""
    with hostile(OTHERS[name], NOT_FOUND) as (url, asked):
        ran = check(url, answer_seconds=3 if name in HANGING else 120)
    assert ran.returncode == 1, ran.stderr
    assert ran.stderr == ""
    assert "Traceback" not in ran.stdout
    assert re.search(rf"^all +\d+ of {len(harvest_rules())} passed, \d+ failed", ran.stdout, re.MULTILINE)
    assert 1 < len(asked) <= REQUESTS


@pytest.mark.parametrize("name", ["nothing", "no HTTP", "broken gzip", "redirect to itself"])
def test_without_robots_txt_nothing_is_asked_for(name: str) -> None:
    """Where robots.txt cannot be read everything is forbidden, and that is the finding."""
    with hostile(NOT_FOUND, OTHERS[name]) as (url, asked):
        ran = check(url, answer_seconds=3 if name in HANGING else 120)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "[harvest-robots-readable]" in ran.stdout
    assert [each for each in asked if not each.startswith("/robots.txt")] == []


def test_what_robots_txt_forbids_is_not_asked_for() -> None:
    """The longest rule for this program holds, over that for all; the endpoint, which is for programs, is asked."""
    robots = (
        b"User-agent: *\nDisallow: /\n\nUser-agent: digigraph-harvest-check\nDisallow: /.well*void$\nDisallow: /c\n"
    )
    with hostile(NOT_FOUND, answering(robots, kind=b"text/plain")) as (url, asked):
        ran = check(url)
    assert "robots.txt keeps robots from" in ran.stdout
    assert [each for each in asked if each.startswith(("/.well-known/void", "/c"))] == []
    assert any(each.startswith("/sparql") for each in asked)


def test_no_other_server_is_asked() -> None:
    """Addresses on another port are another server, unless the user allows it."""
    with hostile(NOT_FOUND, NOT_FOUND) as (there, asked_there):
        here = answering(f"{VOID} void:sparqlEndpoint <{there}sparql> ; void:dataDump <{there}d.nt> .".encode())
        with hostile(here, NOT_FOUND) as (url, _):
            ran = check(url)
            assert asked_there == []
            assert "is on another server" in ran.stdout
            check(url, "--allow-origin", there)
            assert {each.partition("?")[0] for each in asked_there} == {"/sparql", "/d.nt"}


def test_secrets_of_the_user_are_not_sent(tmp_path: Path) -> None:
    """Neither what .netrc holds for the host nor a cookie reaches the server."""
    netrc, heard = tmp_path / "netrc", []
    netrc.write_text("default login somebody password secret\n", encoding="utf-8")
    with hostile(answering(b"", b"Set-Cookie: a=b"), NOT_FOUND, heard) as (url, _):
        check(url, NETRC=str(netrc))
    text = "".join(heard).lower()
    assert "user-agent: digigraph-harvest-check/" in text
    assert "authorization:" not in text
    assert "cookie:" not in text
