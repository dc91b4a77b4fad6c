# expect: divides by H and then multiplies by W
# The brackets around h * w are missing.


def squeeze(x):
    b, c, h, w = x.shape
    return x.sum(dim=(2, 3)) / h * w
