"""Attacks on the limits on what a folder holds, and on whoever cleans it up."""

# %% disk_filling: harm, first
# Fills 400 MiB of its folder with files that are small enough each.
for i in range(100):
    attempt(lambda: open(f"file{i}", "wb").write(bytes(4 << 20)))
time.sleep(1)

# %% disk_by_sparse_files: harm, first
# Allocates 400 MiB on the disk without writing a byte.
for i in range(100):
    attempt(lambda: os.posix_fallocate(os.open(f"file{i}", os.O_CREAT | os.O_RDWR), 0, 4 << 20))
time.sleep(1)

# %% disk_beyond_the_end: harm, first
# Takes 4 GiB of the disk for files that stay empty, by one call each: what is beyond a file's end counts to no limit of
# its size.
for i in range(4):
    libc.fallocate(os.open(f"file{i}", os.O_CREAT | os.O_RDWR), 1, ctypes.c_long(0), ctypes.c_long(1 << 30))
time.sleep(1)

# %% disk_of_deleted_files: harm, first
# Fills 400 MiB with files that it deletes and keeps open, so that no folder shows them.
held = []
for i in range(100):
    attempt(lambda: held.append(open(f"file{i}", "w+b")))
    attempt(lambda: (held[-1].write(bytes(4 << 20)), held[-1].flush(), os.unlink(f"file{i}")))
time.sleep(1)

# %% disk_deep_down: harm, first
# Fills 400 MiB at the end of a path that is too long to be named, where whoever counts by paths does not get.
for _ in range(60):
    attempt(os.mkdir, "d" * 100)
    attempt(os.chdir, "d" * 100)
for i in range(100):
    attempt(lambda: open(f"file{i}", "wb").write(bytes(4 << 20)))
time.sleep(1)

# %% disk_hidden_by_moving: harm, first
# Moves its folders about all the time, so that whoever adds up what lies in them always comes too late.
for name in ("a", "b"):
    attempt(os.makedirs, f"{name}/data")

def move():
    while True:
        for there, here in (("a/data", "b/moved"), ("b/moved", "a/data")):
            attempt(os.rename, there, here)

threading.Thread(target=move, daemon=True).start()
for i in range(100):
    for there in ("a/data", "b/moved"):
        if attempt(lambda: open(f"{there}/file{i}", "wb").write(bytes(4 << 20))):
            break

# %% many_files: harm, first
# Makes thirteen thousand empty files.
for i in range(13_000):
    attempt(lambda: open(f"file{i}", "w").close())
time.sleep(0.5)

# %% deep_tree: harm, first
# Makes a tree of folders that is deeper than whoever deletes it can climb.
for _ in range(2500):
    attempt(os.mkdir, "d")
    attempt(os.chdir, "d")

# %% undeletable_folder: harm, first
# Makes folders that their owner may neither list nor enter.
for _ in range(1200):
    attempt(os.mkdir, "d", 0o700)
    attempt(os.chdir, "d")
attempt(os.chmod, ".", 0)

# %% folder_becomes_a_link: harm, first
# Moves its scratch folder away and leaves a link to somewhere else, for whoever cleans up.
folder = os.getcwd()
attempt(os.rename, folder, folder + "-moved")
attempt(os.symlink, os.path.dirname(LOOT), folder)

# %% fifo_in_the_folder: harm, asked
# Opens a pipe that nobody writes to, in its own folder.
attempt(os.mkfifo, "pipe")
return open("pipe").read()
