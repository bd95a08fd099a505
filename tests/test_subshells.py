"""A kernel in which front ends open and delete subshells: an explorer hears every move, in the kernel's main thread."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import pytest
from ipykernel.comm.comm import BaseComm
from jupyter_client.manager import start_new_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_client.blocking.client import BlockingKernelClient

#: An explorer, and a slider of ipywidgets, which ipykernel serves as it serves all others.
SOURCE = """
import threading
import ipywidgets, tutor

explorer, slider, heard = tutor.explore(tutor.Dense), ipywidgets.IntSlider(), []
is_main = lambda: threading.current_thread() is threading.main_thread()
explorer.observe(lambda change: heard.append((change.new["n"], is_main())), "moves")
slider.observe(lambda change: heard.append((change.new, is_main())), "value")
"""


class Kernel:
    """A kernel, spoken to as JupyterLab does."""

    def __init__(self, client: BlockingKernelClient) -> None:
        self._client = client
        self.value(SOURCE, "None")

    def value(self, source: str, expression: str) -> Any:
        """What the expression is after the source was run."""
        reply = self._client.execute_interactive(source, user_expressions={"it": expression}, timeout=60)
        assert reply["content"]["status"] == "ok", reply["content"]
        return ast.literal_eval(reply["content"]["user_expressions"]["it"]["data"]["text/plain"])

    def ask(self, what: str, **content: str) -> dict[str, Any]:
        """The answer to a request on the control channel."""
        message = self._client.session.msg(what, content)
        self._client.control_channel.send(message)
        while True:
            reply = self._client.get_control_msg(timeout=60)
            if reply["parent_header"]["msg_id"] == message["header"]["msg_id"]:
                return reply["content"]

    def set(self, widget: str, state: dict[str, Any], subshell: str) -> None:
        """Set a widget's state from a front end that has that subshell, and wait until the kernel is done with it."""
        data = {"method": "update", "state": state, "buffer_paths": []}
        content = {"comm_id": self.value("", f"{widget}.comm.comm_id"), "data": data}
        message = self._client.session.msg("comm_msg", content)
        message["header"]["subshell_id"] = subshell
        self._client.shell_channel.send(message)
        self.value("", "None")


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        yield Kernel(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_moves_are_heard_in_the_main_thread_whatever_subshell_is_gone(kernel: Kernel) -> None:
    heard = []
    for number in (1, 2, 3):
        subshell = kernel.ask("create_subshell_request")["subshell_id"]
        changes = {"units": 100 + number}
        kernel.set("explorer", {"moves": {"n": number, "jumps": 0, "to": "", "changes": changes}}, subshell)
        heard.append((number, True))
        assert kernel.value("", "heard") == heard
        assert kernel.value("", "explorer.values['units']") == 100 + number
        assert kernel.ask("delete_subshell_request", subshell_id=subshell)["status"] == "ok"


def test_ipykernel_still_has_what_an_explorer_replaces_and_still_loses_other_moves(kernel: Kernel) -> None:
    """If this fails, it sends moves elsewhere: see where, and whether explorers still have to keep it from that."""
    assert callable(BaseComm._reply_subshell_for)
    for number in (1, 2):
        subshell = kernel.ask("create_subshell_request")["subshell_id"]
        kernel.set("slider", {"value": number}, subshell)
        kernel.ask("delete_subshell_request", subshell_id=subshell)
    assert kernel.value("", "heard") == [(1, True)]
