"""Attention by Hand: opens the lessons in JupyterLab. The first time, it installs everything in the folder of this
file, and later what a newer download brings.

Start it with a double click, or with `python start.py` in a terminal. It needs Python 3.11 or newer and, the first
time, a network. Your own notebooks are in the folder my/, and are never overwritten.
"""

# This file runs before anything is known of the Python that runs it, so an old Python must be able to read its syntax.
# In the repository, set_up.py uses it as well.
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request

NEEDED = (3, 11)
CPU = "https://download.pytorch.org/whl/cpu"  # PyTorch's own index of builds without CUDA, which are gigabytes smaller
GPU = "/proc/driver/nvidia", "/dev/nvidiactl", "/dev/dxg"  # one of them is there if Linux knows an NVIDIA GPU


class Problem(Exception):
    """What went wrong and what to do, in a sentence."""


class Environment:
    """The Python environment .venv of a folder. Its programs name the folder and a Python, so it is made anew where the
    folder was moved or the Python is gone."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.path = os.path.join(self.folder, ".venv")
        self.bin = os.path.join(self.path, "Scripts" if os.name == "nt" else "bin")
        self.python = os.path.join(self.bin, "python.exe" if os.name == "nt" else "python")
        self.log = os.path.join(self.path, "install.log")
        self._record = os.path.join(self.path, "installed.json")

    def prepare(self):
        """Makes .venv if it is missing or does not work. Raises Problem if this Python is too old or can't do it."""
        if sys.version_info < NEEDED:
            text = "Python {}.{} or newer is needed, and this is {}. Get one from python.org, and use that."
            raise Problem(text.format(NEEDED[0], NEEDED[1], sys.version.split()[0]))
        if os.path.exists(self.path):
            why = self._why_remake()
            if not why:
                return
            print(why + ", so .venv is made anew.")
            shutil.rmtree(self.path)
        base = getattr(sys, "_base_executable", sys.executable)  # this Python may be the one in .venv
        if subprocess.call([base, "-m", "venv", self.path]):
            text = ("Python could not make the environment {}: it says why above. (On Debian and Ubuntu, install the "
                    "package python3-venv.)")
            raise Problem(text.format(self.path))
        self._keep({})

    def _why_remake(self):
        # Another Python in its place lacks our pip. An environment that somebody else made may never have had one.
        probe = ["-m", "pip", "--version"] if self._installed() else ["-c", ""]
        try:
            works = subprocess.call([self.python] + probe, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
        except OSError:
            works = False
        if not works:
            return "The Python behind .venv is gone"
        if self._installed().get("folder", self.folder) != self.folder:
            return "This folder was moved or renamed"
        return ""

    def install(self, name, files, steps):
        """Runs steps, unless they have run with the same files.

        name: of what is installed. files: paths of what decides about it. steps: a function that returns pairs, each of
        a line to print and the arguments for this environment's Python.

        Raises Problem if a step fails.
        """
        digest = hashlib.sha256(repr(sys.version_info[:2]).encode())
        for path in files:
            with open(path, "rb") as file:
                digest.update(file.read())
        kept = self._installed()
        if kept.get(name) == digest.hexdigest():
            return
        for says, arguments in steps():
            print(says, flush=True)
            with open(self.log, "ab") as log:
                failed = subprocess.call([self.python] + arguments, stdout=log, stderr=log)
            if failed:
                with open(self.log, errors="replace") as log:
                    last = "".join(log.readlines()[-8:])
                text = ("{}\nThat failed. When what it says is mended, start this again: it goes on from here. All of "
                        "it is in {}")
                raise Problem(text.format(last, self.log))
        self._keep(dict(kept, **{name: digest.hexdigest()}))

    def pip(self, *arguments):
        """Returns the arguments for Python that let pip install something."""
        return ["-m", "pip", "--disable-pip-version-check", "install"] + list(arguments)

    def torch(self, *arguments):
        """Returns the step that installs PyTorch: on Linux without CUDA if there is no GPU, unless pip has been told
        where to look for packages."""
        settings = subprocess.run([self.python, "-m", "pip", "config", "list"], stdout=subprocess.PIPE).stdout.decode()
        if (not sys.platform.startswith("linux") or any(map(os.path.exists, GPU))
                or re.search(r"\.(index-url|extra-index-url|find-links|no-index)=", settings) or not _reachable(CPU)):
            return "PyTorch: a few minutes.", self.pip("torch", *arguments)
        return ("PyTorch without CUDA, because this computer has no NVIDIA GPU (200 MB instead of gigabytes): a minute "
                "or two."), self.pip("torch", "--extra-index-url", CPU, *arguments)

    def quiet(self):
        """Returns the step that keeps JupyterLab's first word to a newcomer from being whether to send news. Where it
        fails, as in a folder with `$HOME` in its name, nothing is lost."""
        return "JupyterLab's settings.", ["-c", "import subprocess, sys; subprocess.call([sys.executable, '-m', "
                                          "'jupyter', 'labextension', 'disable', '--level=sys_prefix', "
                                          "'@jupyterlab/apputils-extension:announcements'])"]

    def _installed(self):
        try:
            with open(self._record) as file:
                return json.load(file)
        except (OSError, ValueError):
            return {}

    def _keep(self, record):
        with open(self._record, "w") as file:
            json.dump(dict(record, folder=self.folder), file)


def _reachable(address):
    try:
        urllib.request.urlopen(address + "/torch/", timeout=5).close()
        return True
    except (OSError, ValueError):
        return False


def _version(wheel):
    return [int(number) for number in re.findall(r"\d+", os.path.basename(wheel).split("-")[1])]


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    os.chdir(here)
    wheels = sorted(glob.glob("attention_lab-*.whl"), key=_version)
    if not wheels:
        return "There should be a file attention_lab-*.whl beside start.py: unpack the whole download into one folder."
    environment = Environment(here)
    try:
        environment.prepare()
        environment.install("course", wheels[-1:], lambda: [
            environment.torch(),
            ("JupyterLab and what else the course needs: a minute or two.", environment.pip("jupyterlab", wheels[-1])),
            ("The course's library.", environment.pip("--force-reinstall", "--no-deps", wheels[-1])),
            environment.quiet()])
    except Problem as problem:
        return str(problem)
    return subprocess.call([environment.python, "-m", "attention_lab.lab"] + sys.argv[1:])


if __name__ == "__main__":
    status = main()
    if isinstance(status, str):
        print(status)
        if os.name == "nt":  # a window that a double click has opened closes at once
            input("Press Enter to close this window.")
    sys.exit(1 if isinstance(status, str) else status)
