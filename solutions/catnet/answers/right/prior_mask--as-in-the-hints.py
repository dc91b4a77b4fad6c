def prior_mask(query, support, support_mask):
    B, C, h, w = query.shape
    mask = F.interpolate(support_mask.unsqueeze(1).type_as(support), size=(h, w), mode='bilinear', align_corners=True)
    support = support * mask
    q = query.flatten(2)
    s = support.flatten(2).transpose(1, 2)
    similarity = torch.bmm(s, q) / (torch.bmm(s.norm(dim=2, keepdim=True), q.norm(dim=1, keepdim=True)) + 1e-7)
    similarity, _ = similarity.max(dim=1)
    lowest = similarity.min(dim=1, keepdim=True).values
    highest = similarity.max(dim=1, keepdim=True).values
    similarity = (similarity - lowest) / (highest - lowest + 1e-7)
    return similarity.view(B, 1, h, w)
