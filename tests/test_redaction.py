"""What is taken back is in no byte that is served or stored, and no publication brings it back."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import signal
import subprocess
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import requests
import webserver
from bytes_of import has, served, stored
from projects import inherited
from thrice import KILLED, LATER, NAME, SENTENCE, TEXT, WORDS

from digigraph.errors import PublicationBusy
from digigraph.pipeline import publish, publish_checked
from digigraph.redaction.redact import redact
from digigraph.sources.redactions import MASK
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.store.snapshots.change import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyoxigraph as ox
    from projects import Project
    from webserver import Server

ACCEPTS = ("text/html", "text/turtle", "application/ld+json", "application/trig", "application/sparql-results+json")
EVERYTHING = (
    "/sparql?query=SELECT%20%2A%20%7B%7B%3Fs%20%3Fp%20%3Fo%7DUNION%7BGRAPH%20%3Fg%20%7B%3Fs%20%3Fp%20%3Fo%7D%7D%7D"
)
STARTS = (
    "/", EVERYTHING, "/dumps/", "/catalog", "/.well-known/void", "/sitemap.xml", "/queries", "/graph-store?default",
    "/changes", "/snapshots", "/ns", "/openapi.json", "/page/asa-berg", "/doc/news", "/page/nhd",
)  # fmt: skip


@pytest.fixture
def project(shapeless: Project) -> Project:
    """A tiny project; what is taken back is no business of shapes."""
    return shapeless


@dataclasses.dataclass(frozen=True)
class Looking:
    """Who reads every byte.

    Parameters
    ----------
    most
        Addresses that are fetched.
    """

    project: Project
    server: Server
    most: int

    def found(self, words: tuple[str, ...] = WORDS) -> set[str]:
        """Where any of the words stands: names of files, and addresses."""
        catalog = SnapshotCatalog(self.project.settings.state_folder)
        dumps = (f"/dumps/{state.name}.{dump.name}" for state in catalog.list() for dump in state.dumps())
        pages = served(self.server.url, [*STARTS, *dumps], ACCEPTS, most=self.most)
        return {
            place for place, content in (*stored(self.project.settings.state_folder), *pages) if has(content, words)
        }


@pytest.fixture(
    params=[pytest.param(3000, marks=[pytest.mark.long, pytest.mark.timeout(900)]), len(STARTS)],
    ids=["everything", "start"],
)
def looking(request: pytest.FixtureRequest, three: Project) -> Iterator[Looking]:
    """Who reads every byte of a server over the project."""
    with webserver.serving(three.settings, workers=1) as server:
        yield Looking(three, server, request.param)


def test_a_person_is_in_no_byte_after_she_was_taken_back(looking: Looking) -> None:
    """Not in any state, page, format or dump, in whatever spelling; nor after the same sources are published again."""
    project, server = looking.project, looking.server
    before = looking.found()
    assert {"nq", "nq.zst", "jsonld.gz"} <= before
    assert {f"{server.url}{path}" for path in ("/page/asa-berg", "/doc/news", "/page/nhd", EVERYTHING)} <= before
    names = SnapshotCatalog(project.settings.state_folder).names()
    report = redact(project.settings, ["id/asa-berg"], reason="privacy", note="asked by letter")
    assert list(report.applied.rewritten) == [names[2], names[1]]
    server.wait_for_snapshot(report.applied.rewritten[names[2]])
    assert looking.found() == set()
    assert not has((project.folder / "data/redactions.yaml").read_bytes(), WORDS)
    server.wait_for_snapshot(publish(project.settings).snapshot.name)
    assert looking.found() == set()


def test_what_was_taken_back_says_why(three: Project) -> None:
    """Every address of it answers 410 with the class of the reason, to programs and, in both languages, to people."""
    settings = three.settings
    text = f"news_{hashlib.sha256(LATER.encode()).hexdigest()[:8]}"
    start = LATER.index("Nordic Health Data has 18")
    evidence = f"ev/{text}_{start}-{start + 34}"
    redact(settings, ["id/asa-berg"], reason="privacy")
    redact(settings, [f"{settings.base_iri}{evidence}", "doc:nhd-page"], reason="rights")
    with webserver.serving(settings, workers=1) as server:
        for path in ("id/asa-berg", "page/asa-berg", "data/asa-berg", "data/asa-berg.ttl", "id/asa-berg-orcid"):
            assert _why(server, path) == "privacy", path
        for path in (evidence, f"{evidence}.nq", "doc/nhd-page", "doc/nhd-page_dfbdc42e"):
            assert _why(server, path) == "rights", path
        assert requests.get(f"{server.url}/doc/{text}", timeout=120).status_code == HTTPStatus.OK
        for language, said in (("sv", "Detta är återtaget"), ("en", "This was taken back")):
            headers = {"Accept": "text/html", "Accept-Language": language}
            page = requests.get(f"{server.url}/page/asa-berg", headers=headers, timeout=120)
            assert (page.status_code, said in page.text) == (HTTPStatus.GONE, True)


def _why(server: Server, path: str) -> str:
    reply = requests.get(f"{server.url}/{path}", headers={"Accept": "application/problem+json, */*;q=0.1"}, timeout=120)
    assert reply.status_code == HTTPStatus.GONE
    told = reply.json()
    assert told["type"] == "https://w3id.org/digigraph/problems#taken-back"
    return str(told["reason"])


def test_a_quote_takes_its_words_along(three: Project) -> None:
    """What it alone says goes; its words are masked in every text of the document, and the rest of the text stays."""
    settings = three.settings
    text = f"news_{hashlib.sha256(TEXT.encode()).hexdigest()[:8]}"
    start = TEXT.index(SENTENCE)
    report = redact(settings, [f"ev/{text}_{start}-{start + len(SENTENCE)}"], reason="other")
    assert len(report.applied.rewritten) == 2
    catalog = SnapshotCatalog(settings.state_folder)
    for state in catalog.list()[1:]:
        (seen,) = (content.decode() for file, content in state.read_files().items() if "/news_" in file)
        assert MASK in seen
        assert "Lund is a town" in seen
        assert SENTENCE not in json.dumps(json.loads(seen), ensure_ascii=False).replace("\\", "")
        with state.open() as opened:
            assert not _asks(opened.store, "?project dg:lead id:asa-berg")
            assert _asks(opened.store, "id:asa-berg a dg:Person")
            assert _asks(opened.store, "id:nhd dg:partnerCount 18")
        catalog.verify(state.name)


def _asks(store: ox.Store, pattern: str) -> bool:
    prefixes = "PREFIX dg: <https://w3id.org/digigraph/ns#> PREFIX id: <https://example.org/graph/id/> "
    return bool(store.query(f"{prefixes} ASK {{ {pattern} }}"))


def test_a_rewritten_state_says_so(three: Project) -> None:
    """It keeps its number and the time of its publication, has another hash, and names what it was, when and why."""
    catalog = SnapshotCatalog(three.settings.state_folder)
    before = catalog.list()
    redact(three.settings, ["id/asa-berg"], reason="privacy")
    redact(three.settings, ["doc/nhd-page"], reason="rights")
    after = catalog.list()
    assert [each.sequence for each in after] == [1, 2, 3]
    assert [each.created for each in after] == [each.created for each in before]
    assert {each.name for each in after} & {each.name for each in before} == set()
    assert [len(each.rewritten) for each in after] == [1, 2, 2]
    first, second = after[2].rewritten
    assert (first.replaced, first.reasons, second.reasons) == (before[2].name, ("privacy",), ("privacy", "rights"))
    for each in after:
        assert catalog.verify(each.name) == each


def test_states_without_it_stay_as_they_are(three: Project) -> None:
    """A state that never had the person keeps its name and its files."""
    catalog = SnapshotCatalog(three.settings.state_folder)
    first = catalog.list()[0]
    manifest = (first.folder / "manifest.json").read_bytes()
    redact(three.settings, ["id/asa-berg"], reason="privacy")
    assert (first.folder / "manifest.json").read_bytes() == manifest


def test_changes_tell_that_it_is_gone_and_nothing_of_what_it_was(three: Project) -> None:
    """Whoever follows the changes hears of the deletion, and has the dataset of the active state in the end."""
    settings = three.settings
    report = redact(settings, ["id/asa-berg"], reason="privacy")
    catalog = SnapshotCatalog(settings.state_folder)
    changes = catalog.changes.changes()
    assert [each.snapshot for each in changes] == [each.name for each in catalog.list()] + [changes[-1].snapshot]
    told = {each.subject.decode(): each for each in catalog.changes.events(changes[-1])}
    gone = told[f"<{settings.base_iri}id/asa-berg>"]
    assert (gone.kind, gone.quads) == (Kind.DELETED, [])
    assert told[f"<{settings.base_iri}id/nhd>"].kind is Kind.UPDATED
    active = catalog.active()
    assert active is not None
    assert active.name in report.applied.rewritten.values()
    with active.open() as opened:
        assert catalog.changes.dataset(active.name) == set(opened.nquads().splitlines())


def test_changes_of_states_that_are_kept_no_longer_are_rewritten(three: Project) -> None:
    """The log of changes reaches further back than the states, and has it no longer either."""
    catalog = SnapshotCatalog(three.settings.state_folder)
    (three.folder / "data/things/persons.yaml").unlink()
    for each in (three.folder / "data/documents").glob("news.*"):
        each.unlink()
    publish(three.settings)
    catalog.prune(1)
    assert any(has(content, WORDS) for _, content in stored(three.settings.state_folder / "changes"))
    three.write("data/redactions.yaml", "- {iri: id/asa-berg, reason: privacy}\n")
    before = catalog.active_name()
    publish(three.settings)
    assert catalog.active_name() != before
    for place, content in stored(three.settings.state_folder):
        assert not has(content, WORDS), place


def test_an_old_name_leads_to_the_new_one(three: Project) -> None:
    """The address of a state that was written anew answers 410, with the new name; that one says what it was."""
    report = redact(three.settings, ["id/asa-berg"], reason="privacy")
    with webserver.serving(three.settings, workers=1) as server:
        for old, new in report.applied.rewritten.items():
            gone = requests.get(f"{server.url}/snapshots/{old}", headers={"Accept": "application/json"}, timeout=120)
            assert (gone.status_code, f"/snapshots/{new} " in gone.json()["hint"]) == (HTTPStatus.GONE, True)
            told = requests.get(f"{server.url}/snapshots/{new}.json", timeout=120).json()["rewritten"]
            assert [(each["replaced"], each["reasons"]) for each in told] == [(old, "privacy")]
            page = requests.get(f"{server.url}/snapshots/{new}", headers={"Accept": "text/html"}, timeout=120)
            assert old in page.text


def test_the_feed_tells_that_something_is_gone(three: Project) -> None:
    """It counts what was taken back, though it has no name any longer."""
    redact(three.settings, ["id/asa-berg"], reason="privacy")
    with webserver.serving(three.settings, workers=1) as server:
        feed = requests.get(f"{server.url}/changes.atom", headers={"Accept-Language": "en"}, timeout=120).text
    assert re.search(r"\b[1-9]\d* gone", feed)


def test_taking_back_twice_changes_nothing(three: Project) -> None:
    """The list has it once, and no state is written again."""
    redact(three.settings, ["id/asa-berg"], reason="privacy")
    listed = (three.folder / "data/redactions.yaml").read_bytes()
    report = redact(three.settings, ["id/asa-berg"], reason="privacy")
    assert (report.added, report.applied.rewritten) == ((), {})
    assert (three.folder / "data/redactions.yaml").read_bytes() == listed


def test_another_reason_is_not_lost_without_a_word(three: Project) -> None:
    """Who takes something back once more for another reason is told which one stands and how to change it; the list is
    what it was.
    """
    assert three.run("redact", "id/asa-berg", "--reason", "privacy").returncode == 0
    listed = (three.folder / "data/redactions.yaml").read_bytes()
    again, other = (three.run("redact", "id/asa-berg", "--reason", each) for each in ("privacy", "error"))
    assert again.stdout.decode() == "data/redactions.yaml has id/asa-berg already (privacy)\n"
    assert other.stdout.decode() == (
        "data/redactions.yaml has id/asa-berg already (privacy); readers are told that reason, not error. "
        "To change it, write it there and run `digigraph publish`\n"
    )
    assert (three.folder / "data/redactions.yaml").read_bytes() == listed


def test_another_reason_on_the_list_is_told_from_the_next_publication_on(three: Project) -> None:
    """Whoever changes the reason on the list publishes and is told what was done; readers are told the new one."""
    redact(three.settings, ["id/asa-berg"], reason="privacy")
    path = three.folder / "data/redactions.yaml"
    path.write_bytes(path.read_bytes().replace(b"reason: privacy", b"reason: legal"))
    before = SnapshotCatalog(three.settings.state_folder).active_name()
    told = three.run("publish").stdout.decode().splitlines()
    after = SnapshotCatalog(three.settings.state_folder).active_name()
    assert f"{before} is now {after}" in told
    assert told[-1] == f"{after}: nothing else to do, the data is the same"
    with webserver.serving(three.settings, workers=1) as server:
        for place in ("id/asa-berg", "page/asa-berg"):
            assert _why(server, place) == "legal", place


def test_the_command_line_names_the_new_state(three: Project) -> None:
    """With the old name of a state that was written anew, `changes` and `snapshots activate` say the new one."""
    ((old, new), *_) = redact(three.settings, ["id/asa-berg"], reason="privacy").applied.rewritten.items()
    for command in (("changes", old, new), ("snapshots", "activate", old)):
        said = three.run(*command)
        assert said.returncode == 2
        assert f"It is {new} now." in said.stderr.decode()
    for command in (("changes", new, "9-0123456789ab"), ("snapshots", "activate", "9-0123456789ab")):
        said = three.run(*command)
        assert said.returncode == 2
        assert "`digigraph snapshots list` lists the states" in said.stderr.decode()
        assert "/snapshots" not in said.stderr.decode()


def test_the_list_keeps_what_people_wrote(three: Project) -> None:
    """Comments and order of the list stay; entries are added at its end."""
    written = "# ours\n- {iri: id/nobody, reason: other}   # long ago\n"
    three.write("data/redactions.yaml", written)
    redact(three.settings, ["id/asa-berg"], reason="privacy", note='on "paper"\n')
    listed = (three.folder / "data/redactions.yaml").read_text(encoding="utf-8")
    assert listed.startswith(written + "- iri: id/asa-berg\n  reason: privacy\n")
    assert not any(each.location.path == "data/redactions.yaml" for each in three.check().findings)


def test_the_list_of_the_project_reaches_states_kept_elsewhere(three: Project) -> None:
    """Publishing a project whose list has grown takes the same out of every state that is kept there."""
    three.write("data/redactions.yaml", "- {iri: id/asa-berg, reason: privacy}\n")
    publish(three.settings)
    for place, content in stored(three.settings.state_folder):
        assert not has(content, WORDS), place


def test_a_publication_that_was_built_before_is_refused(three: Project) -> None:
    """What is taken back while a publication is being built is not published by it."""
    checked = three.check()
    redact(three.settings, ["id/asa-berg"], reason="privacy")
    with pytest.raises(PublicationBusy):
        publish_checked(three.settings, checked, "0" * 64)


def test_a_list_with_mistakes_takes_nothing_back(three: Project) -> None:
    """Neither the list nor a state changes, and the mistake is told with its line."""
    three.write("data/redactions.yaml", "- {iri: id/ki, reason: becuase}\n")
    names = SnapshotCatalog(three.settings.state_folder).names()
    run = three.run("redact", "id/asa-berg", "--reason", "privacy")
    assert (run.returncode, b"data/redactions.yaml:1:" in run.stderr) == (2, True)
    assert SnapshotCatalog(three.settings.state_folder).names() == names


def test_what_nobody_knows_is_not_taken_back(three: Project) -> None:
    """An IRI that neither sources nor states have is told, and nothing changes."""
    run = three.run("redact", "id/asa-burg", "--reason", "privacy")
    assert (run.returncode, b"id/asa-burg" in run.stderr) == (2, True)
    assert not (three.folder / "data/redactions.yaml").exists()


def test_the_lines_that_still_say_it_are_told(three: Project) -> None:
    """The command names each file and line of the sources, once a line, and none of the words."""
    three.write("queries/of-her.rq", f"# {quote(NAME)}\n#! title@en: Her\nASK {{}}\n")
    run = three.run("redact", "id/asa-berg", "--reason", "privacy")
    told = [line.strip().rpartition(":")[0] for line in run.stderr.decode().splitlines() if line.startswith("  ")]
    assert len(told) == len(set(told))
    assert {"data/documents/news.txt:2", "data/documents/news.txt:3", "data/things/persons.yaml:3"} <= set(told)
    assert [line for line in told if line.startswith("queries/")] == ["queries/of-her.rq:1"]
    assert not has(run.stdout + run.stderr, WORDS)


def test_stored_queries_keep_their_promise(three: Project) -> None:
    """Fewer rows than a query promises stand in no publication's way; the rewritten state is what it would publish."""
    query = (
        "#! title@en: Persons\n#! title@sv: Personer\n#! description@en: Who.\n#! description@sv: Vilka.\n#! rows: 2\n"
    )
    three.write("queries/persons.rq", f"{query}SELECT ?p {{ ?p a <https://w3id.org/digigraph/ns#Person> }}\n")
    redact(three.settings, ["id/asa-berg"], reason="privacy")
    assert not publish(three.settings).is_new


