"""Pictures drawn so that one kind of attention has something to find: discs, crosses in a frame, posts, patches, stripes, dots, tiles.

Each function returns `n` pictures with their answers, the same ones for the same `seed` on every machine. In each set the answer
depends on a cue, and a lesson takes that cue away to see what was really used.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

# ---------------------------------------------------------------------- lesson 00: which colour is this card?

CARDS, SQUARES = 6, 16  # cards of a game, squares of a card's pattern
CARD_COLOURS = {"blue": "#0072B2", "orange": "#E69F00", "green": "#009E73", "red": "#D55E00", "pink": "#CC79A7", "black": "#222222"}
UNPRINTED = "#EBEBEB"


class Games(NamedTuple):
    """questions and cards, patterns of 0 and 1 (n, 6, 16); colours of the cards and answers to the questions, 0 to 5 (n, 6)."""

    questions: Tensor
    cards: Tensor
    colours: Tensor
    answers: Tensor


def card_games(n: int, seed: int, cue: bool = True) -> Games:
    """Games of six cards and six questions; each question is a card's pattern in which some squares are flipped.

    Every card is in question once, in a random order. Without the cue the questions are random patterns.
    """
    g = torch.Generator().manual_seed(seed)
    cards = torch.randint(0, 2, (n, CARDS, SQUARES), generator=g).float()
    colours, asked = torch.rand(2, n, CARDS, generator=g).argsort(dim=2)  # two shuffles
    flipped = (torch.rand(n, CARDS, SQUARES, generator=g) < 0.1).float()
    questions = (cards.gather(1, asked[:, :, None].expand_as(cards)) - flipped).abs()
    if not cue:
        questions = torch.randint(0, 2, questions.shape, generator=g).float()
    return Games(questions, cards, colours, colours.gather(1, asked))


def as_inputs(games: Games) -> Tensor:
    """Games as a network sees them: question, card and the card's colour (one of six numbers is 1) side by side, (n, 6, 16 + 16 + 6)."""
    return torch.cat([games.questions, games.cards, F.one_hot(games.colours, CARDS).float()], dim=2)


def card_pictures(cards: Tensor, colours: Tensor) -> Tensor:
    """Pictures of cards on light grey, (n, 3, 4, 4), of patterns (n, 16) and colours (n,)."""
    paint, paper = (torch.tensor([[int(c[i:i + 2], 16) / 255 for i in (1, 3, 5)] for c in colours])[:, :, None, None]
                    for colours in (CARD_COLOURS.values(), [UNPRINTED]))
    return torch.where(cards.reshape(-1, 1, 4, 4) > 0, paint[colours], paper)


# ---------------------------------------------------------------------- lesson 02: which band glows?

BANDS = 48  # channels of a picture of glowing discs, in the order of their wavelength


class Discs(NamedTuple):
    """pictures (n, 48, 16, 16); discs, 1 in the disc and 0 elsewhere (n, 16, 16); bands, the channel that glows (n,)."""

    pictures: Tensor
    discs: Tensor
    bands: Tensor


def glowing_discs(n: int, seed: int) -> Discs:
    """Pictures in 48 bands: a smooth spectrum, the same at all pixels, noise in every band, and a disc that glows in one band only."""
    g, side = torch.Generator().manual_seed(seed), 16
    waves = torch.tensor([0.5, 1.0, 1.5, 2.0])[:, None] * torch.arange(BANDS) / BANDS
    phase, height = torch.rand(2, n, 4, 1, generator=g)
    spectrum = 2.5 + (height * torch.sin(2 * math.pi * (waves + phase))).sum(1)
    bands = torch.randint(BANDS, (n,), generator=g)
    row, column = 2 + (side - 4) * torch.rand(2, n, 1, 1, generator=g)
    at = torch.arange(side)
    discs = ((at[:, None] - row) ** 2 + (at - column) ** 2 < 9.5).float()
    pictures = spectrum[:, :, None, None] + torch.randn(n, BANDS, side, side, generator=g)
    pictures[torch.arange(n), bands] += 3 * discs
    return Discs(pictures, discs, bands)


# ---------------------------------------------------------------------- lesson 03: is that bar horizontal?


class Crosses(NamedTuple):
    """pictures (n, 3, 19, 19); answers, 1 if the bar in question is horizontal (n,); places, 0 if the left cross is framed, 1 if the
    right one is (n,)."""

    pictures: Tensor
    answers: Tensor
    places: Tensor


