"""Modules among the arguments: torch's own, and earlier exercises of the learner."""

import pytest

from autograder.lessons.declare import Case, Earlier, Factory, Given, RandomTensor, TorchModule

pytestmark = pytest.mark.quick

COUNT = """
def count_parameters(module):
    return sum(p.numel() for p in module.parameters() if p.requires_grad)
"""
LAYERS = (TorchModule("Linear", (3, 4)), TorchModule("ReLU"), TorchModule("Linear", (4, 3), {"bias": False}))
COUNTED = (
    Case("a stack of layers", (TorchModule("Sequential", LAYERS),)),
    Case("a frozen weight", (TorchModule("Sequential", LAYERS, frozen=("0.weight",)),)),
    Case("a tied weight", (TorchModule("Sequential", (TorchModule("Linear", (5, 5)), TorchModule("Linear", (5, 5))),
                                       tied={"1.weight": "0.weight"}),)),
    Case("a norm with statistics", (TorchModule("BatchNorm2d", (6,)),)),
)


def test_parameters_are_counted(way):
    lesson = way(COUNT, "count_parameters", *COUNTED)
    lesson.right("""
        def count_parameters(module):
            trained = {id(p): p.shape.numel() for p in module.parameters() if p.requires_grad}
            return sum(trained.values())
        """)
    lesson.wrong("def count_parameters(module):\n    return sum(p.numel() for p in module.parameters())",
                 "Right on other inputs, wrong with a frozen weight", "expected 16, got 28")
    lesson.wrong("def count_parameters(module):\n    return sum(t.numel() for t in module.state_dict().values())",
                 "Wrong on 3 of 4 cases")
    lesson.wrong("""
        def count_parameters(module):
            return sum(p.numel() for _, p in module.named_parameters(remove_duplicate=False) if p.requires_grad)
        """, "wrong with a tied weight")


def test_a_given_layer_has_gradients_of_its_own(way):
    lesson = way("""
        def residual(x, downsample=None):
            return torch.relu(x + (x if downsample is None else downsample(x)))
        """, "residual", Case("a convolution", (RandomTensor((2, 3, 4, 5)), TorchModule("Conv2d", (3, 3, 1)))),
        Case("a frozen bias", (RandomTensor((2, 3, 2, 2)),),
             {"downsample": TorchModule("Conv2d", (3, 3, 1), frozen=("bias",))}),
        Case("none", (RandomTensor((2, 3, 4, 5)),)))
    lesson.right("""
        def residual(x, downsample=None):
            shortcut = downsample(x) if downsample else x
            return (shortcut + x).clamp(min=0)
        """)
    lesson.wrong("""
        def residual(x, downsample=None):
            if downsample is None:
                return torch.relu(2 * x)
            with torch.no_grad():
                y = downsample(x)
            return torch.relu(x + y)
        """, "radients of `downsample.weight`, `downsample.bias`: no gradient arrives")


BLOCKS = """
class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.query = nn.Linear(channels, channels)
        self.key = nn.Linear(channels, channels)

    def forward(self, x):
        return x + torch.sigmoid(self.query(x)) * self.key(x)


def refine(blocks, x):
    steps = []
    for block in blocks:
        x = block(x)
        steps.append(x)
    return steps
"""


def test_a_list_of_earlier_exercises(way):
    lesson = way(BLOCKS, "refine", Case("two blocks",
                                        ([Earlier("Block", (4,)), Earlier("Block", (4,))], RandomTensor((3, 4)))),
                 Case("one block", ([Earlier("Block", (2,))], RandomTensor((1, 2)))), uses=("Block",))
    renamed = """
        class Block(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.value, self.gate = nn.Conv1d(channels, channels, 1), nn.Conv1d(channels, channels, 1)

            def forward(self, x):
                return x + (self.value(x[..., None]) * self.gate(x[..., None]).sigmoid())[..., 0]

        """
    lesson.right(renamed + """
        def refine(blocks, x):
            outputs = [x]
            for index in range(len(blocks)):
                outputs.append(blocks[index](outputs[-1]))
            return outputs[1:]
        """)
    lesson.wrong(renamed + """
        def refine(blocks, x):
            return [block(x) for block in blocks]
        """, "Output[1]", "Right on other inputs")
    lesson.wrong("""
        def refine(blocks, x):
            steps = []
            for block in blocks:
                x = block(x).detach()
                steps.append(x)
            return steps
        """, "no gradient arrives")
    lesson.wrong("def refine(blocks, x):\n    return [blocks(x)]",
                 "TypeError when it was called: 'list' object is not callable")


