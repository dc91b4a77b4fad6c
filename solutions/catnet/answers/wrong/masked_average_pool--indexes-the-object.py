# expect: a mask of numbers between 0 and 1
def masked_average_pool(features, mask):
    f = F.interpolate(features, mask.shape[-2:], mode="bilinear", align_corners=False)
    means = []
    for one, m in zip(f, mask):
        chosen = one[:, m > 0]
        means.append(chosen.sum(1) / (chosen.shape[1] + 1e-5))
    return torch.stack(means)
