# expect: ReLU comes after the second layer
class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} and reduction={reduction} leave no hidden number")
        self.fc1 = nn.Linear(channels, hidden, bias=False)
        self.fc2 = nn.Linear(hidden, channels, bias=False)

    def forward(self, z):
        return torch.sigmoid(torch.relu(self.fc2(self.fc1(z))))
