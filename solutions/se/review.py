"""What `review()` asks of 01_se."""

from autograder.lessons.declare import Item

ITEMS = (
    Item("hidden-shape",
         "An SE block with reduction r = 16 reads `x` of shape (4, 96, 7, 7). "
         "What is the shape of the tensor between its two linear layers?",
         (4, 6),
         "The squeeze leaves one mean per image and channel, (4, 96). The first layer has 96 // 16 = 6 outputs; H and "
         "W are gone by then."),
    Item("bug-pool",
         "This block should multiply each channel by one gate per image. It runs and trains, but it is not SE. Which "
         "line has to change?",
         5,
         "The pooling layer is made but never called. 1 x 1 convolutions run on any H x W, so each position is gated "
         "by its own pixel. Line 5 should call `down(pool(x))`.",
         code="pool = nn.AdaptiveAvgPool2d(1)\n"
              "down = nn.Conv2d(64, 4, 1, bias=False)\n"
              "up = nn.Conv2d(4, 64, 1, bias=False)\n"
              "def gated(x):\n"
              "    hidden = down(x).relu()\n"
              "    return x * up(hidden).sigmoid()"),
    Item("bug-shortcut",
         "This function should return the gated features plus a shortcut, x · g + x. It returns 2 · x · g. Which line "
         "has to change?",
         4,
         "`*=` changes the tensor itself, and `shortcut` is another name for the same tensor. `x = x * g` makes a "
         "new tensor and leaves the shortcut alone.",
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
         "A 3 x 3 convolution and an SE block with reduction r = 8 have the same number of channels, C, and neither "
         "has biases. How many times as many parameters does the convolution have?",
         36,
         "The convolution has 9 · C² parameters, and SE has 2 · C² / 8 = C² / 4. So the factor is 36, for any C. "
         "In multiply-adds the gap is far larger, because SE's layers run once per image, not at every position."),
    Item("doubled-image",
         "An SE block without biases gives a channel of an image the gate 0.8. Now every number of the image is "
         "doubled. What is the channel's gate?",
         round(16 / 17, 4),
         "Without biases, the means, the hidden numbers (also after the ReLU) and the number before the "
         "sigmoid all double. σ(ln 4) = 0.8, and σ(2 ln 4) = 16/17 = 0.94: brighter images have gates that are further "
         "from 0.5."),
    Item("blind-to",
         "Which of these leaves all gates of an SE block exactly as they were, whatever its weights?",
         "c",
         "Each channel's mean stays what it was, and SE sees nothing else of the image. "
         "The other three change the means, or which mean belongs to which channel.",
         choices=("Swapping two of the image's channels.",
                  "Adding 1 to every number of the image.",
                  "Shuffling the positions, in each channel in a different order.",
                  "Multiplying every number of the image by 2.")),
    Item("hidden-all-negative",
         "In an SE block without biases, every hidden number is below 0 before the ReLU, for every picture. "
         "What follows?",
         "d",
         "The ReLU gives zeros, the second layer gives zeros, and σ(0) = 0.5. "
         "Neither layer gets a gradient as long as this holds.",
         choices=("All gates are 0, and the block closes every channel for good.",
                  "All gates are 0, but the first layer soon learns to open them.",
                  "All gates are 0.5, but the second layer still learns.",
                  "All gates are 0.5, and neither of the two layers learns.")),
)
