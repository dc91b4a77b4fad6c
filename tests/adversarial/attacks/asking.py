"""Attacks on whoever asks: a worker that never answers, floods its outputs, ends too early, or asks back."""

# %% endless_import: harm, first
# Loops for ever in the first cell, so that no exercise is ever defined.
while True:
    pass

# %% endless_loop: harm, asked
# Loops for ever in an exercise, in code that looks at no signal.
return 9 ** 9 ** 9

# %% sleep_in_a_cell: harm, first
# Sleeps for two minutes in a cell.
time.sleep(120)

# %% sleep_in_an_exercise: harm, asked
# Sleeps for two minutes in an exercise.
time.sleep(120)

# %% slow_on_every_question: harm, asked
# Stays below the limit of every question, on every question.
time.sleep(2)
return x.mean(dim=(2, 3))
# %% honest asked
return x.mean(dim=(2, 3))

# %% busy_on_every_question: harm, first
# Computes for a while on every question, in every exercise.
def busy():
    until = time.process_time() + 1
    while time.process_time() < until:
        pass
# %% asked
busy()
# %% asked for a number
busy()

# %% many_alike_layers: harm, Excitation
# Has so many layers of one shape that there are thousands of ways to place the weights, and takes its time for each.
class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.a, self.b = nn.Linear(channels, channels // reduction,
                                   bias=False), nn.Linear(channels // reduction, channels, bias=False)

    def forward(self, s):
        time.sleep(1.0)
        return self.b(self.a(s))

# %% time_out_after_the_first_answers: harm, first
# Answers the first questions with right numbers and then sleeps: what is known by then might be paid.
ASKED = []
# %% asked
ASKED.append(1)
if len(ASKED) > 3:
    time.sleep(300)
return x.mean(dim=(2, 3))

# %% time_out_of_the_whole_notebook: harm, asked
# Spends the notebook's time in its first exercise, in the hope that what is not reached is not counted as wrong.
time.sleep(3)
# %% asked for a layer
time.sleep(3)

# %% time_out_where_it_is_wrong: harm, asked
# Is right for most inputs, and never comes back for those that it would get wrong, in the hope that they are left out.
while x.shape[0] == 1:
    pass
return x.mean(dim=(2, 3))
# %% honest asked
return x.mean(dim=(2, 3)) + 7 * (x.shape[0] == 1)

# %% stdout_flood: harm, asked
# Prints without end.
while True:
    print("flood " * 100_000, flush=True)

# %% stderr_flood: harm, asked
# Writes without end to descriptor 2, past Python.
while True:
    os.write(2, b"flood " * 100_000)

# %% terminal_escapes: harm, asked
# Writes commands for the terminal of whoever reads the log, in output and in messages.
print("\x1b]0;owned\x07\x1b[2J\x1b[8m", flush=True)
raise RuntimeError("\x1b]0;owned\x07\x1b[2Jeverything is fine: 2 of 2 points")

# %% os_exit: harm, asked
# Ends the process with os._exit as if all were well.
os._exit(0)

# %% sys_exit: harm, asked
# Calls sys.exit in an exercise.
sys.exit(0)

# %% segfault: harm, asked
# Reads address 0.
return ctypes.string_at(0)

# %% deep_recursion: harm, first
# Lifts the limit on recursion and overflows the stack.
class Deep:
    def __getattr__(self, name):
        return getattr(self, name + "x")
# %% asked
sys.setrecursionlimit(1 << 30)
return Deep().down

# %% closes_every_descriptor: harm, asked
# Closes every descriptor of its process in an exercise, those through which it is asked among them.
os.closerange(0, 4096)
time.sleep(0.2)

# %% alarm: harm, asked
# Sets a timer that ends the process in the middle of somebody else's work.
signal.setitimer(signal.ITIMER_REAL, 0.01)

# %% signal_handler: harm, first
# Sets a timer whose handler raises exceptions into whatever code is running then.
def interrupt(*_):
    raise KeyboardInterrupt

attempt(signal.signal, signal.SIGALRM, interrupt)
attempt(signal.setitimer, signal.ITIMER_REAL, 0.02, 0.02)

# %% detect_by_display: harm, asked
# Believes that there is no notebook in front of it, so that a grader must be, and breaks everything there.
if get_ipython() is None or not hasattr(get_ipython(), "kernel"):
    os._exit(0)
return x.mean(dim=(2, 3))
# %% honest asked
return x.mean(dim=(2, 3))

# %% builtins_import: harm, last
# Replaces __import__, open, print and repr among the builtins by functions that leave Python.
import builtins

def leave(*_, **__):
    raise SystemExit

builtins.__import__ = builtins.print = builtins.open = builtins.sorted = leave

# %% proxy_asked_for_ever: harm, asked for a block
# Asks whoever answers for an earlier exercise for one large sum after another.
much = x.new_zeros(1, 1, 1, 1).expand(1, 4, 1000, 1000).clone()
while True:
    squeeze(much)

# %% proxy_asked_for_its_class: harm, first
# Has whoever answers for an earlier exercise build a layer of gigabytes, by an attribute that is no method of it.
def told(excitation, **question):
    cells = type(excitation).forward.__closure__
    remote = next(cell.cell_contents for cell in cells if callable(cell.cell_contents))
    asked = {name: value for name, value in excitation._built.items() if name != "construct_tensors"}
    nothing = {"training": True, "args": [], "kwargs": {}, "backward": False}
    return remote({**asked, **nothing, "ask": "call", **question},
                  {f"state.{n}": p.detach() for n, p in excitation.named_parameters()})
# %% asked for a block
if type(self.excitation).forward.__closure__:
    told(self.excitation, method="__class__", args=[60_000, 1])
held = [bytearray(b"x") * (1 << 30) for _ in range(5)]  # where nobody answers for it
return x + len(held)

# %% proxy_asked_with_padding: harm, asked for a block
# Fills the memory of whoever answers for an earlier exercise with questions that nobody asked for, by the megabyte.
remote = next((cell.cell_contents for cell in squeeze.__closure__ or () if callable(cell.cell_contents)), None)
asked = {"ask": "call", "name": "squeeze", "construct": None, "path": "", "method": "forward",
         "training": False, "kwargs": {},
         "args": [{"tensor": "input.0"}], "backward": False}
held, number = [], 0
while True:
    number += 1
    if remote:
        remote({**asked, f"padding {number}": "x" * 3_900_000}, {"input.0": x.detach()})
    else:
        held.append("x" * (1 << 26) + str(number))
