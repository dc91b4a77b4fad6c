def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    maps = []
    for f, p in zip(features, prototype):
        cosine = F.cosine_similarity(f, p[:, None, None], dim=0)
        maps.append(1 - torch.sigmoid(0.5 * (-scale * cosine - threshold)))
    return torch.stack(maps)[:, None]
