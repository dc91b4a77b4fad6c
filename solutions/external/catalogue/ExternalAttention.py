"""What learners write for `ExternalAttention`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import attention_dropout

RIGHT = {
    "external-convolutions": """
class ExternalAttention(nn.Module):
    def __init__(self, dim, memory_size=64):
        super().__init__()
        self.linear_0, self.linear_1 = (nn.Conv1d(*sizes, kernel_size=1, bias=False)
                                        for sizes in ((dim, memory_size), (memory_size, dim)))

    def forward(self, x):
        slots = self.linear_0(x.mT).softmax(dim=2)
        slots = slots / (slots.sum(dim=1, keepdim=True) + 1e-9)
        return self.linear_1(slots).mT
""",
    "external-einsum": """
class ExternalAttention(nn.Module):
    def __init__(self, dim, memory_size=64):
        super().__init__()
        self.mk = nn.Linear(dim, memory_size, bias=False)
        self.mv = nn.Linear(memory_size, dim, bias=False)

    def forward(self, x):
        weights = double_normalize(torch.einsum("bnd,sd->bns", x, self.mk.weight))
        return torch.einsum("bns,ds->bnd", weights, self.mv.weight)
""",
}

HINTS = {"biases": 2, "`mv`": 1}

MISTAKES = (
    Mistake("external-slots-alone",
            "You take one softmax over the slots, so no token notices any other. Take a softmax over the tokens "
            "first, then divide by the sum over the slots.",
            {"double_normalize(self.mk(x))": "torch.softmax(self.mk(x), dim=2)"}, hint=1),
    Mistake("external-tokens-alone",
            "Your weights are normalised over the tokens alone. The second step is missing, or it runs over the "
            "tokens again. Divide each token's weights by their sum over the slots, so that its row sums to 1.",
            {"double_normalize(self.mk(x))": "torch.softmax(self.mk(x), dim=1)"}, hint=1),
    Mistake("external-transposed",
            "The two axes have changed places: your softmax runs over the slots, and you divide by the sum over the "
            "tokens. Take the softmax over the tokens first, then divide by the sum over the slots.",
            {"double_normalize(self.mk(x))": "double_normalize(self.mk(x).transpose(1, 2)).transpose(1, 2)"}, hint=1),
    Mistake("external-no-normalisation",
            "Your logits go straight into mv. Two linear layers in a row amount to one: call double_normalize "
            "between them.", {"double_normalize(self.mk(x))": "self.mk(x)"}, hint=1),
    Mistake("external-relu",
            "You put a ReLU between mk and mv. That makes an ordinary MLP, in which no token notices any other. Call "
            "double_normalize in place of the ReLU.", {"double_normalize(self.mk(x))": "torch.relu(self.mk(x))"},
            hint=1),
    Mistake("external-cosine",
            "You normalise the tokens to length 1 before mk, as for a cosine. Leave them as they are.",
            {"double_normalize(self.mk(x))": "double_normalize(self.mk(nn.functional.normalize(x, dim=2)))"}),
    Mistake("external-weights",
            "You return the weights, (B, N, S). Multiply them by the second matrix: self.mv(weights), (B, N, dim).",
            {"self.mv(double_normalize(self.mk(x)))": "double_normalize(self.mk(x))"}, hint=1),
    Mistake("external-no-eps",
            "You divide by the sum over the slots without eps. If a token is far below the others in every slot, all "
            "its shares are 0, and 0 / 0 is NaN. Divide by the sum plus 1e-9, which is never 0.",
            {"double_normalize(self.mk(x))": "double_normalize(self.mk(x), eps=0)"}),
    Mistake("external-one-softmax",
            "You subtract the logarithm of the summed exponentials from the logits, and take one softmax of the "
            "result. That is right apart from eps, which has no effect in your code. Call double_normalize.",
            {"double_normalize(self.mk(x))":
                 "torch.softmax((lambda l: l - l.logsumexp(dim=1, keepdim=True))(self.mk(x)), dim=2)"}, hint=1),
    Mistake("external-first-image",
            "All images of the batch use the weights of the first one. The images share the memory, but each image "
            "should have its own weights.",
            {"double_normalize(self.mk(x))": "double_normalize(self.mk(x))[:1].expand(len(x), -1, -1)"}),
    Mistake("external-batch-as-tokens",
            "All images of the batch are treated as one long list of tokens, so an image's result depends on its "
            "neighbours in the batch. Take the sums over the tokens within each image.",
            {"double_normalize(self.mk(x))":
                 "double_normalize(self.mk(x).flatten(0, 1)[None]).reshape(*x.shape[:2], -1)"}),
    attention_dropout("external-dropout",
                      {"double_normalize(self.mk(x))":
                           "nn.functional.dropout(double_normalize(self.mk(x)), 0.1, self.training)"}),
    Mistake("external-sizes-exchanged",
            "mk and mv have each other's sizes. nn.Linear takes the input's size first: mk should go from dim to "
            "memory_size, and mv from memory_size to dim.",
            {"self.mk = nn.Linear(dim, memory_size, bias=False)": "self.mk = nn.Linear(memory_size, dim, bias=False)",
             "self.mv = nn.Linear(memory_size, dim, bias=False)": "self.mv = nn.Linear(dim, memory_size, bias=False)"}),
    Mistake("external-values-of-tokens",
            "You call mv on x, and multiply the weights by the result. Call mv on the weights: self.mv(weights) "
            "multiplies the weights by the memory's values.",
            {"self.mv(double_normalize(self.mk(x)))": "double_normalize(self.mk(x)) @ self.mv(x)"}, hint=1),
    Mistake("external-slots-alone-scaled",
            "You divide the logits by sqrt(dim) and take one softmax over the slots, as a transformer would over "
            "tokens. External attention does not scale the logits: call double_normalize.",
            {"double_normalize(self.mk(x))": "torch.softmax(self.mk(x) * x.shape[2] ** -0.5, dim=2)"}, hint=1),
)

WRONG = (
    Wrong("memory-not-learned",
          {"dim, bias=False)": """dim, bias=False)
        for p in self.parameters():
            p.requires_grad = False"""},
          says="Gradients of `mk.weight`"),
    Wrong("mv-starts-tied-to-mk",
          {"dim, bias=False)": """dim, bias=False)
        self.mv.weight.data = self.mk.weight.data.t()"""},
          says="are the same parameter under two names"),
    Wrong("new-layers-in-every-call",
          {"""self.mk = nn.Linear(dim, memory_size, bias=False)
        self.mv = nn.Linear(memory_size, dim, bias=False)""": "self.dim, self.memory_size = (dim, memory_size)",
           "return": """mk = nn.Linear(self.dim, self.memory_size, bias=False)
        mv = nn.Linear(self.memory_size, self.dim, bias=False)
        return""",
           "self.mv(": "mv(",
           "(self.mk": "(mk"}, says="Your module has no parameters at all"),
    Wrong("other-eps", {"self.mv(double_normalize(self.mk(x)))": "self.mv(double_normalize(self.mk(x), eps=1e-05))"},
          says="it is right to about six digits only"),
    Wrong("query-layer",
          {"self.mk ": """self.query = nn.Linear(dim, dim, bias=False)
        self.mk """,
           "(x": "(self.query(x)"}, says="The parameters are not the ones that the exercise asks for"),
    Wrong("result-in-the-default-dtype",
          {"return self.mv(double_normalize(self.mk(x)))": """out = torch.zeros(x.shape)
        for b in range(len(x)):
            out[b] = self.mv(double_normalize(self.mk(x[b:b + 1])))[0]
        return out"""},
          says="so it is float32, whatever dtype"),
)

EQUIVALENT = (
    "9: clamped",
)
