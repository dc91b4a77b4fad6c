def _places(n, m, device, dtype):
    at = ((torch.arange(m, device=device, dtype=dtype) + 0.5) * n / m - 0.5).clamp(min=0)
    low = at.floor().long().clamp(max=n - 1)
    high = (low + 1).clamp(max=n - 1)
    return low, high, at - low


def masked_average_pool(features, mask):
    H, W = mask.shape[-2:]
    top, bottom, dy = _places(features.shape[2], H, features.device, features.dtype)
    left, right, dx = _places(features.shape[3], W, features.device, features.dtype)
    rows = features[:, :, top] * (1 - dy)[:, None] + features[:, :, bottom] * dy[:, None]
    f = rows[..., left] * (1 - dx) + rows[..., right] * dx
    m = mask.unsqueeze(1).to(f.dtype)
    return (f * m).sum((-2, -1)) / (m.sum((-2, -1)) + 1e-5)
