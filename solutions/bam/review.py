"""What `review()` asks of 04_bam."""

from autograder.lessons.declare import Item

ITEMS = (
    Item("window-of-two",
         "Two 3 x 3 convolutions in a row both have dilation 3. How many positions per side does their window span?",
         13,
         "Each layer adds 3 positions on each side: 2 · 2 · 3 + 1 = 13. The window has holes, but it costs no more "
         "than with dilation 1."),
    Item("padding-one",
         "`x` has the shape (2, 16, 20, 20). What is the shape of `nn.Conv2d(16, 8, 3, padding=1, dilation=3)(x)`?",
         (2, 8, 16, 16),
         "The kernel spans 3 · 2 + 1 = 7 positions and the padded rows have 20 + 2 = 22, so it fits in 22 - 7 + 1 = "
         "16 places. To keep the size with a kernel of 3, padding must equal dilation."),
    Item("bug-padding",
         "This branch should give a map with x's height and width. It runs on large images, but the map comes out "
         "too small. Which line has to change?",
         4,
         "With a 3 x 3 kernel, padding must equal dilation. Line 4 loses 2 · 4 - 2 = 6 rows and columns.",
         code="d = 4\n"
              "branch = nn.Sequential(\n"
              "    nn.Conv2d(8, 8, 3, padding=d, dilation=d), nn.ReLU(),\n"
              "    nn.Conv2d(8, 8, 3, padding=1, dilation=d), nn.ReLU(),\n"
              "    nn.Conv2d(8, 1, 1))"),
    Item("bug-expand",
         "A map that should say where something is gets its final shape from `.expand(*x.shape)`. "
         "The shape is right, yet every position of an image holds the same number. What happened?",
         "a",
         "`expand` stretches a 1 x 1 map to any size. Here too little padding had shrunk the map to one position, "
         "and the right shape hid this mistake.",
         choices=("The map had shrunk to one position, and `expand` stretched it.",
                  "`expand` takes the mean over all positions before it copies.",
                  "The image had a batch of 1, so all positions shared its number.",
                  "The dilation was too large, so all windows saw the same pixels.")),
    Item("bug-wide-image",
         "`x` has the shape (4, 32, 6, 10). A channel branch should average over H and W, and uses `F.avg_pool2d(x, "
         "x.shape[2])`. What does it average?",
         "d",
         "The window is H x H, 6 x 6, and moves by its own size: it fits once, on the left. "
         "With square images nobody notices. `x.mean((2, 3))` always works.",
         choices=("All 6 rows and 10 columns, as it should.",
                  "The 6 x 6 pixels in the middle of the image.",
                  "The rows one by one, and never the columns.",
                  "The first 6 columns, and never the last 4.")),
    Item("taps-on-features",
         "A 3 x 3 convolution with dilation 4 and padding 4 reads features of 4 x 4 positions. "
         "How many of its nine taps ever read a feature, and not only padding?",
         1,
         "A step of 4 leads out of 4 x 4 positions from anywhere, so only the middle tap reads features. "
         "Compare a window with the size of your features."),
    Item("both-say-no",
         "For one channel and position, BAM's two branches give Mc = -3 and Ms = -3: both say no. "
         "The paper's gate is σ(Mc + Ms), with the sigmoid σ; the gate in the authors' code is σ(Mc · Ms). How large "
         "are these gates?",
         "c",
         "σ(-6) is about 0.002, but -3 · -3 = 9 and σ(9) is almost 1: in a product, no times no is yes. "
         "The one network that we trained with the sum scored 58 % when it was tested with the product.",
         choices=("Both are close to 0.",
                  "The sum's is near 0, the product's near 0.5.",
                  "The sum's is near 0, the product's near 1.",
                  "The sum's is near 0.5, the product's near 0.")),
    Item("too-far-away",
         "With a 3 x 3 convolution and BAM's two layers of dilation 2, a position sees a window of 11 pixels, "
         "but the clue stands 12 pixels from the bar. Five times as much training does not help. What would "
         "you change?",
         "b",
         "The window sets the limit, and training cannot move it. "
         "Dilation 4 widened it to 19 pixels in our network, with the same parameters and multiply-adds.",
         choices=("The learning rate: a third of it.",
                  "The dilation: 4 instead of 2.",
                  "The width: twice the channels.",
                  "The gate: a product, not a sum.")),
)
