# inherits nn.Sequential, with the page's names by OrderedDict, no forward
from collections import OrderedDict

class AttnMap(nn.Sequential):
    """Two 1 x 1 convolutions with a SiLU between them."""

    def __init__(self, dim: int) -> None:
        super().__init__(OrderedDict([
            ("conv1", nn.Conv2d(dim, dim, 1)),
            ("swish", nn.SiLU()),
            ("conv2", nn.Conv2d(dim, dim, 1)),
        ]))
