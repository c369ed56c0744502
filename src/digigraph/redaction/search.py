"""What goes with one IRI that is taken back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from digigraph.dataset.redaction import Remainder
from digigraph.errors import NotFound
from digigraph.iris import quoted_span
from digigraph.publishing.carried.retired import is_retired
from digigraph.redaction.states import names_of
from digigraph.sources.facts.quoting import find_in_runs, whole_words
from digigraph.sources.redactions import Redaction, Redactions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from digigraph.iris import Iris
    from digigraph.redaction.states import State
    from digigraph.sources.redactions import Run


class Search:
    """Everything that goes with one IRI, in the sources and in every state.

    Parameters
    ----------
    asked
        What is asked for.
    states
        Where it may stand; gone through several times.

    Raises
    ------
    NotFound
        It stands nowhere.
    """

    def __init__(self, asked: Redaction, states: Iterable[State], iris: Iris) -> None:
        self._iris = iris
        self._states = states
        self._names = names_of(states, Redactions((asked,)), iris)
        self._quotes = self._quoted(asked)
        self.words = {*self._names.masked, *(quote for quotes in self._quotes.values() for quote in quotes)}
        """Names and quotes that are taken back."""
        spans = set(self._spans(asked))
        widened = replace(asked, also=tuple(spans))
        gone = {each for state in states for each in self._gone(state, widened)}
        if not (gone or spans or any(is_retired(iris.base + asked.iri, each.retired) for each in states)):
            raise NotFound(f"Neither the sources nor any state knows {asked.iri}.", hint="Nothing was done.")
        also = tuple(sorted((spans | gone) - {asked.iri}))
        self.entry = replace(asked, also=also, checked=tuple(sorted(self._checked((asked.iri, *also)))))

    def _remainder(self, state: State, entry: Redaction) -> Remainder:
        return Remainder(state.quads, Redactions((entry,)), self._iris, self._names)

    def _gone(self, state: State, entry: Redaction) -> Iterator[str]:
        """What stands in a state as a subject and goes."""
        subjects = {quad.subject for quad in state.quads}
        for node in self._remainder(state, entry).nodes & subjects:
            if (local := self._iris.local(node.value)) is not None:
                yield local

    def _quoted(self, asked: Redaction) -> Mapping[str, set[str]]:
        """The words that go, by the document that has them."""
        quotes: defaultdict[str, set[str]] = defaultdict(set)
        if not asked.takes_words:
            return quotes
        span = quoted_span(asked.iri)
        for state in self._states:
            remainder = self._remainder(state, asked)
            for evidence in remainder.evidence:
                quoted = quoted_span(self._iris.local(evidence.value) or "")
                if quoted is not None:
                    quotes[quoted.text.rpartition("_")[0]] |= remainder.quotes(evidence)
            if span is not None and span.text in state.texts:
                quotes[span.text.rpartition("_")[0]].add(_said(state.texts[span.text], span.start, span.end))
        return quotes

    def _spans(self, asked: Redaction) -> Iterator[str]:
        """Where the words stand, as IRIs of evidence."""
        whole = Redactions((asked,))
        for state in self._states:
            for text, runs in state.texts.items():
                if whole.has_text(text):
                    continue
                for words in (self._quotes.get(text.rpartition("_")[0], ()), self._names.masked):
                    pattern = whole_words(words)
                    for span in find_in_runs(runs, pattern) if pattern else ():
                        yield f"ev/{text}_{span.start}-{span.end}"

    def _checked(self, gone: Iterable[str]) -> Iterator[str]:
        """The texts of the documents concerned that do not have the words."""
        having = {quoted.text for each in gone if (quoted := quoted_span(each)) is not None}
        documents = {each.rpartition("_")[0] for each in having}
        texts = {text for state in self._states for text in state.texts}
        yield from (f"doc/{each}" for each in texts - having if each.rpartition("_")[0] in documents)


def _said(runs: Iterable[Run], start: int, end: int) -> str:
    """What a reader sees from one place to another, in normal form."""
    pieces = (text[max(start - at, 0) : max(end - at, 0)] for at, text in runs)
    return " ".join("".join(pieces).split())
