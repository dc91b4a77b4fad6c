"""A cause that a report names is true: each of these answers was once told a false one."""

import pytest

from autograder.lessons.catalogue import Mistake
from autograder.lessons.declare import Case, RandomTensor

pytestmark = pytest.mark.quick

MIX = """
class Mix(nn.Module):
    def __init__(self, dim, hidden=3):
        super().__init__()
        self.query, self.key, self.value = nn.Linear(dim, hidden), nn.Linear(dim, hidden), nn.Linear(dim, dim)

    def attention(self, x):
        return torch.softmax(self.query(x) @ self.key(x).transpose(1, 2), dim=-1)

    def forward(self, x):
        return x + self.attention(x) @ self.value(x)
"""
TOKENS = (Case("five tokens", (RandomTensor((2, 5, 4)),), construct=(4,)),
          Case("four tokens", (RandomTensor((1, 4, 6)),), construct=(6,)),
          Case("its attention", (RandomTensor((2, 5, 4)),), construct=(4,), method="attention"))


def test_an_image_whose_gates_are_all_alike(way):
    """Gates in another order do not show there: "only the first image is right" says nothing about the cause."""
    gated = """
        def gated(x):
            gates = torch.sigmoid(x.mean((2, 3)))
            gates = torch.cat([gates[:1] * 0 + 0.5, gates[1:]]) if x.shape[2] == 1 else gates
            return x * {}[:, :, None, None]
        """
    lesson = way(gated.format("gates"), "gated", Case("a map", (RandomTensor((2, 4, 3, 3)),)),
                 Case("one position", (RandomTensor((2, 4, 1, 1)),)))
    lesson.wrong(gated.format("gates.flip(1)"), "Output: 72 of 72 numbers differ", "With a map.",
                 never=("first image",))
    lesson.wrong(gated.format("gates[:1]"), "only the first image is right, but the batch has 2 images")


def test_the_first_image_is_not_blamed_if_a_batch_of_one_is_wrong(way):
    lesson = way("def twice(x):\n    return 2 * x", "twice", Case("two images", (RandomTensor((2, 3)),)),
                 Case("one image", (RandomTensor((1, 3)),)))
    answer = "def twice(x):\n    return torch.cat([2 * x[:{}], x[{}:] ** 3])"
    lesson.wrong(answer.format("len(x) - 1", "len(x) - 1"), "Output: 3 of 3 numbers differ", never=("first image",))
    lesson.wrong(answer.format(1, 1), "only the first image is right, but the batch has 2 images")


def test_a_kernel_of_one(way):
    """An index that is off by one leaves nothing of it: the larger kernels show more."""
    band = """
        def band(kernel, size):
            place = torch.arange(size)
            index = place - place[:, None] + len(kernel) // 2
            inside = (index {} 0) & (index < len(kernel))
            return torch.where(inside, kernel[index.clamp(0, len(kernel) - 1)], 0)
        """
    lesson = way(band.format(">="), "band", *(Case(f"a kernel of {k}", (RandomTensor((k,)), 4)) for k in (1, 3, 5)))
    lesson.wrong(band.format(">"), " of 16 numbers differ", never=("zero everywhere", "detach", "ReLU"))
    lesson.wrong("def band(kernel, size):\n    return torch.zeros(size, size).to(kernel)",
                 "Output: it is zero everywhere",
                 "because your result does not depend on it", never=("detach",))


def test_a_scale_of_zero(way):
    lesson = way("def weights(x, scale=1.0):\n    return torch.softmax(scale * x, -1)", "weights",
                 *(Case(f"scale={scale}", (RandomTensor((2, 5)), scale)) for scale in (1.0, 0.3, 0.0)),
                 Case("the default", (RandomTensor((2, 5)),)))
    lesson.wrong("def weights(x, scale=1.0):\n    return torch.softmax(x / scale, -1)",
                 "`x / scale` divides. Multiply. The rest is right.",
                 never=("NaN",))
    lesson.wrong("def weights(x, scale=1.0):\n    return torch.softmax(x * scale if scale else x / scale, -1)",
                 "With scale=0.0", "NaN")


