"""Takes an organisation back from 6,519 real grants in two states: ``python tests/bench/redaction.py`` prints figures.

The graph is that of the survival tests, with the ontology and the names of organisations. The command runs once to its
end, and is killed once in the middle: then the active state must be whole, the one before or the one after, and the
next run must come to what the first came to.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent.parent
sys.path.insert(0, str(REPOSITORY / "tests/plugins"))

from grants import grants, records  # noqa: E402 - from the path above

from digigraph.pipeline import publish  # noqa: E402
from digigraph.settings import read_settings  # noqa: E402
from digigraph.store.snapshots.catalog import SnapshotCatalog  # noqa: E402

BASE = "https://example.org/graph/"
TAKEN = "202100-5216"
NAME = re.compile(r"\bVinnova\b")
FILE = 40_000
"""Lines of a file of the project."""
KILLED = 0.6
"""Part of the time that the whole takes after which the command is killed."""


def made(folder: Path) -> None:
    """Make a project with the grants, and two states of it."""
    shutil.copytree(REPOSITORY / "ontology", folder / "ontology")
    for each in ("shapes", "data"):
        (folder / each).mkdir()
    (folder / "digigraph.toml").write_text(f'base_iri = "{BASE}"\ntitle = "Grants"\n', encoding="utf-8")
    lines = {each for each in grants().nquads.splitlines() if not each.endswith(b"graph/curated> .")}
    for role, record in ((role, record) for record in records() for role in ("coordinating", "funding")):
        for language in ("Sv", "En"):
            name = record[f"{role}OrganisationName{language}"].replace('"', '\\"')
            subject = f"{BASE}id/{record[f'{role}OrganisationId'].replace(' ', '')}"
            lines.add(f'<{subject}> <https://schema.org/name> "{name}"@{language.lower()} .'.encode())
    kept = sorted(lines)
    # A file has a bound.
    for start in range(0, len(kept), FILE):
        content = b"".join(each + b"\n" for each in kept[start : start + FILE])
        (folder / f"data/grants-{start // FILE}.nt").write_bytes(content)
    settings = read_settings(folder, {}, {})
    with publish(settings).snapshot.open() as opened:
        before = opened.nquads()
    # Another state of nearly the same, as if the sources had been others for a day.
    SnapshotCatalog(settings.state_folder).publish(before[before.index(b"\n") + 1 :], "")


def taken_back(folder: Path, *, seconds: float | None = None) -> tuple[float, float, int]:
    """Run the command, killed after some seconds; return seconds, processor seconds and the most MB that it had."""
    start = time.monotonic()
    command = [
        sys.executable,
        "-m",
        "digigraph",
        "--project",
        str(folder),
        "redact",
        f"id/{TAKEN}",
        "--reason",
        "legal",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if seconds is not None:
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == (0 if seconds is None else -signal.SIGKILL)
    return time.monotonic() - start, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024


def is_whole(folder: Path) -> str:
    """Check the active state against its manifest and the log of changes, and return its name."""
    catalog = SnapshotCatalog(read_settings(folder, {}, {}).state_folder)
    active = catalog.active()
    assert active is not None
    catalog.verify(active.name)
    with active.open() as opened:
        assert catalog.changes.dataset(active.name) == set(opened.nquads().splitlines())
    return active.name


def is_gone(folder: Path) -> int:
    """Check that no kept state nor the log has the name or the thing; return how many quads are left."""
    catalog = SnapshotCatalog(read_settings(folder, {}, {}).state_folder)
    subject = f"<{BASE}id/{TAKEN}>".encode()
    left = 0
    for state in catalog.list():
        catalog.verify(state.name)
        with state.open() as opened:
            nquads = opened.nquads()
        assert not NAME.search(nquads.decode())
        assert subject not in nquads
        left = state.quads
    for path in (catalog.list()[0].folder.parent.parent / "changes").glob("*.diff"):
        lines = path.read_bytes().splitlines()
        assert all(line.endswith(b">") for line in lines if subject in line)
        assert not any(NAME.search(line.decode()) for line in lines)
    return left


def say(line: str) -> None:
    """Print a line."""
    print(line, flush=True)  # noqa: T201 - a program's output


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as parent:
        first = Path(parent) / "project"
        first.mkdir()
        made(first)
        before = is_whole(first)
        quads = SnapshotCatalog(read_settings(first, {}, {}).state_folder).get(before).quads
        second = Path(shutil.copytree(first, Path(parent) / "second"))
        seconds, processor, memory = taken_back(first)
        after, left = is_whole(first), is_gone(first)
        say(f"{quads:,} quads, {left:,} left, two states: {seconds:.0f} s, {processor:.0f} s of processor, {memory} MB")
        taken_back(second, seconds=KILLED * seconds)
        found = is_whole(second)
        assert found in {before, after}
        say(f"killed after {KILLED:.0%}: the active state is the one {'before' if found == before else 'after'}")
        taken_back(second)
        assert (is_whole(second), is_gone(second)) == (after, left)


if __name__ == "__main__":
    main()
