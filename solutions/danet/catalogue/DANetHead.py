"""What learners write for `DANetHead`."""

from autograder.lessons.catalogue import Mistake
from autograder.lessons.families import own_mode

HEAD_SUMMED_BEFORE_BACK = ("You add the outputs of the two attentions. classify_fused should read the sum of the "
                           "outputs of position_out and channel_out.")
HEAD_DROPOUT_BEHIND = ("Your dropout comes after the last convolutions and drops logits. Put nn.Dropout2d(0.1) "
                       "before them.")

RIGHT = {
    "head-spelled-out": """
class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        c = in_channels // 4
        block = lambda i: nn.Sequential(nn.Conv2d(i, c, 3, padding="same", bias=False), nn.BatchNorm2d(c), nn.ReLU(inplace=True))
        self.position_in, self.channel_in, self.position_out, self.channel_out = map(block, (in_channels, in_channels, c, c))
        self.position, self.channel = PositionAttention(c), ChannelAttention(True)
        last = lambda: nn.Sequential(nn.Dropout2d(0.1, False), nn.Conv2d(c, num_classes, 1))
        self.classify_fused, self.classify_position, self.classify_channel = last(), last(), last()

    def forward(self, x):
        p, c = self.position_in(x), self.channel_in(x)
        p, c = self.position(p), self.channel(c)
        p, c = self.position_out(p), self.channel_out(c)
        return tuple(layer(part) for layer, part in
                     ((self.classify_fused, p + c), (self.classify_position, p), (self.classify_channel, c)))
""",
    "head-other-order": """
class Branch(nn.Module):
    def __init__(self, in_channels, channels, attention):
        super().__init__()
        self.steps = nn.Sequential(
            nn.Conv2d(in_channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(), attention,
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU())

    def forward(self, x):
        return self.steps(x)

class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        self.p = Branch(in_channels, in_channels // 4, PositionAttention(in_channels // 4))
        self.c = Branch(in_channels, in_channels // 4, ChannelAttention(negate=True))
        self.dropout = nn.Dropout2d(0.1)
        self.classify_fused = nn.Conv2d(in_channels // 4, num_classes, 1)
        self.classify_position = nn.Conv2d(in_channels // 4, num_classes, 1)
        self.classify_channel = nn.Conv2d(in_channels // 4, num_classes, 1)

    def forward(self, x):
        p, c = self.p(x), self.c(x)
        sum_ = self.dropout(p + c)
        return self.classify_fused(sum_), self.classify_position(self.dropout(p)), self.classify_channel(self.dropout(c))
""",
}

HINTS = {"`position`": 2, "`position_out`": 2}

