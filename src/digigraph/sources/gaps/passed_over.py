"""Files of a project that look like sources and that nothing reads: whoever put them there believes that they count."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from digigraph.findings import Finding, Location, Severity
from digigraph.sources.rdf.formats import EXTENSIONS
from digigraph.sources.redactions import FILE as REDACTIONS_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

_RDF = {*EXTENSIONS, ".rdf", ".owl", ".n3"}
_QUERIES = {".rq", ".sparql"}
YAML_SUFFIXES = (".yaml", ".yml")
TEXT_SUFFIXES = (".txt", ".html", ".md")
"""Of facts and things, and of captured texts."""
_OTHER_TEXTS = {".pdf", ".doc", ".docx", ".odt", ".rtf", ".htm", ".xhtml"}
_OF_FACTS = ("data/things/", "data/documents/")


def passed_over(names: Sequence[str]) -> Iterator[Finding]:
    """Yield a finding for each file that is not read, though its name says that it is RDF, facts or a query.

    Parameters
    ----------
    names
        The files of the project, as in locations.
    """
    described = {name.rpartition(".")[0] for name in names if name.endswith(YAML_SUFFIXES)}
    described |= {Path(name).with_suffix("").with_suffix("").as_posix() for name in names if _is_yaml_as_text(name)}
    for name in names:
        if hint := _rename(name) or _way_out(name) or _for_a_text(name, described):
            yield Finding(
                rule="not-read",
                severity=Severity.WARNING,
                message="This file is not read.",
                location=Location(name),
                hint=hint,
            )


def one_text(stem: str, texts: Iterable[str], names: Iterable[str]) -> str:
    """Return what to do where not just one captured text lies beside a facts file.

    Parameters
    ----------
    stem
        Name of the facts file in its folder, without its ending.
    texts, names
        The texts beside it, and the files of the folder, as in locations.
    """
    if several := sorted(texts):
        return f"Keep the one that is quoted, and remove the others of {' and '.join(several)}."
    wanted = {f"{_OF_FACTS[1]}{stem}{suffix}".lower(): f"{stem}{suffix}" for suffix in TEXT_SUFFIXES}
    for name in names:
        before, _, ending = name.rpartition(".")
        if f".{ending}" in TEXT_SUFFIXES and before in wanted:
            return f"Rename {name} to {wanted[before]}."
        if f".{ending.lower()}" in _OTHER_TEXTS and before == f"{_OF_FACTS[1]}{stem}":
            return f"Save the text of {name} as {stem}{' or '.join(TEXT_SUFFIXES[:2])}."
        # On some machines the two are one file, on the others they are not.
        if (meant := wanted.get(name.lower())) is not None:
            return f"Rename {name} to {Path(meant).name}."
    return f"Put it at {_OF_FACTS[1]}{stem}.txt, .html or .md."


def _is_yaml_as_text(name: str) -> bool:
    """Whether an editor, or a system that hides endings, has added one to a file of facts or things."""
    return name.startswith(_OF_FACTS) and name.endswith(tuple(f"{each}.txt" for each in YAML_SUFFIXES))


def _rename(name: str) -> str | None:
    """What to call a file whose name has an ending too many; None for others."""
    return (
        f"Rename it to {Path(name).stem}: it ends with .txt, which some systems hide."
        if _is_yaml_as_text(name)
        else None
    )


def _way_out(name: str) -> str | None:
    """What to do with a file that is not read; None for one that is read, or that looks like no source."""
    folder, path = name.partition("/")[0], Path(name)
    written = path.suffix.lower()
    if folder == "queries":
        return f"Call it {path.with_suffix('.rq').name}." if written in _QUERIES and path.suffix != ".rq" else None
    if written in _QUERIES:
        return "Stored queries lie in queries/."
    if written in _RDF and path.suffix not in EXTENSIONS:
        known = f"{', '.join(list(EXTENSIONS)[:-1])} or {list(EXTENSIONS)[-1]}"
        return f"Call it {path.with_suffix(written).name}." if written in EXTENSIONS else f"Write it as {known}."
    if written in YAML_SUFFIXES and folder == "data" and name != REDACTIONS_FILE:
        if not name.startswith(_OF_FACTS):
            return "Things lie in data/things/, documents with their facts in data/documents/."
        return f"Call it {path.with_suffix(written).name}." if path.suffix not in YAML_SUFFIXES else None
    return None


def _for_a_text(name: str, described: AbstractSet[str]) -> str | None:
    """What to do with a text beside which there are no facts; None for what is none, or explains the folder."""
    stem, _, suffix = name.rpartition(".")
    kind = f".{suffix.lower()}"
    if not name.startswith(_OF_FACTS[1]) or kind not in {*TEXT_SUFFIXES, *_OTHER_TEXTS}:
        return None
    is_doubled = Path(stem).suffix in TEXT_SUFFIXES and Path(stem).with_suffix("").as_posix() in described
    if stem in described or is_doubled or Path(stem).name.lower() == "readme":
        return None
    if kind in _OTHER_TEXTS:
        return f"Save its text as {stem}{' or '.join(TEXT_SUFFIXES[:2])}, and write {stem}.yaml."
    return f"Write {stem}.yaml, with what the text says."
