def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    dots = (features * prototype.unsqueeze(-1).unsqueeze(-1)).sum(dim=1, keepdim=True)
    a = features.square().sum(1, keepdim=True).clamp(min=1e-16).sqrt()
    b = prototype.square().sum(1).clamp(min=1e-16).sqrt()[:, None, None, None]
    return F.logsigmoid((scale * (dots / a / b) + threshold) / 2).exp()
