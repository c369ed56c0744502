"""Asking others over TLS, on loopback: a certificate has to be for the name asked, by a CA that is trusted."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import ssl
from typing import TYPE_CHECKING

import pytest
import trustme
from federated import answering

from digigraph.errors import RemoteError
from digigraph.media import RESULTS_JSON
from digigraph.store.answering.backend import Query
from digigraph.store.opening import open_backend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from digigraph.settings import Settings
    from digigraph.store.answering.backend import Backend

    Federating = Callable[..., contextlib.AbstractContextManager[Backend]]

LOOPBACK = "127.0.0.0/8 ::1"


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    """A CA of somebody's own."""
    return trustme.CA()


@pytest.fixture
def certified(ca: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ssl.SSLContext]:
    """Make certificates of that CA, which this process trusts as docs/operating.md says."""
    file = str(tmp_path / "ca.pem")
    ca.cert_pem.write_to_path(file)
    monkeypatch.setenv("SSL_CERT_FILE", file)
    return lambda name: context_of(ca, name)


def context_of(ca: trustme.CA, name: str) -> ssl.SSLContext:
    """The server's side of TLS, with a certificate for a name."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert(name).configure_cert(context)
    return context


@pytest.fixture
def federating(published: Settings) -> Federating:
    """A backend that may ask below ``/sparql`` of such URLs."""

    @contextlib.contextmanager
    def opened(*urls: str, networks: str = "") -> Iterator[Backend]:
        allowed = " ".join(f"{url}/sparql" for url in urls)
        settings = dataclasses.replace(published, federation=allowed, federation_networks=networks)
        with contextlib.closing(open_backend(settings)) as backend:
            yield backend

    return opened


def values(backend: Backend, endpoint: str) -> list[str]:
    text = f"SELECT ?x {{ SERVICE <{endpoint}> {{ ?x ?y ?z }} }}"
    answer = json.loads(b"".join(backend.answer(Query(text=text, format=RESULTS_JSON))))
    return [row["x"]["value"] for row in answer["results"]["bindings"]]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_certificate_for_the_name(certified: Callable[[str], ssl.SSLContext], federating: Federating, host: str):
    """An endpoint with a certificate for its address, or its name, by a CA that is trusted is asked."""
    with answering(certified(host)) as there, federating(there.url_of(host), networks=LOOPBACK) as backend:
        assert values(backend, f"{there.url_of(host)}/sparql") == ["from there"]


@pytest.mark.parametrize(("host", "certificate"), [("127.0.0.1", "localhost"), ("localhost", "other.example")])
def test_a_certificate_for_another_name(
    certified: Callable[[str], ssl.SSLContext], federating: Federating, host: str, certificate: str
):
    """It is refused before anything is asked, and the answer says what does not fit."""
    with answering(certified(certificate)) as there, federating(there.url_of(host), networks=LOOPBACK) as backend:
        with pytest.raises(RemoteError, match=f"certificate is not accepted: .* not valid for '{host}'"):
            values(backend, f"{there.url_of(host)}/sparql")
        assert there.asked == []


def test_a_certificate_of_nobody(certified: Callable[[str], ssl.SSLContext], federating: Federating):
    """One by a CA that is not trusted is refused before anything is asked."""
    assert certified
    with answering(context_of(trustme.CA(), "127.0.0.1")) as there, federating(there.url) as backend:
        with pytest.raises(RemoteError, match="certificate is not accepted: unable to get local issuer certificate"):
            values(backend, f"{there.url}/sparql")
        assert there.asked == []


def test_a_server_without_tls(federating: Federating):
    """What speaks no TLS where it should is a failure of the query."""
    with answering() as there:
        url = f"https://127.0.0.1:{there.server_port}"
        with federating(url) as backend, pytest.raises(RemoteError, match="does not answer"):
            values(backend, f"{url}/sparql")


def test_a_name_that_is_not_public(certified: Callable[[str], ssl.SSLContext], federating: Federating):
    """A certificate, however good, makes no address public."""
    with answering(certified("localhost")) as there, federating(there.url_of("localhost")) as backend:
        with pytest.raises(RemoteError, match="not public"):
            values(backend, f"{there.url_of('localhost')}/sparql")
        assert there.asked == []


@pytest.mark.parametrize("is_allowed", [True, False])
def test_a_redirect_out_of_tls(certified: Callable[[str], ssl.SSLContext], federating: Federating, *, is_allowed: bool):
    """A redirect from https to http is followed where the list has the address with http, and only there."""
    with answering() as plain, answering(certified("127.0.0.1")) as there:
        with federating(there.url, *([plain.url] if is_allowed else [])) as backend:
            endpoint = f"{there.url}/sparql/307/{plain.url}/sparql/end"
            if is_allowed:
                assert values(backend, endpoint) == ["from there"]
            else:
                with pytest.raises(RemoteError, match="allow-list"):
                    values(backend, endpoint)
        assert [path for path, _ in plain.asked] == (["/sparql/end"] if is_allowed else [])


def test_a_redirect_to_a_wrong_certificate(certified: Callable[[str], ssl.SSLContext], federating: Federating):
    """The certificate of each step is looked at."""
    with answering(certified("other.example")) as wrong, answering(certified("127.0.0.1")) as there:
        with federating(there.url, wrong.url) as backend, pytest.raises(RemoteError, match="not accepted"):
            values(backend, f"{there.url}/sparql/307/{wrong.url}/sparql/end")
        assert wrong.asked == []


@pytest.mark.parametrize("certificate", ["127.0.0.1", "other.example"])
def test_an_endpoint_instead_of_a_snapshot(
    ca: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, published: Settings, certificate: str
):
    """So has that of ``--endpoint``, by a CA in the file that ``REQUESTS_CA_BUNDLE`` names."""
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    with answering(context_of(ca, certificate)) as there:
        settings = dataclasses.replace(published, endpoint=f"{there.url}/sparql")
        with contextlib.closing(open_backend(settings)) as backend:
            query = Query(text="SELECT ?x { ?x ?y ?z }", format=RESULTS_JSON)
            if certificate == "127.0.0.1":
                assert b"from there" in b"".join(backend.answer(query))
            else:
                with pytest.raises(RemoteError, match="not valid for"):
                    backend.answer(query)
                assert there.asked == []
