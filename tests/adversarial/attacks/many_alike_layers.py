"""Has so many layers of one shape that there are thousands of ways to place the weights, and takes its time for
each."""
# wins: harm
# %% Excitation
import time


class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.a, self.b = nn.Linear(channels, channels // reduction,
                                   bias=False), nn.Linear(channels // reduction, channels, bias=False)

    def forward(self, s):
        time.sleep(1.0)
        return self.b(self.a(s))
