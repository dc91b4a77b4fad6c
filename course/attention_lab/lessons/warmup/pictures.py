"""Pictures of lesson 00: a query that moves with sliders, a spotlight for a gate, the curves of the experiment, where
trained networks look, and a game that one of them has answered."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ...pictures.images import show
from ...pictures.keepsake import keepsake
from ...pictures.panels import bars
from ...pictures.style import ALERT, FEATURES, WIDEST, house_figure
from ...pictures.touch import slide
from .task import (
    CARD_COLOURS,
    CARDS,
    SQUARES,
    CardPlayer,
    Games,
    as_inputs,
    card_games,
    card_pictures,
    right_answers,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ...networks.training import Results

WORDS = ("red", "ball", "rolls")
STEPS = {str(n): float(n) for n in range(-2, 5)}
QUESTIONS = (6, 3, 2, 1)  # how many questions are asked at once in the tests
QUIET = "#666666"
STYLES = {"over the keys": (FEATURES, "o-"), "over the queries": (ALERT, "s--"), "plain mean": (QUIET, "^:")}


def spotlight(height: int, width: int) -> Tensor:
    """Returns a weight for each position, (1, 1, height, width). It is 1 a little above the middle, and falls to 0
    around it."""
    rows, columns = torch.linspace(-1, 1, height)[:, None], torch.linspace(-1, 1, width)[None, :]
    return torch.exp(-6 * ((rows + 0.1) ** 2 + columns ** 2))[None, None]


def slide_a_query(attend: Callable[..., Tensor], keys: Tensor) -> None:
    """Displays sliders for a query of two numbers, with the weights that a learner's attention gives the words red,
    ball and rolls.

    If the values are the rows of the identity matrix, the output is the weights.

    attend: called as attend(q, k, v, scale=ln 2).
    keys: (1, 3, 2).
    """
    def weights(colour: float, thing: float) -> Tensor:
        return attend(torch.tensor([[[colour, thing]]]), keys, torch.eye(3)[None], scale=math.log(2))[0, 0]

    slide({"colour": STEPS, "thing": STEPS}, lambda *query: [bars(weights(*query), WORDS, "weights")],
          lambda *query: query_in_words(query, keys[0].tolist(), weights(*query).tolist()), start=["1", "0"])


def query_in_words(query: Sequence[float], keys: Sequence[Sequence[float]], weights: Sequence[float]) -> str:
    """Says in words how a softmax with base 2 turns a query's scores into powers of 2, their sum, and the weights."""
    powers = [2 ** sum(a * b for a, b in zip(query, key, strict=True)) for key in keys]
    made = ", ".join(f"{power:g}" for power in powers)
    return (f"Query ({query[0]:g}, {query[1]:g}): 2 to the power of the scores is {made}; the sum is {sum(powers):g}. "
            f"The weights of red, ball and rolls are {', '.join(f'{weight:.2f}' for weight in weights)}.")


def keep_cards(network: nn.Module, game: Games) -> None:
    """Shows a game that a trained network has answered, one question at a time, and keeps the picture as
    `my_warmup.png`.

    network: a `CardPlayer`.
    game: one game.
    """
    network.eval()
    with torch.no_grad():
        said = network(as_inputs(game), 1)[0].argmax(-1)
    names = list(CARD_COLOURS)
    grey = card_pictures(game.questions[0], torch.zeros(CARDS, dtype=torch.long)).mean(1, keepdim=True)
    marks = ["✓" if right else "✗" for right in said == game.answers[0]]
    keepsake("my_warmup.png", "Six cards, six badly printed patterns: which colour is each?",
             {"the cards": [(names[colour], card) for colour, card in
                            zip(game.colours[0], card_pictures(game.cards[0], game.colours[0]), strict=True)],
              "the questions": [("", each) for each in grey.expand(-1, 3, -1, -1)],
              "the answers": [(f"{names[colour]} {mark}", card) for colour, mark, card in
                              zip(said, marks, card_pictures(game.questions[0], said), strict=True)]},
             f"Attention, written by hand: {right_answers(network, card_games(512, 1))['1 at once']:.1f} % right on "
             "512 new games")


@torch.no_grad()
def print_matching_weights(players: Sequence[CardPlayer]) -> None:
    """Prints how many questions each trained network answers, one at a time, and how much of a question's weight lies
    on the card that matches it, on average over new games.

    If the values are the rows of the identity matrix, the output of an attention is its weights.
    """
    games = card_games(512, 1)
    questions, cards, _ = as_inputs(games).split([SQUARES, SQUARES, CARDS], dim=2)
    match = games.answers[:, :, None] == games.colours[:, None, :]
    for number, player in enumerate(players):
        weights = player.attend(player.query(questions), player.key(cards), torch.eye(CARDS).expand(len(cards), -1, -1))
        print(f"network {number}: {right_answers(player, games)['1 at once']:.0f} % right, "
              f"{100 * (weights * match).sum(2).mean():.0f} % of a question's weight on the matching card")


def show_losses_and_questions(results: Results, losses: Mapping[tuple[str, int], Sequence[float]]) -> None:
    """Displays the training loss of the three arms that have a cue, and their right answers with 6, 3, 2 and 1
    questions at once.

    results: the measures are "6 at once" and so on.
    losses: the loss of each step, by arm and seed.
    """
    keys, queries, mean = ([round(results.mean(arm, f"{n} at once")) for n in QUESTIONS] for arm in STYLES)
    show(_losses_and_questions(results, losses),
         "Left: the training loss of three arms. Right: the percentage of right answers with 6, 3, 2 and 1 questions "
         f"at once. Over the keys: {keys}, over the queries: {queries}, plain mean: {mean}; chance level is 17.")


@house_figure
def _losses_and_questions(results: Results, losses: Mapping[tuple[str, int], Sequence[float]]) -> Figure:
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDEST, 3.4))
    for arm, (colour, style) in STYLES.items():
        curves = torch.tensor([losses[arm, seed] for seed in results.seeds]).mean(0)
        smooth = curves.unfold(0, 32, 32).mean(1)  # an epoch has 32 steps
        left.plot(range(1, len(smooth) + 1), smooth, style, color=colour, label=arm, markersize=4)
        means = [results.mean(arm, f"{n} at once") for n in QUESTIONS]
        errors = [2 * results.standard_error(arm, f"{n} at once") for n in QUESTIONS]
        right.errorbar(range(len(QUESTIONS)), means, yerr=errors, fmt=style, color=colour, capsize=4)
    left.set(xlabel="epoch", ylabel="training loss (cross entropy)", title="In training the two axes look alike ...")
    left.legend(frameon=False)
    right.axhline(100 / 6, color=QUIET, linewidth=0.8)
    right.annotate("chance level", (0, 100 / 6), xytext=(0, 5), textcoords="offset points")
    right.set(xticks=range(len(QUESTIONS)), xticklabels=QUESTIONS, ylim=(0, 105), xlabel="questions asked at once",
              ylabel="right answers on new games (%)", title="... until fewer questions are asked at once")
    figure.supxlabel(f"mean of {len(results.seeds)} seeds; bars: two standard errors to each side", fontsize=9)
    return figure
