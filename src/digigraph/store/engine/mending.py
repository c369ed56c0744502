"""Where the engine answers otherwise than SPARQL 1.1 says: the query in other words, by which it answers right.

Only what is known to go wrong is put otherwise, and only in queries that the engine's own parser has taken, so that the
place of a syntax error is one in the text that was sent. What cannot be put otherwise is refused: a wrong answer is
worse than none. The facts are about pyoxigraph 0.5.13; ``tests/store/test_mending.py`` holds them, judged by rdflib.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.errors import QueryUnsupported
from digigraph.sparql import is_repeatable, prologue, tokens
from digigraph.store.engine.graph_groups import bound_in_expressions, is_right_in_graph, says_graph
from digigraph.store.engine.path_triples import MOST_BRANCHES, is_alone, is_movable, statements
from digigraph.store.engine.patterns import mark, read
from digigraph.store.engine.shared_blanks import unsupported, without_shared_blanks
from digigraph.store.engine.solutions import Solutions, is_bnode
from digigraph.vocab import XSD, Term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digigraph.sparql import Token
    from digigraph.store.engine.path_triples import Node, Statement, Triple
    from digigraph.store.engine.patterns import Part


Functions = dict[ox.NamedNode, "Callable[..., Term | None]"]

BLANK = ox.NamedNode("urn:x-digigraph:bnode")
"""Name of the function that stands for BNODE with a text: text and, where calls share them, a name of the solution."""
# What may need other words: two functions, GRAPH with a variable, or with a group that may have no pattern of its own,
# and paths with alternatives or of length zero.
_SUSPECT = re.compile(
    r"GROUP_CONCAT|BNODE|GRAPH(?:\s*+[?$#]|(?=[\s\S]*?(?:VALUES|SELECT|GRAPH|SERVICE|LATERAL|[{})]\s*+[#{])))"
    r"|(?<!\|)\|(?!\|)|(?<!\()(?<!SELECT )(?<!DISTINCT )(?:\*|\?(?!\w))",
    re.IGNORECASE,
)
# A part of each of these, for which it takes a fraction of the time to look.
_HINT = re.compile(r"[|*]|\?(?!\w)|(?<![A-Za-z])[Gg][Rr](?:[Oo][Uu][Pp]_|[Aa][Pp][Hh])|[Bb][Nn][Oo]", re.ASCII)
# What makes a difference of how often a solution is there.
_COUNTING = {"COUNT", "SUM", "AVG", "SAMPLE", "GROUP_CONCAT", "MIN", "MAX", "LIMIT", "OFFSET"}
MOST_GRAPHS = 50
"""Named graphs of a dataset in which a group is asked one graph after the other."""
_MOST_CHARACTERS = 500_000


@dataclass(frozen=True, slots=True)
class Dataset:
    """What a query asks.

    Parameters
    ----------
    ask
        Answers an ASK query on it.
    named
        Lists its named graphs.
    """

    ask: Callable[[str], bool]
    named: Callable[[], list[str]]


def is_suspect(text: str) -> bool:
    """Tell, quickly, whether a query may have to be put otherwise."""
    return _HINT.search(text) is not None and _SUSPECT.search(text) is not None


def mended(text: str, dataset: Dataset) -> str:
    """Return a query that the engine answers as the standard says it should answer this one.

    Parameters
    ----------
    text
        A query that the engine can read.
    dataset
        What it asks.

    Raises
    ------
    QueryUnsupported
        There is none.
    """
    # Whoever calls one of their variables so gets others.
    said = text.lower()
    fresh = (f"?{name}" for n in itertools.count() if (name := f"digigraph{n}") not in said)
    query = read(text)
    if _counts(query, text) and (renamed := without_shared_blanks(text, query, _counted(query), fresh)) != text:
        text, query = renamed, read(renamed)
    return _Mender(text, query, dataset, fresh).render(query)


def functions() -> Functions:
    """Return the functions that the mended text of one query may call."""
    salt = ox.BlankNode().value

    def blank(text: Term, solution: Term | None = None) -> ox.BlankNode | None:
        if not isinstance(text, ox.Literal) or text.datatype != XSD["string"]:
            return None
        if not isinstance(solution, ox.Literal):
            return ox.BlankNode()
        named = f"{salt} {solution.value} {text.value}".encode("utf-8", "surrogatepass")
        return ox.BlankNode(hashlib.sha256(named).hexdigest()[:32])

    return {BLANK: blank}


@dataclass
class _Mender:
    """Writes parts of a query, each with what it holds."""

    text: str
    query: Part
    dataset: Dataset
    fresh: Iterator[str]

    def __post_init__(self) -> None:
        self._solutions = Solutions(self.query, self.fresh)
        self._asks_graphs = any(part.kind == "graph" for part in self.query.walk())
        self._absent: dict[str, bool] = {}
        self._counts = _counts(self.query, self.text)

    def render(self, part: Part) -> str:
        """The part in words that the engine answers right."""
        if part.kind in {"exists", "minus"} and self._counts and not _has_counting(part):
            self._counts = False
            text = self._plain(part)
            self._counts = True
            return text
        if part.kind == "triples":
            return self._triples(part)
        if part.kind == "graph":
            return self._graph(part)
        text = self._plain(part)
        if part.kind == "group" and (key := self._solutions.of_groups.get(part.start)):
            return f"{{ {text} BIND(STRUUID() AS {key}) }}"
        if part.kind == "bind" and (key := self._solutions.of_binds.get(part.start)):
            return f"BIND(STRUUID() AS {key}) {text}"
        return self._call(part, text) if part.kind == "call" else text

    def _plain(self, part: Part) -> str:
        pieces, at = [], part.start if part is not self.query else 0
        for each in part.parts:
            pieces += [self.text[at : each.start], self.render(each)]
            at = each.end
        end = part.end if part is not self.query else len(self.text)
        return "".join([*pieces, self.text[at:end]])

    def _call(self, part: Part, text: str) -> str:
        if part.tokens[0].keyword == "GROUP_CONCAT":
            # A simple literal (section 18.5.1.7): the separator has no language, so the whole has none.
            return f"STR({text})"
        if not is_bnode(part):
            return text
        key = self._solutions.of_calls[part.start]
        arguments = text[part.tokens[1].start + 1 - part.start : -1]
        return f"{BLANK}(({arguments}){', ' * bool(key)}{key})"

    # Paths: see path_triples.

    def _triples(self, part: Part) -> str:
        plain = self.text[part.start : part.end]
        if not any(mark(token) in {"*", "?", "+", "|"} for token in part.tokens):
            return plain
        found = statements(part.tokens)
        extra: list[str] = []
        kept: list[str] = []
        for statement in found:
            gone = {id(each): groups for each in statement.triples if (groups := self._union(each, statement, found))}
            extra += [" UNION ".join(f"{{ {group} }}" for group in groups) for groups in gone.values()]
            kept += self._kept(self._text(statement.subject), statement.triples, gone)
        return " ".join([*kept, *extra]) if extra else plain

    def _kept(self, subject: str, triples: list[Triple], gone: dict[int, list[str]]) -> list[str]:
        stay = [each for each in triples if id(each) not in gone]
        if triples and not stay:
            return []
        said = " ; ".join(f"{self._between(each.path)} {self._text(each.object)}" for each in stay)
        return [f"{subject} {said} ."]

    def _union(self, triple: Triple, statement: Statement, found: list[Statement]) -> list[str]:
        """The groups whose union says what a triple says; none where the engine answers it right."""
        zeros = self._zeros(triple, statement, found)
        paths: tuple[str, ...] = (self._between(triple.path),)
        if self._counts and len(triple.branches) != 1:
            if not is_movable(triple, statement, found, self.query.tokens):
                raise unsupported()
            if not triple.branches:
                raise _too_wide()
            paths = triple.branches
        if len(paths) == 1 and not zeros:
            return []
        # A label that stands nowhere else is none; and it must not stand in two groups.
        subject, object_ = ("[]" if each.is_blank else self._text(each) for each in (triple.subject, triple.object))
        return [f"{subject} {path} {object_}" for path in paths] + zeros

    def _zeros(self, triple: Triple, statement: Statement, found: list[Statement]) -> list[str]:
        """The groups with paths of length zero where a constant is not in the graph."""
        if triple.ends is None:
            return []
        constant, other = triple.ends
        is_named = other.is_variable or other.is_constant
        if not (is_named or is_alone(other, statement, found, self.query.tokens)) or not self._may_lack(constant):
            return []
        name = self._text(constant)
        one, two = next(self.fresh), next(self.fresh)
        lacks = f"FILTER NOT EXISTS {{ {{ {name} {one} {two} }} UNION {{ {two} {one} {name} }} }}"
        if other.is_variable:
            lacks += f" BIND({name} AS {self._text(other)})"
        elif other.is_constant:
            lacks += f" FILTER(SAMETERM({name}, {self._text(other)}))"
        times = triple.zeros.closed if other.is_constant else triple.zeros.open
        if self._counts and times > MOST_BRANCHES:
            raise _too_wide()
        return [lacks] * (times if self._counts else min(times, 1))

    def _may_lack(self, constant: Node) -> bool:
        """Whether a graph that is asked may not hold a term; without GRAPH that is one, and it is looked up."""
        if self._asks_graphs:
            return True
        name = self._text(constant)
        if name not in self._absent:
            before = prologue(self.text)
            self._absent[name] = not self.dataset.ask(f"{before} ASK {{ {{ {name} ?p ?o }} UNION {{ ?s ?p {name} }} }}")
        return self._absent[name]

    def _text(self, node: Node) -> str:
        return self._between(node.tokens)

    def _between(self, every: tuple[Token, ...]) -> str:
        return self.text[every[0].start : every[-1].start + len(every[-1].text)]

    # GRAPH: its variable is joined with the solutions of its group, and not bound within (section 18.6).

    def _graph(self, part: Part) -> str:
        name = part.tokens[1]
        if name.kind != "variable":
            # Of a graph that is not there, there are no solutions; the engine sees that where a pattern looks into it.
            text = self._plain(part)
            return text if says_graph(part.parts[0]) else f"{{ GRAPH {name.text} {{}} {text} }}"
        if is_right_in_graph(part):
            return self._plain(part)
        if (where := bound_in_expressions(part)) is not None:
            raise QueryUnsupported(
                f"{name.text} has no value yet within GRAPH {name.text} {{ … }}, where {where} uses it.",
                hint=f"Move it behind the group, where {name.text} is bound.",
            )
        graphs = self.dataset.named()
        inner = self.render(part.parts[0])
        if len(graphs) > MOST_GRAPHS or len(graphs) * len(inner) > _MOST_CHARACTERS:
            raise QueryUnsupported(
                f"The group of GRAPH {name.text} has to be asked of one graph after the other, for it has a subquery, "
                f"VALUES, GRAPH or MINUS; that is done for at most {MOST_GRAPHS} graphs, and there are {len(graphs)}.",
                hint="Take it out of the group, or name the graphs with FROM NAMED or named-graph-uri.",
            )
        branches = [
            f"{{ GRAPH {graph} {_relabelled(inner, next(self.fresh)[1:])} VALUES {name.text} {{ {graph} }} }}"
            for graph in graphs
        ]
        return f"{{ {' UNION '.join(branches)} }}" if branches else f"{{ VALUES {name.text} {{ }} }}"


def _counted(part: Part) -> Iterator[Part]:
    """The blocks of triples whose solutions are counted where the whole query's are."""
    if part.kind == "triples":
        yield part
    for each in part.parts:
        if each.kind not in {"exists", "minus"} or _has_counting(each):
            yield from _counted(each)


def _too_wide() -> QueryUnsupported:
    return QueryUnsupported(
        f"A path has more than {MOST_BRANCHES} alternatives where it is multiplied out.",
        hint="Where it does not matter how often a solution is there, write SELECT DISTINCT or ASK.",
    )


def _counts(query: Part, text: str) -> bool:
    """Whether it makes a difference how often a solution is there."""
    forms = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
    at = next(number for number, token in enumerate(query.tokens) if token.keyword in forms)
    is_select = query.tokens[at].keyword == "SELECT"
    is_set = not is_select or query.tokens[at + 1].keyword in {"DISTINCT", "REDUCED"}
    # Where each solution gets something of its own, there are no two alike.
    return not is_set or _has_counting(query) or not is_repeatable(text)


def _has_counting(part: Part) -> bool:
    return any(token.keyword in _COUNTING for token in part.tokens)


def _relabelled(text: str, prefix: str) -> str:
    """A group with other labels of blank nodes: no two groups may have the same."""
    labels = [token.start + len("_:") for token in tokens(text) if token.kind == "name" and token.text.startswith("_:")]
    pieces = [text[start:end] for start, end in itertools.pairwise([0, *labels, len(text)])]
    return prefix.join(pieces)
