"""The data sets: what a lesson or a learner would notice if it went wrong. No test here touches the network."""

import hashlib
import io
import os
import pickle
import tarfile
import urllib.error

import pytest
import torch

from attention_lab.tasks import data

# ---------------------------------------------------------------------- lamp scenes


def right(colours, label):
    """Share of scenes whose label "more red than blue" in the centre of `colours` tells."""
    return ((colours[:, 0, 8, 8] > colours[:, 2, 8, 8]).long() == label).double().mean().item()


def test_scenes_depend_on_the_seed_alone():
    torch.manual_seed(1)
    first = data.lamp_scenes(20, seed=3)
    torch.manual_seed(2)
    assert all(map(torch.equal, first, data.lamp_scenes(20, seed=3)))
    assert not torch.equal(first.image, data.lamp_scenes(20, seed=4).image)


def test_drawing_scenes_leaves_the_global_generator_alone():
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    data.lamp_scenes(2, seed=0)
    data.under_lamp(torch.rand(2, 3, 4, 4, generator=torch.Generator().manual_seed(1)), seed=0)
    assert torch.equal(torch.rand(3), expected)


def test_scenes_have_the_shapes_and_ranges_they_promise():
    scenes = data.lamp_scenes(501, seed=0)
    assert [tuple(t.shape) for t in scenes] == [(501, 3, 16, 16), (501, 3, 16, 16), (501, 3), (501,)]
    assert [t.dtype for t in scenes] == [torch.float32] * 3 + [torch.int64]
    assert scenes.image.min() > 0 and scenes.image.max() <= 1
    assert scenes.paper.min() >= 0.1 and scenes.paper.max() <= 1
    assert scenes.lamp.min() >= 0.15 and scenes.lamp.max() <= 1
    assert torch.equal(scenes.image, scenes.paper * scenes.lamp[:, :, None, None])
    assert scenes.label.sum() == 250


def test_the_centre_is_one_paper_and_decides_the_label():
    scenes = data.lamp_scenes(1000, seed=0)
    centre = scenes.paper[:, :, 5:11, 5:11]
    assert torch.equal(centre, centre[:, :, :1, :1].expand_as(centre))
    red, _, blue = centre[:, :, 0, 0].unbind(1)
    assert torch.equal(red > blue, scenes.label == 1)
    ratio = torch.maximum(red / blue, blue / red)
    assert ratio.min() > 1.24 and ratio.max() < 1.76


def test_the_card_tells_the_decision_rates():
    scenes = data.lamp_scenes(10_000, seed=0)
    grey_world = scenes.image / scenes.image.mean((2, 3), keepdim=True)
    assert right(scenes.paper, scenes.label) == 1
    assert right(scenes.image, scenes.label) == pytest.approx(0.723, abs=0.01)
    assert right(grey_world, scenes.label) == pytest.approx(0.950, abs=0.01)


def test_neither_lamp_nor_surroundings_give_the_label_away():
    scenes = data.lamp_scenes(10_000, seed=0)
    outside = scenes.paper.clone()
    outside[:, :, 5:11, 5:11] = 0
    for giveaway in (scenes.lamp, outside.mean((2, 3))):
        tells = (giveaway[:, 0] > giveaway[:, 2]) == (scenes.label == 1)
        assert tells.double().mean().item() == pytest.approx(0.5, abs=0.02)


def test_with_two_lamps_only_the_centre_keeps_its_lamp():
    scenes = data.lamp_scenes(10_000, seed=0)
    image = data.with_two_lamps(scenes)
    assert torch.equal(image[:, :, 5:11, 5:11], scenes.image[:, :, 5:11, 5:11])
    assert torch.allclose(image[1:, :, 0, 0] / scenes.paper[1:, :, 0, 0], scenes.lamp[:-1])
    grey_world = image / image.mean((2, 3), keepdim=True)
    assert right(grey_world, scenes.label) < right(image, scenes.label) == right(scenes.image, scenes.label)