def test_what_earlier_checks_have_kept_is_deleted(three: Project, tmp_path: Path) -> None:
    """Findings and data that `validate` keeps in the user's cache folder are not there afterwards."""
    cache = tmp_path / "cache"
    three.run("validate", XDG_CACHE_HOME=str(cache))
    assert [*stored(cache)]
    assert three.run("redact", "id/asa-berg", "--reason", "privacy", XDG_CACHE_HOME=str(cache)).returncode == 0
    assert not [*stored(cache)]


def test_what_lost_against_a_value_that_is_taken_back_wins(project: Project) -> None:
    """The next publication takes the other document's value into the default graph."""
    facts = "  - quote: {}\n    says:\n      - {{subject: nhd, host: {}}}\n"
    project.document("a", "KI hosts NHD.", facts.format("KI hosts NHD", "ki"), datePublished="2024-01-01")
    project.document("b", "KTH hosts NHD.", facts.format("KTH hosts NHD", "kth"), datePublished="2020-01-01")
    publish(project.settings)
    assert b"host> <https://example.org/graph/id/ki> ." in project.check().dataset.nquads
    redact(project.settings, ["doc/a"], reason="rights")
    left = project.check().dataset.nquads
    assert b"host> <https://example.org/graph/id/kth> ." in left
    assert b"host> <https://example.org/graph/id/ki> ." not in left


