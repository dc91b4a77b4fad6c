"""What `review()` asks of 03_cbam."""

from autograder.lessons.declare import Item

ITEMS = (
    Item("spatial-input",
         "CBAM's spatial gate reads features of shape (2, 64, 20, 30). What is the shape of the tensor that enters "
         "its convolution?",
         (2, 2, 20, 30),
         "The gate pools over the channels and stacks one sheet of maxima and one sheet of means. "
         "Every position keeps two numbers, however many channels there were."),
    Item("max-with-axis",
         "`x` has the shape (4, 8, 5, 7). What is the shape of `torch.max(x, 1)[0]`?",
         (4, 5, 7),
         "With an axis, `torch.max` returns a pair, maxima and indices, and `[0]` picks the maxima of all images. "
         "`x.amax(1)` returns the maxima alone."),
    Item("spatial-parameters",
         "CBAM's spatial gate has a k x k convolution without bias, from two sheets to one, and a BatchNorm of one "
         "channel. How many parameters do these two layers have for k = 5?",
         52,
         "The convolution has 2 · 5 · 5 = 50 weights, and the BatchNorm has a weight and a bias. "
         "The number of channels of x does not matter."),
    Item("bug-sum",
         "`mlp` is CBAM's shared multi-layer perceptron, with a ReLU inside. This code runs, but it is not CBAM's "
         "channel gate. Which line has to change?",
         3,
         "Mean and maximum each go through the mlp, and its two outputs are added. "
         "Because of the ReLU inside, `mlp(avg) + mlp(top)` is not `mlp(avg + top)`.",
         code="avg = x.mean((2, 3))\n"
              "top = x.amax(dim=(2, 3))\n"
              "g = mlp(avg + top).sigmoid()\n"
              "y = x * g[..., None, None]"),
    Item("bug-brightest",
         "You raise the brightest pixel of each channel and lower another pixel by as much. "
         "A channel gate that should read mean and maximum returns exactly the same gates. What is wrong?",
         "c",
         "The means stayed the same, so a gate that does not change sees nothing but the mean. "
         "A slip such as `avg + avg` causes this: the maximum is computed and thrown away.",
         choices=("The two pooled vectors go through one shared mlp.",
                  "The sigmoid is applied to each term before the sum.",
                  "The maximum is computed, but it is never used.",
                  "The mean is computed, but it is never used.")),
    Item("which-gate",
         "A green frame marks one of two bars, left or right, and the question is whether the marked bar is "
         "horizontal. The convolutions see small windows, and a mean over all positions follows the gate. Which gate "
         "can help?",
         "a",
         "If the frame moves to the other bar, the answer may change, but means and maxima over H and W stay the same. "
         "A gate for each position can favour the framed bar.",
         choices=("A spatial gate, with one weight for each position.",
                  "A channel gate that reads the mean over H and W.",
                  "A channel gate that reads the maximum over H and W.",
                  "A channel gate that reads both, as CBAM's does.")),
    Item("order-of-gates",
         "In a network that needed both of CBAM's gates, channel first and spatial first were compared, after short "
         "training and after long training. What did the order decide?",
         "d",
         "After the short training, 23 of 24 runs with spatial first had solved the task, and 13 of 24 with CBAM's "
         "order had. After five times the steps, 16 of 16 and 13 of 16 runs scored 100 %, which may be luck.",
         choices=("Everything: only channel first ever solved the task.",
                  "Everything: only spatial first ever solved the task.",
                  "Nothing: both were equally good at all times.",
                  "How many runs had solved it after the short training.")),
    Item("batchnorm-left-out",
         "The formula of CBAM's spatial gate has no BatchNorm; the authors' code has one between convolution and "
         "sigmoid. What happens without this BatchNorm when the features become 100 times larger?",
         "b",
         "Without BatchNorm, scores grow with the features and the sigmoid saturates. "
         "With it, the scale hardly matters in training, but a picture's map depends on its batch.",
         choices=("The map stays the same, because the sigmoid normalises it.",
                  "Most of the map is close to 0 or 1, with hardly any gradient.",
                  "The map moves to 0.5 everywhere, so it hardly opens or closes.",
                  "The map keeps its pattern, but its values go far above 1.")),
)
