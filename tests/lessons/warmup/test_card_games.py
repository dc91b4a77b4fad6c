"""What lesson 00 takes from the library for its experiment and for what can be touched."""

import re

import matplotlib as mpl
import pytest
import torch

from attention_lab.lessons.warmup.experiment import plain_mean
from attention_lab.lessons.warmup.pictures import (
    QUESTIONS,
    STYLES,
    print_matching_weights,
    query_in_words,
    show_losses_and_questions,
    slide_a_query,
    spotlight,
)
from attention_lab.lessons.warmup.task import AnswerLoss, CardPlayer, as_inputs, card_games, right_answers
from attention_lab.networks.training import Results

mpl.use("agg")
KEYS = torch.tensor([[[1.0, 0], [0, 1], [0, 0]]])


def first_value(q, k, v):
    return v[:, :1].expand(-1, q.shape[1], -1)


def test_a_player_asks_as_many_questions_at_once_as_it_is_told():
    asked = []

    def attend(q, k, v):
        asked.append(q.shape[1])
        return first_value(q, k, v)

    games = card_games(2, seed=0)
    output = CardPlayer(attend)(as_inputs(games), 2)
    assert output.shape == (2, 6, 6) and asked == [2, 2, 2]
    loss = AnswerLoss()
    assert loss(output, games.answers).item() == pytest.approx(loss.values[0])


def test_right_answers_are_counted_for_each_number_of_questions():
    games = card_games(3, seed=0)

    def player(game, at_once):
        truth = torch.nn.functional.one_hot(games.answers, 6).float()
        return truth if at_once > 1 else -truth

    assert right_answers(player, games) == {"6 at once": 100, "3 at once": 100, "2 at once": 100, "1 at once": 0}


def test_a_query_in_words(capsys):
    assert query_in_words((1, 0), KEYS[0].tolist(), [0.5, 0.25, 0.25]) == (
        "Query (1, 0): 2 to the power of the scores is 2, 1, 1; the sum is 4. "
        "The weights of red, ball and rolls are 0.50, 0.25, 0.25.")
    slide_a_query(lambda q, k, v, scale: torch.full((1, 1, 3), 1 / 3), KEYS)
    assert "are 0.33, 0.33, 0.33." in capsys.readouterr().out


def test_the_weight_on_matching_cards_is_printed(capsys):
    def nearest(q, k, v):
        return (-10 * torch.cdist(q, k)).softmax(2) @ v

    by_hand = CardPlayer(nearest)
    for layer in (by_hand.query, by_hand.key):
        torch.nn.init.eye_(layer.weight), torch.nn.init.zeros_(layer.bias)
    print_matching_weights([CardPlayer(plain_mean), by_hand])
    shares = [int(each) for each in re.findall(r"(\d+) % of a question's weight", capsys.readouterr().out)]
    assert shares[0] == 17 and shares[1] > 90


def test_a_spotlight_is_brightest_near_the_middle():
    light = spotlight(40, 60)
    assert light.shape == (1, 1, 40, 60) and light[0, 0, 18, 29] > 0.99 and light[0, 0, 0, 0] < 0.01


def test_the_experiment_is_drawn_with_its_numbers_in_words(capsys):
    runs = {(arm, seed): {f"{n} at once": 10.0 * n + seed for n in QUESTIONS} for arm in STYLES for seed in (0, 1)}
    show_losses_and_questions(Results(tuple(STYLES), (0, 1), runs), {run: [1.0] * 64 for run in runs})
    assert "Over the keys: [60, 30, 20, 10]" in capsys.readouterr().out
