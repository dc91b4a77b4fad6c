import torch.nn.functional as F


def directional_pool(x):
    h, w = x.size(2), x.size(3)
    return F.avg_pool2d(x, (1, w)), F.avg_pool2d(x, (h, 1))
