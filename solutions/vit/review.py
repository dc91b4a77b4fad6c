"""What `review()` asks of 05c_vit."""

from autograder.lessons.declare import Item

ITEMS = (
    Item("tokens-of-a-picture",
         "A picture of 96 x 64 pixels is cut into patches of 16 x 16, and a class token is put in front. How many "
         "tokens do the blocks get?",
         25,
         "There are 6 · 4 = 24 patches, and one class token."),
    Item("map-of-heads",
         "Multi-head attention with 8 heads reads tokens of shape (2, 50, 64). What is the shape of its maps, for the "
         "whole batch?",
         (2, 8, 50, 50),
         "Each head has an N x N map of its own. The 64 numbers of a token are cut into 8 for each head."),
    Item("which-scale",
         "Multi-head attention has dim = 64 and 4 heads. By which number are the products of queries and keys divided?",
         4,
         "A query of one head has 64 / 4 = 16 numbers, and the root of 16 is 4. The root of dim would be 8."),
    Item("one-look-up",
         "Of six marks three are black. You know one of two marks, and for the other you say the opposite colour. In "
         "how many of ten cases is that second answer right?",
         6,
         "Five marks are left, and three of them have the other colour: 3/5."),
    Item("bug-heads-merged",
         "`out` has the shape (B, heads, N, head_dim). Which line has to change?",
         2,
         "The heads stand before the tokens, so a reshape gives a token pieces of other tokens: first "
         "`out.transpose(1, 2)`.",
         code="out = weights @ v\nout = out.reshape(B, N, dim)\nreturn proj(out)"),
    Item("no-places",
         "A vision transformer without position vectors reads a picture, and then the same picture with its patches "
         "shuffled. What does the class token's output do?",
         "a",
         "Attention is a sum over all tokens, and a sum does not know their order.",
         choices=("It stays the same.", "It changes, because the patches stand elsewhere.",
                  "It changes, but only a little.", "That depends on the training.")),
)
