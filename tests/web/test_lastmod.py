"""The date of each page in the sitemap: of the last state in which anything that it shows changed."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import re
from typing import TYPE_CHECKING

from projects import FACTS, THINGS, made_project

from digigraph.pipeline import publish
from digigraph.redaction.redact import redact
from digigraph.store.opening import open_backend
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from projects import Project

    from digigraph.settings import Settings

    Edit = Callable[[Project], None]
    Published = dict[str, tuple[str, ...]]

OTHER = "KI is a member of Nordic Health Data. KI has 6000 employees.\n"
OTHER_FACTS = """\
  - quote: KI is a member of Nordic Health Data
    says:
      - {subject: nhd, member: ki}
"""
FUNDED = """\
  - quote: is funded by Vinnova with SEK 1 991 250
    says:
      - {subject: nhd, funder: vinnova, funding: {amount: 1991250 SEK, funder: vinnova}}
"""
FEW = {"/", "/catalog", "/ns", "/sparql"}


def facts(text: str, old: str = "", new: str = "") -> Edit:
    assert old in text
    return lambda made: made.facts(text.replace(old, new, 1))


def things(old: str, new: str) -> Edit:
    assert old in THINGS
    return lambda made: made.write("data/things/things.yaml", THINGS.replace(old, new, 1))


def other(facts: str = OTHER_FACTS, **about: str) -> Edit:
    return lambda made: made.document("other", OTHER, facts, **about)


def host_is_called(made: Project) -> None:
    path = made.folder / "ontology/digigraph.ttl"
    path.write_text(re.sub(r'(?s)(\ndg:host a .*?rdfs:label ")[^"]*', r"\1seat", path.read_text()))


def curated(statement: str) -> Edit:
    base = "https://example.org/graph/id/"
    return lambda made: made.write("data/curated.nt", statement.replace("<", f"<{base}", 1))


def no_other(made: Project) -> None:
    for each in (made.folder / "data/documents").glob("other.*"):
        each.unlink()


HISTORY: dict[str, tuple[Edit, set[str]]] = {
    "a new claim": (facts(FACTS + FUNDED), set()),
    "another amount of a grant that a thing owns": (facts(FACTS + FUNDED, "1991250", "1991251"), set()),
    "a claim is not accepted": (
        facts(
            FACTS + FUNDED,
            "  - quote: is",
            '  - accepted: false\n    reason: "The contract names another sum"\n    quote: is',
        ),
        set(),
    ),
    # What is not accepted stands on the page of its subject alone.
    "a claim is withdrawn": (facts(FACTS), {"/page/vinnova"}),
    "a new document": (other(), set()),
    "the document has another title": (other(title="News"), set()),
    "the document has another address": (other(title="News", url="https://news.example/2"), set()),
    "another word in the text, beside the quotes": (
        lambda made: made.document("other", OTHER.replace("6000", "6001"), OTHER_FACTS, title="News"),
        set(),
    ),
    "a thing has another name": (things("Ada Berg, en: Ada Berg", "Ada Berg, en: Ada B. Berg"), set()),
    "a property has another name": (host_is_called, set()),
    "a curator's statement": (curated("<ki> <https://schema.org/sameAs> <https://ror.org/056d84691> .\n"), set()),
    "nothing is left of a document": (no_other, set()),
}


@contextlib.contextmanager
def client_of(settings: Settings) -> Iterator[FlaskClient]:
    with contextlib.closing(open_backend(settings)) as backend:
        yield create_app(settings, backend).test_client()


def dates_of(client: FlaskClient) -> dict[str, str]:
    """The date of each page, by its path."""
    here = re.escape(client.application.extensions["digigraph"].url(""))
    return dict(re.findall(rf"<loc>{here}(.*?)</loc>.*?<lastmod>(.*?)</lastmod>", client.get("/sitemap-1.xml").text))


def body_of(client: FlaskClient, page: str, language: str) -> str:
    """A page without the name of the state, which stands at the foot of each."""
    reply = client.get(f"{page}?lang={language}", headers={"Accept": "text/html"})
    assert reply.status_code == 200, page
    return re.sub(r"\b\d+-[0-9a-f]{12}\b", "", reply.text)


def published(made: Project) -> Published:
    """Publish on a day of its own, and return the date and the bodies of each page."""
    publish(made.settings)
    number = max(int(each.stem) for each in (made.settings.state_folder / "changes").glob("*.diff"))
    path = made.settings.state_folder / f"changes/{number}.diff"
    head, _, rest = path.read_bytes().partition(b"\n")
    path.write_bytes(json.dumps({**json.loads(head), "created": day(number)}).encode() + b"\n" + rest)
    with client_of(made.settings) as client:
        return {
            page: (when, *(body_of(client, page, each) for each in ("en", "sv")))
            for page, when in dates_of(client).items()
        }


def undumped(folder: Path) -> Project:
    made = made_project(folder / "project", shapes=False)
    with (made.folder / "digigraph.toml").open("a", encoding="utf-8") as file:
        file.write('dumps = ""\nchanges_days = 3650\n')
    return made


def day(number: int) -> str:
    return f"2026-01-{number:02}T00:00:00+00:00"


def test_each_page_has_the_date_of_its_last_change(tmp_path: Path) -> None:
    """Edit by edit: pages whose body changed, in any language, have the new date; others keep theirs."""
    made = undumped(tmp_path)
    before = published(made)
    assert {when for when, *_ in before.values()} == {day(1)}
    for number, (what, (edit, surplus)) in enumerate(HISTORY.items(), 2):
        edit(made)
        now = published(made)
        changed = {page for page in now if now[page][1:] != before.get(page, ("",))[1:]}
        dated = {page for page in now if now[page][0] == day(number)}
        assert changed - FEW, what
        assert changed - dated == set(), what
        assert dated - changed - FEW == surplus, what
        assert all(now[page][0] == before[page][0] for page in now.keys() - dated), what
        before = now


def test_what_was_taken_back_dates_every_page(tmp_path: Path) -> None:
    """The log of changes no longer tells which pages had it."""
    made = undumped(tmp_path)
    published(made)
    redact(made.settings, ["id/ada-berg"], reason="privacy")
    (latest,) = SnapshotCatalog(made.settings.state_folder).changes.changes()[1:]
    with client_of(made.settings) as client:
        dates = dates_of(client)
    assert "/page/ada-berg" not in dates
    assert set(dates.values()) == {latest.created}


def test_what_the_log_has_forgotten_makes_no_page_older(tmp_path: Path) -> None:
    """Where old changes are kept no longer as patches, every page has the date of the last of them, or a later one."""
    made = undumped(tmp_path)
    published(made)
    facts(FACTS + FUNDED)(made)
    published(made)
    facts(FACTS)(made)
    published(made)
    things("en: Ada Berg", "en: Ada B. Berg")(made)
    publish(dataclasses.replace(made.settings, changes_days=1))
    *old, latest = SnapshotCatalog(made.settings.state_folder).changes.changes()
    assert not any(each.is_whole for each in old)
    with client_of(made.settings) as client:
        dates = dates_of(client)
    assert {page for page, when in dates.items() if when == latest.created} == FEW | {
        "/page/ada-berg",
        "/page/nhd",
        "/doc/nhd-page",
    }
    assert set(dates.values()) == {old[-1].created, latest.created} == {day(3), latest.created}
