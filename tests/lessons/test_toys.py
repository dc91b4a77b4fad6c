"""The pictures that lessons draw: each answer can be read off the picture, by the cue that the lesson names."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from attention_lab.lessons.bam import task as bars_and_posts
from attention_lab.lessons.cbam import task as framed_crosses
from attention_lab.lessons.eca import task as glowing_discs
from attention_lab.lessons.external import task as hue_discs
from attention_lab.lessons.polarized import task as coloured_dots
from attention_lab.lessons.pyramid_split import task as striped_cloths
from attention_lab.lessons.rest import task as legends_and_dominoes
from attention_lab.lessons.warmup import task as card_games
from attention_lab.tasks import coloured_posters, coloured_tiles, scoring


def strips(n, seed):
    return bars_and_posts.bars_and_posts(n, distance=8, seed=seed)


def legends(n, seed):
    return legends_and_dominoes.small_legends(n, seed, size=2)


def cards(n, seed):
    return legends_and_dominoes.dominoes(n, seed, height=9, width=15)


@pytest.mark.parametrize("draw", [
    card_games.card_games, glowing_discs.glowing_discs, framed_crosses.framed_crosses,
    framed_crosses.crosses_without_cue, strips,
    coloured_posters.coloured_posters, striped_cloths.striped_cloths, coloured_dots.coloured_dots, legends, cards])
def test_a_seed_decides_and_nothing_else(draw):
    torch.manual_seed(0)
    first = draw(4, seed=1)
    torch.manual_seed(1)
    before = torch.get_rng_state()
    assert all(a.equal(b) for a, b in zip(first, draw(4, seed=1), strict=True))
    assert torch.get_rng_state().equal(before)
    assert not first[0].equal(draw(4, seed=2)[0])


def asked_for(games):
    """The card that is most like each question, (n, 6)."""
    return torch.cdist(games.questions, games.cards, p=1).argmin(2)


def test_the_colour_of_the_card_that_is_most_like_the_question_is_the_answer():
    games = card_games.card_games(500, seed=3)
    found = games.colours.gather(1, asked_for(games)) == games.answers
    assert found.float().mean() > 0.9  # where many squares were flipped, another card may be more like it
    for shuffled in (games.colours, games.answers):
        assert shuffled.sort(1).values.equal(torch.arange(6).expand(500, -1))


def test_without_the_cue_questions_say_nothing_about_the_answer():
    games = card_games.card_games(2000, seed=3, cue=False)
    found = games.colours.gather(1, asked_for(games)) == games.answers
    assert found.float().mean().item() == pytest.approx(1 / 6, abs=0.02)
    assert games.cards.equal(card_games.card_games(2000, seed=3).cards)


def test_a_network_sees_question_card_and_colour_side_by_side():
    games = card_games.card_games(3, seed=3)
    questions, cards, colours = card_games.as_inputs(games).split([16, 16, 6], dim=2)
    assert questions.equal(games.questions) and cards.equal(games.cards) and colours.argmax(2).equal(games.colours)


def test_a_card_is_printed_in_its_colour():
    pictures = card_games.card_pictures(torch.eye(16)[:2], torch.tensor([3, 0]))
    assert pictures.shape == (2, 3, 4, 4)
    assert pictures[0, :, 0, 0].mul(255).round().tolist() == [0xD5, 0x5E, 0x00]
    assert pictures[1, :, 0, 1].mul(255).round().tolist() == [0x00, 0x72, 0xB2]
    assert pictures[0, :, 3, 3].mul(255).round().tolist() == [0xEB] * 3


def test_the_disc_glows_in_its_band_and_in_no_other():
    pictures, discs, bands = glowing_discs.glowing_discs(64, seed=3)
    inside, outside = discs[:, None], 1 - discs[:, None]
    lift = (pictures * inside).sum((2, 3)) / inside.sum((2, 3)) - (pictures * outside).sum((2, 3)) / outside.sum((2, 3))
    assert lift.argmax(1).equal(bands)


def test_the_framed_bar_of_the_stars_colour_is_the_answer():
    pictures, answers, places = framed_crosses.framed_crosses(64, seed=3)
    which = torch.arange(64)
    framed = torch.stack([pictures[:, 1, 9, :9].mean(1), pictures[:, 1, 9, 10:].mean(1)], dim=1).argmax(1)
    colour = torch.stack([pictures[:, 0, 0, ::2].mean(1), pictures[:, 2, 0, ::2].mean(1)], dim=1).argmax(1)
    column = torch.tensor([4, 14])[framed]
    beside = pictures[which, 2 * colour, 13, column - 1]
    assert framed.equal(places) and (beside > 0.5).long().equal(answers)


def test_without_the_cue_the_framed_bar_is_the_answer_by_chance():
    pictures, answers, framed = framed_crosses.crosses_without_cue(2000, seed=3)
    places = torch.stack([pictures[:, 1, 9, :9].mean(1), pictures[:, 1, 9, 10:].mean(1)], dim=1).argmax(1)
    colour = torch.stack([pictures[:, 0, 0, ::2].mean(1), pictures[:, 2, 0, ::2].mean(1)], dim=1).argmax(1)
    assert framed.equal(places)
    beside = pictures[torch.arange(2000), 2 * colour, 13, torch.tensor([4, 14])[places] - 1]
    right = ((beside > 0.5).long() == answers).float().mean().item()
    # one of the four bars at random is the right one in a quarter, and agrees in half of the rest: 5/8
    assert 0.58 < right < 0.67


def bar_between_the_posts(pictures, distance):
    """Is the bar horizontal that stands between the posts?"""
    place = 2 * distance + 5
    middles = torch.tensor([place // 2, place + place // 2])
    beside = pictures[:, 1].mean(1)[:, middles - distance].argmax(1)  # the left bar, or the right one
    return pictures[torch.arange(len(pictures)), 0, 2, middles[beside] - 1] > 0.5


@pytest.mark.parametrize("distance", [5, 8, 12])
def test_the_bar_between_the_posts_is_the_answer(distance):
    pictures, answers, horizontal, places = bars_and_posts.bars_and_posts(64, distance, seed=3)
    assert pictures.shape == (64, 2, 5, 2 * (2 * distance + 5))
    assert bar_between_the_posts(pictures, distance).equal(answers.bool())
    assert horizontal[torch.arange(64), places].equal(answers.bool())


def test_without_the_cue_the_bar_between_the_posts_is_the_answer_by_chance():
    pictures, answers, *_ = bars_and_posts.bars_and_posts(2000, 8, seed=3, cue=False)
    # half of them, and half of the others
    assert 0.72 < (bar_between_the_posts(pictures, 8) == answers.bool()).float().mean() < 0.78


def test_the_stripes_of_the_dots_kind_run_as_the_answer_says():
    pictures, answers, asked = striped_cloths.striped_cloths(64, seed=3)
    red, _, blue = pictures[:, :, :, :striped_cloths.CLOTH].flatten(2).amax(2).T
    assert (red < blue).equal(asked.bool())
    cloth = pictures[:, 0, :, striped_cloths.CLOTH:]
    rows, columns = torch.meshgrid(torch.arange(12), torch.arange(striped_cloths.CLOTH, 20), indexing="ij")
    waves = []  # how much of a wave in each direction the cloth holds, at the wavelength that was asked for
    for direction in range(3):
        angle = torch.tensor(direction * torch.pi / 3)
        along = 2 * torch.pi * (torch.cos(angle) * columns
                                + torch.sin(angle) * rows) / torch.where(asked == 0, 3, 12)[:, None, None]
        waves.append(torch.hypot((cloth * along.cos()).mean((1, 2)), (cloth * along.sin()).mean((1, 2))))
    # a coarse stripe is cut off by the cloth's edge
    assert (torch.stack(waves).argmax(0) == answers).float().mean() > 0.9


def test_another_dot_changes_nothing_of_the_cloth():
    pictures, *_ = striped_cloths.striped_cloths(3, seed=3)
    changed = striped_cloths.with_other_dots(pictures)
    assert changed[..., striped_cloths.CLOTH:].equal(pictures[..., striped_cloths.CLOTH:])
    assert changed[0, ..., :striped_cloths.CLOTH].equal(pictures[2, ..., :striped_cloths.CLOTH])


def test_a_dot_turns_from_red_to_blue():
    pictures, _, asked = striped_cloths.striped_cloths(8, seed=3)
    red, blue = (striped_cloths.with_dots(pictures, colour) for colour in (0, 1))
    assert torch.where((asked == 0)[:, None, None, None], red, blue).allclose(pictures)
    between = striped_cloths.with_dots(pictures, 0.5)
    assert between.allclose((red + blue) / 2) and between[..., striped_cloths.CLOTH :].equal(
        pictures[..., striped_cloths.CLOTH :]
    )


def test_a_network_names_a_direction_for_each_cloth():
    network = striped_cloths.direction_namer(lambda: nn.Conv2d(4, 4, 3), channels=4)
    assert network(striped_cloths.striped_cloths(5, seed=3).pictures).shape == (5, len(striped_cloths.DIRECTIONS))


def test_the_mark_of_the_patch_with_the_same_colour_is_the_answer():
    pictures, answers, places, same = coloured_posters.coloured_posters(16, seed=3)
    for picture, answer, cells, which in zip(pictures, answers, places.tolist(), same.tolist(), strict=True):
        corners = [(4 * (cell // 4), 6 * (cell % 4)) for cell in cells]
        patches = torch.stack([picture[:, row:row + 4, column:column + 4].mean((1, 2)) for row, column in corners])
        distances = (patches[6:, None] - patches[:6]).abs().amax(2)
        assert distances.argmin(1).tolist() == which and distances.sort(1).values[:, 1].min() > 0.2
        for (row, column), entry in zip(corners[6:], which, strict=True):
            top, left = corners[entry]
            mark = picture[:, top:top + 4, left + 4:left + 6].mean() > 0.5
            assert answer[row // 2:row // 2 + 2, column // 2:column // 2 + 2].eq(mark.long()).all()
        assert answer.ne(scoring.UNASKED).sum() == 14 * 2 * 2
    assert answers[answers >= 0].float().mean().sub(0.5).abs() < 0.1


def test_posters_have_room_for_so_many_patches():
    with pytest.raises(ValueError, match="19 without don't fit into 24 cells"):
        coloured_posters.coloured_posters(1, seed=0, asked=19)


def test_weight_on_the_patch_of_the_same_colour():
    posters = coloured_posters.coloured_posters(3, seed=3)
    assert coloured_posters.weight_on_the_same(torch.full((3, 144, 144), 1 / 144), posters) == pytest.approx(1 / 24)
    weights, every = torch.zeros(3, 144, 144), torch.arange(3)[:, None]
    corners = 12 * 2 * (posters.places // 4) + 3 * (posters.places % 4)
    for corner in (0, 1, 12, 13):  # the four positions of each patch without a mark look at the mark itself
        weights[every, corners[:, 6:] + corner, corners.gather(1, posters.same) + 2] = 1
    assert coloured_posters.weight_on_the_same(weights, posters) == 1


def test_the_dot_of_the_bars_colour_is_the_hottest():
    pictures, heat, centres, asked = coloured_dots.coloured_dots(64, seed=3)
    which = torch.arange(64)
    bar = pictures[:, :, :2].mean((2, 3))
    assert (bar[:, None] - coloured_dots.DOT_COLOURS).norm(dim=2).argmin(1).equal(asked)
    row, column = centres[which, asked].T
    assert (pictures[which, :, row, column] - coloured_dots.DOT_COLOURS[asked]).abs().max() < 0.3
    assert heat[which, 0, row, column].eq(1).all() and heat.amax((1, 2, 3)).eq(1).all()


def test_another_bar_changes_the_bar_alone():
    pictures, *_ = coloured_dots.coloured_dots(3, seed=3)
    changed = coloured_dots.with_bar(pictures, torch.tensor([2, 2, 0]))
    assert changed[:, :, 2:].equal(pictures[:, :, 2:])
    assert changed[0, :, 0, 0].equal(coloured_dots.DOT_COLOURS[2]) and changed[2, :, 1, 15].equal(
        coloured_dots.DOT_COLOURS[0]
    )


def test_a_coarse_sheet_has_the_mean_of_each_cell_everywhere_in_it():
    sheet = torch.arange(16.0).reshape(1, 1, 4, 4)
    top, bottom = [2.5, 2.5, 4.5, 4.5], [10.5, 10.5, 12.5, 12.5]
    assert coloured_dots.coarse(sheet, 2)[0, 0].tolist() == [top, top, bottom, bottom]
    assert coloured_dots.coarse(sheet, 1).equal(sheet)


def test_dots_in_one_cell_cannot_be_told_apart():
    _, heat, centres, asked = coloured_dots.coloured_dots(200, seed=3)
    assert coloured_dots.candidates(heat, centres, asked, 1).eq(1).all()
    assert coloured_dots.candidates(heat, centres, asked, 16).eq(3).all()
    cells = centres // 4
    together = (cells == cells[torch.arange(200), asked][:, None]).all(2).sum(1)
    assert together.max() > 1
    assert (coloured_dots.candidates(heat, centres, asked, 4) >= together).all()


def test_the_right_dot_is_found_at_its_centre_and_next_to_it():
    dots = coloured_dots.coloured_dots(32, seed=3)
    assert coloured_dots.right_dots(dots.heat, dots).all()
    assert coloured_dots.right_dots(dots.heat.roll(1, 3), dots).all()
    assert not coloured_dots.right_dots(dots.heat.roll((1, 1), (2, 3)), dots).any()
    assert coloured_dots.right_with_perfect_map(dots, 1) == 100 and coloured_dots.right_with_perfect_map(
        dots, 16
    ) == pytest.approx(100 / 3)
    assert (coloured_dots.candidates(dots.heat, dots.centres, dots.asked,
                                     4)[coloured_dots.sharing_a_cell(dots, 4)] <= 2).all()
    changed = coloured_dots.with_other_bars(dots.pictures)
    assert changed[1, :, :2].equal(dots.pictures[0, :, :2]) and changed[1, :, 2:].equal(dots.pictures[1, :, 2:])


def test_a_dot_finder_shows_the_map_that_it_multiplies_by():
    spatial = nn.Sequential(nn.Conv2d(8, 1, 1), nn.Sigmoid())
    network = coloured_dots.dot_finder(coloured_dots.Gated(spatial, coloured_dots.Coarse(4)), channels=8).eval()
    pictures = torch.rand(2, 3, 16, 16)
    maps = coloured_dots.gate_maps(network, pictures)
    assert maps.shape == (2, 16, 16) and maps.unfold(1, 4, 4).unfold(2, 4, 4).flatten(3).std(3).max() < 1e-6
    features = network[:6](pictures)
    assert network(pictures).allclose(network[7](features * maps[:, None]))


def hues_and_answers(question):
    """Pictures of hue discs, the hue of each disc and its answer, (n, 6), as the picture shows them at its place."""
    pictures, answers, hues, places = hue_discs.hue_discs(50, seed=3, question=question)
    every, (row, column) = torch.arange(50)[:, None], places.unbind(2)
    shown = pictures[every, :, 2 * row, 2 * column]  # (n, 6, 3)
    assert (shown - hue_discs._rgb(hues)).abs().max() < 0.15
    found = answers[every, row, column]
    assert ((found == 0) | (found == 1)).all()
    assert (answers != scoring.UNASKED).sum((1, 2)).float().mean().sub(6 * 13 / 4).abs() < 1  # a disc has 13 pixels
    return pictures, hues, found


def test_a_hue_has_the_answer_of_the_book():
    _, hues, found = hues_and_answers("book")
    assert found.equal(hue_discs.BOOK[(12 * hues).long()])
    assert hue_discs.BOOK.equal(hue_discs.BOOK.roll(6)) and hue_discs.BOOK.sum() == 6


def test_the_swatches_pair_a_hue_with_its_answer():
    pictures, hues, found = hues_and_answers("legend")
    for picture, of_discs, answers in zip(pictures, hues, found, strict=True):
        swatches = torch.stack([picture[:, row:row + 5, 1:4].mean((1, 2)) for row in (4, 15)])
        colours = torch.stack([picture[:, row:row + 5, 4:7].mean() > 0.5 for row in (4, 15)]).long()
        nearest = (hue_discs._rgb(of_discs)[:, None] - swatches).norm(dim=2).argmin(1)
        assert sorted(colours.tolist()) == [0, 1] and colours[nearest].equal(answers)


def test_the_odd_one_out_is_white():
    _, hues, found = hues_and_answers("odd one out")
    assert found.tolist() == [[0, 0, 0, 0, 0, 1]] * 50
    gap = (hues[:, 5] - hues[:, 0]) % 1
    assert hues[:, :5].std(dim=1).max() < 1e-6 and gap.min() > 0.3 and gap.max() < 0.7


def test_a_question_that_nobody_asks_is_refused():
    with pytest.raises(ValueError, match="book, legend, odd one out; got 'rare'"):
        hue_discs.hue_discs(1, seed=0, question="rare")


def test_a_guess_is_right_in_half_of_the_cases():
    answers = hue_discs.hue_discs(20, seed=3, question="odd one out").answers
    assert scoring.right_of_each(torch.tensor([1.0, 0.0]).view(1, 2, 1, 1).expand(20, -1, 12, 12), answers) == 50
    assert scoring.right_of_each(torch.stack([answers != 1, answers == 1], dim=1).float(), answers) == 100


@pytest.mark.parametrize("size", [1, 2, 4])
def test_a_lone_cell_has_the_answer_of_the_entry_with_its_hue(size):
    pictures, answers, corners, same = legends_and_dominoes.small_legends(30, seed=3, size=size)
    assert (answers != scoring.UNASKED).sum((1, 2)).tolist() == [legends_and_dominoes.LONE] * 30
    for picture, found, entries, of_cells in zip(pictures, answers, corners, same, strict=True):
        inside = [picture[:, row:row + size, column:column + size].mean((1, 2)) for row, column in entries.tolist()]
        marks = torch.stack([entry[3] for entry in inside])
        assert sorted(marks.round().tolist()) == [-1, -1, 1, 1] and entries[:, 1].max() + size <= 8
        for row, column in (found != scoring.UNASKED).nonzero().tolist():
            nearest = torch.stack([(picture[:3, row, column] - entry[:3]).norm() for entry in inside]).argmin()
            assert (
                nearest == of_cells[row, column] and (marks[nearest] > 0) == (found[row, column] == 1) and column >= 8
            )


def test_legends_are_painted_with_a_dot_in_each_cell_of_an_entry():
    pictures, _, corners, _ = legends_and_dominoes.small_legends(2, seed=3, size=1)
    shown = legends_and_dominoes.painted(pictures)
    assert shown.shape == (2, 3, 96, 96) and shown.min() >= 0 and shown.max() <= 1
    for picture, drawn, entries in zip(pictures, shown, corners, strict=True):
        for row, column in entries.tolist():
            assert drawn[:, 6 * row + 2, 6 * column + 2].tolist() == [float(picture[3, row, column] > 0)] * 3


@pytest.mark.parametrize("size", [(12, 12), (9, 15), (18, 20)])
def test_the_blue_cell_is_on_the_side_that_is_the_answer(size):
    height, width = size
    pictures, sides, quarters = legends_and_dominoes.dominoes(20, seed=3, height=height, width=width)
    asked = (sides != scoring.UNASKED).nonzero().tolist()
    assert len(asked) == 20 * (height * width // 20)
    for image, row, column in asked:
        down, right = legends_and_dominoes.SIDES[sides[image, row, column]]
        assert pictures[image, 0, row, column] > 0.5 and pictures[image, 1, row + down, column + right] > 0.5
        assert quarters[image, row, column] == 2 * (row >= (height + 1) // 2) + (column >= (width + 1) // 2)
    assert ((pictures > 0.5).sum((2, 3)) == height * width // 20).all()
    assert sides[sides >= 0].unique().tolist() == [0, 1, 2, 3] and (quarters >= 0).equal(sides >= 0)


def test_each_answer_counts_alike():
    answers = torch.tensor([[[0, 0, 0, 1], [scoring.UNASKED, 2, 2, 2]]])
    always = torch.zeros(1, 3, 2, 4)
    always[:, 0] = 1
    assert scoring.right_of_each(always, answers) == pytest.approx(100 / 3)
    right = torch.nn.functional.one_hot(answers.clamp(min=0), 3).permute(0, 3, 1, 2).float()
    assert scoring.right_of_each(right, answers) == 100


def test_a_tile_is_asked_for_its_right_neighbour():
    pictures, answers = coloured_tiles.coloured_tiles(20, seed=1, size=(4, 8))
    assert pictures.shape == (20, 3, 4, 8) and answers.shape == (20, 4, 8)
    shown = torch.cdist(pictures.permute(0, 2, 3, 1), coloured_tiles.TILE_COLOURS).argmin(3)
    assert answers[:, :, :-1].equal(shown[:, :, 1:]) and answers[:, :, -1].equal(shown[:, :, -1])
    assert shown.flatten().bincount().min() > 0.2 * shown.numel()


def test_right_answers_are_counted_by_place():
    answers = torch.zeros(2, 3, 12, dtype=torch.long)
    scores = F.one_hot(answers, 4).permute(0, 3, 1, 2).float()
    assert set(coloured_tiles.right_at_borders(scores, answers, 4).values()) == {100.0}
    scores[:, 0, :, [3, 7]] = -1  # the last columns of the first two windows
    assert coloured_tiles.right_at_borders(scores, answers, 4) == {"border": 0, "edge": 100, "shifted border": 100,
                                                                   "elsewhere": 100}
    assert coloured_tiles.right_at_borders(scores, answers,
                                           12) == pytest.approx({"edge": 100, "shifted border": 100, "elsewhere": 80})
