"""What datasets/ says: its makers write the files that the library ships, byte for byte."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT, need


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["photos", "digits"])
def test_the_shipped_files_are_made_again_byte_for_byte(name, tmp_path):
    """With the packages that the maker's first lines name."""
    shutil.copytree(ROOT / "datasets", tmp_path / "datasets")
    made, maker = tmp_path / "course/attention_lab" / name, tmp_path / "datasets" / name / "make.py"
    made.mkdir(parents=True)
    wanted = re.search("pip install (.*)", maker.read_text(encoding="utf-8"))[1].split()
    loaded = subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", tmp_path / "packages", *wanted],
                            capture_output=True, text=True)
    need([f"{' '.join(wanted)} (pip: {loaded.stderr[-300:]})"] if loaded.returncode else [])
    subprocess.run([sys.executable, "-m", f"datasets.{name}.make"], cwd=tmp_path, check=True,
                   env=os.environ | {"PYTHONPATH": f"{tmp_path / 'packages'}"})
    shipped = {path.name: path.read_bytes() for path in (ROOT / "course/attention_lab" / name).iterdir()}
    assert {path.name: path.read_bytes() for path in made.iterdir()} | {"CARD.md": shipped["CARD.md"]} == shipped
