"""JSON-LD and RDF/XML files with hostile layouts, written together with the places of everything in them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from layouts import Expected, Page, Place

if TYPE_CHECKING:
    import random

SPACES = ["", "", " ", "\n", "\r\n", "\t", "\n\n  "]
CONTEXT = {
    "@vocab": "http://e.x/v/",
    "e": "http://e.x/e/",
    "label": {"@id": "http://e.x/label", "@language": "sv"},
    "id": "@id",
    "kind": "@type",
    "size": {"@id": "e:size", "@type": "http://www.w3.org/2001/XMLSchema#decimal"},
    "link": {"@type": "@id"},
    "state": {"@type": "@vocab"},
    "names": {"@container": "@language"},
    "by": {"@container": "@id"},
    "row": {"@container": "@list"},
    "raw": {"@type": "@json"},
    "back": {"@reverse": "e:forth"},
    "Done": "e:Done",
}


class JsonLdWriter:
    """Writes JSON-LD; every literal and link is unlike all others, so that its triple is known again."""

    def __init__(self, random: random.Random) -> None:
        self._random = random
        self.page = Page()
        self._count = 0
        self.values: dict[str, Place] = {}

    def file(self) -> str:
        """Write a file; where each value stands is in ``values``."""
        self._space()
        self.page.write("{")
        members = [lambda: self._member("@context", lambda: self.page.write(json.dumps(CONTEXT, ensure_ascii=False)))]
        members.append(lambda: self._member("@graph", self._nodes))
        if self._random.random() < 0.5:
            members.reverse()
        self._separated(members)
        self.page.write("}")
        self._space()
        return self.page.text

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _space(self) -> None:
        self.page.write(self._random.choice(SPACES))

    def _separated(self, members: list) -> None:
        for number, member in enumerate(members):
            if number:
                self.page.write(",")
            self._space()
            member()
            self._space()

    def _member(self, key: str, value) -> None:  # noqa: ANN001 - a function that writes
        self.page.write(json.dumps(key))
        self._space()
        self.page.write(":")
        self._space()
        value()

    def _nodes(self) -> None:
        self.page.write("[")
        self._separated([lambda: self._node(0)] * self._random.randint(1, 4))
        self.page.write("]")

    def _node(self, depth: int) -> None:
        self.page.write("{")
        members = []
        if self._random.random() < 0.5:
            names = ["_:n", "e:n", "http://e.x/n", "n/", "é😀"]
            alias, name = self._random.choice(["@id", "id"]), self._random.choice(names)
            members.append(lambda: self._member(alias, lambda: self.page.write(json.dumps(f"{name}{self._next()}"))))
        if self._random.random() < 0.4:
            members.append(lambda: self._member("kind", lambda: self.page.write('["Done", "Person"]')))
        for _ in range(self._random.randint(1, 4)):
            key = self._random.choice(
                ["p", "label", "size", "link", "state", "names", "by", "row", "e:q", "nest", "back"]
            )
            members.append(lambda key=key: self._member(f"{key}", lambda: self._value(key, depth)))
        # A key stands once in an object.
        self._random.shuffle(members)
        self._separated(members)
        self.page.write("}")

    def _value(self, key: str, depth: int) -> None:
        if key == "back":
            # The engine refuses lists in nodes that a reverse property leads to.
            self.page.write('{"label": ')
            self._literal()
            self.page.write("}")
        elif key == "nest" or (key == "p" and self._random.random() < 0.2):
            self._node(depth + 1) if depth < 3 else self.page.write("null")
        elif key == "by":
            self.page.write(f'{{"e:k{self._next()}": {{"p": ')
            self._literal()
            self.page.write("}}")
        elif key == "names":
            self.page.write('{"sv": ')
            self._literal()
            self.page.write(', "en": ')
            self._literal()
            self.page.write("}")
        elif key == "size":
            self._number(self._random.choice([1, 1, 0.5]))
        elif key in {"link", "state"}:
            self._link()
        else:
            self._plain()

    def _plain(self) -> None:
        kind = self._random.random()
        if kind < 0.5:
            self._literal()
        elif kind < 0.7:
            self._number(1)
        elif kind < 0.85:
            self.page.write('{"@value": ')
            self._literal()
            self.page.write(self._random.choice(["}", ', "@language": "en"}', ', "@type": "e:t"}']))
        else:
            self.page.write("[")
            self._separated([self._literal, lambda: self.page.write("true"), self._literal])
            self.page.write("]")

    def _literal(self) -> None:
        text = self._random.choice(["x", "Done", "é😀", 'a"b\\', "{[,:", "1", "@x", "a/..", "\n"]) + f" {self._next()}"
        ascii_only = self._random.random() < 0.5
        self.values[f'"{text}"'] = self.page.write(json.dumps(text, ensure_ascii=ascii_only))

    def _number(self, step: float) -> None:
        number = self._next() * 2 + (step if step != 1 else 0)
        self.values[f"number {float(number)}"] = self.page.write(str(number))

    def _link(self) -> None:
        name = f"o{self._next()}"
        self.values[f"<{name}>"] = self.page.write(json.dumps(self._random.choice(["e:", "http://e.x/o/"]) + name))


class RdfXmlWriter:
    """Writes RDF/XML; every property element has a name of its own, by which its triple is known again."""

    def __init__(self, random: random.Random) -> None:
        self._random = random
        self.page = Page()
        self._count = 0
        self.expected: dict[str, Expected] = {}

    def file(self) -> str:
        """Write a file; what is expected by predicate: where the element of the triple and of its subject begin."""
        self.page.write(self._random.choice(['<?xml version="1.0"?>\n', "", "<!-- <rdf:RDF> -->\n", "\n\r\n"]).lstrip())
        self.page.write('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"\n  xmlns:e="http://e.x/">')
        for _ in range(self._random.randint(1, 4)):
            self._space()
            self._node(0)
        self._space()
        self.page.write("</rdf:RDF>")
        return self.page.text

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _space(self) -> None:
        self.page.write(self._random.choice([*SPACES, "<!-- é😀 <e:no/> > -->", "<?pi x > ?>"]))

    def _node(self, depth: int) -> None:
        about = self._random.choice(
            ["", f' rdf:about="http://e.x/s{self._next()}"', f"\n rdf:nodeID='n{self._next()}'"]
        )
        attribute = f"http://e.x/a{self._next()}"
        place = self.page.write(f"<e:T{about} e:{attribute.rpartition('/')[2]}='v > \"é\"\n😀'>")
        self.expected[attribute] = Expected(place, place)
        for _ in range(self._random.randint(0, 3)):
            self._space()
            self._property(place, depth)
        self._space()
        self.page.write("</e:T >")

    def _property(self, node: Place, depth: int) -> None:
        name = f"p{self._next()}"
        kind = self._random.random()
        if kind < 0.4:
            place = self.page.write(f"<e:{name}>")
            self.page.write(self._random.choice(["", "text", "é😀\n\n", "&lt;!-- &#10;", "<![CDATA[<e:no/>\n]]>"]))
            self.page.write(f"</e:{name}\n>")
        elif kind < 0.6:
            place = self.page.write(f"<e:{name}\n rdf:resource='http://e.x/o'/>")
        elif kind < 0.8 and depth < 3:
            place = self.page.write(f"<e:{name}>")
            self._space()
            self._node(depth + 1)
            self._space()
            self.page.write(f"</e:{name}>")
        else:
            place = self.page.write(f"<e:{name} rdf:parseType='Resource'>")
            self._space()
            if depth < 3:
                self._property(place, depth + 1)
            self.page.write(f"</e:{name}>")
        self.expected[f"http://e.x/{name}"] = Expected(place, node)
