"""What `review()` asks of e3_catnet."""

from autograder.lessons.declare import Item

ITEMS = (
    Item("attention-shape",
         "Two feature maps of shape (2, 16, 6, 8) look at each other. "
         "The queries come from the first map, the keys and values from the second. "
         "What is the shape of the attention map?",
         (2, 48, 48),
         "Each of the 6 · 8 = 48 positions of the first map has one weight for each of the 48 positions of "
         "the second."),
    Item("prototype-by-hand",
         "A prototype is the mean of the features under a mask. (Leave out the tiny number that guards against an "
         "empty mask.) What is the prototype for the features (2, 6, 4, 8) and the mask "
         "(0, 1, 1, 0)?",
         5,
         "The masked sum is 6 + 4 = 10, divided by the sum of the mask, 2. Dividing by all four positions would make "
         "small objects look faint."),
    Item("iou",
         "An answer marks 8 pixels as the object. The true object has 7 pixels, and 5 of them are among the 8. "
         "What is the IoU (intersection over union), in per cent?",
         50,
         "5 pixels are in both, and 8 + 7 - 5 = 10 are in at least one of them."),
    Item("bug-new-layer",
         "In eval mode, this module gives two different answers for the same input. Which line has to change?",
         6,
         "Every call makes a new layer with new random weights, which no optimizer ever sees and no checkpoint saves. "
         "Layers belong in `__init__`.",
         code="class Fusion(nn.Module):\n"
              "    def __init__(self, C):\n"
              "        super().__init__()\n"
              "        self.last = nn.Conv2d(C, C, 1)\n"
              "    def forward(self, x, mask):\n"
              "        first = nn.Conv2d(x.shape[1], x.shape[1], 1)\n"
              "        return self.last(first(x * mask))"),
    Item("bug-wrong-sums",
         "Each position of x should gather from y with weights that sum to 1. Nothing crashes, but some positions "
         "gather almost nothing, and others several times too much. Which line has to change?",
         3,
         "Row j holds the weights with which position j of x gathers, so the softmax runs along the rows, `dim=2`. "
         "Here each position of y hands out a total of 1 instead.",
         code="def gather(q, k, v):  # (B, N, C): q from x, k and v from y\n"
              "    scores = q @ k.mT / q.shape[2] ** 0.5\n"
              "    weights = scores.softmax(dim=1)\n"
              "    return weights @ v"),
    Item("no-object",
         "For each position of the query picture, PFENet's prior mask keeps the cosine of the best match in the "
         "marked object. Then it stretches each map to the range from 0 to 1. What does it return if the query does "
         "not contain the object?",
         "d",
         "Even if all matches are poor, the best one is stretched to 1. A look-up over all of the example, background "
         "included, can stay near 0 everywhere.",
         choices=("0 everywhere, as nothing matches.",
                  "0.5 everywhere, as nothing stands out.",
                  "NaN everywhere, as it divides 0 by 0.",
                  "A map that is about 1 somewhere.")),
    Item("which-without-training",
         "An object is striped in three colours and the background in three others; both have the same mean colour. "
         "You have only one marked example and untrained features, which tell colours apart. "
         "Which method finds the object in a new picture best?",
         "b",
         "Attention keeps the colours apart, and looks at the background as well. The mean points somewhere between "
         "the three colours, where a background colour may be nearer.",
         choices=("The prototype: compare with the mean of the object's features.",
                  "The look-up: attend to all positions of the example, with its mask as values.",
                  "The prior mask: keep the best match among the object's positions.")),
    Item("whose-credit",
         "In our experiment, \"cross masked\" attention ended 4 points above a control whose second attention looks "
         "at its own picture, without a mask. A second control also looks at its own picture, but has the mask. "
         "It did as well as \"cross masked\" attention. What deserves the credit?",
         "a",
         "Both arms with a mask did equally well, whether they looked across or not. If two things change at once, "
         "one control is not enough to say which of them helps.",
         choices=("Multiplying by the mask.",
                  "Looking at the other picture.",
                  "Both of these, equally.",
                  "The additional parameters.")),
)
