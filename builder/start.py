"""Attention by Hand: opens the lessons in JupyterLab. The first time, it installs everything in the folder of this
file.

Start it with a double click, or with `python start.py` in a terminal. It needs Python 3.11 or newer and, the first
time, a network. Your own notebooks are in the folder my/, and are never overwritten.
"""

# This file runs before anything is known of the Python that runs it, so an old Python must be able to read its syntax.
import glob
import os
import subprocess
import sys

NEEDED = (3, 11)


def main():
    if sys.version_info < NEEDED:
        said = "Python {}.{} or newer is needed, and this is {}. Get one from python.org, then start this file with it."
        return said.format(NEEDED[0], NEEDED[1], sys.version.split()[0])
    here = os.path.dirname(os.path.abspath(__file__))
    os.chdir(here)
    python = os.path.join(here, ".venv", "Scripts" if os.name == "nt" else "bin", "python")
    done = os.path.join(here, ".venv", "ready")
    if not os.path.exists(done):
        print("Installing PyTorch, JupyterLab and the course's library beside this file. That takes a few "
              "minutes, once.")
        wheels = glob.glob("attention_lab-*.whl")
        if len(wheels) != 1:
            return (
                "There should be one file attention_lab-*.whl beside start.py: unpack the whole download, into an empty"
                " folder."
            )
        steps = [
            [sys.executable, "-m", "venv", ".venv"],
            [python, "-m", "pip", "install", "--quiet", wheels[0], "jupyterlab"],
            # Otherwise JupyterLab's first word to a newcomer is whether to send news.
            [python, "-m", "jupyter", "labextension", "disable", "--level=sys_prefix",
             "@jupyterlab/apputils-extension:announcements"],
        ]
        for step in steps:
            if subprocess.call(step):
                return "This step failed: {}\nRead what it says above, then start this file again.".format(
                    " ".join(step)
                )
        open(done, "w").close()
    return subprocess.call([python, "-m", "attention_lab.lab"] + sys.argv[1:])


if __name__ == "__main__":
    status = main()
    if isinstance(status, str):
        print(status)
        if os.name == "nt":  # a window that a double click has opened closes at once
            input("Press Enter to close this window.")
    sys.exit(1 if isinstance(status, str) else status)
