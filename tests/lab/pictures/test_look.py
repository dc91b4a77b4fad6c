"""What `look` draws are the module's own numbers, and a learner's own picture stays out of the notebook."""

import base64
import json
import re
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from PIL import Image

from attention_lab.pictures.look import COARSE, THICK, TOP, look
from attention_lab.pictures.own_picture import OwnPicture, my_picture

PICTURE = torch.linspace(0, 1, 3 * 20 * 30).view(3, 20, 30)
GRID = (4, 6)


@pytest.fixture
def shown(monkeypatch):
    """Returns a function that calls `look` and returns what it displays: page, caption, still drawing and panels."""
    def call(*args, **options):
        out = []
        monkeypatch.setattr("IPython.display.display", lambda data, raw: out.append(data))
        look(*args, **options)
        page = out[0]["text/html"]
        still = ElementTree.fromstring(base64.b64decode(re.search(r'src="data:image/svg\+xml;base64,([^"]+)', page)[1]))
        panels = json.JSONDecoder().raw_decode(page, page.index("})(") + 3)[0]
        return page, out[0]["text/plain"], still, panels
    return call


def unpacked(text, *shape):
    return torch.from_numpy(np.frombuffer(base64.b64decode(text), "<u2").astype("int64")).view(*shape)


def test_the_numbers_are_those_of_the_tensor(shown):
    weights = (3 * torch.randn(24, 24)).softmax(1)
    _, caption, still, [panel] = shown(weights, PICTURE, grid=GRID, start=(1, 2))
    keys, drawn = (unpacked(panel[name], 24, TOP) for name in ("keys", "weights"))
    torch.testing.assert_close(drawn / panel["unit"], weights.gather(1, keys), atol=1 / panel["unit"], rtol=0,
                               check_dtype=False)
    assert weights.gather(1, keys).min(1).values.ge(weights.sort(1).values[:, -TOP]).all()
    widths = [float(arc.get("stroke-width")) for arc in still.iter() if arc.get("class") == "arc"]
    torch.testing.assert_close(torch.tensor(widths), THICK * weights[8].sort(descending=True).values[:TOP],
                               atol=0.01, rtol=0)
    row, column = divmod(int(weights[8].argmax()), 6)
    assert caption.startswith(f"Row 1, column 2 reads: {weights[8].max():.2f} from row {row}, column {column}, ")


def test_a_map_a_memory_heads_and_gates_of_channels(shown):
    map_, gates = torch.rand(4, 6), torch.tensor([0.2, 0.9, 0.5])
    _, caption, still, [panel, other] = shown({"map": map_, "gates": gates}, PICTURE)
    torch.testing.assert_close(unpacked(panel["values"], 4, 6) / panel["unit"], map_, atol=1e-4, rtol=0,
                               check_dtype=False)
    assert caption == (f"map: {map_[2, 3]:.2f} at row 2, column 3; gates: 3 channels, most open 1 with 0.90, least 0 "
                       "with 0.20.")
    heights = [float(bar.get("height")) for bar in still.iter() if len(bar) and bar[0].tag.endswith("title")]
    assert caption.endswith(f"; {other['says']}.")
    assert heights == pytest.approx([gate / 0.9 * max(heights) for gate in gates.tolist()], rel=1e-3)
    memory = torch.zeros(24, 3)
    memory[:, 2] = 1
    assert shown(memory, PICTURE, grid=GRID, keys=["a", "b", "c"])[1].endswith("1.00 from c, 1.00 from the 3 largest.")
    merged = torch.zeros(2, 24, 6)
    merged[:, :, 5] = 1
    _, caption, _, panels = shown(lambda x: merged[None] * x.shape[0], PICTURE, grid=GRID, keys=(2, 3))
    assert len(panels) == 2 and "head 1: 1.00 from row 1, column 2" in caption


@pytest.mark.parametrize("weights, options, message", [
    (torch.ones(24, 24) / 24, {"grid": (4, 5)}, "24 rows, and the grid (4, 5) has 20 positions"),
    (torch.ones(24, 7) / 7, {"grid": GRID}, "7 keys, and `keys` (4, 6) are 24"),
    (-torch.ones(4, 6), {}, "from 0 to 4, got -1 to -1"),
    (torch.ones(2, 2, 4, 6), {}, "must be (N, K), (heads, N, K), (h, w) or (C,), got (2, 2, 4, 6)"),
    (torch.ones(4, 6), {"start": (4, 0)}, "start (4, 0) is outside the 4 x 6 positions"),
])
def test_what_does_not_fit_is_refused(shown, weights, options, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        shown(weights, PICTURE, **options)


def test_an_own_picture_is_linked_and_not_stored(shown, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    import IPython  # noqa: F401  as in a notebook

    Image.new("RGB", (60, 40), (255, 0, 0)).save("me.png")
    own = my_picture("me.png", (20, 30))
    page, _, still, _ = shown(lambda x: x[:, 0, ::5, ::5], own)
    assert isinstance(own, OwnPicture) and '<img hidden alt="" class="own" src="me.png">' in page
    [drawn] = [image.get("href") for image in still.iter() if image.get("class") == "picture"]
    assert drawn == [image.get("href") for image in shown(torch.ones(4, 6), torch.full((3, 1, 1), 0.5))[2].iter()
                     if image.get("class") == "picture"][0]
    with pytest.raises(ValueError, match=f"more than {COARSE} rows or columns may show what is in your picture"):
        shown(torch.ones(50, 50), own)
    kept = my_picture("me.png", (20, 30), keep=True)
    assert kept.shape == (3, 20, 30) and kept[0].eq(1).all() and kept[1:].eq(0).all()
    with pytest.raises(FileNotFoundError, match="there is no file 'you.png'"):
        my_picture("you.png")
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(ValueError, match="'text.png' is not a picture"):
        my_picture("text.png")


def test_without_a_notebook_an_own_picture_is_one_of_ours(monkeypatch, tmp_path):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert my_picture(tmp_path / "me.png", (20, 30)).shape == (3, 20, 30)
