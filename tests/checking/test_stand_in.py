"""The stand-in for a device, operation by operation: what the CPU gives, it gives too, in shape, dtype, strides and
numbers."""

import math

import pytest
import torch
import torch.nn.functional as F

from attention_lab.checking.ask.device import Mixed
from attention_lab.checking.ask.shadow import Reading

pytestmark = pytest.mark.quick

# What answers are written with. Each function gets tensors of these shapes, in float64.
V, W, A, B, X = (3,), (2,), (3, 2), (2, 4), (2, 4, 5, 6)
BATCH, OTHER = (2, 3, 4), (2, 4, 5)
OPERATIONS = {
    "vector @ vector": (lambda a, b: a @ b, V, V),
    "vector @ matrix": (lambda a, b: a @ b, V, A),
    "matrix @ vector": (lambda a, b: a @ b, A, W),
    "matrix @ matrix": (lambda a, b: a @ b, A, B),
    "batch @ batch": (lambda a, b: a @ b, BATCH, OTHER),
    "batch @ matrix": (lambda a, b: a @ b, BATCH, (4, 5)),
    "matrix @ batch": (lambda a, b: a @ b, (7, 3), BATCH),
    "batch @ vector": (lambda a, b: a @ b, BATCH, (4,)),
    "vector @ batch": (lambda a, b: a @ b, V, BATCH),
    "four axes @ vector": (lambda a, b: a @ b, X, (6,)),
    "one row @ batch": (lambda a, b: a @ b, (1, 3), BATCH),
    "mm, mv, dot, outer": (lambda a, b, v, w: (a.mm(b), a.mv(w), v.dot(v), v.outer(w), torch.inner(v, v),
                                               torch.ger(v, w)), A, B, V, W),
    "bmm, baddbmm": (lambda a, b, c: (a.bmm(b), torch.baddbmm(c, a, b)), BATCH, OTHER, (2, 3, 5)),
    "addmm, addmv, addcmul": (lambda a, b, c, w, v: (torch.addmm(c, a, b), torch.addmv(v, a, w),
                                                     torch.addcmul(v, v, v)),
                              A, B, (3, 4), W, V),
    "linear of a vector": (lambda v, w, b: (F.linear(v, w), F.linear(v, w, b)), W, A, V),
    "linear": (lambda x, w, b: (F.linear(x, w), F.linear(x, w, b)), (5, 2), A, V),
    "linear of four axes": (lambda x, w, b: F.linear(x.mT, w, b), (2, 3, 2, 4), A, V),
    "bilinear": (lambda a, b, w: F.bilinear(a, b, w), (5, 2), (5, 3), (4, 2, 3)),
    "einsum of vectors": (lambda v, w: (torch.einsum("i,i", v, v), torch.einsum("i,j->ij", v, w),
                                        torch.einsum("i->", v)), V, W),
    "einsum of a vector and a matrix": (lambda v, a: (torch.einsum("i,ij", v, a), torch.einsum("ij,i->j", a, v)), V, A),
    "einsum of batches": (lambda a, b: (torch.einsum("bnd,bdm->bnm", a, b), torch.einsum("bnd,bdm->n", a, b)), BATCH,
                          OTHER),
    "einsum with dots": (lambda x, w: torch.einsum("b...w,wk->bk...", x, w), X, (6, 2)),
    "einsum of a diagonal": (lambda a: (torch.einsum("ii->i", a), torch.einsum("ii", a)), (3, 3)),
    "tensordot": (lambda a, b: (torch.tensordot(a, b, 1), torch.tensordot(a, b, ([2], [1]))), BATCH, (4, 4)),
    "chain of products": (lambda a, b, v: (torch.linalg.multi_dot((v, a, b)), torch.linalg.vecdot(v, v),
                                           torch.linalg.norm(v)), A, B, V),
    "kron, trace, diag": (lambda a, b: (torch.kron(a, b), a[:2].trace(), a.diag(), torch.diag(a[:, 0]),
                                        torch.diag_embed(a)), A, B),
    "cdist, cosine": (lambda a, b: (torch.cdist(a, a), F.cosine_similarity(a, b, dim=-1), F.normalize(a, dim=-1)),
                      BATCH, BATCH),
    "fused attention": (lambda q, k: F.scaled_dot_product_attention(q, k, k), (2, 1, 3, 4), (2, 1, 5, 4)),
    "numbers without axes": (lambda v: (v[0] * v, v.sum() / v[1], v[0].exp().reshape(1), v[0] + 1, 2 ** v[0],
                                        v * v.max()), V),
    "comparisons": (lambda v: (v > 0, (v > 0).sum(), v == v, v.sign(), torch.where(v > 0, v, 0.0),
                               torch.maximum(v, -v)), V),
    "one number": (lambda v: v.sum().item() * v, V),
    "a loop with numbers": (lambda v: v * v[0].item() if v[0] > 0 else v - math.exp(v[0].item()), V),
    "indices": (lambda x: (x[0], x[0, 1], x[..., 1], x[:, None], x[:, 1:3, ::2], x[0, 0, 0, 0], x[-1:], x[[0, 1]],
                           x[:, [2, 0]]), X),
    "indices in a tensor": (lambda x: (x[:, torch.tensor([2, 0])],
                                       x.index_select(1, torch.tensor([1, 1], device=x.device))), X),
    "a mask": (lambda v: (v[v > 0], v.masked_fill(v > 0, 0.0), v.masked_select(v < 0), torch.nonzero(v > 0)), (7,)),
    "gather and scatter": (lambda a: (a.gather(1, a.argsort(1)),
                                      torch.zeros_like(a).scatter(1, a.argmax(1, keepdim=True), 1.0),
                                      a.take_along_dim(a.argsort(-1), -1),
                                      torch.zeros_like(a).scatter_add_(1, a.argsort(1), a)), BATCH),
    "one-hot": (lambda a: F.one_hot(a.argmax(-1), 4), BATCH),
    "stack and cat": (lambda v: (torch.stack([v, v]), torch.stack([torch.stack([v, v], 1)] * 2), torch.cat([v, v]),
                                 torch.stack(list(v)),
                                 torch.hstack([v, v]), torch.vstack([v, v]), torch.concat([v[:0], v])), V),
    "stack of rows, one at a time": (lambda a, b: torch.stack([torch.stack([q @ b for q in rows]) for rows in a]),
                                     BATCH, (4, 5)),
    "split and chunk": (lambda x: (*x.chunk(2, 1), *x.split(4, 3), *x.split((1, 3), 1), *x.unbind(2),
                                   *x.tensor_split(3, 3)), X),
    "reductions": (lambda x: (x.sum(), x.mean((2, 3)), x.mean((2, 3), keepdim=True), x.amax(1), *x.max(1), *x.min(-1),
                              x.std(1),
                              x.var((2, 3), unbiased=False), x.prod(1), x.norm(dim=1), x.logsumexp(1), x.cumsum(2),
                              x.all(), x.any(1)), X),
    "reductions of a vector": (lambda v: (v.sum(), v.mean(), *v.max(0), v.norm(), v.argmax(), v.amin(),
                                          v.sum(0, keepdim=True)), V),
    "sorting": (lambda a: (*a.sort(-1), *a.topk(2), a.argsort(1, descending=True), *a.median(1), *a.kthvalue(2)),
                BATCH),
    "softmax by hand": (lambda z: (e := torch.exp(z - z.max())) / e.sum(), V),
    "softmaxes": (lambda a: (a.softmax(-1), F.softmax(a, 0), a.log_softmax(1), F.softmax(a[0, 0], 0), F.softmin(a, 1)),
                  BATCH),
    "activations": (lambda a: (a.relu(), a.sigmoid(), a.tanh(), F.gelu(a), F.silu(a), F.hardswish(a), F.relu6(a),
                               F.hardsigmoid(a),
                               F.softplus(a), F.leaky_relu(a), F.elu(a), F.mish(a), a.exp(), a.abs().sqrt(),
                               a.clamp(0, 1)), BATCH),
    "shapes": (lambda x: (x.flatten(2), x.flatten(), x.reshape(2, -1), x.view(2, 4, 30), x.unflatten(1, (2, 2)),
                          x.permute(0, 2, 3, 1),
                          x.transpose(1, 2), x.mT, x.movedim(1, -1), x.squeeze(0), x[:1].squeeze(0), x.unsqueeze(-1),
                          x.ravel()), X),
    "shapes in place": (lambda x: (x.clone().unsqueeze_(1), x[:, :1].clone().squeeze_(1), x.clone().transpose_(1, 2),
                                   x[0, 0].clone().t_(), x.clone().swapaxes_(0, 1)), X),
    "used after a shape in place": (lambda x: ((t := x.clone()), t.squeeze_(1), t.unsqueeze_(-1), t.mul_(2),
                                               t + x[:, 0, :, None])[1:],
                                    (2, 1, 3)),
    "expanding": (lambda v: (v.expand(2, 3), v[:, None].expand(-1, 2), v.repeat(2, 2), v.repeat_interleave(2),
                             v.tile(2),
                             v[:, None].expand_as(v[:, None] * v), torch.broadcast_to(v, (2, 3)),
                             *torch.broadcast_tensors(v, v[:, None])), V),
    "order of memory": (lambda x: (x.contiguous(memory_format=torch.channels_last), x.permute(0, 2, 3, 1).contiguous(),
                                   x.mT.clone(),
                                   x.permute(0, 2, 3, 1).flatten(1, 2), x.permute(0, 2, 3, 1).reshape(2, -1)), X),
    "new tensors": (lambda x: (torch.zeros_like(x), x.new_zeros(3), x.new_full((2,), 0.5),
                               torch.ones(2, device=x.device, dtype=x.dtype),
                               torch.arange(5, device=x.device), torch.eye(3, device=x.device),
                               torch.linspace(0, 1, 4, device=x.device),
                               torch.empty_like(x).fill_(1), torch.full_like(x, 2.0),
                               torch.tensor([1.0, 2.0], device=x.device)), X),
    "grids": (lambda v, w: (*torch.meshgrid(v, w, indexing="ij"), torch.cartesian_prod(v, w),
                            torch.stack(torch.meshgrid(v, w, indexing="ij"))), V, W),
    "triangles and rolls": (lambda x: (x.tril(), x.triu(1), x.roll(1, 2), x.roll((1, -2), (2, 3)), x.flip(1),
                                       x.flip((2, 3)),
                                       x.rot90(1, (2, 3))), X),
    "padding": (lambda x: (F.pad(x, (1, 2)), F.pad(x, (1, 1, 2, 0), value=3.0), F.pad(x, (1, 1, 1, 1), "reflect"),
                           F.pad(x, (1, 1, 1, 1), "replicate"), F.pad(x, (1, 1, 1, 1), "circular"), F.pad(x, (-1, 0))),
                           X),
    "convolutions": (lambda x, w, g: (F.conv2d(x, w, padding=1), F.conv2d(x, w, stride=2),
                                      F.conv2d(x, w, dilation=2, padding="same"),
                                      F.conv2d(x, g, groups=4), F.conv_transpose2d(x, w.transpose(0, 1), stride=2)),
                     X, (3, 4, 3, 3), (8, 1, 1, 3)),
    "convolutions without a batch": (lambda x, w, k: (F.conv2d(x, w), F.conv1d(x[:, 0], k)), (4, 5, 6), (3, 4, 3, 3),
                                     (2, 4, 3)),
    "1-D convolutions": (lambda x, w: (F.conv1d(x[:, None], w, padding=1), F.conv1d(x[:, None], w)[:, 0]), (2, 7),
                         (1, 1, 3)),
    "a convolution of channels last": (lambda x, w: F.conv2d(x.contiguous(memory_format=torch.channels_last), w), X,
                                       (3, 4, 3, 3)),
    "pooling": (lambda x: (F.avg_pool2d(x, 2), F.max_pool2d(x, 3, 2, 1), F.adaptive_avg_pool2d(x, 1),
                           F.adaptive_max_pool2d(x, (2, 3)),
                           F.avg_pool2d(x, 2, ceil_mode=True), F.avg_pool1d(x[0], 2), F.lp_pool2d(x, 2, 2),
                           *F.max_pool2d(x, 2, return_indices=True)), X),
    "resizing": (lambda x: (F.interpolate(x, size=(7, 9)),
                            F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True),
                            F.interpolate(x, (3, 4), mode="bilinear"), F.interpolate(x, (3, 4), mode="area"),
                            F.interpolate(x[0], 9)), X),
    "pixels and folds": (lambda x: (F.pixel_shuffle(x, 2), F.pixel_unshuffle(x[..., :4, :], 2), F.unfold(x, 3),
                                    x.unfold(2, 2, 1),
                                    F.fold(F.unfold(x, 3, padding=1), (5, 6), 3, padding=1), F.channel_shuffle(x, 2)),
                                    X),
    "norms": (lambda x: (F.layer_norm(x, (6,)), F.group_norm(x, 2), F.instance_norm(x),
                         F.batch_norm(x, None, None, training=True),
                         F.layer_norm(x[0, 0, 0], (6,))), X),
    "dtypes": (lambda x: (x.float(), x.half(), x.long(), x.to(torch.float32).double(), (x > 0).double(),
                          x.type_as(x.float()), x.int()), X),
    "in place": (lambda x: (x.clone().mul_(2), (x + 1).relu_(), (2 * x).clamp_(0, 1).masked_fill_(x > 0.5, 0),
                            (2 * x).fill_diagonal_(0)),
                 (4, 4)),
    "writing into parts": (lambda x: (_write(x), _write(x[0])), BATCH),
    "writing rows of a result": (lambda a, b: _rows(a, b), BATCH, (4, 5)),
}


