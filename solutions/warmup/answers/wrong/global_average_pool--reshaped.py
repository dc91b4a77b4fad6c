# expect: your means mix channels
def global_average_pool(x):
    b, c, h, w = x.shape
    return x.reshape(b, h * w, c).mean(1)
