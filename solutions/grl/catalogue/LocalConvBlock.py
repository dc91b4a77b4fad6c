"""What learners write for `LocalConvBlock`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import defaults, detached, hard_gate, infinite, no_bias, no_gradient, tanh_gate

LOCAL_IMAGE_EXCHANGED = ("You make a grid of W rows and H columns. Make one of H rows and W columns, because "
                         "image_size is (height, width).")

RIGHT = {
    "Linear-gate": """
# Linear layers in the gate, AdaptiveAvgPool2d, permutes
class LocalConvBlock(nn.Module):
    def __init__(self, dim, compress=4, reduction=18):
        super().__init__()
        for divisor in (compress, reduction):
            if dim // divisor == 0:
                raise ValueError(f"{dim} channels are too few to be divided by {divisor}")
        hidden, squeezed = dim // compress, dim // reduction
        self.conv1 = nn.Conv2d(dim, hidden, kernel_size=3, padding=1)
        self.act = nn.GELU()
        self.conv2 = nn.Conv2d(hidden, dim, kernel_size=3, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Linear(dim, squeezed)
        self.fc2 = nn.Linear(squeezed, dim)

    def forward(self, x, image_size):
        B, L, C = x.shape
        H, W = image_size
        img = x.permute(0, 2, 1).reshape(B, C, H, W)
        img = self.conv2(self.act(self.conv1(img)))
        g = self.pool(img).reshape(B, C)
        g = self.fc2(torch.relu(self.fc1(g))).sigmoid()
        out = img * g[:, :, None, None]
        return out.permute(0, 2, 3, 1).reshape(B, L, C)
""",
    "gate-of-1-x-1-convolutions": """
# 1 x 1 convolutions in the gate, mean with keepdim
class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        if dim // compress == 0:
            raise ValueError(f"dim {dim} // compress {compress} is 0")
        if dim // reduction == 0:
            raise ValueError(f"dim {dim} // reduction {reduction} is 0")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1 = nn.Conv2d(dim, dim // reduction, 1)
        self.fc2 = nn.Conv2d(dim // reduction, dim, 1)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(F.gelu(self.conv1(image)))
        gate = y.mean(dim=(2, 3), keepdim=True)
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(gate))))
        return (gate * y).flatten(2).transpose(1, 2)
