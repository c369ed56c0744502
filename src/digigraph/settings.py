"""Settings: one table, one frozen value; passed down, never read from a global.

A setting comes from, the later winning: its default, ``digigraph.toml``, an environment variable
(``DIGIGRAPH_`` and its name in capitals), a flag of the command line. Levels of rules are a table of their own.
"""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args, get_type_hints
from urllib.parse import urlsplit

from digigraph.errors import SettingsError
from digigraph.iris import is_absolute
from digigraph.levels import DEFAULT_LEVELS, Levels
from digigraph.media import DUMPED
from digigraph.project_file import PROJECT_FILE, RULES_TABLE, ProjectFile
from digigraph.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

ENVIRONMENT_PREFIX = "DIGIGRAPH_"
# Where the project is, and what the tests and benches of the program itself read.
_NO_SETTINGS = {"project", "suites", "datasets", "grants", "earl", "golden"}
_CHOICES = {"log_format": ("text", "json"), "log_queries": ("hash", "text")}

THEMES = ("AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL",
          "INTR", "JUST", "OP_DATPRO", "REGI", "SOCI", "TECH", "TRAN")  # fmt: skip
"""Codes of the EU's authority list of data themes."""

Value = str | int | float
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_IN_WORDS: dict[type[Value], str] = {str: "text", int: "a whole number", float: "a number"}


