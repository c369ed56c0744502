"""The command line as scripts hold on to it: exit codes, streams, refusals that change nothing."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from projects import Project, inherited, made_project

WRONG = "  - quote: nobody says this\n    says: [{subject: nhd, host: kth}]\n"
MORE = "uu: {type: Organization, name: {sv: Uppsala universitet, en: Uppsala University}}\n"
HOST = "SELECT ?h { <https://example.org/graph/id/nhd> <https://w3id.org/digigraph/ns#host> ?h }"


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A tiny project that was published; nobody changes it."""
    made = made_project(tmp_path_factory.mktemp("published") / "project")
    assert made.run("publish").returncode == 0
    return made


@pytest.fixture
def published(once: Project, tmp_path: Path) -> Project:
    """A copy of it."""
    return Project(Path(shutil.copytree(once.folder, tmp_path / "project")))


def test_build_equals_dump_byte_for_byte(published: Project) -> None:
    """What was built is what is stored, and the sorted N-Quads are the same bytes on both ways."""
    built, dumped = published.run("build"), published.run("dump")
    assert built.returncode == dumped.returncode == 0
    assert built.stdout == dumped.stdout != b""


def test_a_dump_for_engines_without_an_unnamed_graph(published: Project) -> None:
    """With --named-default every quad has a graph, and the default graph's triples have theirs and no others."""
    accepted = ox.NamedNode("https://example.org/graph/graph/accepted")
    whole = set(ox.parse(published.run("dump").stdout, format=ox.RdfFormat.N_QUADS))
    default = {each.triple for each in whole if each.graph_name == ox.DefaultGraph()}
    named = {each for each in whole if each.graph_name != ox.DefaultGraph()}
    for name, form in (("nq", ox.RdfFormat.N_QUADS), ("trig", ox.RdfFormat.TRIG)):
        dumped = published.run("dump", "--named-default", "--format", name).stdout
        assert set(ox.parse(dumped, format=form)) == named | {ox.Quad(*each, accepted) for each in default}
        if name == "nq":
            assert dumped.splitlines() == sorted(dumped.splitlines())
    assert default
    for wrong in (["--format", "ttl"], ["--graph", accepted.value]):
        assert published.run("dump", "--named-default", *wrong).returncode == 2


def test_a_refusal_changes_nothing(published: Project) -> None:
    """Findings on stderr, exit code 1, and the state that was published before is the one that answers."""
    before = published.run("dump").stdout
    published.facts(WRONG)
    refused = published.run("publish")
    assert refused.returncode == 1
    assert b"data/documents/nhd-page.yaml:10:12: violation:" in refused.stderr
    assert published.run("dump").stdout == before
    assert len(published.run("snapshots", "list").stdout.splitlines()) == 1


def test_nothing_is_published_where_nothing_is_right(project: Project) -> None:
    """A first publication that is refused leaves no snapshot, and asking says so."""
    project.facts(WRONG)
    assert project.run("publish").returncode == 1
    asked = project.run("query", HOST)
    assert asked.returncode == 3
    assert b"digigraph publish" in asked.stderr or b"published" in asked.stderr


def test_publishing_the_same_again_is_nothing_to_do(project: Project) -> None:
    """Identical data makes no new snapshot, even where a comment in a source has changed."""
    first = project.run("publish").stdout
    project.write("data/things/more.yaml", f"# a comment\n{MORE}")
    project.run("publish")
    project.write("data/things/more.yaml", f"# another comment\n{MORE}")
    again = project.run("publish")
    assert again.returncode == 0
    assert b"nothing to do" in again.stdout
    assert first.split(b":")[0].startswith(b"1-")
    assert len(project.run("snapshots", "list").stdout.splitlines()) == 2


