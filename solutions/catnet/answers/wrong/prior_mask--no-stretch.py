# expect: The last step is missing
def prior_mask(query, support, support_mask):
    h, w = query.shape[2:]
    m = F.interpolate(support_mask[:, None].to(support.dtype), (h, w), mode="bilinear", align_corners=True)
    s, q = (support * m).flatten(2), query.flatten(2)
    similarity = s.transpose(1, 2) @ q / (s.norm(dim=1)[:, :, None] * q.norm(dim=1)[:, None, :] + 1e-7)
    return similarity.max(1).values.view(-1, 1, h, w)
