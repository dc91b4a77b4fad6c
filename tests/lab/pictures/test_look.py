"""What `look` draws are the module's own numbers, and a learner's own picture stays out of the notebook."""

import base64
import json
import re
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from PIL import Image

from attention_lab.lessons.surgery.pictures import lit
from attention_lab.pictures.look import COARSE, THICK, TOP, look
from attention_lab.pictures.own_picture import OwnPicture, my_picture, pixels

PICTURE = torch.linspace(0, 1, 3 * 20 * 30).view(3, 20, 30)
GRID = (4, 6)


@pytest.fixture
def shown(monkeypatch):
    """Returns a function that calls `look` and returns what it displays: page, caption, still drawing and panels."""
    def call(*args, **options):
        out = []
        monkeypatch.setattr("attention_lab.pictures.look.put", lambda *given: out.extend(given))
        look(*args, **options)
        page = out[0]
        still = ElementTree.fromstring(base64.b64decode(re.search(r'src="data:image/svg\+xml;base64,([^"]+)', page)[1]))
        panels = json.JSONDecoder().raw_decode(page, page.index("})(") + 3)[0]
        return page, out[1], still, panels
    return call


def unpacked(text, kind, *shape):
    return torch.from_numpy(np.frombuffer(base64.b64decode(text), kind).astype("float64")).view(*shape)


def test_the_numbers_are_those_of_the_tensor(shown):
    weights = (3 * torch.randn(24, 24)).softmax(1)
    _, caption, still, [panel] = shown(weights, PICTURE, grid=GRID, start=(1, 2))
    keys, drawn = unpacked(panel["keys"], "<u2", 24, TOP).long(), unpacked(panel["weights"], "<f4", 24, TOP)
    torch.testing.assert_close(drawn, weights.gather(1, keys), check_dtype=False)
    light = unpacked(panel["light"], "u1", 24, 24)
    torch.testing.assert_close(light / 255, weights / weights.amax(1, keepdim=True), atol=1 / 255, rtol=0,
                               check_dtype=False)
    assert weights.gather(1, keys).min(1).values.ge(weights.sort(1).values[:, -TOP]).all()
    widths = [float(arc.get("stroke-width")) for arc in still.iter() if arc.get("class") == "arc"]
    largest = weights[8].sort(descending=True).values[:TOP]
    torch.testing.assert_close(torch.tensor(widths), THICK * largest / largest.sum(), atol=0.01, rtol=0)
    row, column = divmod(int(weights[8].argmax()), 6)
    share = 24 * float(weights[8].max())
    assert caption.startswith(f"Row 1, column 2 reads: {share / 24:.2f} from row {row}, column {column} (lightest: "
                              f"{share:.{int(share < 10)}f} times an equal share), ")


def test_a_map_a_memory_heads_and_gates_of_channels(shown):
    map_, gates = torch.full((4, 6), 0.2), torch.tensor([0.2, 0.9, 0.5])
    map_[2, 3], map_[1, 5] = 0.4, 0.8
    _, caption, still, [panel, other] = shown({"map": map_, "gates": gates}, PICTURE)
    torch.testing.assert_close(unpacked(panel["values"], "<f4", 4, 6), map_, check_dtype=False)
    assert caption == ("map: 0.40 at row 2, column 3 (lightest: 0.80 at row 1, column 5, 3.4 times the mean); "
                       "gates: 3 channels, most open 1 with 0.90, least 0 with 0.20.")
    heights = [float(bar.get("height")) for bar in still.iter() if len(bar) and bar[0].tag.endswith("title")]
    assert caption.endswith(f"; {other['says']}.")
    assert heights == pytest.approx([gate / 0.9 * max(heights) for gate in gates.tolist()], rel=1e-3)
    memory = torch.zeros(24, 3)
    memory[:, 2] = 1
    assert shown(memory, PICTURE, grid=GRID, keys=["a", "b", "c"])[1].endswith(
        "1.00 from c (lightest: 3.0 times an equal share).")
    merged = torch.zeros(2, 24, 6)
    merged[:, :, 5] = 1
    _, caption, _, panels = shown(lambda x: merged[None] * x.shape[0], PICTURE, grid=GRID, keys=(2, 3))
    assert len(panels) == 2 and "head 1: 1.00 from row 1, column 2" in caption


