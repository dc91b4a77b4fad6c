"""The data from which the lessons learn: papers under coloured lamps, patches of photographs, and CIFAR-10.

The lamp scenes are drawn here, the photographs are installed beside this file, and CIFAR-10 is read from a folder of
yours. The cards in the project's folder datasets/ say where each data set comes from, what its licence is, and what it
is good for.
"""

import hashlib
import io
import pickle
import tarfile
import urllib.request
import zlib
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image

from ..storage import writing

# ---------------------------------------------------------------------- papers under a coloured lamp

LAMP_SIZE = 16  # pixels on a side
LAMP_CENTRE = slice(5, 11)  # rows and columns of the paper in the centre, whose colour decides the label
LAMP_FACTORS = (0.15, 1.0)  # a lamp multiplies red, green and blue by a number from this range each
RECTANGLES = 24
REFLECTANCES = (0.1, 1.0)
CENTRE_BRIGHTER = (0.4, 1.0)  # how much the centre reflects of red or blue, whichever is more
CENTRE_RATIO = (1.25, 1.75)  # how many times as much this is as what it reflects of the other colour


class LampScenes(NamedTuple):
    """n pictures of coloured papers under a coloured lamp, made by `lamp_scenes`."""

    image: torch.Tensor  # (n, 3, 16, 16) float32 in [0, 1]: the papers under the lamp, what a camera sees
    paper: torch.Tensor  # (n, 3, 16, 16) float32 in [0.1, 1]: the same papers under white light
    lamp: torch.Tensor  # (n, 3) float32 in [0.15, 1]: image = paper * lamp
    label: torch.Tensor  # (n,) int64: the paper in the centre reflects more blue (0) or more red (1)


def lamp_scenes(n: int, seed: int) -> LampScenes:
    """Draws n pictures of coloured papers ("Mondrians"), each under a lamp of its own colour.

    The network gets `image` alone and has to find `paper` or `label`. The pixels of the centre cannot tell red paper
    from red light, but the mean colour of the whole picture can. Half of the labels are 0 and half are 1; if n is odd,
    there is one more 0. The same n and seed give the same scenes, so train and test on different seeds. Source:
    datasets/lamp/CARD.md.

    Raises ValueError if n is not a positive integer.
    """
    if not isinstance(n, int) or n < 1:
        raise ValueError(f"n must be a positive integer, got {n!r}")
    g = torch.Generator().manual_seed(seed)
    position = torch.arange(LAMP_SIZE)
    paper = _uniform(REFLECTANCES, (n, 3, 1, 1), g).expand(n, 3, LAMP_SIZE, LAMP_SIZE)
    for _ in range(RECTANGLES):  # later papers lie on earlier ones
        start = torch.randint(0, LAMP_SIZE - 2, (2, n, 1), generator=g)
        end = start + torch.randint(3, 9, (2, n, 1), generator=g)
        rows, columns = (start <= position) & (position < end)
        covered = rows[:, None, :, None] & columns[:, None, None, :]
        paper = torch.where(covered, _uniform(REFLECTANCES, (n, 3, 1, 1), g), paper)

    label = (torch.arange(n) % 2)[torch.randperm(n, generator=g)]
    more = _uniform(CENTRE_BRIGHTER, (n,), g)
    less = more / _uniform(CENTRE_RATIO, (n,), g)
    green = _uniform(REFLECTANCES, (n,), g)
    centre = torch.stack([torch.where(label == 1, more, less), green, torch.where(label == 1, less, more)], 1)
    paper[:, :, LAMP_CENTRE, LAMP_CENTRE] = centre[:, :, None, None]
    lamp = _lamps(n, g)
    return LampScenes(paper * lamp[:, :, None, None], paper, lamp, label)


