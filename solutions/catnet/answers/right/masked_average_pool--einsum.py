def masked_average_pool(features, mask):
    mask = mask.to(features)
    big = F.interpolate(features, mask.shape[1:], mode="bilinear")
    return torch.einsum("bcij,bij->bc", big, mask) / (mask.sum((1, 2)) + 1e-5).unsqueeze(1)