def test_a_name_that_something_else_bears_stays(project: Project) -> None:
    """Of two things with one name, taking one back leaves the name of the other."""
    project.write("data/things/more.yaml", "kth-2: {type: Organization, name: {sv: Vinnova, en: Vinnova}}\n")
    publish(project.settings)
    redact(project.settings, ["id/kth-2"], reason="other")
    assert b'"Vinnova"' in project.check().dataset.nquads


def test_words_that_are_not_at_fault_stay(project: Project) -> None:
    """With the reason "error" a thing goes, and texts and other things keep its name."""
    publish(project.settings)
    redact(project.settings, ["id/ada-berg"], reason="error")
    checked = project.check()
    assert b"id/ada-berg" not in checked.dataset.nquads
    assert any(b"Ada Berg leads" in content for content in checked.files.values())


@pytest.mark.parametrize(
    "step", [pytest.param(step, marks=() if step in {1, 3, 5, 9} else pytest.mark.long) for step in range(24)]
)
def test_a_kill_leaves_whole_states_and_the_next_run_does_the_rest(three: Project, step: int) -> None:
    """Killed after any of its renames, the active state is whole; afterwards no byte has the words."""
    settings = three.settings
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(three.folder), str(step)], capture_output=True, check=False, env=inherited()
    )
    assert killed.returncode in {-signal.SIGKILL, 0}, killed.stderr
    catalog = SnapshotCatalog(settings.state_folder)
    active = catalog.active()
    assert active is not None
    catalog.verify(active.name)
    redact(settings, ["id/asa-berg"], reason="privacy")
    assert [each.sequence for each in catalog.list()] == [1, 2, 3]
    for each in catalog.names():
        catalog.verify(each)
    for place, content in stored(settings.state_folder):
        assert not has(content, WORDS), place


