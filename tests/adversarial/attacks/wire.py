"""Attacks on the wire: frames that nobody asked for or can read, and answers that no frame should hold."""

# %% first
def write(frame, report):
    """A frame where one may be read, and a report where something is printed."""
    for descriptor in range(64):
        attempt(os.write, descriptor, frame if descriptor > 2 else b"\n" + report + b"\n")

def framed(head):
    return len(head).to_bytes(8, "little") + head

# %% forged_frames: points, last
# Answers questions before they are asked: frames with every number, and a report, to every open descriptor.
observation = {"raised": None, "unplaced": None, "parameters": [], "states": {}, "output": 0.0, "changed": [],
               "largest": None,
               "dropout": [], "trace": [], "mixed": None, "devices": {}}
frames = b""
for number in range(1, 200):
    head = json.dumps([{"id": number, "answer": observation | {"points": 4.0, "passed": True}}, []]).encode()
    frames += framed(head)
report = json.dumps({"points": {"judge": {"squeeze": 2.0}}, "messages": []}).encode()
write(frames, report)
os._exit(0)

# %% forged_report: points, last
# Writes a report with full marks to every open descriptor and ends the process before another one is written.
report = json.dumps({"points": {"judge": {"squeeze": 2.0, "Excitation": 3.0, "SEBlock": 4.0, "se_parameter_cost": 1.0}},
                     "messages": []})
write(report.encode(), report.encode())
os._exit(0)

# %% atexit_report: points, first
# Writes a report with full marks when the process ends, after the grader's own.
import atexit

atexit.register(lambda: print('\n' + json.dumps({"points": {"judge": {"squeeze": 2.0}}, "messages": []}), flush=True))

# %% json_dumps_forged: points, first
# Makes json.dumps write full marks wherever points are written.
honest = json.dumps

def forged(value, *arguments, **options):
    if isinstance(value, dict) and "points" in value:
        value = {**value,
                 "points": {"judge": {"squeeze": 2.0, "Excitation": 3.0, "SEBlock": 4.0, "se_parameter_cost": 1.0}}}
    return honest(value, *arguments, **options)

json.dumps = forged

# %% json_encoder_raises: harm, asked
# Breaks json in the worker, so that no answer can be written.
json.dumps = json.loads = None
json.JSONEncoder.encode = json.JSONDecoder.decode = None

# %% safetensors_patched: harm, first
# Replaces safetensors' save and load, which numbers pass through on their way.
import safetensors.torch

safetensors.torch.save = safetensors.torch.load = None
for module in [m for m in sys.modules.values() if getattr(m, "__name__", "") in ("wire", "worker.wire")]:
    module.save = lambda tensors: (8).to_bytes(8, "little") + b"{\"x\":[]}"
    module.LENGTHS = None
# %% asked
os._exit(0)

# %% wire_receive_patched: points, first
# Replaces wire.receive, in every module that knows it, by one that rewrites questions so that little is asked.
from attention_lab.checking.form.protocol import plain

wire = sys.modules["worker.wire"]
receive = wire.receive

def lenient(*arguments):
    header, tensors = receive(*arguments)
    for question in header.get("questions", []):
        question.update(gradients=False, trace=False)
    if "output" in header:
        header.update(plain(case_nearby().expected))
        tensors = case_nearby().expected_tensors
    return header, tensors

wire.receive = lenient

# %% crash_describes_what_is_wanted: harm, first
# Replaces attention_lab.checking.ask.crash.describe by something that no frame can hold.
import attention_lab.checking.ask.crash

nonsense = {"type": "\ud800" * 100_000, "message": {}, "numbers": list(range(10**6)), "line": object()}
attention_lab.checking.ask.crash.describe = lambda *arguments: nonsense
# %% asked
raise KeyboardInterrupt

# %% frame_deep: harm, asked
# Sends JSON that is nested 200,000 deep.
deep = b"[" * 200_000 + b"]" * 200_000
write(framed(deep), deep)
os._exit(0)

# %% frame_dripping: harm, asked
# Sends an answer byte by byte, so that it always seems to be about to come.
for descriptor in range(3, 64):
    attempt(os.write, descriptor, (1 << 20).to_bytes(8, "little"))
while True:
    for descriptor in range(64):
        attempt(os.write, descriptor, b" ")
    time.sleep(0.2)

