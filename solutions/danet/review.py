"""What `review()` asks of 05a_danet."""

from autograder.lessons.declare import Item

ITEMS = (
    Item("position-matrix",
         "Position attention reads features of shape (2, 64, 12, 10). What is the shape of its attention matrix, for "
         "the whole batch?",
         (2, 120, 120),
         "In every image, it compares each of the N = 12 · 10 = 120 positions with all of them. "
         "The matrix of channel attention would have the shape (2, 64, 64)."),
    Item("output-by-hand",
         "A position has the feature 3, and its query times the three keys gives 0, ln 3 and ln 4. "
         "The values are 8, 16 and 2, and the learned factor γ is 0.5. "
         "What does DANet's position attention return there?",
         7,
         "The weights are 1/8, 3/8 and 4/8, so the position gathers 1 + 6 + 1 = 8. "
         "The output is x + γ · gathered = 3 + 0.5 · 8 = 7."),
    Item("bug-columns-for-rows",
         "`A` has the shape (B, N, N), and row j holds position j's weights. Column j of `found` should be what "
         "position j gathers. Which line has to change?",
         3,
         "`V @ A` takes its weights from the columns of A. To use row j for position j, transpose A first: `V @ A.mT`. "
         "The shapes are the same, so nothing complains.",
         code="b, c, h, w = values.shape\n"
              "V = values.flatten(2)  # (B, C, N)\n"
              "found = V @ A  # (B, C, N)\n"
              "picture = found.unflatten(2, (h, w))"),
    Item("bug-own-row",
         "`q` and `k` have the shape (2, 6, 9, 16): channels last. Someone computes the weights of position "
         "attention as `(q @ k.mT).softmax(-1)`. What is wrong with them?",
         "b",
         "`@` multiplies over the last two axes only, so the weights have the shape (2, 6, 9, 9). "
         "Flatten H and W to one axis first: (2, 54, 54).",
         choices=("The softmax runs over the queries, not over the keys.",
                  "Each position looks only at the positions of its own row.",
                  "They compare channels with channels, not positions.",
                  "Each position also looks at the other images of the batch.")),
    Item("gamma-at-zero",
         "Someone rewrote position attention. Freshly made, with γ at 0 as always, it gives the same output as the "
         "original on every input. What does this test show?",
         "b",
         "With γ = 0, all gathered features are multiplied by 0, so even noise would pass. "
         "In a test, give every parameter a value that differs from its starting value.",
         choices=("The attention matrix is right, but the values may not be.",
                  "Only that a fresh module returns its input.",
                  "The output is right; only the gradients are unchecked.",
                  "Everything is right, if the inputs were random.")),
    Item("turned-around",
         "A row of channel energies is (5, 1, 3). The authors' code takes the softmax of max(E) - E along this row. "
         "Which channel gets the largest weight, counted from 0?",
         1,
         "max(E) - E is (0, 4, 2), so the least similar channel wins. "
         "The maximum itself does not matter: a softmax does not notice a number that is added to a whole row."),
    Item("borrowed-matrix",
         "A trained network reads each picture with the attention matrix of another picture. "
         "Its score falls from nearly 100 % to chance level. What does this show?",
         "d",
         "If A were not used, the score would stay the same. This is a sharp control, because nothing else changes "
         "and nothing is trained anew.",
         choices=("The network has learned its training pictures by heart.",
                  "The network needs more training to become robust.",
                  "The values of the two pictures have been mixed up.",
                  "The network cannot answer without the picture's own matrix.")),
    Item("which-module",
         "The answer for a patch stands next to another patch of the same colour, anywhere in the picture and in a "
         "new place each time. Which module suits this best?",
         "c",
         "Query and key compare any two positions, so a position can look up what it needs. "
         "A window has the same weights for every picture; a gate only scales what is already there.",
         choices=("Dilated convolutions, whose window covers half of the picture.",
                  "A spatial gate, made from the maximum and mean of the channels.",
                  "Position attention, which weighs each pair of positions.",
                  "SE, whose gates are made from the means of all channels.")),
)
