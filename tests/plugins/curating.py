"""Single mistakes of curators, each with the rule and the place where it is told, and projects that hold some of them.

Before each place at which something is told stands its rule between two §. What may be added stands at a sign of its
own: ¤ takes values of an entry, ¶ lines of a fact or a thing. UPPER is what each mistake has for itself.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from digigraph.findings import Finding


VALUES = {
    "term": "§unknown-term§hosst: kth",
    "term of nothing": "§unknown-term§zebra: kth",
    "term of a document": "§key§sha256: abc",
    "term of a fact": "§key§asOf: 2021",
    "thing": "coordinator: §unknown-thing§kht",
    "thing in a list": "member: [kth, §unknown-thing§kht, ki]",
    "two things in a list": "supports: [§unknown-thing§kht, §unknown-thing§kj]",
    "slug": "lead: §slug§Ada Berg",
    "number": "partnerCount: §value§many",
    "number with words": "countryCount: §value§about 18",
    "date": "startDate: §date§May 2021",
    "calendar": "endDate: §date§2021-02-30",
    "duration": "duration: §value§3 years",
    "word": "status: §unknown-word§done",
    "word in capitals": "type: §unknown-class§project",
    "address": "homepage: §iri§www.nhd.example",
    "address with a space": 'url: §iri§"https://nhd.example/a b"',
    "grant": "funding: §value§6000 EUR",
    "money": "funding: {amount: §money§6 000 EUR, funder: vinnova}",
    "money without currency": 'funding: {amount: §money§6000, funder: vinnova, number: "7"}',
    "term of a grant": "funding: {amount: 6000 EUR, §unknown-term§numbr: 3}",
    "funder of a grant": "funding: {amount: 6000 EUR, funder: §unknown-thing§vinova}",
    "figure": "figure: §value§18 partners",
    "figure without a value": "figure: §value§{what: partners}",
    "count of a figure": "figure: {what: partners, value: §value§several}",
    "concept of a figure": "figure: {what: §unknown-thing§zebras, value: 3}",
    "qualifier": "figure: {what: partners, value: 4, qualifier: §unknown-word§roughly}",
    "identifier": "identifier: {scheme: orcid, value: §identifier§0000-0002-1825-0098}",
    "identifier without a scheme": "identifier: §value§{value: Q1}",
    "language of a text": "aim: {§language§english: x}",
    "text of no language": "aim: {sv: §value§[], en: y}",
    "empty value": "aim:§value§",
    "empty text": 'aim: §value§""',
    "empty list": "focusArea: §value§[]",
    "mapping for a text": "alternateName: {§language§x: y}",
    "list in a list": "alternateName: [A, §value§[B]]",
    "anchor": "alternateName: §yaml§&one A",
    "alias": "alternateName: §yaml§*one",
    "tag": "alternateName: §yaml§!!str A",
    "sign": "alternateName: §yaml§@A",
    "no space behind a colon": "§yaml§location:sweden",
    "escape": 'alternateName: "A§value§\\u0007"',
    "escape that is none": 'alternateName: "A \\§yaml§q"',
}
"""Of an entry: a term with its value."""

PARTS = {
    "things without a list": "leadOrganization: kth, §unknown-term§ki",
    "key twice": "alternateName: A, §duplicate-key§alternateName: B",
}
"""Of an entry in braces, where a comma ends a value."""

LINES = {
    "no space behind the colon of a line": "§yaml§location:sweden",
    "no colon": "§yaml§location sweden",
    "quotation mark": 'alternateName: §yaml§"A',
    "quotation mark inside": 'alternateName: "A "§yaml§B" C"',
    "bracket": "member: §yaml§[kth, ki",
    "brace": "figure: §yaml§{what: partners, value: 3",
    "tab": "§yaml§\tlocation: sweden",
    "tab behind a colon": "alternateName:§yaml§\tA",
    "colon in a text": "alternateName: A§yaml§: B",
    "hash": "aim: A §text-cut§#5",
}
"""Of an entry that has a line for each term."""

ENTRIES = {
    "no subject": "§fact§{host: kth¤}",
    "key subject": "{§key§subjekt: SUBJECT, funder: ki¤}",
    "unknown subject": "{subject: §unknown-thing§alfa, funder: ki¤}",
    "subject that is no slug": "{subject: §slug§Alpha, funder: ki¤}",
    "nothing said": "§fact§{subject: SUBJECT}",
    "text": "§fact§SUBJECT",
    "list": "§fact§[SUBJECT, host, kth]",
    "nothing": "§fact§{}",
    "no brace at the end": "§yaml§{subject: SUBJECT, funder: ki¤",
    "colons without spaces": "{§yaml§subject:SUBJECT, funder: ki¤}",
    "no comma": "{subject: SUBJECT funder§yaml§: ki¤}",
}
"""Of a fact: entries of what it says."""

KEYS = {
    "key": "§key§lagn: sv",
    "language": "lang: §language§English!",
    "date of a fact": "asOf: §date§soon",
    "accepted": "accepted: §value§maybe",
    "no reason": "accepted: §reason§false",
    "reason for nothing": "§reason§reason: The source is old.",
    "empty key": "implied:§value§",
    "list of a key": "implied: §value§[a, b]",
    "mapping of a key": "lang: §value§{sv: en}",
    "occurrence": "occurrence: §quote-occurrence§2",
    "occurrence that is no number": "occurrence: §quote-occurrence§second",
    "after": "after: §quote-after§nobody says this",
    "second quote": "§duplicate-key§quote: LATER",
    "key without a space": "§yaml§lang:sv",
    "key with a tab": "§yaml§\tlang: en",
    "key too far in": " §yaml§lang: en",
}
"""Of a fact: a key beside its quote."""

QUOTES = {
    "quote not found": "quote: §quote-not-found§SUBJECT does nothing at all",
    "quote twice": "quote: §quote-ambiguous§TWICE",
    "part of a word": "quote: §quote-cut§LATER_CUT",
    "key quote": "§key§qoute: QUOTE",
    "empty quote": "quote:§value§",
    "list of quotes": "quote: §value§[QUOTE, LATER]",
    "mapping of a quote": "quote: §value§{QUOTE}",
    "anchor of a quote": "quote: §yaml§&one QUOTE",
    "tag of a quote": "quote: §yaml§!!str QUOTE",
    "quotation mark of a quote": 'quote: §yaml§"QUOTE',
    "quote without a space": '§yaml§quote:"QUOTE"',
    "hash in a quote": "quote: OPENING §text-cut§# Who pays?",
}
"""Of a fact: its quote."""

BLOCKS = {
    "no quote": "  - §quote§says: [{subject: SUBJECT, host: kth¤}]\n",
    "no says": "  - §key§quote: QUOTE\n¶",
    "empty says": "  - quote: QUOTE\n¶    says:§fact§\n",
    "text of says": "  - quote: QUOTE\n¶    says: §fact§SUBJECT is hosted by KTH\n",
    "key says": "  - quote: QUOTE\n¶    §key§sais: [{subject: SUBJECT, host: kth¤}]\n",
    "a text as a fact": "  - §value§QUOTE\n",
    "no dash": "  §yaml§quote: QUOTE\n¶    says: [{subject: SUBJECT, host: kth¤}]\n",
    "no-break space behind a dash": "  -§yaml§\u00a0quote: QUOTE\n    says: [{subject: SUBJECT, host: kth¤}]\n",
    "no space behind a dash": "  §yaml§-quote: QUOTE\n¶    says: [{subject: SUBJECT, host: kth¤}]\n",
    "too far in": "   §yaml§- quote: QUOTE\n     says: [{subject: SUBJECT, host: kth¤}]\n",
    "too far out": " §yaml§- quote: QUOTE\n   says: [{subject: SUBJECT, host: kth¤}]\n",
    "says too far in": "  - quote: QUOTE\n¶     §yaml§says: [{subject: SUBJECT, host: kth¤}]\n",
    "says at the margin": "  - quote: QUOTE\n¶§yaml§says: [{subject: SUBJECT, host: kth¤}]\n",
    "bracket of says": "  - quote: QUOTE\n¶    says: §yaml§[{subject: SUBJECT, host: kth¤}\n",
    "tabs": "§yaml§\t- quote: QUOTE\n§yaml§\t\tsays: [{subject: SUBJECT, host: kth¤}]\n",
    "stray text": "  §yaml§stray text\n",
    "stray text at the margin": "§yaml§stray text\n",
    "merge conflict": (
        "§yaml§<<<<<<< HEAD\n  - quote: QUOTE\n¶    says: [{subject: SUBJECT, host: kth¤}]\n=======\n"
        "  - quote: LATER\n    says: [{subject: SUBJECT, host: ki}]\n>>>>>>> other\n"
    ),
    "second document": "§yaml§---\n",
    "control character": "  # a §yaml§\x07 bell\n",
    "deep nesting": "  - quote: QUOTE\n¶    says: " + "[" * 18 + "§too-deep§[" + "]" * 19 + "\n",
    "bullet": "  §yaml§• quote: QUOTE\n    says: [{subject: SUBJECT, host: kth¤}]\n",
    "byte": "  # a §encoding§\udcff byte\n",
}
"""Of the list of facts."""

HEADS = {
    "no rank": ("title sourceRank", "§document§title: A page"),
    "title twice": ("title", "title: A page\n  §duplicate-key§title: Another page"),
    "list of a title": ("title", "title: §value§[]"),
    "empty title": ("title", "title:§value§"),
    "quotation mark of a title": ("title", 'title: §yaml§"A page'),
    "kind": ("type", "type: §unknown-class§WebPag"),
    "kind of no document": ("type", "type: §value§Project"),
    "key type": ("type", "§unknown-term§tipe: WebPage"),
    "document's language": ("language", "language: §language§English!"),
    "rank": ("sourceRank", "sourceRank: §value§first"),
    "rank too great": ("sourceRank", "sourceRank: §value§7"),
    "key of a rank": ("sourceRank", "§unknown-term§sourcerank: 2"),
    "publisher": ("publisher", "publisher: §unknown-thing§kht"),
    "document's address": ("url", "url: §iri§nhd.example"),
    "day": ("datePublished", "datePublished: §date§2024-13-01"),
    "hash of another text": ("sha256", "sha256: §sha256§" + "0" * 64),
    "hash that is none": ("sha256", "sha256: §sha256§abc"),
    "date without a reason": ("asOf", "asOf: §as-of§unknown"),
    "key of a document": ("", "§unknown-term§pulbisher: kth"),
    "key of a fact": ("", "§unknown-term§occurrence: 1"),
    "key of a document too far in": ("", " §yaml§captured: 2024-05-02"),
    "key of a document with a tab": ("", "§yaml§\tcaptured: 2024-05-02"),
    "key of a document without a space": ("", "§yaml§captured:2024-05-02"),
}
"""Of the description of a document: the key that is written otherwise, and how."""

KNOWN = {
    "term of a thing": "§unknown-term§nmae: {sv: A, en: A}",
    "evidence of a thing": "§key§quote: A",
    "date of a thing": "foundingDate: §date§long ago",
    "thing of a thing": "parentOrganization: §unknown-thing§kht",
    "address of a thing": "homepage: §iri§nhd.example",
    "title of a thing": "jobTitle: §language§Professor",
    "identifier of a thing": "identifier: {scheme: orcid, value: §identifier§x}",
    "number of a thing": "partnerCount: §value§many",
    "word of a thing": "status: §unknown-word§done",
    "empty value of a thing": "aim:§value§",
    "mapping in a thing": "alternateName: {§language§a: b}",
    "anchor in a thing": "alternateName: §yaml§&one A",
    "tag in a thing": "alternateName: §yaml§!a A",
    "quotation mark in a thing": 'alternateName: §yaml§"A',
    "bracket in a thing": "member: §yaml§[kth, ki",
    "no colon in a thing": "§yaml§location sweden",
    "no space in a thing": "§yaml§location:sweden",
    "key twice in a thing": "alternateName: A\n  §duplicate-key§alternateName: B",
    "tab in a thing": "§yaml§\tlocation: sweden",
    "key too far in of a thing": " §yaml§location: sweden",
}
"""Of a thing: what else is known of it."""

DESCRIBED = {
    "class": "THING:\n  type: §unknown-class§Projekt\n  name: {sv: A, en: A}\n¶",
    "no class": "§value§THING:\n  name: {sv: A, en: A}\n¶",
    "key type of a thing": "THING:\n  §unknown-term§tpye: Project\n  name: {sv: A, en: A}\n¶",
    "name without a language": "THING:\n  type: Project\n  name: §language§A\n¶",
    "slug of a thing": "§slug§Thing_THING:\n  type: Project\n  name: {sv: A, en: A}\n¶",
    "thing described twice": "§duplicate-thing§kth:\n  type: Organization\n  name: {sv: A, en: A}\n¶",
    "text as a thing": "THING: §value§Project\n",
    "nothing of a thing": "THING:§value§\n",
    "list as a thing": "THING: §value§[Project]\n",
    "no colon behind a slug": "§yaml§THING\n  type: Project\n  name: {sv: A, en: A}\n¶",
    "no brace of a name": "THING:\n  type: Project\n  name: §yaml§{sv: A, en: A\n¶",
    "stray text in things": "§yaml§stray text\n",
    "conflict in things": (
        "§yaml§<<<<<<< HEAD\nTHING:\n  type: Project\n  name: {sv: A, en: A}\n=======\n"
        "THING:\n  type: Project\n  name: {sv: B, en: B}\n>>>>>>> other\n"
    ),
    "second document in things": "§yaml§---\n",
    "control character in things": "# a §yaml§\x07 bell\n",
    "byte in things": "# a §encoding§\udcff byte\n",
}
"""Of a file of things."""

SAID = {
    "class of a value": "lead: §shacl-lead§kth",
    "thing itself": "host: §shacl-not-itself§SUBJECT",
    "two hosts": "host: [kth, §contradiction§ki]",
    "end before start": "startDate: §shacl-start-before-end§2021, endDate: §shacl-start-before-end§2020",
    "person as a member": "member: §shacl-member-person§ada-berg",
    "no concept": "focusArea: §shacl-focus-area§kth",
    "no organisation": "funder: §shacl-funder§sweden",
    "no programme": "fundingScheme: §shacl-funding-scheme§kth",
    "negative number": "partnerCount: §shacl-partner-count§-4",
    "same value twice": "alternateName: [A, §duplicate-statement§A]",
}
"""Of an entry: what is found when all is read."""

DECIDED = {
    "contradiction": (
        "  - quote: LATER\n    says: [{subject: SUBJECT, countryCount: 3}]\n"
        "  - quote: QUOTE\n¶    says: [{subject: SUBJECT, countryCount: §contradiction§4¤}]\n"
    ),
    "same said twice": (
        "  - quote: QUOTE\n¶    says: [{subject: SUBJECT, host: kth¤}]\n"
        "  - quote: QUOTE\n    says: [{subject: SUBJECT, host: §duplicate-statement§kth}]\n"
    ),
    "empty list of says": "  - §evidence-claims-nothing§quote: QUOTE\n¶    says: []\n",
}
"""Of the list of facts: what is found when all is read."""

_LEVELS: dict[str, Mapping[str, str | tuple[str, str]]] = {
    "value": VALUES,
    "part": PARTS,
    "line": LINES,
    "entry": ENTRIES,
    "key": KEYS,
    "quote": QUOTES,
    "block": BLOCKS,
    "head": HEADS,
    "known": KNOWN,
    "described": DESCRIBED,
}
IN_A_THING = frozenset({"known", "described"})
"""Levels of what stands in files of things."""
IN_A_FACT = frozenset({"value", "part", "line", "entry", "key", "quote", "block"})
"""Levels of what stands in the list of facts."""


@dataclass(frozen=True)
class Mistake:
    """One mistake.

    Parameters
    ----------
    name
        What it is called.
    level
        What it is a part of.
    text
        How it is written.
    replaces
        The key of the document that it stands for.
    """

    name: str
    level: str
    text: str
    replaces: str = ""

    @property
    def keys(self) -> set[str]:
        """The keys that it takes, so that another one cannot stand beside it."""
        if self.level == "entry":
            return {self.name}
        written = re.sub("§[^§]*§", "", self.text)
        first = re.match(r"\W*([\w-]+)", written)
        return set(self.replaces.split()) or {first[1] if first else ""}


CATALOGUE = [
    Mistake(name, level, *((text,) if isinstance(text, str) else (text[1], text[0])))
    for level, mistakes in _LEVELS.items()
    for name, text in mistakes.items()
]

FOUND = [
    *(
        Mistake(name, "block", f"  - quote: QUOTE\n¶    says: [{{subject: SUBJECT, {said}¤}}]\n")
        for name, said in SAID.items()
    ),
    *(Mistake(name, "block", text) for name, text in DECIDED.items()),
]
"""What is found when all is read."""

NAMES = ("alpha", "beta", "gamma")
_HEAD = {
    "title": "title: A page",
    "type": "type: WebPage",
    "language": "language: en",
    "sourceRank": "sourceRank: 2",
    "publisher": "publisher: kth",
    "url": "url: https://nhd.example/about",
    "datePublished": "datePublished: 2024-05-02",
    "sha256": "sha256: HASH",
}
_ABOUT = "NAME:\n  type: Project\n  name: {sv: NAME, en: NAME}\n"
SWEDEN = "sweden:\n  type: Country\n  name: {sv: Sverige, en: Sweden}\n"


def captured(names: Sequence[str]) -> str:
    """The text that facts quote, about three subjects."""
    return "".join(
        f"{each} started in May 2021 with KTH. {each} asks # Who pays? {each} has 18 partners.\n"
        f"{each} takes part. {each} takes part.\n"
        for each in map(str.capitalize, names)
    )


def subjects(names: Sequence[str]) -> str:
    """What is known of them."""
    return "".join(_ABOUT.replace("NAME", each) for each in names)


OTHERWISE = {
    # The number of a place, and words before it, are right or wrong by the quote, and choose among its places.
    "occurrence": {"quote not found", "quote twice", "empty quote", "list of quotes", "mapping of a quote"},
    "occurrence that is no number": {"quote twice"},
    "after": {"quote twice"},
    # A reason is one too many where a fact is accepted, and only there.
    "reason for nothing": {"accepted", "no reason"},
    # Where one of two quotes is misspelt, no key stands twice.
    "second quote": {"key quote"},
    # Lines that follow each other and are indented alike are told where the first of them stands.
    "key too far in": {"says too far in"},
    "too far in": {"too far in"},
    "too far out": {"too far out"},
    # What nobody has described may be a document.
    "term of a document": {"no subject", "unknown subject", "subject that is no slug"},
    # In one file a slug stands twice as a key.
    "thing described twice": {"thing described twice"},
}
"""Mistakes that are others, or none, where they stand beside each other."""
BEHIND = {
    # A quote without its dash is that of the fact before it, if it has none.
    "no dash": {"no quote", "key quote"},
    # Text in which the quote above goes on, where nothing stands between them.
    "stray text": {"no says"},
    # What stands alone may have been the type of any thing of its file; below a key without a value it is that value.
    "no class": {"stray text in things"},
    "stray text in things": {"no class", "empty value of a thing", "nothing of a thing"},
}
"""Mistakes that are others, or none, behind some others."""
_TAKES = {"value": "¤", "part": "¤", "key": "¶", "known": "¶"}
_ENTRIES_OF_TERMS = frozenset({"value", "part", "line"})


def is_told_otherwise(one: Mistake, other: Mistake) -> bool:
    """Whether two mistakes that stand beside each other are not those two."""
    if other.name in OTHERWISE.get(one.name, set()) or one.name in OTHERWISE.get(other.name, set()):
        return True
    # What is indented more than a key without a value is its value.
    return any(
        above.text.endswith(":§value§") and re.match(" |.*¶     §", below.text, re.DOTALL)
        for above, below in ((one, other), (other, one))
    )


def can_stand_together(one: Mistake, other: Mistake) -> bool:
    """Whether both can be in one fact, or one thing, or one description of a document."""
    levels = {one.level, other.level}
    if levels in ({"part", "line"}, {"quote"}) or not any(levels <= each for each in (IN_A_FACT, IN_A_THING, {"head"})):
        return False
    for whole, part in ((one, other), (other, one)):
        if whole.level in {"block", "described"}:
            is_there = part.level in _ENTRIES_OF_TERMS and any(f" {key}:" in whole.text for key in part.keys)
            return part.level in _TAKES and _TAKES[part.level] in whole.text and not is_there
    is_one_mapping = len(levels) == 1 or levels <= _ENTRIES_OF_TERMS
    return not is_one_mapping or not one.keys & other.keys


def fact(name: str, mistakes: Sequence[Mistake]) -> str:
    """A fact that has some mistakes."""
    of = {level: [each.text for each in mistakes if each.level == level] for level in IN_A_FACT}
    entries = ["{subject: SUBJECT, host: kth¤}", *of["entry"]]
    values = [*of["value"], *of["part"]]
    if of["line"]:
        lines = "".join(f"        {each}\n" for each in [*of["line"], *values])
        entries[0] = f"subject: SUBJECT\n        host: kth\n{lines}".rstrip("\n")
        values = []
    entries.reverse()
    said = "".join(f"      - {each}\n" for each in entries)
    template = of["block"][0] if of["block"] else f"  - quote: QUOTE\n¶    says:\n{said}"
    if of["quote"]:
        template = template.replace("quote: QUOTE", of["quote"][0])
    template = template.replace("¶", "".join(f"    {each}\n" for each in of["key"]))
    template = template.replace("¤", "".join(f", {each}" for each in values), 1)
    return _named(template, name)


def thing(name: str, mistakes: Sequence[Mistake]) -> str:
    """A thing that has some mistakes."""
    known = "".join(f"  {each.text}\n" for each in mistakes if each.level == "known")
    described = [each.text for each in mistakes if each.level == "described"]
    template = described[0] if described else "THING:\n  type: Project\n  name: {sv: NAME, en: NAME}\n¶"
    return _named(template.replace("¶", known), name)


def _named(template: str, name: str) -> str:
    said = name.capitalize()
    words = {
        "THING": f"{name}-unit",
        "SUBJECT": name,
        "NAME": said,
        "QUOTE": f"{said} started in May 2021 with KTH",
        "OPENING": f"{said} asks",
        "LATER_CUT": f"{said} has 1",
        "LATER": f"{said} has 18 partners",
        "TWICE": f"{said} takes part",
    }
    for word, meant in words.items():
        template = template.replace(word, meant)
    return re.sub("[¤¶]", "", template)


def head(mistakes: Iterable[Mistake]) -> str:
    """The description of a document that has some mistakes."""
    lines = dict(_HEAD)
    added = []
    for each in mistakes:
        first, *others = each.replaces.split() or [""]
        if first in lines:
            lines.update({first: each.text}, **dict.fromkeys(others, ""))
        else:
            added.append(each.text)
    return "document:\n" + "".join(f"  {each}\n" for each in [*lines.values(), *added] if each)


def facts_file(groups: Iterable[Sequence[Mistake]], text: str, names: Sequence[str] = NAMES) -> str:
    """A facts file that has some mistakes, with their marks; those of a group are in one fact."""
    named = list(zip(names, groups, strict=False))
    before, behind = (
        f"  - quote: {names[-1].capitalize()} started in May 2021\n    says: [{{subject: {names[-1]}, {said}}}]\n"
        for said in ("startDate: 2021-05", "duration: P3Y")
    )
    facts = "".join(fact(name, group) for name, group in named if any(each.level in IN_A_FACT for each in group))
    described = head(each for _, group in named for each in group if each.level == "head")
    described = described.replace("HASH", hashlib.sha256(text.encode()).hexdigest())
    return f"{described}facts:\n{before}{facts}{behind}"


def things_file(groups: Iterable[Sequence[Mistake]]) -> str:
    """A file of things that has some mistakes, with their marks; those of a group are in one thing."""
    things = [thing(name, group) for name, group in zip(NAMES, groups, strict=False) if group]
    first, last = (_ABOUT.replace("NAME", each) for each in ("delta", "omega"))
    return "".join([first, *things, last])


def compared(
    expected: Mapping[str, Counter[str]], findings: Iterable[Finding], cases: Mapping[str, Sequence[Sequence[Mistake]]]
) -> Iterator[str]:
    """What is lost and what is new in each file; rules with their places, and the mistakes that stand there."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in findings:
        found[each.location.path].update(f"{each.rule} {place}" for place in (each.location, *each.also))
    for path in sorted({*expected, *found}):
        lost, new = expected.get(path, Counter()) - found[path], found[path] - expected.get(path, Counter())
        if lost or new:
            names = " / ".join(" + ".join(each.name for each in group) for group in cases.get(path, []))
            yield f"{names}: lost {sorted(lost.elements())}, new {sorted(new.elements())}"


def told(marked: str, path: str) -> tuple[str, list[tuple[str, str]]]:
    """A text without its marks, and the rule and place of each."""
    expected = []
    while "§" in marked:
        before, rule, behind = marked.split("§", 2)
        place = f"{path}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
        expected.append((rule, place))
        marked = before + behind
    return marked, expected
