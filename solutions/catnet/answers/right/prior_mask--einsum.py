def prior_mask(query, support, support_mask):
    B, C, h, w = query.shape
    m = F.interpolate(support_mask.unsqueeze(1), size=(h, w), mode="bilinear", align_corners=True)
    s = (support * m).reshape(B, C, h * w)
    q = query.reshape(B, C, h * w)
    dots = torch.einsum("bcq,bcs->bqs", q, s)
    lengths = torch.einsum("bq,bs->bqs", torch.linalg.norm(q, dim=1), torch.linalg.norm(s, dim=1))
    value = (dots / (lengths + 1e-7)).max(dim=2).values
    mini = value.min(dim=1, keepdim=True).values
    maxi = value.max(dim=1, keepdim=True).values
    return ((value - mini) / (maxi - mini + 1e-7)).reshape(B, 1, h, w)
