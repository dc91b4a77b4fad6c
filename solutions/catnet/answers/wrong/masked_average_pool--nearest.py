# expect: mode nearest
def masked_average_pool(features, mask):
    f = F.interpolate(features, mask.shape[-2:])
    m = mask.unsqueeze(1)
    return (f * m).sum(dim=(2, 3)) / (m.sum(dim=(2, 3)) + 1e-5)
