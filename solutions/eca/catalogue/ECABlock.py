"""What learners write for `ECABlock`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import (
    convention,
    hard_gate,
    infinite,
)

ECA_RETURNS_GATE = "Your block returns the gates. Multiply the image by them: each channel of x by its own gate."

RIGHT = {
    "eca-published-order": """
class ECABlock(nn.Module):
    def __init__(self, channels, kernel_size=None):
        super().__init__()
        if kernel_size is None:
            kernel_size = eca_kernel_size(channels)
        if not kernel_size % 2:
            raise ValueError("even")
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.conv = nn.Conv1d(1, 1, kernel_size, padding=(kernel_size - 1) // 2, bias=False)
        self.gate = nn.Sigmoid()

    def forward(self, x):
        y = self.pool(x).squeeze(-1).transpose(1, 2)
        y = self.gate(self.conv(y)).transpose(1, 2).unsqueeze(-1)
        return x * y.expand_as(x)
""",
    "eca-flat-conv2d": """
class ECABlock(nn.Module):
    def __init__(self, channels, kernel_size=None):
        super().__init__()
        k = eca_kernel_size(channels) if kernel_size is None else kernel_size
        if k // 2 == k / 2:
            raise ValueError(f"even: {k}")
        self.local = nn.Sequential(nn.Conv2d(1, 1, (k, 1), padding=(k // 2, 0), bias=False), nn.Sigmoid())

    def forward(self, x):
        s = x.mean(dim=3).mean(dim=2)
        return x * self.local(s[:, None, :, None]).permute(0, 2, 1, 3)
""",
}

HINTS = {"multiplied by `x`": 3, "Take the sigmoid": 3, "one sigmoid too many": 3, "; raise ": 3,
         "takes the mean over": 1}

MISTAKES = (
    Mistake("eca-returns-gate-flat", ECA_RETURNS_GATE, {"x * gates[:, 0, :, None, None]": "gates[:, 0]"}, hint=3),
    Mistake("eca-softmax",
            "Your gates go through a softmax: the channels compete, and their gates sum to 1. ECA uses a sigmoid: "
            "each channel is opened or closed on its own.",
            {"torch.sigmoid(self.conv(s[:, None]))": "torch.softmax(self.conv(s[:, None]), dim=-1)"}),
    hard_gate("eca-hard-sigmoid"),
    Mistake("eca-one-long-row",
            "The means of all images lie end to end in one row, (1, 1, B * C). So an image's last channel becomes "
            "the neighbour of the next image's first channel. The convolution takes (B, 1, C).",
            {"torch.sigmoid(self.conv(s[:, None]))":
                 "torch.sigmoid(self.conv(s.reshape(1, 1, -1))).view(len(x), 1, -1)"}, hint=1),
    Mistake("eca-along-batch",
            "Your kernel runs along the batch: it mixes neighbouring images, not neighbouring channels. Conv1d "
            "slides along the last axis, so give it (B, 1, C).",
            {"torch.sigmoid(self.conv(s[:, None]))":
                 "torch.sigmoid(self.conv(s.T[:, None])).movedim(2, 0).movedim(2, 1)"}, hint=2),
    Mistake("eca-two-axes",
            "Your Conv1d does not get (B, 1, C). If it gets (B, C) or (1, B, C), it reads B as the number of input "
            "channels. That fits by luck if B = 1. Put the new axis in the middle: B samples, one channel, length C.",
            {"torch.sigmoid(self.conv(s[:, None]))": "torch.sigmoid(self.conv(s))[:, None]"}, hint=2),
    Mistake("eca-channels-as-channels",
            "Your Conv1d gets (B, C, 1). It reads C as the number of input channels, so the kernel can only slide "
            "along an axis of length 1. Here the image's channels are the length: give it (B, 1, C).",
            {"torch.sigmoid(self.conv(s[:, None]))": "torch.sigmoid(self.conv(s[:, :, None])).movedim(1, 2)"}, hint=2),
    Mistake("eca-pooled-as-it-is",
            "Your Conv1d gets the pooled image with its two axes of size 1, (B, C, 1, 1). It takes three axes, (B, "
            "1, C): one input channel, and the image's channels as the length.",
            {"torch.sigmoid(self.conv(s[:, None]))": "torch.sigmoid(self.conv(x.mean(dim=(2, 3), keepdim=True)))"},
            hint=1),
    Mistake("eca-drops-batch",
            "A bare `.squeeze()` removes every axis of size 1: a batch of one image loses its batch axis, and a map "
            "of one channel loses its channel axis. Name the axes to remove.",
            {"x.mean(dim=(2, 3))": "x.mean(dim=(2, 3), keepdim=True).squeeze()"}),
    Mistake("eca-local",
            "Every position is gated by its own pixel: the mean over H and W is missing. The gates should come from "
            "the whole map, one for each channel.",
            {"torch.sigmoid(self.conv(s[:, None]))":
                 "torch.sigmoid(self.conv(x.flatten(2).transpose(1, 2).reshape(-1, 1, x.shape[1])))",
             "x * gates[:, 0, :, None, None]":
                 "x * gates.reshape(len(x), -1, x.shape[1]).transpose(1, 2).reshape(x.shape)"}, hint=3),
    Mistake("eca-always-three",
            "If kernel_size is None, your kernel has 3 numbers, whatever `channels` is, as in the authors' code. "
            "Here eca_kernel_size(channels) should decide.",
            {"eca_kernel_size(channels) if kernel_size is None else kernel_size":
                 "3 if kernel_size is None else kernel_size"}),
    Mistake("eca-never-the-rule",
            "kernel_size=None reaches the convolution. If it is None, take eca_kernel_size(channels).",
            {"eca_kernel_size(channels) if kernel_size is None else kernel_size": "kernel_size"}),
    Mistake("eca-kernel-of-all-channels",
            "You use `channels` as the size of your kernel. ECA's kernel is short: kernel_size, or "
            "eca_kernel_size(channels) if kernel_size is None.",
            {"eca_kernel_size(channels) if kernel_size is None else kernel_size": "channels"}),
    Mistake("eca-bias",
            convention("the convolution has a bias", "External-Attention-pytorch's ECAAttention",
                       "Here it has none: pass `bias=False`."), {"nn.Conv1d(1, 1, k, padding=k // 2, bias=False)": "nn.Conv1d(1, 1, k, padding=k // 2)"}),
    Mistake("eca-no-padding",
            "Your convolution has no padding, so it returns k - 1 fewer numbers than there are channels. With "
            "padding=k // 2 every channel gets a gate.",
            {"nn.Conv1d(1, 1, k, padding=k // 2, bias=False)": "nn.Conv1d(1, 1, k, bias=False)"}, hint=3),
    Mistake("eca-padding-one",
            "Your padding is 1 for every kernel. That fits k = 3 alone; padding=k // 2 fits every odd kernel.",
            {"nn.Conv1d(1, 1, k, padding=k // 2, bias=False)": "nn.Conv1d(1, 1, k, padding=1, bias=False)"}),
    Mistake("eca-padding-k",
            "Your padding is as wide as the kernel, so there are more gates than channels. With padding=k // 2 there "
            "are C gates.",
            {"nn.Conv1d(1, 1, k, padding=k // 2, bias=False)": "nn.Conv1d(1, 1, k, padding=k, bias=False)"}),
    Mistake("eca-circular",
            convention("the first and the last channel are neighbours", "timm's CecaModule",
                       "Here there are zeros beyond them: leave `padding_mode` out."),
            {"nn.Conv1d(1, 1, k, padding=k // 2, bias=False)":
                 'nn.Conv1d(1, 1, k, padding=k // 2, padding_mode="circular", bias=False)'}),
    Mistake("eca-replicate",
            "Your convolution pads with copies of the first and the last channel. ECA pads with zeros.",
            {"nn.Conv1d(1, 1, k, padding=k // 2, bias=False)":
                 'nn.Conv1d(1, 1, k, padding=k // 2, padding_mode="replicate", bias=False)'}),
    Mistake("eca-flipped",
            "Your kernel is flipped: its first number is multiplied by the next channel, not by the previous one. "
            "Conv1d does not flip its kernel, so leave out the flip.",
            {"torch.sigmoid(self.conv(s[:, None]))": "torch.sigmoid(self.conv(s.flip(1)[:, None])).flip(2)"}),
    Mistake("eca-dilated",
            "Your kernel leaves channels out: it has a dilation. ECA's kernel covers k channels in a row.",
            {"nn.Conv1d(1, 1, k, padding=k // 2, bias=False)":
                 "nn.Conv1d(1, 1, k, padding=2 * (k // 2), dilation=2, bias=False)"}),
    Mistake("eca-kernel-a-channel",
            "Your convolution has C kernels that run along an axis of length 1. Such an axis holds one number "
            "between padded zeros, so no channel sees any other. ECA has one kernel, Conv1d(1, 1, k), which slides "
            "along the channels: give it (B, 1, C).",
            {"nn.Conv1d(1, 1, k, padding=k // 2, bias=False)":
                 "nn.Conv1d(channels, channels, k, padding=k // 2, groups=channels, bias=False)",
             "torch.sigmoid(self.conv(s[:, None]))": "torch.sigmoid(self.conv(s[:, :, None])).movedim(1, 2)"}, hint=1),
    Mistake("eca-full-convolution",
            "Your convolution has C input and C output channels, and so C * C * k weights. That is a full matrix, as "
            "in SE. ECA has one kernel of k numbers, Conv1d(1, 1, k), which slides along the channels: give it (B, "
            "1, C).",
            {"nn.Conv1d(1, 1, k, padding=k // 2, bias=False)":
                 "nn.Conv1d(channels, channels, k, padding=k // 2, bias=False)",
             "torch.sigmoid(self.conv(s[:, None]))": "torch.sigmoid(self.conv(s[:, :, None])).movedim(1, 2)"}, hint=1),
    Mistake("eca-even-made-odd",
            "An even kernel_size is silently made odd. A caller who asks for 4 should learn that 4 is not allowed: "
            "raise a ValueError.",
            {"""if k % 2 == 0:
            raise ValueError(f"kernel_size must be odd, so that it has a middle, got {k}")
        """: "k += 1 - k % 2\n        "}, hint=3),
    Mistake("eca-gate-on-width",
            "The gates multiply the columns of the image. Give them two axes of size 1 at the end, (B, C, 1, 1), so "
            "that they line up with the channels.", {"x * gates[:, 0, :, None, None]": "x * gates[:, :, None]"},
            hint=3),
    Mistake("eca-gate-on-height",
            "The gates multiply the rows of the image, because in (B, 1, C, 1) the C is matched with the image's H. "
            "They belong to the channels: (B, C, 1, 1).", {"x * gates[:, 0, :, None, None]": "x * gates[..., None]"},
            hint=3),
    Mistake("eca-gate-too-few-axes",
            "The gates leave the convolution as (B, 1, C), and you multiply by them as they are. Shapes are matched "
            "from the right, so their C is matched with the image's W. They belong to the channels: (B, C, 1, 1).",
            {"x * gates[:, 0, :, None, None]": "x * gates"}, hint=3),
    Mistake("eca-class-called",
            "You call the class nn.Conv1d in forward, which makes a new kernel for every image. Make it once, in "
            "__init__, as self.conv, and use that one.",
            {"torch.sigmoid(self.conv(s[:, None]))":
                 "torch.sigmoid(nn.Conv1d(1, 1, 3, padding=1, bias=False).to(x)(s[:, None]))"}, hint=3,
            grain="float32"),
    Mistake("eca-tensor-squeeze",
            "`x.squeeze()` is torch's method: it removes axes of size 1 and averages nothing. Take the mean of x "
            "over H and W.", {"x.mean(dim=(2, 3))": "x.squeeze()"}),
    Mistake("eca-gates-squeezed",
            "A bare `.squeeze()` after the convolution removes every axis of size 1: a batch of one image loses its "
            "batch axis. Name the axis to remove: `.squeeze(1)`.",
            {"x * gates[:, 0, :, None, None]": "x * gates.squeeze()[:, :, None, None]"}, hint=2),
    Mistake("eca-zero-is-none",
            "Your code treats a kernel_size of 0 as None, because `kernel_size or ...` treats both alike. Test `if "
            "kernel_size is None`: 0 is even, so it should raise a ValueError.",
            {"eca_kernel_size(channels) if kernel_size is None else kernel_size":
                 "kernel_size or eca_kernel_size(channels)"}),
    infinite("eca-exp",
             {"torch.sigmoid(self.conv(s[:, None]))": "(lambda e: e / (1 + e))(torch.exp(self.conv(s[:, None])))"}),
)

WRONG = (
    Wrong("detached", """
# detached gates
class ECABlock(nn.Module):

    def __init__(self, channels, kernel_size=None):
        super().__init__()
        k = kernel_size or eca_kernel_size(channels)
        if k % 2 == 0:
            raise ValueError('k must be odd')
        self.conv = nn.Conv1d(1, 1, k, padding=k // 2, bias=False)

    def forward(self, x):
        y = x.mean((2, 3)).unsqueeze(1)
        y = torch.sigmoid(self.conv(y))
        return x * y.detach().transpose(1, 2).unsqueeze(-1)
""", says="cuts the graph"),
    Wrong("even-assert",
          {"""if k % 2 == 0:
            raise ValueError('k must be odd')""": "assert k % 2 == 1",
           "y.detach()": "y"}, of="detached", says="AssertionError"),
    Wrong("layer-in-forward",
          {"k = eca_kernel_size(channels) if kernel_size is None else kernel_size":
               "self.k = kernel_size or eca_kernel_size(channels)",
           " k // 2": " self.k % 2",
           "k / 2": "0",
           'f"even: {k}"': "'k must be odd'",
           """
        self.local = nn.Sequential(nn.Conv2d(1, 1, (k, 1), padding=(k // 2, 0), bias=False), nn.Sigmoid())""": "",
           """s = x.mean(dim=3).mean(dim=2)
        return x * self.local(s[:, None, :, None]).permute(0, 2, 1, 3)""":
               """conv = nn.Conv1d(1, 1, self.k, padding=self.k // 2, bias=False)
        y = torch.sigmoid(conv(x.mean((2, 3)).unsqueeze(1)))
        return x * y.transpose(1, 2).unsqueeze(-1)"""}, of="eca-flat-conv2d", says="conv.weight"),
    Wrong("mean-and-max", {"x.mean((2, 3))": "(x.mean((2, 3)) + x.amax((2, 3)))", "y.detach()": "y"}, of="detached"),
    Wrong("two-convolutions",
          {"False)": """False)
        self.conv2 = nn.Conv1d(1, 1, k, padding=k // 2, bias=False)""",
           "self.conv(y)": "self.conv2(torch.relu(self.conv(y)))",
           "y.detach()": "y"}, of="detached", says="`conv2.weight`"),
)

EQUIVALENT = (
    "7: message without numbers", "7: no message", "7: message without k", "12: sigmoid in place", "13: 0 -> -1",
)
