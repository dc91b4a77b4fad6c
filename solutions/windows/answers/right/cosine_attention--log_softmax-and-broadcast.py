# broadcast products and sums instead of matrix products, log_softmax and exp
import torch.nn.functional as F


def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    lengths = [torch.norm(t, dim=-1, keepdim=True) for t in (q, k)]
    q, k = (t / torch.max(n, torch.full_like(n, 1e-12)) for t, n in zip((q, k), lengths))
    cosines = (q[:, :, :, None, :] * k[:, :, None, :, :]).sum(-1)
    share = F.log_softmax(transform(cosines), dim=-1).exp()
    return (share[..., None] * v[:, :, None]).sum(dim=-2)
