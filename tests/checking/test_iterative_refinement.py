"""The far end of CAT-Net: iterative_refinement, whose `blocks` are the learner's own CMAT with placed weights."""

import pytest

from autograder.lessons.catalogue import Mistake
from autograder.lessons.declare import Case, Earlier, RandomTensor
from solutions.catnet import reference as catnet

from .way import Way

pytestmark = pytest.mark.quick


def question(label, blocks, channels=8, batch=2, size=(4, 5), mask=(8, 7), **kwargs):
    features = (batch, channels, *size)
    return Case(label, ([Earlier("CMAT", (channels, 4)) for _ in range(blocks)], RandomTensor(features),
                        RandomTensor(features),
                        RandomTensor((batch, *mask), kind="mask", grad=False)), kwargs)


CASES = (question("two blocks", 2), question("three blocks and another threshold", 3, threshold=-4.0, scale=8.0),
         question("one block, one image", 1, batch=1, size=(3, 3), mask=(3, 3)))
OWN_BLOCKS = """
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        self.over = softmax_over
        self.v = nn.Linear(channels, channels)
        self.k = nn.Linear(channels, channels // reduction)
        self.q = nn.Linear(channels, channels // reduction)

    def forward(self, x, y, mask=None):
        a, b = x.flatten(2).mT, y.flatten(2).mT
        logits = self.q(a) @ self.k(b).mT * self.k.out_features ** -0.5
        out = (logits.softmax(2 if self.over == "keys" else 1) @ self.v(b)).mT.reshape(x.shape)
        return out if mask is None else mask * out


class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        self.alone, self.cross = (CrossMaskedAttention(channels, reduction) for _ in range(2))
        self.norms = nn.ModuleList(nn.LayerNorm(channels) for _ in range(3))
        self.up, self.down = nn.Linear(channels, channels), nn.Linear(channels, channels)

    def at(self, f, x):
        return f(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

    def forward(self, query, support, query_mask, support_mask):
        q, s = (self.at(self.norms[0], t + self.alone(t, t)) for t in (query, support))
        results = []
        for a, b, m in ((q, s, query_mask), (s, q, support_mask)):
            z = self.at(self.norms[1], a + self.cross(a, b, m))
            results.append(self.at(self.norms[2], z + self.at(lambda t: self.down(self.up(t).relu()), z)))
        return tuple(results)


"""
ANSWER = """
def iterative_refinement(blocks, query, support, support_mask, threshold=-10.0, scale=20.0):
    small = F.interpolate(support_mask[:, None].to(query), query.shape[2:], mode="bilinear", align_corners=True)
    mask = prior_mask(query, support, support_mask)
    maps = []
    for i in range(len(blocks)):
        query, support = blocks[i](query, support, mask, small)
        p = prototype_segmentation(query, masked_average_pool(support, support_mask), threshold, scale)
        mask = torch.where(p > 0.5, 1.0, 0.0).to(query.dtype)
        maps.append(p)
    return maps
"""


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    known = (Mistake("last-map-only", "Only the last map is returned.",
                     {"    return probabilities": "    return probabilities[-1:]"},
                     exercise="iterative_refinement"),)
    return Way(tmp_path_factory.mktemp("refinement"), catnet, "iterative_refinement", *CASES,
               uses=("CMAT", "prior_mask", "masked_average_pool", "prototype_segmentation"), mistakes=known)


def test_right_answers(lesson):
    lesson.right(ANSWER)
    lesson.right(OWN_BLOCKS + ANSWER.replace("return maps", "return tuple(maps)"))


@pytest.mark.parametrize("old, new, telling", [
    ("blocks[i](", "blocks[0](",
     "Gradients of `blocks[1].self_attention.query.weight`"),
    ("align_corners=True", "align_corners=False", "Output[0]"),
    ("return maps", "return maps[-1:]", "Only the last map is returned."),
    ("return maps", "return torch.stack(maps)", "Expected a list of 2, got a tensor"),
    ("threshold, scale)", "scale=scale)", "wrong with three blocks and another threshold"),
    ("mask = torch.where(p > 0.5, 1.0, 0.0).to(query.dtype)", "mask = p", "Output[1]"),
    ("masked_average_pool(support,", "masked_average_pool(support.detach(),", "Gradient of `blocks[0]"),
    ("query, support = blocks[i]", "query, _ = blocks[i]", "Output"),
    ("small)", "small.squeeze(1))", "Error"),
])
def test_wrong_answers(lesson, old, new, telling):
    assert old in ANSWER
    lesson.wrong(ANSWER.replace(old, new), telling)


def test_gradients_of_the_blocks_are_compared(lesson):
    call = "blocks[i](query, support, mask, small)"
    detached = ANSWER.replace(call, f"(t.detach() + 0 * u for t, u in zip({call}, (query, support)))")
    lesson.wrong(detached, "radients of `blocks[0].", "no gradient arrives")


def test_a_wrong_earlier_exercise(lesson):
    lesson.wrong(OWN_BLOCKS.replace("* self.k.out_features ** -0.5", "") + ANSWER, "Output[0]")
    lesson.wrong(OWN_BLOCKS.replace("nn.LayerNorm(channels) for _ in range(3)",
                                    "nn.LayerNorm(channels) for _ in range(2)")
                 .replace("self.norms[2]", "self.norms[1]") + ANSWER, "Missing: `norm2.weight` (8,), `norm2.bias` (8,)")
