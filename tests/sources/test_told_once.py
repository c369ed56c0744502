"""One file with every kind of mistake: each is told once, by the whole check, where it stands."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from curating import told
from projects import TEXT, THINGS

if TYPE_CHECKING:
    from projects import Project

HOST = "    says: [{subject: nhd, host: kth}]\n"
AGAIN = "    says: [{subject: nhd, host: §duplicate-statement§kth}]\n"
QUOTE = "  - quote: (huvudman KTH)\n"
# A § stands before each mistake, with its rule behind it up to another one.
HEAD = """\
document:
  title: A page
  type: §unknown-class§WebPag
  language: en
  sourceRank: §value§first
  publisher: §unknown-thing§kht
  url: §iri§nhd.example
  datePublished: §date§May 2024
  §unknown-term§pulbisher: kth
  sha256: {sha256}
facts:
"""
FACTS = f"""\
  - quote: §quote-not-found§nobody says this
{HOST}\
  - quote: §quote-ambiguous§KTH takes part.
    says: [{{subject: nhd, member: kth}}]
  - quote: KTH takes part.
    occurrence: §quote-occurrence§3
    says: [{{subject: nhd, member: kth}}]
  - quote: KTH takes part.
    after: §quote-after§nobody
    says: [{{subject: nhd, member: kth}}]
{QUOTE}    lang: §language§English!
{HOST}\
{QUOTE}    asOf: §date§soon
{AGAIN}\
{QUOTE}    accepted: §value§maybe
{AGAIN}\
{QUOTE}    accepted: §reason§false
{AGAIN}\
{QUOTE}    §key§lagn: sv
    says: [{{subject: nhd, host: §duplicate-statement§kth}}]
  - quote: §yaml§&a (huvudman KTH)
    says: [{{subject: nhd, host: §yaml§*a}}]
  - quote: §yaml§§quote-not-found§@KTH
{HOST}\
  - quote: started in May 2021
    §duplicate-key§quote: §quote-not-found§somebody says this
{HOST}\
  - §quote§says: [{{subject: nhd, host: kth}}]
  - §key§quote: has 18 partners
{QUOTE}    says:
      - §fact§{{host: kth}}
      - {{subject: §slug§NHD, host: kth}}
      - {{subject: §unknown-thing§ndh, host: kth, lead: ada-berg}}
      - {{subject: nhd, §unknown-term§hots: kth}}
      - {{subject: nhd, coordinator: §unknown-thing§kht}}
      - {{subject: nhd, startDate: §date§2021-13}}
      - {{subject: nhd, duration: §value§3 years}}
      - {{subject: nhd, partnerCount: §value§many}}
      - {{subject: nhd, status: §unknown-word§done}}
      - {{subject: nhd, homepage: §iri§nhd.example}}
      - {{subject: nhd, funding: §value§6000 EUR}}
      - {{subject: nhd, funding: {{number: "1", funder: vinnova, amount: §money§6 000 EUR}}}}
      - {{subject: nhd, figure: §value§{{what: §unknown-thing§institutions}}}}
      - {{subject: nhd, figure: {{§unknown-term§waht: institutions, value: 3}}}}
      - {{subject: nhd, aim: {{§language§english: x}}}}
      - {{subject: nhd, leadOrganization: kth}}
      - {{subject: nhd, leadOrganization: §duplicate-statement§kth}}
  - quote: started in May 2021
    says: [{{subject: nhd, startDate: 2021-05, endDate: 2023}}]
  - quote: Nordic Health Data started in May 2021
    says: [{{subject: nhd, endDate: §contradiction§2024}}]
"""
OTHERS = """\
first:
  type: §unknown-class§Persom
  name: {sv: F, en: F}
second:
  type: Project
  §unknown-term§nmae: {sv: S, en: S}
third:
  §unknown-term§tpye: Organization
  name: {sv: T, en: T}
§slug§Fourth:
  type: Person
  name: {sv: D, en: D}
fifth: §value§Person
sixth:
  type: §yaml§§unknown-class§@Person
  name: {sv: X, en: X}
eighth:
  type: Organization
  name: §language§Z
§duplicate-thing§kth:
  type: Organization
ninth:
  type: Organization
  name: {sv: N, en: N}
  identifier: {§key§schema: own-register, value: "1"}
"""


def test_each_mistake_is_told_once_where_it_stands(project: Project) -> None:
    """Neither twice, nor by a shape that misses what could not be read; and none hides another."""
    facts, expected = told(HEAD.replace("{sha256}", "0" * 64) + FACTS, "data/documents/nhd-page.yaml")
    things, more = told(OTHERS, "data/things/to-the-end.yaml")
    # The text is the one of the fixture: its hash is what the fixture wrote.
    head = (project.folder / "data/documents/nhd-page.yaml").read_text(encoding="utf-8")
    facts = facts.replace("0" * 64, head.partition("sha256: ")[2].partition("\n")[0])
    # Who has no role in what is left is told as such.
    project.write("data/things/things.yaml", THINGS.replace("ada-berg:\n", "ada-berg:\n  jobTitle: {sv: P, en: P}\n"))
    project.write("data/documents/nhd-page.txt", TEXT)
    project.write("data/documents/nhd-page.yaml", facts)
    project.write("data/things/to-the-end.yaml", things)
    found = Counter((each.rule, str(each.location)) for each in project.check().findings)
    assert found == Counter([*expected, *more])


def test_a_mistake_about_which_two_shapes_speak_is_told_once(project: Project) -> None:
    """A project that hosts itself is no organisation either; an identifier that is none makes no link."""
    project.facts("  - quote: (huvudman KTH)\n    says: [{subject: nhd, host: nhd, funder: nhd, lead: ada-berg}]\n")
    identifier = "{scheme: wikidata, value: q42}"
    project.write(
        "data/things/more.yaml",
        f"new:\n  type: Organization\n  name: {{sv: N, en: N}}\n  identifier: {identifier}\n",
    )
    assert [(each.rule, str(each.location).rpartition("/")[2]) for each in project.check().findings] == [
        ("shacl-not-itself", "nhd-page.yaml:11:33"),
        ("shacl-not-itself", "nhd-page.yaml:11:46"),
        ("identifier", "more.yaml:4:41"),
    ]


def test_what_only_one_thing_may_have_is_told_once_where_it_is_written(project: Project) -> None:
    """A home page of two things: at the last of them, and the other place beside it."""
    project.write("data/things/things.yaml", THINGS.replace("kth:\n", "kth:\n  homepage: https://www.kth.se\n"))
    unit = "unit:\n  type: Organization\n  name: {sv: E, en: U}\n  homepage: https://www.kth.se\n"
    project.write("data/things/more.yaml", unit)
    (found,) = project.check().findings
    assert (found.rule, str(found.location)) == ("shacl-homepage-one", "data/things/things.yaml:2:13")
    assert [str(each) for each in found.also] == ["data/things/more.yaml:4:13"]
