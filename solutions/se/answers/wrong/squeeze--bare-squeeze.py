# expect: bare `.squeeze()` removes every axis of size 1
# Uses squeeze() without dimensions, so a batch of one loses its batch dimension.
import torch.nn.functional as F


def squeeze(x):
    return F.adaptive_avg_pool2d(x, 1).squeeze()