def test_who_reads_an_old_state_is_waited_for_and_then_not(three: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state that somebody keeps open is removed all the same, after a time, and that is told."""
    monkeypatch.setattr("digigraph.redaction.applying._PATIENCE", 0.1)
    settings = dataclasses.replace(three.settings, query_seconds=0.1)
    name = SnapshotCatalog(settings.state_folder).names()[1]
    with SnapshotCatalog(settings.state_folder).get(name).open():
        report = redact(settings, ["id/asa-berg"], reason="privacy")
    assert report.applied.torn == (name,)
    for place, content in stored(settings.state_folder):
        assert not has(content, WORDS), place


def test_a_server_lets_go_of_what_is_written_anew(three: Project) -> None:
    """A state that a server has open and that nobody asks is not held: it is not removed from under the server."""
    settings = dataclasses.replace(three.settings, state_seconds=3600.0, query_seconds=115.0)
    name = SnapshotCatalog(settings.state_folder).names()[1]
    with webserver.serving(settings, workers=1) as server:
        assert (
            requests.get(f"{server.url}/snapshots/{name}/sparql?query=ASK{{}}", timeout=120).status_code
            == HTTPStatus.OK
        )
        assert redact(settings, ["id/asa-berg"], reason="privacy").applied.torn == ()


def test_a_state_that_cannot_be_read_is_removed(three: Project) -> None:
    """Nobody can tell what it holds; it is told by name."""
    name = SnapshotCatalog(three.settings.state_folder).names()[1]
    for each in (SnapshotCatalog(three.settings.state_folder).get(name).folder / "store").glob("*.sst"):
        each.write_bytes(b"")
    report = redact(three.settings, ["id/asa-berg"], reason="privacy")
    assert report.applied.removed == (name,)
    assert name not in SnapshotCatalog(three.settings.state_folder).names()
