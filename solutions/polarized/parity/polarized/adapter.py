"""Polarized Self-Attention: DeLightCMU/PSA (PSA_p, PSA_s) and xmu-xiaoma666/External-Attention-pytorch, which
follows the paper."""
from solutions.polarized.reference import AuthorsPolarized, PolarizedSelfAttention
from solutions.shared.parity import Case, Unit

PAPER = (
    ("ch_wv", "channel.wv"), ("ch_wq", "channel.wq"), ("ch_wz", "channel.wz"), ("ln", "channel.ln"),
    ("sp_wq", "spatial.wq"), ("sp_wv", "spatial.wv"),
)
AUTHORS = (
    ("conv_q_right", "channel.wq"), ("conv_v_right", "channel.wv"), ("conv_up", "channel.wz"),
    ("conv_q_left", "spatial.wq"), ("conv_v_left", "spatial.wv"),
)


def parallel(case: Case, channel: int = 512) -> Unit:
    return Unit(PolarizedSelfAttention(channel, "parallel"), names=PAPER)


def sequential(case: Case, channel: int = 512) -> Unit:
    return Unit(PolarizedSelfAttention(channel, "sequential"), names=PAPER)


def authors(inplanes: int, planes: int, layout: str) -> Unit:
    """Published for inplanes and planes that differ as well; the product with x fits only where they are equal."""
    assert inplanes == planes, f"{inplanes} channels go in, {planes} gates come out"
    return Unit(AuthorsPolarized(inplanes, layout), names=AUTHORS)


def psa_p(case: Case, inplanes: int, planes: int) -> Unit:
    return authors(inplanes, planes, "parallel")


def psa_s(case: Case, inplanes: int, planes: int) -> Unit:
    return authors(inplanes, planes, "sequential")


UNITS = {
    "ParallelPolarizedSelfAttention": parallel,
    "SequentialPolarizedSelfAttention": sequential,
    "PSA_p": psa_p,
    "PSA_s": psa_s,
}
