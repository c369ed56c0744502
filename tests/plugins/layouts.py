"""RDF files with hostile layouts, written together with the places of everything in them.

The places are counted while the text is written, by nobody who reads it: what a parser says is held against them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

BASE = "http://e.x/base/"


@dataclass(frozen=True)
class Place:
    """Line and column of the first and behind the last character, 1-based, in code points."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Expected:
    """Where the object and the subject of a triple stand, and its property, where one is written."""

    value: Place
    node: Place
    property: Place | None = None


@dataclass
class Page:
    """A text that grows, and where its end is."""

    parts: list[str] = field(default_factory=list)
    line: int = 1
    column: int = 1

    def write(self, text: str) -> Place:
        """Append; return where it stands."""
        line, column = self.line, self.column
        for character in text:
            if character == "\n":
                self.line, self.column = self.line + 1, 1
            else:
                self.column += 1
        self.parts.append(text)
        return Place(line, column, self.line, self.column)

    @property
    def text(self) -> str:
        """What was written."""
        return "".join(self.parts)


COMMENTS = [
    '# <http://e.x/no> . ; , ] ) """ \' { }\n',
    "#\n",
    "# 😀 ä ]\r\n",
    "#@prefix no: <x> .\n",
    "# \x0b\x85\u2028 no line ends here\n",
]
SPACES = [" ", "\n", "\t", "\r\n", "\r", "  ", "\n\n \n", "\r\n\t", *COMMENTS]
STRINGS = [
    "",
    "x",
    "😀",
    "ä.ö;",
    "e\\u0301",
    '\\n\\t\\"',
    "𐍈𐍉",
    "#no comment",
    "<http://e.x/no>",
    "a b",
    "[ ( {",
    "\\U0001F600",
]


