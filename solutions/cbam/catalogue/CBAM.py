"""What learners write for `CBAM`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import convention, only_in_eval, only_in_training

RIGHT = {
    "cbam-one-line": """
class CBAM(nn.Module):
    def __init__(self, channels, reduction=16, kernel_size=7):
        super().__init__()
        self.channel_gate = ChannelGate(channels=channels, reduction=reduction)
        self.spatial_gate = SpatialGate(kernel_size=kernel_size)

    def forward(self, x):
        refined = self.channel_gate(x).mul(x)
        return torch.mul(self.spatial_gate(refined).expand_as(x), refined)
""",
    "cbam-loop": """
class CBAM(nn.Module):
    def __init__(self, channels, reduction=16, kernel_size=7):
        super().__init__()
        self.gates = nn.ModuleList([ChannelGate(channels, reduction), SpatialGate(kernel_size)])

    def forward(self, x):
        for gate in self.gates:
            x = gate(x) * x
        return x
""",
}

MISTAKES = (
    Mistake("cbam-reversed",
            "Your block gates the positions first, then the channels. CBAM begins with the channel gate, and the "
            "spatial gate reads its result.",
            {"""x = x * self.channel_gate(x)
        return x * self.spatial_gate(x)""": """x = x * self.spatial_gate(x)
        return x * self.channel_gate(x)"""}),
    Mistake("cbam-parallel",
            "Both of your gates read the same x. They should work one after the other: the spatial gate reads the "
            "image that the channel gate has already gated.",
            {"""x = x * self.channel_gate(x)
        return x * self.spatial_gate(x)""": "return x * self.channel_gate(x) * self.spatial_gate(x)"}, hint=1),
    Mistake("cbam-gated-added",
            "You multiply x by the sum of the two gates. The gates work one after the other: multiply x by the "
            "channel gate, then multiply the result by its own spatial gate.",
            {"""x = x * self.channel_gate(x)
        return x * self.spatial_gate(x)""": "return x * self.channel_gate(x) + x * self.spatial_gate(x)"}, hint=2),
    Mistake("cbam-channel-only",
            "Your block stops after the channel gate. Multiply the gated image by its spatial gate too.",
            {"""x = x * self.channel_gate(x)
        return x * self.spatial_gate(x)""": "x = x * self.channel_gate(x)\n        return x"}, hint=2),
    Mistake("cbam-spatial-only",
            "Your block leaves the channel gate out. It should come first, and the spatial gate should read the "
            "gated image.",
            {"""x = x * self.channel_gate(x)
        return x * self.spatial_gate(x)""": "return x * self.spatial_gate(x)"}, hint=2),
    Mistake("cbam-ungated-image",
            "The spatial gate reads the gated image, but you multiply the original x by its map, so the channel gate "
            "is lost. Multiply the gated image by the map.",
            {"""x = x * self.channel_gate(x)
        return x * self.spatial_gate(x)""": "return x * self.spatial_gate(x * self.channel_gate(x))"}, hint=1),
    Mistake("cbam-gates-not-applied",
            "A gate returns weights, not a gated image. Your spatial gate reads the channel gate's weights, (B, C, "
            "1, 1); multiply x by them first.",
            {"""x = x * self.channel_gate(x)
        return x * self.spatial_gate(x)""": """x = self.channel_gate(x)
        return x * self.spatial_gate(x)"""}, hint=2),
    Mistake("cbam-returns-map", "Your block returns the spatial map. Multiply the gated image by it.",
            {"return x * self.spatial_gate(x)": "return self.spatial_gate(x)"}, hint=1),
    Mistake("cbam-gate-of-gate",
            "You pass the channel gate's weights to the spatial gate and return the spatial gate's output. A gate "
            "should read an image: multiply x by the channel gate's weights, then multiply the result by its own "
            "spatial gate.",
            {"""x = x * self.channel_gate(x)
        return x * self.spatial_gate(x)""": "return self.spatial_gate(self.channel_gate(x))"}, hint=2),
    Mistake("cbam-added", "Your block adds its gates to the image. A gate multiplies.",
            {"""x = x * self.channel_gate(x)
        return x * self.spatial_gate(x)""": """x = x + self.channel_gate(x)
        return x + self.spatial_gate(x)"""}),
    Mistake("cbam-shortcut",
            convention("the block adds its input to the result", "External-Attention-pytorch's CBAMBlock",
                       "Here the shortcut belongs to the block around it."),
            {"""x = x * self.channel_gate(x)
        return x * self.spatial_gate(x)""": """y = x * self.channel_gate(x)
        return x + y * self.spatial_gate(y)"""}),
    Mistake("cbam-double-sigmoid",
            "Your gates go through a second sigmoid, which keeps every weight between 0.5 and 0.73. Both gates end "
            "in a sigmoid already, so leave yours out.",
            {"""x = x * self.channel_gate(x)
        return x * self.spatial_gate(x)""": """x = x * torch.sigmoid(self.channel_gate(x))
        return x * torch.sigmoid(self.spatial_gate(x))"""}),
    Mistake("cbam-reduction-dropped",
            "You build ChannelGate without `reduction`, so ChannelGate uses its default, 16. Pass `reduction` on.",
            {"ChannelGate(channels, reduction)": "ChannelGate(channels)"}),
    Mistake("cbam-kernel-size-dropped",
            "You build SpatialGate without `kernel_size`, so SpatialGate uses its default, 7. Pass `kernel_size` on.",
            {"SpatialGate(kernel_size)": "SpatialGate()"}),
    Mistake("cbam-arguments-swapped",
            "Your block passes `channels` and `reduction` to ChannelGate in the wrong order. ChannelGate takes the "
            "channels first.", {"ChannelGate(channels, reduction)": "ChannelGate(reduction, channels)"}),
    Mistake("cbam-channels-as-kernel",
            "Your block passes `channels` to SpatialGate, which takes the kernel size. Pass `kernel_size`: "
            "SpatialGate does not need the number of channels.", {"SpatialGate(kernel_size)": "SpatialGate(channels)"}),
    only_in_eval("cbam-only-in-eval"),
    only_in_training("cbam-only-in-training"),
)

WRONG = (
    Wrong("in-place",
          {"""x = x * self.channel_gate(x)
        return x * self.spatial_gate(x)""": """x *= self.channel_gate(x)
        x *= self.spatial_gate(x)
        return x"""}, says="your code changes it in place"),
)