MISTAKES = (
    Mistake("head-paper-channel",
            "Your channel attention is the paper's, negate=False. The published head uses "
            "ChannelAttention(negate=True).", {"ChannelAttention(negate=True)": "ChannelAttention()"}),
    Mistake("head-back-first",
            "position_out comes before the attention `position`, and channel_out before `channel`. Each branch "
            "should be conv-BN-ReLU, attention, conv-BN-ReLU.",
            {"self.position_out(self.position(self.position_in(x)))":
                 "self.position(self.position_out(self.position_in(x)))",
             "self.channel_out(self.channel(self.channel_in(x)))":
                 "self.channel(self.channel_out(self.channel_in(x)))"}),
    Mistake("head-position-back-first",
            "position_out comes before the attention `position`. Each branch should be conv-BN-ReLU, attention, "
            "conv-BN-ReLU.",
            {"self.position_out(self.position(self.position_in(x)))":
                 "self.position(self.position_out(self.position_in(x)))"}),
    Mistake("head-summed-before-back", HEAD_SUMMED_BEFORE_BACK,
            {"position = self.position_out(self.position(self.position_in(x)))":
                 """a = self.position(self.position_in(x))
        b = self.channel(self.channel_in(x))
        position = self.position_out(a)""",
             "self.channel_out(self.channel(self.channel_in(x)))": "self.channel_out(b)",
             "self.classify_fused(position + channel)": "self.classify_fused(a + b)"}),
    Mistake("head-summed-before-position-out", HEAD_SUMMED_BEFORE_BACK,
            {"position = self.position_out(self.position(self.position_in(x)))":
                 """a = self.position(self.position_in(x))
        b = self.channel(self.channel_in(x))
        position = self.position_out(a)""",
             "self.channel_out(self.channel(self.channel_in(x)))": "self.channel_out(b)",
             "self.classify_fused(position + channel)": "self.classify_fused(self.position_out(a + b))"}),
    Mistake("head-summed-before-channel-out", HEAD_SUMMED_BEFORE_BACK,
            {"position = self.position_out(self.position(self.position_in(x)))":
                 """a = self.position(self.position_in(x))
        b = self.channel(self.channel_in(x))
        position = self.position_out(a)""",
             "self.channel_out(self.channel(self.channel_in(x)))": "self.channel_out(b)",
             "self.classify_fused(position + channel)": "self.classify_fused(self.channel_out(a + b))"}),
    Mistake("head-added-to-position",
            "You add channel to position in place (`+=`), so classify_position reads the sum. Write `position + "
            "channel`, which makes a new tensor.",
            {"return self.classify_fused(position + channel), self.classify_position(position), "
             "self.classify_channel(channel)": """position += channel
        return self.classify_fused(position), self.classify_position(position), self.classify_channel(channel)"""}),
    Mistake("head-added-to-channel",
            "You add position to channel in place (`+=`), so classify_channel reads the sum. Write `position + "
            "channel`, which makes a new tensor.",
            {"return self.classify_fused(position + channel), self.classify_position(position), "
             "self.classify_channel(channel)": """channel += position
        return self.classify_fused(channel), self.classify_position(position), self.classify_channel(channel)"""}),
    Mistake("head-added-in-place-last",
            "The numbers are right, but you add one branch to the other in place (`+=`). A classifier has already "
            "read that branch. The classifier's backward pass needs the old numbers, so `backward` stops with an "
            "error. Write `position + channel`, which makes a new tensor.",
            {"return self.classify_fused(position + channel), self.classify_position(position), "
             "self.classify_channel(channel)":
                 """a, b = self.classify_position(position), self.classify_channel(channel)
        position += channel
        return self.classify_fused(position), a, b"""}),
    Mistake("head-backs-exchanged",
            "position_out and channel_out have changed places. Call each of them in the branch that it is named "
            "after.",
            {"self.position_out(self.position(self.position_in(x)))":
                 "self.channel_out(self.position(self.position_in(x)))",
             "self.channel_out(self.channel(self.channel_in(x)))":
                 "self.position_out(self.channel(self.channel_in(x)))"}),
    Mistake("head-logits-summed",
            "Your fused logits are the sum of the other two. Call classify_fused on the sum of the two branches' "
            "features.",
            {"return self.classify_fused(position + channel), self.classify_position(position), "
             "self.classify_channel(channel)":
                 """a, b = self.classify_position(position), self.classify_channel(channel)
        return a + b, a, b"""}),
    Mistake("head-fused-twice",
            "You call classify_fused on each branch and add the results, which adds its bias twice. Add the two "
            "branches first, then call it once.",
            {"self.classify_fused(position + channel)":
                 "self.classify_fused(position) + self.classify_fused(channel)"}),
    Mistake("head-three-logits-summed",
            "You add the other two logits to the fused ones. The fused logits should come from the sum of the "
            "features alone.",
            {"return self.classify_fused(position + channel), self.classify_position(position), "
             "self.classify_channel(channel)":
                 """a, b = self.classify_position(position), self.classify_channel(channel)
        return self.classify_fused(position + channel) + a + b, a, b"""}),
    Mistake("head-concatenated",
            "You concatenate the two branches, so classify_fused reads 2 * inter channels. Add the branches: it "
            "should read inter channels.",
            {"position + channel": "torch.cat([position, channel], dim=1)",
             "self.classify_fused = classifier(inter, num_classes)":
                 "self.classify_fused = classifier(2 * inter, num_classes)"}),
    Mistake("head-order",
            "Your three logits are in the wrong order. Return the fused ones first, then those of the position "
            "branch, then those of the channel branch.",
            {"return self.classify_fused(position + channel), self.classify_position(position), "
             "self.classify_channel(channel)":
                 "fused, a, b = self.classify_fused(position + channel), self.classify_position(position), "
                 "self.classify_channel(channel)\n        return a, b, fused"}),
    Mistake("head-channel-first",
            "The second and the third logits have changed places. The order should be fused, position, channel.",
            {"return self.classify_fused(position + channel), self.classify_position(position), "
             "self.classify_channel(channel)":
                 "fused, a, b = self.classify_fused(position + channel), self.classify_position(position), "
                 "self.classify_channel(channel)\n        return fused, b, a"}),
    Mistake("head-one-output", "You return the fused logits alone. Return all three: fused, position, channel.",
            {"return self.classify_fused(position + channel), self.classify_position(position), "
             "self.classify_channel(channel)": "return self.classify_fused(position + channel)"}, hint=3),
    Mistake("head-one-classifier",
            "You call classify_fused for all three logits. Each should have a classifier of its own.",
            {"return self.classify_fused(position + channel), self.classify_position(position), "
             "self.classify_channel(channel)":
                 "return self.classify_fused(position + channel), self.classify_fused(position), "
                 "self.classify_fused(channel)"}),
    Mistake("head-classifiers-exchanged",
            "classify_position reads the channel branch and classify_channel reads the position branch. Let each "
            "classifier read the branch that it is named after.",
            {"return self.classify_fused(position + channel), self.classify_position(position), "
             "self.classify_channel(channel)":
                 "return self.classify_fused(position + channel), self.classify_channel(position), "
                 "self.classify_position(channel)"}),
    Mistake("head-no-dropout",
            "The dropout before the last three convolutions is missing. Put a Dropout2d(0.1) before each of them.",
            {"self.classify_fused = classifier(inter, num_classes)":
                 "self.classify_fused = nn.Conv2d(inter, num_classes, 1)",
             "self.classify_position = classifier(inter, num_classes)":
                 "self.classify_position = nn.Conv2d(inter, num_classes, 1)",
             "self.classify_channel = classifier(inter, num_classes)":
                 "self.classify_channel = nn.Conv2d(inter, num_classes, 1)"}),
    Mistake("head-dropout-of-elements",
            "Your dropout is nn.Dropout. It drops single numbers, but their neighbours on the map hold nearly the "
            "same numbers. Use nn.Dropout2d(0.1), which drops whole channels.",
            {"self.classify_fused = classifier(inter, num_classes)":
                 "self.classify_fused = nn.Sequential(nn.Dropout(0.1), nn.Conv2d(inter, num_classes, 1))",
             "self.classify_position = classifier(inter, num_classes)":
                 "self.classify_position = nn.Sequential(nn.Dropout(0.1), nn.Conv2d(inter, num_classes, 1))",
             "self.classify_channel = classifier(inter, num_classes)":
                 "self.classify_channel = nn.Sequential(nn.Dropout(0.1), nn.Conv2d(inter, num_classes, 1))"}),
    Mistake("head-dropout-behind", HEAD_DROPOUT_BEHIND,
            {"self.classify_fused = classifier(inter, num_classes)":
                 "self.classify_fused = nn.Sequential(nn.Conv2d(inter, num_classes, 1), nn.Dropout(0.1))",
             "self.classify_position = classifier(inter, num_classes)":
                 "self.classify_position = nn.Sequential(nn.Conv2d(inter, num_classes, 1), nn.Dropout(0.1))",
             "self.classify_channel = classifier(inter, num_classes)":
                 "self.classify_channel = nn.Sequential(nn.Conv2d(inter, num_classes, 1), nn.Dropout(0.1))"}),
    Mistake("head-dropout2d-behind", HEAD_DROPOUT_BEHIND,
            {"self.classify_fused = classifier(inter, num_classes)":
                 "self.classify_fused = nn.Sequential(nn.Conv2d(inter, num_classes, 1), nn.Dropout2d(0.1))",
             "self.classify_position = classifier(inter, num_classes)":
                 "self.classify_position = nn.Sequential(nn.Conv2d(inter, num_classes, 1), nn.Dropout2d(0.1))",
             "self.classify_channel = classifier(inter, num_classes)":
                 "self.classify_channel = nn.Sequential(nn.Conv2d(inter, num_classes, 1), nn.Dropout2d(0.1))"}),
    Mistake("head-dropout-before-sum",
            "You apply dropout to each branch before you add the two. Put a Dropout2d(0.1) in front of each of the "
            "last three convolutions. The one in classify_fused is then applied to the sum.",
            {"self.classify_fused = classifier(inter, num_classes)":
                 "self.classify_fused = nn.Conv2d(inter, num_classes, 1)",
             "self.classify_position = classifier(inter, num_classes)":
                 "self.classify_position = nn.Conv2d(inter, num_classes, 1)",
             "self.classify_channel = classifier(inter, num_classes)":
                 "self.classify_channel = nn.Conv2d(inter, num_classes, 1)",
             "self.position_out(self.position(self.position_in(x)))":
                 "nn.functional.dropout2d(self.position_out(self.position(self.position_in(x))), 0.1, self.training)",
             "self.channel_out(self.channel(self.channel_in(x)))":
                 "nn.functional.dropout2d(self.channel_out(self.channel(self.channel_in(x))), 0.1, self.training)"}),
    Mistake("head-dropout-half", "Your dropout has torch's default, 0.5. It should be Dropout2d(0.1).",
            {"self.classify_fused = classifier(inter, num_classes)":
                 "self.classify_fused = nn.Sequential(nn.Dropout2d(), nn.Conv2d(inter, num_classes, 1))",
             "self.classify_position = classifier(inter, num_classes)":
                 "self.classify_position = nn.Sequential(nn.Dropout2d(), nn.Conv2d(inter, num_classes, 1))",
             "self.classify_channel = classifier(inter, num_classes)":
                 "self.classify_channel = nn.Sequential(nn.Dropout2d(), nn.Conv2d(inter, num_classes, 1))"}),
    Mistake("head-biases",
            "Your 3x3 convolutions have biases. Before a BatchNorm a bias has no effect: pass bias=False.",
            {"self.position_in, self.channel_in = conv_bn_relu(in_channels, inter), conv_bn_relu(in_channels, inter)":
                 "self.position_in, self.channel_in = block(in_channels, inter), block(in_channels, inter)",
             "self.position_out, self.channel_out = conv_bn_relu(inter, inter), conv_bn_relu(inter, inter)":
                 "self.position_out, self.channel_out = block(inter, inter), block(inter, inter)",
             "inter = in_channels // 4\n": """inter = in_channels // 4
        block = lambda i, o: nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU())
"""}),
    Mistake("head-no-relu", "The ReLUs of your conv-BN-ReLU blocks are missing. Put one after each BatchNorm.",
            {"self.position_in, self.channel_in = conv_bn_relu(in_channels, inter), conv_bn_relu(in_channels, inter)":
                 "self.position_in, self.channel_in = block(in_channels, inter), block(in_channels, inter)",
             "self.position_out, self.channel_out = conv_bn_relu(inter, inter), conv_bn_relu(inter, inter)":
                 "self.position_out, self.channel_out = block(inter, inter), block(inter, inter)",
             "inter = in_channels // 4\n": """inter = in_channels // 4
        block = lambda i, o: nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o))
"""}),
    Mistake("head-no-padding",
            "Your 3x3 convolutions have no padding, so each takes two rows and two columns off the map. padding=1 "
            "keeps H and W.",
            {"self.position_in, self.channel_in = conv_bn_relu(in_channels, inter), conv_bn_relu(in_channels, inter)":
                 "self.position_in, self.channel_in = block(in_channels, inter), block(in_channels, inter)",
             "self.position_out, self.channel_out = conv_bn_relu(inter, inter), conv_bn_relu(inter, inter)":
                 "self.position_out, self.channel_out = block(inter, inter), block(inter, inter)",
             "inter = in_channels // 4\n": """inter = in_channels // 4
        block = lambda i, o: nn.Sequential(nn.Conv2d(i, o, 3, bias=False), nn.BatchNorm2d(o), nn.ReLU())
"""},
            hint=2),
    Mistake("head-one-by-one", "Your conv-BN-ReLU blocks have 1x1 convolutions. They should be 3x3, padded by 1.",
            {"self.position_in, self.channel_in = conv_bn_relu(in_channels, inter), conv_bn_relu(in_channels, inter)":
                 "self.position_in, self.channel_in = block(in_channels, inter), block(in_channels, inter)",
             "self.position_out, self.channel_out = conv_bn_relu(inter, inter), conv_bn_relu(inter, inter)":
                 "self.position_out, self.channel_out = block(inter, inter), block(inter, inter)",
             "inter = in_channels // 4\n": """inter = in_channels // 4
        block = lambda i, o: nn.Sequential(nn.Conv2d(i, o, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU())
"""},
            hint=2),
    Mistake("head-inter-fixed",
            "Your branches always have 8 channels. They should have in_channels // 4, which is 8 for 32 to 35 "
            "channels only.", {"inter = in_channels // 4": "inter = 8"}),
    Mistake("head-inter-at-least",
            "If in_channels // 4 is below 8, you take 8. Always take in_channels // 4; if that is too few, "
            "PositionAttention raises its ValueError.",
            {"inter = in_channels // 4": "inter = max(8, in_channels // 4)"}),
    Mistake("head-inter-eighth",
            "Your branches have in_channels // 8 channels. They should have in_channels // 4. (The 8 belongs to the "
            "queries and keys inside the attention.)",
            {"inter = in_channels // 4": "inter = in_channels // 8",
             "PositionAttention(inter)": "PositionAttention(inter, 4)"}),
    Mistake("head-not-reduced",
            "Your branches keep all in_channels channels. The first convolutions should reduce them to in_channels "
            "// 4.", {"inter = in_channels // 4": "inter = in_channels"}),
    Mistake("head-rounded-up", "You round in_channels / 4 up. Round down: in_channels // 4.",
            {"inter = in_channels // 4": "inter = -(-in_channels // 4)"}),
    Mistake("head-two-classes",
            "`num_classes` has no effect: the last convolutions always have the same number of outputs. Use the "
            "argument.",
            {"self.classify_fused = classifier(inter, num_classes)": "self.classify_fused = classifier(inter, 19)",
             "self.classify_position = classifier(inter, num_classes)":
                 "self.classify_position = classifier(inter, 19)",
             "self.classify_channel = classifier(inter, num_classes)":
                 "self.classify_channel = classifier(inter, 19)"}),
    Mistake("head-shortcut",
            "You add the output of the first convolutions once more. The attentions have their own shortcut, and the "
            "head has no other.",
            {"self.classify_fused(position + channel)":
                 "self.classify_fused(position + channel + self.position_in(x))"}),
    *own_mode("head", "def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:\n"),
)

EQUIVALENT = (
    "5: rounded down, at least 1",
)
