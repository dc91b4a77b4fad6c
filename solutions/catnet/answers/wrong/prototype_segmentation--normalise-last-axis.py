# expect: You normalize the features along the width (dim=-1)
def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    f = F.normalize(features, dim=-1)
    p = F.normalize(prototype, dim=1)
    cosine = torch.einsum("bchw,bc->bhw", f, p).unsqueeze(1)
    return 1.0 - (0.5 * (-scale * cosine - threshold)).sigmoid()
