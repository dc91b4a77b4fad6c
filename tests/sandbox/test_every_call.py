"""Every system call by its number, inside the walls: what is not listed does not get through, what is listed does."""

from errno import EPERM

import pytest

from autograder.sandbox import isolation, system_calls
from tests.conftest import need

from .test_system_calls import HERE


@pytest.fixture(autouse=True)
def filtered():
    need([] if "seccomp" in isolation.probed() else ["libseccomp2"])


@pytest.mark.parametrize("layers", HERE, ids="+".join)
def test_no_number_gets_through_that_is_not_listed(layers):
    assert isolation.unlisted(layers) == []


@pytest.mark.parametrize("layers", HERE, ids="+".join)
def test_what_is_listed_gets_through(layers):
    listed = sorted(system_calls.listed())
    with_any = {name for name, _ in system_calls.ALLOWED_WHERE}
    found = dict(zip(listed, isolation.answered(layers, [[number] for number in listed])))
    refused = {number for number, answer in found.items() if answer != system_calls.THROUGH}
    assert refused <= {system_calls._number(name) for name in with_any}
    assert len(listed) > 150


def test_the_old_way_would_be_found_out(monkeypatch, tmp_path):
    """A filter that refuses by name lets through what it has no name for, and the numbers of x32: `unlisted` sees
    it."""
    import pyseccomp

    made = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    made.add_rule(pyseccomp.ERRNO(EPERM), "socket")
    with open(tmp_path / "filter", "w+b") as file:
        made.export_bpf(file)
    program = (tmp_path / "filter").read_bytes()
    monkeypatch.setattr(system_calls, "program", lambda *_: program)
    found = isolation.unlisted(("seccomp",))
    assert {463, 466, 469, 1000} <= set(found) and 41 not in found
