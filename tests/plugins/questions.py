"""The stored questions of this repository and the rows that the documents demand, for every test that asks them.

Beside ``tests/questions/test_questions.py`` stands ``{name}.yaml`` for each ``queries/{name}.rq``: the rows that a
reader of the documents expects, each with the documents it rests on and their words. They are written from the texts,
not from the graph.

::

    kinds: [join]
    ordered: true                  # where the query orders its rows and no two are alike
    rows:
      - values: {project: id:gdi, person: id:bengt-persson}   # a variable without a value is left out
        rests:
          scilifelab-digifor1health: ["Bengt Persson, GDI-lead in Sweden, Uppsala University"]
    bound:                         # the same question with other values for its parameters
      parameters: {project: gdi}
      rows: [...]

A register, a question that has a row for each sentence, is written by its sentences. ``says`` are the rows that the
words give, ``concludes`` those that a reader concludes; document, quote and basis are added to the columns. Its bound
rows are those that have the values of the parameters.

::

    kinds: [provenance]
    columns: [subject, member]     # ~ where a row has no value
    said:
      digifor1health-about:
        - sv: "Vinnova deltar också"
          says: [[id:gdi, id:vinnova]]
    bound:
      parameters: {subject: gdi}

Where ``rows`` is empty, ``reason`` says why the documents have no answer. In values, ``id:``, ``doc:``, ``dg:``,
``schema:`` and ``dcterms:`` names are IRIs, and so is ``<…>``; ``{sv: …}`` is text in a language, ``'"…"^^xsd:…'`` is
typed; numbers are compared by what they are worth.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox
import yaml

from digigraph import stored_query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digigraph.iris import Iris
    from digigraph.stored_query import StoredQuery

_REPOSITORY = Path(__file__).parent.parent.parent
QUERIES = _REPOSITORY / "queries"
EXPECTATIONS = _REPOSITORY / "tests" / "questions"
NAMES = sorted(path.stem for path in QUERIES.glob("*.rq"))
NUMBERS = {f"http://www.w3.org/2001/XMLSchema#{name}" for name in ("integer", "decimal", "double")}
XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
_BASES = {"says": "dg:explicit", "concludes": "dg:implied"}
_KEYS = {"kinds", "ordered", "rows", "columns", "said", "reason", "bound"}

Value: TypeAlias = tuple[str, ...] | Decimal
Row: TypeAlias = frozenset[tuple[str, Value]]


@dataclasses.dataclass(frozen=True)
class ExpectedRow:
    """A row, and the words of each document that it rests on."""

    row: Row
    rests: dict[str, list[str]]


@dataclasses.dataclass(frozen=True)
class Expected:
    """What a question is answered with."""

    kinds: set[str]
    is_ordered: bool
    rows: list[ExpectedRow]
    reason: str
    parameters: dict[str, str]
    bound_rows: list[ExpectedRow]
    bound_reason: str

    @property
    def every_row(self) -> list[ExpectedRow]:
        """The rows of the question as it stands and of its other form."""
        return [*self.rows, *self.bound_rows]


@functools.cache
def said_of(name: str) -> dict[str, object]:
    """Return what the file of a question has, nothing where there is no file."""
    path = EXPECTATIONS / f"{name}.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {"kinds": []}


def of_kind(kind: str) -> list[str]:
    """Return the names of the questions of a kind."""
    return [name for name in NAMES if kind in said_of(name)["kinds"]]


def literal(value: str, datatype: str, language: str) -> Value:
    """Return a literal in a form that two engines and a file have in common."""
    if datatype in NUMBERS:
        return Decimal(value)
    return ("literal", value, "" if language or datatype == XSD_STRING else datatype, language.lower())


def term_value(term: object) -> Value:
    """Return a term of Oxigraph in that form."""
    if isinstance(term, ox.Literal):
        return literal(term.value, term.datatype.value, term.language or "")
    assert isinstance(term, ox.NamedNode)
    return ("iri", term.value)


def expected_value(value: object, iris: Iris) -> Value:
    """Return a value as the file has it."""
    if isinstance(value, (bool, dt.date)):
        return literal(str(value).lower(), iris.prefixes["xsd"] + ("date", "boolean")[isinstance(value, bool)], "")
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, dict):
        ((language, text),) = value.items()
        return literal(text, "", language)
    assert isinstance(value, str)
    return _written_value(value, iris)


def _written_value(text: str, iris: Iris) -> Value:
    if typed := re.fullmatch(r'"(.*)"\^\^xsd:(\w+)', text):
        return literal(typed[1], iris.prefixes["xsd"] + typed[2], "")
    if name := re.fullmatch(r"(id|doc|dg|schema|dcterms):([\w-]+)", text):
        return ("iri", iris.prefixes[name[1]] + name[2])
    if iri := re.fullmatch(r"<(.+)>", text):
        return ("iri", iri[1])
    return literal(text, "", "")


def _row(values: Mapping[str, object], iris: Iris) -> Row:
    return frozenset((name, expected_value(value, iris)) for name, value in values.items() if value is not None)


def _read_rows(rows: list[dict[str, dict[str, object]]], iris: Iris) -> list[ExpectedRow]:
    return [ExpectedRow(_row(each["values"], iris), each["rests"]) for each in rows]


def _read_register(columns: list[str], said: dict[str, list[dict[str, object]]], iris: Iris) -> list[ExpectedRow]:
    rows = []
    for document, sentences in said.items():
        for each in sentences:
            ((language, quote),) = ((key, text) for key, text in each.items() if key not in _BASES)
            for key in _BASES.keys() & each.keys():
                for values in each[key]:
                    named = dict(zip(columns, values, strict=True))
                    named |= {"document": f"doc:{document}", "quote": {language: quote}, "basis": _BASES[key]}
                    rows.append(ExpectedRow(_row(named, iris), {document: [quote]}))
    return rows


def _with_values(rows: list[ExpectedRow], parameters: dict[str, str], iris: Iris) -> list[ExpectedRow]:
    wanted = {(name, ("iri", value if ":" in value else iris.thing(value).value)) for name, value in parameters.items()}
    return [each for each in rows if wanted <= each.row]


def read_expected(name: str, iris: Iris) -> Expected:
    """Return what the documents demand of a question."""
    said = said_of(name)
    assert said.keys() <= _KEYS
    rows = _read_register(said["columns"], said["said"], iris) if "said" in said else _read_rows(said["rows"], iris)
    other = said.get("bound", {"parameters": {}, "rows": []})
    return Expected(
        kinds=set(said["kinds"]),
        is_ordered=said.get("ordered", False),
        rows=rows,
        reason=said.get("reason", ""),
        parameters=other["parameters"],
        bound_rows=_read_rows(other["rows"], iris)
        if "rows" in other
        else _with_values(rows, other["parameters"], iris),
        bound_reason=other.get("reason", ""),
    )


def read_question(name: str) -> StoredQuery:
    """Return a stored question."""
    return stored_query.parse(name, (QUERIES / f"{name}.rq").read_text(encoding="utf-8"))


def bound(question: StoredQuery, expected: Expected, iris: Iris) -> str:
    """Return the question with the other values that its file gives."""
    parameters = {each.name: each for each in question.parameters}
    terms = {name: stored_query.term(parameters[name], value, iris) for name, value in expected.parameters.items()}
    return stored_query.bind(question, terms)


def rows_of(store: ox.Store, text: str) -> list[Row]:
    """Return the rows of a query, in order."""
    solutions = store.query(text)
    assert isinstance(solutions, ox.QuerySolutions)
    names = [each.value for each in solutions.variables]
    return [
        frozenset((name, term_value(term)) for name, term in zip(names, solution, strict=True) if term is not None)
        for solution in solutions
    ]
