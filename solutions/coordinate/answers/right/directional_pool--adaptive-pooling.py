import torch.nn.functional as F


def directional_pool(x):
    return F.adaptive_avg_pool2d(x, (None, 1)), F.adaptive_avg_pool2d(x, (1, None))
