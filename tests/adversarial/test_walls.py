"""Each set of walls that docs/security.md lists, as root and as an ordinary user, against the attacks that are about a
wall. No other attack can behave otherwise there: test_attacks.py tries it in the set that this machine has.

Nightly: all attacks on each set.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest

from tests.conftest import ROOT, need

from .levels import SUFFICIENT
from .tables import WALLS, attacks

pytestmark = pytest.mark.nightly

NOBODY = ["setpriv", "--reuid=nobody", "--clear-groups", "--no-new-privs"]
USERS = ("root", "nobody") if os.geteuid() == 0 else ("",)  # who is no root can try what he is alone
PLACES = [(walls, user) for user in USERS for walls in SUFFICIENT]


@pytest.fixture(scope="module")
def anybodys():
    """A Python with our packages, and a copy of the course, which any user may run and read: ours may lie in root's
    own folder."""
    system = shutil.which(f"python3.{sys.version_info.minor}", path="/usr/bin:/usr/local/bin")
    tools = {"setpriv": shutil.which("setpriv"), f"a Python 3.{sys.version_info.minor} of the system": system}
    need([name for name, found in tools.items() if not found])
    with tempfile.TemporaryDirectory(prefix="anybodys-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        subprocess.run([system, "-m", "venv", "--without-pip", f"{folder}/venv"], check=True)
        ours, packages = sysconfig.get_path("purelib"), sysconfig.get_path("purelib", vars={"base": f"{folder}/venv"})
        shutil.rmtree(packages)
        # Links where they are possible: torch alone is hundreds of megabytes.
        subprocess.run(["sh", "-c", 'cp -al "$0" "$1" 2> /dev/null || cp -a "$0" "$1"', ours, packages], check=True)
        shutil.copytree(ROOT, f"{folder}/course", ignore=shutil.ignore_patterns(".*", "work"))
        yield f"{folder}/venv/bin/python", Path(folder) / "course"


@pytest.fixture(scope="module")
def inside(request):
    """A function that runs one of our modules as a user, and returns what it prints as JSON."""
    def run(user, module, walls):
        python, course = request.getfixturevalue("anybodys") if user == "nobody" else (sys.executable, ROOT)
        command = [python, "-m", f"tests.adversarial.{module}", walls]
        kept = course / "work" / f"adversarial-{os.getpid()}"
        home = Path("/tmp") / kept.name  # a folder of pytest's is nobody's business, and has too long a name
        for folder in (home, kept):
            folder.mkdir(parents=True)
        try:
            if user == "nobody":
                for folder in (home, kept):
                    shutil.chown(folder, "nobody")
                command = [*NOBODY, *command]
            environment = {**os.environ, "HOME": str(home), "TMPDIR": str(home), "ADVERSARIAL_KEPT": str(kept),
                           "PYTHONPATH": f"{course}:{course / 'course'}"}
            ran = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True)
        finally:
            for folder in (home, kept):
                subprocess.run(["rm", "-rf", folder], check=True)
        assert ran.returncode == 0, ran.stderr[-2000:]
        return json.loads(ran.stdout.splitlines()[-1])
    return run


@pytest.mark.parametrize("walls, user", PLACES, ids=lambda word: word)
def test_attacks_on_these_walls_are_stopped(walls, user, inside):
    found = inside(user, "levels", walls)
    assert set(found) == {attack.name for attack in attacks() if attack.wall in WALLS}
    assert {name: what for name, what in found.items() if what != "-"} == {}


@pytest.mark.parametrize("walls, user", PLACES, ids=lambda word: word)
def test_nothing_of_the_others_is_reached_by_anybody(walls, user, inside):
    assert inside(user, "neighbours", walls) == []


@pytest.mark.parametrize("walls, user", PLACES, ids=lambda word: word)
def test_honest_work_keeps_its_points_on_these_walls(walls, user, inside):
    assert inside(user, "honest", walls) == {}
