"""Attacks on other processes, and attempts to start some: what they know, and whether they live."""

# %% first
def search(pid):
    wanted = re.compile(b"planted" + rb"-[0-9a-f]{32}")
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            begin, end = (int(part, 16) for part in line.split()[0].split("-"))
            if " rw" in line and end - begin < 1 << 26:
                memory.seek(begin)
                for found in set(wanted.findall(attempt(memory.read, end - begin) or b"")):
                    tell(found.decode())

# %% shell: harm, first
# Runs a command of the shell that writes a file.
attempt(os.system, f"echo gone > '{LOOT}'")

# %% posix_spawn: harm, first
# Starts a program without fork: posix_spawn, which the C library makes of other calls.
attempt(os.posix_spawn, "/bin/sh", ["sh", "-c", f"echo gone > '{LOOT}'"], {})
attempt(os.wait)

# %% clone_by_system_call: harm, first
# Starts processes by the system calls vfork, clone and clone3 rather than through Python.
for _ in range(12):
    if libc.syscall(56, 17, 0, 0, 0, 0) == 0:
        time.sleep(20)
        os._exit(0)

# %% fork_bomb: harm, first
# Starts fifty processes, each of which waits.
for _ in range(50):
    child = attempt(os.fork)
    if child is None:
        break
    if child == 0:
        time.sleep(20)
        os._exit(0)

# %% daemon_by_subprocess: harm, first
# Leaves another program behind, in a session of its own.
attempt(lambda: subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", MARKER], start_new_session=True))

# %% daemon_by_two_forks: harm, first
# Leaves a process behind that belongs to no session of the grader's: two forks and setsid.
def leave():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(60)
        os._exit(0)

attempt(leave)

# %% daemon_that_respawns: harm, first
# Leaves a process behind that starts itself again whenever its parent dies.
def leave():
    if os.fork() == 0:
        os.setsid()
        for _ in range(40):
            if os.fork():
                os._exit(0)
            time.sleep(0.5)
        os._exit(0)

attempt(leave)

# %% exec_another_program: harm, asked
# Becomes another program, which takes the grader's place on its descriptors.
os.execv("/bin/sleep", ["sleep", "60"])

# %% exec_from_memory: harm, asked
# Becomes a program that stands in no folder: its bytes lie in a file of memory alone.
program = os.memfd_create("program")
os.write(program, open("/bin/sleep", "rb").read())
os.execve(program, ["sleep", "60"], {})

# %% kill_self: harm, asked
# Kills its own process.
os.kill(os.getpid(), signal.SIGKILL)

# %% kill_group: harm, asked
# Kills its whole process group from within an exercise.
os.killpg(0, signal.SIGKILL)

# %% stop_self: harm, asked
# Stops its own process, which then neither answers nor ends.
os.kill(os.getpid(), signal.SIGSTOP)

# %% kill_parent: harm, first
# Kills the process that started it: the zygote, or the grader of everybody.
attempt(os.kill, os.getppid(), signal.SIGKILL)

# %% stop_parent: harm, first
# Stops the process that started it, so that nobody is graded any more.
attempt(os.kill, os.getppid(), signal.SIGSTOP)

# %% ptrace_parent: harm, first
# Attaches to the process that started it as a debugger, which stops it.
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
if libc.ptrace(16, os.getppid(), None, None) == 0:
    time.sleep(60)

# %% kill_by_other_calls: harm, first
# Kills the process that started it by every call that sends a signal but kill: through a descriptor, a queue, a thread.
parent, info = os.getppid(), ctypes.create_string_buffer(128)
libc.syscall(234, parent, parent, 9)
libc.syscall(424, libc.syscall(434, parent, 0), 9, None, 0)
libc.syscall(297, parent, parent, 9, info)
libc.syscall(200, parent, 9)

# %% signal_by_a_files_owner: harm, first
# Names the grader as the owner of a pipe, so that the kernel sends it the signal that the pipe has news: SIGKILL.
import fcntl

ours, theirs = socket.socketpair()
attempt(fcntl.fcntl, ours, fcntl.F_SETOWN, os.getppid())
attempt(fcntl.fcntl, ours, fcntl.F_SETSIG, signal.SIGKILL)
attempt(fcntl.fcntl, ours, fcntl.F_SETFL, os.O_ASYNC)
theirs.send(b"news")
time.sleep(0.5)

# %% limits_of_the_parent: harm, first
# Sets a limit of its parent's instead of its own: one second of computing, after which the kernel kills it.
import resource

attempt(resource.prlimit, os.getppid(), resource.RLIMIT_CPU, (1, 1))

# %% overwrite_parents_memory: harm, first
# Writes nonsense into the memory of the process that started it: /proc, and process_vm_writev.
def spoil(pid):
    nonsense = ctypes.create_string_buffer(b"\xff" * 65536)
    for line in open(f"/proc/{pid}/maps"):
        begin, end = (int(part, 16) for part in line.split()[0].split("-"))
        if " rw" in line and ("heap" in line or "stack" in line):
            for at in range(begin, end, 65536):
                mine, theirs = (ctypes.addressof(nonsense), 65536), (at, min(65536, end - at))
                libc.process_vm_writev(pid, struct.pack("PN", *mine), 1, struct.pack("PN", *theirs), 1, 0)

attempt(spoil, os.getppid())

# %% read_parents_memory: secret, first
# Searches the memory of the process that started it, through /proc.
attempt(search, os.getppid())

# %% read_parents_memory_by_system_call: secret, first
# Searches the memory of the process that started it with process_vm_readv, its stack first.
def search_by_call(pid):
    for line in attempt(lambda: open(f"/proc/{pid}/maps").read().splitlines()) or ():
        begin, end = (int(part, 16) for part in line.split()[0].split("-"))
        if "stack" in line or "heap" in line:
            buffer = ctypes.create_string_buffer(end - begin)
            mine, theirs = (ctypes.addressof(buffer), end - begin), (begin, end - begin)
            libc.process_vm_readv(pid, struct.pack("PN", *mine), 1, struct.pack("PN", *theirs), 1, 0)
            for found in set(re.findall(b"planted" + rb"-[0-9a-f]{32}", buffer.raw)):
                tell(found.decode())

attempt(search_by_call, os.getppid())

# %% read_parents_environment: secret, first
# Reads the environments and command lines of the processes above it.
pid = os.getppid()
while pid:
    for file in ("environ", "cmdline"):
        text = attempt(lambda: open(f"/proc/{pid}/{file}").read()) or ""
        tell(*[word for word in text.split("\0") if "planted-" in word])
    status = attempt(lambda: open(f"/proc/{pid}/stat").read())
    pid = int(status.rpartition(")")[2].split()[1]) if status else 0

# %% read_own_memory: secret, first
# Searches its own memory for secrets that were there before it was started.
attempt(search, "self")

# %% read_environment: secret, first
# Reads the environment of its own process.
attempt(lambda: tell(os.environ.get("ADVERSARIAL_SECRET")))
attempt(lambda: tell(*[line for line in open("/proc/self/environ").read().split("\0") if "SECRET" in line]))
