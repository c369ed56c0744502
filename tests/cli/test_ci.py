"""What others put into their CI: hooks of pre-commit, the GitHub action, the GitLab job, the line of docs/ci.md."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from projects import REPOSITORY, made_project

PARTS = ("src", ".ci", ".github", "pyproject.toml", "README.md", "LICENSE", "action.yml", ".pre-commit-hooks.yaml")
BIN = Path(sys.executable).parent
GIT = shutil.which("git") or "git"
SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e.x/> .
e:s a sh:NodeShape ; sh:targetSubjectsOf e:p ; sh:property [ sh:path e:p ; sh:nodeKind sh:IRI ] .
"""

GOOD, BAD = "<http://e.x/a> <http://e.x/p> <http://e.x/b> .\n", "<http://e.x/a>\n  <http://e.x/p> 1 .\n"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What hooks, action and job need of this repository, as others get it."""
    folder = tmp_path_factory.mktemp("source")
    for name in PARTS:
        if (REPOSITORY / name).is_dir():
            shutil.copytree(
                REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("*.egg-info", "__pycache__")
            )
        else:
            shutil.copy(REPOSITORY / name, folder / name)
    return folder


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment of its own: a home, a name for git, nothing of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DIGIGRAPH_", "GIT_", "XDG_"))}
    folder = tmp_path / "home"
    folder.mkdir()
    config = "[user]\n name = Somebody\n email = somebody@example.org\n[init]\n defaultBranch = main\n"
    (folder / ".gitconfig").write_text(config, encoding="utf-8")
    return {**kept, "HOME": str(folder), "PRE_COMMIT_HOME": str(folder / "pre-commit"), "GIT_CONFIG_NOSYSTEM": "1"}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A repository of somebody with a good and a bad file and shapes."""
    folder = tmp_path / "somebody's files"
    (folder / "data").mkdir(parents=True)
    for name, text in (("shapes.ttl", SHAPES), ("data/good.ttl", GOOD), ("data/bad.ttl", BAD)):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def run(command: list[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def commit(folder: Path, environment: dict[str, str]) -> str:
    """Make a commit of everything in a folder, and return its hash."""
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "--no-verify", "-m", "All"]):
        subprocess.run([GIT, *arguments], cwd=folder, env=environment, check=True, capture_output=True)
    return run([GIT, "rev-parse", "HEAD"], folder, environment).stdout.strip()


def many_that_need_each_other(folder: Path) -> None:
    """Make files whose names are too long together for one command of pre-commit; each needs what the last one says."""
    folder.mkdir()
    name = "n" * 200
    for number in range(700):
        text = f"<http://e.x/{number}> <http://e.x/p> <http://e.x/{number + 1}> .\n"
        (folder / f"{name}{number}.ttl").write_text(text, encoding="utf-8")
    classes = "".join(f"<http://e.x/{number}> a <http://e.x/C> .\n" for number in range(701))
    (folder / f"{name}.ttl").write_text(f"{classes}<http://e.x/b> a <http://e.x/C> .\n", encoding="utf-8")


@pytest.mark.long
def test_the_hooks_run_under_the_real_pre_commit(source: Path, files: Path, home: dict[str, str]) -> None:
    """pre-commit installs them from here; a bad file stops the commit at its line, good ones and a project pass."""
    made = made_project(files / "made").folder
    for each in made.iterdir():
        each.rename(files / each.name if each.name != "data" else files / "data/made")
    for each in (files / "data/made").iterdir():
        each.rename(files / "data" / each.name)
    (files / "data/bad.ttl").rename(files / "bad.ttl")
    (files / "data/good.ttl").rename(files / "good.ttl")
    many_that_need_each_other(files / "many")
    (files / "shapes.ttl").write_text(f"{SHAPES}e:s sh:property [ sh:path e:p ; sh:class e:C ] .\n", encoding="utf-8")
    hooks = "{id: digigraph}, {id: digigraph-rdf, args: [--shapes, shapes.ttl, --, good.ttl, bad.ttl, many]}"
    config = f"repos:\n- repo: {source}\n  rev: {commit(source, home)}\n  hooks: [{hooks}]\n"
    (files / ".pre-commit-config.yaml").write_text(config, encoding="utf-8")
    commit(files, home)
    pre_commit = [str(BIN / "pre-commit"), "run", "--color", "never"]
    ran = run([*pre_commit, "--all-files"], files, home)
    assert ran.returncode == 1, ran.stderr
    assert re.findall(r"^(digigraph \(.*?\))\.*(\w+)$", ran.stdout, re.MULTILINE) == [
        ("digigraph (graph project)", "Passed"),
        ("digigraph (RDF files)", "Failed"),
    ], ran.stdout
    assert "bad.ttl:2:18: violation: " in ran.stdout
    assert ran.stdout.count(": violation: ") == 2
    # What is named is checked whole, also where the commit has a part of it.
    assert run([*pre_commit, "--files", "good.ttl"], files, home).returncode == 1
    (files / "bad.ttl").write_text(GOOD, encoding="utf-8")
    assert run([*pre_commit, "--all-files"], files, home).returncode == 0
    # What a commit only deletes may be missed by what stays.
    commit(files, home)
    run([GIT, "rm", "-q", f"many/{'n' * 200}.ttl"], files, home)
    ran = run([*pre_commit], files, home)
    assert (ran.returncode, "good.ttl:1:" in ran.stdout) == (1, True), ran.stdout
    run([GIT, "reset", "-q", "--hard"], files, home)
    facts = files / "data/documents/nhd-page.yaml"
    facts.write_text(facts.read_text(encoding="utf-8").replace("huvudman KTH", "huvudman KHT"), encoding="utf-8")
    ran = run([*pre_commit, "digigraph", "--files", str(facts)], files, home)
    assert (ran.returncode, "[quote-not-found]" in ran.stdout) == (1, True)