def test_a_layer_under_two_names(way):
    lesson = way(MIX, "Mix", *TOKENS)
    shared = MIX.replace("nn.Linear(dim, hidden), nn.Linear(dim, dim)",
                         "None, nn.Linear(dim, dim)\n        self.key = self.query")
    lesson.wrong(shared, "points. `query` and `key` are the same layer under two names",
                 never=("first difference",))


def test_a_layer_that_is_never_called(way):
    lesson = way(MIX, "Mix", *TOKENS)
    lesson.wrong(MIX.replace("@ self.value(x)", "@ x"), "points. `value` is made and never called.",
                 "because your result does not depend on them", never=("detach",))
    lesson.wrong(MIX.replace("self.value(x)", "F.linear(x, self.value.weight)"),
                 "Gradient of `value.bias`: no gradient arrives, because", never=("never called",))


def test_a_graph_that_is_cut(way):
    """What cuts it is named where it was seen to be called, and a buffer is no `detach()`."""
    lesson = way(MIX, "Mix", *TOKENS)
    lesson.wrong(MIX.replace("self.value(x)", "self.value(x).detach()"),
                 "points. Gradients of `value.weight`, `value.bias`: no gradient arrives, so they would "
                 "never learn: your result depends on them, but `detach()` in your line `return x + "
                 "self.attention(x) @ self.value(x).detach()` cuts the graph.", never=("never called",))
    lesson.wrong(MIX.replace("self.value(x)", "(self.value(x).detach() ** 3)"),
                 "`key` and `value` are right; what you do with the result differs",
                 "so they would never learn: your result depends on them, but `detach()`")
    lesson.wrong(MIX.replace("    def forward", "    @torch.no_grad()\n    def forward"),
                 "a `no_grad()` around your code cuts the graph")
    lesson.wrong(MIX.replace("self.key(x)", "torch.from_numpy(self.key(x).detach().numpy())").replace(
        "self.value(x)", "self.value(x.data)"), "perhaps by `detach()` in your line", "`.data` in your line")
    lesson.wrong(MIX.replace("nn.Linear(dim, dim)\n", "nn.Linear(dim, dim)\n        weight = self.value.weight.data\n"
                             "        del self.value.weight\n        self.value.register_buffer('weight', weight)\n"),
                 "Gradient of `value.weight`: no gradient arrives, because it is a buffer.", never=("detach",))
    lesson.wrong(MIX.replace("nn.Linear(dim, dim)\n", "nn.Linear(dim, dim).requires_grad_(False)\n"),
                 "no gradient arrives, because they are frozen", never=("detach",))
    lesson.wrong(MIX.replace("return x +", "return x.detach() +"),
                 "Gradient of `x`: a part of it may be missing, because `detach()` in your line `return x.detach() + ")


def test_every_position_for_itself(way):
    """Positions on the axis of the heads: each has a map of one number, which is 1."""
    lesson = way(MIX, "Mix", *TOKENS)
    heads = (
        "F.scaled_dot_product_attention(self.query(x)[:, :, None], self.key(x)[:, :, None], self.value(x)[:, :,"
        " None])[:, :, 0]"
    )
    lesson.wrong(MIX.replace("self.attention(x) @ self.value(x)", heads),
                 "is only `x` plus a multiple of the output of `value`")


def test_a_method_that_returns_a_wrong_shape(way):
    """It makes `forward` stop, but the method is wrong."""
    lesson = way(MIX, "Mix", *TOKENS)
    lesson.wrong(MIX.replace("self.query(x) @ self.key(x).transpose(1, 2)",
                             "self.query(x).transpose(1, 2) @ self.key(x)"),
                 "points. Output of `attention`: Expected shape (2, 5, 5), got (2, 3, 3). If it is a matrix product",
                 never=("stops with an error",))


