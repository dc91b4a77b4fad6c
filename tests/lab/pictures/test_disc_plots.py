"""What the page on external attention shows: what is borrowed, and whose slot it is."""

import torch

from attention_lab.networks.training import Results
from attention_lab.pictures import external
from attention_lab.tasks import hue_discs


def test_self_attention_borrows_the_map_of_the_image_before_and_nothing_else():
    torch.manual_seed(0)
    module, x = hue_discs.SelfAttention(8), torch.randn(3, 5, 8)
    weights = (module.q(x) @ module.k(x).mT / 8 ** 0.5).softmax(2)
    assert module(x).allclose(module.out(weights @ module.v(x)))
    module.borrowed = True
    assert module(x)[1].allclose(module.out(weights[0] @ module.v(x[1])), atol=1e-6)


def test_the_network_of_the_discs_answers_at_half_the_resolution():
    discs = hue_discs.hue_discs(6, seed=1, question="legend")
    network = hue_discs.disc_network(hue_discs.mlp(32)).eval()
    assert network(discs.pictures).shape == (6, 2, *discs.answers.shape[1:])
    assert 0 <= hue_discs.right_on_discs(network, discs) <= 100


def test_borrowed_scores_are_drawn_for_those_who_borrow():
    results = Results(("MLP", "external"), (0, 1), {
        (arm, seed): {"book": 90.0 + seed, "book, borrowed": 50.0} for arm in ("MLP", "external") for seed in (0, 1)})
    axis, = external._own_and_borrowed(results, ["book"], ["external"], "external").axes
    assert [line.get_xdata().tolist() for line in axis.lines if line.get_marker() == "D"] == [[50.0, 50.0]]
    figure = external.weight_of_a_slot({"one": torch.tensor([0.5, 0.25]), "two": torch.tensor([1.0, 0.0])}, green=1)
    assert [[bar.get_height() for bar in axis.patches] for axis in figure.axes] == [[0.5, 0.25], [1.0, 0.0]]