@pytest.mark.parametrize(("schema", "path"), [("github-actions", "action.yml"), ("gitlab-ci", "docs/ci/gitlab.yml")])
def test_files_for_ci_follow_their_schemas(schema: str, path: str) -> None:
    """GitHub's of actions, GitLab's of pipelines."""
    command = [str(BIN / "check-jsonschema"), "--builtin-schema", f"vendor.{schema}", str(REPOSITORY / path)]
    assert run(command, REPOSITORY, dict(os.environ)).returncode == 0


def test_the_hooks_file_is_one_for_pre_commit() -> None:
    """By its own check."""
    command = [str(BIN / "pre-commit"), "validate-manifest", str(REPOSITORY / ".pre-commit-hooks.yaml")]
    assert run(command, REPOSITORY, dict(os.environ)).returncode == 0


def test_the_action_has_no_hole_that_is_known(home: dict[str, str]) -> None:
    """zizmor, at its most pedantic, finds nothing in it: no template in a script, nothing unpinned."""
    command = [str(BIN / "zizmor"), "--offline", "--persona=auditor", "--no-config", str(REPOSITORY / "action.yml")]
    ran = run(command, REPOSITORY, home)
    assert ran.returncode == 0, ran.stdout


def test_the_workflow_of_the_guide_is_one_without_holes(tmp_path: Path, home: dict[str, str]) -> None:
    """It follows GitHub's schema, and zizmor finds nothing: least permissions, everything pinned by a hash."""
    guide = (REPOSITORY / "docs/ci.md").read_text(encoding="utf-8").partition("## GitHub")[2]
    (workflow,) = re.findall(r"```yaml\n(.*?)```", guide.partition("\n## ")[0], re.DOTALL)
    file = tmp_path / ".github/workflows/graph.yml"
    file.parent.mkdir(parents=True)
    file.write_text(workflow.replace("OWNER/digigraph", "somebody/digigraph").replace("@HASH", f"@{'0' * 40}"))
    schema = [str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.github-workflows", str(file)]
    holes = [str(BIN / "zizmor"), "--offline", "--no-config", str(file)]
    for command in (schema, holes):
        ran = run(command, tmp_path, home)
        assert ran.returncode == 0, ran.stdout


def test_the_action_uses_no_action_of_others() -> None:
    """What is not used needs no trust and no pin."""
    assert "uses" not in {key for step in action()["runs"]["steps"] for key in step}


def action() -> dict[str, Any]:
    return yaml.safe_load((REPOSITORY / "action.yml").read_text(encoding="utf-8"))


def steps_run(
    source: Path, workspace: Path, home: dict[str, str], **inputs: str
) -> list[subprocess.CompletedProcess[str]]:
    """Run the steps of the action as a runner does, expressions filled in; all of them, until one fails."""
    made = action()
    given = {name: str(about["default"]) for name, about in made["inputs"].items()} | inputs
    outputs = workspace.parent / "outputs"
    outputs.write_text("", encoding="utf-8")
    environment = {
        **home,
        "PATH": f"{workspace.parent / 'bin'}:{home['PATH']}",
        "GITHUB_ACTION_PATH": str(source),
        "GITHUB_WORKSPACE": str(workspace),
        "GITHUB_OUTPUT": str(outputs),
        "GITHUB_REPOSITORY": "somebody/graph",
        "GITHUB_SHA": "0" * 40,
        "GITHUB_REF": "refs/heads/main",
        "RUNNER_TEMP": str(workspace.parent),
    }

    def value(expression: re.Match[str]) -> str:
        known = dict(line.split("=", 1) for line in outputs.read_text(encoding="utf-8").splitlines())
        kind, _, name = expression[1].partition(" ||")[0].strip().partition(".")
        return given[name] if kind == "inputs" else known.get(name.rpartition(".")[2], "")

    ran = []
    for step in made["runs"]["steps"]:
        filled = {name: re.sub(r"\$\{\{(.*?)\}\}", value, text) for name, text in step["env"].items()}
        script = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        ran.append(run(script, workspace, {**environment, **filled}))
        if ran[-1].returncode:
            break
    return ran


@pytest.fixture
def github(tmp_path: Path) -> Path:
    """A stand-in for GitHub's command line, which keeps what it was asked."""
    path = tmp_path / "bin/gh"
    path.parent.mkdir()
    path.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/asked\n', encoding="utf-8")
    path.chmod(0o755)
    return tmp_path / "asked"


@pytest.mark.long
def test_the_action_annotates_uploads_and_fails(source: Path, files: Path, home: dict[str, str], github: Path) -> None:
    """Its steps, run for real: an annotation at the line, the report as SARIF to code scanning, then exit code 1."""
    checked, uploaded, ended = steps_run(source, files, home, paths="data\n", shapes="shapes.ttl", token="hidden")  # noqa: S106 - no password
    assert checked.returncode == uploaded.returncode == 0, checked.stderr + uploaded.stderr
    assert checked.stdout.startswith("::error file=data/bad.ttl,line=2,col=18,")
    assert ended.returncode == 1
    asked = github.read_text(encoding="utf-8").splitlines()
    assert asked[:4] == ["api", "--method", "POST", "repos/somebody/graph/code-scanning/sarifs"]
    fields = dict(each.split("=", 1) for each in asked if "=" in each)
    assert (fields["commit_sha"], fields["ref"]) == ("0" * 40, "refs/heads/main")
    log = json.loads(gzip.decompress(base64.b64decode(Path(fields["sarif"][1:]).read_text(encoding="ascii"))))
    (result,) = log["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "data/bad.ttl"
    assert "hidden" not in "".join(asked)


@pytest.mark.long
def test_a_file_that_cannot_be_read_hides_nothing_in_the_action(
    source: Path, files: Path, home: dict[str, str], github: Path
) -> None:
    """It is an annotation among those of the other files, the report is uploaded, and then the job ends with code 2."""
    (files / "data/nowhere.ttl").symlink_to("nothing")
    checked, uploaded, ended = steps_run(source, files, home, paths="data", shapes="shapes.ttl")
    assert checked.returncode == uploaded.returncode == 0, checked.stderr + uploaded.stderr
    assert re.findall("^::error file=(.*?),", checked.stdout, re.MULTILINE) == ["data/bad.ttl", "data/nowhere.ttl"]
    assert "sarif=@" in github.read_text(encoding="utf-8")
    assert ended.returncode == 2


@pytest.mark.long
def test_the_action_checks_a_project_in_a_folder(source: Path, files: Path, home: dict[str, str], github: Path) -> None:
    """Files are named from the top of the repository; a good project passes."""
    project = made_project(files / "graph")
    assert [each.returncode for each in steps_run(source, files, home, project="graph")] == [0, 0, 0]
    project.facts("  - quote: nobody says this\n    says: [{subject: nhd, host: kth}]\n")
    checked, _, ended = steps_run(source, files, home, project="graph")
    assert "file=graph/data/documents/nhd-page.yaml,line=" in checked.stdout
    assert ended.returncode == 1


@pytest.mark.long
def test_inputs_of_the_action_are_never_commands(source: Path, files: Path, home: dict[str, str], github: Path) -> None:
    """Whatever is written into them is a file that there is not: exit code 2, and nothing was run."""
    hostile = '$(touch pwned)`touch pwned`"; touch pwned; "\n--help'
    (checked,) = steps_run(source, files, home, paths=hostile, shapes=hostile, baseline=hostile)
    assert checked.returncode == 2
    assert not list(files.parent.rglob("pwned"))


@pytest.mark.long
@pytest.mark.parametrize(
    ("check", "code", "told"),
    [
        ("data --shapes shapes.ttl", 1, ["data/bad.ttl"]),
        ("data/good.ttl --shapes shapes.ttl", 0, []),
        ("--shapes shapes.ttl -- data -dash.ttl nowhere.ttl", 2, ["-dash.ttl", "data/bad.ttl", "nowhere.ttl"]),
    ],
)
def test_the_gitlab_job_runs(
    source: Path, files: Path, home: dict[str, str], check: str, code: int, told: list[str]
) -> None:
    """Its script, as a runner runs it, writes both reports and ends with the exit code of the check; a file that cannot
    be read, or has the name of an option, stands among the others.
    """
    (files / "-dash.ttl").write_text(BAD.replace("e.x/a", "e.x/c"), encoding="utf-8")
    (files / "nowhere.ttl").symlink_to("nothing")
    job = yaml.safe_load((REPOSITORY / "docs/ci/gitlab.yml").read_text(encoding="utf-8"))["digigraph"]
    script = "\n".join(job["script"]).replace("/tmp/digigraph", f"{files.parent}/venv")  # noqa: S108 - in the script
    variables = {**job["variables"], "CHECKER": str(source), "CHECK": check}
    ran = run(["bash", "-eo", "pipefail", "-c", script], files, {**home, **variables})
    assert ran.returncode == code, ran.stderr
    quality = json.loads((files / job["artifacts"]["reports"]["codequality"]).read_text(encoding="utf-8"))
    assert [each["location"]["path"] for each in quality] == told
    assert ("<failure" in (files / job["artifacts"]["reports"]["junit"]).read_text(encoding="utf-8")) == bool(code)
    assert [each for each in told if f"\n{each}:" in f"\n{ran.stdout}"] == told


@pytest.fixture(scope="module")
def gitlab(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A runner of GitLab jobs, installed for this run."""
    if shutil.which("node") is None or (npm := shutil.which("npm")) is None:
        pytest.skip("node and npm are not on this machine")
    if shutil.which("rsync") is None:
        pytest.skip("rsync is not on this machine")
    folder = tmp_path_factory.mktemp("gitlab")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(REPOSITORY / ".ci/gitlab" / name, folder)
    arguments = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    if subprocess.run(arguments, cwd=folder, capture_output=True, check=False).returncode:
        pytest.skip("npm cannot install the runner of GitLab jobs here")
    return str(folder / "node_modules/.bin/gitlab-ci-local")


@pytest.mark.long
@pytest.mark.parametrize(("check", "code"), [("data --shapes shapes.ttl", 1), ("data/good.ttl --shapes shapes.ttl", 0)])
def test_a_gitlab_runner_runs_the_job(
    gitlab: str, source: Path, files: Path, home: dict[str, str], check: str, code: int
) -> None:
    """gitlab-ci-local reads the file as GitLab does, runs its job in a copy and collects its reports."""
    text = (REPOSITORY / "docs/ci/gitlab.yml").read_text(encoding="utf-8")
    made = text.replace("/tmp/digigraph", f"{files.parent}/venv")  # noqa: S108 - in the script
    (files / ".gitlab-ci.yml").write_text(made, encoding="utf-8")
    commit(files, home)
    run([GIT, "remote", "add", "origin", "git@gitlab.example.org:somebody/files.git"], files, home)
    variables = [f"CHECKER={source}", f"CHECK={check}"]
    command = [gitlab, "--force-shell-executor", *(part for each in variables for part in ("--variable", each))]
    ran = run([*command, "digigraph"], files, home)
    assert ran.returncode == code, ran.stdout + ran.stderr
    quality = json.loads((files / "gl-code-quality-report.json").read_text(encoding="utf-8"))
    assert [each["location"]["path"] for each in quality] == ["data/bad.ttl"] * code
    assert ("<failure" in (files / "digigraph-junit.xml").read_text(encoding="utf-8")) == bool(code)
    assert ("bad.ttl:2:" in ran.stdout) == bool(code)


def test_the_shell_line_of_the_guide_runs(files: Path, home: dict[str, str]) -> None:
    """Word for word as in docs/ci.md: exit code 1 and a report that names the file."""
    (line,) = re.findall(r"```sh\n(.*?)```", (REPOSITORY / "docs/ci.md").read_text(encoding="utf-8"), re.DOTALL)
    ran = run(["sh", "-c", line], files, {**home, "PATH": f"{BIN}:{home['PATH']}"})
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "bad.ttl" in (files / "digigraph-junit.xml").read_text(encoding="utf-8")


def test_the_guide_names_every_hook_and_input() -> None:
    """Hooks, inputs with their defaults, and the permission to upload."""
    guide = (REPOSITORY / "docs/ci.md").read_text(encoding="utf-8")
    for hook in yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")):
        assert f"- id: {hook['id']}" in guide
    for name in action()["inputs"]:
        assert f"`{name}`" in guide
    assert "security-events: write" in guide