def framed_crosses(n: int, seed: int) -> Crosses:
    """Two crosses, each of a red and a blue bar; a green frame says which cross counts, the colour of the stars which of its bars."""
    g, side = torch.Generator().manual_seed(seed), 19
    horizontal = torch.randint(2, (n, 2, 2), generator=g).bool()  # picture, place, colour
    places, colours = torch.randint(2, (2, n), generator=g)
    pictures = torch.zeros(n, 3, side, side)
    for place, column in enumerate((4, 14)):
        for colour in (0, 1):  # red is channel 0, blue is channel 2
            pictures[horizontal[:, place, colour], 2 * colour, 13, column - 1:column + 2] = 1
            pictures[~horizontal[:, place, colour], 2 * colour, 12:15, column] = 1
        frame = torch.zeros(side, side)
        frame[9:18, column - 4:column + 5] = 1
        frame[10:17, column - 3:column + 4] = 0
        pictures[places == place, 1] += frame
    for colour in (0, 1):
        pictures[colours == colour, 2 * colour, 0:3:2, ::2] = 1  # the stars
    pictures += 0.1 * torch.randn(pictures.shape, generator=g)
    return Crosses(pictures, horizontal[torch.arange(n), places, colours].long(), places)


def crosses_without_cue(n: int, seed: int) -> tuple[Tensor, Tensor]:
    """Pictures and answers as in `framed_crosses`, but stars and frame are those of other pictures: they say nothing about the answer."""
    (pictures, answers, _), (others, *_) = framed_crosses(n, seed), framed_crosses(n, seed + 100)
    mixed = others.clone()  # its stars and its frame; red and blue below the sky are the crosses
    mixed[:, ::2, 9:] = pictures[:, ::2, 9:]
    return mixed, answers


# ---------------------------------------------------------------------- lesson 04: is the bar between the posts horizontal?


class Strips(NamedTuple):
    """pictures (n, 2, 5, W), bars in channel 0 and posts in channel 1; answers, 1 if the bar that counts is horizontal (n,); horizontal,
    is the left bar, is the right one (n, 2); places, 0 if the left bar counts, 1 if the right one does (n,)."""

    pictures: Tensor
    answers: Tensor
    horizontal: Tensor
    places: Tensor


def bars_and_posts(n: int, distance: int, seed: int, *, cue: bool = True) -> Strips:
    """Two bars side by side; two posts stand `distance` pixels to the left and right of the one that counts.

    Without the cue, the posts stand at either bar, whichever counts.
    """
    g, height, gap = torch.Generator().manual_seed(seed), 5, 4
    place, row = 2 * distance + 1 + gap, height // 2
    pictures = torch.zeros(n, 2, height, 2 * place)
    horizontal = torch.randint(2, (n, 2), generator=g).bool()
    places, elsewhere = torch.randint(2, (2, n), generator=g)
    posts = places if cue else elsewhere
    for side in range(2):
        middle = side * place + place // 2
        pictures[horizontal[:, side], 0, row, middle - 1:middle + 2] = 1
        pictures[~horizontal[:, side], 0, row - 1:row + 2, middle] = 1
        for post in (middle - distance, middle + distance):
            pictures[posts == side, 1, :, post] = 1
    pictures += 0.1 * torch.randn(pictures.shape, generator=g)
    return Strips(pictures, horizontal[torch.arange(n), places].long(), horizontal, places)


# ---------------------------------------------------------------------- lesson 05a: which patch has the same colour?

ROWS, COLUMNS, COLOURS = 6, 4, 6  # the cells of a poster, each 4 x 6 pixels, and the colours in it
UNASKED = -100  # the answer at positions where none is asked for; cross_entropy ignores it


class Posters(NamedTuple):
    """pictures (n, 3, 24, 24); answers at half the resolution (n, 12, 12), 0 for black, 1 for white, UNASKED elsewhere; places, the
    cells of the patches, row by row from 0, those with a mark first (n, COLOURS + asked); same, which of the marked patches has the
    colour of each of the others (n, asked)."""

    pictures: Tensor
    answers: Tensor
    places: Tensor
    same: Tensor


