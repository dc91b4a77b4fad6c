"""Names parameters, layers and keys in HTML."""
# wins: page
# %% Excitation
class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.register_parameter("<img src=x onerror=window['pwned']=1>", nn.Parameter(torch.zeros(3)))
        self.add_module("<svg onload=window['pwned']=1>", nn.Linear(3, 4))

    def forward(self, s):
        return s
# %% squeeze
def squeeze(x):
    return {"<img src=x onerror=window.pwned=1>": x.mean(dim=(2, 3))}