@pytest.mark.parametrize("weights, options, message", [
    (torch.ones(24, 24) / 24, {"grid": (4, 5)}, "24 rows, and the grid (4, 5) has 20 positions"),
    (torch.ones(24, 7) / 7, {"grid": GRID}, "7 keys, and `keys` (4, 6) are 24"),
    (-torch.ones(4, 6), {}, "weights (4, 6) must be 0 or more, as after a softmax or a sigmoid, got -1 to -1"),
    (torch.ones(2, 2, 2, 4, 6), {}, "or (B, C, 1, 1), got (2, 2, 2, 4, 6)"),
    (torch.ones(30, 4, 6), {}, "1 to 16 panels side by side, got 30"), ({}, {}, "got 0"),
    (torch.eye(50), {}, "(50, 50) sum to 1 in each row, so they are weights of 50 positions"),
    (torch.eye(29), {"grid": GRID}, "leave out the 5 that are no places"),
    (None, {}, "must be a tensor or an array, got NoneType"), (torch.eye(24), {"grid": 24}, "got 24 and None"),
    ((torch.ones(1, 9, 8), None), {}, "got a tuple (Tensor (1, 9, 8), NoneType)"),
    (lambda x: pixels(x - 0.5), {}, "undo that with picture * std + mean"),
    (lambda x: pixels(x * 3), {}, "from 0 to 255, got 0 to 3"), (lambda x: pixels("me.png"), {}, "array, got str"),
    (lambda x: pixels(x.expand(2, -1, -1, -1)), {}, "got (2, 3, 20, 30)"),
    (torch.eye(25), {}, "those of 5 x 5 positions, or of a class token and 4 x 6, the picture's shape"),
    (torch.ones(4, 6), {"start": (4, 0)}, "start (4, 0) is outside the 4 x 6 positions"),
])
def test_what_does_not_fit_is_refused(shown, weights, options, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        shown(weights, PICTURE, **options)


ROWS = torch.rand(24, 24, generator=torch.manual_seed(0)).softmax(1)
TOKENS = torch.rand(2, 3, 55, 55).softmax(3)
MULTI_HEAD = torch.nn.MultiheadAttention(8, 2, batch_first=True)
READ = MULTI_HEAD(*[torch.rand(2, 24, 8)] * 3)
CHANNELS = torch.tensor([[0.2, 0.9, 0.5, 0.4, 0.3, 0.6, 0.1, 0.7]])


@pytest.mark.parametrize("weights, same_as, note", [
    (ROWS.half().requires_grad_(), ROWS.half(), ""), (ROWS.bfloat16(), ROWS.bfloat16().float(), ""),
    (ROWS.numpy(), ROWS, ""), (ROWS[None, None], ROWS, ""),
    (TOKENS[:1], TOKENS[0, :, 1:, 1:], "class token, is left out"),
    (TOKENS, TOKENS[0, :, 1:, 1:], "Of a batch of 2 images, this is the first."), (READ, READ[1][0], "batch of 2"),
    (lambda x: ROWS * len(x), ROWS, ""),
    *((shaped, CHANNELS[0], "batch of 2" if len(shaped) == 2 else "") for shaped in (
        CHANNELS, CHANNELS[0, :, None], CHANNELS[0, :, None, None], CHANNELS[..., None, None],
        CHANNELS.expand(2, 8), CHANNELS.expand(2, 8)[..., None, None])),
    (ROWS[:1].view(1, 1, 4, 6), ROWS[0].view(4, 6), ""), (ROWS[:4, :6].expand(2, 1, 4, 6), ROWS[:4, :6], "batch"),
])
def test_weights_are_taken_as_people_have_them(shown, weights, same_as, note):
    """A grid that nobody gave is found, too."""
    _, caption, still, panels = shown(weights, PICTURE)
    same = shown(same_as, PICTURE, grid={(24, 24): GRID, (54, 54): (6, 9)}.get(tuple(same_as.shape[-2:])))
    assert panels == same[3] and caption == same[1] + caption[len(same[1]):] and note in caption


@pytest.mark.parametrize("picture", [
    PICTURE.half(), PICTURE.permute(1, 2, 0).numpy(), PICTURE[None].requires_grad_(), PICTURE * 255,
    (PICTURE * 255).byte(), Image.fromarray((PICTURE * 255).byte().permute(1, 2, 0).numpy()),
    torch.cat([PICTURE, PICTURE[:1]])])
def test_pictures_are_taken_as_people_have_them(picture):
    torch.testing.assert_close(pixels(picture), PICTURE, atol=1 / 255, rtol=0)
    assert pixels(PICTURE[0]).eq(PICTURE[:1]).all()


def test_equal_weights_are_equal_and_weak_ones_are_seen(shown, keys=784):
    equal = torch.full((keys, keys), 1 / keys)
    _, caption, still, [panel] = shown(equal, torch.rand(3, 40, 40))
    assert caption.endswith(f"from each of {keys} (equal shares).") and not unpacked(panel["weights"], "<f4", -1).any()
    assert unpacked(panel["light"], "u1", -1).eq(255).all()
    weak = (torch.randn(keys, keys, generator=torch.manual_seed(0)) / 2).softmax(1)
    light = unpacked(shown(weak, torch.rand(3, 40, 40))[3][0]["light"], "u1", keys, -1)
    assert light.amax(1).eq(255).all() and light.std(1).gt(10).all()
    assert shown(equal[0].view(28, 28), torch.rand(3, 40, 40))[1].endswith("(equal everywhere).")


def test_in_a_script_a_page_is_written_and_only_words_are_printed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        look(ROWS, PICTURE)
    printed, files = capsys.readouterr().out.splitlines(), sorted(tmp_path.glob("look-*.html"))
    assert len(files) == 2 and {*map(str, files)} == {*printed[1::2]} and max(map(len, printed)) < 200
    assert "<figure" in files[0].read_text(encoding="utf-8")


def test_an_own_picture_is_linked_and_not_stored(shown, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
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


def test_an_own_picture_may_be_called_what_you_like_and_shows_no_numbers(shown, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Image.fromarray((np.linspace(0, 1, 400).reshape(20, 20) * 65535).astype("uint16")).save("50% #1 & me.png")
    own = my_picture("50% #1 & me.png", 20)
    assert 'class="own" src="50%25%20%231%20%26%20me.png"' in shown(torch.ones(4, 4), own)[0]
    assert "tensor" not in repr(own) and own.tensor.mean() == pytest.approx(0.5, abs=0.01)
    heated = lit(own, torch.eye(4))
    assert heated.file == own.file and not torch.equal(heated.tensor, own.tensor)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert my_picture("~/50% #1 & me.png", keep=True).shape == (3, 224, 224)


def test_the_caption_says_what_a_batch_and_what_a_sum_may_mean(shown):
    assert shown(torch.rand(2, 4, 6), PICTURE)[1].startswith("map 0: ")
    assert "(after dropout?), give grid=" in shown(ROWS * torch.linspace(0.8, 1.2, 24)[:, None], PICTURE)[1]
    assert "dropout" not in shown(ROWS, PICTURE)[1] + shown(torch.ones(24, 24), PICTURE)[1]