def test_a_picture_hangs_in_the_middle_of_its_wall():
    pictures = torch.rand(50, 3, 16, 10, generator=torch.Generator().manual_seed(0))
    hung = data.on_a_wall(pictures, seed=1)
    assert hung.shape == (50, 3, 24, 18) and hung.min() >= 0 and hung.max() <= 1
    assert torch.equal(hung[:, :, 4:-4, 4:-4], pictures)
    assert torch.equal(hung[:, :, :3, :3], hung[:, :, :1, :1].expand(-1, -1, 3, 3)) and not torch.equal(
        hung[:, :, 0, 2], hung[:, :, 0, 3]
    )
    assert torch.equal(hung, data.on_a_wall(pictures, seed=1)) and not torch.equal(
        hung, data.on_a_wall(pictures, seed=2)
    )


@pytest.mark.parametrize("n", [0, -3, 1.5])
def test_a_wrong_number_of_scenes_is_named(n):
    with pytest.raises(ValueError, match=f"positive integer, got {n}"):
        data.lamp_scenes(n, seed=0)


def test_any_pictures_go_under_lamps():
    pictures = torch.rand(50, 3, 5, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    before = pictures.clone()
    image, lamp = data.under_lamp(pictures, seed=1)
    assert torch.equal(pictures, before) and image.dtype == lamp.dtype == torch.float64
    assert lamp.shape == (50, 3) and lamp.min() >= 0.15 and lamp.max() <= 1
    assert torch.equal(image, pictures * lamp[:, :, None, None])
    assert torch.equal(image, data.under_lamp(pictures, seed=1)[0])
    assert not torch.equal(lamp, data.under_lamp(pictures, seed=2)[1])


@pytest.mark.parametrize("pictures, complaint", [
    (torch.rand(3, 8, 8), r"got \(3, 8, 8\)"),
    (torch.rand(2, 1, 8, 8), r"got \(2, 1, 8, 8\)"),
    (torch.zeros(2, 3, 8, 8, dtype=torch.uint8), "torch.uint8: divide"),
    (torch.full((2, 3, 8, 8), 255.0), "got 255 to 255"),
])
def test_pictures_that_no_lamp_can_light_are_refused(pictures, complaint):
    with pytest.raises(ValueError, match=complaint):
        data.under_lamp(pictures, seed=0)


# ---------------------------------------------------------------------- photographs


def test_no_photograph_is_in_both_splits():
    train, test = data.photo_names("train"), data.photo_names("test")
    assert not set(train) & set(test) and len(test) >= 2
    assert {path.stem for path in data.PHOTO_FOLDER.glob("*.jpg")} == set(train) | set(test)


def test_the_photographs_stay_small():
    assert sum(path.stat().st_size for path in data.PHOTO_FOLDER.glob("*.jpg")) < 1_000_000


def test_the_card_names_every_photograph_with_its_size_and_split():
    card = (data.PHOTO_FOLDER / "CARD.md").read_text(encoding="utf-8").splitlines()
    rows = [line.split("|") for line in card if line.startswith("|")]
    cells = {row[1].strip().strip("`"): [cell.strip() for cell in row[2:]] for row in rows}
    for split in ("train", "test"):
        for name in data.photo_names(split):
            _, height, width = data.photograph(name).shape
            assert f"{width} x {height}" in cells[name] and split in cells[name]


def test_photographs_are_colour_pictures_between_0_and_1():
    for name in data.photo_names("train") + data.photo_names("test"):
        photo = data.photograph(name)
        assert photo.dtype == torch.float32 and photo.shape[0] == 3 and min(photo.shape[1:]) >= 300
        assert photo.min() >= 0 and 0.8 < photo.max() <= 1
        assert (photo[0] - photo[2]).abs().mean() > 0.01, "a grey picture"


def test_patches_are_a_fixed_grid_of_at_least_a_thousand():
    train, test = data.photo_patches("train"), data.photo_patches("test")
    assert train.shape == (792, 3, 32, 32) and test.shape == (342, 3, 32, 32)
    assert torch.equal(test, data.photo_patches("test"))
    photo = data.photograph("astronaut")
    assert torch.equal(train[0], photo[:, :32, :32]) and torch.equal(train[13], photo[:, 32:64, 32:64])
    assert data.photo_patches("test", size=100).shape == (12 + 24, 3, 100, 100)


def test_wrong_names_and_sizes_are_named():
    with pytest.raises(ValueError, match="got 'validation'"):
        data.photo_patches("validation")
    with pytest.raises(ValueError, match="'lena': choose one of astronaut"):
        data.photograph("lena")
    for size in (0, 301, 32.0):
        with pytest.raises(ValueError, match=f"got {size}"):
            data.photo_patches("train", size)


def test_missing_photographs_say_where_they_were_looked_for(monkeypatch, tmp_path):
    monkeypatch.setattr(data, "PHOTO_FOLDER", tmp_path)
    with pytest.raises(FileNotFoundError, match="china.jpg"):
        data.photograph("china")


# ---------------------------------------------------------------------- CIFAR-10, with archives of three images a batch


def py2(value):
    """The opcodes with which Python 2's pickle, protocol 2, wrote strings, integers, lists and tuples."""
    if isinstance(value, bytes):
        return b"T" + len(value).to_bytes(4, "little") + value
    if isinstance(value, int):
        return b"J" + value.to_bytes(4, "little", signed=True)
    items = b"".join(map(py2, value))
    return b"(" + items + b"t" if isinstance(value, tuple) else b"](" + items + b"e"


def batch_file(pixels, labels, dtype=b"u1"):
    """A batch as the official files have it: a dictionary with a NumPy array that was pickled by Python 2."""
    state = b"(" + py2(1) + py2((len(labels), 3072)) + b"cnumpy\ndtype\n" + py2((dtype, 0, 1)) + b"R("
    state += py2(3) + py2(b"|") + b"NNN" + py2(-1) + py2(-1) + py2(0) + b"tb" + b"\x89" + py2(pixels) + b"t"
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n" + py2((0,)) + py2(b"b") + b"\x87R" + state + b"b"
    names = [b"picture_%d.png" % i for i in range(len(labels))]
    return (b"\x80\x02}(" + py2(b"batch_label") + py2(b"a made-up batch") + py2(b"labels") + py2(labels)
            + py2(b"data") + array + py2(b"filenames") + py2(names) + b"u.")


def cifar_files():
    names = [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]
    ramp, black = bytes(range(256)) * 4, bytes(3072)
    return {name: batch_file(bytes([k]) * 1024 + ramp + bytes([9 - k]) * 1024 + black + black, [k, 9, 0])
            for k, name in enumerate(names)}


def write_archive(folder, files, prefix="cifar-10-batches-py/"):
    path = folder / "cifar-10-python.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(prefix + name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def write_folder(folder, files):
    (folder / "cifar-10-batches-py").mkdir()
    for name, content in files.items():
        (folder / "cifar-10-batches-py" / name).write_bytes(content)


class Hostile:
    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return os.mkdir, (str(self.target),)


def test_the_made_up_batch_is_what_an_ordinary_pickle_reader_takes_for_an_array():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warnings.warn", lambda *args, **kwargs: None)  # numpy.core has moved
        batch = pickle.loads(cifar_files()["data_batch_3"], encoding="bytes")
    assert batch[b"data"].shape == (3, 3072) and batch[b"data"].dtype == "uint8" and batch[b"labels"] == [2, 9, 0]


@pytest.mark.parametrize("write", [write_archive, write_folder])
def test_cifar10_is_read_from_archive_and_folder(tmp_path, write):
    write(tmp_path, cifar_files())
    cifar = data.cifar10(tmp_path)
    assert cifar.train_images.shape == (15, 3, 32, 32) and cifar.test_images.shape == (3, 3, 32, 32)
    assert cifar.train_images.dtype == torch.uint8 and cifar.train_labels.dtype == torch.int64
    assert cifar.train_labels.tolist() == [0, 9, 0, 1, 9, 0, 2, 9, 0, 3, 9, 0, 4, 9, 0]
    assert cifar.test_labels.tolist() == [5, 9, 0]
    red, green, blue = cifar.test_images[0]
    assert (red == 5).all() and (blue == 4).all()
    assert green[0].tolist() == list(range(32)) and green[1, 0] == 32, "rows first"


def test_a_pickle_that_runs_code_is_refused_and_does_not_run(tmp_path):
    files = cifar_files() | {"data_batch_2": pickle.dumps({"data": Hostile(tmp_path / "owned")}, protocol=2)}
    write_archive(tmp_path, files)
    with pytest.raises(ValueError, match=r"data_batch_2 is not a CIFAR-10 batch: it asks for (posix|nt).mkdir"):
        data.cifar10(tmp_path)
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize("module, name", [("builtins", "eval"), ("__builtin__", "eval"), ("numpy", "load"),
                                          ("numpy.core.multiarray", "fromfile"), ("numpy.testing", "runstring")])
def test_only_the_three_names_of_a_batch_are_known(tmp_path, module, name):
    write_folder(tmp_path, cifar_files() | {"test_batch": f"\x80\x02c{module}\n{name}\n.".encode("latin1")})
    with pytest.raises(ValueError, match=f"asks for {module}.{name}"):
        data.cifar10(tmp_path)


@pytest.mark.parametrize("content, complaint", [
    (b"", "Ran out of input"),
    (b"not a pickle", "invalid load key"),
    (cifar_files()["test_batch"][:5000], "truncated"),
    (batch_file(bytes(3072), [10]), "integers from 0 to 9"),
    (batch_file(bytes(3072), [1, 2]), "1 images and 2 labels"),
    (batch_file(bytes(3072), [1], dtype=b"f4"), "f4"),
    (batch_file(bytes(3072), [1], dtype=b"O8"), "O8"),
    (pickle.dumps([1, 2], protocol=2), "list indices"),
])
def test_a_broken_batch_is_named(tmp_path, content, complaint):
    write_folder(tmp_path, cifar_files() | {"test_batch": content})
    with pytest.raises(ValueError, match=f"test_batch is not .*{complaint}"):
        data.cifar10(tmp_path)


def test_nothing_of_an_archive_is_written_to_disk(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    write_archive(folder, cifar_files() | {"../../escaped": b"x", "readme.html": b"x"})
    data.cifar10(folder)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["cifar-10-python.tar.gz", "folder"]


def test_batches_elsewhere_in_the_archive_do_not_count(tmp_path):
    write_archive(tmp_path, cifar_files(), prefix="../cifar-10-batches-py/")
    with pytest.raises(FileNotFoundError, match="incomplete: data_batch_1"):
        data.cifar10(tmp_path)


def test_a_missing_batch_is_named(tmp_path):
    files = cifar_files()
    del files["data_batch_4"]
    write_folder(tmp_path, files)
    with pytest.raises(FileNotFoundError, match="incomplete: data_batch_4 not found"):
        data.cifar10(tmp_path)


def test_half_an_archive_says_to_get_it_again(tmp_path):
    path = write_archive(tmp_path, cifar_files())
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ValueError, match="get it again"):
        data.cifar10(tmp_path)


@pytest.fixture
def network(monkeypatch):
    """What the official address answers, bytes to send or an error to raise, and a list of the addresses asked."""
    answers, asked = [], []

    def urlopen(url, timeout):
        asked.append(url)
        if isinstance(answers[0], Exception):
            raise answers[0]
        return io.BytesIO(answers[0])

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    return answers, asked


def test_without_files_nothing_is_downloaded_unless_asked(tmp_path, network):
    with pytest.raises(FileNotFoundError, match="put cifar-10-python.tar.gz or cifar-10-batches-py/ there"):
        data.cifar10(tmp_path)
    assert network[1] == []


@pytest.mark.parametrize("error", [urllib.error.URLError("Name or service not known"), TimeoutError("timed out")])
def test_without_a_network_one_sentence_says_what_to_do(tmp_path, network, error):
    network[0].append(error)
    with pytest.raises(ConnectionError) as raised:
        data.cifar10(tmp_path / "new", download=True)
    message = str(raised.value)
    assert data.CIFAR10_URL in message and str(tmp_path / "new") in message and str(error) in message
    assert "\n" not in message and raised.value.__suppress_context__
    assert list((tmp_path / "new").iterdir()) == []


def test_a_download_with_another_md5_sum_is_thrown_away(tmp_path, network):
    network[0].append(b"an error page")
    with pytest.raises(ValueError, match=f"{hashlib.md5(b'an error page').hexdigest()} instead of"):
        data.cifar10(tmp_path, download=True)
    assert list(tmp_path.iterdir()) == []


def test_a_good_download_is_kept_and_not_repeated(tmp_path, network, monkeypatch):
    content = write_archive(tmp_path, cifar_files()).read_bytes()
    monkeypatch.setattr(data, "CIFAR10_MD5", hashlib.md5(content).hexdigest())
    network[0].append(content)
    folder = tmp_path / "cifar"
    first = data.cifar10(folder, download=True)
    assert all(map(torch.equal, first, data.cifar10(folder, download=True)))
    assert [path.name for path in folder.iterdir()] == ["cifar-10-python.tar.gz"]
    assert network[1] == ["https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"]