def test_without_positions_nothing_is_said_of_them(way):
    """The sigmoid is missing behind the last layer of a gate for each channel: what `fc2` gives is the output."""
    gate = """
        class Gate(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.fc1, self.fc2 = nn.Linear(channels, 4), nn.Linear(4, channels)

            def forward(self, z):
                return torch.sigmoid(self.fc2(self.fc1(z).relu()))
        """
    lesson = way(gate, "Gate", Case("a few", (RandomTensor((3, 6)),), construct={"channels": 6}))
    lesson.wrong(gate.replace("torch.sigmoid(self.fc2(self.fc1(z).relu()))", "self.fc2(self.fc1(z).relu())"),
                 "`fc1` and `fc2` are right",
                 never=("every position",))


def test_a_nan_is_not_taken_for_the_zero_of_a_known_mistake(way):
    lesson = way("def scale(x):\n    return x * x.norm()", "scale",
                 Case("numbers", (RandomTensor((2, 3)),), gradients=False),
                 mistakes=(Mistake("scale-nothing", "You multiply by zero.",
                                   "def scale(x):\n    return x * 0",
                                   exercise="scale"),))
    lesson.wrong("def scale(x):\n    return x - x", "You multiply by zero.")
    lesson.wrong("def scale(x):\n    return x * float('nan')", never=("You multiply by zero.",))


GATHER = """
def gather(weights, values, mask):
    return weights.softmax(-1) @ values * mask
"""
MASKS = [Case(words, (RandomTensor((2, 4, 4)), RandomTensor((2, 4, 3)), RandomTensor((2, 4, 1), kind=kind)))
         for words, kind in (("any mask", "normal"), ("another mask", "normal"), ("a mask of 0 and 1", "mask"))]


def test_a_mask_in_the_wrong_place_is_not_missing_at_the_end(way):
    """Where it has no zeros, such a mask does nothing, and the result lacks a factor;
    where it has some, the factor does not help."""
    lesson = way(GATHER, "gather", *MASKS)
    lesson.wrong(GATHER.replace(".softmax", ".masked_fill(mask.mT == 0, -9.0).softmax").replace(" * mask", " * 1"),
                 "Output: ",
                 "With a mask of 0 and 1", never=("would be right if",))
    lesson.wrong(GATHER.replace(" * mask", " + 0 * mask"), "it would be right if it were multiplied by `mask`")


def test_six_digits_of_one_input_are_no_float32_if_another_is_far_away(way):
    twice = "def twice(x):\n    return 2 * x"
    lesson = way(twice, "twice", *(Case(words, (RandomTensor((3, 4), scale=scale),), gradients=False)
                                   for words, scale in (("numbers", 1.0), ("large numbers", 1e6))))
    lesson.wrong(twice + " + 1e-8 * x ** 2", "With large numbers:",
                 never=("six digits", "float32"))
    lesson.wrong(twice + " * (1 + 1e-7 * x.sin())", "about six digits only. Is float32")


def test_numbers_that_are_near_everywhere(way):
    norm = "def norm(x):\n    return F.layer_norm(x, x.shape[1:], eps={})"
    lesson = way(norm.format(1e-5), "norm",
                 *(Case(f"{width} numbers", (RandomTensor((3, width)),)) for width in (4, 6, 8)))
    near = "A different value of eps, or of another small constant, makes a difference of that size"
    lesson.wrong(norm.format(1e-6), "numbers differ", near)
    lesson.wrong(norm.format(1e-5) + " * (1 + 0.1 * x)", "numbers differ", never=(near,))


GATE = """
class Gate(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(channels, 4), nn.Linear(4, channels)

    def forward(self, x):
        z = self.fc1(x.mean((2, 3)))
        h = torch.relu(z)
        return x * torch.sigmoid(self.fc2(h))[:, :, None, None]
"""
MAPS = (Case("a map", (RandomTensor((3, 6, 4, 5)),), construct=(6,)),
        Case("another map", (RandomTensor((2, 8, 3, 3)),), construct=(8,)))


