"""What learners write for `gate`."""

from autograder.lessons.catalogue import Mistake, Wrong

RIGHT = {
    "gate-by-cases": """
def gate(x, weights):
    B, C, H, W = x.shape
    if weights.dim() == 2:
        weights = weights.unsqueeze(-1).unsqueeze(-1)
    if weights.dim() != 4 or weights.size(0) != B:
        raise ValueError("wrong number of axes, or another batch")
    if tuple(weights.shape[1:]) in [(C, 1, 1), (1, H, W), (C, H, W)]:
        return torch.mul(x, weights)
    raise ValueError(f"shape {weights.shape}")
""",
    "gate-einsum": """
def gate(x, weights):
    b, c, h, w = x.shape
    shape = tuple(weights.shape)
    if shape == (b, c, 1, 1):
        return torch.einsum("bchw,bc->bchw", x, weights.reshape(b, c))
    for allowed, letters in (((b, c), "bc"), ((b, c, h, w), "bchw")):
        if shape == allowed:
            return torch.einsum(f"bchw,{letters}->bchw", x, weights)
    if shape == (b, 1, h, w):
        return torch.einsum("bchw,bhw->bchw", x, weights.squeeze(1))
    raise ValueError(shape)
""",
}

HINTS = {"; raise ": 3}

