# record: a gate that looks at a mean and a maximum, and then places
def mine(channels):
    return nn.Sequential(modules["CBAM"](channels), modules["CoordAtt"](channels))