@dataclass(frozen=True, slots=True)
class About:
    """What a setting means, for ``docs/settings.md`` and for error messages.

    Parameters
    ----------
    text
        One sentence, with the unit.
    least
        Smallest value allowed, for numbers.
    """

    text: str
    least: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run of the program can be told.

    ``project`` is the folder of the graph project, found and not set; ``rules`` are levels of rules; everything else is
    a row of the table.
    """

    project: Path
    rules: Levels = DEFAULT_LEVELS
    base_iri: Annotated[str, About("IRI under which everything of this graph is named; ends with /")] = ""
    title: Annotated[str, About("name of the graph, shown on its pages")] = "digigraph"
    description: Annotated[str, About("what the graph is about, in a sentence or two, for catalogues")] = ""
    license: Annotated[str, About("IRI of the licence of the data; empty: none is stated")] = ""
    publisher_name: Annotated[str, About("who publishes the graph; empty: the project itself, by its title")] = ""
    publisher: Annotated[str, About("IRI of who publishes it, such as https://ror.org/…; empty: one of this graph")] = (
        ""
    )
    publisher_type: Annotated[
        str, About("IRI of the kind of publisher, such as http://purl.org/adms/publishertype/…; empty: none is stated")
    ] = ""
    license_type: Annotated[
        str, About("IRI of the kind of licence, such as http://purl.org/adms/licencetype/…; empty: none is stated")
    ] = ""
    contact: Annotated[str, About("where questions are taken, as mailto: or web address; empty: none is stated")] = ""
    keywords: Annotated[str, About("words by which catalogues find the graph, with commas between")] = ""
    themes: Annotated[
        str, About("codes of the EU's data themes, such as HEAL TECH, with spaces between; empty: none is stated")
    ] = ""
    places: Annotated[
        str, About("IRIs of the places that the graph covers, with spaces between; empty: none is stated")
    ] = ""
    languages: Annotated[str, About("languages, with spaces between, in which everything has a label")] = "en sv"
    state: Annotated[str, About("folder of the snapshots, relative to the project")] = ".digigraph"
    host: Annotated[str, About("address to serve on")] = "127.0.0.1"
    port: Annotated[int, About("port to serve on")] = 8000
    public_url: Annotated[str, About("URL under which readers reach the server; empty: the address bound to")] = ""
    endpoint: Annotated[
        str, About("SPARQL endpoint of someone else, asked instead of the own snapshot; empty: none")
    ] = ""
    endpoint_default_graph: Annotated[
        str, About("IRI of that endpoint's graph that is asked as the default graph; empty: whichever it takes itself")
    ] = ""
    workers: Annotated[
        int,
        About("queries at once, each with a query process or the endpoint; 0: as many as cores, at least 2"),
    ] = 0
    query_seconds: Annotated[float, About("seconds that one query may run, planning included", 0.1)] = 30.0
    query_memory_mb: Annotated[int, About("MB of memory that one query may take", 128)] = 512
    query_bytes: Annotated[int, About("bytes that the text of one query may have", 1)] = 100_000
    query_depth: Annotated[int, About("levels of brackets that a query may nest", 1)] = 100
    query_patterns: Annotated[
        int, About("patterns that one group of a query may hold, the groups in it included", 1)
    ] = 100
    federation: Annotated[
        str, About("endpoints that SERVICE may ask, as the beginnings of their URLs, with spaces between; empty: none")
    ] = ""
    federation_networks: Annotated[
        str,
        About(
            "networks that are not public in which the hosts of those endpoints may be, with spaces between; "
            "empty: none, but for addresses that stand in federation themselves"
        ),
    ] = ""
    queue_length: Annotated[int, About("queries that may wait for a query process")] = 128
    queue_per_client: Annotated[int, About("queries of one client that may wait, told by its address", 1)] = 64
    queue_seconds: Annotated[float, About("seconds that a query may wait for a query process", 0.1)] = 30.0
    answer_rows: Annotated[int, About("rows or triples that one answer may have", 1)] = 5_000_000
    answer_bytes: Annotated[int, About("bytes that one answer may have", 1)] = 256_000_000
    unread_bytes: Annotated[
        int, About("bytes of answers that may wait to be read, of all clients together; half of them of one client", 2)
    ] = 1_000_000_000
    cache_bytes: Annotated[
        int, About("bytes of answers and pages that are kept while their snapshot is served; 0: none")
    ] = 64_000_000
    body_bytes: Annotated[int, About("bytes that the body of a request may have", 1)] = 1_000_000
    stop_seconds: Annotated[float, About("seconds that answers under way have to end when the server is stopped")] = 5.0
    log_format: Annotated[
        str, About("what the log on stderr is: text, what went wrong; json, a line of JSON for each request too")
    ] = "text"
    log_queries: Annotated[str, About("what the log in JSON says of queries: hash or text")] = "hash"
    trusted_proxies: Annotated[
        str, About("addresses or networks whose X-Forwarded-For is believed, with spaces between; empty: nobody's")
    ] = ""
    shapes_seconds: Annotated[
        float, About("seconds of processor time that the shapes may take, before the one that runs is given up", 0.1)
    ] = 300.0
    dumps: Annotated[str, About("formats of the dumps that a publication makes, with spaces between; empty: none")] = (
        "nq trig ttl jsonld"
    )
    changes_days: Annotated[
        int, About("days that changes are kept whole; of older ones, the newest version of each thing is kept")
    ] = 365
    states_open: Annotated[int, About("earlier states that have a query process at once", 1)] = 2
    state_seconds: Annotated[
        float, About("seconds for which an earlier state that nobody asks keeps its query process", 0.1)
    ] = 60.0
    permalinks: Annotated[int, About("permalinks of results that clients may make, in all; 0: none")] = 1000
    permalink_states: Annotated[int, About("states that permalinks may keep from being pruned")] = 10
    snapshots_kept: Annotated[
        int, About("newest snapshots that a publication keeps, and those that are active, open or cited; 0: all")
    ] = 20

    @property
    def state_folder(self) -> Path:
        """Where snapshots live."""
        return self.project / self.state

    @property
    def federation_prefixes(self) -> tuple[str, ...]:
        """The endpoints that SERVICE may ask."""
        return tuple(self.federation.split())

    @property
    def federation_private(self) -> tuple[Network, ...]:
        """The networks that are not public, and that SERVICE may reach all the same."""
        return tuple(map(ipaddress.ip_network, self.federation_networks.split()))

    @property
    def proxy_networks(self) -> tuple[Network, ...]:
        """The proxies that say who has asked them."""
        return tuple(map(ipaddress.ip_network, self.trusted_proxies.split()))

    @property
    def worker_count(self) -> int:
        """How many query processes to run."""
        return self.workers or max(2, os.cpu_count() or 2)

    def __post_init__(self) -> None:
        """Check what types alone cannot say."""
        if not self.base_iri.startswith(("http://", "https://")) or not self.base_iri.endswith("/"):
            raise SettingsError(
                f"base_iri is {self.base_iri!r}.",
                hint='It must be an http(s) IRI that ends with "/", such as "https://example.org/graph/".',
            )
        if self.public_url and not _is_address(self.public_url):
            raise SettingsError(
                f"public_url is {self.public_url!r}.",
                hint='It must be an http(s) URL, its path after one slash, without parameters: "https://graph.example/".',
            )
        for prefix in self.federation_prefixes:
            if not re.fullmatch(r"https?://[^/?#@\s]+(?:[/?#]\S*)?", prefix):
                raise SettingsError(
                    f"federation holds {prefix!r}.", hint="Its entries are URLs, such as https://query.example/sparql."
                )
        self._check_offer()
        self._check_operation()
        for name, about in TABLE.items():
            value = getattr(self, name)
            if isinstance(value, int | float) and value < about.least:
                raise SettingsError(f"{name} is {value}; the least is {about.least:g}.")

    def _check_offer(self) -> None:
        """Check what descriptions and dumps are made of."""
        web = ("https://", "http://")
        for name in ("license", "license_type", "publisher", "publisher_type", "contact"):
            _check_iri(name, getattr(self, name), ("mailto:", *web) if name == "contact" else web)
        for iri in self.places.split():
            _check_iri("places", iri, web)
        known = [each.name for each in DUMPED]
        if wrong := [each for each in self.dumps.split() if each not in known]:
            raise SettingsError(f"dumps holds {wrong[0]!r}.", hint=f"Formats: {', '.join(known)}.")
        if wrong := [each for each in self.themes.split() if each not in THEMES]:
            raise SettingsError(f"themes holds {wrong[0]!r}.", hint=f"The EU's themes: {', '.join(THEMES)}.")

    def _check_operation(self) -> None:
        if self.endpoint and not re.fullmatch(r"https?://[^/?#\s]+(?:[/?]\S*)?", self.endpoint):
            # Not shown: a password may stand in it.
            raise SettingsError("endpoint is no URL.", hint="It takes one such as https://query.example/sparql.")
        _check_iri("endpoint_default_graph", self.endpoint_default_graph, ())
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise SettingsError(f"{name} is {getattr(self, name)!r}.", hint=f"It is {' or '.join(choices)}.")
        for name in ("trusted_proxies", "federation_networks"):
            try:
                _ = [ipaddress.ip_network(each) for each in getattr(self, name).split()]
            except ValueError as error:
                hint = "It takes addresses and networks, such as 127.0.0.1 or 10.0.0.0/8."
                raise SettingsError(f"{name}: {error}.", hint=hint) from error


def _is_address(text: str) -> bool:
    """Whether paths can be put behind it to make URLs; two slashes in front of its own would lead to another host."""
    try:
        urlsplit(text).port  # noqa: B018 - raises where host or port are none
    except ValueError:
        return False
    return re.fullmatch(r"https?://[^/?#@\s<>\"]+(?:/(?!/)[^?#\s<>\"]*)?", text) is not None


def _check_iri(name: str, iri: str, schemes: tuple[str, ...]) -> None:
    """Check that a setting is empty or an absolute IRI, with one of these schemes where any are named."""
    if iri and not (is_absolute(iri) and (not schemes or iri.startswith(schemes))):
        raise SettingsError(
            f"{name} holds {iri!r}.", hint=f"It takes an IRI with {' or '.join(schemes) or 'a scheme'}."
        )


def _table() -> dict[str, About]:
    hints = get_type_hints(Settings, include_extras=True)
    return {name: extra for name, hint in hints.items() for extra in get_args(hint)[1:] if isinstance(extra, About)}


TABLE: dict[str, About] = _table()
"""Every setting by name, in the order of the documentation."""

_TYPES: dict[str, type[Value]] = {name: hint for name, hint in get_type_hints(Settings).items() if name in TABLE}


def _typed(name: str, value: object, source: str) -> Value:
    """Return the value in the setting's type; text from environment and flags is converted."""
    if name not in TABLE:
        hint = did_you_mean(name, TABLE) or f"Settings: {', '.join(TABLE)}."
        raise SettingsError(f"{source}: there is no setting {name!r}.", hint=hint)
    wanted = _TYPES[name]
    try:
        if isinstance(value, str) or (wanted is float and type(value) is int):
            return wanted(value)
    except ValueError:
        pass
    else:
        if type(value) is wanted:
            return value
    raise SettingsError(f"{source}: {name} is {value!r}; it takes {_IN_WORDS[wanted]}.")