def test_what_is_done_in_place_of_what_belongs_there(way):
    lesson = way(GATE, "Gate", *MAPS)
    belongs = "the output of `fc2`. Take the sigmoid of it"
    for done in "softplus", "square", "abs":
        lesson.wrong(GATE.replace("torch.sigmoid(self.fc2(h))", f"({'F' if done == 'softplus' else 'torch'}.{done}("
                                  "self.fc2(h)))"), done[:3], belongs)
    lesson.wrong(GATE.replace("h = torch.relu(z)", "h = 2 * torch.sigmoid(2 * z) - 1"),
                 "you take the tanh of the output of `fc1`. Take the ReLU of it.", never=("the output of `fc2`",))
    lesson.wrong(GATE.replace("h = torch.relu(z)", "h = z"), "the output of `fc1` stays as it is. Take the ReLU of it.")
    lesson.wrong(GATE.replace("torch.sigmoid(self.fc2(h))", "torch.sigmoid(self.fc2(h) * 3 + h.mean())"),
                 "what you do with the result differs. Look at what follows your line", never=("you take", "Take "))


def test_the_lines_between_which_it_goes_wrong(way):
    lesson = way(GATE, "Gate", *MAPS)
    lesson.wrong(GATE.replace("torch.relu(z)", "torch.relu(z) + z.flip(0)"), "`fc1` is right; the first difference",
                 "Look at your line `return x * torch.sigmoid(self.fc2(h))[:, :, None, None]`, and what lies between "
                 "it and `z = self.fc1(x.mean((2, 3)))`.")
    lesson.wrong(GATE.replace("x.mean((2, 3))", "x.amin((2, 3))"), "in the input of `fc1`: it is the minimum of `x` "
                 "over the axes (2, 3). Look at your line `z = self.fc1(x.amin((2, 3)))` and above.")


def test_a_layer_that_receives_another_shape(way):
    peak = ("class Peak(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        self.inner = nn.Conv2d(2, 2, 1)\n\n"
            "    def forward(self, x):\n        return self.inner(x).softmax(3).amax((2, 3))")
    lesson = way(peak, "Peak", Case("a map", (RandomTensor((2, 2, 3, 4)),), construct=()))
    lesson.wrong(peak.replace("self.inner(x)", "self.inner(x.mT.exp())"),
                 "difference is in the input of `inner`: Expected shape (2, 2, 3, 4), got (2, 2, 4, 3)")


def test_what_a_layer_receives_is_not_said_to_follow_the_images(way):
    """The numbers of the first image happen to stay below the limit."""
    lesson = way(GATE.replace("torch.relu(z)", "z.clamp(-1, 1)"), "Gate", *MAPS)
    first = "torch.cat([z[:1].clamp(-1, 1), z[1:] * 1.5])"
    lesson.wrong(GATE.replace("torch.relu(z)", first), "in the input of `fc2`: 8 of 12 numbers differ")


def test_of_two_slips_the_earlier_one_is_told(way):
    lesson = way(GATE, "Gate", *MAPS)
    lesson.wrong(GATE.replace("x.mean", "x.sum").replace("torch.sigmoid", "torch.tanh"),
                 "points. The first difference is in the input of `fc1`")


def test_dead_numbers_are_no_lost_batch_axis(way):
    """All images get the same numbers, because a ReLU leaves none of them."""
    lesson = way(GATE.replace("torch.relu(z)", "z"), "Gate", *MAPS)
    lesson.wrong(GATE.replace("torch.relu(z)", "torch.relu(z - 50)").replace("x * ", "0 * x + "),
                 "does a ReLU set to 0 what depends on them?")