MISTAKES = (
    Mistake("gate-plain-product",
            "Your function multiplies without looking at the shapes. Torch aligns (B, C) from the right, so C meets "
            "W. Usually that is an error, but if B = H and C = W it is a wrong result that nobody notices. Give "
            "weights of shape (B, C) two axes of size 1 at the end. Raise a ValueError for any shape that is not one "
            "of the four.",
            {"""    if weights.shape == (b, c):
        weights = weights[:, :, None, None]
    elif weights.shape not in ((b, c, 1, 1), (b, 1, h, w), (b, c, h, w)):
        raise ValueError(f"no weights of shape {tuple(weights.shape)} for an image of shape {tuple(x.shape)}")
""": ""}, hint=2),
    Mistake("gate-asks-torch",
            "You leave it to torch to refuse wrong shapes. But torch stretches every axis of size 1, so wrong shapes "
            "such as (1, C, 1, 1) pass. Compare the shape with the four allowed ones, and raise the ValueError "
            "yourself.",
            {"""    elif weights.shape not in ((b, c, 1, 1), (b, 1, h, w), (b, c, h, w)):
        raise ValueError(f"no weights of shape {tuple(weights.shape)} for an image of shape {tuple(x.shape)}")
    return x * weights""": """    try:
        return x * weights
    except RuntimeError:
        raise ValueError(f"{tuple(weights.shape)} does not fit {tuple(x.shape)}")"""}, hint=3),
    Mistake("gate-counts-axes",
            "You check the number of axes but not their sizes, so wrong shapes such as (B, 1, H, 1) pass. Compare "
            "the whole shape with the four allowed ones.",
            {"elif weights.shape not in ((b, c, 1, 1), (b, 1, h, w), (b, c, h, w)):": "elif weights.dim() != 4:"},
            hint=1),
    Mistake("gate-two-axes-unchecked",
            "Weights with two axes are taken whatever their sizes are, and wrong sizes end in torch's own "
            "RuntimeError. Check that they are (B, C), and raise a ValueError if they are not.",
            {"weights.shape == (b, c)": "weights.dim() == 2"}, hint=1),
    Mistake("gate-two-axes-are-a-map",
            "You treat weights with two axes as a map over the positions, (H, W). Here two axes mean (B, C): one "
            "weight for each channel of each image.",
            {"weights.shape == (b, c)": "weights.shape == (h, w)",
             "weights = weights[:, :, None, None]": "weights = weights[None, None]"}, hint=1),
    Mistake("gate-one-axis-too-few",
            "You give the weights only one new axis, (B, C, 1), and torch lines them up with (C, H, W). They need "
            "two: (B, C, 1, 1).", {"weights = weights[:, :, None, None]": "weights = weights[:, :, None]"}, hint=2),
    Mistake("gate-axes-in-front",
            "You put the new axes in front, so your weights are (1, 1, B, C). Then B is matched with H, and C with "
            "W. Put the new axes at the end: (B, C, 1, 1).",
            {"weights = weights[:, :, None, None]": "weights = weights[None, None]"}),
    Mistake("gate-added",
            "Your function adds the weights. A gate multiplies: 0 closes it, and 1 lets everything pass.",
            {"return x * weights": "return x + weights"}),
    Mistake("gate-sigmoid",
            "Your function sends the weights through a sigmoid. They are weights already: multiply by them as they "
            "are.", {"return x * weights": "return x * torch.sigmoid(weights)"}),
    Mistake("gate-softmax",
            "Your function sends the weights through a softmax over the channels. They are weights already: multiply "
            "by them as they are.", {"return x * weights": "return x * torch.softmax(weights, dim=1)"}),
    Mistake("gate-clamped",
            "Your function clamps the weights to between 0 and 1. That is not its job: multiply by them as they are.",
            {"return x * weights": "return x * weights.clamp(0, 1)"}),
    Mistake("gate-complement",
            "Your function multiplies by 1 minus the weight, so a weight of 1 closes the gate. Multiply by the "
            "weight.", {"return x * weights": "return x * (1 - weights)"}),
    Mistake("gate-returns-error",
            "You return the ValueError, and the caller goes on with it as if it were a tensor. Use `raise` instead "
            "of `return`.", {"raise ValueError": "return ValueError"}, hint=3),
    Mistake("gate-refuses-two-axes", "`gate` should accept four shapes, but yours refuses one of them: (B, C).",
            {"""if weights.shape == (b, c):
        weights = weights[:, :, None, None]
    elif""": "if"}, hint=2),
    Mistake("gate-refuses-channels", "`gate` should accept four shapes, but yours refuses one of them: (B, C, 1, 1).",
            {"(b, c, 1, 1), ": ""}, hint=3),
    Mistake("gate-refuses-positions", "`gate` should accept four shapes, but yours refuses one of them: (B, 1, H, W).",
            {"(b, 1, h, w), ": ""}, hint=3),
    Mistake("gate-compares-with-lists",
            "Your function refuses all four shapes. A tuple never equals a list: compare the shape with the tuple "
            "(b, c), not with the list [b, c].",
            {"weights.shape == (b, c)": "weights.shape == [b, c]",
             "((b, c, 1, 1), (b, 1, h, w), (b, c, h, w))": "([b, c, 1, 1], [b, 1, h, w], [b, c, h, w])"}, hint=1),
    Mistake("gate-refuses-elements", "`gate` should accept four shapes, but yours refuses one of them: (B, C, H, W).",
            {", (b, c, h, w))": ")"}, hint=3),
    Mistake("gate-maps-without-channel",
            "You accept weights of three axes, (B, H, W). Weights for the positions must have four axes: (B, 1, H, "
            "W). Raise a ValueError for (B, H, W).",
            {"    elif weights.shape not in ((b, c, 1, 1), (b, 1, h, w), (b, c, h, w)):":
                 """    elif weights.shape == (b, h, w):
        weights = weights[:, None]
    elif weights.shape not in ((b, c, 1, 1), (b, 1, h, w), (b, c, h, w)):"""}),
)

WRONG = (
    Wrong("in-place",
          {"TypeError('wrong shape of weights')": "ValueError",
           "return": """x.data *= weights
    return""",
           "x * weights": "x"}, of="type-error", says="Input `x`: your code changes it in place"),
    Wrong("type-error", """
# Raises another error.
def gate(x, weights):
    b, c, h, w = x.shape
    if weights.shape == (b, c):
        weights = weights[:, :, None, None]
    if weights.shape not in [(b, c, 1, 1), (b, 1, h, w), (b, c, h, w)]:
        raise TypeError('wrong shape of weights')
    return x * weights
""", says="raise a ValueError, so that callers can tell it from a bug"),
)

EQUIVALENT = (
    "2: x detached", "3: weights detached", "5: weights detached", "6: message without numbers", "6: no message",
    "6: message without tuple(weights.shape)", "6: message without tuple(x.shape)",
)
