def _unit(v):
    return v / torch.linalg.vector_norm(v, dim=1, keepdim=True).clamp(min=1e-8)


def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    n, c, h, w = features.shape
    kernels = _unit(prototype).reshape(n, c, 1, 1)
    image = _unit(features).reshape(1, n * c, h, w)
    s = F.conv2d(image, kernels, groups=n).transpose(0, 1)
    return 0.5 + 0.5 * torch.tanh(0.25 * (scale * s + threshold))
