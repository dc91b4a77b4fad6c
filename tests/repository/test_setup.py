"""The three lists of packages agree, and what is installed is what was tested."""

import re
import tomllib
from importlib.metadata import version

import yaml
from packaging.requirements import Requirement
from packaging.version import Version

from tests.conftest import ROOT

COURSE = "-e ./course"
CONDA_NAMES = {"pytorch": "torch", "matplotlib-base": "matplotlib", "python-fastjsonschema": "fastjsonschema"}


def bounds():
    """{package: lower bound} of both pyproject.toml files."""
    root = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    library = tomllib.loads((ROOT / "course/pyproject.toml").read_text())["project"]
    lines = [*library["dependencies"], *(line for group in root.values() for line in group if isinstance(line, str))]
    return {r.name: str(r.specifier).removeprefix(">=") for r in map(Requirement, lines)} | {
        "python": library["requires-python"].removeprefix(">=")}


def constraints():
    """{package: version} of constraints.txt."""
    lines = (line.strip() for line in (ROOT / "constraints.txt").read_text().splitlines())
    return {name.lower(): number for name, number in (line.split("==") for line in lines
                                                      if line and not line.startswith("#"))}


def test_conda_asks_for_the_same_as_pip():
    entries = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    from_pip = next(entry["pip"] for entry in entries if isinstance(entry, dict))
    listed = dict(re.fullmatch(r"([\w-]+)>=([\d.]+)(?:;.*)?", entry).groups() for entry in [*entries, *from_pip]
                  if isinstance(entry, str) and entry not in ("pip", COURSE))
    assert {CONDA_NAMES.get(name, name): bound for name, bound in listed.items()} == bounds()
    assert COURSE in from_pip


def test_every_package_is_tested_at_or_above_its_lower_bound():
    pins = constraints()
    for name, bound in bounds().items():
        if name != "python":
            assert Version(pins[name]) >= Version(bound), name


def test_the_tested_versions_are_the_installed_ones():
    pins = constraints()
    for name in bounds():
        if name != "python":
            assert Version(version(name)).public == pins[name], name
