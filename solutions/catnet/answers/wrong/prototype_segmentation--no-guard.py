# expect: Where the prototype is 0, as it is for an empty mask, you
def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    B, C, h, w = features.shape
    flat = features.flatten(2)
    dots = torch.bmm(prototype.unsqueeze(1), flat)
    lengths = flat.norm(dim=1, keepdim=True)
    length = prototype.norm(dim=1).reshape(B, 1, 1)
    logits = 0.5 * (scale * dots / (lengths * length) + threshold)
    return torch.sigmoid(logits).reshape(B, 1, h, w)
