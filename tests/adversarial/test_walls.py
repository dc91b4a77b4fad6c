"""Each set of walls that docs/security.md calls sufficient, as root and as an ordinary user, against the attacks on a worker.

A few attacks on one set are tried, which ones rotates with the commit; `ADVERSARIAL=all pytest tests/adversarial` tries all on each.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, need

from tests.sampling import part

from .harness import attacks
from .levels import SUFFICIENT, on_a_worker

NOBODY = ["setpriv", "--reuid=nobody", "--clear-groups", "--no-new-privs"]
USERS = ("root", "nobody") if os.geteuid() == 0 else ("",)  # who is no root can try what he is alone
PLACES = [(walls, user) for user in USERS for walls in SUFFICIENT]

@pytest.mark.parametrize("walls, user", part("walls", PLACES), ids=lambda word: word)
def test_attacks_on_these_walls_are_stopped(walls, user):
    chosen = [attack.name for attack in part("attacks on walls", on_a_worker(attacks()))]
    command = [sys.executable, "-m", "tests.adversarial.levels", "--walls", walls, *chosen]
    if user == "nobody":
        need([] if shutil.which("setpriv") else ["setpriv"])
        if subprocess.run([*NOBODY, sys.executable, "-c", "import sys; open(sys.executable).close()"], cwd="/").returncode:
            pytest.skip(f"another user may not run {sys.executable}: make the environment with a Python that lies outside /root")
    kept = ROOT / "work" / f"adversarial-{os.getpid()}"
    home = Path("/tmp") / kept.name  # a folder of pytest's is nobody's business, and has too long a name for a socket
    for folder in (home, kept):
        folder.mkdir(parents=True)
    try:
        if user == "nobody":
            for folder in (home, kept):
                shutil.chown(folder, "nobody")
            command = [*NOBODY, *command]
        environment = {**os.environ, "HOME": str(home), "TMPDIR": str(home), "ADVERSARIAL_KEPT": str(kept),
                       "PYTHONPATH": f"{ROOT}:{ROOT / 'course'}"}
        run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    finally:
        for folder in (home, kept):
            subprocess.run(["rm", "-rf", folder], check=True)
    assert run.returncode == 0, run.stderr[-2000:]
    found = json.loads(run.stdout.splitlines()[-1])
    assert set(found) == set(chosen)
    assert {name: what for name, what in found.items() if what != "-"} == {}
