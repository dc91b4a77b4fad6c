"""What learners write for `load_by_key`."""

from autograder.lessons.catalogue import Mistake, Wrong

TEST_SHAPE = 'elif getattr(own[place], "shape", None) != getattr(tensor, "shape", None):'
TWICE = """        elif place in found:
            raise ValueError(f"two entries belong to {place}; one of them is {name}")
"""
LOADING = "model.load_state_dict(found, strict=False)"
NEW = "[name for name in own if id(own[name]) not in filled]"

RIGHT = {
    "copying": {LOADING: """with torch.no_grad():
        for place, tensor in found.items():
            own[place].copy_(tensor)"""},
    "everything-at-once": {LOADING: "model.load_state_dict({**own, **found})", NEW: "sorted(set(own) - set(found))"},
}

MISTAKES = (
    Mistake("load-not-renamed", "A name that has changed is left over in silence. `rename` makes the model's name from each "
            "name in `state`, and the model's name is where the entry belongs.",
            {"place = rename(name)": "place = name"}, hint=1),
    Mistake("load-silent", "This loads by `strict=False` and reports that everything went well. An empty list has to "
            "mean that nothing is missing.", """
def load_by_key(model, state, rename):
    own = model.state_dict()
    found = {rename(name): tensor for name, tensor in state.items()}
    model.load_state_dict({n: t for n, t in found.items() if n in own and own[n].shape == t.shape}, strict=False)
    return {"loaded": list(found), "new": [], "left": [], "wrong_shape": []}
""", hint=2),
    Mistake("load-in-part", "An entry of another shape is loaded as far as it reaches, or repeated until it fits. Half "
            "a layer is worse than none: compare the shapes, and leave it out.",
            {TEST_SHAPE: "elif own[place].ndim != tensor.ndim:", LOADING:
             """for place, tensor in found.items():
        with torch.no_grad():
            part = tuple(map(slice, map(min, own[place].shape, tensor.shape)))
            own[place][part] = tensor[part]"""}, hint=2),
    Mistake("load-shapes-are-left", "An entry of another shape is listed as `left`. It has a place, so it belongs to "
            "`wrong_shape`: somebody who reads the receipt has to do something else about it.",
            {f"{TEST_SHAPE}\n            wrong_shape.append(name)": f"{TEST_SHAPE}\n            left.append(name)"},
            hint=3),
    Mistake("load-wrong-shape-is-not-new", "The receipt does not add up: a place whose entry has another shape got "
            "nothing, so it is `new`.",
            {NEW: "[name for name in own if name not in found and name not in [rename(n) for n in wrong_shape]]"},
            hint=3),
    Mistake("load-left-renamed", "`left` should hold the names as they are in the state, because there one has to look "
            "for them.", {"left.append(name)": "left.append(place)"}, hint=3),
    Mistake("load-only-parameters", "You load parameters only, so every BatchNorm keeps the statistics of a new "
            "network. They are in `state_dict()`, but not in `named_parameters()`.",
            {"own = model.state_dict(keep_vars=True)": "own = dict(model.named_parameters())"}, hint=1),
    Mistake("load-counters-forgotten", "The counters `num_batches_tracked` are in none of your lists, so the receipt "
            "does not add up. They are entries like all others.",
            {"for name, tensor in state.items():":
             'for name, tensor in [(n, t) for n, t in state.items() if not n.endswith("num_batches_tracked")]:',
             NEW: '[name for name in own if name not in found and not name.endswith("num_batches_tracked")]'}, hint=3),
    Mistake("load-nothing", "The receipt is right, but nothing is loaded.", {LOADING: "pass"}, hint=2),
    Mistake("load-last-one-wins", "Two entries have the same place, and the second one wins in silence. Raise a "
            "ValueError.", {TWICE: ""}),
    Mistake("load-changes-the-state", "Your code takes entries out of `state`, but the caller may need them again.",
            {"for name, tensor in state.items():": "for name, tensor in list(state.items()):\n        state.pop(name)"}),
    Mistake("load-replaces-parameters", "You put new parameters into the model. An optimiser that holds the old ones "
            "would then train what nobody uses: copy the numbers into the parameters that are there.",
            {LOADING: "model.load_state_dict(found, strict=False, assign=True)"}, hint=2),
)

WRONG = (
    Wrong("refuses-a-second-entry-of-another-shape",
          {TEST_SHAPE: f"elif place in found:\n            raise ValueError(place)\n        {TEST_SHAPE}"}, says="ValueError"),
    Wrong("loads-before-it-refuses", {"found[place] = tensor": "found[place] = tensor\n"
                                      "            model.load_state_dict({place: tensor}, strict=False)"},
          says="what is left after the ValueError"),
    Wrong("compares-one-axis", {TEST_SHAPE: "elif own[place].shape[:1] != tensor.shape[:1]:"}, says="size mismatch"),
    Wrong("compares-the-number-of-elements", {TEST_SHAPE: "elif own[place].numel() != tensor.numel():"},
          says="size mismatch"),
    Wrong("strict", {LOADING: "model.load_state_dict(found)"}, says="RuntimeError"),
    Wrong("torchs-receipt", """
def load_by_key(model, state, rename):
    if len({rename(name) for name in state}) < len(state):
        raise ValueError("twice")
    return model.load_state_dict({rename(name): tensor for name, tensor in state.items()}, strict=False)
""", says="Expected a dict with"),
)

EQUIVALENT = (  # no question has two names of one tensor, a checkpoint, or entries that are no tensors
    "2: state_dict without keep_vars", "2: True -> False", "7: without place not in own", "7: NotIn -> In",
    *(f"8: {each}" for each in ("raises RuntimeError", "raises TypeError", "raises Exception", "printed, not raised",
                                "message without numbers", "no message", "message without name (2)")),
    "8: message without name", "11: getattr without None", "11: getattr without None (2)",
    *(f"14: {each}" for each in ("message without numbers", "no message", "message without place",
                                 "message without name")),
    "18: each once", "19: each once", "19: each once (2)",
)
