"""Stored queries: ``queries/{name}.rq`` is SPARQL that runs as it is in any tool, with lines that describe it in front.

::

    #! title@en: What does an organisation host?
    #! description@en: Projects and initiatives for which an organisation is responsible.
    #! param host: thing
    #! rows: 3
    SELECT ?project { VALUES (?host) { (id:kth) } ?project dg:host ?host }

A parameter stands in the query as a VALUES block of one variable and one row; the row is the example value, UNDEF
where the parameter may be left out. :func:`bind` puts another term there.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.errors import InputError, NotFound, QueryError, QuerySyntaxError
from digigraph.iris import SLUG
from digigraph.sparql import Token, tokens
from digigraph.vocab import XSD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from digigraph.iris import Iris

Term = ox.NamedNode | ox.Literal

_KINDS = ("thing", "iri", "text", "integer", "date")
_FORMS = {
    "title": re.compile(r"#!\s*title@(?P<name>[a-z]{2,8}(?:-[a-z0-9]+)*)\s*:\s*(?P<value>\S.*)"),
    "description": re.compile(r"#!\s*description@(?P<name>[a-z]{2,8}(?:-[a-z0-9]+)*)\s*:\s*(?P<value>\S.*)"),
    "param": re.compile(rf"#!\s*param\s+(?P<name>\w+)\s*:\s*(?P<value>{'|'.join(_KINDS)})"),
    "rows": re.compile(r"#!\s*(?P<name>rows)\s*:\s*(?P<value>[0-9]{1,9})"),
}
"""What a line of description may be."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a stored query.

    Parameters
    ----------
    name
        Of the variable, without the question mark.
    kind
        thing (a slug, or an IRI), iri, text, integer or date (a day).
    is_optional
        Whether it may be left out: the query holds for any value then.
    example
        The term in the file, as it is written there; UNDEF where the parameter may be left out.
    """

    name: str
    kind: str
    is_optional: bool
    example: str


@dataclass(frozen=True, slots=True)
class StoredQuery:
    """A query with a name.

    Parameters
    ----------
    name
        Of the file, without ``.rq``.
    text
        The whole file.
    titles, descriptions
        By language tag.
    parameters
        In the order of the file.
    rows, rows_line
        How many rows it promises to give at least, as it is, and the line that says so; 0 for no promise.
    """

    name: str
    text: str
    titles: dict[str, str]
    descriptions: dict[str, str]
    parameters: tuple[Parameter, ...]
    rows: int
    rows_line: int = 0

    @property
    def plain(self) -> str:
        """The text without the lines that describe it."""
        front = sum(1 for _ in _front(self.text))
        lines = self.text.removeprefix("\ufeff").split("\n")
        return "\n".join([*(line for line in lines[:front] if not line.startswith("#!")), *lines[front:]])


def parse(name: str, text: str) -> StoredQuery:
    """Read a stored query.

    The lines that describe it are those in front of the query; behind its first word a line that looks like one is a
    comment, or part of a string.

    Raises
    ------
    QuerySyntaxError
        A line of description is not understood or said twice, or a parameter has no VALUES block; with the line.
    """
    query, mistakes = examine(name, text)
    if mistakes:
        raise mistakes[0]
    return query


def examine(name: str, text: str) -> tuple[StoredQuery, list[QuerySyntaxError]]:
    """Read a stored query as far as it is understood; return it with all that :func:`parse` could raise, in order."""
    said: dict[str, dict[str, str]] = {key: {} for key in _FORMS}
    lines: dict[tuple[str, str], int] = {}
    mistakes = []
    for number, line in enumerate(_front(text), start=1):
        if line.startswith("#!"):
            try:
                key, about, value = _described(name, line, number)
            except QuerySyntaxError as error:
                mistakes.append(error)
                continue
            if about in said[key]:
                mistakes.append(QuerySyntaxError(f"{name}: this is said twice: {line}", line=number))
                continue
            said[key][about] = value
            lines[key, about] = number
    rows = {block.name: block.row(text) for block in _blocks(text)}
    mistakes += [
        QuerySyntaxError(
            f"{name}: the parameter {variable} has no row.",
            line=lines["param", variable],
            hint=f"Write VALUES (?{variable}) {{ (…) }} in the query, with one row.",
        )
        for variable in said["param"]
        if variable not in rows
    ]
    parameters = tuple(
        Parameter(variable, kind, rows[variable].upper() == "UNDEF", rows[variable])
        for variable, kind in said["param"].items()
        if variable in rows
    )
    return (
        StoredQuery(
            name,
            text,
            said["title"],
            said["description"],
            parameters,
            rows=int(said["rows"].get("rows", "0")),
            rows_line=lines.get(("rows", "rows"), 0),
        ),
        sorted(mistakes, key=lambda mistake: mistake.line or 0),
    )


def _front(text: str) -> Iterator[str]:
    """Yield the lines before the first that is neither empty nor a comment."""
    for line in text.removeprefix("\ufeff").split("\n"):
        if line.strip() and not line.lstrip().startswith("#"):
            return
        yield line.rstrip()


def _described(name: str, line: str, number: int) -> tuple[str, str, str]:
    """Key, name and value of a line of description."""
    for key, form in _FORMS.items():
        if match := form.fullmatch(line):
            return key, match["name"], match["value"]
    raise QuerySyntaxError(
        f"{name}: this line is not understood: {line}",
        line=number,
        hint=f"Lines: title@en: …, description@en: …, param NAME: {'|'.join(_KINDS)}, rows: NUMBER.",
    )


def read(path: Path) -> StoredQuery:
    """Read one stored query; its name is the file's.

    Raises
    ------
    InputError
        It cannot be read, or is not UTF-8.
    QuerySyntaxError
        As :func:`parse`.
    """
    return parse(path.stem, _text(path))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: this is not UTF-8 ({error.reason} at byte {error.start}).") from error


def bind(query: StoredQuery, terms: Mapping[str, Term]) -> str:
    """Return the text of the query with terms in the rows of its parameters; the others keep their example.

    Raises
    ------
    NotFound
        The query has no parameter of that name.
    """
    known = {each.name for each in query.parameters}
    for name in terms:
        if name not in known:
            raise NotFound(
                f"{query.name} has no parameter {name!r}.", hint=f"Parameters: {', '.join(known) or 'none'}."
            )
    text = query.text
    # From the end, so that places in front stay where they are.
    for block in sorted(_blocks(text), key=lambda each: each.start, reverse=True):
        if block.name in terms:
            text = f"{text[: block.start]}{terms[block.name]}{text[block.end :]}"
    return text


def term(parameter: Parameter, value: str, iris: Iris) -> Term:
    """Return what a reader wrote for a parameter as a term.

    Raises
    ------
    QueryError
        It is not of the parameter's kind.
    """
    try:
        return _term(parameter.kind, value, iris)
    except ValueError as error:
        raise QueryError(f"{parameter.name} is {value!r}; it takes a value of kind {parameter.kind}.") from error


def _term(kind: str, value: str, iris: Iris) -> Term:
    if kind == "text":
        return ox.Literal(value)
    if kind == "integer":
        return ox.Literal(int(value))
    if kind == "date":
        return ox.Literal(dt.date.fromisoformat(value).isoformat(), datatype=XSD["date"])
    if kind == "thing" and SLUG.fullmatch(value):
        return iris.thing(value)
    prefix, colon, local = value.partition(":")
    if not colon:
        raise ValueError(value)
    # Names as our own tables print them, such as id:kth.
    return ox.NamedNode(iris.prefixes[prefix] + local if prefix in iris.prefixes else value)


@dataclass(frozen=True, slots=True)
class _Block:
    """The row of a VALUES block of one variable: where its term stands in the text."""

    name: str
    start: int
    end: int

    def row(self, text: str) -> str:
        return text[self.start : self.end]


def _blocks(text: str) -> Iterator[_Block]:
    """Yield the VALUES blocks of one variable and one row, with or without parentheses."""
    found = list(tokens(text))
    for at, token in enumerate(found):
        if token.keyword == "VALUES" and (block := _block(found[at + 1 : at + 12])) is not None:
            yield block


def _block(following: list[Token]) -> _Block | None:
    """The block whose tokens follow the word VALUES: ``(?x) { (term) }`` or ``?x { term }``."""
    plain = [each for each in following if each.text not in {"(", ")"}]
    if len(plain) < 4 or plain[0].kind != "variable" or plain[1].text != "{":  # noqa: PLR2004 - ?x { term }
        return None
    closing = next((at for at, each in enumerate(plain) if each.text == "}"), 0)
    row = plain[2:closing]
    if not _is_one_term(row):
        return None
    return _Block(plain[0].text[1:], row[0].start, row[-1].start + len(row[-1].text))


def _is_one_term(row: list[Token]) -> bool:
    """Whether tokens are one term: a literal may be ``"x"@sv`` or ``"x"^^xsd:date``."""
    kinds = [each.text if each.kind == "mark" else each.kind for each in row]
    if len(kinds) == 1:
        return True
    return kinds == ["string", "tag"] or (kinds[:2] == ["string", "^^"] and kinds[2:] in (["iri"], ["name"]))
