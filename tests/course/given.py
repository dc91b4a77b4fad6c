"""What pages give of the published modules: read, not written by the learner."""

# What a lesson gives, some of it as an earlier one asks for it: how the cell begins that holds it, and nothing else.
GIVEN = {
    "05b_memory": ("class PositionAttention",),
    "05c_vit": ("def resize_positions",),
    "06a_pyramid_split": ("class SEWeight", "class EPSABlock"),
    "07a_external": ("class ExternalAttentionBlock",),
    "08b_cosine": ("def window_partition",),
    "08c_grl": ("def window_partition", "class LocalConvBlock"),
    "10_capstone": ("class CloBlock",),
    "e1_scnet": ("class SCBottleneck",),
    "e3_catnet": ("def prototype_segmentation", "class CMAT"),
}


def starts(lesson: str) -> tuple[str, ...]:
    """How the cells begin that a lesson gives."""
    return tuple(f"{name}(" for name in GIVEN.get(lesson, ()))
