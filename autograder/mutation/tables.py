"""Which functions, layers and axes people take for each other."""

import ast

REDUCTIONS = {"mean", "sum", "amax", "amin", "norm", "std", "var"}
ONE_AXIS = {"softmax", "log_softmax", "cat"}
TURNS = {"transpose", "permute", "movedim", "swapaxes"}
AXES = REDUCTIONS | ONE_AXIS | {
    "max", "min", "stack", "chunk", "split", "unbind", "permute", "transpose", "movedim", "flatten", "unflatten",
    "roll", "normalize", "cosine_similarity", "squeeze", "unsqueeze", "expand", "repeat", "cumsum"}
# Another function for a function, and what to read where the mistake is a usual one. A mutant has the first.
PLACES = "You take the place of the maximum, not the maximum itself: `x.max(dim)` returns the maxima and their places."
INSTEAD = {
    "mean": {"sum": "You take the sum. The formula takes the mean: the sum, divided by how many there are.",
             "amax": "You take the maximum where the formula takes the mean."},
    "sum": {"mean": "You take the mean. The formula takes the sum, which is not divided by anything."},
    "amax": {"mean": "You take the mean where the formula takes the maximum.", "argmax": PLACES,
             "amin": "You take the minimum where the formula takes the maximum."},
    "sigmoid": {"tanh": "You take tanh, which also gives negative gates. The formula takes the sigmoid."},
    **{one: {other: ""} for one, other in (
        ("amin", "amax"), ("max", "min"), ("relu", "gelu"), ("gelu", "relu"), ("tanh", "sigmoid"),
        ("softmax", "log_softmax"), ("silu", "relu"), ("normalize", "softmax"), ("zeros", "ones"), ("ones", "zeros"),
        ("avg_pool2d", "max_pool2d"), ("ReLU", "GELU"), ("GELU", "ReLU"), ("Sigmoid", "Tanh"),
        ("Softmax", "LogSoftmax"), ("LayerNorm", "Identity"), ("BatchNorm2d", "Identity"), ("floor", "ceil"),
        ("log2", "log"), ("log10", "log"))}}
WORDS = {"bilinear": "nearest", "nearest": "bilinear"}
GATES = ("sigmoid", "softmax", "relu", "gelu", "silu", "tanh")
ACTIVATIONS = {*GATES, "hardsigmoid", "hardswish", "exp", "log2", "normalize", "clamp"}
IN_PLACE = {"relu", "sigmoid", "tanh", "exp", "clamp", "masked_fill", "softmax", "abs", "sign"}
NORMS = {"BatchNorm1d", "BatchNorm2d", "LayerNorm", "GroupNorm", "InstanceNorm2d"}
LAYERS = {"Linear", "Conv1d", "Conv2d", "Conv3d", "AvgPool2d", "avg_pool2d"}
CONVOLUTION = {"padding", "stride", "dilation", "groups", "kernel_size"}
OPERATORS_OF: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult), ast.Sub: (ast.Add,), ast.Mult: (ast.Div, ast.Add), ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mult), ast.Pow: (ast.Mult,), ast.Mod: (ast.FloorDiv,)}
COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In}
IN_PLACE_OF: dict[type[ast.operator], str] = {ast.Mult: "mul_", ast.Add: "add_", ast.Sub: "sub_", ast.Div: "div_"}
