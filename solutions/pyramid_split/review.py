"""What `review()` asks of 06a_pyramid_split."""

from autograder.lessons.declare import Item

ITEMS = (
    Item("stacked-scales",
         "Four convolutions have the kernel sizes k = 3, 5, 7 and 9, padding k // 2 and stride 2. Each of them reads "
         "`x` of shape (2, 32, 15, 15) and returns 16 channels. Their outputs are stacked on a new axis after the "
         "batch. What is the shape?",
         (2, 4, 16, 8, 8),
         "There are four scales of 16 channels. With this padding, every kernel halves both sides and "
         "rounds up: 15 becomes 8. `torch.stack` makes a new axis; `torch.cat` would give 64 channels."),
    Item("grouped-parameters",
         "How many parameters does `nn.Conv2d(32, 16, 5, groups=4, bias=False)` have?",
         3200,
         "With four groups each output reads 32 / 4 = 8 inputs: 8 · 16 · 25 = 3200. Without groups there would be "
         "four times as many."),
    Item("largest-share",
         "A softmax over the scales gets the outputs of a sigmoid, between 0 and 1. "
         "With two scales, what is the largest share that one of them can get? (e is about 2.718.)",
         0.731,
         "The extreme case is 1 against 0: e / (e + 1) = 0.73. "
         "Two shares differ by a factor of e at most, so no scale can be switched off."),
    Item("bug-plain-list",
         "The loss falls, but these convolutions never change, and a saved file does not contain them. Which line has "
         "to change?",
         4,
         "torch does not look into a plain list, so `parameters()` and `state_dict()` miss the layers. "
         "`nn.ModuleList([...])` registers them.",
         code="class Windows(nn.Module):\n"
              "    def __init__(self, width):\n"
              "        super().__init__()\n"
              "        self.layers = [nn.Conv2d(width, 8, k, padding=k // 2) for k in (3, 5)]\n"
              "    def forward(self, x):\n"
              "        return torch.cat([layer(x) for layer in self.layers], dim=1)"),
    Item("bug-view",
         "What is `y[0, 0]` after these lines?",
         6,
         "`view` gives a new shape to the same memory, so line 3 also sets `x[0, 0]` to 3. "
         "A shortcut around such code adds f(x) to f(x): 3 + 3 = 6.",
         code="x = torch.ones(1, 4)\n"
              "halves = x.view(2, 2)\n"
              "halves[0] = halves[0] + 2\n"
              "y = x + halves.view(1, 4)"),
    Item("bug-shares-axis",
         "For each channel, the scales should compete: the channel's shares should sum to 1 over the scales. Which "
         "line has to change?",
         3,
         "Axis 2 holds the channels, so a softmax over axis 2 makes the channels of a scale compete. The scales are "
         "on axis 1. The shapes are the same either way.",
         code="features = torch.stack(outputs, dim=1)  # (B, S, C, H, W)\n"
              "scores = torch.stack(answers, dim=1)  # (B, S, C, 1, 1)\n"
              "shares = scores.softmax(dim=2)\n"
              "mixed = features * shares"),
    Item("groups-and-time",
         "A 9 x 9 convolution with 16 groups needs a sixteenth of the multiply-adds of the same convolution "
         "without groups. How did its time on one thread of our CPU compare?",
         "b",
         "Groups save parameters and arithmetic. Whether they save time depends on the routine that computes them: "
         "ours took 3 to 7 times as long. "
         "Another machine may differ, so measure.",
         choices=("It took about a sixteenth of the time.",
                  "It took longer, 3 to 7 times as long.",
                  "It took about a quarter of the time.",
                  "It took the same time, within noise.")),
    Item("equal-shares",
         "Cloths have fine and coarse stripes, and a dot says which of them counts. "
         "A network with kernels of 3, 5, 7 and 9, each with a fixed share of a quarter, stays close to 67 % even "
         "after long training. What does it lack?",
         "d",
         "It sees both kinds of stripes, but weighs the scales in the same way for every picture. "
         "With a gate that is computed from the picture, by a softmax or by sigmoids, the same kernels reached "
         "100 %.",
         choices=("Larger kernels for the coarse stripes.",
                  "More parameters in each of its kernels.",
                  "More training at a lower rate.",
                  "Something that chooses by the picture, such as a gate.")),
)
