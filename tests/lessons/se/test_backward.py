"""A gate's gradients by hand: the worked example first, then a batch beside autograd's."""

import pytest

from attention_lab.lessons.se.backward import check_gradients


def by_hand(grad_y, x, s):
    of_s = (grad_y * x).sum(dim=(2, 3))
    return of_s, of_s * s * (1 - s), grad_y * s[:, :, None, None]


def changed(change):
    """The right gradients, changed: change(dL/ds, dL/du, dL/dx, s) is returned."""
    return lambda grad_y, x, s: change(*by_hand(grad_y, x, s), s)


@pytest.mark.parametrize("change, said", [
    (lambda ds, du, dx, s: None, "Not tried yet."),
    (lambda ds, du, dx, s: (None, None, None), "Not tried yet."),
    (lambda ds, du, dx, s: (ds, du, dx), "dL/ds agrees; dL/du agrees; dL/dx agrees"),
    (lambda ds, du, dx, s: [ds.double() * (1 + 1e-9), None, None],
     "dL/ds agrees; dL/du not tried yet; dL/dx not tried yet"),
    (lambda ds, du, dx, s: (ds, ds / 4, dx),
     "dL/ds agrees; dL/du differs: the largest difference is 0.96, the largest expected number 2.4;"
                                             " dL/dx agrees"),
    (lambda ds, du, dx, s: ds, "Return three gradients, dL/ds, dL/du, dL/dx, in this order; you return one Tensor."),
    (lambda ds, du, dx, s: (ds, dx),
     "Return three gradients, dL/ds, dL/du, dL/dx, in this order; you return 2 of them."),
    (lambda ds, du, dx, s: 3, "Return three gradients, dL/ds, dL/du, dL/dx, in this order; you return one int."),
    (lambda ds, du, dx, s: (ds[0], 3, dx), "dL/ds of the example has the shape (1,), not (1, 1)\n"
                                           "dL/du of the example is not a tensor but int"),
    (lambda ds, du, dx, s: (ds, du, dx + 1),
     "dL/dx of the example should be (0.5, 0, 1, -0.5), you return (1.5, 1, 2, 0.5)"),
    (lambda ds, du, dx, s: (ds * float("nan"), du, dx), "dL/ds of the example should be 1, you return nan"),
    (lambda ds, du, dx, s: (ds / dx[0, 0].numel(), du, dx), "dL/ds of the example should be 1, you return 0.25\n"
                                                            "Your dL/ds is a mean over the positions. Their "
                                                            "effects add up, so take the sum."),
    (lambda ds, du, dx, s: (du, ds, dx), "dL/ds of the example should be 1, you return 0.25\n"
                                         "dL/du of the example should be 0.25, you return 1\n"
                                         "You return dL/ds and dL/du in the wrong order."),
    (lambda ds, du, dx, s: (ds, ds * s, dx), "dL/du of the example should be 0.25, you return 0.5\n"
                                             "Your dL/du is dL/ds · s, but the sigmoid's slope is s · (1 - s)."),
    (lambda ds, du, dx, s: (ds, ds * (1 - s), dx), "dL/du of the example should be 0.25, you return 0.5\n"
                                                   "Your dL/du is dL/ds · (1 - s), but the sigmoid's slope is s "
                                                   "· (1 - s)."),
    (lambda ds, du, dx, s: (ds.view(1), du, dx), "dL/ds of the example has the shape (1,), not (1, 1)\n"
                                                 "With a batch, x of shape (2, 3, 4, 5) and s of shape (2, 3), it "
                                                 "raises RuntimeError: shape '[1]' is invalid for input of size 6"),
    (lambda ds, du, dx, s: (None, ds, None), "dL/du of the example should be 0.25, you return 1"),
], ids=range(17))
def test_each_gradient_has_its_verdict(change, said):
    assert check_gradients(changed(change)) == said
