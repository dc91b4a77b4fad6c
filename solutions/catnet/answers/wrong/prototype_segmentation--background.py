# expect: probability of the background
def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    s = F.cosine_similarity(features, prototype[:, :, None, None], dim=1)
    return torch.sigmoid(0.5 * (-scale * s - threshold))[:, None]