def find_project(start: Path, environment: Mapping[str, str]) -> Path:
    """Return the folder of the graph project: ``DIGIGRAPH_PROJECT``, else upwards from ``start``.

    Raises
    ------
    SettingsError
        No folder on the way up holds a ``digigraph.toml``.
    """
    named = environment.get(ENVIRONMENT_PREFIX + "PROJECT")
    if named:
        return Path(named)
    for folder in (start, *start.resolve().parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    raise SettingsError(
        f"There is no {PROJECT_FILE} in {start} or above.", hint="Go to a graph project, or name it with --project DIR."
    )


def read_settings(project: Path, environment: Mapping[str, str], flags: Mapping[str, Value | None]) -> Settings:
    """Read the settings of a project.

    Parameters
    ----------
    project
        Folder that holds ``digigraph.toml``.
    environment
        Environment variables; those with our prefix count.
    flags
        Values of command line flags; None where a flag was not given.

    Raises
    ------
    InputError
        ``digigraph.toml`` cannot be read or is not TOML.
    SettingsError
        A name or a value is wrong; says where it was set.
    """
    values: dict[str, Value] = {}
    levels = DEFAULT_LEVELS
    file = ProjectFile(project / PROJECT_FILE)
    for name, value in file.table.items():
        if name == RULES_TABLE:
            levels = file.levels(value)
        else:
            values[name] = _typed(name, value, file.place(name))
    for variable, text in environment.items():
        name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
        if variable.startswith(ENVIRONMENT_PREFIX) and name not in _NO_SETTINGS:
            values[name] = _typed(name, text, f"environment variable {variable}")
    for name, flag in flags.items():
        if flag is not None:
            values[name] = _typed(name, flag, f"--{name.replace('_', '-')}")
    return Settings(project=project, rules=levels, **values)  # type: ignore[arg-type]  # _typed has given each its type


_NO_ROWS = {"project", "rules"}
assert set(_TYPES) == {each.name for each in fields(Settings)} - _NO_ROWS  # noqa: S101 - one without About would be lost
