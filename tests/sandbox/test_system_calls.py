"""Every call of the kernel by its number, inside the walls: what is not listed in autograder/sandbox/system_calls.py
does not get through."""

import errno
import json
import platform

import pytest

from autograder.sandbox import isolation, system_calls
from tests.conftest import need

pytestmark = pytest.mark.quick

X86 = platform.machine() == "x86_64"
SETS = [("seccomp",), ("limits", "landlock", "seccomp"), ("limits", "seccomp", "namespaces"), isolation.probed()]
HERE = [layers for layers in SETS if set(layers) <= set(isolation.probed())]
only_x86 = pytest.mark.skipif(not X86, reason="the numbers are those of x86_64")

# number, arguments -> what x86_64's kernel answers inside the walls
THROUGH, EPERM, ENOSYS, ENOTSUP = system_calls.THROUGH, errno.EPERM, errno.ENOSYS, errno.ENOTSUP
PRCTL, IOCTL, FCNTL, CLONE, MADVISE, SOCKETPAIR, PRLIMIT = 157, 16, 72, 56, 28, 53, 302
THREAD = 0x3D0F00
WAYS = {
    "read": ((0,), THROUGH), "getrandom": ((318,), THROUGH), "futex": ((202,), THROUGH),
    "a thread's name": ((PRCTL, 15), THROUGH),
    "is it a terminal": ((IOCTL, 0, 0x5401), THROUGH), "duplicate a file": ((FCNTL, 0, 1030), THROUGH),
    "a thread": ((CLONE, THREAD), THROUGH), "a pair of streams": ((SOCKETPAIR, 1, 1 | 0o2000000), THROUGH),
    "own limits": ((PRLIMIT, 0), THROUGH),
    "a process": ((CLONE, 17), EPERM), "vfork": ((58,), EPERM), "execve": ((59,), EPERM),
    "a process by clone3": ((435,), ENOSYS),
    "a thread with a network of its own": ((CLONE, THREAD | 0x40000000), ENOSYS),
    "live on when the judge ends": ((PRCTL, 1, 0), ENOSYS), "hide from the judge's looks": ((PRCTL, 4, 0), ENOSYS),
    "a filter of one's own": ((PRCTL, 22, 2), ENOSYS), "seccomp": ((317, 1), ENOSYS),
    "a file that cannot be removed": ((IOCTL, 3, 0x40086602), ENOSYS),
    "by its other number": ((IOCTL, 3, 0x401C5820), ENOSYS),
    "type on a terminal": ((IOCTL, 0, 0x5412), ENOSYS),
    "with a high half that the kernel does not read": ((IOCTL, 0, 1 << 32 | 0x5412), ENOSYS),
    "who gets a file's signals": ((FCNTL, 3, 8), ENOSYS), "which signal": ((FCNTL, 3, 10), ENOSYS),
    "by ioctl": ((IOCTL, 3, 0x8901), ENOSYS),
    "a page of broken memory": ((MADVISE, 0, 0, 100), ENOSYS), "a pair of datagrams": ((SOCKETPAIR, 1, 2), ENOSYS),
    "the disk beyond a file's end": ((285, 3, 1, 0, 1 << 30), ENOSYS),
    "another's limits": ((PRLIMIT, 1), EPERM), "socket": ((41,), EPERM), "kill": ((62,), EPERM),
    "chmod": ((90,), EPERM),
    "setxattr": ((188,), ENOTSUP), "another user": ((117,), EPERM), "capset": ((126,), EPERM),
    "setxattrat": ((463,), ENOSYS), "getxattrat": ((464,), ENOSYS), "listxattrat": ((465,), ENOSYS),
    "removexattrat": ((466,), ENOSYS),
    "open_tree_attr": ((467,), ENOSYS), "file_getattr": ((468,), ENOSYS), "file_setattr": ((469,), ENOSYS),
    "x32's socket": ((system_calls.X32 + 41,), ENOSYS), "x32's execve": ((system_calls.X32 + 520,), ENOSYS),
    "no call at all": ((0x7FFFFFFF,), ENOSYS), "a number below zero": ((0xFFFFFFFF,), ENOSYS),
}


@pytest.fixture(autouse=True)
def filtered():
    need([] if "seccomp" in isolation.probed() else ["libseccomp2"])


@only_x86
@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_arguments_decide(device, monkeypatch):
    program = system_calls.program(device)
    monkeypatch.setattr(system_calls, "program", lambda *_: program)
    found = isolation.answered(("seccomp",), [way for way, _ in WAYS.values()])
    assert dict(zip(WAYS, found)) == {name: answer for name, (_, answer) in WAYS.items()}


@only_x86
def test_a_gpus_driver_is_spoken_to_by_its_own_ioctls_alone(monkeypatch):
    program = system_calls.program("cuda")
    monkeypatch.setattr(system_calls, "program", lambda *_: program)
    asked = [[IOCTL, 3, request] for request in (0xC020462A, 0x1B, 0x30000001, 0x40086602, 0x5412, 0x401C5820)]
    assert isolation.answered(("seccomp",), asked) == [THROUGH] * 3 + [ENOSYS] * 3


# getpid by `int 0x80`, the entrance of 32-bit programs, where numbers mean other calls
ENTRANCE = """
import ctypes, json, mmap, sys
from worker import layers, room
settings = json.loads(sys.argv[1])
layers.enclose(settings, room.enter(settings))
code = bytes.fromhex("53 b8 14 00 00 00 cd 80 48 98 5b c3")  # push rbx; mov eax, 20; int 0x80; cdqe; pop rbx; ret
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(code)
enter = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
print(json.dumps(enter()))
"""


@only_x86
def test_the_entrance_of_32_bit_programs_is_closed():
    before, inside = (isolation._inside(layers, ENTRANCE) for layers in ((), ("seccomp",)))
    if before.returncode == 0:  # a kernel without these programs kills
        assert json.loads(before.stdout) > 0
        assert json.loads(inside.stdout) == -ENOSYS
    assert inside.returncode != 0 or json.loads(inside.stdout) < 0
