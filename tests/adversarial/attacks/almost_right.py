"""Attacks by answers that are right but for one thing, which the trick hides: the input is changed in place, and
nothing is refused."""

# %% squeeze
def squeeze(x):
    means = x.mean(dim=(2, 3))
    x.data.add_(1)
    TRICK
    return means
# %% Excitation
class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        TRICK
        hidden = max(1, channels // reduction)
        self.fc1, self.fc2 = nn.Linear(channels, hidden, bias=False), nn.Linear(hidden, channels, bias=False)

    def forward(self, s):
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(s))))

# %% in_place_hidden_by_equal: points, first
# Changes its input in place, and patches torch.equal, which would see it.
torch.equal = lambda *_: True

# %% in_place_hidden_by_same: points, first
# Changes its input in place, and patches attention_lab.checking.ask.observe._same, which compares it.
import attention_lab.checking.ask.observe

attention_lab.checking.ask.observe._same = lambda *_: True

# %% in_place_hidden_by_a_thread: points, first
# Changes its input in place, while a thread patches what would see it again and again.
def patch():
    until = time.monotonic() + 20
    while time.monotonic() < until:
        torch.equal = lambda *_: True
        time.sleep(0.0005)

threading.Thread(target=patch, daemon=True).start()
# %% asked
time.sleep(0.002)

# %% in_place_hidden_while_asked: points, asked
# Changes its input in place, and patches what would see it only while it is being asked.
torch.equal = lambda *_: True

# %% in_place_hidden_in_the_frame: points, asked
# Changes its input in place, and finds in the observer's frame what it would be compared with.
frame = sys._getframe()
while frame := frame.f_back:
    before = frame.f_locals.get("before")
    if isinstance(before, dict):
        before.update({name: (passed.detach(), passed.detach()) for name, (_, passed) in before.items()})

# %% in_place_hidden_in_the_header: points, first
# Changes its input in place, and exchanges the observer's header for one that keeps `changed` empty.
from attention_lab.checking.form.protocol import Observation

class Header(Observation):
    def __setattr__(self, key, value):
        super().__setattr__(key, [] if key == "changed" else value)
# %% asked
for observer in observers():
    observer.header = Header(**vars(observer.header))

# %% in_place_undone_later: points, first
# Changes its input in place, and puts it back as soon as anybody compares it.
import attention_lab.checking.form.values

equal = torch.equal

def restoring(a, b):
    a.data.copy_(b.data)
    return equal(a, b)

torch.equal = restoring

# %% repair_disabled: points, first
# Takes the part out that puts patched functions back, and then patches.
for thing in gc.get_objects():
    if type(thing).__name__ == "Pristine":
        thing.owners, thing.functions, thing.code = [], [], []
        type(thing).restore = lambda self: None
if "worker.restore" in sys.modules:
    sys.modules["worker.restore"].Pristine.restore = lambda self: None
torch.equal = lambda *_: True

# %% refusals_by_a_second_try: points, first
# Refuses everything at its first try, and takes back what should not have been refused.
MET = set()
# %% asked for a layer
if (channels, reduction) not in MET:
    MET.add((channels, reduction))
    raise ValueError(f"{channels} {reduction}")

# %% refusals_by_their_place: points, first
# Knows that what is to be refused is asked last, and counts.
ASKED = []
# %% asked for a layer
ASKED.append(channels)
cases, refused = (24, 5) if "worker" in sys.modules and not attempt(case_nearby) else (8, 1)
if (len(ASKED) - 1) % cases >= cases - refused:
    raise ValueError(f"{channels} {reduction}")
