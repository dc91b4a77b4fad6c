"""What GitHub runs: the workflows have the right form, and call commands that this repository has."""

import importlib.util
import json
import re
import subprocess
import sys

import pytest
import yaml

from autograder.lessons import course
from tests.conftest import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
CONTAINER = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))


def commands():
    """Every line that a workflow, the Dockerfile or the container runs."""
    jobs = [job for path in WORKFLOWS for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()]
    lines = [line for job in jobs for step in job["steps"] for line in step.get("run", "").splitlines()]
    return [*lines, *re.findall(r"^RUN (.*)", DOCKERFILE, re.M), CONTAINER["postAttachCommand"]]


def test_workflows_have_the_form_that_github_wants():
    program = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    run = subprocess.run([*program, *WORKFLOWS], capture_output=True, text=True)
    assert len(WORKFLOWS) == 2 and run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("command", commands())
def test_a_command_names_only_what_there_is(command):
    calls = re.search(r"(?:^|=\$PATH\" )make ((?:[\w./-]+(?: |$))*)", command)
    for target in calls[1].split() if calls else []:
        assert re.search(rf"^(?:[\w./-]+ )*{re.escape(target)}(?: [\w./-]+)*:", MAKEFILE, re.M), target
    for module in re.findall(r"python -m ([\w.]+)", command):
        assert importlib.util.find_spec(module), module
    for path in re.findall(r"\b(?:tests|builder|docs)/[\w./]+\.py", command):
        assert (ROOT / path).exists(), path


def test_the_image_has_what_sets_it_up_before_it_is_set_up():
    before = DOCKERFILE.partition("RUN make")[0]
    files = " ".join(re.findall(r"^COPY (.*) \S+$", before, re.M)).split()
    assert {"Makefile", "constraints.txt", "pyproject.toml", "course/pyproject.toml", "builder/start.py",
            "builder/set_up.py"} <= {*files} and all((ROOT / file).exists() for file in files)
    assert (ROOT / ".devcontainer" / CONTAINER["build"]["dockerfile"]).resolve() == ROOT / "Dockerfile"


def test_a_workflow_that_publishes_names_its_own_repository(monkeypatch):
    monkeypatch.setenv("COURSE_REPOSITORY", "somebody/attention")
    assert course.repository() == "somebody/attention"