def under_lamp(pictures: torch.Tensor, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Puts each of n pictures under a random lamp of its own, with the colours that `lamp_scenes` uses.

    pictures: (n, 3, H, W), floating point, values in [0, 1], taken to be under white light.

    Returns the pictures under the lamps, (n, 3, H, W), and the lamps' colours, (n, 3), with the dtype and device of
    `pictures`.

    Raises ValueError for another shape, dtype or range.
    """
    if pictures.dim() != 4 or pictures.shape[1] != 3:
        raise ValueError(f"pictures must have the shape (n, 3, H, W), got {tuple(pictures.shape)}")
    if not pictures.is_floating_point():
        raise ValueError(f"pictures must be floating point in [0, 1], got {pictures.dtype}: divide bytes by 255")
    if pictures.numel() and not (pictures.min() >= 0 and pictures.max() <= 1):
        raise ValueError(f"pictures must lie in [0, 1], got {float(pictures.min()):g} to {float(pictures.max()):g}")
    lamp = _lamps(len(pictures), torch.Generator().manual_seed(seed)).to(pictures)
    return pictures * lamp[:, :, None, None], lamp


def with_two_lamps(scenes: LampScenes) -> torch.Tensor:
    """Returns the pictures of `scenes`, (n, 3, 16, 16), but everything around the paper in the centre is under the lamp
    of another picture.

    The centre looks as before, and the rest of the picture says nothing about its lamp.
    """
    image = scenes.paper * scenes.lamp.roll(1, 0)[:, :, None, None]
    image[:, :, LAMP_CENTRE, LAMP_CENTRE] = scenes.image[:, :, LAMP_CENTRE, LAMP_CENTRE]
    return image


WALL_BORDER, WALL_PAPER = 4, 3  # pixels: the wall around a picture, and the side of each paper on it


def on_a_wall(pictures: torch.Tensor, seed: int) -> torch.Tensor:
    """Hangs each of n pictures on a wall of coloured papers, all in white light: (n, 3, H, W) -> (n, 3, H + 8, W + 8).

    Each picture is in the middle of its wall. The papers have the colours that `lamp_scenes` uses.
    """
    height, width = (side + 2 * WALL_BORDER for side in pictures.shape[2:])
    shape = len(pictures), 3, -(-height // WALL_PAPER), -(-width // WALL_PAPER)
    papers = _uniform(REFLECTANCES, shape, torch.Generator().manual_seed(seed)).to(pictures)
    wall = papers.repeat_interleave(WALL_PAPER, 2).repeat_interleave(WALL_PAPER, 3)[:, :, :height, :width].clone()
    wall[:, :, WALL_BORDER:-WALL_BORDER, WALL_BORDER:-WALL_BORDER] = pictures
    return wall


def _lamps(n: int, generator: torch.Generator) -> torch.Tensor:
    return _uniform(LAMP_FACTORS, (n, 3), generator)


def _uniform(bounds: tuple[float, float], shape: tuple[int, ...], generator: torch.Generator) -> torch.Tensor:
    low, high = bounds
    return low + (high - low) * torch.rand(shape, generator=generator)


# ---------------------------------------------------------------------- photographs

PHOTO_FOLDER = Path(__file__).parents[1] / "photos"
PHOTOS = {"train": ("astronaut", "coffee", "flower", "rocket"), "test": ("chelsea", "china")}


def photo_names(split: str) -> tuple[str, ...]:
    """Returns the names of the photographs of a split, "train" or "test"; no photograph is in both. Raises ValueError
    for another split."""
    if split not in PHOTOS:
        raise ValueError(f"split must be 'train' or 'test', got {split!r}")
    return PHOTOS[split]


def photograph(name: str) -> torch.Tensor:
    """Returns a whole colour photograph, (3, H, W) float32 in [0, 1], sRGB. H and W are 300 to 600 pixels.

    The photographs are in the public domain, CC0 or CC BY; photos/CARD.md names sources and licences.

    Raises ValueError for an unknown name, FileNotFoundError if the photographs were not installed.
    """
    known = PHOTOS["train"] + PHOTOS["test"]
    if name not in known:
        raise ValueError(f"unknown photograph {name!r}: choose one of {', '.join(known)}")
    path = PHOTO_FOLDER / f"{name}.jpg"
    if not path.is_file():
        raise FileNotFoundError(f"no photograph {name!r}: looked for {path}. The photographs belong to attention_lab: "
                                "install it again")
    with Image.open(path) as picture:
        return torch.tensor(np.asarray(picture.convert("RGB"))).permute(2, 0, 1).float() / 255


def photo_patches(split: str, size: int = 32) -> torch.Tensor:
    """Cuts the photographs of a split into squares side by side, and returns (n, 3, size, size) float32 in [0, 1].

    The grid starts in the upper left corner; the rest at the right and at the bottom is not used. Patches are sorted by
    photograph and row, so shuffle them. With size=32, there are 792 for training and 342 for testing.

    Raises ValueError for an unknown split, or for a size that is not an integer from 1 to 300 (the smallest height of
    a photograph). Raises FileNotFoundError if the photographs were not installed.
    """
    if not isinstance(size, int) or not 1 <= size <= 300:
        raise ValueError(f"size must be an integer from 1 to 300, got {size!r}")
    grids = [photograph(name).unfold(1, size, size).unfold(2, size, size) for name in photo_names(split)]
    return torch.cat([grid.permute(1, 2, 0, 3, 4).flatten(0, 1) for grid in grids])


# ---------------------------------------------------------------------- CIFAR-10

CIFAR10_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
CIFAR10_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
CIFAR10_MD5 = "c58f30108f718f92721af3b95e74349a"
CIFAR10_FOLDER = "cifar-10-batches-py"
TRAIN_BATCHES = tuple(f"data_batch_{i}" for i in range(1, 6))
TEST_BATCHES = ("test_batch",)
BATCHES = TRAIN_BATCHES + TEST_BATCHES


class Cifar10(NamedTuple):
    """CIFAR-10 as `cifar10` reads it. Labels are indices into CIFAR10_CLASSES."""

    train_images: torch.Tensor  # (50000, 3, 32, 32) uint8
    train_labels: torch.Tensor  # (50000,) int64, 0 to 9
    test_images: torch.Tensor  # (10000, 3, 32, 32) uint8
    test_labels: torch.Tensor  # (10000,) int64, 0 to 9


def cifar10(folder: str | Path, download: bool = False) -> Cifar10:
    """Reads CIFAR-10 from a folder that holds cifar-10-batches-py/ or cifar-10-python.tar.gz (the "python version").

    Images stay bytes (uint8, 0 to 255), because as float32 they would fill 700 MiB. Divide them by 255 batch by batch.
    Source: A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009;
    https://www.cs.toronto.edu/~kriz/cifar.html

    folder: where the data is.
    download: True first fetches the archive (163 MiB) into the folder if neither is there, and checks its MD5 sum.

    Raises FileNotFoundError if there is nothing to read or a batch is missing, ConnectionError if the download fails.
    Raises ValueError if the downloaded archive has another MD5 sum, or if a file is not a CIFAR-10 file.
    """
    folder = Path(folder)
    unpacked, archive = folder / CIFAR10_FOLDER, folder / "cifar-10-python.tar.gz"
    if unpacked.is_dir():
        origin = unpacked
        files = {path.name: path.read_bytes() for path in unpacked.iterdir() if path.name in BATCHES}
    else:
        if not archive.is_file():
            if not download:
                raise FileNotFoundError(f"no CIFAR-10 in {folder.resolve()}: put {archive.name} or {CIFAR10_FOLDER}/ "
                                        "there, or, where there is a network, call cifar10(folder, download=True)")
            _download(archive)
        origin, files = archive, _read_archive(archive)
    missing = [name for name in BATCHES if name not in files]
    if missing:
        raise FileNotFoundError(f"CIFAR-10 in {origin} is incomplete: {', '.join(missing)} not found")
    return Cifar10(*_join(TRAIN_BATCHES, files), *_join(TEST_BATCHES, files))


def _join(names: tuple[str, ...], files: dict[str, bytes]) -> tuple[torch.Tensor, torch.Tensor]:
    images, labels = zip(*(_read_batch(name, files[name]) for name in names))
    return torch.cat(images), torch.cat(labels)


def _download(archive: Path) -> None:
    """Fetches the official archive. The file gets its name only when it is complete and its MD5 sum is right."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.md5(usedforsecurity=False)
    try:
        with urllib.request.urlopen(CIFAR10_URL, timeout=60) as answer, writing(archive) as file:
            while block := answer.read(1 << 20):
                digest.update(block)
                file.write(block)
            if digest.hexdigest() != CIFAR10_MD5:
                raise ValueError(f"{CIFAR10_URL} sent a file with the MD5 sum {digest.hexdigest()} instead of "
                                 f"{CIFAR10_MD5}: try again")
    except (OSError, HTTPException) as error:
        raise ConnectionError(f"cannot download {CIFAR10_URL} ({error}): fetch {archive.name} elsewhere, and put it "
                              f"into {archive.parent.resolve()}") from None


def _read_archive(archive: Path) -> dict[str, bytes]:
    """Returns the batches in the archive, by name. Nothing is unpacked to disk, so a member's path can do no harm."""
    files = {}
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:  # in the archive's order: going back would decompress it again
                parent, _, name = member.name.rpartition("/")
                if parent == CIFAR10_FOLDER and name in BATCHES and member.isfile():
                    files[name] = tar.extractfile(member).read()
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise ValueError(f"cannot read {archive} ({error}): get it again; its MD5 sum is {CIFAR10_MD5}") from None
    return files


class _Array:
    """Replaces a NumPy array while a batch is read. It keeps the state that the file holds, and runs nothing."""

    def __setstate__(self, state: tuple) -> None:
        self.version, self.shape, self.dtype, self.column_major, self.content = state


class _Dtype:
    """Replaces a NumPy dtype while a batch is read, as `_Array` replaces an array."""

    def __init__(self, name: bytes, align: int, copy: int) -> None:
        self.name = name

    def __setstate__(self, state: tuple) -> None:
        """Ignores byte order and alignment, because bytes have neither."""


_STAND_INS = {("numpy.core.multiarray", "_reconstruct"): lambda array, shape, kind: _Array(),
              ("numpy", "ndarray"): _Array,
              ("numpy", "dtype"): _Dtype}


class _BatchUnpickler(pickle.Unpickler):
    """Reads a batch safely. Unpickling runs whatever functions a file names, so the three that a batch names are
    replaced here by harmless ones."""

    def find_class(self, module: str, name: str) -> object:
        if (module, name) not in _STAND_INS:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no CIFAR-10 batch needs")
        return _STAND_INS[module, name]


def _read_batch(name: str, content: bytes) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns the images (n, 3, 32, 32) uint8 and labels (n,) int64 of one batch. Raises ValueError for anything else.
    """
    try:
        batch = _BatchUnpickler(io.BytesIO(content), encoding="bytes").load()
        pixels, labels = batch[b"data"], batch[b"labels"]
        shape = (len(labels), 3 * 32 * 32)
        if pixels.shape != shape or pixels.dtype.name != b"u1" or pixels.column_major:
            raise ValueError(f"its data has shape {pixels.shape} and type {pixels.dtype.name}, not {shape} and b'u1'")
        if not all(type(label) is int and 0 <= label < len(CIFAR10_CLASSES) for label in labels):
            raise ValueError("its labels are not all integers from 0 to 9")
        images = torch.frombuffer(bytearray(pixels.content), dtype=torch.uint8).view(-1, 3, 32, 32)
        if len(images) != len(labels):
            raise ValueError(f"it has {len(images)} images and {len(labels)} labels")
    except Exception as error:  # a broken or hostile pickle can raise anything
        raise ValueError(f"{name} is not a CIFAR-10 batch: {error or type(error).__name__}") from None
    return images, torch.tensor(labels, dtype=torch.int64)
