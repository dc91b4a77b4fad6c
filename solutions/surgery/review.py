"""What `review()` asks of e4_surgery."""

from autograder.lessons.declare import Item

ITEMS = (
    Item("surgery-places",
         "A block with a shortcut gets a new, untrained gate. In which place does it do the least harm?",
         "a",
         "In the branch, the shortcut still carries the input past the gate, and the gate changes one part of a sum.",
         choices=("last in the branch, before the sum", "after the sum", "it is the same everywhere",
                  "in front of the block")),
    Item("surgery-scale",
         "A new SE, whose gates are all near one half, is put into a trained network, and the answers change. Which "
         "constant, in the place of SE, does about the same harm?",
         0.5,
         "The gates attend to nothing yet, so SE is nearly a factor of one half. The damage is scale."),
    Item("surgery-identity",
         "A module multiplies x by 3. It is wrapped as x + gamma * (module(x) - x), and gamma has become 0.5. By which "
         "number is x multiplied?",
         2,
         "x + 0.5 · (3x - x) = 2x, half way between x and module(x)."),
    Item("surgery-two-zeros",
         "Which line keeps the wrapper from ever learning?",
         4,
         "Gamma is 0 already. With a second zero behind it, neither gets a gradient, because each is multiplied by the "
         "other.",
         code="inner = module\ngamma = nn.Parameter(torch.zeros(1))\nlast = nn.Conv2d(c, c, 1)\n"
              "for p in last.parameters(): nn.init.zeros_(p)\n# x + gamma * last(inner(x))"),
    Item("surgery-receipt",
         "A model has 300 entries, and a file 310. The receipt lists 296 as loaded, 10 as left and 4 of another shape. "
         "How many are new?",
         4,
         "The model's names add up: 296 loaded and 4 new make 300. (The file's do, too: 296 + 10 + 4 = 310.)"),
    Item("surgery-batchnorm",
         "All parameters have `requires_grad=False`, and the network is in training mode. What changes while pictures "
         "pass through it?",
         "b",
         "A BatchNorm in training mode collects the mean and the variance of what passes, whether anything is trained "
         "or not.",
         choices=("nothing", "the statistics of its BatchNorms", "the biases of its BatchNorms", "its first layer")),
)
