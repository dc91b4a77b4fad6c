"""What `review()` asks of 10_capstone."""

from autograder.lessons.declare import Item

ITEMS = (
    Item("last-map-shape",
         "A ResNet has three stages of 8, 16 and 32 channels. Its stem keeps the size, "
         "and the first block of every stage but the first has stride 2 (3 x 3, padding 1). "
         "What is the shape of the last map for images (2, 3, 21, 32)?",
         (2, 32, 6, 8),
         "Two strides halve the sides, rounded up: 21 becomes 11, then 6, and 32 becomes 16, then 8."),
    Item("in-millions",
         "A README says that a network has 12.0M parameters, counted in units of 2^20 = 1,048,576. How many million "
         "(10^6) is that?",
         12.58,
         "12 · 1.048576 = 12.58. Counted in the larger unit, a network seems to have lost 5 % of its parameters."),
    Item("se-size",
         "An SE block for 64 channels has two linear layers without biases, from 64 to 16 channels and back. "
         "How many parameters does it add?",
         2048,
         "Each of its two layers has 64 · 16 weights. A 3 x 3 convolution of 64 channels has 9 · 64 · 64 = 36,864: "
         "gates add few parameters."),
    Item("bug-shared",
         "`make(width)` returns a new attention module. A stage of three blocks should have three of them, "
         "but a parameter count finds only one. Which line has to change?",
         2,
         "`make` is called once, so all blocks share one module and its weights. Call it inside the loop, once for "
         "each block.",
         code="def stage(make, width, blocks):\n"
              "    gate = make(width)\n"
              "    row = nn.ModuleList()\n"
              "    for _ in range(blocks):\n"
              "        row.append(Block(width, gate))\n"
              "    return row"),
    Item("bug-count",
         "This function returns far too many parameters for a network with nested modules. Which line has to change?",
         2,
         "`modules()` lists parents and children, and each parent's `parameters()` holds those of its children, too. "
         "`net.parameters()` alone lists every parameter once.",
         code="def millions(net):\n"
              "    found = [p for part in net.modules() for p in part.parameters()]\n"
              "    total = sum(p.numel() for p in found)\n"
              "    return total / 1e6"),
    Item("which-flops",
         "The authors of network A state 4.1G FLOPs, by which they mean multiply-adds. The authors of network B state "
         "7.6G FLOPs, and they count a multiplication and an addition as two. Which network needs less work?",
         "b",
         "Counted in one unit, A needs 4.1 billion multiply-adds and B needs 3.8 billion. Neither statement is wrong, "
         "but a table that puts them side by side is wrong.",
         choices=("A, by nearly a half",
                  "B, by less than a tenth",
                  "A, by less than a tenth",
                  "B, by nearly a half")),
    Item("met-to-the-digit",
         "Your network has exactly as many parameters as the table says. Which of these mistakes does this rule out?",
         "c",
         "Groups change the number of weights. Modes, axes and the order of layers have no parameters, "
         "so two networks may agree to the last digit and still compute different things.",
         choices=("A map is enlarged by `nearest` instead of `bilinear`.",
                  "A softmax runs over the queries instead of the keys.",
                  "A convolution is full instead of depth-wise.",
                  "A ReLU comes before the sum, not after it.")),
    Item("far-without-places",
         "At each dot, a network must name the colour of the posts six pixels to the left and right. "
         "Position attention, which compares all pairs of positions, stays near chance. Why?",
         "a",
         "Its weights depend on content alone, so it cannot express \"six pixels to the left\". Windows, which know "
         "offsets, and modules with kernels that reach far enough scored 98 to 100 % after the page's steps.",
         choices=("It sees what is elsewhere, but cannot tell where.",
                  "Six pixels are too far away for its attention map.",
                  "A softmax over all positions leaves too little weight for two.")),
)