def test_a_softmax_over_the_other_axis_of_a_symmetric_map(way):
    weights = "def weights(x):\n    return torch.softmax(x @ x.mT, -1)"
    lesson = way(weights, "weights", Case("five tokens", (RandomTensor((2, 5, 4)),)))
    lesson.wrong(weights.replace("-1", "1"), "let the softmax run over the other axis")
    plain = way("def product(x, y):\n    return x @ y.mT", "product",
                Case("five tokens", (RandomTensor((2, 5, 4)), RandomTensor((2, 5, 4)))))
    plain.wrong("def product(x, y):\n    return y @ x.mT", "permute the axes back", never=("softmax",))


def test_a_layer_behind_the_gathering_gathers_something(way):
    mix = MIX.replace("nn.Linear(dim, dim)", "nn.Linear(dim, dim)\n        self.proj = nn.Linear(dim, dim)").replace(
        "self.attention(x) @ self.value(x)", "2 * torch.tanh(self.proj(self.attention(x) @ self.value(x)))")
    lesson = way(mix, "Mix", *TOKENS)
    lesson.wrong(mix.replace("torch.tanh", "3 * "), "`proj`", never=("gathers nothing",))


def test_a_parameter_that_is_called_bias_is_no_layers_bias(way):
    plain = ("class Scale(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
             "        self.weight = nn.Parameter(torch.ones(3)){}\n\n    def forward(self, x):\n"
             "        return x * self.weight{}")
    lesson = way(plain.format("", ""), "Scale", Case("two", (RandomTensor((2, 3)),)))
    lesson.wrong(plain.format("\n        self.bias = nn.Parameter(torch.zeros(3))", " + self.bias"),
                 "Not expected: `bias` (3,).", never=("bias=False",))


def test_what_grows_with_every_call_does_not_depend_on_sizes(way):
    answer = ("class Twice(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.calls = 0\n\n"
              "    def forward(self, x):\n        self.calls += 1\n        return x * (2 if {} else 3)")
    lesson = way(answer.format("True"), "Twice", Case("four", (RandomTensor((2, 4)),)),
                 Case("after another call", (RandomTensor((2, 4)),), earlier=(RandomTensor((2, 3)),)))
    lesson.wrong(answer.format("self.calls == 1"), "something is kept from call to call", never=("of other sizes",))
    size = answer.replace("self.calls += 1", "self.size = getattr(self, 'size', x.shape)").format(
        "self.size == x.shape")
    lesson.wrong(size, "wrong after a call on the same module with inputs of other sizes")


def test_only_cases_that_compare_the_same_are_right(way):
    twice = "def twice(x):\n    return 2 * x"
    lesson = way(twice, "twice", Case("numbers", (RandomTensor((2, 4)),)),
                 *(Case(f"{size} numbers", (RandomTensor((size,)),), gradients=False) for size in (3, 4, 5)))
    lesson.wrong("def twice(x):\n    return x + x.detach()", "radient of `x`", never=("Right on other inputs",))
    lesson.wrong("def twice(x):\n    return 2 * x if len(x) != 3 else 3 * x", "Right on other inputs, wrong with 3 num")


NORM = """
class Norm(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.bn = nn.BatchNorm1d(dim)

    def forward(self, x):
        return self.bn(x.mean((2, 3)))
"""


def test_two_value_errors_of_torch_are_two_mistakes(way):
    lesson = way(NORM, "Norm", Case("a batch", (RandomTensor((3, 4, 2, 2)),), construct=(4,), train=False),
                 Case("one image", (RandomTensor((1, 4, 2, 2)),), construct=(4,), train=False),
                 mistakes=(Mistake("squeezed", "A bare squeeze.", exercise="Norm",
                                   code=NORM.replace("x.mean((2, 3))", "x.mean((2, 3)).squeeze()")),))
    lesson.wrong(NORM.replace("x.mean((2, 3))", "x.mean((2, 3), keepdim=True).squeeze()"), "points. A bare squeeze.")
    batch = "F.batch_norm(x.mean((2, 3)), None, None, self.bn.weight, self.bn.bias, training=True)"
    lesson.wrong(NORM.replace("self.bn(x.mean((2, 3)))", batch), "Expected more than 1 value per channel",
                 never=("points. A bare squeeze.",))
