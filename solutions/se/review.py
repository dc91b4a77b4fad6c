"""What `review()` asks of 01_se."""

from solutions.shared.declare import Item

ITEMS = (
    Item("hidden-shape",
         "An SE block with reduction r = 16 reads `x` of shape (4, 96, 7, 7). "
         "What is the shape of the tensor between its two linear layers?",
         (4, 6),
         "The squeeze leaves one mean per image and channel, (4, 96). The first layer has 96 // 16 = 6 outputs; H and W are gone by then."),
    Item("bug-pool",
         "This block should multiply each channel by one gate per image. It runs and trains, but it is not SE. Which line is wrong?",
         5,
         "The pooling is made but never called. 1 x 1 convolutions run on any H x W, so each position is gated by its own pixel. "
         "Line 5 should call `down(pool(x))`.",
         code="pool = nn.AdaptiveAvgPool2d(1)\n"
              "down = nn.Conv2d(64, 4, 1, bias=False)\n"
              "up = nn.Conv2d(4, 64, 1, bias=False)\n"
              "def gated(x):\n"
              "    hidden = down(x).relu()\n"
              "    return x * up(hidden).sigmoid()"),
    Item("bug-shortcut",
         "This function should return the gated features plus a shortcut, x · g + x. It returns 2 · x · g. Which line is wrong?",
         4,
         "`*=` changes the tensor itself, and `shortcut` is another name for the same tensor. `x = x * g` makes a new tensor "
         "and leaves the shortcut alone.",
         code="def block(x, excite):\n"
              "    shortcut = x\n"
              "    g = excite(x.mean((2, 3)))[:, :, None, None]\n"
              "    x *= g\n"
              "    return x + shortcut"),
    Item("parameters",
         "How many parameters does an SE block for 128 channels have, with reduction r = 8 and no biases?",
         4096,
         "There are two matrices, 128 to 16 and 16 back to 128: 2 · 128 · 16 = 4096, or 2 · C² / r."),
    Item("convolution-against-se",
         "A 3 x 3 convolution and an SE block with reduction r = 8 have the same number of channels, C, and neither has biases. "
         "How many times as many parameters does the convolution have?",
         36,
         "9 · C² against 2 · C² / 8 = C² / 4: 36 times as many, for any C. "
         "In multiply-adds the gap is far larger, because SE's layers run once per image, not at every position."),
    Item("which-task",
         "A network of 3 x 3 convolutions gets an SE block. Which of these tasks does the block's gate help with most?",
         "b",
         "SE sees one mean per channel, taken over the whole image. A lamp's colour shows in these means. "
         "Left and right do not, and edges and crossings need no global view.",
         choices=("Saying whether the red car is left or right of the blue one.",
                  "Judging a paper's colour under a lamp of unknown colour.",
                  "Finding the edges of a dark square on a light ground.",
                  "Finding the pixel in which two thin lines cross.")),
    Item("without-squeeze",
         "Papers under coloured lamps: the plain network had about 72 % right, SE about 20 points more. "
         "How did SE's two matrices do without the squeeze, with each position gating itself?",
         "c",
         "The same parameters without the global view added nothing. "
         "So SE's lead came from the mean over the whole image, not from having more parameters.",
         choices=("As well as SE.",
                  "Halfway between the two.",
                  "Like the plain network.",
                  "No better than a coin.")),
    Item("hidden-all-negative",
         "In an SE block without biases, every hidden number is below 0 before the ReLU, for every picture. What follows?",
         "d",
         "The ReLU gives zeros, the second layer gives zeros, and σ(0) = 0.5. "
         "Neither layer gets a gradient, so while this lasts the block does not change.",
         choices=("All gates are 0, and the block closes every channel for good.",
                  "All gates are 0, but the first layer soon learns to open them.",
                  "All gates are 0.5, but the second layer still learns.",
                  "All gates are 0.5, and neither of the two layers learns.")),
)
