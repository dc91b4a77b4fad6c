"""A machine with a hub, as docs/instructors/jupyterhub.md sets one up: accounts of the system, the instructor's clone,
an exchange, a JupyterHub.

It needs root. All that it makes goes again, whatever happens;
a run that is killed (SIGKILL) leaves its accounts, for `userdel`.
"""

from __future__ import annotations

import importlib.metadata
import os
import secrets
import shlex
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from tests.browser.lab import wait_for
from tests.conftest import ROOT

from .person import Person

SYSTEM = "/usr/bin/python3"  # as in docs/jupyterhub/install.sh
LOG = ROOT / "work/hub.log"


@dataclass(frozen=True)
class Machine:
    """Where things lie, and who is logged in: `people` by the names that they were asked for."""

    exchange: Path
    clone: Path
    people: dict[str, Person]


def missing_tools() -> list[str]:
    """What a hub needs and this machine does not have."""
    missing = [] if hasattr(os, "geteuid") and os.geteuid() == 0 else ["root's rights, for accounts of the system"]
    missing += [tool for tool in ("useradd", "userdel", "chpasswd", "npm", "node") if not shutil.which(tool)]
    new_enough = "import ensurepip, sys; sys.exit(sys.version_info < (3, 11))"
    if not Path(SYSTEM).exists() or subprocess.run([SYSTEM, "-c", new_enough], capture_output=True).returncode:
        missing.append(f"{SYSTEM}, 3.11 or newer, with venv")
    return missing


def run(*command: str | Path, **options) -> None:
    """Run a command. RuntimeError with what it wrote, where it fails."""
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if ended.returncode:
        raise RuntimeError(f"{shlex.join(map(str, command))} ended with {ended.returncode}:\n{ended.stdout[-3000:]}")


@contextmanager
def machine(instructor: str, *learners: str) -> Iterator[Machine]:
    """Set it up, with everybody logged in and their servers running."""
    with ExitStack() as ends:
        # a folder of pytest's is nobody's business but root's
        folder = Path(tempfile.mkdtemp(prefix="hub-", dir="/tmp"))
        ends.callback(run, "rm", "-rf", folder)
        folder.chmod(0o755)
        passwords = {name: ends.enter_context(account(f"attention-{name}", folder / "home"))
                     for name in (instructor, *learners)}
        places = {"HUB": str(folder / "environment"), "EXCHANGE": str(folder / "exchange")}
        clone = folder / "home" / f"attention-{instructor}" / "attention"
        shutil.copytree(ROOT, clone, ignore=shutil.ignore_patterns(".*", "work", "my", "__pycache__"))
        run("chown", "-R", f"attention-{instructor}:", clone)
        lend_torch(folder / "environment")
        run("docs/jupyterhub/install.sh", cwd=clone, env={**os.environ, **places, "PIP_ROOT_USER_ACTION": "ignore"})
        run("docs/jupyterhub/instructor.sh", cwd=clone, user=f"attention-{instructor}", group=f"attention-{instructor}",
            extra_groups=[],
            env={**places, "HOME": str(clone.parent), "PATH": "/usr/bin:/bin"})
        address = ends.enter_context(hub(folder, clone / "docs/jupyterhub/jupyterhub_config.py"))
        people = {name: Person(address, f"attention-{name}", password) for name, password in passwords.items()}
        yield Machine(folder / "exchange", clone, people)


@contextmanager
def account(name: str, homes: Path) -> Iterator[str]:
    """An account of the system with a home that is closed to others, as Debian's adduser makes them;
    gives its password."""
    homes.mkdir(exist_ok=True)
    password = secrets.token_hex(16)
    run("useradd", "--create-home", "--base-dir", homes, "--key", "HOME_MODE=0700", "--shell", "/bin/bash", name)
    try:
        run("chpasswd", input=f"{name}:{password}")
        yield password
    finally:
        own = [process for process in psutil.process_iter(["username"]) if process.info["username"] == name]
        for process in own:
            process.kill()
        psutil.wait_procs(own, 10)
        run("userdel", name)


def lend_torch(environment: Path) -> None:
    """Links to the torch that the tests run with, where the system's Python can use it: pip then finds it installed.
    It is large."""
    run(SYSTEM, "-m", "venv", environment)
    packages = environment / f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    parts = {file.parts[0] for file in importlib.metadata.files("torch")} - {".."}
    for part in sorted(parts) if packages.exists() else ():
        run("sh", "-c", 'cp -al "$0" "$1" 2> /dev/null || cp -a "$0" "$1"', Path(sysconfig.get_path("purelib"), part),
            packages)


@contextmanager
def hub(folder: Path, config: Path) -> Iterator[str]:
    """The hub with the configuration of the documentation, on ports of its own; gives its address."""
    (folder / "hub").mkdir(mode=0o700)  # its database and the secret of its cookies
    public, inner, proxy = free_ports(3)
    address = f"http://127.0.0.1:{public}"
    command = [folder / "environment/bin/jupyterhub", f"--config={config}", f"--JupyterHub.bind_url={address}",
               f"--JupyterHub.hub_port={inner}", f"--ConfigurableHTTPProxy.api_url=http://127.0.0.1:{proxy}"]
    LOG.parent.mkdir(exist_ok=True)
    with open(LOG, "w") as log:
        path = f"{folder}/environment/bin:{Path(shutil.which('node')).parent}:/usr/bin:/bin"
        process = subprocess.Popen(command, cwd=folder / "hub", env={**os.environ, "PATH": path}, stdout=log,
                                   stderr=subprocess.STDOUT)
        try:
            wait_for("the hub", lambda: answers(address, process))
            yield address
        finally:
            started = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
            process.terminate()  # it stops the proxy and everybody's servers
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            for each in (process, *started):
                with suppress(psutil.NoSuchProcess):
                    each.kill()


def answers(address: str, process: subprocess.Popen) -> bool:
    if process.poll() is not None:
        raise RuntimeError("the hub ended:\n" + LOG.read_text()[-3000:])
    try:
        return requests.get(f"{address}/hub/api", timeout=2).ok
    except requests.ConnectionError:
        return False


def free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