# %% frame_endless: harm, asked
# Sends frames without end, each with a question of its own to the judge.
head = b'[{"id": 1, "remote": {"name": "squeeze", "ask": "call", "args": [], "kwargs": {}}}, []]'
while True:
    write(framed(head) * 50, framed(head) * 50)

# %% frame_huge: harm, asked
# Announces a frame of 4 GiB, and a report without an end, on every open descriptor.
endless = b'{"points": ' + b"9" * 100_000
write(b"\xff" * 8 + endless, endless)
os._exit(0)

# %% frame_malformed: harm, asked
# Sends frames that are no objects, have names without tensors, or tensors that are none.
for head in (b"[]", b"[[], {}]", b'[{"id": 1}, ["x"]]', b'{"answer": 1}', b"\xff\xfe",
             b'[{"id": ' + b"9" * 6000 + b"}, []]"):
    write(len(head).to_bytes(4, "little") + (9).to_bytes(4, "little") + head + b"x" * 9, head)
os._exit(0)

# %% frame_with_nan: harm, asked
# Sends NaN and infinity where numbers are read from.
head = b'[{"id": NaN, "answer": {"placements": Infinity, "raised": null}}, []]'
write(framed(head), b'{"points": {"judge": {"squeeze": NaN}}, "messages": []}')
os._exit(0)

# %% nonsense_beside_the_answer: harm, first
# Lets threads write nonsense to every descriptor, while the answer is being written.
def nonsense(descriptor):
    while True:
        attempt(os.write, descriptor, b'\n{"points": 0}]' * 4000)

for descriptor in range(1, 16):  # one thread each: a pipe that is full holds up no other
    threading.Thread(target=nonsense, args=(descriptor,), daemon=True).start()

# %% answer_of_odd_tensors: harm, asked
# Answers with tensors that no file format holds: subclasses without storage, a million dimensions of size 1, names of a
# megabyte.
return (
    {("k" * 100_000) + str(i): torch.zeros([1] * 60) for i in range(100)}
    if x.sum()
    else torch.zeros(0).as_strided((1 << 40,), (0,))
)
# %% last
os._exit(0)

# %% large_answers: harm, asked
# Answers every question with 200 MB of numbers, for the judge to compare.
return torch.randn(25_000_000, dtype=torch.float64)

# %% wide_answers: harm, asked
# Answers with fifty thousand tensors under names of its own.
return {f"{i}.{i}": torch.zeros(1, requires_grad=True) for i in range(50_000)}
# %% Excitation
class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.many = nn.ParameterList([nn.Parameter(torch.zeros(1)) for _ in range(20_000)])

    def forward(self, s):
        return s

# %% pickle_bomb: harm, first
# Answers with objects that run code when they are unpickled, or copied.
class Bomb(torch.Tensor):
    def __reduce_ex__(self, protocol):
        return os.system, (f"echo gone > '{LOOT}'",)

    def __deepcopy__(self, memory):
        attempt(os.system, f"echo gone > '{LOOT}'")
        return self

    def detach(self):
        attempt(os.system, f"echo gone > '{LOOT}'")
        return self
# %% asked
return x.mean(dim=(2, 3)).as_subclass(Bomb)
# %% honest asked
return x.mean(dim=(2, 3))

# %% claims_to_be_a_tensor: harm, first
# An object whose __class__ is Tensor and that answers whatever is asked of a tensor with itself: C code believes it and
# falls over.
class Claims:
    __class__ = property(lambda self: torch.Tensor)
    def __eq__(self, other): return torch.ones(1)
    def __getattr__(self, name): return lambda *_, **__: self
    def __bool__(self): return True
# %% asked
return Claims()

# %% dict_and_list_results: harm, first
# A list and a dict that equal everything, have no length, or never end when they are looked through.
class Endless(list):
    def __iter__(self):
        while True:
            yield 0
    def __len__(self): return 1
    def __eq__(self, other): return True
    def float(self): return list(self)
    round = flatten = detach = lambda self, **_: list(self)
    def __array__(self, *_, **__): return list(self)
# %% asked
return Endless()

# %% decimal_nan_number: harm, first
# A registered numbers.Real whose comparisons are true and whose float raises SystemExit in the grader.
import numbers

class Real:
    def __float__(self): raise SystemExit("float")
    def __sub__(self, other): raise SystemExit("sub")
    def __eq__(self, other): raise SystemExit("eq")
    __hash__ = None

numbers.Real.register(Real)
# %% asked for a number
return Real()
