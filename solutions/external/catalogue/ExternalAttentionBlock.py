"""What learners write for `ExternalAttentionBlock`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import (
    default,
    defaults,
    detached,
    no_gradient,
    norm_of_batch,
    only_in_eval,
    only_in_training,
    own_mode,
)

RIGHT = {
    "block-sequential": """
class ExternalAttentionBlock(nn.Module):
    def __init__(self, channels, memory_size=64):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, kernel_size=(1, 1))
        self.attention = ExternalAttention(channels, memory_size)
        self.conv2 = nn.Sequential(nn.Conv2d(channels, channels, 1, bias=False), nn.BatchNorm2d(channels))
        self.act = nn.ReLU()

    def forward(self, x):
        b, c, h, w = x.shape
        y = torch.einsum("bchw->bhwc", self.conv1(x)).flatten(1, 2)
        y = self.attention(y).view(b, h, w, c)
        return self.act(self.conv2(y.permute(0, 3, 1, 2)) + x)
""",
    "block-linear": """
class ExternalAttentionBlock(nn.Module):
    def __init__(self, channels, memory_size=64):
        super().__init__()
        self.conv1 = nn.Linear(channels, channels)
        self.attention = ExternalAttention(channels, memory_size)
        self.conv2 = nn.Linear(channels, channels, bias=False)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x):
        b, c, h, w = x.shape
        tokens = x.permute(0, 2, 3, 1).reshape(b, h * w, c)
        tokens = self.conv2(self.attention(self.conv1(tokens)))
        return (self.bn(tokens.reshape(b, h, w, c).permute(0, 3, 1, 2)) + x).clamp(min=0)
