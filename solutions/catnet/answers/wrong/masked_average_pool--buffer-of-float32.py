# expect: its dtype is torch.float32
def masked_average_pool(features, mask):
    B, C = features.shape[:2]
    big = F.interpolate(features, mask.shape[-2:], mode="bilinear", align_corners=False)
    out = torch.zeros(B, C)
    for i in range(B):
        for c in range(C):
            out[i, c] = (big[i, c] * mask[i]).sum() / (mask[i].sum() + 1e-5)
    return out
