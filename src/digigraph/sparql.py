r"""The little SPARQL text that we must understand: query form, dataset, use of SERVICE and LOAD.

Everything is decided by tokens, never by looking for words in the text: a keyword inside a string, a comment or
an IRI is none. The grammar is that of SPARQL 1.1 Query Language, section 19.8; escapes of code points
(``\u0053ERVICE``, section 19.2) are looked at both raw and resolved, for engines differ.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from digigraph.errors import QueryForbidden, QuerySyntaxError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

# Possessive quantifiers (*+) give nothing back: each pattern is linear in what it reads.
_NAME = r"| (?P<name>(?:[^\W_][\w.\-]*+)?:(?:[\w:%\-.]|\\[_~.\-!$&'()*+,;=/?\#@%])*+|_:[\w.\-]+)"
_TOKEN, _NAMELESS = (
    re.compile(
        rf"""
    (?P<space>[\s\ufeff]+)
  | (?P<comment>\#[^\r\n]*)
  | (?P<quote>\"\"\"|\'\'\'|\"|\')
  | (?P<iri><[^<>\"{{}}|^`\\\x00-\x20]*>)
  | (?P<variable>[?$]\w+)
  {name}
  | (?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<word>[^\W\d]\w*)
  | (?P<mark>\^\^|&&|\|\||!=|<=|>=|<<|>>|.)
        """,
        re.VERBOSE | re.DOTALL,
    )
    for name in (_NAME, "")
)
_PREFIX = re.compile(r"[^\W_][\w.\-]*+")
_INSIDE = {
    '"""': re.compile(r'(?:"{0,2}(?:[^"\\]|\\.))*+', re.DOTALL),
    "'''": re.compile(r"(?:'{0,2}(?:[^'\\]|\\.))*+", re.DOTALL),
    '"': re.compile(r'(?:[^"\\\r\n]|\\.)*+', re.DOTALL),
    "'": re.compile(r"(?:[^'\\\r\n]|\\.)*+", re.DOTALL),
}
_CODE_POINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
# Of nearly all queries without a prologue.
_BEGINNING = re.compile(r"[\s\ufeff]*+(SELECT|ASK|CONSTRUCT|DESCRIBE)(?=[\s{*?$<(])", re.IGNORECASE | re.ASCII)
_FORMS = {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}
_UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"}
_VOLATILE = {"NOW", "RAND", "UUID", "STRUUID", "BNODE", "SERVICE"}
_REMOTE = {"SERVICE", "LOAD"}
REFUSED = _UPDATES | _REMOTE
"""Keywords for which a query is forbidden."""
# Together with two marks of omission, what fits into a terminal.
_SHOWN_BEFORE, _SHOWN_BEHIND = 50, 28


class Token(NamedTuple):
    """One token: its kind (a group name of the tokenizer), its text, and where it starts (0-based offset)."""

    kind: str
    text: str
    start: int

    @property
    def keyword(self) -> str:
        """The word in capitals; empty for anything that is not a bare word."""
        return self.text.upper() if self.kind == "word" else ""


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a SPARQL text without white space and comments; never fails, in linear time."""
    position = 0
    # A run of letters and dots without a colon behind it is no name from any of its characters on; a quote that is
    # not closed makes none of the quotes behind it close. To try again at each would take quadratic time.
    nameless_until = 0
    unclosed_until = dict.fromkeys(_INSIDE, 0)
    while position < len(text):
        pattern = _TOKEN if position >= nameless_until else _NAMELESS
        match = pattern.match(text, position)
        assert match is not None  # noqa: S101 - a mark is any character
        kind, end = match.lastgroup or "mark", match.end()
        if kind == "quote":
            kind, end = _quoted(text, position, match.group(), unclosed_until)
        elif pattern is _TOKEN and kind in {"word", "number"} and (run := _PREFIX.match(text, position)):
            nameless_until = run.end()
        if kind not in {"space", "comment"}:
            yield Token(kind, text[position:end], position)
        position = end


def _quoted(text: str, start: int, quote: str, unclosed_until: dict[str, int]) -> tuple[str, int]:
    """Kind and end of the token that begins with a quote: a string, or the quote alone where it is not closed."""
    if start >= unclosed_until[quote]:
        inside = _INSIDE[quote].match(text, start + len(quote))
        assert inside is not None  # noqa: S101 - it may be empty
        if text.startswith(quote, inside.end()):
            return "string", inside.end() + len(quote)
        unclosed_until[quote] = inside.end()
    # What opens no long string is an empty short one, and more.
    return ("mark", start + 1) if len(quote) == 1 else ("string", start + 2)


def resolved(text: str) -> str:
    """Return a text with its code point escapes (section 19.2) resolved; those that name no character stay."""

    def character(match: re.Match[str]) -> str:
        code = int(match.group(1) or match.group(2), 16)
        return chr(code) if code <= 0x10FFFF else match.group()  # noqa: PLR2004 - the last code point

    return _CODE_POINT.sub(character, text)


def _readings(text: str) -> list[str]:
    """The text as it stands and, where they differ, with code point escapes resolved."""
    return list(dict.fromkeys([text, resolved(text)]))


def _may_say(text: str, words: Collection[str]) -> bool:
    """Whether reading the tokens is worth while: what holds none of the words as text says none of them as a token."""
    folded = text.upper()
    return "\\U" in folded or any(word in folded for word in words)


def query_form(text: str) -> str:
    """Return ``SELECT``, ``ASK``, ``CONSTRUCT`` or ``DESCRIBE``.

    Raises
    ------
    QueryForbidden
        The text is an update.
    QuerySyntaxError
        No query form is found where it must stand, after BASE and PREFIX.
    """
    if found := _BEGINNING.match(text):
        return found.group(1).upper()
    for token in tokens(resolved(text)):
        word = token.keyword
        if word in _FORMS:
            return word
        if word in _UPDATES:
            raise QueryForbidden(
                f"{word} is an update.", hint="This endpoint answers queries: SELECT, ASK, CONSTRUCT, DESCRIBE."
            )
        if word and word not in {"BASE", "PREFIX", "VERSION"}:
            break
    raise QuerySyntaxError(
        "This is not a SPARQL query.",
        hint="After BASE and PREFIX it must say SELECT, ASK, CONSTRUCT or DESCRIBE.",
    )


@dataclass(frozen=True, slots=True)
class DatasetClauses:
    """The IRIs, absolute, of a query's ``FROM`` and ``FROM NAMED`` clauses, in their order."""

    default: tuple[str, ...]
    named: tuple[str, ...]


def dataset_clauses(text: str, *, base_iri: str) -> DatasetClauses | None:
    """Return what FROM and FROM NAMED say (SPARQL 1.1, section 13.2); None where the query has no such clause.

    Parameters
    ----------
    text
        The query.
    base_iri
        What relative IRIs are relative to where the query does not say it.

    Raises
    ------
    QuerySyntaxError
        What follows FROM is no IRI, or uses a prefix that is not declared.
    """
    if not _may_say(text, {"FROM"}):
        return None
    every = list(tokens(resolved(text)))
    found: dict[bool, list[str]] = {False: [], True: []}
    depth = 0
    for index, token in enumerate(every):
        depth += (token.text == "{") - (token.text == "}")
        if depth == 0 and token.keyword == "FROM":
            is_named = index + 1 < len(every) and every[index + 1].keyword == "NAMED"
            found[is_named] += [each.text for each in every[index + 1 + is_named : index + 2 + is_named]]
    if not found[False] and not found[True]:
        return None
    absolute = _absolute([*found[False], *found[True]], _prologue(every), base_iri)
    return DatasetClauses(absolute[: len(found[False])], absolute[len(found[False]) :])


def graph_patterns(text: str, *, base_iri: str) -> tuple[tuple[str, ...], bool]:
    """Return the IRIs, absolute, that stand behind GRAPH, and whether a variable stands there.

    Parameters
    ----------
    text
        The query.
    base_iri
        What relative IRIs are relative to where the query does not say it.

    Raises
    ------
    QuerySyntaxError
        What follows GRAPH is neither an IRI nor a variable, or uses a prefix that is not declared.
    """
    if not _may_say(text, {"GRAPH"}):
        return (), False
    every = list(tokens(resolved(text)))
    behind = [then.text for token, then in itertools.pairwise(every) if token.keyword == "GRAPH"]
    names = [each for each in behind if not each.startswith(("?", "$"))]
    return _absolute(list(dict.fromkeys(names)), _prologue(every), base_iri) if names else (), len(names) < len(behind)


def _prologue(every: list[Token]) -> str:
    """The BASE and PREFIX declarations, one a line."""
    end = next((index for index, token in enumerate(every) if token.keyword in _FORMS), len(every))
    return "".join("\n" * (token.keyword in {"BASE", "PREFIX"}) + token.text + " " for token in every[:end])


def prologue(text: str) -> str:
    """Return the BASE and PREFIX declarations of a query, one a line."""
    return _prologue(list(tokens(text)))


def _absolute(iris: list[str], prologue: str, base_iri: str) -> tuple[str, ...]:
    """IRIs as they are written in a query, in their absolute form."""
    # Turtle has the prologue and the names of SPARQL: the engine's own parser resolves them as it will in the query.
    document = f"{prologue}\n<urn:x:a> <urn:x:b> {' , '.join(iris)} ."
    try:
        objects = [quad.object for quad in ox.parse(document, ox.RdfFormat.TURTLE, base_iri=base_iri)]
    except (SyntaxError, UnicodeEncodeError) as error:
        # Its place is one in our document, which nobody has seen.
        reason = re.sub(r"^Parser error at [^:]*: | \(line \d+\)$", "", str(error))
        raise QuerySyntaxError(f"The IRIs behind FROM, GRAPH or SERVICE cannot be read: {reason}.") from error
    if len(objects) != len(iris) or not all(isinstance(each, ox.NamedNode) for each in objects):
        raise QuerySyntaxError("FROM and SERVICE must be followed by an IRI, GRAPH by an IRI or a variable.")
    return tuple(each.value for each in objects if isinstance(each, ox.NamedNode))


def excerpt(text: str, line: int, column: int) -> str:
    """Return a line of a query and, below it, a mark under a column (both counted from 1); of a long line, a part."""
    before, behind = _split_at(text, line, column)
    cut = len(before) > _SHOWN_BEFORE
    before = "…" * cut + before[-_SHOWN_BEFORE:]
    behind = behind[:_SHOWN_BEHIND] + "…" * (len(behind) > _SHOWN_BEHIND)
    below = re.sub(r"[^\t]", " ", before) + "^"
    return f"{before}{behind}\n{below}"


def _split_at(text: str, line: int, column: int) -> tuple[str, str]:
    """The parts of a line before a column and from it on."""
    lines = text.split("\n")
    found = lines[line - 1].removesuffix("\r") if 0 < line <= len(lines) else ""
    return found[: column - 1], found[column - 1 :]


def remote_keywords(text: str) -> tuple[str, ...]:
    """Return the keywords in the text that make an engine contact another server: SERVICE, LOAD."""
    return tuple(sorted(keywords(text) & _REMOTE)) if _may_say(text, _REMOTE) else ()


def keywords(text: str) -> set[str]:
    """Return the bare words of the text in capitals: as it stands, and with code point escapes resolved."""
    return {token.keyword for reading in _readings(text) for token in tokens(reading)}


@dataclass(frozen=True, slots=True)
class Service:
    """An endpoint that a query names: its absolute IRI, and where it stands in the text (0-based offsets)."""

    iri: str
    start: int
    end: int


def services(text: str, *, base_iri: str) -> tuple[Service, ...]:
    """Return what a query names behind SERVICE (SPARQL 1.1 Federated Query, section 2), in its order.

    Raises
    ------
    QueryForbidden
        It cannot be known which endpoint is meant: a variable, an escape, or a SERVICE within another one, which the
        other server would carry out.
    QuerySyntaxError
        A prefix is not declared.
    """
    every = list(tokens(text))
    named: list[Token] = []
    inside: list[bool] = []
    is_next = False
    for index, token in enumerate(every):
        if token.keyword == "SERVICE":
            behind = every[index + 1 :][:2]
            target = behind[-1] if behind and behind[0].keyword == "SILENT" else behind[0] if behind else token
            if any(inside) or target.kind not in {"iri", "name"}:
                raise QueryForbidden("SERVICE must name an endpoint by its IRI, and stand in no other SERVICE.")
            named.append(target)
            is_next = True
        elif token.text == "{":
            inside.append(is_next)
            is_next = False
        elif token.text == "}" and inside:
            inside.pop()
    if len(named) != sum(token.keyword == "SERVICE" for token in tokens(resolved(text))):
        raise QueryForbidden("SERVICE must be written without escapes.")
    iris = _absolute([token.text for token in named], _prologue(every), base_iri) if named else ()
    return tuple(
        Service(iri, token.start, token.start + len(token.text)) for iri, token in zip(iris, named, strict=True)
    )


def is_repeatable(text: str) -> bool:
    """Tell whether the answer is a function of the data alone.

    It is not where the query uses NOW, RAND, UUID, STRUUID, BNODE or SERVICE, or where each solution gets blank nodes
    of its own: ``_:``, ``[``, ``(``, ``<<``, ``{|`` and ``~`` in the template of CONSTRUCT (triple terms,
    ``<<( … )>>``, are none).
    """
    if not _may_say(text, {*_VOLATILE, "CONSTRUCT"}):
        return True
    for reading in _readings(text):
        every = list(tokens(reading))
        words = {token.keyword for token in every}
        if words & _VOLATILE or ("CONSTRUCT" in words and _makes_blank_nodes(every)):
            return False
    return True


def _makes_blank_nodes(every: list[Token]) -> bool:
    """Whether the first group after CONSTRUCT, its template, has blank nodes."""
    start = next(index for index, token in enumerate(every) if token.keyword == "CONSTRUCT")
    depth = 0
    for before, token in itertools.pairwise(every[start:]):
        depth += (token.text == "{") - (token.text == "}")
        if depth == 0 and token.text == "}":
            return False
        is_reified = before.text == "<<" and token.text != "("
        is_collection = before.text != "<<" and token.text == "("
        if is_reified or is_collection or token.text in {"[", "|", "~"} or token.text.startswith("_:"):
            return True
    return False
