"""What the comparison of the notebooks compares is the same on every computer, whatever its fonts, its settings, its
language and its time zone are."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import matplotlib
import nbformat
import pytest
from fontTools.ttLib import TTFont
from nbformat import v4

from builder import run
from tests import notebooks
from tests.conftest import ROOT

LESSON = "05c_vit"  # shows a picture with words, which is compared
PICTURES = ["""
import torch
from attention_lab.networks.training import Results
from attention_lab.pictures import *
_ = torch.manual_seed(0)
""", *[f"show({picture}, 'seen')" for picture in (
    "show_images(torch.rand(2, 3, 4, 6), ['a picture', 'another one'])",
    "show_images(torch.rand(1, 3, 256, 256), ['too large for an SVG'])",
    "show_maps({'a wide one': torch.randn(3, 9), 'a tall one': torch.rand(4, 2)}, 'value')",
    "show_gate(torch.rand(4), ['red', 'green', 'blue', 'depth'])",
    "show_means(torch.randn(5, 4, 6), channel=2)",
    "yours_against_expected(torch.rand(2, 3, 4, 6), torch.rand(2, 3, 4, 6))",
    "heat_map_over(torch.rand(3, 8, 6), torch.rand(4, 3), title='Trained above')",
    "maps_below(torch.rand(2, 3, 8, 6), {'fine': torch.rand(2, 8, 6)}, ['left', 'right'])",
    "score_bars(Results(('plain', 'SE'), (0, 1, 2), {(arm, seed): {'right': 10. + seed} for arm in ('plain', 'SE')"
    " for seed in (0, 1, 2)}), 'right answers (%)', highlight='SE')",
)]]
SETTINGS = "font.size: 20\nfigure.dpi: 50\nsavefig.dpi: 50\naxes.formatter.use_locale: True\nlines.linewidth: 5\n"
LIST_FONTS = "import tests.notebooks"  # as `make notebooks` does first
FORGET_FONTS = """
from matplotlib import cbook, font_manager, get_cachedir
fonts = font_manager.fontManager
fonts.ttflist = [font for font in fonts.ttflist if font.fname.startswith(str(cbook._get_data_path()))]
font_manager.json_dump(fonts, f"{get_cachedir()}/fontlist-v{fonts.__version__}.json")
"""
OF_A_HOME = re.compile("HOME|USERPROFILE|MPL.*|XDG_.*|IPYTHONDIR|JUPYTER_.*|LANG|LANGUAGE|LC_.*|TZ|PYTHONUTF8")

pytestmark = pytest.mark.nightly


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not OF_A_HOME.fullmatch(name)}
    return {**kept, "HOME": str(home), "USERPROFILE": str(home), "PYTHONPATH": f"{ROOT / 'course'}",
            "OMP_NUM_THREADS": "1", **more}


def install_fonts(home: Path) -> None:
    """Gives the home a font that calls itself Arial, and whose letters are much narrower than DejaVu's."""
    fonts = home / ".fonts"
    fonts.mkdir()
    font = TTFont(f"{matplotlib.get_data_path()}/fonts/ttf/STIXGeneral.ttf")
    for record in font["name"].names:
        record.string = {1: "Arial", 4: "Arial", 6: "Arial"}.get(record.nameID, record.toUnicode())
    font.save(fonts / "arial.ttf")


def without_a_list_of_fonts(home: Path) -> dict[str, str]:
    """A computer that needs long to find its fonts, as a Mac does."""
    install_fonts(home)
    slow = home / "bin/fc-list"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nsleep 4\n")
    slow.chmod(0o755)
    return environment(home, PATH=f"{slow.parent}{os.pathsep}{os.environ['PATH']}")


def with_a_list_older_than_its_fonts(home: Path) -> dict[str, str]:
    python("-c", LIST_FONTS, env=environment(home))
    install_fonts(home)
    return environment(home)


def with_the_font_of_matplotlib_alone(home: Path) -> dict[str, str]:
    python("-c", FORGET_FONTS, env=environment(home))
    return environment(home)


def set_up_differently(home: Path) -> dict[str, str]:
    """Neither a file nor the terminal is in UTF-8, and it is tomorrow."""
    install_fonts(home)
    (home / "matplotlibrc").write_text(SETTINGS)
    return environment(home, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", TZ="XYZ-14",
                       MPLCONFIGDIR=str(home), XDG_CACHE_HOME=str(home / "elsewhere"))


HOMES = without_a_list_of_fonts, with_a_list_older_than_its_fonts, with_the_font_of_matplotlib_alone, set_up_differently


def python(*arguments, env: dict[str, str]) -> None:
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=env, capture_output=True, encoding="utf-8",
                          errors="replace")
    assert not done.returncode, done.stdout[-6000:] + done.stderr[-2000:]


@pytest.fixture(scope="module")
def stored(tmp_path_factory) -> Path:
    """A folder with a lesson and with a notebook of pictures of all kinds, whose outputs were stored here."""
    folder = tmp_path_factory.mktemp("stored")
    notebooks.lay_out(folder / "all", experiments=False)
    shutil.copytree(folder / "all" / LESSON, folder / "compared" / LESSON)
    page = v4.new_notebook(cells=[v4.new_code_cell(cell, execution_count=1) for cell in PICTURES],
                           metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    (folder / "compared/pictures").mkdir()
    run.run(page, folder / "compared/pictures")
    nbformat.write(page, folder / "compared/pictures/pictures.ipynb")
    return folder / "compared"


@pytest.mark.parametrize("home", HOMES)
def test_the_notebooks_say_the_same(home, stored, tmp_path):
    env = home(tmp_path)
    python("-c", LIST_FONTS, env=env)
    python("-m", "pytest", "-p", "no:cacheprovider", "--nbval", "--nbval-cell-timeout=600", stored, env=env)
