"""The cost meter against numbers that can be counted by hand."""

import time

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from attention_lab.networks.cost import cost

pytestmark = pytest.mark.quick


def ones(*shape):
    return torch.ones(shape)


def multiply_adds(call, *inputs):
    return cost(call, *inputs, latency=False).multiply_adds


IMAGE = ones(2, 8, 9, 7)  # 63 positions
MULTIPLY_ADDS = {
    "conv": (lambda x: F.conv2d(x, ones(6, 8, 3, 3), padding=1), [IMAGE], 2 * 63 * 6 * 8 * 9),
    "conv without padding": (lambda x: F.conv2d(x, ones(6, 8, 3, 3)), [IMAGE], 2 * 35 * 6 * 8 * 9),
    "conv, stride": (lambda x: F.conv2d(x, ones(6, 8, 3, 3), padding=1, stride=2), [IMAGE], 2 * 20 * 6 * 8 * 9),
    "conv, dilation": (lambda x: F.conv2d(x, ones(6, 8, 3, 3), padding=2, dilation=2), [IMAGE], 2 * 63 * 6 * 8 * 9),
    "conv, groups": (lambda x: F.conv2d(x, ones(6, 4, 3, 3), padding=1, groups=2), [IMAGE], 2 * 63 * 6 * 4 * 9),
    "conv, depth-wise": (lambda x: F.conv2d(x, ones(8, 1, 3, 3), padding=1, groups=8), [IMAGE], 2 * 63 * 8 * 9),
    "conv, float64": (lambda x: F.conv2d(x.double(), ones(6, 8, 1, 1).double()), [IMAGE], 2 * 63 * 6 * 8),
    "conv, transposed": (lambda x: F.conv_transpose2d(x, ones(8, 6, 3, 3), stride=2), [IMAGE], 2 * 63 * 8 * 6 * 9),
    "conv1d": (lambda x: F.conv1d(x, ones(1, 1, 3), padding=1), [ones(2, 1, 16)], 2 * 16 * 3),
    "linear": (nn.Linear(8, 3), [ones(2, 5, 8)], 2 * 5 * 8 * 3),
    "linear of a vector": (nn.Linear(8, 3), [ones(8)], 8 * 3),
    "matrix times vector": (torch.matmul, [ones(3, 4), ones(4)], 3 * 4),
    "matrices times vector": (torch.matmul, [ones(2, 3, 4), ones(4)], 2 * 3 * 4),
    "vector times vector": (torch.matmul, [ones(4), ones(4)], 4),
    "addmv": (torch.addmv, [ones(3), ones(3, 4), ones(4)], 3 * 4),
    "bmm": (torch.bmm, [ones(2, 3, 4), ones(2, 4, 5)], 2 * 3 * 4 * 5),
    "addbmm": (torch.addbmm, [ones(3, 5), ones(2, 3, 4), ones(2, 4, 5)], 2 * 3 * 4 * 5),
    "einsum": (lambda q, k: torch.einsum("bnd,bmd->bnm", q, k), [ones(2, 3, 4), ones(2, 5, 4)], 2 * 3 * 5 * 4),
    "a gate is element-wise": (lambda x: x * x.mean((2, 3), keepdim=True).sigmoid(), [IMAGE], 0),
}


@pytest.mark.parametrize("name", MULTIPLY_ADDS)
def test_multiply_adds(name):
    call, inputs, expected = MULTIPLY_ADDS[name]
    assert multiply_adds(call, *inputs) == expected


def test_multiply_adds_of_a_compiled_module():
    assert multiply_adds(torch.compile(nn.Conv2d(8, 6, 1), backend="eager"), IMAGE) == 2 * 63 * 6 * 8


@pytest.mark.parametrize("values", [8, 3], ids=["fused kernel", "another width of the values"])
def test_attention_counts_both_products(values):
    q, k, v = ones(2, 4, 6, 8), ones(2, 4, 5, 8), ones(2, 4, 5, values)
    expected = 2 * 4 * 6 * 5 * (8 + values)
    assert multiply_adds(F.scaled_dot_product_attention, q, k, v) == expected
    assert multiply_adds(lambda q, k, v: (q @ k.mT).softmax(-1) @ v, q, k, v) == expected
    with torch.inference_mode():
        assert multiply_adds(F.scaled_dot_product_attention, q, k, v) == expected


def test_attention_modules_of_torch_are_counted_in_their_fused_inference_path_too():
    layer, tokens = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True), ones(2, 6, 16)
    attention = 2 * 6 * 16 * (3 * 16 + 16) + 2 * 6 * 6 * (16 + 16)
    fast = torch.backends.mha.get_fastpath_enabled()
    assert multiply_adds(layer.eval(), tokens) == attention + 2 * 6 * (16 * 32 + 32 * 16)
    assert torch.backends.mha.get_fastpath_enabled() is fast


def test_parameters_are_the_trainable_ones_and_a_shared_one_counts_once():
    layer = nn.Linear(4, 4)
    frozen = nn.Linear(4, 4, bias=False).requires_grad_(False)
    assert cost(nn.Sequential(layer, layer, frozen), ones(4), latency=False).parameters == 20
    assert cost(layer.forward, ones(4), latency=False).parameters == 20
    assert "20 trainable, 16 frozen" in repr(cost(nn.Sequential(layer, layer, frozen), ones(4), latency=False))
    assert cost(lambda x: layer(x), ones(4), latency=False).parameters is None


