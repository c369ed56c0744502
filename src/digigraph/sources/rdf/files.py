"""RDF files of anybody: named one by one, by folder, by pattern, or on standard input."""

from __future__ import annotations

import errno
import itertools
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from digigraph.errors import InputError
from digigraph.findings import Finding, Location, Severity
from digigraph.sources.files.disk import (
    Budget,
    is_file,
    is_folder,
    leads_out,
    read_bytes,
    unreadable,
    unreadable_folder,
)
from digigraph.sources.files.kept import Kept
from digigraph.sources.files.records import Malformed
from digigraph.sources.rdf.formats import EXTENSIONS, FORMATS, MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyoxigraph as ox

    from digigraph.sources.rdf.blank_nodes import Labels
    from digigraph.sources.rdf.parsing import LocatedQuad

STDIN = "-"
STDIN_NAME = "<stdin>"
"""What standard input is called in locations."""
_NOT_READ = "not-read"
_COMPRESSED = {".gz", ".bz2", ".xz", ".zst", ".zip"}
_BY_EXTENSION = {**EXTENSIONS, **dict.fromkeys((".rdf", ".owl", ".xml"), FORMATS["rdf"])}


@dataclass(slots=True)
class RdfFiles:
    """What several files say together; no two share a blank node.

    Parameters
    ----------
    quads
        In the order of the files.
    prefixes
        By the first file that declares them.
    names
        Of the files, as in locations.
    findings
        Files, or parts of folders, that could not be used.
    """

    quads: list[LocatedQuad] = field(default_factory=list)
    prefixes: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was lost that belongs to them."""
        return all(each.rule == _NOT_READ for each in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How files are read.

    Parameters
    ----------
    input_format
        Format of standard input and of files whose extension tells none; None where it was not said.
    base_iri
        For relative IRIs; None: the place of each file, as a ``file:`` IRI.
    stdin
        What came in there; None where it was not read.
    budget
        What the files of a run may take together.
    kept
        What an earlier run has worked out of them.
    """

    input_format: ox.RdfFormat | None = None
    base_iri: str | None = None
    stdin: bytes | None = None
    budget: Budget = field(default_factory=Budget)
    kept: Kept = field(default_factory=Kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Files to check, each named as on the command line: a file, a folder, a pattern, ``-`` for standard input.

    Parameters
    ----------
    data
        What is checked.
    shapes
        Against what.
    ontology
        What the data uses without being checked itself.
    """

    data: Sequence[str]
    shapes: Sequence[str]
    ontology: Sequence[str] = ()


def read_files(arguments: Iterable[str], reading: Reading, *, labels: Labels) -> RdfFiles:
    """Read RDF files.

    Parameters
    ----------
    arguments
        Files, folders (with everything below them that has an extension of RDF), patterns, ``-`` for standard input.
    reading
        How.
    labels
        For their blank nodes.

    Raises
    ------
    InputError
        A name leads to nothing, a file cannot be read, or nobody can tell what format it has.
    """
    from digigraph.sources.rdf.parsing import read_rdf  # noqa: PLC0415 - a run that is known already reads none

    found = RdfFiles()
    seen: set[str] = set()
    for path in paths_of(arguments, found.findings):
        name = STDIN_NAME if str(path) == STDIN else path.as_posix()
        # One file under two names says everything once; its blank nodes would be two.
        if (real := os.path.realpath(path)) in seen:
            continue
        seen.add(real)
        found.names.add(name)
        rdf_format = _BY_EXTENSION.get(path.suffix.lower(), reading.input_format)
        if rdf_format is None:
            raise _unknown_format(name, path.suffix.lower())
        try:
            if name == STDIN_NAME:
                data = reading.budget.take(reading.stdin or b"", name, at_most=MAX_BYTES)
            else:
                data = reading.budget.read(path, name, at_most=MAX_BYTES)
            base_iri = reading.base_iri or place(path).as_uri()
            read = read_rdf(
                data, name, base_iri, rdf_format=rdf_format, at_most=reading.budget.statements, kept=reading.kept
            )
        except Malformed as malformed:
            found.findings += (malformed.finding, *malformed.others)
            continue
        reading.budget.statements -= len(read.quads)
        found.quads += labels.of(read.quads, name)
        found.prefixes = {**read.prefixes, **found.prefixes}
    return found


def place(path: Path) -> Path:
    """Return where a file lies, whatever link leads to its folder: what its relative IRIs are relative to."""
    return Path(os.path.realpath(path.parent), path.name)


def _unknown_format(name: str, extension: str) -> InputError:
    if extension in _COMPRESSED:
        return InputError(f"{name}: compressed files are not read.", hint="Unpack it, or pipe its content in as -.")
    return InputError(f"{name}: what format is it?", hint=f"Say --input-format {'|'.join(FORMATS)}.")


def paths_of(arguments: Iterable[str], findings: list[Finding]) -> Iterator[Path]:
    """Yield the files that arguments name, in their order; parts of folders that cannot be used become findings.

    Raises
    ------
    InputError
        A name leads to nothing.
    """
    for argument in arguments:
        if argument == STDIN:
            yield Path(argument)
        elif _is_named(argument):
            yield from _named(argument, findings)
        else:
            found = _matches(argument)
            locked = [unreadable_folder(each.as_posix(), "Permission denied") for each in _locked(argument)]
            findings += locked
            # Pipes and devices are read where they are named themselves.
            matches = [each for each in found if is_file(Path(each)) or is_folder(Path(each))]
            if not (matches or locked):
                raise InputError(f"{argument or repr(argument)}: there is no such file.")
            base = _base(argument)
            for match in matches:
                # A pattern is as a folder: what lies in it, a link among it may have been put there by anybody.
                if Path(os.path.realpath(match)).is_relative_to(base):
                    yield from _named(match, findings)
                else:
                    findings.append(_link(Path(match)))


def _named(name: str, findings: list[Finding]) -> Iterator[Path]:
    """A file, or the files below a folder."""
    path = Path(name)
    if not is_folder(path):
        # A file that is called - is not standard input.
        yield path if str(path) != STDIN else path.absolute()
        return
    findings_before = len(findings)
    is_empty = True
    for each in _below(path, findings):
        is_empty = False
        yield each
    if is_empty and all(each.rule == _NOT_READ for each in findings[findings_before:]):
        # Whoever checks nothing by mistake must not hear that all is well.
        raise InputError(
            f"{name}: there is no RDF file in this folder.", hint=f"Their names end in {' '.join(_BY_EXTENSION)}."
        )


def _is_named(name: str) -> bool:
    """Whether there is something of that name, or where it would be nobody may look: reading tells so."""
    try:
        os.lstat(name)
    except OSError as error:
        return error.errno == errno.EACCES and _literal(Path(name)) == Path(name)
    return True


def _base(pattern: str) -> Path:
    """The folder below which everything lies that a pattern can name, links followed."""
    return Path(os.path.realpath(_literal(Path(pattern))))


def _literal(pattern: Path) -> Path:
    """The parts of a pattern before the first that has a sign of patterns."""
    return Path(*itertools.takewhile(lambda part: not any(mark in part for mark in "*?["), pattern.parts))


def _locked(pattern: str) -> Iterator[Path]:
    """The folders that a pattern looks into and that cannot be read, which matching passes over in silence."""
    path = Path(pattern)
    literal = _literal(path)
    folders = {literal}
    for length in range(len(literal.parts) + 1, len(path.parts)):
        folders.update(map(Path, _matches(str(Path(*path.parts[:length])))))
    return (each for each in sorted(folders) if is_folder(each) and not os.access(each, os.R_OK | os.X_OK))


def _matches(pattern: str) -> list[str]:
    """What a pattern names, in order, without hidden names unless it has one.

    Not by the module glob: its ``**`` follows links, which may lead out of a folder, or round in circles.
    """
    path = Path(pattern)
    if not path.parts:
        return []
    is_hidden = any(map(_is_hidden, path.parts))
    try:
        found = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
    except OSError as error:
        unreadable(error)
    except ValueError as error:
        raise InputError(f"{pattern}: {error}.") from error
    return [str(each) for each in found if is_hidden or not any(map(_is_hidden, each.parts))]


def _is_hidden(name: str) -> bool:
    return name.startswith(".") and name != ".."


def _below(folder: Path, findings: list[Finding]) -> Iterator[Path]:
    """Files below a folder that have an extension of RDF; links that lead out of it are findings."""

    def note(error: OSError) -> None:
        findings.append(unreadable_folder(Path(error.filename).as_posix(), error.strerror))

    for where, folders, files in os.walk(folder, onerror=note):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in [*folders, *sorted(files)]:
            path = Path(where, name)
            is_rdf = path.suffix.lower() in _BY_EXTENSION and not name.startswith(".")
            if leads_out(path, folder):
                if is_rdf or name in folders:
                    findings.append(_link(path))
            elif is_rdf and is_file(path):
                if path.suffix.lower() == ".xml" and not _mentions_rdf(path):
                    findings.append(_other_xml(path))
                else:
                    yield path


def _mentions_rdf(path: Path) -> bool:
    """Whether an XML file may be RDF/XML, which names its namespace; reading tells what is wrong with bytes."""
    try:
        data = read_bytes(path, at_most=MAX_BYTES)
    except InputError:
        return True
    return any(mark in data for mark in (b"22-rdf-syntax-ns#", b"rdf:RDF", b"\0"))


def _other_xml(path: Path) -> Finding:
    return Finding(
        rule=_NOT_READ,
        severity=Severity.WARNING,
        message="This XML file does not name the namespace of RDF; it was not read.",
        location=Location(path.as_posix()),
        hint="Where it is RDF/XML, name the file itself, or let its name end in .rdf.",
    )


def _link(path: Path) -> Finding:
    """What is said of a link out of a folder: where it leads nowhere, as of every file that cannot be read."""
    try:
        path.stat()
    except FileNotFoundError as error:
        return Finding(
            rule="unreadable",
            severity=Severity.VIOLATION,
            message=f"The file cannot be read ({error.strerror}).",
            location=Location(path.as_posix()),
            hint="Make it readable.",
        )
    except OSError:
        # It is there, or may be.
        pass
    return Finding(
        rule="link-outside",
        severity=Severity.VIOLATION,
        message="This link leads out of the folder; it was not followed.",
        location=Location(path.as_posix()),
        hint="Copy what it leads to, or name it by its own path.",
    )
