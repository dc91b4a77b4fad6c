"""What `review()` asks of 01_se."""

from solutions.shared.declare import Item

ITEMS = (
    Item("gate-shape", "`x` has the shape (8, 64, 14, 14). Which shape must SE's gates have, so that `x * gates` multiplies each channel by its own gate?",
         (8, 64, 1, 1), "A gate per image and channel, (8, 64), and two axes of size 1, which are stretched over H and W."),
    Item("bug-axis", "This squeeze runs without an error for a batch of square images. Which line is wrong?", 2,
         "`dim=(1, 2)` is the mean over channels and rows. Of (B, C, H, W) the axes 2 and 3 must go.",
         code="def squeeze(x):\n    return x.mean(dim=(1, 2))"),
)