class TurtleWriter:
    """Writes Turtle or TriG; every statement has a predicate of its own, by which its triple is known again."""

    def __init__(self, random: random.Random, *, trig: bool = False) -> None:
        self._random = random
        self._trig = trig
        self.page = Page()
        self._count = 0
        self._prefixes: dict[str, str] = {}
        self._base = BASE
        self.expected: dict[str, Expected] = {}
        self.items: dict[str, Expected] = {}

    def file(self) -> str:
        """Write a file; what is expected of it is in ``expected`` (by predicate) and ``items`` (by item of a list)."""
        self._directive("e:", "http://e.x/one/")
        for _ in range(self._random.randint(1, 6)):
            self._block()
        self._space()
        return self.page.text

    def _block(self) -> None:
        kind = self._random.random()
        self._space()
        if kind < 0.2:
            self._directive(self._random.choice(["e:", ":", "f.g:", "é:"]), f"http://e.x/{self._next()}#")
        elif kind < 0.25:
            self._base = f"http://e.x/b{self._next()}/"
            is_sparql = self._random.random() < 0.5
            self.page.write(f"bAsE <{self._base}>" if is_sparql else f"@base <{self._base}>")
            self._space()
            if not is_sparql:
                self.page.write(".")
            self._space(needed=True)
        elif self._trig and kind < 0.5:
            self._graph()
        else:
            self._statement()
            self._space()
            self.page.write(".")
            self._space(needed=True)

    def _graph(self) -> None:
        name = self._random.choice(["", "<g>", "GRAPH <g>", "graph _:g", "[]", "e:g"])
        self.page.write(name)
        self._space(needed=name.endswith("g"))
        self.page.write("{")
        for _ in range(self._random.randint(0, 3)):
            self._statement()
            self._space()
            self.page.write(".")
            self._space(needed=True)
        self.page.write("}")

    def _directive(self, prefix: str, iri: str) -> None:
        self._prefixes[prefix] = iri
        if self._random.random() < 0.5:
            self.page.write(f"@prefix {prefix}")
            self._space()
            self.page.write(f"<{iri}>")
            self._space()
            self.page.write(".")
        else:
            self.page.write(self._random.choice(["PREFIX", "prefix", "PreFix"]))
            self._space(needed=True)
            self.page.write(prefix)
            self._space()
            self.page.write(f"<{iri}>")
        self._space(needed=True)

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _space(self, *, needed: bool = False) -> None:
        spaces = [self._random.choice(SPACES) for _ in range(self._random.choice([0, 0, 1, 1, 2, 4]))]
        if needed and (not spaces or spaces[0].startswith("#")):
            spaces.insert(0, " ")
        for each in spaces:
            self.page.write(each)

    def _statement(self) -> None:
        kind = self._random.random()
        if kind < 0.15:
            is_whole = self._random.random() < 0.3
            subject = self._brackets(0, empty=not is_whole)
            if is_whole:
                return
        elif kind < 0.3:
            subject = self._list(0)
        else:
            subject = self.page.write(self._random.choice([f"<s{self._next()}>", self._name(), f"_:b{self._next()}"]))
        self._space(needed=True)
        self._predicates(subject, 0)

    def _predicates(self, subject: Place, depth: int) -> None:
        for number in range(self._random.randint(1, 3)):
            if number:
                self._space()
                self.page.write(self._random.choice([";", ";;", "; ;"]))
                self._space()
            self._objects(subject, depth)
        if self._random.random() < 0.2:
            self._space()
            self.page.write(";")

    def _objects(self, subject: Place, depth: int) -> None:
        """One predicate with one object; or with several, of which only the last can be told by its predicate."""
        kind = self._random.random()
        if kind < 0.15:
            written = self.page.write("a")
            self._space(needed=True)
            type_ = f"<http://e.x/type/{self._next()}>"
            self.items[type_] = Expected(self.page.write(type_), subject, written)
            return
        if kind < 0.4:
            prefix, local = self._random.choice(list(self._prefixes)), f"p.{self._next()}"
            predicate = f"{self._prefixes[prefix]}{local}"
            written = self.page.write(f"{prefix}{local}")
            self._space(needed=True)
        else:
            predicate = f"http://e.x/p/{self._next()}"
            written = self.page.write(f"<{predicate}>")
            self._space()
        self.expected[predicate] = Expected(self._object(depth), subject, written)
        if self._random.random() < 0.3:
            self._space()
            self.page.write(",")
            self._space()
            literal = f'"unique {self._next()}"'
            self.items[literal] = Expected(self.page.write(literal), subject, written)
            # The first of the two is found by its predicate no longer.
            del self.expected[predicate]

    def _object(self, depth: int) -> Place:
        kind = self._random.random()
        if kind < 0.15 and depth < 4:
            return self._brackets(depth + 1)
        if kind < 0.3 and depth < 4:
            return self._list(depth + 1)
        return self._term()

    def _term(self) -> Place:
        choices = (
            lambda: self.page.write(f"<o{self._next()}>"),
            lambda: self.page.write(f"<http://e.x/o/{self._next()}>"),
            lambda: self.page.write(self._name()),
            lambda: self.page.write(f"_:o{self._next()}.x"),
            lambda: self.page.write(
                self._random.choice(["1", "-2.5", "+3e4", ".5", "4.E1", "-0", "1e0", "true", "false"])
            ),
            self._string,
        )
        return self._random.choice(choices)()

    def _name(self) -> str:
        prefix = self._random.choice(list(self._prefixes))
        return prefix + self._random.choice(
            ["", "x", "a.b", "é😀", "\\~x", "x\\.", "\\,\\;", "%20y", "c:d", "1", "_x-y"]
        )

    def _string(self) -> Place:
        quote = self._random.choice(['"', "'", '"""', "'''"])
        inside = self._random.choice(STRINGS).replace('\\"' if quote[0] == "'" else "no", "")
        if len(quote) == 3:
            inside += self._random.choice(["", "\n", "\r\n# no comment\n ", "\n\n]", f" {quote[0]} x", f"{quote[:2]} "])
        start = self.page.write(quote + inside + quote)
        end = start
        suffix = self._random.random()
        if suffix < 0.3:
            end = self.page.write(self._random.choice(["@en", "@sv-SE"]))
        elif suffix < 0.5:
            end = self.page.write(f"^^{self._random.choice(['<http://e.x/t>', 'e:t'])}")
        return Place(start.line, start.column, end.end_line, end.end_column)

    def _brackets(self, depth: int, *, empty: bool = True) -> Place:
        place = self.page.write("[")
        self._space()
        if not empty or self._random.random() < 0.8:
            self._predicates(place, depth)
            self._space()
        self.page.write("]")
        return place

    def _list(self, depth: int) -> Place:
        """A list: its items are told by unique literals; the cell of an item stands where the item does."""
        place = self.page.write("(")
        count = self._random.randint(0, 4)
        for number in range(count):
            self._space(needed=True)
            literal = f'"item {self._next()}"'
            if self._random.random() < 0.7:
                item = self.page.write(literal)
                self.items[literal] = Expected(item, place if number == 0 else item)
            else:
                self._object(depth + 1)
        self._space(needed=True)
        end = self.page.write(")")
        return place if count else Place(place.line, place.column, end.end_line, end.end_column)


def n_quads(random: random.Random, *, graphs: bool) -> tuple[str, dict[str, Expected]]:
    """Write N-Triples or N-Quads; what is expected by predicate."""
    page, expected = Page(), {}
    for number in range(random.randint(1, 8)):
        for _ in range(random.randint(0, 2)):
            page.write(random.choice(["\n", "\r\n", "# <http://e.x/a> .\n", " # 😀\n", "\t\n"]))
        page.write(random.choice(["", " ", "\t"]))
        subject = page.write(random.choice(["<http://e.x/s>", "_:s", "<http://e.x/é😀>"]))
        page.write(random.choice([" ", "\t "]))
        predicate = f"http://e.x/p/{number}"
        written = page.write(f"<{predicate}>")
        page.write(random.choice([" ", "  "]))
        terms = ["<http://e.x/o>", "_:o", '"x"', '"😀\\n\\""@en-GB', '"1"^^<http://e.x/t>', '""', '"# . <"']
        value = page.write(random.choice(terms))
        expected[predicate] = Expected(value, subject, written)
        if graphs and random.random() < 0.5:
            page.write(random.choice([" <http://e.x/g>", " _:g"]))
        page.write(random.choice([" .", " . # end", " .\t"]) + random.choice(["\n", "\r\n"]))
    return page.text, expected
