"""Which system calls learners' code may make: an allow-list, which libseccomp turns into a seccomp filter.

A call that is not listed never gets to the kernel, whatever its number. This holds even for calls that libseccomp has
no name for, and for calls of future kernels. Such a call returns ENOSYS, as on a kernel that is too old for it, so that
programs do without it. `autograder doctor` and tests/sandbox/test_system_calls.py try every number inside the sandbox.

The list holds the calls that CPython, torch, numpy and matplotlib were seen to make, and calls that can do no more than
these. The former were found with strace, in the solved notebooks of all lessons and in a notebook that uses a little of
everything. Files are left to Landlock and namespaces, which decide by path. What these two leave open (a file's
owner, mode, times, attributes and flags) is refused here.
"""

from __future__ import annotations

import errno
import tempfile
from functools import cache
from typing import Any

ALLOWED = """
read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek close close_range sendfile copy_file_range
open openat creat dup dup2 dup3 truncate ftruncate fsync fdatasync fadvise64 umask
stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 readlink readlinkat getdents getdents64
getcwd chdir fchdir mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat
brk mmap mprotect munmap mremap msync mlock munlock get_mempolicy set_mempolicy mbind arch_prctl
futex futex_waitv set_robust_list rseq membarrier set_tid_address sched_yield gettid restart_syscall exit exit_group wait4 waitid
sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min getcpu getpriority
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack pause
time gettimeofday clock_gettime clock_getres clock_nanosleep nanosleep times getrusage
alarm getitimer setitimer
timerfd_create timerfd_settime timerfd_gettime eventfd eventfd2
pipe pipe2 poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
sendto recvfrom shutdown getsockname getpeername getsockopt
getpid getppid getuid geteuid getgid getegid getresuid getresgid getgroups getpgid getpgrp getsid capget
getrandom uname sysinfo getrlimit setrlimit
""".split()  # noqa: E501

# Not listed, for what they do to others: timer_create, by which a stopped process would wake itself; sendmsg and
# recvmsg, because descriptors on their way count for all processes of a user.

# Which argument is compared, how (libseccomp's names), and with what: "MASKED_EQ" takes a mask and a value.
Condition = tuple[int, str, int] | tuple[int, str, int, int]
Rule = tuple[str, list[Condition]]
CLONE_THREAD, NAMESPACES = 0x10000, 0x7E020000
UNIX, STREAM, KIND = 1, 1, 0xF
MADVISE_HARM = 100  # from here on advice breaks a page of the machine's memory, if root gives it


def _equal(name: str, position: int, *values: int) -> list[Rule]:
    """Returns a rule for each of these values of one argument of a call."""
    return [(name, [(position, "EQ", value)]) for value in values]


# Allowed with these arguments alone: a call stands here once for each of its ways.
ALLOWED_WHERE: list[Rule] = [
    ("clone", [(0, "MASKED_EQ", CLONE_THREAD | NAMESPACES, CLONE_THREAD)]),
    ("prlimit64", [(0, "EQ", 0)]), ("sched_setaffinity", [(0, "EQ", 0)]),  # one's own
    ("madvise", [(2, "LT", MADVISE_HARM)]),
    ("fallocate", [(1, "EQ", 0)]),  # beyond a file's end, a gigabyte would count to no limit
    # One end of a pair of datagram sockets could send to any socket of the machine that has a path.
    ("socketpair", [(0, "EQ", UNIX), (1, "MASKED_EQ", KIND, STREAM)]),
    # names of threads and memory, and questions; not: end with parent (1), be dumpable (4), which decides who may look
    # into /proc
    *_equal("prctl", 0, 3, 15, 16, 21, 23, 39, 0x53564D41),
    # terminals asked for (TCGETS, TIOCGWINSZ), FIONREAD, FIONBIO, close on exec;
    # not: flags of files, typing on a terminal
    *_equal("ioctl", 1, 0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451),
    # copies, flags, the size of a pipe; not: signals to whoever is named as a file's owner, leases, what happens in a
    # folder, locks, which another worker could see
    *_equal("fcntl", 1, 0, 1, 2, 3, 4, 1030, 1032),
]
CREATE, UNNAMED = 0x40, 0x400000  # of the flags with which a file is opened
# What may make a file, or a name for one. Where a worker's folder has no bound, these calls are counted.
MAKING: list[Rule] = [
    ("open", [(1, "MASKED_EQ", CREATE, CREATE)]), ("open", [(1, "MASKED_EQ", UNNAMED, UNNAMED)]),
    ("openat", [(2, "MASKED_EQ", CREATE, CREATE)]), ("openat", [(2, "MASKED_EQ", UNNAMED, UNNAMED)]),
    *[(name, []) for name in "creat mkdir mkdirat link linkat symlink symlinkat rename renameat renameat2".split()]]
# NVIDIA's driver is spoken to by ioctls of its own: type "F", and for its shared memory small numbers and two large
# ones.
GPU: list[Rule] = [("ioctl", [condition]) for condition in (
    (1, "MASKED_EQ", 0xFF00, ord("F") << 8), (1, "MASKED_EQ", 0xFFFFFF00, 0), (1, "EQ", 0x30000001),
    (1, "EQ", 0x30000002))]

