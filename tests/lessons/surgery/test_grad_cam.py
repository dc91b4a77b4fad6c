"""Grad-CAM on small networks, each with something that makes the map another layer's, or none."""

import pytest
import torch
from torch import nn

from attention_lab.lessons.surgery.grad_cam import grad_cam

pytestmark = pytest.mark.quick
X = torch.randn(2, 3, 12, 8, generator=torch.Generator().manual_seed(1))


class Does(nn.Module):
    def __init__(self, forward):
        super().__init__()
        self.forward = forward


def tokens(extra):
    return (Does(lambda x: torch.cat([torch.full((2, extra, 4), 9.0), x.flatten(2).transpose(1, 2)], 1)),
            Does(lambda x: x[:, extra:].transpose(1, 2)))


def network(*after):
    torch.manual_seed(0)
    made = nn.Sequential(nn.Conv2d(3, 4, 3, 2, 1), nn.BatchNorm2d(4), *after, nn.Flatten(), nn.Linear(4 * 6 * 4, 3))
    nn.init.normal_(made[-1].weight, 0.1, 0.1)
    return made


def test_it_gives_the_pages_worked_example_and_leaves_everything_as_it_was():
    layer, norm, last = nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2).eval(), nn.Linear(4, 2)
    small = nn.Sequential(layer, norm, nn.Flatten(), last).requires_grad_(False)
    for tensor, numbers in ((layer.weight, [1, 0]), (layer.bias, [0, 2]), (last.weight, [0, 0, 0, 0, 1, 1, -2, 0])):
        tensor.copy_(torch.tensor(numbers).view_as(tensor))
    found = grad_cam(small, layer, x := torch.tensor([1.0, 3]).view(1, 1, 1, 2), 1)
    torch.testing.assert_close(found, torch.tensor([[[0.0, 1]]]), rtol=1e-4, atol=1e-4)
    assert not found.requires_grad and not x.requires_grad and not layer._forward_hooks and last.weight.grad is None
    assert (small.training, layer.training, norm.training, int(norm.num_batches_tracked)) == (True, True, False, 0)


@pytest.mark.parametrize("after", [(nn.ReLU(inplace=True),), (nn.Hardtanh(inplace=True), nn.ReLU6(inplace=True))])
def test_what_works_in_place_behind_a_layer_does_not_change_its_map(after):
    one, other = network(*after).requires_grad_(False), network(*(type(layer)() for layer in after))
    with torch.no_grad():
        found = grad_cam(one, one[1], X, 0)
    assert found.any() and torch.equal(found, grad_cam(other, other[1], X, 0))


@pytest.mark.parametrize("there, back", [tokens(0), tokens(1), tokens(5), (Does(lambda x: x.permute(0, 2, 3, 1)),
                                                                           Does(lambda x: x.permute(0, 3, 1, 2)))])
def test_channels_may_be_last_and_tokens_that_are_no_positions_are_left_out(there, back):
    plain, other = network(), network(there, back)
    assert (expected := grad_cam(plain, plain[1], X, 2)).shape == (2, 6, 4) and expected.any()
    torch.testing.assert_close(grad_cam(other, there, X, 2), expected)


def test_each_picture_may_have_its_own_target():
    plain = network()
    each = [grad_cam(plain, plain[1], x[None], target) for x, target in zip(X, (2, 0))]
    torch.testing.assert_close(grad_cam(plain, plain[1], X, torch.tensor([2, 0])), torch.cat(each))
    for target in (None, "cat", torch.tensor([1, 2, 0]), 1.5):
        with pytest.raises(ValueError, match="a tensor of 2 classes"):
            grad_cam(plain, plain[1], X, target)


def test_windows_are_no_pictures():
    there, back = Does(lambda x: x.unflatten(2, (2, 3)).transpose(1, 2).flatten(0, 1)), Does(
        lambda x: x.unflatten(0, (2, 2)).transpose(1, 2).flatten(2, 3))
    with pytest.raises(ValueError, match=r"\(4, 4, 3, 4\) for a batch of 2"):
        grad_cam(network(there, back), there, X, 0)
