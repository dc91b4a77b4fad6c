"""What learners write for `RepairedSpatialAttention`."""

from autograder.lessons.catalogue import Mistake
from autograder.lessons.families import bottleneck, own_mode

RIGHT = {
    "repaired-modules-added": """
class RepairedSpatialAttention(nn.Module):
    def __init__(self, channels, reduction=16, num_layers=3, dilation=2):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"{channels} / {reduction}")
        self.sa = nn.Sequential()
        self.sa.add_module("conv_reduce1", nn.Conv2d(channels, c, 1))
        self.sa.add_module("bn_reduce1", nn.BatchNorm2d(c))
        self.sa.add_module("relu_reduce1", nn.ReLU())
        for i in range(num_layers):
            self.sa.add_module(f"conv_{i}", nn.Conv2d(c, c, 3, padding="same", dilation=dilation))
            self.sa.add_module(f"bn_{i}", nn.BatchNorm2d(c))
            self.sa.add_module(f"relu_{i}", nn.ReLU())
        self.sa.add_module("last_conv", nn.Conv2d(c, 1, 1))

    def forward(self, x):
        return self.sa(x).expand(x.shape)
""",
    "repaired-repeated": """
class RepairedSpatialAttention(nn.Module):
    def __init__(self, channels, reduction=16, num_layers=3, dilation=2):
        super().__init__()
        hidden = channels // reduction
        if hidden < 1:
            raise ValueError("channels", channels, "reduction", reduction)
        self.sa = nn.ModuleDict({"conv_reduce1": nn.Conv2d(channels, hidden, 1), "bn_reduce1": nn.BatchNorm2d(hidden)})
        for i in range(num_layers):
            self.sa[f"conv_{i}"] = nn.Conv2d(hidden, hidden, 3, 1, dilation, dilation)
            self.sa[f"bn_{i}"] = nn.BatchNorm2d(hidden)
        self.sa["last_conv"] = nn.Conv2d(hidden, 1, 1)

    def forward(self, x):
        h = x
        for name, layer in self.sa.items():
            h = layer(h)
            if name.startswith("bn"):
                h = torch.relu(h)
        return h.repeat(1, x.shape[1], 1, 1)
""",
}

HINTS = {"; raise ": 1}

MISTAKES = (
    Mistake("repaired-not-at-all",
            "The padding is still 1, so each layer makes H and W smaller by 2 * dilation - 2. A 3x3 kernel keeps the "
            "size with padding=dilation.",
            {'            layers[f"conv_{i}"] = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)':
                 '            layers[f"conv_{i}"] = nn.Conv2d(hidden, hidden, 3, padding=1, dilation=dilation)'},
            hint=2),
    Mistake("repaired-counted-from-one",
            "Your dilated layers are called conv_1, conv_2, ... The snippet counts from 0, so its first layers are "
            "conv_0 and bn_0. With other names the snippet's weights end up in the wrong layers.",
            {'            layers[f"conv_{i}"] = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)':
                 '            layers[f"conv_{i + 1}"] = nn.Conv2d(hidden, hidden, 3, padding=dilation, '
                 'dilation=dilation)',
             'layers[f"bn_{i}"]': 'layers[f"bn_{i + 1}"]'}, hint=1),
    Mistake("repaired-padding-two",
            "Your padding is 2 whatever the dilation is. That fits only the default; padding=dilation fits every "
            "dilation.",
            {'            layers[f"conv_{i}"] = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)':
                 '            layers[f"conv_{i}"] = nn.Conv2d(hidden, hidden, 3, padding=2, dilation=dilation)'},
            hint=2),
    Mistake("repaired-first-layer-only",
            "Only the first dilated layer is repaired: the others still have padding=1. Give all of them "
            "padding=dilation.",
            {'            layers[f"conv_{i}"] = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)':
                 '            layers[f"conv_{i}"] = nn.Conv2d(hidden, hidden, 3, padding=1 if i else dilation, '
                 'dilation=dilation)'}),
    Mistake("repaired-no-padding",
            "Your layers have no padding at all, so each makes H and W smaller by 2 * dilation. A 3x3 kernel keeps "
            "the size with padding=dilation.",
            {'            layers[f"conv_{i}"] = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)':
                 '            layers[f"conv_{i}"] = nn.Conv2d(hidden, hidden, 3, dilation=dilation)'}, hint=2),
    Mistake("repaired-without-dilation",
            "You kept the padding of 1 and took the dilation away. The map keeps its size, but each position sees "
            "less of its surroundings than the author wanted. Keep the dilation and change the padding.",
            {'            layers[f"conv_{i}"] = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)':
                 '            layers[f"conv_{i}"] = nn.Conv2d(hidden, hidden, 3, padding=1)'}, hint=2),
    Mistake("repaired-resized",
            "You let the map shrink and stretch it to x's size afterwards. Its shape is then right, but its numbers "
            "have moved to other positions. Keep the map's size in every layer: padding=dilation.",
            {'            layers[f"conv_{i}"] = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)':
                 '            layers[f"conv_{i}"] = nn.Conv2d(hidden, hidden, 3, padding=max(1, dilation - 1), '
                 'dilation=dilation)',
             "self.sa(x).expand_as(x)": "nn.functional.interpolate(self.sa(x), x.shape[2:]).expand_as(x)"}, hint=2),
    Mistake("repaired-not-expanded",
            "The numbers are right, but their shape is (B, 1, H, W). The snippet returns the map repeated for every "
            "channel, in x's shape.", {"self.sa(x).expand_as(x)": "self.sa(x)"}, hint=1),
    Mistake("repaired-one-layer-less",
            "One dilated layer is missing. Let i run from 0 to num_layers - 1, as in range(num_layers).",
            {"range(num_layers)": "range(1, num_layers)"}),
    Mistake("repaired-no-relus",
            "The ReLUs of the dilated layers are missing. (If layers share a name, a Sequential keeps only one of "
            "them.) Each layer should be convolution, BatchNorm, ReLU.",
            {'            layers[f"relu_{i}"] = nn.ReLU()\n': ""}),
    Mistake("repaired-no-norms",
            "The BatchNorms of the dilated layers are missing. Each layer should be convolution, BatchNorm, ReLU.",
            {'            layers[f"bn_{i}"] = nn.BatchNorm2d(hidden)\n': ""}),
    Mistake("repaired-channel-map",
            "Your last convolution returns C maps. It should return one, which is then repeated for every channel.",
            {'layers["last_conv"] = nn.Conv2d(hidden, 1, 1)': 'layers["last_conv"] = nn.Conv2d(hidden, channels, 1)'}),
    Mistake("repaired-no-bias",
            "Your dilated convolutions have no bias, but the snippet's have one: leave `bias` at its default.",
            {'            layers[f"conv_{i}"] = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)':
                 '            layers[f"conv_{i}"] = nn.Conv2d(hidden, hidden, 3, padding=dilation, '
                 'dilation=dilation, bias=False)'}),
    Mistake("repaired-growing-dilation",
            "Your dilation grows from layer to layer. It should be the same in all of them, as in the snippet.",
            {'            layers[f"conv_{i}"] = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)':
                 '            layers[f"conv_{i}"] = nn.Conv2d(hidden, hidden, 3, padding=dilation * (i + 1), '
                 'dilation=dilation * (i + 1))'}),
    *bottleneck("repaired"),
    *own_mode("repaired"),
)

EQUIVALENT = (
    "6: Conv2d with dilation=2", "11: Conv2d with dilation=2", "15: x detached (2)",
)