# Refused in the way that programs expect of a system which does not let them.
NOT_PERMITTED = """
socket connect bind listen accept accept4 setsockopt fork vfork execve execveat kill tkill tgkill rt_sigqueueinfo
chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes utimensat futimesat mknod mknodat flock
setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid setsid setpgid capset chroot mount umount2 unshare setns
setpriority sched_setscheduler sched_setparam ptrace process_vm_readv process_vm_writev personality memfd_create
inotify_init inotify_init1 shmget semget msgget mq_open io_uring_setup perf_event_open bpf keyctl
""".split()  # noqa: E501
NOT_PERMITTED_WHERE: list[Rule] = [
    ("clone", [(0, "MASKED_EQ", CLONE_THREAD, 0)]), ("prlimit64", [(0, "NE", 0)]),
    ("sched_setaffinity", [(0, "NE", 0)])]
# A file system without extended attributes: two submissions could leave each other notes in them.
NOT_SUPPORTED = """
getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr
""".split()  # noqa: E501

REFUSALS = {errno.ENOSYS, errno.EPERM, errno.ENOTSUP}
NUMBERS = range(1024)  # what is tried: beyond any number that a call has today
X32 = 0x40000000  # the same calls on x86, as 32-bit programs on a 64-bit kernel number them
MARK, THROUGH = 0x5EED5EED, 4000  # a sixth argument that no call is made with, and an error that no call returns

# On x86 the kernel lets these two (uretprobe, uprobe) past every filter, for its own use.
# Whoever else calls them is killed or refused.
UNFILTERED = {335, 336}

# A filter that is there before the walls answers THROUGH to every call with the mark that ours lets pass, so that
# nothing is carried out: the kernel's own word on each number, and no call that hangs or harms. A call that kills is
# told by its signal, below zero.
TRIAL = """
import ctypes, json, os, struct, sys
from worker import layers, room
settings = json.loads(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
instruction = lambda code, yes, no, value: struct.pack("<HBBI", code, yes, no, value)
ERRNO, ALLOW, SIXTH = 0x00050000, 0x7fff0000, 56

def call(number, *arguments):
    given = [*arguments, *[0] * (5 - len(arguments)), settings["mark"]]
    libc.syscall(ctypes.c_long(number), *map(ctypes.c_ulong, given))
    return ctypes.get_errno()

found, asked = [], settings["calls"]
while len(found) < len(asked):
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        layers.seccomp(instruction(0x20, 0, 0, SIXTH) + instruction(0x15, 0, 1, settings["mark"])
                       + instruction(0x06, 0, 0, ERRNO | settings["through"]) + instruction(0x06, 0, 0, ALLOW))
        layers.enclose(settings, room.enter(settings))
        for each in asked[len(found):]:
            os.write(theirs, struct.pack("i", call(*each)))
        os._exit(0)
    os.close(theirs)
    with open(ours, "rb") as answers:
        found += [answer for answer, in struct.iter_unpack("i", answers.read())]
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if ended > 0:
        sys.exit(ended)
    if ended:
        found.append(ended)
print(json.dumps(found))
"""


@cache
def program(device: str) -> bytes:
    """Returns the filter's instructions for a worker on this machine; empty if there is no libseccomp.

    device: "cpu" or "cuda".
    """
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError):
        return b""
    refused, denied, missing = (pyseccomp.ERRNO(number) for number in (errno.ENOSYS, errno.EPERM, errno.ENOTSUP))
    made = pyseccomp.SyscallFilter(refused)
    made.set_attr(pyseccomp.Attr.ACT_BADARCH, refused)  # a 32-bit program's entrance
    # a tree: with a list, every call would pay for all that stand before it
    made.set_attr(pyseccomp.Attr.CTL_OPTIMIZE, 2)
    rules: list[tuple[Any, str, list[Condition]]] = [
        (action, name, []) for action, names in ((pyseccomp.ALLOW, ALLOWED), (denied, NOT_PERMITTED),
                                                 (missing, NOT_SUPPORTED))
        for name in names]
    rules += [(pyseccomp.ALLOW, *rule) for rule in ALLOWED_WHERE + (GPU if device == "cuda" else [])]
    rules += [(denied, *rule) for rule in NOT_PERMITTED_WHERE]
    return _compiled(made, rules)


@cache
def asking() -> bytes:
    """Returns the instructions of a filter that asks a listener about each call that may make a file, and lets all
    others pass: another filter decides about them."""
    import pyseccomp

    made = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    made.set_attr(pyseccomp.Attr.ACT_BADARCH, pyseccomp.ALLOW)
    return _compiled(made, [(pyseccomp.NOTIFY, *rule) for rule in MAKING])


def _compiled(made: Any, rules: list[tuple[Any, str, list[Condition]]]) -> bytes:
    """Adds rules to a filter, and returns its instructions."""
    import pyseccomp

    for action, name, conditions in rules:
        if (number := _number(name)) is not None:
            made.add_rule(action, number, *(pyseccomp.Arg(position, getattr(pyseccomp, how), *values)
                                            for position, how, *values in conditions))
    with tempfile.TemporaryFile() as file:
        made.export_bpf(file)
        file.seek(0)
        return file.read()


def _number(name: str) -> int | None:
    """Returns a call's number on this machine; None if the machine, or its libseccomp, has no such call."""
    import pyseccomp

    number = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
    return number if number is not None and number >= 0 else None


def listed() -> set[int]:
    """The numbers of the calls that may get through here, with whatever arguments."""
    return {number for name in [*ALLOWED, *(name for name, _ in ALLOWED_WHERE)]
            if (number := _number(name)) is not None}