def test_a_layer_given_to_the_constructor(way):
    lesson = way("""
        class Residual(nn.Module):
            def __init__(self, channels, downsample=None):
                super().__init__()
                self.conv = nn.Conv2d(channels, channels, 1)
                self.downsample = downsample

            def forward(self, x):
                return self.conv(x) + (x if self.downsample is None else self.downsample(x))
        """, "Residual", Case("a layer", (RandomTensor((2, 3, 2, 4)),),
                              construct={"channels": 3, "downsample": TorchModule("Conv2d", (3, 3, 1))}),
        Case("none", (RandomTensor((2, 3, 2, 4)),), construct={"channels": 3}))
    lesson.right("""
        class Residual(nn.Module):
            def __init__(self, channels, downsample=None):
                super().__init__()
                self.downsample = nn.Identity() if downsample is None else downsample
                self.conv = nn.Conv2d(channels, channels, 1)

            def forward(self, x):
                return self.downsample(x) + self.conv(x)
        """)
    lesson.wrong("""
        class Residual(nn.Module):
            def __init__(self, channels, downsample=None):
                super().__init__()
                self.conv = nn.Conv2d(channels, channels, 1)

            def forward(self, x):
                return self.conv(x) + x
        """, "Missing: `downsample.weight` (3, 3, 1, 1), `downsample.bias` (3,)")


def test_a_module_built_from_earlier_exercises(way):
    lesson = way(BLOCKS + """
class Stack(nn.Module):
    def __init__(self, channels, depth):
        super().__init__()
        self.blocks = nn.ModuleList(Block(channels) for _ in range(depth))

    def forward(self, x):
        return refine(self.blocks, x)[-1]
""", "Stack", Case("three blocks", (RandomTensor((2, 4)),), construct={"channels": 4, "depth": 3}), uses=("Block", "refine"))  # noqa: E501
    lesson.right("""
        class Stack(nn.Module):
            def __init__(self, channels, depth):
                super().__init__()
                self.all_blocks = nn.Sequential(*[Block(channels) for _ in range(depth)])

            def forward(self, x):
                return self.all_blocks(x)
        """)
    lesson.wrong("""
        class Stack(nn.Module):
            def __init__(self, channels, depth):
                super().__init__()
                self.blocks = [Block(channels) for _ in range(depth)]

            def forward(self, x):
                return refine(self.blocks, x)[-1]
        """, "`self.blocks` is a plain Python container", "Missing: `blocks.0.query.weight` (4, 4)")
    lesson.wrong("""
        class Stack(nn.Module):
            def __init__(self, channels, depth):
                super().__init__()
                self.blocks = nn.ModuleList(Block(channels) for _ in range(depth))

            def forward(self, x):
                return refine(list(self.blocks)[:-1] + [self.blocks[0]], x)[-1]
        """, "no gradient arrives")
    unwritten = lesson.wrong("""
        class Block(nn.Module):
            def __init__(self, channels):
                super().__init__()
                raise NotImplementedError

        """ + """
        class Stack(nn.Module):
            def __init__(self, channels, depth):
                super().__init__()
                self.blocks = nn.Sequential(*(Block(channels) for _ in range(depth)))

            def forward(self, x):
                return self.blocks(x)
        """, "`Block`, an earlier exercise that this one uses, is not implemented yet")
    assert not unwritten.started


