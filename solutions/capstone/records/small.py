# record: the two gates of "maximum" that do the work, as small as we dared
class ChannelGate(nn.Module):
    """A gate for each channel from the picture's mean and maximum, as CBAM has it."""

    def __init__(self, channels, fewer):
        super().__init__()
        self.down, self.up = nn.Linear(channels, fewer), nn.Linear(fewer, channels)

    def forward(self, x):
        mean, most = x.mean(dim=(2, 3)), x.amax(dim=(2, 3))
        gate = self.up(self.down(mean).relu()) + self.up(self.down(most).relu())
        return x * gate.sigmoid()[:, :, None, None]


class RowsAndColumns(nn.Module):
    """A gate for each row and one for each column, as coordinate attention has it."""

    def __init__(self, channels, fewer):
        super().__init__()
        self.down, self.norm = nn.Conv2d(channels, fewer, 1), nn.BatchNorm2d(fewer)
        self.of_rows, self.of_columns = nn.Conv2d(fewer, channels, 1), nn.Conv2d(fewer, channels, 1)

    def forward(self, x):
        rows, columns = x.mean(3, keepdim=True), x.mean(2, keepdim=True)
        both = F.hardswish(self.norm(self.down(torch.cat([rows, columns.mT], dim=2))))
        rows, columns = both.split([x.shape[2], x.shape[3]], dim=2)
        return x * self.of_rows(rows).sigmoid() * self.of_columns(columns.mT).sigmoid()


def mine(channels):
    return nn.Sequential(ChannelGate(channels, 4), RowsAndColumns(channels, 4))