""",
}

MISTAKES = (
    Mistake("block-no-relu",
            "The ReLU at the end is missing, so your output has negative numbers. Take the ReLU of the sum.",
            {"torch.relu(x + self.bn(self.conv2(gathered)))": "x + self.bn(self.conv2(gathered))"}),
    Mistake("block-no-shortcut", "The shortcut is missing. Add x before the ReLU.",
            {"torch.relu(x + self.bn(self.conv2(gathered)))": "torch.relu(self.bn(self.conv2(gathered)))"}),
    Mistake("block-relu-before-sum", "Your ReLU comes before x is added. Add x first, then take the ReLU of the sum.",
            {"torch.relu(x + self.bn(self.conv2(gathered)))": "x + torch.relu(self.bn(self.conv2(gathered)))"}),
    Mistake("block-shortcut-of-conv1", "Your shortcut adds conv1's output. It should add x, the input of the block.",
            {"torch.relu(x + self.bn(self.conv2(gathered)))":
                 "torch.relu(self.conv1(x) + self.bn(self.conv2(gathered)))"}),
    Mistake("block-relu-after-conv1", "A ReLU follows conv1. The only ReLU of the block should be its last step.",
            {"self.conv1(x).flatten(2).transpose(1, 2)": "torch.relu(self.conv1(x)).flatten(2).transpose(1, 2)"}),
    Mistake("block-no-conv1",
            "conv1 is made and never used: your attention reads x itself. It should read conv1's output.",
            {"self.conv1(x).flatten(2).transpose(1, 2)": "x.flatten(2).transpose(1, 2)"}),
    Mistake("block-no-conv2",
            "conv2 is made and never used: the attention's output goes straight into the BatchNorm. Call conv2 "
            "between the two.", {"torch.relu(x + self.bn(self.conv2(gathered)))": "torch.relu(x + self.bn(gathered))"}),
    Mistake("block-no-bn", "The BatchNorm is made and never used. It comes after conv2.",
            {"torch.relu(x + self.bn(self.conv2(gathered)))": "torch.relu(x + self.conv2(gathered))"}),
    Mistake("block-bn-first", "Your BatchNorm comes before conv2. It should come after conv2.",
            {"torch.relu(x + self.bn(self.conv2(gathered)))": "torch.relu(x + self.conv2(self.bn(gathered)))"}),
    Mistake("block-bn-last",
            "Your BatchNorm works on the sum with x. It should work on conv2's output, before x is added.",
            {"torch.relu(x + self.bn(self.conv2(gathered)))": "torch.relu(self.bn(x + self.conv2(gathered)))"}),
    Mistake("block-no-attention",
            "The attention is made and never called: your block is two convolutions. Call the attention between them.",
            {"self.attention(tokens).transpose(1, 2).reshape(x.shape)": "tokens.transpose(1, 2).reshape(x.shape)"},
            hint=2),
    Mistake("block-conv1-without-bias",
            "conv1 has no bias. Keep torch's default: only conv2 has no bias, because a BatchNorm follows it.",
            {"self.conv1 = nn.Conv2d(channels, channels, 1)":
                 "self.conv1 = nn.Conv2d(channels, channels, 1, bias=False)"}),
    Mistake("block-conv2-bias", "conv2 has a bias. The BatchNorm after it has one already: bias=False.",
            {"self.conv2 = nn.Conv2d(channels, channels, 1, bias=False)":
                 "self.conv2 = nn.Conv2d(channels, channels, 1)"}),
    Mistake("block-tokens-scrambled",
            "You turn (B, C, H, W) into (B, N, C) with `reshape` or `view`. These keep the order of the numbers in "
            "memory, so a token is a mixture of positions. Call flatten(2), then transpose(1, 2).",
            {"self.conv1(x).flatten(2).transpose(1, 2)": "self.conv1(x).reshape(len(x), -1, x.shape[1])"}, hint=1),
    Mistake("block-gathered-scrambled",
            "The attention returns (B, N, C), and you turn it into (B, C, H, W) with `reshape` or `view` alone. "
            "These do not swap axes, so channels and positions are mixed up. Call transpose(1, 2) first.",
            {"self.attention(tokens).transpose(1, 2).reshape(x.shape)": "self.attention(tokens).reshape(x.shape)"},
            hint=1),
    Mistake("block-both-scrambled",
            "You go from (B, C, H, W) to (B, N, C) and back with `reshape` or `view`. These keep the order of the "
            "numbers in memory, so a token is a mixture of positions. Swap axes with transpose(1, 2), both times.",
            {"self.conv1(x).flatten(2).transpose(1, 2)": "self.conv1(x).reshape(len(x), -1, x.shape[1])",
             "self.attention(tokens).transpose(1, 2).reshape(x.shape)": "self.attention(tokens).reshape(x.shape)"},
            hint=1),
    Mistake("block-channels-as-tokens",
            "You apply the attention's layers by hand, so that double_normalize gets (B, memory_size, N). Its "
            "softmax then runs over the slots. Call the attention itself on tokens of shape (B, N, C).",
            {"self.attention(tokens).transpose(1, 2).reshape(x.shape)":
                 "self.attention.mv(double_normalize(self.attention.mk(tokens).transpose(1, 2)).transpose(1, "
                 "2)).transpose(1, 2).reshape(x.shape)"}, hint=1),
    Mistake("block-sides-exchanged",
            "H and W change places on the way back to a map. Reshape to (B, C, H, W), because positions are counted "
            "row by row.",
            {"self.attention(tokens).transpose(1, 2).reshape(x.shape)":
                 "self.attention(tokens).transpose(1, 2).reshape(*x.shape[:2], x.shape[3], "
                 "x.shape[2]).transpose(2, 3)"}),
    Mistake("block-tokens-column-by-column",
            "Your tokens run column by column (W before H), but they are read row by row on the way back. So "
            "positions change places. Call flatten(2), then transpose(1, 2): these give the tokens row by row.",
            {"self.conv1(x).flatten(2).transpose(1, 2)": "self.conv1(x).permute(0, 3, 2, 1).flatten(1, 2)"}, hint=1),
    Mistake("block-both-viewed",
            "You go from (B, C, H, W) to (B, N, C) and back with `view`. It keeps the order of the numbers in "
            "memory, so a token is a mixture of positions. Swap axes with transpose(1, 2), both times.",
            {"self.conv1(x).flatten(2).transpose(1, 2)": "self.conv1(x).view(len(x), -1, x.shape[1])",
             "self.attention(tokens).transpose(1, 2).reshape(x.shape)": "self.attention(tokens).view(x.shape)"},
            hint=1),
    Mistake("block-batch-as-tokens",
            "The positions of all images become one long list of tokens, (1, B * N, C), so an image's result depends "
            "on its neighbours in the batch. Keep the images apart: (B, N, C).",
            {"self.conv1(x).flatten(2).transpose(1, 2)":
                 "self.conv1(x).permute(0, 2, 3, 1).reshape(1, -1, x.shape[1])",
             "self.attention(tokens).transpose(1, 2).reshape(x.shape)":
                 "self.attention(tokens).reshape(len(x), -1, x.shape[1]).transpose(1, 2).reshape(x.shape)"}, hint=1),
    Mistake("block-memory-size-ignored",
            "The argument `memory_size` never reaches the attention, so it always has 64 slots. Pass it on.",
            {"ExternalAttention(channels, memory_size)": "ExternalAttention(channels)"}),
    default("block-default", "memory_size: int = 64", 32),
    Mistake("block-in-place",
            "Your block changes its input in place (`+=`, or a ReLU with `inplace=True` on x). Write `x + ...`, "
            "which makes a new tensor.",
            {"return torch.relu(x + self.bn(self.conv2(gathered)))": """x.data += self.bn(self.conv2(gathered)).data
        return torch.relu(x)"""}),
    Mistake("block-mean", "You take the mean of x and the branch. Add them.",
            {"torch.relu(x + self.bn(self.conv2(gathered)))": "torch.relu((x + self.bn(self.conv2(gathered))) / 2)"}),
    detached("block-gathered-detached",
             "the attention's output is detached, so conv1 and the memory would never learn",
             {"self.attention(tokens).transpose(1, 2).reshape(x.shape)":
                  "self.attention(tokens).transpose(1, 2).reshape(x.shape).detach()"}),
    detached("block-shortcut-detached", "x is detached in the shortcut, so most of its gradient is lost",
             {"torch.relu(x + self.bn(self.conv2(gathered)))":
                  "torch.relu(x.detach() + self.bn(self.conv2(gathered)))"}),
    only_in_eval("block-only-in-eval",
                 {"return torch.relu(x + self.bn(self.conv2(gathered)))":
                      "return x if self.training else torch.relu(x + self.bn(self.conv2(gathered)))"}),
    no_gradient("block-no-gradient"),
    *defaults("block", "memory_size: int = 64", 8, 128),
    only_in_training("block-only-in-training"),
    *own_mode("block"),
    *norm_of_batch("block-norm-of-batch-always", "bn"),
)

WRONG = (
    Wrong("channels-as-tokens",
          {"""tokens = self.conv1(x).flatten(2).transpose(1, 2)  # (B, N, C)
        gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
        return torch.relu(x + self.bn(self.conv2(gathered)))""": """b, c, h, w = x.shape
        y = self.conv1(x).flatten(2)
        y = self.attention(y).reshape(b, c, h, w)
        return F.relu(x + self.bn(self.conv2(y)))"""}, says="Your code stops with an error"),
    Wrong("height-and-width-exchanged",
          {"""tokens = self.conv1(x).flatten(2).transpose(1, 2)  # (B, N, C)
        gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
        return torch.relu(x + self.bn(self.conv2(gathered)))""": """b, c, w, h = x.shape
        y = self.conv1(x).flatten(2).transpose(1, 2)
        y = self.attention(y).transpose(1, 2).reshape(b, c, h, w)
        return F.relu(x + self.bn(self.conv2(y)))"""}, says="Your code stops with an error"),
    Wrong("input-changed",
          {" gathered": " y",
           "return torch.relu(x + self.bn(self.conv2(gathered)))": """x += self.bn(self.conv2(y))
        return F.relu(x)"""},
          says="your code changes it in place"),
    Wrong("square-root-of-N",
          {"""gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
        return torch.relu(x + self.bn(self.conv2(gathered)))""": """b, n, c = tokens.shape
        side = int(n ** 0.5)
        y = self.attention(tokens).transpose(1, 2).reshape(b, c, side, side)
        return F.relu(x + self.bn(self.conv2(y)))"""}, says="Your code stops with an error"),
    Wrong("squeeze-loses-a-batch-of-one",
          {"""tokens = self.conv1(x).flatten(2).transpose(1, 2)  # (B, N, C)
        gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
        return torch.relu(x + self.bn(self.conv2(gathered)))""": """b, c, h, w = x.shape
        y = self.conv1(x).reshape(b, c, h * w).squeeze().transpose(-1, -2)
        y = self.attention(y).transpose(-1, -2).reshape(b, c, h, w)
        return F.relu(x + self.bn(self.conv2(y)))"""}, says="Right on other inputs"),
    Wrong("three-by-three",
          {"nn.Conv2d(channels, channels, 1)": "nn.Conv2d(channels, channels, 3, padding=1)",
           "nn.Conv2d(channels, channels, 1, bias=False)": "nn.Conv2d(channels, channels, 3, padding=1, bias=False)",
           " gathered": " y",
           "torch": "F",
           "(gathered": "(y"}, says="The parameters are not the ones that the exercise asks for"),
)

EQUIVALENT = (
    "5: Conv2d with dilation=2", "7: Conv2d with dilation=2", "11: arguments 0 and 1 of transpose exchanged",
    "12: arguments 0 and 1 of transpose exchanged", "12: x detached", "13: relu twice", "13: relu in place",
)
