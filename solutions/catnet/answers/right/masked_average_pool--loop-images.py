def masked_average_pool(features, mask):
    prototypes = []
    H, W = mask.shape[1], mask.shape[2]
    for f, m in zip(features, mask):
        m = m.type(f.dtype)
        f = F.interpolate(f.unsqueeze(0), size=(H, W), mode="bilinear", align_corners=False)[0]
        under = [(channel * m).sum() / (m.sum() + 1e-5) for channel in f]
        prototypes.append(torch.stack(under))
    return torch.stack(prototypes)
