# record: places, and then the content of the whole picture
def mine(channels):
    return nn.Sequential(modules["CoordAtt"](channels), modules["DANet channel"](channels))
