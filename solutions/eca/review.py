"""What `review()` asks of 02_eca."""

from autograder.lessons.declare import Item

ITEMS = (
    Item("conv1d-input",
         "ECA slides an `nn.Conv1d(1, 1, 5, padding=2)` along the channel means of `x`, which has the shape (4, 32, "
         "10, 12). What shape must the means have when they enter the convolution?",
         (4, 1, 32),
         "`Conv1d` takes (batch, input channels, length). The image's 32 channels are the length along which the "
         "kernel slides, and there is one input channel."),
    Item("kernel-size",
         "ECA's rule computes t = (log2 C + 1) / 2, drops the fraction, and adds 1 if the result is even. "
         "Which kernel size does it give for C = 16 channels?",
         3,
         "t = (4 + 1) / 2 = 2.5, which is 2 without its fraction. A kernel needs a middle, so the even 2 becomes 3."),
    Item("bug-one-position",
         "`nn.Conv1d(48, 48, 3, padding=1, groups=48, bias=False)` gets the 48 channel means as (B, 48, 1). "
         "How many of its 144 weights can ever get a gradient other than 0?",
         48,
         "Each channel has its own kernel, which slides along a single number. "
         "The kernel's two outer weights are only ever multiplied by padding, so a gate sees nothing but its own "
         "channel."),
    Item("bug-next-image",
         "`conv` is an `nn.Conv1d(1, 1, 3, padding=1)` that slides along the channels. "
         "With this code, the gates of one image change a little when another image of the batch changes. Which line "
         "has to change?",
         2,
         "One long row makes the last channel of an image the neighbour of the next image's first channel. "
         "Each image needs a row of its own, (B, 1, C).",
         code="m = x.mean((2, 3))  # (B, C)\n"
              "row = m.reshape(1, 1, -1)\n"
              "scores = conv(row)\n"
              "g = scores.sigmoid().reshape(m.shape)"),
    Item("border",
         "All channels of a picture have the mean 3, and ECA's kernel is (-1, 2, -1) with zeros as padding. "
         "What is the score of channel 0, before the sigmoid?",
         3,
         "2 · 3 - 3 - 0 = 3: next to a padded zero, an ordinary channel looks like a peak. In the middle the "
         "score is 0."),
    Item("which-gate",
         "The channels are 48 wavelengths in order, and one of them stands out from its neighbours, a different one "
         "in each picture. Training is short. Which gate do you take?",
         "a",
         "One shared kernel learns the same rule from every picture. A full matrix could hold this rule too, but "
         "each of its rows sees its own band stand out in only a few pictures.",
         choices=("ECA with three weights, shared by all channels.",
                  "ECA with one weight, so a gate sees its own channel alone.",
                  "SE with two matrices and a hidden layer.",
                  "One full matrix, with a row for each gate.")),
    Item("shuffled-channels",
         "ECA more than doubled a network's score on pictures with 48 ordered bands. "
         "Then the bands of all pictures were put into one new order, and the network was trained anew. What happened "
         "to ECA's lead?",
         "d",
         "A kernel takes for granted that neighbouring channels have something to do with each other. "
         "In the middle of an ordinary network nothing gives the channels such an order.",
         choices=("It stayed, because the kernel learned the new order.",
                  "It grew a little, because the new order mixes the bands.",
                  "It shrank by about a tenth.",
                  "Nothing was left of it.")),
    Item("eighty-parameters",
         "ECA's paper reports 80 additional parameters for ResNet-50, but its own rule for the kernel sizes "
         "gives 86. Why?",
         "b",
         "The released ResNet-50 uses the sizes 3, 5, 5 and 7 in its four stages: 80 parameters. "
         "In the authors' code the kernel size is an argument, 3 by default, and no rule is applied.",
         choices=("The paper leaves out the blocks of one stage.",
                  "The released kernel sizes do not follow the rule.",
                  "The rule also counts a bias for some of the kernels.",
                  "The rule rounds kernel sizes down, the code rounds them up.")),
)
