"""What `review()` asks of e1_scnet."""

from autograder.lessons.declare import Item

ITEMS = (
    Item("means-shape",
         "One branch of a self-calibrated convolution starts with `nn.AvgPool2d(4)`. "
         "What is the shape of its result for x (2, 12, 18, 11)?",
         (2, 12, 4, 2),
         "18 // 4 = 4 and 11 // 4 = 2: leftover rows and columns are dropped. So the map must be enlarged to the "
         "size of x, not by a factor of 4."),
    Item("nearest",
         "`F.interpolate(row, (1, 6))`, without a `mode`, enlarges the row (2, 8) to six numbers. What is the "
         "third one?",
         2,
         "Without a mode torch takes the nearest cell: 2, 2, 2, 8, 8, 8. The paper says bilinear, but the authors' "
         "code makes this call, and its outputs agree with nearest only."),
    Item("four-small",
         "A 3 x 3 convolution without bias from 32 to 32 channels is replaced by several from 16 to 16 channels. "
         "How many small convolutions together have as many weights as the large one?",
         4,
         "Half as many channels on both sides make a quarter of the weights: 9 · 16 · 16 is a quarter of 9 · 32 · 32. "
         "This is why SCNet's block with four convolutions is hardly larger than ResNet's."),
    Item("rows-seen",
         "One branch takes means of 4 x 4 pixels, applies a 3 x 3 convolution to them and enlarges the result again. "
         "A last 3 x 3 convolution reads rows 13 to 15 of the enlarged map, which lie in one cell. "
         "How many rows of pixels can change its answer through this branch?",
         12,
         "It sees the cell of rows 12 to 15 and one cell on each side, which makes three cells of four rows. "
         "A position whose three rows touch two cells sees 16 rows, so the view is tied to the grid."),
    Item("bug-factor",
         "`shrink` begins with `nn.AvgPool2d(4)`. A network with this gate trains well on crops of 32 x 32, "
         "and crashes on photographs of other sizes. Which line has to change?",
         3,
         "Averaging drops leftover pixels: 30 become 7 means, and four times 7 is 28. Enlarge to the height and width "
         "of x instead.",
         code="def gate(x, shrink):\n"
              "    small = shrink(x)\n"
              "    large = F.interpolate(small, scale_factor=4)\n"
              "    return torch.sigmoid(x + large)"),
    Item("bug-relu-early",
         "Below is the end of a block built like ResNet's bottleneck. Its branch can raise the numbers of x, but "
         "never lower them. Which line has to change?",
         3,
         "This ReLU comes too early: it removes everything negative from the branch before x is added. "
         "The only ReLU here belongs after the sum.",
         code="def finish(a, b, x):  # the two halves, and the shortcut\n"
              "    y = torch.cat([a, b], dim=1)\n"
              "    y = F.relu(norm(widen(y)))\n"
              "    return F.relu(y + x)"),
    Item("strict-false",
         "Loading weights stops with an error: the file has unexpected keys for `layer3.6`, "
         "but your network's `layer3` ends with block `layer3.5`. "
         "With `strict=False` the error is gone. What do you have now?",
         "a",
         "The file belongs to a deeper network, whose last stage was trained to follow blocks that are missing here. "
         "Find the right file instead of silencing the error.",
         choices=("A network with parts of a deeper network's weights.",
                  "The right weights: the extra keys were only leftovers.",
                  "Random weights, as nothing is loaded if keys differ.")),
    Item("ring-colour",
         "A network must name the colour of a ring around a dot. The ring's radius is 6 pixels. "
         "With means of 4 x 4 pixels the network gets 100 %. With means of 1 x 1 it has the same layers and "
         "parameters, but it stays at chance, even if training is five times as long. What does this show?",
         "c",
         "Only the width of the view differs. A dilated convolution did equally well, and so did the block without a "
         "gate. So neither averages nor the gate deserves the credit.",
         choices=("Averages are the best way to see far.",
                  "The gate is what makes the difference.",
                  "The task needs a wide view, and these means give one.")),
)
