# expect: take the mean of them afterwards
class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        if channels < reduction:
            raise ValueError(f"{channels} // {reduction} is 0")
        self.fc1 = nn.Conv2d(channels, channels // reduction, 1)
        self.fc2 = nn.Conv2d(channels // reduction, channels, 1)

    def forward(self, x):
        gates = torch.sigmoid(self.fc2(torch.relu(self.fc1(x))))
        return gates.mean((2, 3), keepdim=True)
