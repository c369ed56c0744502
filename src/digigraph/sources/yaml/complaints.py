"""What the parser complains about, in words, at the place where it is mended."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 20
"""Levels of nesting above which a YAML file is refused."""
_ADVICE = (
    (r"'\\t'", "Indent with spaces; a tab cannot stand here."),
    ("found character", "Put the text into quotation marks: no text without them begins with this character."),
    ("mapping values", 'Put a text that has ": " in it into quotation marks.'),
    ("but got ':'", 'Put a text that has ": " in it into quotation marks.'),
    ("unknown escape", "Write \\\\ for a backslash, or put the text into 'single' quotation marks."),
    ("quoted scalar", 'Close the quotation mark; one that belongs to the text is written \\" between double ones.'),
    ("flow", "Close the bracket, and put a comma between its parts."),
    (
        "'<scalar>'",
        'Put the whole text into quotation marks; one that belongs to it is written \\" between double ones.',
    ),
    ("could not find expected ':'", "Put a colon and a space behind the key, or indent the line below its text."),
    ("block", "Indent this line as the others of its list or mapping are."),
)
"""What to do about a mistake, by words of the parser's message; the first that fits."""


class Mark(Protocol):
    """A place in the parser's text; its two classes of that name share no base."""

    @property
    def index(self) -> int:
        """Offset in the text."""

    @property
    def line(self) -> int:
        """Number of the line, from 0."""


class Complaint(NamedTuple):
    """What is wrong with a text, what to do about it, its place, and where the parser lost its way."""

    rule: str
    message: str
    hint: str | None
    place: int
    at: int


def complaint(text: str, *, depth: int) -> Complaint | None:
    """Return what breaks the rules of YAML in a text that stands alone, below so many levels of nesting."""
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if depth > MAX_DEPTH and isinstance(event, yaml.NodeEvent) and event.start_mark is not None:
                return Complaint("too-deep", *too_deep(), event.start_mark.index, event.start_mark.index)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
    except yaml.MarkedYAMLError as error:
        return syntax(error, text)
    return None


def too_deep() -> tuple[str, str]:
    """Return what is said, and advised, of a text that is nested too deeply."""
    return f"The nesting is deeper than {MAX_DEPTH} levels.", "Nothing needs so many: look for brackets too many."


def syntax(error: yaml.MarkedYAMLError, text: str) -> Complaint:
    """The parser's complaint, at the bracket or quotation mark that is not closed where it is about one."""
    context, problem, opened = error.context or "", error.problem or "", error.context_mark
    mark = error.problem_mark or opened
    at: Mark | None = mark
    if opened and mark and opened.line < mark.line and "block" not in context:
        at = opened
    elif "flow" in context and "stream end" in problem:
        at = _innermost(text) or mark
    said = f"{context} {problem}".strip()
    hint = next((advice for words, advice in _ADVICE if re.search(words, said)), None)
    return Complaint("yaml", f"This is not YAML: {said}.", hint, _index(at), _index(mark))


def _index(mark: Mark | None) -> int:
    return mark.index if mark else 0


def _innermost(text: str) -> Mark | None:
    """The last bracket of a text that is not closed."""
    opened: list[Mark] = []
    for token in _tokens(text):
        if isinstance(token, (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken)):
            opened.append(token.start_mark)
        elif opened and isinstance(token, (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)):
            opened.pop()
    return opened[-1] if opened else None


def _tokens(text: str) -> Iterator[yaml.Token]:
    with contextlib.suppress(yaml.YAMLError):
        yield from yaml.scan(text, Loader=yaml.SafeLoader)
