# expect: a transposed mask
def masked_average_pool(features, mask):
    B, C = features.shape[:2]
    up = nn.Upsample(size=tuple(mask.shape[-2:]), mode="bilinear", align_corners=False)
    f = up(features).reshape(B, C, -1)
    m = mask.view(B, -1, 1).to(f.dtype)
    p = torch.bmm(f, m).squeeze(2)
    return p / (m.sum(1) + 1e-5)