def _write(x):
    made = torch.zeros_like(x)
    made[..., 0] = x[..., 1]
    made[0] += 1
    made[..., 1:] = x[..., 1:] * 2
    return made


def _rows(a, b):
    made = a.new_zeros(2, 3, 5)
    for i in range(2):
        for j in range(3):
            made[i, j] = a[i, j] @ b
    return made


def made_of(function, tensors, device):
    """What a function gives, and the gradients of its sum."""
    leaves = [t.clone().to(device).requires_grad_() for t in tensors]
    made = function(*leaves)
    made = list(made) if isinstance(made, tuple) else [made]
    if differentiable := [t.double().sum() for t in made if t.requires_grad]:
        torch.autograd.backward(differentiable)
    return made + [leaf.grad for leaf in leaves if leaf.grad is not None]


def described(made):
    """Of an axis of size 1, torch promises no stride."""
    return [(tuple(t.shape), t.dtype, [step for step, size in zip(t.stride(), t.shape) if size > 1]) for t in made]


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_gives_what_it_gives_on_the_cpu(name):
    function, *shapes = OPERATIONS[name]
    generator = torch.Generator().manual_seed(1)
    tensors = [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]
    expected = made_of(function, tensors, "cpu")
    with (mixed := Mixed(torch.device("meta"), {})), Reading():
        made = made_of(function, tensors, "meta")
    assert mixed.first is None and {t.device.type for t in made} == {"meta"}
    assert described(made) == described(expected)
    for mine, wanted in zip(made, expected, strict=True):
        torch.testing.assert_close(mixed.numbers.of(mine.detach()), wanted.detach(), rtol=1e-12, atol=1e-12,
                                   equal_nan=True)
