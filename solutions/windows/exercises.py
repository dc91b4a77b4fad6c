"""Windows and masks: how each exercise of 08a_windows is called.

Windows are rectangular, images are not square, and the axes of an image hold different numbers of windows, except where
a lucky size is what a case is about.
"""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from autograder.lessons.declare import Case, Exercise, RandomTensor, Repair, Size

Pair = tuple[int, int]
Tiling = tuple[Pair, Pair]  # the size of a window, and how many there are along each axis
Tilings = Callable[[Random], Tiling]  # draws one


# --- Tilings
def ordinary(r: Random) -> Tiling:
    """Sides of a window and numbers of windows that are all different, so that no two axes are alike."""
    height, width, down, across = r.sample((2, 3, 4, 5), 4)
    return (height, width), (down, across)


TILINGS: dict[str, Tilings] = {  # what is special about them, in words; the first is ordinary
    "": ordinary,
    "square windows": lambda r: ((3, 3), tuple(r.sample((2, 3, 4), 2))),
    "as many windows down as across": lambda r: (tuple(r.sample((2, 3, 4), 2)), (2, 2)),
    "windows of odd sides": lambda r: (tuple(r.sample((3, 5), 2)), tuple(r.sample((2, 3), 2))),
    "one window": lambda r: (tuple(r.sample((3, 4, 5), 2)), (1, 1)),
    "windows as wide as the image": lambda r: ((r.randint(2, 3), r.randint(4, 5)), (3, 1)),
    "windows as high as the image": lambda r: ((r.randint(4, 5), r.randint(2, 3)), (1, 3)),
    "windows of one row": lambda r: ((1, r.randint(3, 5)), (3, 2)),
    "windows of one column": lambda r: ((r.randint(3, 5), 1), (2, 3)),
    "a square image": lambda r: ((2, 3), (3, 2)),
}


def image_of(tiling: Tiling) -> Pair:
    (height, width), (down, across) = tiling
    return height * down, width * across


# --- window_partition and window_reverse
def grid(tiling: Tiling, batch: int, channels: int, **fields: Any) -> Case:
    return Case(args=(RandomTensor((batch, *image_of(tiling), channels)), tiling[0]), **fields)


def windows(tiling: Tiling, batch: int, channels: int, **fields: Any) -> Case:
    down, across = tiling[1]
    return Case(args=(RandomTensor((batch * down * across, *tiling[0], channels)), tiling[0], image_of(tiling)),
                **fields)


def tiled(words: str, tilings: Tilings, made: Callable[..., Case], **fixed: int) -> Size:
    """A batch, and more channels than any side. fixed: batch or channels, where they are."""
    return lambda r: made(tilings(r), **({"batch": r.randint(2, 4), "channels": r.randint(6, 9)} | fixed), label=words)


def tilings_of(made: Callable[..., Case]) -> tuple[Size, ...]:
    return (*(tiled(words, tilings, made) for words, tilings in TILINGS.items()),
            tiled("a batch of one", ordinary, made, batch=1), tiled("one channel", ordinary, made, channels=1))


def untiled(axis: int, made: Callable[[Pair, Pair], Case]) -> Size:
    """Windows that leave a rest of the image along one axis. made: a case of a window and an image."""
    def size(r: Random) -> Case:
        (window, _), rest = (tiling := ordinary(r)), [0, 0]
        rest[axis] = r.randint(1, window[axis] - 1)
        image = tuple(n + more for n, more in zip(image_of(tiling), rest, strict=True))
        return replace(made(window, image), label="windows that do not divide the image's "
                                                  f"{('height', 'width')[axis]}", raises=())

    return size


def cut(window: Pair, image: Pair) -> Case:
    return Case(args=(RandomTensor((2, *image, 3)), window))


