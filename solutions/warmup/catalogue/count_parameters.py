"""What learners write for `count_parameters`."""

from autograder.lessons.catalogue import Mistake, Wrong

RIGHT = {
    "count-loop": """
def count_parameters(module):
    total = 0
    for name, p in module.named_parameters():
        if p.requires_grad:
            total += p.nelement()
    return total
""",
    "product": """
# Multiplies the sizes.
from math import prod

def count_parameters(module):
    return sum(prod(p.shape) for p in module.parameters() if p.requires_grad)
""",
}

MISTAKES = (
    Mistake("count-frozen-too",
            "You count frozen parameters too. Those with `requires_grad=False` are not trained: leave them out.",
            {" if parameter.requires_grad": ""}, hint=2),
    Mistake("count-shared-twice",
            "You count a shared parameter once for each place where it is used. It is one tensor: count it once, as "
            "`module.parameters()` does by itself.",
            {"sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)":
                 "sum(p.numel() for _, p in module.named_parameters(remove_duplicate=False) if p.requires_grad)"},
            hint=1),
    Mistake("count-state-dict",
            "You count everything in `state_dict()`: the running means of a batch norm, frozen weights, and shared "
            "weights once for each of their names. Use `module.parameters()`.",
            {"sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)":
                 "sum(t.numel() for t in module.state_dict().values())"}, hint=1),
    Mistake("count-state-dict-trained",
            "You look for `requires_grad` in `state_dict()`, whose tensors are copies that never require a gradient, so "
            "nothing is counted. Use `module.parameters()`.",
            {"module.parameters()": "module.state_dict().values()"}, hint=1),
    Mistake("count-buffers",
            "You count buffers too, such as the running mean and variance of a batch norm. They are not trained by "
            "gradients, so leave them out. `module.parameters()` holds no buffers.",
            {"sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)":
                 "sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad) + "
                 "sum(b.numel() for b in module.buffers())"}),
    Mistake("count-tensors",
            "You count the tensors and not the numbers in them. A weight of 3 x 5 has 15 parameters: `numel()` "
            "counts them.", {"parameter.numel()": "1"}, hint=2),
    Mistake("count-no-biases",
            "You leave out parameters with one axis: biases, and the scales of norms. They are trained too, so count "
            "them.", {"if parameter.requires_grad": "if parameter.requires_grad and parameter.dim() > 1"}),
    Mistake("count-by-name",
            "You count only parameters called `weight`. Biases are parameters too, so count every trainable "
            "parameter, whatever its name is.",
            {"sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)":
                 "sum(p.numel() for name, p in module.named_parameters() if 'weight' in name and p.requires_grad)"}),
    Mistake("count-top-level",
            "You count only the module's own parameters, not those of the modules inside it. `module.parameters()` "
            "goes through all of them.", {"module.parameters()": "module.parameters(recurse=False)"}, hint=1),
    Mistake("count-children",
            "You add up the modules inside and leave out the module's own parameters, so a single layer counts as "
            "nothing. `module.parameters()` goes through both.",
            {"sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)":
                 "sum(p.numel() for child in module.children() for p in child.parameters() if p.requires_grad)"},
            hint=1),
    Mistake("count-first-axis",
            "You count only the first axis of each parameter. A weight of 3 x 5 has 15 numbers: use `numel()`.",
            {"parameter.numel()": "len(parameter)"}, hint=2),
    Mistake("count-frozen-only",
            "You count the frozen parameters and leave the trainable ones out. It should be the other way round.",
            {"if parameter.requires_grad": "if not parameter.requires_grad"}, hint=2),
    Mistake("count-one-a-shape",
            "You count only one parameter of each shape. Two layers of the same size do not share their weights, "
            "unless they use the very same tensor.",
            {"sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)":
                 "sum(shape.numel() for shape in {p.shape for p in module.parameters() if p.requires_grad})"}, hint=1),
    Mistake("count-bytes", "You count bytes. A float32 number has four bytes: count the numbers themselves.",
            {"parameter.numel()": "parameter.numel() * parameter.element_size()"}, hint=2),
    Mistake("count-equal-values",
            "You count parameters once when their values are equal. Two parameters of equal values are still two: "
            "only the very same tensor is shared.",
            {"sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)":
                 "sum(len(v) for v in {tuple(p.flatten().tolist()) for p in module.parameters() if p.requires_grad})"},
            hint=1),
)

WRONG = (
    Wrong("first-parameter",
          {"return sum(prod(p.shape) for p in module.parameters() if p.requires_grad)": """total = 0
    for p in module.parameters():
        if p.requires_grad:
            total += p.numel()
        return total"""},
          of="product", says="Expected a number of type int, got None"),
    Wrong("weight-and-bias",
          {"sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)":
               "module.weight.numel() + module.bias.numel()"}, says="'NoneType' object has no attribute 'numel'"),
)

EQUIVALENT = (
    "2: made an int", "2: each once",
)
