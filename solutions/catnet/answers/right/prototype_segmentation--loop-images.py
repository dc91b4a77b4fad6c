def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    maps = []
    for f, p in zip(features, prototype):
        C, h, w = f.shape
        vectors = f.reshape(C, h * w).T
        s = F.cosine_similarity(vectors, p.expand(h * w, C), dim=-1)
        maps.append((1 - torch.sigmoid(0.5 * (-scale * s - threshold))).reshape(1, h, w))
    return torch.stack(maps)
