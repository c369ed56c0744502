"""What people have sent to SPARQL servers to bring them down, and what each of these gets here.

The limits are those of the server by default: 100 levels, 100 patterns, 100,000 bytes. Each attack has one outcome, on
whatever machine: what is to meet the deadline is sent to a server with a short one, and needs little memory and more
time than anybody has; everything else is sent to a server on which no deadline comes near.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TIMEOUT, MEMORY, COMPLEX, SYNTAX = "query-timeout", "query-out-of-memory", "query-too-complex", "query-syntax"
CRASHED, FORBIDDEN, LARGE, UNSUPPORTED = "query-crashed", "query-forbidden", "answer-too-large", "query-unsupported"
STATUS = {
    CRASHED: 503,
    "queue-full": 503,
    "too-many-long": 503,
    TIMEOUT: 503,
    MEMORY: 503,
    COMPLEX: 400,
    SYNTAX: 400,
    FORBIDDEN: 403,
    LARGE: 422,
    UNSUPPORTED: 422,
}
OK, BROKEN = "", "broken off"


@dataclass(frozen=True)
class Attack:
    """A query, and what it gets.

    Parameters
    ----------
    name
        For the table.
    query
        Text.
    expected
        The problem type that comes, or OK, or BROKEN: 200 and a transfer without its end.
    """

    name: str
    query: str
    expected: str


def _nested(opening: str, inside: str, closing: str) -> Callable[[int], str]:
    return lambda depth: opening * depth + inside + closing * depth


def _repeated(unit: str, joint: str = " ") -> Callable[[int], str]:
    return lambda count: joint.join(unit.replace("%", str(number)) for number in range(count))


_KNOWS = "<https://example.org/graph/ns#knows>"
# Of 30,000 each: no machine comes to the end, and none of them takes much memory.
CROSS = " . ".join(f"?s{number} {_KNOWS} ?o{number}" for number in range(4))
_WALKED = " . ".join(f"?s{number} <urn:p> ?o{number}, ?o{(number + 1) % 4}" for number in range(4))
_LARGE_CROSS = " . ".join(f"?s{number} ?p{number} ?o{number}" for number in range(4))
_ROWS = " ".join(str(number) for number in range(1000))
_VALUES = " ".join(f"VALUES ?x{number} {{ {_ROWS} }}" for number in range(5))
_DOUBLED = " ".join(f"BIND(CONCAT(?x{number}, ?x{number}) AS ?x{number + 1})" for number in range(40))


def _of_everything() -> Iterator[Attack]:
    yield Attack("cross product, counted", f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}", TIMEOUT)
    yield Attack("cross product, rows", f"SELECT * {{ {CROSS} }}", BROKEN)
    yield Attack("cross product, distinct", f"SELECT DISTINCT * {{ {CROSS} }}", BROKEN)
    yield Attack("cross product, sorted", f"SELECT * {{ {CROSS} }} ORDER BY ?o4", MEMORY)
    # New triples with each solution, and the same with all: the one begins at once, the others never.
    yield Attack("cross product, constructed", f"CONSTRUCT {{ {_WALKED} }} {{ {CROSS} }}", BROKEN)
    yield Attack(
        "cross product, constructed in vain", f"CONSTRUCT {{ <urn:s> <urn:p> <urn:o> }} {{ {CROSS} }}", TIMEOUT
    )
    yield Attack("cross product, described", f"DESCRIBE <urn:s> {{ {CROSS} }}", TIMEOUT)
    yield Attack("cross product of everything", f"SELECT (COUNT(*) AS ?n) {{ {_LARGE_CROSS} }}", MEMORY)
    yield Attack("rows of everything", "SELECT * { ?s ?p ?o }", BROKEN)
    yield Attack("cross product of VALUES", f"SELECT (COUNT(*) AS ?n) {{ {_VALUES} }}", TIMEOUT)
    yield Attack("cross product of VALUES, filtered", f"SELECT * {{ {_VALUES} FILTER(?x0 + ?x4 < 0) }}", TIMEOUT)
    # Two and four seconds of processor time: harmless in itself.
    yield Attack("predicates, sorted", "SELECT DISTINCT ?p { ?s ?p ?o } ORDER BY ?p", OK)
    yield Attack("everything, sorted", "SELECT * { ?s ?p ?o } ORDER BY ?o ?p ?s", BROKEN)
    yield Attack("pairs, sorted", "SELECT * { ?s ?p ?o . ?t ?p ?x } ORDER BY ?x", MEMORY)
    everything = "{ ?s ?p ?o . ?t ?q ?o }"
    # Six seconds of processor time until the memory is full.
    yield Attack("GROUP_CONCAT of everything", f"SELECT (GROUP_CONCAT(STR(?o)) AS ?x) {everything}", MEMORY)
    yield Attack("COUNT DISTINCT of pairs", "SELECT (COUNT(DISTINCT *) AS ?n) { ?s ?p ?o . ?t ?q ?x }", MEMORY)
    yield Attack("groups of everything", "SELECT ?s ?o ?x (COUNT(*) AS ?n) { ?s ?p ?o . ?t ?q ?x } GROUP BY ?s ?o ?x",
                  MEMORY)  # fmt: skip
    # The one takes three seconds of processor time until the memory is full, the other minutes and hardly any memory.
    yield Attack("transitive closure", "SELECT (COUNT(*) AS ?n) { ?s (!<urn:x>)* ?o }", MEMORY)
    yield Attack("closure of a closure", "SELECT (COUNT(*) AS ?n) { ?s (((!<urn:x>)*)*)* ?o }", TIMEOUT)


def _of_text() -> Iterator[Attack]:
    regexes = {"(a+)+$": OK, "((((((x{30}){30}){30}){30}){30}){30})": OK, "(.*)*b(.*)*c(.*)*d\\\\1": OK}
    for number, (regex, expected) in enumerate(regexes.items()):
        text = f'SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ "{"a" * 5000}" }} FILTER REGEX(?x, "{regex}") }}'
        yield Attack(f"exploding regex {number}", text, expected)
    slow = 'SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?t ?q ?x FILTER REGEX(CONCAT(STR(?o), STR(?x)), "(a|b|c)*d{9}e") }'
    yield Attack("a regex on all pairs", slow, TIMEOUT)
    yield Attack("a string that doubles", f'SELECT * {{ BIND("xxxxxxxx" AS ?x0) {_DOUBLED} }}', MEMORY)
    replaced = "REPLACE(" * 12 + '"aaaaaaaa"' + ', "a", "aaaaaaaa")' * 12
    yield Attack("a string that grows by REPLACE", f"SELECT ({replaced} AS ?x) {{}}", MEMORY)
    yield Attack("a number with many digits", f"SELECT ({'9' * 90_000} AS ?x) {{}}", OK)
    yield Attack("a query too long", f"ASK {{}} #{'x' * 200_000}", COMPLEX)
    yield Attack("half a character", 'ASK { FILTER("\\ud800" = "x") }', SYNTAX)
    yield Attack("NUL", "ASK { \0 }", SYNTAX)
    yield Attack("nothing but a quote", '"' * 50_000, SYNTAX)


def _of_shape() -> Iterator[Attack]:
    """Many of something in one group; 300 patterns plan for minutes."""
    many = {
        "patterns": _repeated("?v% ?p% ?w% .", " "),
        "objects": lambda count: "?s ?p " + _repeated("?o%", ",")(count),
        "predicates": lambda count: "?s " + _repeated("?p% ?o%", ";")(count),
        "items of a collection": lambda count: "?s ?p (" + _repeated("?o%")(count) + ")",
        "blank nodes": lambda count: "?s ?p " + _repeated("[ ?p% ?o% ]", ", ")(count),
        "groups": _repeated("{ ?s% ?p ?o }"),
        "graphs": _repeated("GRAPH ?g% { ?s ?p ?o }"),
        "options": _repeated("OPTIONAL { ?s ?p ?o% }"),
        "exclusions": lambda count: "?s ?p ?o " + _repeated("MINUS { ?s ?p ?o% }")(count),
        "steps of a path": lambda count: "?s " + _repeated("<urn:p>", "/")(count) + " ?o",
        "bindings": _repeated("BIND(% AS ?x%)"),
        "tables": _repeated("VALUES ?x% { 1 }"),
        "alternatives": _repeated("{ ?s ?p ?o }", " UNION "),
        "tests for existence": _repeated("FILTER EXISTS { ?s ?p ?o% }"),
    }
    for name, made in many.items():
        for count in (300, 3000):
            yield Attack(f"{count} {name}", f"SELECT * {{ {made(count)} }}", COMPLEX)
    harmless = {
        "items after IN": lambda count: "?s <urn:p> ?o FILTER(?o IN (" + _repeated("%", ",")(count) + "))",
        "rows of a table": lambda count: "VALUES (?x ?y) {" + _repeated("(% 1.5)")(count) + "}",
        "comparisons": lambda count: "?s <urn:p> ?o FILTER(" + _repeated("?o = %", "||")(count) + ")",
        "arguments": lambda count: "BIND(CONCAT(" + _repeated("'%'", ",")(count) + ") AS ?x)",
        "alternatives of a path": lambda count: "?s (" + _repeated("<urn:%>", "|")(count) + ") ?o",
    }
    for name, made in harmless.items():
        yield Attack(f"1000 {name}", f"ASK {{ {made(1000)} }}", OK)
    # The engine makes trees of chains, and its stack overflows: 8,000 are too many, and nobody needs so many.
    chains = {
        "sums": ("ASK { FILTER(%) }", "+".join(["1"] * 40_000)),
        "alternatives": ("PREFIX : <urn:> ASK { ?s (%) ?o }", "|".join([":p"] * 30_000)),
        "things described": ("PREFIX : <urn:> DESCRIBE %", _repeated(":x%")(13_000)),
        "filters": ("ASK { % }", "FILTER(1)" * 11_000),
    }
    for name, (frame, chain) in chains.items():
        yield Attack(f"a chain of {name}", frame.replace("%", chain), CRASHED)
    # Multiplied out, a million ways to go nowhere; whether there is one is another question than how many.
    nowhere = "(" + _repeated("<urn:%>?", "|")(1000) + ")"
    yield Attack("paths of no length", f"ASK {{ <urn:x> {nowhere}/{nowhere} <urn:x> }}", OK)
    yield Attack("paths of no length, counted", f"SELECT * {{ <urn:x> {nowhere}/{nowhere} <urn:x> }}", UNSUPPORTED)


def _of_depth() -> Iterator[Attack]:
    """Nesting, which overflows the engine's stack."""
    nested = {
        "braces": ("ASK %", _nested("{", "", "}")),
        "brackets": ("ASK { ?s ?p % }", _nested("[ <urn:p> ", "1", " ]")),
        "collections": ("ASK { ?s ?p % }", _nested("(", "1", ")")),
        "parentheses": ("ASK { FILTER(%) }", _nested("(", "1", ")")),
        "!": ("ASK { FILTER(%) }", _nested("!", "true", "")),
        "! with parentheses": ("ASK { FILTER(%) }", _nested("!(", "true", ")")),
        "signs": ("ASK { FILTER(%) }", _nested("-(", "1", ")")),
        "OPTIONAL": ("ASK { % }", _nested("OPTIONAL { ", "?s ?p ?o", " }")),
        "UNION": ("ASK { % }", _nested("{} UNION { ", "", " }")),
        "MINUS": ("ASK { ?s ?p ?o % }", _nested("MINUS { ?s <urn:p> ?o ", "", " }")),
        "EXISTS": ("ASK { ?s ?p ?o % }", _nested("FILTER EXISTS { ?s <urn:p> ?o ", "", " }")),
        "NOT EXISTS": ("ASK { % }", _nested("FILTER NOT EXISTS { ", "", " }")),
        "IF": ("SELECT (% AS ?x) {}", _nested("IF(true, ", "1", ", 2)")),
        "subselects": ("SELECT * { % }", _nested("{ SELECT * { ", "", " } }")),
        "paths": ("ASK { ?s % ?o }", _nested("(", "<urn:p>", ")")),
        "inverse paths": ("ASK { ?s % ?o }", _nested("^(", "<urn:p>", ")")),
        "triple terms": ("ASK { % ?p ?o }", _nested("<<( <urn:s> <urn:p> ", "1", " )>>")),
        "functions": ("ASK { FILTER(%) }", _nested("STRLEN(", "''", ")")),
    }
    for name, (frame, made) in nested.items():
        yield Attack(f"10 {name}", frame.replace("%", made(10)), OK)
        for depth in (110, 1000, 20_000):
            yield Attack(f"{depth} {name}", frame.replace("%", made(depth)), COMPLEX)


def _of_reach() -> Iterator[Attack]:
    yield Attack("SERVICE", "ASK { SERVICE SILENT <http://127.0.0.1:9/> {} }", FORBIDDEN)
    yield Attack("LOAD", "LOAD <http://127.0.0.1:9/>", FORBIDDEN)
    yield Attack("update", "DROP ALL", FORBIDDEN)


ATTACKS = [*_of_everything(), *_of_text(), *_of_shape(), *_of_depth(), *_of_reach()]