""",
}

MISTAKES = (
    Mistake("local-no-error",
            "If dim // compress or dim // reduction is 0, no ValueError is raised. Raise one whose message names dim "
            "and the other number, compress or reduction.",
            {"""if not 1 <= divisor <= dim:
                raise ValueError(f"no hidden channel is left: dim={dim}, {name}={divisor}")""":
                 "divisor = min(divisor, dim)",
             "dim // compress, kernel_size=3": "max(dim // compress, 1), kernel_size=3",
             "nn.Conv2d(dim // compress, dim": "nn.Conv2d(max(dim // compress, 1), dim",
             "dim // reduction, kernel_size=1": "max(dim // reduction, 1), kernel_size=1",
             "nn.Conv2d(dim // reduction, dim": "nn.Conv2d(max(dim // reduction, 1), dim"}, hint=2),
    Mistake("local-one-error",
            "You check only one of the two bottlenecks. Raise a ValueError if dim // compress is 0, and also if dim "
            "// reduction is 0.",
            {'(("compress", compress), ("reduction", reduction))': '(("reduction", reduction),)',
             "dim // compress, kernel_size=3": "max(dim // compress, 1), kernel_size=3",
             "nn.Conv2d(dim // compress, dim": "nn.Conv2d(max(dim // compress, 1), dim"}, hint=2),
    Mistake("local-relu",
            "Between the two 3x3 convolutions you have a ReLU. It should be a GELU there; the ReLU belongs between "
            "fc1 and fc2.", {"F.gelu(": "torch.relu("}),
    Mistake("local-gelu-twice",
            "Between fc1 and fc2 you have a GELU. It should be a ReLU there; the GELU belongs between the 3x3 "
            "convolutions.", {"torch.relu(": "F.gelu("}),
    Mistake("local-approximate-gelu", "Your GELU is the tanh approximation. Use the exact GELU, torch's default.",
            {"F.gelu(self.conv1(image))": "F.gelu(self.conv1(image), approximate='tanh')"}),
    Mistake("local-no-gelu", "The GELU between the two 3x3 convolutions is missing.",
            {"F.gelu(self.conv1(image))": "self.conv1(image)"}),
    Mistake("local-gelu-behind", "There is a second GELU, after conv2. Keep only the one between the convolutions.",
            {"self.conv2(F.gelu(self.conv1(image)))": "F.gelu(self.conv2(F.gelu(self.conv1(image))))"}),
    Mistake("local-no-relu", "The ReLU between fc1 and fc2 is missing.",
            {"torch.relu(self.fc1(y.mean(dim=(2, 3), keepdim=True)))": "self.fc1(y.mean(dim=(2, 3), keepdim=True))"}),
    Mistake("local-no-gate", "The gate is missing: you return conv2's output as it is. Multiply it by the gate first.",
            {"(y * weights).flatten(2).transpose(1, 2)": "y.flatten(2).transpose(1, 2)"}, hint=2),
    Mistake("local-gate-of-the-input",
            "Your gate looks at the mean of x. It should look at the mean of conv2's output.",
            {"y.mean(dim=(2, 3), keepdim=True)": "image.mean(dim=(2, 3), keepdim=True)"}, hint=1),
    Mistake("local-gates-the-input", "You multiply x by the gate. Multiply conv2's output by the gate.",
            {"(y * weights).flatten(2).transpose(1, 2)": "(image * weights).flatten(2).transpose(1, 2)"}),
    Mistake("local-no-sigmoid",
            "The sigmoid after fc2 is missing, so your gate can be any number. Take the sigmoid of fc2's output.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(y.mean(dim=(2, 3), keepdim=True)))))":
                 "self.fc2(torch.relu(self.fc1(y.mean(dim=(2, 3), keepdim=True))))"}),
    Mistake("local-softmax",
            "You have a softmax over the channels. It should be a sigmoid: each channel has a gate of its own.",
            {"torch.sigmoid(self.fc2(torch.relu(self.fc1(y.mean(dim=(2, 3), keepdim=True)))))":
                 "self.fc2(torch.relu(self.fc1(y.mean(dim=(2, 3), keepdim=True)))).softmax(dim=1)"}),
    infinite("local-naive-sigmoid",
             {"torch.sigmoid(self.fc2(torch.relu(self.fc1(y.mean(dim=(2, 3), keepdim=True)))))":
                  "(lambda e: e / (1 + e))(torch.exp(self.fc2(torch.relu(self.fc1(y.mean(dim=(2, 3), "
                  "keepdim=True))))))"}),
    Mistake("local-largest", "You take the largest number of each channel. Take the mean over H and W.",
            {"y.mean(dim=(2, 3), keepdim=True)": "y.amax(dim=(2, 3), keepdim=True)"}),
    Mistake("local-mean-of-rows", "You take the mean over one axis of the image only. Take it over H and W.",
            {"y.mean(dim=(2, 3), keepdim=True)": "y.mean(dim=3, keepdim=True)"}),
    Mistake("local-mean-of-batch",
            "Your mean runs over the batch too, so an image's gate depends on the other images. Take it over H and W "
            "only.",
            {"y.mean(dim=(2, 3), keepdim=True)": "y.mean(dim=(0, 2, 3), keepdim=True).expand(len(y), -1, -1, -1)"}),
    Mistake("local-added", "You add the gate to conv2's output. Multiply conv2's output by the gate.",
            {"(y * weights).flatten(2).transpose(1, 2)": "(y + weights).flatten(2).transpose(1, 2)"}, hint=2),
    Mistake("local-shortcut", "You add x. LocalConvBlock has no shortcut: that belongs to the block around it.",
            {"return (y * weights).flatten(2).transpose(1, 2)": "return x + (y * weights).flatten(2).transpose(1, 2)"}),
    Mistake("local-divisors-exchanged",
            "compress and reduction have changed places: compress belongs to the convolutions, and reduction to fc1 "
            "and fc2.",
            {"self.conv1 =": """compress, reduction = reduction, compress
        self.conv1 ="""}),
    Mistake("local-compress-ignored",
            "The argument `compress` has no effect, because 4 is written into your code. Write compress instead.",
            {"self.conv1 =": "compress = min(4, dim)\n        self.conv1 ="}),
    Mistake("local-reduction-ignored",
            "The argument `reduction` has no effect, because 18 is written into your code. Write reduction instead.",
            {"self.conv1 =": "reduction = min(18, dim)\n        self.conv1 ="}),
    Mistake("local-rounded-up", "You round the hidden channels up. Round down: dim // reduction.",
            {"self.fc1 = nn.Conv2d(dim, dim // reduction": "self.fc1 = nn.Conv2d(dim, -(-dim // reduction)",
             "self.fc2 = nn.Conv2d(dim // reduction": "self.fc2 = nn.Conv2d(-(-dim // reduction)"}),
    Mistake("local-convolutions-no-bias", "Your 3x3 convolutions have no biases. Keep torch's default.",
            {"dim // compress, kernel_size=3, padding=1)": "dim // compress, kernel_size=3, padding=1, bias=False)",
             "dim, kernel_size=3, padding=1)": "dim, kernel_size=3, padding=1, bias=False)"}),
    Mistake("local-gate-no-bias", "Your fc1 or fc2 has no bias. Keep torch's default, which has one.",
            {"dim // reduction, kernel_size=1)": "dim // reduction, kernel_size=1, bias=False)"}),
    Mistake("local-no-padding",
            "Your image shrinks, or it is padded with something other than zeros. Both 3x3 convolutions should have "
            "padding=1.",
            {"dim // compress, kernel_size=3, padding=1":
                 "dim // compress, kernel_size=3, padding=1, padding_mode='replicate'",
             "dim, kernel_size=3, padding=1": "dim, kernel_size=3, padding=1, padding_mode='replicate'"}),
    Mistake("local-small-kernel", "Your second convolution has a kernel of 1. Both kernels should be 3x3.",
            {"self.conv2 = nn.Conv2d(dim // compress, dim, kernel_size=3, padding=1)":
                 "self.conv2 = nn.Conv2d(dim // compress, dim, kernel_size=1)"}),
    Mistake("local-image-exchanged", LOCAL_IMAGE_EXCHANGED,
            {"as_grid(x, image_size).permute(0, 3, 1, 2)":
                 "x.unflatten(1, tuple(image_size)[::-1]).reshape(len(x), *image_size[::-1], -1).transpose(1, "
                 "2).permute(0, 3, 1, 2)"}, hint=1),
    Mistake("local-grid-exchanged", LOCAL_IMAGE_EXCHANGED,
            {"as_grid(x, image_size).permute(0, 3, 1, 2)": "x.transpose(1, 2).unflatten(2, tuple(image_size)[::-1])"},
            hint=1),
    Mistake("local-by-reshape",
            "You turn (B, L, C) into (B, C, H, W) with `reshape` or `view` alone, which mixes tokens and channels. "
            "Make a grid (B, H, W, C) first, then move the channels.",
            {"as_grid(x, image_size).permute(0, 3, 1, 2)": "x.reshape(len(x), -1, *image_size)"}, hint=1),
    Mistake("local-tokens-by-reshape",
            "You turn (B, C, H, W) into (B, L, C) with `reshape` or `view` alone, which mixes tokens and channels. "
            "Call flatten(2), then transpose.",
            {"(y * weights).flatten(2).transpose(1, 2)": "(y * weights).reshape(x.shape)"}),
    Mistake("local-image", "You return an image, (B, dim, H, W). Return tokens, (B, L, dim).",
            {"(y * weights).flatten(2).transpose(1, 2)": "y * weights"}, hint=2),
    detached("local-gate-detached", "the gate is detached, so fc1 and fc2 would never learn",
             {"(y * weights).flatten(2).transpose(1, 2)": "(y * weights.detach()).flatten(2).transpose(1, 2)"}),
    Mistake("local-input-detached",
            "The numbers are right, and so are the gradients of the weights. But x is detached before conv1, so no "
            "gradient flows back to whatever made x. Leave out the `detach()`, `.data` or `no_grad()`.",
            {"as_grid(x, image_size).permute(0, 3, 1, 2)": "as_grid(x, image_size).permute(0, 3, 1, 2).detach()"}),
    Mistake("local-in-place",
            "You change x in place, so code that reads x after your block finds it changed. Make a new tensor.",
            {"return (y * weights).flatten(2).transpose(1, 2)":
                 "return x.data.add_(0.0).copy_(x.data * 1.5) * 0 + (y * weights).flatten(2).transpose(1, 2)"}),
    *defaults("local", "compress: int = 4", 2, 3),
    *defaults("local", "reduction: int = 18", 4, 16),
    no_gradient("local-no-gradient"),
    *no_bias("local", "self.conv1 = nn.Conv2d(dim, dim // compress, kernel_size=3, padding=1)"),
    *no_bias("local", "self.fc2 = nn.Conv2d(dim // reduction, dim, kernel_size=1)"),
    tanh_gate("local-tanh"), hard_gate("local-hard-sigmoid"),
)

WRONG = (
    Wrong("gate-without-bias",
          {"nn.Linear(dim, squeezed)": "nn.Linear(dim, squeezed, bias=False)",
           "nn.Linear(squeezed, dim)": "nn.Linear(squeezed, dim, bias=False)"}, of="Linear-gate", says="fc1.bias"),
    Wrong("message-without-numbers",
          {"""if dim // compress == 0:
            raise ValueError(f"dim {dim} // compress {compress} is 0")""": """if dim // compress == 0:
            raise ValueError('not enough channels for compress')""",
           """if dim // reduction == 0:
            raise ValueError(f"dim {dim} // reduction {reduction} is 0")""": """if dim // reduction == 0:
            raise ValueError('not enough channels for reduction')"""}, of="gate-of-1-x-1-convolutions",
          says="in its message, so that the reader know"),
    Wrong("only-compress-tested",
          {"""if dim // reduction == 0:
            raise ValueError(f"dim {dim} // reduction {reduction} is 0")
        """: ""}, of="gate-of-1-x-1-convolutions", says="your code raises RuntimeError"),
    Wrong("refuses-what-does-not-divide", {"dim // divisor == 0": "dim % divisor != 0"}, of="Linear-gate",
          says="channels are too few"),
)

EQUIVALENT = (
    "6: without 1", "6: 1 -> 0", "7: message without name", "8: rounded down, at least 1",
    "9: rounded down, at least 1", "10: rounded down, at least 1", "10: Conv2d with stride=2",
    "10: Conv2d with dilation=2", "11: rounded down, at least 1", "11: Conv2d with stride=2",
    "11: Conv2d with dilation=2", "16: sigmoid in place", "16: relu in place", "16: relu twice", "17: Mult in place",
    "17: arguments 0 and 1 of transpose exchanged",
)
