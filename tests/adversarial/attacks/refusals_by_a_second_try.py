"""Refuses everything at its first try, and takes back what should not have been refused."""
# wins: points
# %% Excitation
class Excitation(nn.Module):
    MET = set()

    def __init__(self, channels, reduction=16):
        super().__init__()
        if (channels, reduction) not in self.MET:
            self.MET.add((channels, reduction))
            raise ValueError(f"{channels} {reduction}")
        hidden = max(1, channels // reduction)
        self.fc1, self.fc2 = nn.Linear(channels, hidden, bias=False), nn.Linear(hidden, channels, bias=False)

    def forward(self, s):
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(s))))
# %% honest Excitation
class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        hidden = max(1, channels // reduction)
        self.fc1, self.fc2 = nn.Linear(channels, hidden, bias=False), nn.Linear(hidden, channels, bias=False)

    def forward(self, s):
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(s))))
