"""SCNet: MCG-NKU/SCNet."""
import torch.nn.functional as F
from torch import Tensor, nn

from solutions.scnet.reference import SCBottleneck, SCConv
from solutions.shared.parity import Case, Unit

DOWNSAMPLE = "Conv2d(inplanes,4*planes,1,stride,bias=False)+BatchNorm2d"


def dilated(module: SCConv, channels: int, stride: int, dilation: int, groups: int = 1) -> SCConv:
    """Quirk: all three convolutions are dilated or grouped, which the contract leaves out."""
    def conv(stride: int = 1) -> nn.Conv2d:
        return nn.Conv2d(channels, channels, 3, stride, dilation, dilation, groups, bias=False)

    module.k2[1], module.k3[0], module.k4[0] = conv(), conv(), conv(stride)
    return module


def scconv(case: Case, inplanes: int, planes: int, stride: int, padding: int, dilation: int, groups: int,
           pooling_r: int,
           norm_layer: str) -> Unit:
    assert inplanes == planes and padding == dilation and norm_layer == "BatchNorm2d", case.config
    return Unit(dilated(SCConv(planes, stride, pooling_r), planes, stride, dilation, groups))


def shortcut(inplanes: int, planes: int, stride: int, downsample: str | None) -> nn.Module | None:
    assert downsample in (None, DOWNSAMPLE), downsample
    if downsample is None:
        return None
    return nn.Sequential(nn.Conv2d(inplanes, 4 * planes, 1, stride, bias=False), nn.BatchNorm2d(4 * planes))


def bottleneck(case: Case, inplanes: int, planes: int, stride: int = 1, downsample: str | None = None,
               avd: bool = False, dilation: int = 1,
               pooling_r: int = 4) -> Unit:
    within = 1 if avd else stride
    module = SCBottleneck(inplanes, planes, within, shortcut(inplanes, planes, stride, downsample))
    width = planes // 2
    module.scconv = dilated(SCConv(width, within, pooling_r), width, within, dilation)
    module.k1[0] = nn.Conv2d(width, width, 3, within, dilation, dilation, bias=False)
    if avd:
        def pooled(conv3: nn.Module, inputs: tuple[Tensor]) -> Tensor:
            return F.avg_pool2d(inputs[0], 3, stride, padding=1)

        module.conv3.register_forward_pre_hook(pooled)  # quirk: an average pooling has the stride
    return Unit(module)


UNITS = {"SCConv": scconv, "SCBottleneck": bottleneck}