def coloured_posters(n: int, seed: int, asked: int = 14) -> Posters:
    """Coloured patches all over the picture: one of each of six colours has a mark at its right, black or white; `asked` others have
    none, and their answer is the mark of the patch with their colour.

    The colours are drawn anew for each picture, six equal steps around a circle of hues. Half of the marks are black.
    Raises ValueError for more patches than cells.
    """
    if COLOURS + asked > ROWS * COLUMNS:
        raise ValueError(f"{COLOURS} patches with a mark and {asked} without are more than {ROWS * COLUMNS} cells")
    g, every = torch.Generator().manual_seed(seed), torch.arange(n)[:, None]
    hue = torch.rand(n, 1, generator=g) + torch.arange(COLOURS) / COLOURS
    palette = 0.5 + 0.5 * torch.cos(2 * math.pi * (hue[..., None] - torch.arange(3) / 3))  # (n, 6, 3), equally bright
    marks = torch.rand(n, COLOURS, generator=g).argsort(1) % 2
    same = torch.randint(COLOURS, (n, asked), generator=g)
    places = torch.rand(n, ROWS * COLUMNS, generator=g).argsort(1)[:, :COLOURS + asked]
    kinds = torch.cat([torch.arange(COLOURS).expand(n, -1), same], dim=1)
    stripes = torch.full((n, ROWS * COLUMNS, 6, 3), 0.35)  # each column of a cell has one colour
    stripes[every, places, :4] = palette[every, kinds][:, :, None]
    stripes[every, places[:, :COLOURS], 4:] = marks[..., None, None].float()
    answers = torch.full((n, ROWS * COLUMNS, 6), UNASKED)
    answers[every, places[:, COLOURS:], :4] = marks.gather(1, same)[..., None]
    pictures = stripes.view(n, ROWS, 1, COLUMNS * 6, 3).expand(-1, -1, 4, -1, -1).flatten(1, 2).permute(0, 3, 1, 2).contiguous()
    pictures += 0.05 * torch.randn(pictures.shape, generator=g)
    answers = answers.view(n, ROWS, 1, COLUMNS * 6).expand(-1, -1, 2, -1).flatten(1, 2)[:, :, ::2].contiguous()
    return Posters(pictures, answers, places, same)


def weight_on_the_same(weights: Tensor, posters: Posters) -> float:
    """How much of the weight of an unmarked patch lies on the cell of the marked patch that has its colour, from 0 to 1.

    weights: (n, 144, 144), row j: how position j of the poster, at half the resolution, weighs all positions.
    """
    cells = torch.arange(ROWS * COLUMNS).view(ROWS, 1, COLUMNS, 1).expand(-1, 2, -1, 3).flatten()  # of each position
    asked = posters.answers.flatten(1) != UNASKED  # (n, 144)
    marked = posters.places.gather(1, posters.same)  # the cell of the marked patch, for each of the others
    twin = torch.full((len(weights), ROWS * COLUMNS), -1).scatter(1, posters.places[:, COLOURS:], marked)
    on_it = cells == twin[:, cells][..., None]  # (n, 144, 144)
    return (weights * on_it).sum(2)[asked].mean().item()


def what_it_reads(weights: Tensor, posters: Posters, poster: int) -> list[str]:
    """For each position of a poster, row by row, a sentence: what lies there, and how much of its weight lies on marked patches.

    weights: (144, 144), the poster's matrix as in `weight_on_the_same`. poster: its number.
    """
    places, same = posters.places[poster].tolist(), posters.same[poster].tolist()
    sentences = []
    for position, row in enumerate(weights):
        cell, column = position // (2 * 12) * COLUMNS + position % 12 // 3, position % 3
        on = [row.view(ROWS, 2, COLUMNS, 3).sum((1, 3)).flatten()[place].item() for place in places[:COLOURS]]
        largest = f"The largest weight is {row.max():.2f}."
        which = places.index(cell) if cell in places else None
        if which is None or which >= COLOURS and column == 2:
            sentences.append(f"Plain grey: {100 * sum(on):.0f} % of its weight lies on the six marked patches. {largest}")
            continue
        own = on[which if which < COLOURS else same[which - COLOURS]]
        what = "A patch without a mark" if which >= COLOURS else "A mark" if column == 2 else "A patch with a mark"
        where = {"A mark": "itself and its patch", "A patch with a mark": "itself and its mark"}.get(what, "the marked patch of its colour")
        sentences.append(f"{what}: {100 * own:.0f} % of its weight lies on {where}, {100 * (sum(on) - own):.0f} % on the five other "
                         f"marked patches. {largest}")
    return sentences