def put_together(window: Pair, image: Pair) -> Case:
    number = 2 * (image[0] // window[0]) * (image[1] // window[1])
    return Case(args=(RandomTensor((number, *window, 3)), window, image))


def larger(made: Callable[[Pair, Pair], Case]) -> Size:
    return lambda r: replace(made((3, 4), (2, 4))
                             if made is cut else Case(args=(RandomTensor((2, 3, 4, 3)), (3, 4), (2, 4))),
                             label="a window larger than the image", raises=())


def of_fitting_area(made: Callable[[Pair, Pair], Case]) -> Size:
    """So many pixels as two windows have, and sides that no window divides."""
    def size(r: Random) -> Case:
        window, image = r.choice((((2, 3), (3, 4)), ((3, 4), (4, 6)), ((3, 2), (4, 3))))
        case = cut(window, image) if made is cut else Case(args=(RandomTensor((4, *window, 3)), window, image))
        return replace(case, label="windows that divide the image's area, but not its sides", raises=())

    return size


EXAMPLE: Tiling = (2, 3), (2, 2)  # the page's grid of 4 x 6


def shown(made: Callable[..., Case]) -> tuple[Case, ...]:
    # In the first, no side of a window is a number of windows: an axis that is split or read in another order shows.
    return (made(((2, 3), (5, 4)), 2, 6), made(((2, 2), (3, 4)), 1, 3, label="a batch of one, square windows"),
            made(EXAMPLE, 3, 1, label="one channel"), made(((3, 2), (1, 1)), 2, 3, label="one window"),
            made(((1, 4), (2, 1)), 2, 2, label="windows of one row"))


PARTITION = Exercise("window_partition", sizes=tilings_of(grid),
                     refuses=(untiled(0, cut), untiled(1, cut), of_fitting_area(cut), larger(cut)), visible=shown(grid),
                     small=grid(((2, 3), (2, 1)), 2, 2))
REVERSE = Exercise("window_reverse", sizes=tilings_of(windows),
                   refuses=(untiled(0, put_together), untiled(1, put_together), of_fitting_area(put_together)),
                   visible=(*shown(windows), of_fitting_area(put_together)(Random(1))),
                   small=windows(((2, 3), (2, 1)), 2, 2))


# --- shifted_window_mask
def masked(words: str, tiling: Tiling, shift: Pair) -> Case:
    return Case(words, (image_of(tiling), tiling[0], shift))


def halved(tiling: Tiling) -> Pair:
    return tiling[0][0] // 2, tiling[0][1] // 2


def random_shift(r: Random) -> Case:
    tiling = (r.randint(4, 6), r.randint(4, 6)), tuple(r.sample((2, 3), 2))
    return masked("a shift that is not half a window", tiling, (r.choice((1, 3)), r.choice((1, 3))))


def along_one_axis(axis: int) -> Size:
    def size(r: Random) -> Case:
        tiling = ordinary(r)
        shift = [0, 0]
        shift[axis] = r.randint(1, tiling[0][axis] - 1)
        return masked(f"a shift along the {('height', 'width')[axis]} only", tiling, tuple(shift))

    return size


MASK = Exercise("shifted_window_mask", sizes=(
    *(lambda r, words=words, tilings=tilings: masked(words, tiling := tilings(r), halved(tiling))
      for words, tilings in TILINGS.items()),
    random_shift, along_one_axis(0), along_one_axis(1), lambda r: masked("no shift", ordinary(r), (0, 0)),
), visible=(
    masked("the page's example", EXAMPLE, (1, 1)), masked("a different part of each side", ((4, 3), (2, 1)), (1, 2)),
    masked("square windows", ((4, 4), (1, 2)), (2, 2)), masked("one window", ((3, 4), (1, 1)), (1, 2)),
    masked("a shift along the height only", ((2, 3), (2, 1)), (1, 0)),
    masked("a shift along the width only", ((2, 3), (1, 2)), (0, 1)),
    masked("no shift", ((2, 3), (2, 1)), (0, 0)), masked("three windows down, two across", ((2, 4), (3, 2)), (1, 2)),
), uses=("window_partition",))

EXERCISES = (PARTITION, REVERSE, MASK)
REPAIR = Repair("exhibit_a", like=MASK, edits={"regions[:, rows, columns, :]": "regions[:, :, rows, columns]"})