def memory(call, *inputs):
    return cost(call, *inputs, latency=False).forward_memory


@pytest.mark.parametrize(("dtype", "size"), [(torch.float32, 4), (torch.float64, 8)])
def test_a_chain_of_operations_keeps_two_tensors_alive(dtype, size):
    x = torch.ones(1000, dtype=dtype)
    assert memory(nn.Sequential(*(nn.ReLU() for _ in range(5))), x) == 2 * 1000 * size
    assert memory(nn.ReLU(), x) == 1000 * size


def test_keeping_a_name_for_every_intermediate_keeps_its_memory():
    def chain(x):
        a = x.relu()
        b = a.relu()
        c = b.relu()
        return c

    assert memory(chain, ones(1000)) == 3 * 4000


def test_in_place_operations_and_views_need_no_memory():
    x = ones(10, 100)
    assert memory(lambda x: x.relu().mul_(2).T.reshape(100, 10), x) == 4000
    assert memory(lambda x: x.flatten()[5:], x) == 0
    buffer = ones(1000)
    assert memory(lambda x: buffer[:10].reshape(2, 5) + x, ones(2, 5)) == 40
    assert memory(lambda x: torch.tensor([1.0, 2.0]) + x, ones(2)) == 16


def test_an_attention_map_shows_up_and_chunks_avoid_it():
    n, x = 128, ones(1, 128, 8)
    whole = memory(lambda x: (x @ x.mT).softmax(-1) @ x, x)
    assert whole == 2 * n * n * 4  # the logits and the map; the output comes when the logits are gone
    chunks = memory(lambda x: torch.cat([(rows @ x.mT).softmax(-1) @ x for rows in x.split(16, 1)], 1), x)
    assert chunks < n * n * 4
    assert memory(F.scaled_dot_product_attention, x[None], x[None], x[None]) < n * n * 4
    assert memory(F.scaled_dot_product_attention, x[None], x[None], ones(1, 1, n, 9)) > n * n * 4


def test_training_keeps_what_the_backward_pass_needs():
    result = cost(nn.Sequential(*(nn.Sigmoid() for _ in range(5))), ones(1000), backward=True, latency=False)
    assert result.forward_memory == 2 * 4000
    # The five results are saved; the caller keeps the last one and its gradient; a step back reads one more gradient
    # and writes another. Every later step frees as much as it makes.
    assert result.training_memory == (5 + 1 + 2) * 4000


def test_training_memory_includes_gradients_of_parameters():
    layer = nn.Linear(1000, 1, bias=False)
    assert cost(layer, ones(1, 1000), backward=True, latency=False).training_memory == 4 + 4 + 4000 + 4000


def test_measuring_changes_nothing():
    model = nn.Sequential(nn.Conv2d(8, 4, 1), nn.BatchNorm2d(4), nn.Dropout(0.5))
    model[1].eval()
    model[0].weight.grad = ones(4, 8, 1, 1)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    x = torch.rand(2, 8, 9, 7)
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    cost(model, x, backward=True, latency=False)
    assert torch.equal(torch.rand(2), expected)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert [m.training for m in model] == [True, False, True]
    assert torch.equal(model[0].weight.grad, ones(4, 8, 1, 1))
    assert not x.requires_grad
    assert x.grad is None


def test_a_module_of_no_length_is_a_module_too():
    empty = type("Empty", (nn.BatchNorm2d,), {"__len__": lambda self: 0})(8)
    assert cost(empty, IMAGE, backward=True, latency=False).parameters == 16
    assert empty.running_mean.eq(0).all() and empty.training


def test_arguments_may_be_nested_or_numbers():
    def pick(pair, n):
        return pair[0][:n] @ pair[1]

    assert multiply_adds(pick, (ones(5, 4), ones(4, 3)), 2) == 2 * 4 * 3


def test_latency_is_the_median_in_seconds():
    delays = iter([0.1] * 4 + [0.002] * 100)  # a slow beginning must not count

    def slow(x):
        time.sleep(next(delays))
        return x

    assert 0.002 <= cost(slow, ones(1)).latency < 0.05


def test_the_report_has_units_and_without_latency_no_number_that_changes():
    layer, x = nn.Linear(512, 512), ones(4, 512)
    report = repr(cost(layer, x, backward=True, latency=False))
    assert report == repr(cost(layer, x, backward=True, latency=False))
    assert "Linear on (4, 512), float32, cpu" in report
    assert "262,656" in report
    assert "1,048,576" in report
    assert "8.0 KiB (8,192 bytes)" in report
    assert "latency" not in report
    assert any(unit in repr(cost(layer, x)) for unit in (" µs", " ms"))
    assert "<td>262,656</td>" in cost(layer, x, latency=False)._repr_html_()
    assert "&lt;lambda&gt;" in cost(lambda x: x, x, latency=False)._repr_html_()


def test_errors_name_what_was_given():
    with pytest.raises(TypeError, match="got 3 of type int"):
        cost(3, ones(1))
    with pytest.raises(TypeError, match="inputs of Linear.*got nothing"):
        cost(nn.Linear(1, 1))
    with pytest.raises(ValueError, match="nothing to differentiate"):
        cost(lambda x: x.argmax(), ones(3), backward=True)
    with pytest.raises(RuntimeError) as caught:
        cost(nn.Linear(3, 4), ones(2, 5))
    assert "Linear on (2, 5), float32" in caught.value.__notes__[0]