# ---------------------------------------------------------------------- lesson 06a: in which direction do those stripes run?

DIRECTIONS = ("upright", "rising", "falling")
CLOTH = 9  # the column in which the cloth begins; the dot is to the left of it


class Cloths(NamedTuple):
    """pictures (n, 3, 12, 20), values around 0; answers, an index into DIRECTIONS (n,); asked, 0 if the dot is red and asks for the fine
    stripes, 1 if it is blue and asks for the coarse ones (n,)."""

    pictures: Tensor
    answers: Tensor
    asked: Tensor


def striped_cloths(n: int, seed: int) -> Cloths:
    """Fine stripes, which repeat every 3 pixels, on top of coarse ones, every 12; the colour of the dot says which of them to name."""
    g, height, width = torch.Generator().manual_seed(seed), 12, 20
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")

    def stripes(wavelength: int) -> tuple[Tensor, Tensor]:
        direction = torch.randint(3, (n,), generator=g)
        angle = (direction * math.pi / 3)[:, None, None]
        start = 2 * math.pi * torch.rand(n, 1, 1, generator=g)
        along = torch.cos(angle) * columns + torch.sin(angle) * rows
        return direction, torch.sin(2 * math.pi * along / wavelength + start)

    (fine_direction, fine), (coarse_direction, coarse) = stripes(3), stripes(12)
    pictures = (0.3 * (fine + coarse) * (columns >= CLOTH))[:, None].repeat(1, 3, 1, 1)
    asked = torch.randint(2, (n,), generator=g)
    middle = torch.randint(2, height - 2, (n, 1, 1), generator=g)
    dot = ((rows - middle) ** 2 + (columns - 1) ** 2 <= 5)[:, None]
    red_or_blue = torch.tensor([[0.5, -0.5, -0.5], [-0.5, -0.5, 0.5]])[asked]
    pictures = torch.where(dot, red_or_blue[:, :, None, None], pictures)
    pictures += 0.06 * torch.randn(n, 1, height, width, generator=g)
    return Cloths(pictures, torch.where(asked == 0, fine_direction, coarse_direction), asked)


def with_dots(pictures: Tensor, blue: float) -> Tensor:
    """Each cloth with a dot whose colour lies between red (0) and blue (1), where its own dot is; a new tensor.

    pictures: (n, 3, 12, 20), of `striped_cloths`. blue: 0 to 1.
    """
    dot = (pictures[:, :1] - pictures[:, 2:]).abs() > 0.5  # elsewhere the channels are equal
    noise = pictures[:, 1:2] + 0.5
    return torch.where(dot, torch.tensor([0.5 - blue, -0.5, blue - 0.5])[:, None, None] + noise, pictures)


def with_other_dots(pictures: Tensor) -> Tensor:
    """Each cloth with the dot of the next picture; a new tensor."""
    changed = pictures.clone()
    changed[..., :CLOTH] = pictures.roll(1, 0)[..., :CLOTH]
    return changed


# ---------------------------------------------------------------------- lesson 06b: where is the dot of that colour?

DOT_COLOURS = torch.tensor([[0.85, 0.2, 0.15], [0.1, 0.65, 0.3], [0.15, 0.35, 0.9]])


class Dots(NamedTuple):
    """pictures (n, 3, 16, 16); heat, 1 at the centre in question and falling off around it (n, 1, 16, 16); centres, row and column of
    the three dots (n, 3, 2); asked, which of them is meant (n,)."""

    pictures: Tensor
    heat: Tensor
    centres: Tensor
    asked: Tensor


