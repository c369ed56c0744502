"""Values that break the rules of YAML where they stand alone: told, and read as what they are meant to be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digigraph.sources.yaml.complaints import Complaint, complaint
from digigraph.sources.yaml.edits import Edit
from digigraph.sources.yaml.indenting import STEP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

_MOST = 20
"""Mistakes of one value above which it is given up."""
_KEY = "k: "
_CLOSING = {"{": "}", "[": "]"}
_AFTER_UNCLOSED = re.compile(r",\s+[\w-]+:\s|[\]}\s]*\Z")
_END_OF_PART = re.compile(r"[,\]}]|\Z")
_BEGIN_OF_PART = re.compile(r": +|, *|[\[{] *")
_QUOTED_OR_BRACKET = re.compile(r"""(?<=[\s,\[{:])(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')|[\[\]{}]""", re.DOTALL)
_TAB = re.compile(r"""(?<=[\s,\[{:])(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')|\t""", re.DOTALL)
_LAST_WORD = re.compile(r"(?:^|\s)([\w-]+)\Z")
_UNESCAPED = re.compile(r'(?<!\\)"')
_CURLY = re.compile("[\u201c\u201d\u201e\u00ab].*[\u201c\u201d\u00bb]|[\u00b4\u2018\u2019].*[\u00b4\u2019]", re.DOTALL)
_BEHIND = re.compile(r"(?<=[\]}])\s*([.,;])\s*\Z")
_STRAIGHT = 'Write straight quotation marks around the words: "…".'
_PAIR = re.compile(r",\s+([\w-]+)(?=:\s)")
_BRACELESS = re.compile(r"[a-z0-9-]+(?:,\s+[\w-]+:\s+(?:[^\s,:#\"'{}\[\]][^,:#\"'{}\[\]\n]*|\[[^:#\"'{}\[\]\n]*\]))+")
"""A slug, and keys with their values behind commas, as entries have them in braces."""
_SAFE = re.compile(r"""\w[^\n\t:#]*|"[^"\\\n]*"|'[^'\n]*'""")


def is_plain(text: str) -> bool:
    """Whether a value is one at a glance that breaks no rule of YAML."""
    return _SAFE.fullmatch(text) is not None


def _singles(text: str) -> list[int]:
    """Where single quotation marks stand."""
    return [at for at, each in enumerate(text) if each == "'"]


class Draft:
    """A value that is being changed.

    Parameters
    ----------
    text
        As it is written.
    start
        Where it begins in the file's text.
    """

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self._written = text
        self._start = start
        self._origins: list[int] = list(range(len(text) + 1))

    def change(self, edits: Iterable[Edit]) -> None:
        """Change the text as it stands now; ``start`` is where in it."""
        parts: list[str] = []
        origins: list[int] = []
        done = 0
        for each in edits:
            parts += [self.text[done : each.start], each.inserted]
            origins += [*self._origins[done : each.start], *[-1] * len(each.inserted)]
            done = each.start + each.removed
        self.text = "".join([*parts, self.text[done:]])
        self._origins = [*origins, *self._origins[done:]]

    def insert(self, inserted: str, *places: int) -> None:
        """Put something before characters, the first of them first."""
        self.change(Edit(at, 0, inserted) for at in places)

    def offset(self, at: int) -> int:
        """Where in the file's text a character stands, or the next one that does."""
        return self._start + next((each for each in self._origins[at:] if each >= 0), len(self._written))

    def edits(self) -> Iterator[Edit]:
        """Yield what was changed, in the order of the text."""
        written, inserted = 0, ""
        for character, origin in zip([*self.text, ""], self._origins, strict=True):
            if origin < 0:
                inserted += character
                continue
            if inserted or origin > written:
                yield Edit(self._start + written, origin - written, inserted)
            written, inserted = origin + 1, ""


class Repair:
    """Makes a value one that can be read.

    Parameters
    ----------
    draft
        The value.
    words
        Keys that are known.
    depth
        Levels of nesting above it.
    key
        Whose value it is; None for an entry of a list.

    Attributes
    ----------
    told
        What is wrong with it: offsets in the file's text.
    tabs
        Where tabs stand that cannot: offsets in the file's text.
    is_lost
        Whether it cannot be read.
    """

    def __init__(self, draft: Draft, words: AbstractSet[str], depth: int, *, key: str | None = None) -> None:
        self._draft = draft
        self._words = words
        self._depth = depth
        self._key = key
        self.told: list[Complaint] = []
        self.tabs: list[int] = []
        self.is_lost = False
        if not is_plain(draft.text):
            self._repair()

    def _repair(self) -> None:
        self._without_sign_behind()
        reached = -1
        if self._braceless():
            return
        while (found := complaint(f"{_KEY}{self._draft.text}\n", depth=self._depth - 1)) is not None:
            place, at = found.place - len(_KEY), found.at - len(_KEY)
            if self._draft.text[at : at + 1] == "\t" and not self.tabs:
                self._without_tabs()
                continue
            if self.told and (at <= reached or len(self.told) == _MOST):
                self.is_lost = True
                return
            hint = _STRAIGHT if _CURLY.fullmatch(self._draft.text) else found.hint
            self.told.append(found._replace(place=self._draft.offset(place), hint=hint))
            before = len(self._draft.text)
            if found.rule != "yaml" or not self._mend(found, place, at):
                self.is_lost = True
                return
            reached = at + len(self._draft.text) - before

    def _braceless(self) -> bool:
        """Put the keys of an entry without braces on lines of their own; whether it is one."""
        draft, text = self._draft, self._draft.text
        pairs = list(_PAIR.finditer(text)) if self._key and _BRACELESS.fullmatch(text) else []
        if not pairs or any(each.group(1) not in self._words for each in pairs):
            return False
        hint = f"Put braces around it: {{{self._key}: {text}}}; or each key on a line of its own."
        self.told.append(Complaint("yaml", "Several keys stand on one line.", hint, draft.offset(0), 0))
        indent = "\n" + " " * (STEP * (self._depth - 1))
        draft.change(Edit(each.start(), len(each.group()) - len(each[1]), indent) for each in pairs)
        return True

    def _without_sign_behind(self) -> None:
        """Take away what ends a sentence, behind brackets that are whole."""
        text = self._draft.text
        found = _BEHIND.search(text) if text[0] in _CLOSING else None
        if found and complaint(f"{_KEY}{text[: found.start(1)]}\n", depth=self._depth - 1) is None:
            place = self._draft.offset(found.start(1))
            message = f"Behind the closing bracket stands {found[1]!r}."
            self.told.append(Complaint("yaml", message, "Remove it.", place, place))
            self._draft.change([Edit(found.start(1), 1, "")])

    def _without_tabs(self) -> None:
        """Put spaces in place of tabs, but for those in quotation marks."""
        tabs = [found.start() for found in _TAB.finditer(self._draft.text) if found.group() == "\t"]
        self.tabs = [self._draft.offset(at) for at in tabs]
        self._draft.change(Edit(at, 1, " ") for at in tabs)

    def _mend(self, found: Complaint, place: int, at: int) -> bool:
        """Change what is complained about; whether anything is known to be done about it."""
        draft, text = self._draft, self._draft.text
        if "escape" in found.message and (backslash := text.rfind("\\", 0, at + 1)) >= 0:
            draft.insert("\\", backslash)
        elif text[0] not in _CLOSING:
            self._as_text(found)
        elif "quoted scalar" in found.message:
            end = _AFTER_UNCLOSED.search(text, place + 1)
            draft.insert(text[place], end.start() if end else len(text))
        elif text[at : at + 1] in {"}", "]"}:
            self._brackets(at)
        elif "flow" in found.message and at >= len(text.rstrip()):
            return self._close()
        elif at < len(text):
            return self._part(found, at)
        else:
            return False
        return True

    def _as_text(self, found: Complaint) -> None:
        """Read the whole value as text."""
        draft, text = self._draft, self._draft.text
        mark = text[0] if text[0] in "\"'" else ""
        is_closed = bool(mark) and len(text) > 1 and text.endswith(mark)
        if _CURLY.fullmatch(text):
            draft.change([Edit(0, 1, "'"), *(Edit(at, 0, "'") for at in _singles(text)), Edit(len(text) - 1, 1, "'")])
            return
        if mark and "quoted scalar" in found.message and not is_closed:
            draft.insert(mark, len(text))
            return
        if not is_closed:
            draft.insert("'", *_singles(text))
            draft.insert("'", 0, len(draft.text))
        elif mark == '"':
            draft.insert("\\", *(found.start() for found in _UNESCAPED.finditer(text, 1, len(text) - 1)))
        else:
            draft.insert("'", *(at for at, each in enumerate(text[1:-1], 1) if each == "'"))

    def _brackets(self, at: int) -> None:
        """Change a bracket that closes another one than is open, or none."""
        opened = self._opened(self._draft.text[:at])
        if not opened:
            self._draft.change([Edit(at, 1, "")])
        else:
            self._draft.insert(_CLOSING[opened[-1]], at)

    def _close(self) -> bool:
        """Close what is open at the end; there is nothing to read in brackets without anything."""
        text = self._draft.text.rstrip()
        opened = self._opened(text)
        if not opened or text[-1] in _CLOSING:
            return False
        self._draft.insert("".join(_CLOSING[each] for each in reversed(opened)), len(text))
        return True

    def _opened(self, text: str) -> list[str]:
        opened: list[str] = []
        for found in _QUOTED_OR_BRACKET.finditer(text):
            if found.group() in _CLOSING:
                opened.append(found.group())
            elif opened and found.group() == _CLOSING[opened[-1]]:
                opened.pop()
        return opened

    def _part(self, found: Complaint, at: int) -> bool:
        """Put a comma before a key that misses it; else read what stands between commas as text."""
        draft, text = self._draft, self._draft.text
        word = _LAST_WORD.search(text, 0, at)
        if "got ':'" in found.message and word and word.group(1) in self._words:
            self.told[-1] = self.told[-1]._replace(hint=f"Put a comma before {word.group(1)}:.")
            draft.insert(",", word.start())
            return True
        begins = [each.end() for each in _BEGIN_OF_PART.finditer(text, 0, at)]
        end = _END_OF_PART.search(text, at)
        if not begins or end is None:
            return False
        quotes = [each for each in range(begins[-1], end.start()) if text[each] == "'"]
        draft.insert("'", begins[-1], *quotes, end.start())
        return True
