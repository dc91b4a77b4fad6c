"""Library functions are put back before each question, whatever a notebook did to them."""

import types

import pytest

from autograder.worker.snapshot import snapshot

pytestmark = pytest.mark.quick


def library():
    module = types.ModuleType("library")
    exec("def close(a, b, rtol=1e-5, *, atol=0.0):\n    return abs(a - b) <= atol + rtol * abs(b)\nclass Tensor:\n"
         "    def __eq__(self, other):\n        return False", vars(module))
    return module


def test_code_defaults_and_names_are_put_back():
    module = library()
    restore, close, Tensor = snapshot([module, module.Tensor]), module.close, module.Tensor
    changes = [lambda: setattr(close, "__code__", (lambda *_, **__: True).__code__),
               lambda: setattr(close, "__defaults__", (1e9,)),
               lambda: setattr(close, "__kwdefaults__", {"atol": 1e9}),
               lambda: setattr(module, "close", lambda *_: True),
               lambda: setattr(Tensor, "__eq__", lambda *_: True)]
    for change in changes:
        change()
        assert module.close(1.0, 2.0) or Tensor() == 1
        restore()
        assert module.close is close and not close(1.0, 2.0) and Tensor() != 1


def test_what_a_dict_list_or_set_of_ours_holds_is_put_back():
    module = types.ModuleType("attention_lab.made")
    module.TRIALS, module.NAMES, module.KNOWN = {"close": library().close}, ["a", "b"], {"c"}
    restore, before = snapshot([module]), (dict(module.TRIALS), list(module.NAMES), set(module.KNOWN))

    class Lie:
        def __eq__(self, _other):
            return True
        __hash__ = None
    for change in (lambda: module.TRIALS.update(close=Lie()), lambda: module.TRIALS.pop("close"),
                   lambda: module.NAMES.reverse(), lambda: module.KNOWN.add("d")):
        change()
        restore()
        assert (module.TRIALS, module.NAMES, module.KNOWN) == before
        assert module.TRIALS["close"] is before[0]["close"]