def coloured_dots(n: int, seed: int) -> Dots:
    """Three dots side by side, one of each of DOT_COLOURS; the bar at the top edge has the colour of the dot that is asked for."""
    g, side, pitch = torch.Generator().manual_seed(seed), 16, 3
    corner = torch.randint(6, side - 5, (n, 1, 2), generator=g)
    cell = torch.rand(n, 4, generator=g).argsort(1)[:, :3]  # three of 2 x 2 places
    asked = torch.randint(3, (n,), generator=g)
    centres = corner + pitch * torch.stack([cell // 2, cell % 2], dim=2)
    rows, columns = torch.arange(side)[:, None], torch.arange(side)
    distance = ((rows - centres[:, :, 0, None, None]) ** 2
                + (columns - centres[:, :, 1, None, None]) ** 2)  # squared, (n, 3, 16, 16)
    pictures = torch.full((n, 3, side, side), 0.3)
    for dot in range(3):
        pictures = torch.where(distance[:, dot, None] <= 1, DOT_COLOURS[dot][:, None, None], pictures)
    pictures = with_bar(pictures, asked)
    pictures += 0.05 * torch.randn(pictures.shape, generator=g)
    heat = torch.exp(-distance[torch.arange(n), asked] / 2)[:, None]
    return Dots(pictures, heat, centres, asked)


def coarse(sheet: Tensor, cell: int) -> Tensor:
    """A sheet (n, 1, H, W) averaged over cells of cell x cell positions, and enlarged again."""
    return F.interpolate(F.avg_pool2d(sheet, cell), scale_factor=cell)


def candidates(heat: Tensor, centres: Tensor, asked: Tensor, cell: int) -> Tensor:
    """How many dots of each picture are as hot as the one that is asked for on a heat map of such cells, that one included: (n,).

    1 means that it stands out. heat, centres and asked are those of `coloured_dots`.
    """
    places = centres[..., 0] * heat.shape[3] + centres[..., 1]
    values = coarse(heat, cell).flatten(1).gather(1, places)  # (n, 3)
    return (values >= values.gather(1, asked[:, None])).sum(1)


def with_bar(pictures: Tensor, asked: Tensor) -> Tensor:
    """The pictures of coloured dots with a bar (two rows at the top) of the colours of the dots `asked` (n,); a new tensor."""
    changed = pictures.clone()
    changed[:, :, :2] = DOT_COLOURS[asked][:, :, None, None]
    return changed


# ---------------------------------------------------------------------- lesson 07a: which discs are white?

QUESTIONS = ("book", "legend", "odd one out")
BOOK = torch.tensor([0, 1, 0, 0, 1, 1] * 2)  # of twelve steps around the hues; opposite ones agree, so that no straight line tells


class HueDiscs(NamedTuple):
    """pictures (n, 3, 24, 24); answers at half the resolution (n, 12, 12), 0 for black, 1 for white, UNASKED outside the discs; hues of
    the six discs, in turns around the circle, 0 to 1 (n, 6); places, row and column of a position in each disc (n, 6, 2)."""

    pictures: Tensor
    answers: Tensor
    hues: Tensor
    places: Tensor


def hue_discs(n: int, seed: int, question: str) -> HueDiscs:
    """Six coloured discs; which of them are white, and which black? question: where the answer is to be found.

    "book": each hue has the same answer in all pictures, BOOK. "legend": there are two hues, and two swatches at the left edge pair one
    with black and one with white, anew in each picture. "odd one out": five discs have one hue, and the sixth, which has another, is white.
    Any hue can occur with any question. Raises ValueError for another question.
    """
    if question not in QUESTIONS:
        raise ValueError(f"the question is one of {', '.join(QUESTIONS)}; got {question!r}")
    g, side, every = torch.Generator().manual_seed(seed), 24, torch.arange(n)[:, None]
    pictures = torch.full((n, side, side, 3), 0.5)
    if question == "book":
        steps = torch.randint(len(BOOK), (n, 6), generator=g)
        hues, white = (steps + 0.15 + 0.7 * torch.rand(n, 6, generator=g)) / len(BOOK), BOOK[steps]
    elif question == "legend":
        two, colours = torch.rand(n, 1, generator=g) + torch.arange(2) / 2, torch.rand(n, 2, generator=g).argsort(1)
        which = torch.randint(2, (n, 6), generator=g)
        hues, white = two[every, which], colours[every, which]
        for swatch, row in enumerate((4, 15)):
            pictures[:, row:row + 5, 1:4] = _rgb(two[:, swatch, None, None])
            pictures[:, row:row + 5, 4:7] = colours[:, swatch, None, None, None].float()
    else:
        common = torch.rand(n, 1, generator=g)
        hues = torch.cat([common.expand(n, 5), common + 0.35 + 0.3 * torch.rand(n, 1, generator=g)], 1)
        white = torch.tensor([0, 0, 0, 0, 0, 1]).expand(n, 6)
    answers = torch.full((n, side, side), UNASKED)
    cells = torch.rand(n, 8, generator=g).argsort(1)[:, :6]  # six of 4 x 2 places
    rows = 3 + 6 * (cells // 2) + torch.randint(2, (n, 6), generator=g)
    columns = 12 + 6 * (cells % 2) + torch.randint(3, (n, 6), generator=g)
    at = torch.arange(side)
    for disc in range(6):
        inside = (at[:, None] - rows[:, disc, None, None]) ** 2 + (at - columns[:, disc, None, None]) ** 2 <= 4
        pictures = torch.where(inside[..., None], _rgb(hues[:, disc, None, None]), pictures)
        answers = torch.where(inside, white[:, disc, None, None], answers)
    pictures += 0.02 * torch.randn(pictures.shape, generator=g)
    return HueDiscs(pictures.permute(0, 3, 1, 2).contiguous(), answers[:, ::2, ::2].contiguous(), hues % 1,
                    torch.stack([rows // 2, columns // 2], dim=2))


def _rgb(hues: Tensor) -> Tensor:
    """Equally bright colours of hues in turns around the circle, (...) -> (..., 3)."""
    return 0.5 + 0.5 * torch.cos(2 * math.pi * (hues[..., None] - torch.arange(3) / 3))


def right_of_each(scores: Tensor, answers: Tensor) -> float:
    """The share of right answers at the positions of each answer that occurs; the mean of these shares, in %.

    scores: (n, answers, H, W). answers: (n, H, W), below 0 where none is asked for. So a guess, or always the same answer, gives 50 where
    there are two.
    """
    right = scores.argmax(1) == answers
    return 100 * torch.stack([right[answers == each].float().mean() for each in answers[answers >= 0].unique()]).mean().item()


# ---------------------------------------------------------------------- lesson 07b: which entry of the legend, and on which side?

FIELD, ENTRIES, LONE = 16, 4, 12  # cells on a side, entries of a legend, lone cells that ask for theirs


class Legends(NamedTuple):
    """pictures (n, 4, 16, 16), three channels of a hue and one that is 1 in a white entry, -1 in a black one, 0 elsewhere; answers at
    the lone cells, 0 for black, 1 for white, UNASKED elsewhere (n, 16, 16); corners, row and column of the upper left cell of each
    entry (n, 4, 2); same, the entry that has the hue of a lone cell, -1 elsewhere (n, 16, 16)."""

    pictures: Tensor
    answers: Tensor
    corners: Tensor
    same: Tensor


def small_legends(n: int, seed: int, size: int) -> Legends:
    """Twelve lone cells at the right; each has the hue of one of four entries, size x size cells each, which lie in a 2 x 2 block
    somewhere at the left. Two entries are black, two white: the answer of a lone cell is that of its entry.

    Hues, their pairing with black and white, and all places are new in each picture.
    """
    g, every = torch.Generator().manual_seed(seed), torch.arange(n)
    hues = torch.rand(n, 1, generator=g) + torch.rand(n, ENTRIES, generator=g).argsort(1) / ENTRIES
    colours = 0.5 * torch.cos(2 * math.pi * (hues[..., None] - torch.arange(3) / 3))
    white = torch.rand(n, ENTRIES, generator=g).argsort(1) % 2
    top = torch.randint(0, FIELD - 2 * size + 1, (n,), generator=g)
    left = torch.randint(0, FIELD // 2 + 1 - 2 * size, (n,), generator=g)
    entry = torch.arange(ENTRIES)
    corners = torch.stack([top[:, None] + size * (entry // 2), left[:, None] + size * (entry % 2)], dim=2)
    pictures = torch.zeros(n, FIELD, FIELD, 4)
    answers, same = torch.full((n, FIELD, FIELD), UNASKED), torch.full((n, FIELD, FIELD), -1)
    for e in range(ENTRIES):
        for cell in range(size * size):
            row, column = corners[:, e, 0] + cell // size, corners[:, e, 1] + cell % size
            pictures[every, row, column, :3] = colours[:, e]
            pictures[every, row, column, 3] = 2.0 * white[:, e] - 1
    spots = torch.rand(n, FIELD * FIELD // 2, generator=g).argsort(1)
    for spot in spots[:, :LONE].unbind(1):
        row, column, e = spot // (FIELD // 2), FIELD // 2 + spot % (FIELD // 2), torch.randint(ENTRIES, (n,), generator=g)
        pictures[every, row, column, :3] = colours[every, e]
        answers[every, row, column], same[every, row, column] = white[every, e], e
    pictures += 0.02 * torch.randn(pictures.shape, generator=g)
    return Legends(pictures.permute(0, 3, 1, 2).contiguous(), answers, corners, same)


def painted(pictures: Tensor) -> Tensor:
    """Pictures of `small_legends` for the eye, (n, 3, 96, 96): each cell 6 x 6 pixels, a black or white entry with a dot of that colour."""
    hues, colour = pictures[:, :3].clamp(-0.5, 0.5) + 0.5, pictures[:, 3:]
    large = F.interpolate(torch.cat([hues, colour], dim=1), scale_factor=6)
    dot = torch.zeros(6, 6)
    dot[2:4, 2:4] = 1
    dotted = dot.repeat(FIELD, FIELD) * (large[:, 3:].abs() > 0.5)
    return torch.where(dotted > 0, (large[:, 3:] > 0).float(), large[:, :3])


SIDES = ((0, 1), (1, 0), (0, -1), (-1, 0))  # of a red cell: right, below, left, above


class Dominoes(NamedTuple):
    """pictures (n, 2, H, W), red in channel 0 and blue in channel 1; at the red cells, and UNASKED elsewhere, sides, an index into SIDES,
    and quarters, 0 and 1 above, 2 and 3 below (n, H, W)."""

    pictures: Tensor
    sides: Tensor
    quarters: Tensor


def dominoes(n: int, seed: int, height: int, width: int) -> Dominoes:
    """Red cells, each with a blue neighbour: on which side of it, and in which quarter of the picture?"""
    g, every, moves = torch.Generator().manual_seed(seed), torch.arange(n), torch.tensor(SIDES)
    pictures, sides = torch.zeros(n, 2, height, width), torch.full((n, height, width), UNASKED)
    places = torch.tensor([(row, column) for row in range(0, height - 1, 3) for column in range(0, width - 1, 3)])
    chosen = places[torch.rand(n, len(places), generator=g).argsort(1)[:, :height * width // 20]]
    for place in chosen.unbind(1):
        side = torch.randint(len(SIDES), (n,), generator=g)
        red = place + torch.where(moves[side] == 0, torch.randint(2, (n, 2), generator=g), (moves[side] < 0).long())
        blue = red + moves[side]
        pictures[every, 0, red[:, 0], red[:, 1]] = 1
        pictures[every, 1, blue[:, 0], blue[:, 1]] = 1
        sides[every, red[:, 0], red[:, 1]] = side
    below, right = torch.arange(height) >= (height + 1) // 2, torch.arange(width) >= (width + 1) // 2
    quarters = torch.where(sides >= 0, 2 * below.long()[:, None] + right.long(), UNASKED)
    pictures += 0.05 * torch.randn(pictures.shape, generator=g)
    return Dominoes(pictures, sides, quarters)


# ---------------------------------------------------------------------- lesson 08a: what colour is the tile on the right?

TILE_COLOURS = torch.tensor([[0.00, 0.45, 0.70], [0.90, 0.62, 0.00], [0.00, 0.62, 0.45], [0.80, 0.47, 0.65]])


class Tiles(NamedTuple):
    """pictures (n, 3, H, W), a tile for each pixel; answers, the colour of the tile on the right, 0 to 3 (n, H, W)."""

    pictures: Tensor
    answers: Tensor


def coloured_tiles(n: int, seed: int, size: tuple[int, int] = (6, 12)) -> Tiles:
    """Tiles of four colours at random. Every tile is asked for the colour of its right neighbour; in the last column, for its own."""
    g = torch.Generator().manual_seed(seed)
    colours = torch.randint(len(TILE_COLOURS), (n, *size), generator=g)
    answers = torch.cat([colours[:, :, 1:], colours[:, :, -1:]], dim=2)
    return Tiles(TILE_COLOURS[colours].permute(0, 3, 1, 2).contiguous(), answers)


def right_at_borders(scores: Tensor, answers: Tensor, width: int) -> dict[str, float]:
    """The share of right answers, in %: at the right borders of windows, on the picture's right edge, and elsewhere.

    scores: (n, 4, H, W). width: of a window. "shifted border" is the last column of a window that is shifted by half its width.
    """
    right, columns = (scores.argmax(1) == answers).float(), torch.arange(answers.shape[2])
    edge, last = columns == len(columns) - 1, columns % width
    borders = {"border": (last == width - 1) & ~edge, "edge": edge, "shifted border": (last == width // 2 - 1) & ~edge}
    places = borders | {"elsewhere": ~torch.stack(list(borders.values())).any(0)}
    return {name: 100 * right[:, :, there].mean().item() for name, there in places.items() if there.any()}
