"""Adds what graders need to the wheel as data, which pip installs below sys.prefix and outside of site-packages.

The notebooks go without their outputs: nothing that grades reads them, and they are most of the size.
"""

import json
import tempfile
import tomllib
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

ROOT = Path(__file__).resolve().parents[1]
WHAT = ("pyproject.toml", "course/pyproject.toml", "autograder/**/*", "builder/**/*.py", "course/[0-9e]*_*/**/*",
        "solutions/course.toml", "solutions/shared/*.py", "solutions/*/*.py", "solutions/*/catalogue/*.py",
        "solutions/*/*.json", "solutions/notebooks/*/*.ipynb")
LEFT_OUT = "__pycache__", ".ipynb_checkpoints", "measured.json", "real.json", "longer.json"


class Graders(BuildHookInterface):
    def initialize(self, version, build_data):
        self.scratch = tempfile.TemporaryDirectory()
        for path in sorted({path for what in WHAT for path in ROOT.glob(what)}):
            name = path.relative_to(ROOT)
            if path.is_file() and not {*LEFT_OUT} & {*name.parts} and "own_" not in str(name):
                source = self._without_outputs(name) if path.suffix == ".ipynb" else path
                build_data["shared_data"][str(source)] = f"share/attention-by-hand/{name.as_posix()}"

    def _without_outputs(self, name):
        content = json.loads((ROOT / name).read_text(encoding="utf-8"))
        for cell in content["cells"]:
            cell |= {"outputs": []} if cell["cell_type"] == "code" else {}
        path = Path(self.scratch.name, "-".join(name.parts))
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return path


class OneList(MetadataHookInterface):
    """The version is the library's, and what is needed is what a clone's `make class` installs, but pytest: the tests
    of graders are run in a clone."""

    def update(self, metadata):
        groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
        metadata["version"] = tomllib.loads((ROOT / "course/pyproject.toml").read_text(encoding="utf-8"))[
            "project"]["version"]
        metadata["dependencies"] = [f"attention-lab=={metadata['version']}",
                                    *(each for group in ("lab", "grade") for each in groups[group]
                                      if isinstance(each, str) and not each.startswith("pytest"))]
