"""JupyterLab as a learner has it: started on a free port, driven in the system's Chromium."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

ROOT = Path(__file__).parent.parent

#: Headless Chromium without a sandbox (containers), without a GPU, and without calls to anywhere.
CHROMIUM_FLAGS = (
    "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync"
).split()

#: JupyterLab's own indicator says "idle" before there is a kernel, and what is run then is lost.
_KERNEL_IS_IDLE = """() => {
    const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
    const kernel = context?.session?.kernel;
    return context?.isReady && kernel?.connectionStatus === "connected" && kernel.status === "idle";
}"""


def chromium_path() -> str:
    """Where the system's Chromium is.

    Raises:
        RuntimeError: it is not installed; these tests fail rather than skip.
    """
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise RuntimeError("The browser tests need Chromium: install it with `apt-get install chromium`.")
    return found


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab over ``folder``, or another front end with its menus, which has notebooks at ``path``."""

    url: str
    token: str
    folder: Path
    path: str = "lab/tree"

    def open(self, page: Page, notebook: str) -> None:
        """Open a notebook and wait until its kernel is idle."""
        page.goto(f"{self.url}/{self.path}/{notebook}?token={self.token}&reset")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        page.wait_for_function(_KERNEL_IS_IDLE, timeout=60_000)

    def run_all(self, page: Page) -> None:
        """Run all cells from the menu, as a learner would."""
        self.choose(page, "Run", "Run All Cells")

    def choose(self, page: Page, menu: str, *entries: str) -> None:
        """Choose an entry from a menu, or from a menu within it."""
        page.get_by_role("menuitem", name=menu, exact=True).click()
        for entry in entries:
            label = page.locator(".lm-Menu-itemLabel").filter(has_text=re.compile(f"^{re.escape(entry)}$"))
            label.click()


@contextlib.contextmanager
def running_lab(folder: Path, *, settings: bool = True) -> Iterator[Lab]:
    """JupyterLab over that folder, with or without the settings that this project installs; stopped at the end."""
    token = secrets.token_hex(16)
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        f"--IdentityProvider.token={token}",
        "--LabApp.expose_app_in_browser=True",
        "--allow-root",
    ]
    home = folder / ".home"
    environment = {"HOME": str(home)} if settings else {"HOME": str(home), "JUPYTER_NO_CONFIG": "true"}
    with running_server(command, folder, environment) as url:
        yield Lab(url, token, folder)


@contextlib.contextmanager
def running_server(command: list[str], folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """The URL at which that command serves the folder; stopped at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = folder / ".home"
    home.mkdir(exist_ok=True)
    # A home of its own: settings that the tester keeps for Jupyter must not matter, nor be changed.
    own = {"JUPYTER_CONFIG_DIR": str(home), "JUPYTER_DATA_DIR": str(home)}
    url = f"http://127.0.0.1:{port}"
    with (folder / ".jupyter.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, f"--port={port}"], cwd=folder, env={**os.environ, **own, **environment}, stdout=log, stderr=log
        )
        try:
            _wait_until_up(url, server, folder)
            yield url
        finally:
            server.terminate()
            server.wait(timeout=30)


def _wait_until_up(url: str, server: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = monotonic() + 120
    while monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"The server ended: {(folder / '.jupyter.log').read_text()[-2000:]}")
        try:
            urllib.request.urlopen(f"{url}/api", timeout=5).close()
        except urllib.error.HTTPError:  # it wants a token, but it answers
            return
        except OSError:
            sleep(0.1)
        else:
            return
    raise RuntimeError("The server did not answer within 120 seconds.")
