"""Coordinate Attention: houqb/CoordAttention."""
from solutions.coordinate.reference import CoordinateAttention
from solutions.shared.parity import Case, Unit


def coordinate(case: Case, inp: int, oup: int, reduction: int = 32) -> Unit:
    return Unit(CoordinateAttention(inp, oup, reduction))


UNITS = {"CoordAtt": coordinate}
