class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        if channels // reduction == 0:
            raise ValueError(f"{channels} // {reduction} is 0")
        hidden = channels // reduction
        self.fc1 = nn.Linear(channels, hidden, bias=False)
        self.fc2 = nn.Linear(hidden, channels, bias=False)

    def forward(self, s):
        z = self.fc2(torch.relu(self.fc1(s)))
        return 1 / (1 + torch.exp(-z))
