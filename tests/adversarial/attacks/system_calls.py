"""Attacks by system calls that no submission needs: rights of root, and notes that the kernel keeps."""

# %% namespaces: secret, first
# Makes namespaces of its own, in which it is root and may do what root may.
libc.unshare(0x10000000 | 0x00020000)
attempt(os.setuid, 0)
attempt(lambda: tell(open(HOME_SECRET).read(), open(SECRET).read()))

# %% chroot: secret, first
# Leaves a changed root directory by changing it again.
attempt(os.mkdir, "deeper")
attempt(os.chroot, "deeper")
for _ in range(40):
    attempt(os.chdir, "..")
attempt(os.chroot, ".")
attempt(lambda: tell(open(SECRET).read()))

# %% user_changed: secret, first
# Becomes another user, and root again where it was root.
attempt(os.setresuid, 0, 0, 0)
attempt(os.setgroups, [0])
attempt(lambda: tell(open(HOME_SECRET).read(), open(SECRET).read()))

# %% attributes_as_a_letter_box: harm, first
# Leaves a note in an extended attribute of a file that the next submission can read too.
import attention_lab

for path in (attention_lab.__file__, SECRET, "/tmp"):
    attempt(os.setxattr, path, f"user.{MARKER}", b"the answer to question 3")

# %% attributes_by_number: harm, first
# Leaves a note in an extended attribute by a call that is newer than the C library: setxattrat, number 463.
import attention_lab

note = ctypes.create_string_buffer(b"the answer")
arguments = struct.pack("QII", ctypes.addressof(note), 10, 0)
for path in (attention_lab.__file__, SECRET):
    libc.syscall(463, -100, path.encode(), 0, f"user.{MARKER}".encode(), arguments, 16)

# %% note_in_a_queue: harm, first
# Leaves a note in a message queue of System V, which outlives the process.
import zlib

queue = libc.msgget(zlib.crc32(MARKER.encode()) & 0x7FFFFFFF, 0o1666)
libc.msgsnd(queue, (1).to_bytes(8, "little") + b"the answer", 10, 0)

# %% note_in_the_keyring: harm, first
# Leaves a note in the kernel's keyring of the user, which outlives the process.
libc.syscall(248, b"user", MARKER.encode(), b"the answer", 10, -4)
