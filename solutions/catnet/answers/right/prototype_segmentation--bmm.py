def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    B, C, h, w = features.shape
    flat = features.flatten(2)
    dots = torch.bmm(prototype.unsqueeze(1), flat)
    lengths = flat.norm(dim=1, keepdim=True).clamp(min=1e-8)
    length = prototype.norm(dim=1).clamp(min=1e-8).reshape(B, 1, 1)
    logits = 0.5 * (scale * dots / (lengths * length) + threshold)
    return torch.sigmoid(logits).reshape(B, 1, h, w)
