def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    p = prototype[:, :, None, None]
    dots = (features * p).sum(dim=1, keepdim=True)
    lengths = features.norm(dim=1, keepdim=True).clamp(min=1e-8) * p.norm(dim=1, keepdim=True).clamp(min=1e-8)
    distance = -scale * dots / lengths
    return 1 - torch.sigmoid(0.5 * (distance - threshold))
