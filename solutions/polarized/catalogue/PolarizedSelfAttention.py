"""What learners write for `PolarizedSelfAttention`."""

from autograder.lessons.catalogue import Mistake, Wrong

RIGHT = {
    "psa-table-of-layouts": """
class PolarizedSelfAttention(nn.Module):
    def __init__(self, channels, layout="parallel"):
        super().__init__()
        self.channel = ChannelPolarized(channels)
        self.spatial = SpatialPolarized(channels)
        try:
            self.run = {"parallel": self.both, "sequential": self.chain}[layout]
        except KeyError:
            raise ValueError("layout?") from None

    def both(self, x):
        return x * (self.channel(x) + self.spatial(x))

    def chain(self, x):
        y = self.channel(x) * x
        return self.spatial(y) * y

    def forward(self, x):
        return self.run(x)
""",
    "gates-together": """
# x once, gates added
class PolarizedSelfAttention(nn.Module):
    def __init__(self, channels, layout="parallel"):
        super().__init__()
        if layout not in ("parallel", "sequential"):
            raise ValueError(layout)
        self.layout = layout
        self.channel = ChannelPolarized(channels)
        self.spatial = SpatialPolarized(channels)

    def forward(self, x):
        c = self.channel(x)
        if self.layout == "parallel":
            return x * (c + self.spatial(x))
        return x * c * self.spatial(c * x)
""",
}

HINTS = {"`layout`": 2, "multiplied by `x`": 1, "; raise ": 2}

MISTAKES = (
    Mistake("psa-always-sequential",
            'The argument `layout` has no effect: your block is always sequential. "parallel", the default, adds the '
            'two gated maps.', {"gated + x * self.spatial(x)": "gated * self.spatial(gated)"}, hint=2),
    Mistake("psa-exchanged",
            '"parallel" and "sequential" have changed places. "parallel" adds the two gated maps, and "sequential" '
            'gates the channels first, then the positions of the result.',
            {'self.layout == "parallel"': 'self.layout == "sequential"'}),
    Mistake("psa-any-case",
            "You compare only the beginning of the word, in upper or lower case, so words that are nearly right "
            "pass. Accept only the two words, exactly as written.",
            {"checked(layout)":
                 'checked({"par": "parallel", "seq": "sequential"}.get(str(layout).lower()[:3], layout))'}, hint=2),
    Mistake("psa-lower-case",
            'You make the word lower case before you compare it, so "Parallel" passes. Accept only the two words, '
            'exactly as written.',
            {"checked(layout)": "checked(layout.lower() if isinstance(layout, str) else layout)"}, hint=2),
    Mistake("psa-none-is-the-default",
            'You treat None as the default. Only "parallel" and "sequential" are allowed: raise a ValueError.',
            {"checked(layout)": 'checked(layout or "parallel")'}, hint=2),
    Mistake("psa-part-of-a-word",
            'You look for the word in a longer string, as in `layout in "parallel sequential"`. That is also true '
            'for any part of the string, and for the empty string. Compare with a tuple of the two words: layout in '
            '("parallel", "sequential").',
            {"checked(layout)":
                 'checked(("parallel" if layout in "parallel sequential" else layout) if isinstance(layout, str) '
                 'and layout not in LAYOUTS else layout)'}),
    Mistake("psa-spatial-first",
            "Your sequential layout gates the positions first (or the two branches have changed names). Gate the "
            "channels first, then the positions of the result.",
            {"gated * self.spatial(gated)": "(lambda y: y * self.channel(y))(x * self.spatial(x))"}, hint=1),
    Mistake("psa-map-of-x",
            "In the sequential layout your spatial branch reads x. It should read the gated features, and its map "
            "should multiply them.", {"gated * self.spatial(gated)": "gated * self.spatial(x)"}, hint=1),
    Mistake("psa-map-times-x",
            "In the sequential layout you multiply the original x by the map, so the channel gate is lost. Multiply "
            "the gated features by the map.", {"gated * self.spatial(gated)": "x * self.spatial(gated)"}),
    Mistake("psa-parallel-map-times-gated",
            "In the parallel layout your spatial branch reads x, but you multiply the gated features by its map. "
            "Multiply x by the map, because the branches work side by side.",
            {"gated + x * self.spatial(x)": "gated + gated * self.spatial(x)"}),
    Mistake("psa-parallel-map-added",
            "In the parallel layout you add the map itself. Multiply x by it first, then add.",
            {"gated + x * self.spatial(x)": "gated + self.spatial(x)"}),
    Mistake("psa-parallel-larger", "In the parallel layout you take the larger of the two gated maps. Add them.",
            {"gated + x * self.spatial(x)": "torch.maximum(gated, x * self.spatial(x))"}),
    Mistake("psa-parallel-of-gated",
            "In the parallel layout your spatial branch reads the gated features, and you multiply them by its map "
            "too. It should read x, and its map should multiply x, because the branches work side by side.",
            {"gated + x * self.spatial(x)": "gated + gated * self.spatial(gated)"}, hint=1),
    Mistake("psa-parallel-map-of-gated",
            "In the parallel layout your spatial branch reads the gated features, although its map multiplies x. "
            "Both branches should read x, because they work side by side.",
            {"gated + x * self.spatial(x)": "gated + x * self.spatial(gated)"}, hint=1),
    Mistake("psa-parallel-multiplied", "In the parallel layout you multiply the two gates. Add the two gated maps.",
            {"gated + x * self.spatial(x)": "gated * self.spatial(x)"}),
    Mistake("psa-gates-only-sequential", "In the sequential layout you return a product of gates. Multiply x by them.",
            {"gated * self.spatial(gated)": "self.channel(x) * self.spatial(gated)"}, hint=1),
    Mistake("psa-concatenated",
            "In the parallel layout you concatenate the two gated maps, (B, 2C, H, W). Add them: the result has x's "
            "shape.", {"gated + x * self.spatial(x)": "torch.cat([gated, x * self.spatial(x)], dim=1)"}),
)

WRONG = (
    Wrong("assert",
          {"self.layout = ": """assert layout == 'parallel' or layout == 'sequential'
        self.layout = """,
           "checked(layout)": "layout",
           "gated = x * self.channel(x)": """if self.layout == 'parallel':
            return self.channel(x) * x + self.spatial(x) * x""",
           """if self.layout == "parallel":
            return gated + x * self.spatial(x)""": "x = self.channel(x) * x",
           "gated * self.spatial(gated)": "self.spatial(x) * x"}, says="AssertionError"),
    Wrong("in-place",
          {"c = self.channel(x)\n        ": "",
           "x * (c + self.spatial(x))": "x * self.channel(x) + x * self.spatial(x)",
           "return x * c * self.spatial(c * x)": """x *= self.channel(x)
        x *= self.spatial(x)
        return x"""},
          of="gates-together", says="your code changes it in place"),
)

EQUIVALENT = (
    "12: Add in place",
)
