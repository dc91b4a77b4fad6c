"""Attacks on the limits on memory, threads and processors."""

# %% memory_bomb: harm, first
# Fills 5 GiB of memory.
held = []
for _ in range(20):
    held.append(attempt(lambda: bytearray(b"x") * (256 << 20)))

# %% memory_mapped: harm, first
# Maps 16 GiB of memory without touching it.
import mmap

held = attempt(mmap.mmap, -1, 16 << 30)
time.sleep(1)

# %% memory_in_segments: harm, first
# Takes memory as segments of System V, which are no mapping of a file and no heap.
libc.shmat.restype = ctypes.c_void_p
for _ in range(24):
    segment = libc.shmget(0, ctypes.c_size_t(1 << 30), 0o1600)
    libc.shmat(segment, None, 0)
    libc.shmctl(segment, 0, None)
time.sleep(1)

# %% memory_in_shared_files: harm, first
# Keeps data in files that have no name, which no limit on files or folders counts.
import mmap

held = [attempt(os.memfd_create, MARKER) for _ in range(26)]
for descriptor in held:
    for _ in range(20):
        attempt(os.write, descriptor, bytes(10 << 20))
mapped = [attempt(mmap.mmap, descriptor, 0) for descriptor in held if descriptor]
touched = [sum(m[::4096]) for m in mapped if m]
time.sleep(1)

# %% limits_lifted: harm, first
# Lifts its own limits and its priority.
import resource

for name in ("RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_CPU", "RLIMIT_NOFILE"):
    attempt(resource.setrlimit, getattr(resource, name), (1 << 34, 1 << 34))
attempt(os.nice, -20)
held = [attempt(lambda: bytearray(b"x") * (512 << 20)) for _ in range(10)]

# %% thread_bomb: harm, first
# Starts fifteen hundred threads with small stacks, so that a limit on addresses does not count them.
threading.stack_size(64 << 10)
for _ in range(1500):
    if attempt(threading.Thread(target=time.sleep, args=(6,), daemon=True).start) is not None:
        break
time.sleep(1)

# %% threads_that_compute: harm, first
# Spreads its computing over threads that go on when the answer has been given.
def compute():
    while True:
        torch.ones(500, 500) @ torch.ones(500, 500)

threads = [threading.Thread(target=compute, daemon=False) for _ in range(4)]
for thread in threads:
    thread.start()