def test_validate_writes_json_for_programs(project: Project) -> None:
    """Versioned JSON on stdout with file, line and column; the exit code follows --fail-on."""
    project.facts(WRONG)
    ran = project.run("validate", "--format", "json")
    assert ran.returncode == 1
    report = json.loads(ran.stdout)
    assert report["version"] == 1
    (finding,) = [each for each in report["findings"] if each["rule"] == "quote-not-found"]
    assert (finding["file"], finding["line"], finding["column"]) == ("data/documents/nhd-page.yaml", 10, 12)
    assert project.run("validate", "--fail-on", "never").returncode == 0


def test_validate_says_so_when_all_is_well(project: Project) -> None:
    """Exit code 0 and one line."""
    ran = project.run("validate")
    assert (ran.returncode, ran.stdout) == (0, b"No findings.\n")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["query", "SELECT * { ?s ?p }"], 2, b"line 1"),
        (["query", "missing.rq"], 2, b"missing.rq"),
        (["query", "DROP ALL"], 2, b"update"),
        (["query", "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"], 2, b"SERVICE"),
        (["query", HOST, "--format", "ttl"], 2, b"json, xml, csv, tsv"),
        (["snapshots", "verify", "7-aaaaaaaaaaaa"], 2, b"7-aaaaaaaaaaaa"),
        (["dump", "--snapshot", "../../etc"], 2, b"no state"),
        (["nonsense"], 2, b"No such command"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(
    published: Project, arguments: list[str], code: int, says: bytes
) -> None:
    """The exit code tells wrong use from a failing store, stderr says why, stdout stays empty, no trace is shown."""
    ran = published.run(*arguments)
    assert ran.returncode == code, ran.stderr
    assert says in ran.stderr
    assert ran.stdout == b""
    assert b"Traceback" not in ran.stderr


def test_settings_are_checked_with_their_origin(project: Project) -> None:
    """A wrong value names the setting and where it was set."""
    ran = project.run("build", DIGIGRAPH_QUERY_SECONDS="soon")
    assert ran.returncode == 2
    assert b"DIGIGRAPH_QUERY_SECONDS" in ran.stderr
    project.write("digigraph.toml", 'base_iri = "https://example.org/graph/"\nqueue = 3\n')
    ran = project.run("build")
    assert ran.returncode == 2
    assert b"digigraph.toml:2: there is no setting 'queue'" in ran.stderr


def test_query_answers_in_every_format(published: Project) -> None:
    """A table for people, the standard formats for programs; a query from a file, from stdin, or as it is."""
    assert b"id:kth" in published.run("query", HOST).stdout
    assert published.run("query", HOST, "--format", "csv").stdout == b"h\r\nhttps://example.org/graph/id/kth\r\n"
    published.write("q.rq", "ASK { ?s ?p ?o }")
    assert published.run("query", str(published.folder / "q.rq")).stdout == b"true\n"
    turtle = published.run("query", "-", "--format", "nt", stdin=b"CONSTRUCT { ?s a ?c } { ?s a ?c } LIMIT 1")
    assert turtle.stdout.count(b" .\n") == 1


def test_an_output_file_is_whole_or_untouched(project: Project) -> None:
    """A build that cannot be written leaves what was there before."""
    target = project.folder / "out.nq"
    target.write_bytes(b"before")
    project.facts(WRONG)
    assert project.run("build", "-o", str(target)).returncode == 1
    assert target.read_bytes() == b"before"


def test_a_full_disk_is_a_clear_error(project: Project) -> None:
    """Writing to a full device, by name or as stdout, ends with exit code 3 and says why; the device stays one."""
    command = [sys.executable, "-m", "digigraph", "--project", str(project.folder), "build"]
    with Path("/dev/full").open("wb") as full:
        redirected = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, env=inherited())
    named = project.run("build", "-o", "/dev/full")
    for ran in (redirected, named):
        assert ran.returncode == 3
        assert b"No space left" in ran.stderr
        assert b"Traceback" not in ran.stderr
    assert Path("/dev/full").is_char_device()


