"""Gradients by hand beside autograd's, in one line."""

import pytest
import torch

from attention_lab.backward import agrees

TRUE = {"dL/ds": torch.tensor([[1.0, -2.0]]), "dL/dx": torch.arange(4.0).reshape(1, 2, 2)}


@pytest.mark.parametrize("yours, said", [
    (None, "Not tried yet."),
    ((None, None), "Not tried yet."),
    (tuple(TRUE.values()), "dL/ds agrees; dL/dx agrees"),
    ((TRUE["dL/ds"].double() * (1 + 1e-9), None), "dL/ds agrees; dL/dx not tried yet"),
    ((TRUE["dL/ds"][0], 3), "dL/ds has the shape (2,), not (1, 2); dL/dx is no tensor but int"),
    ((TRUE["dL/ds"] + 1, TRUE["dL/dx"]), "dL/ds differs (by up to 1, of 2); dL/dx agrees"),
    ((TRUE["dL/ds"] * float("nan"), TRUE["dL/dx"]), "dL/ds differs (by up to nan, of 2); dL/dx agrees"),
])
def test_each_gradient_has_its_verdict(yours, said):
    assert agrees(yours, TRUE) == said


@pytest.mark.parametrize("yours, found", [(torch.ones(2), "one tensor"), ((torch.ones(2),), "1 gradients")])
def test_another_number_of_gradients_is_refused(yours, found):
    with pytest.raises(ValueError, match=rf"return 2 gradients, dL/ds, dL/dx; got {found}"):
        agrees(yours, TRUE)
