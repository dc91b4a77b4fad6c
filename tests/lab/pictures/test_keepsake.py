"""A picture to keep is written beside the notebook, and a learner's own photograph stays in that file."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from attention_lab.pictures.keepsake import keepsake
from attention_lab.pictures.own_picture import OwnPicture

PICTURE, MAP = torch.rand(3, 20, 30), torch.rand(5, 5)


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Calls `keepsake` with rows, and returns the file and what the notebook stores."""
    monkeypatch.chdir(tmp_path)

    def call(rows, file="mine.png"):
        out = []
        monkeypatch.setattr("IPython.display.display", out.append)
        monkeypatch.setattr("attention_lab.pictures.keepsake.notebook", lambda: True)
        keepsake(file, "My <gate>", rows, "100 % right")
        return tmp_path / file, out[0].data

    return call


def test_the_file_and_the_output_are_one_picture(kept):
    file, stored = kept({"what it sees": [("a", PICTURE), ("b", PICTURE)], "where it looks": [("c", MAP), ("d", MAP)]})
    assert Image.open(file).size == (1200, 630)
    assert 'src="data:image/png;base64,' in stored


def test_an_own_photograph_is_only_linked(kept):
    file, stored = kept({"me": [("", OwnPicture(Path("me.jpg"), PICTURE))]}, "it's me.png")
    assert Image.open(file).size == (1200, 630)
    assert 'src="it%27s%20me.png"' in stored and "My &lt;gate&gt;" in stored and len(stored) < 200


def test_a_script_writes_the_file_and_prints_where(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    keepsake("mine.png", "", {"": [("", MAP.half().requires_grad_())]}, "")
    assert Image.open("mine.png").size == (1200, 630) and capsys.readouterr().out == f"{tmp_path / 'mine.png'}\n"


@pytest.mark.parametrize("file, rows, said", [
    ("../mine.png", {"": [("", MAP)]}, "plain name"), ("mine.txt", {"": [("", MAP)]}, "mine.txt"),
    ("mine.png", {"a": [("", MAP)], "b": []}, r"\[0, 1\]"), ("mine.png", {"a": [("", 9 * PICTURE)]}, "0 to 1"),
    *(("mine.png", {"a": [("", each)]}, r"a map \(H, W\) must be numbers from 0 to 1") for each in (
        MAP - 1, 9 * MAP, MAP * float("nan"), MAP[:0]))])
def test_what_it_refuses(kept, file, rows, said):
    with pytest.raises(ValueError, match=said):
        kept(rows, file)


def test_a_faint_map_is_seen_and_a_price_is_no_formula(kept):
    files = [kept({"$5": [("$a_{b$", share * MAP)]}, f"{share}.png")[0] for share in (1, 1e-4)]
    drawn, faint = (torch.tensor(list(Image.open(file).convert("L").tobytes())).float() for file in files)
    assert (drawn - faint).abs().max() <= 2