@pytest.mark.long
def test_a_publication_that_is_killed_at_any_moment_changes_nothing(published: Project) -> None:
    """SIGKILL at thirty moments of `digigraph publish`: the state before, or the new one whole, is what answers."""
    states = {published.run("build").stdout}
    for step in range(30):
        published.write(
            "data/things/more.yaml", f"uu: {{type: Organization, name: {{sv: Uppsala {step}, en: Uppsala {step}}}}}\n"
        )
        states.add(published.run("build").stdout)
        publisher = subprocess.Popen(
            [sys.executable, "-m", "digigraph", "--project", str(published.folder), "publish"],
            stderr=subprocess.DEVNULL,
            env=inherited(),
        )
        with contextlib.suppress(subprocess.TimeoutExpired):
            publisher.wait(0.05 * step)
        publisher.kill()
        publisher.wait()
        assert published.run("dump").stdout in states
        assert published.run("snapshots", "verify").returncode == 0
    assert published.run("publish").returncode == 0
    assert published.run("dump").stdout == published.run("build").stdout
    assert list((published.folder / ".digigraph/staging").glob("*")) == []


def test_changes_lead_from_one_state_to_another(published: Project) -> None:
    """A patch between any two states, by name or number, in either direction; also of states that were pruned."""
    first = published.run("dump").stdout
    published.write("data/things/more.yaml", MORE)
    published.run("publish")
    second = published.run("dump").stdout
    names = [line.split()[-9] for line in published.run("snapshots", "list").stdout.decode().splitlines()]
    assert published.run("changes", "1", "2", "--format", "removed").stdout == b""
    added = published.run("changes", *names, "--format", "added").stdout
    assert b"".join(sorted((first + added).splitlines(keepends=True))) == second
    patch = published.run("changes", "1", "2").stdout
    back = published.run("changes", names[1], "1").stdout
    assert [line[2:] for line in patch.splitlines() if line[:2] == b"A "] == added.splitlines()
    assert [line[2:] for line in back.splitlines() if line[:2] == b"D "] == added.splitlines()
    assert f"H prev <https://example.org/graph/snapshots/{names[0]}> .".encode() in patch.splitlines()
    target = published.folder / "patch.rdfp"
    published.run("snapshots", "prune", "--keep", "1")
    assert published.run("changes", "1", "2", "-o", str(target)).returncode == 0
    assert target.read_bytes() == patch
    assert published.run("changes", "1").returncode == 2


def test_every_command_takes_a_state_by_its_number(published: Project) -> None:
    """What `changes` understands, the others do as well."""
    published.write("data/things/more.yaml", MORE)
    published.run("publish")
    (first, second) = (line.split()[-9] for line in published.run("snapshots", "list").stdout.decode().splitlines())
    assert published.run("snapshots", "activate", "1").stdout.decode() == f"{first} is active\n"
    assert published.run("snapshots", "verify", "2").stdout.decode().startswith(f"{second}: ")
    assert published.run("dump", "--snapshot", "2").stdout == published.run("dump", "--snapshot", second).stdout != b""


def test_a_refusal_shows_the_lines_at_fault(project: Project) -> None:
    """As `validate` does: who publishes need not run another command to see what is wrong."""
    project.facts(WRONG)
    for command in ("publish", "build"):
        told = project.run(command).stderr.decode()
        assert "\n    10 |   - quote: " in told


def test_a_state_that_there_is_not_is_wrong_use(published: Project) -> None:
    """Every command that takes the name of a state says that there is none of it, and ends with 2."""
    for command in (
        ["changes", "1", "9"],
        ["dump", "--snapshot", "9"],
        ["snapshots", "verify", "9"],
        ["snapshots", "activate", "9"],
    ):
        unknown = published.run(*command)
        assert (unknown.returncode, unknown.stdout) == (2, b""), command
        assert b"There is no state '9'" in unknown.stderr