CHAIN = """
class Gate(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.layer = nn.Linear(channels, channels)

    def forward(self, x):
        return x * torch.sigmoid(self.layer(x))


class Chain(nn.Module):
    def __init__(self, make, widths=(300, 200)):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
        self.made = nn.ModuleList(make(b) for b in widths[1:])

    def forward(self, x):
        for layer, made in zip(self.layers, self.made):
            x = made(layer(x))
        return x
"""
CLASS = CHAIN[CHAIN.index("class Chain"):]
SHARED = CLASS.replace("self.made = nn.ModuleList(make(b) for b in widths[1:])",
                       "one = make(widths[1])\n        self.made = nn.ModuleList(one for _ in self.layers)")


@pytest.mark.parametrize("of", [TorchModule("BatchNorm1d", (Given(),)), Earlier("Gate", (Given(),)),
                                TorchModule("Sequential", (TorchModule("Linear", (Given(), Given())),
                                                           TorchModule("Sigmoid")))])
def test_a_factory_given_to_the_constructor(way, of):
    """The modules that it makes have weights of their own, are the learner's to place, and follow mode and dtype."""
    def case(words, **more):
        return Case(words, (RandomTensor((3, 4)),), construct={"make": Factory(of), "widths": [4, 5, 5]}, **more)

    lesson = way(CHAIN, "Chain", case("three widths"), case("training mode", train=True),
                 case("float32", dtype="float32"),
                 case("another device", device=True), uses=("Gate",))
    lesson.right("""
        class Chain(nn.Module):
            def __init__(self, make, widths=(300, 200)):
                super().__init__()
                self.layers, self.made = nn.ModuleList(), nn.ModuleList()
                for i in range(1, len(widths)):
                    self.made.append(make(widths[i]))
                    self.layers.append(nn.Linear(widths[i - 1], widths[i]))

            def forward(self, x):
                for i, layer in enumerate(self.layers):
                    x = self.made[i](layer(x))
                return x
        """)
    lesson.wrong(SHARED)
    lesson.wrong(CLASS.replace("make(b) for b", "make(a) for a, b").replace("in widths[1:])",
                                                                            "in zip(widths, widths[1:]))"))
    lesson.wrong(CLASS.replace("make(b)", "make(b, b)"), "make()", "TypeError")


def test_the_number_of_a_modules_parameters(way):
    """Of a network of any size: nothing of it is stored. A parameter under two names counts once, a frozen one not
    at all."""
    factory = Factory(Earlier("Gate", (Given(),)))
    lesson = way(CHAIN, "Chain", Case("small", (RandomTensor((3, 4)),),
                                      construct={"make": factory, "widths": (4, 5, 6)}),
                 Case("the default widths", construct={"make": factory}, method="parameters"),
                 Case("large", construct={"make": factory, "widths": (2000, 1000)}, method="parameters"),
                 uses=("Gate",))
    assert sum(file.stat().st_size for file in lesson.path.iterdir()) < 10_000
    lesson.right(CLASS)
    lesson.wrong(CLASS.replace("300", "200"), "Right on other inputs, wrong with the default widths",
                 "Number of trainable parameters: expected 100400, got 80400")
    judged = lesson.judge(CLASS.replace("300", "200"), secret=True)
    assert judged.points < judged.max_points and "100400" not in judged.headline + str(judged.evidence)
    lesson.wrong(CLASS.replace("(make(b) for", "(make(b).requires_grad_(b < 200) for"),
                 "got 60200")


def test_a_large_module_whose_weights_are_not_drawn(way):
    lesson = way(COUNT, "count_parameters",
                 Case("a large layer", (TorchModule("Linear", (1000, 2000), weights=False),)),
                 Case("frozen", (TorchModule("Linear", (1000, 2000), frozen=("bias",), weights=False),)))
    assert sum(file.stat().st_size for file in lesson.path.iterdir()) < 10_000
    lesson.right("def count_parameters(module):\n    return sum(p.numel() for p in module.parameters() if "
                 "p.requires_grad)")
    lesson.wrong("def count_parameters(module):\n    return sum(p.numel() for p in module.parameters())",
                 "Right on other inputs, wrong with frozen", "expected 2000000, got 2002000")
