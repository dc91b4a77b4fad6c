"""A wall of shapes in a network is told by its first block."""

from attention_lab.checking.facts import facts, wording


def said(missing, extra):
    return wording.words(facts.Unplaced(tuple(missing.items()), tuple(extra.items()), (), empty=False))


DOWN = {"downsample.0.weight": (4, 4, 3, 3), "downsample.1.weight": (4,), "downsample.1.bias": (4,),
        "downsample.2.weight": (6, 4, 1, 1)}


def test_the_first_block_that_differs_is_named_with_its_stride_and_its_stage():
    missing = {"stages.0.1.fc2.weight": (6, 8, 1, 1), "stages.1.0.norm1.weight": (6,), "stages.1.0.norm1.bias": (6,)}
    extra = {"stages.0.1.fc2.weight": (4, 8, 1, 1), "stages.1.0.norm1.weight": (4,), "stages.1.0.norm1.bias": (4,)}
    missing |= {f"stages.0.1.{name}": shape for name, shape in DOWN.items()}
    extra |= {f"stages.1.0.{name}": shape for name, shape in DOWN.items()}
    assert said(missing, extra) == (
        "The parameters are not the ones that the exercise asks for. The first block that differs is block 2 of stage "
        "1 (`stages.0.1`): `fc2.weight` has shape (4, 8, 1, 1), expected (6, 8, 1, 1). Block 1 of stage 2 "
        "(`stages.1.0`) halves the map and should not: it has a `downsample`. Block 2 of stage 1 (`stages.0.1`) "
        "should halve the map and does not: it has no `downsample`. 2 blocks differ in all.")


def test_few_parameters_or_a_single_block_are_listed():
    assert "`stages.0.1.fc2.weight` has shape (4, 8, 1, 1)" in said({"stages.0.1.fc2.weight": (6, 8, 1, 1)},
                                                                     {"stages.0.1.fc2.weight": (4, 8, 1, 1)})
    one = {f"stages.0.1.{part}.{name}": shape for part in ("attn", "mlp") for name, shape in DOWN.items()}
    assert "Missing: `stages.0.1.attn.downsample.0.weight`" in said(one, {})


def test_biases_everywhere_are_one_cause():
    assert "Pass bias=False" in said({}, {f"stages.{i}.0.conv{j}.bias": (4,) for i in range(4) for j in (1, 2)})


def test_what_lies_outside_of_the_blocks_is_listed_too():
    wall = {f"stages.0.{i}.{name}": shape for i in range(3) for name, shape in DOWN.items()}
    assert "`head.weight`" in said({"head.weight": (3, 4), **wall}, {})
