"""The process in which Keras runs: a model in, as data or as Keras source code, Keras's own account of it out.

`tutor.live.process` starts it as ``python -m tutor.live.worker``; nothing else in the package imports Keras.
Requests and answers are lines of JSON on standard input and output. No weight is ever allocated, so a model
of a trillion parameters is summarised as fast as a small one.
"""

from __future__ import annotations

import gc
import itertools
import json
import math
import os
import queue
import re
import signal
import threading
import time
from typing import Any, TextIO

from tutor.ledgers.keras_models import explain
from tutor.live import wire
from tutor.live.report import Answer, KerasRow, Refusal, Report, encode


def main() -> None:
    """Serve requests until standard input ends, which it does when the kernel goes, however it goes."""
    # Jupyter's interrupt reaches the kernel's whole process group; it is not meant for us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = _take_over_streams()
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(requests, lines), daemon=True).start()
    threading.Thread(target=_outlive_no_parent, args=(os.getppid(),), daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(5)  # warming up must not slow the kernel's redraws
    os.environ.update(KERAS_BACKEND="tensorflow", CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="3")
    # Rich crops what it prints at the terminal's width; here is no terminal, and a summary has its own width.
    os.environ.update(COLUMNS="1000000", LINES="25")

    def say(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message) + "\n")

    say({"stage": "importing tensorflow"})
    import tensorflow  # noqa: F401

    say({"stage": "importing keras"})
    import keras

    # The lessons' conventions, whatever the learner's keras.json says.
    keras.config.set_image_data_format("channels_last")
    keras.config.set_floatx("float32")
    _let_variables_start_as_tensors(keras.Variable)
    # Models are rubbish in cycles, collected at each request; what was imported need not be searched for it.
    gc.collect()
    gc.freeze()
    say({"ready": keras.__version__})
    while True:
        say(encode(answer(json.loads(lines.get()))))


def answer(request: dict[str, Any]) -> Answer:
    """Report on the model that is sent as data, or that code defines; or the refusal in Keras's words."""
    import keras

    keras.utils.clear_session()  # a second lstm is not to be called lstm_1
    try:
        return _report(_build(request["code"] if "code" in request else wire.decode(request["model"]).code))
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the model is the answer
        return Refusal(type(error).__name__, re.sub(r"\x1b\[[0-9;]*m", "", str(error)))  # without colors


def _build(code: str) -> Any:
    """The `model` that the code defines.

    Its weights get no values, and its tensors are symbols of a graph that never runs: nothing is allocated,
    whatever the sizes.
    """
    import keras
    import tensorflow as tf

    names: dict[str, Any] = {"__name__": "model"}
    with tf.Graph().as_default(), keras.StatelessScope(initialize_variables=False):
        exec(compile(code, "<model>", "exec"), names)  # noqa: S102 - our own code, or the learner's, on the learner's machine
    if "model" not in names:
        raise NameError("the code defines no variable named 'model'")
    if not isinstance(names["model"], keras.Model):
        raise TypeError(f"'model' must be a keras.Model, not {type(names['model']).__name__}")
    return names["model"]


def _let_variables_start_as_tensors(variable: Any) -> None:
    """Let `keras.StatelessScope` take variables made from tensors, such as the states of a stateful RNN.

    It takes those with an initializer only. The values do not matter here, so the shape is all that is kept.
    """
    original = variable.__init__

    def init(self: Any, initializer: Any, shape: Any = None, dtype: Any = None, **others: Any) -> None:
        if not callable(initializer) and not isinstance(initializer, str):
            given = self._convert_to_tensor(initializer, dtype=dtype)
            initializer, shape, dtype = "zeros", given.shape, dtype or given.dtype
        original(self, initializer, shape, dtype, **others)

    variable.__init__ = init


def _report(model: Any) -> Report:
    ledger = explain(model)
    return Report(
        summary=_summary(model),
        rows=tuple(KerasRow(row.path, row.keras_count or 0, row.trainable_count) for row in ledger.rows),
        total=model.count_params(),
        trainable_total=sum(math.prod(w.shape) for w in model.trainable_weights),
        output_shape=ledger.output_shape,
    )


def _summary(model: Any) -> str:
    """Keras's summary, each column exactly as wide as what stands in it.

    Keras gives columns fixed shares of the width and cuts off what is longer. So its table is printed with
    ample columns first, and measured.
    """
    from rich.cells import cell_len, chop_cells

    for ample in (60, 300, 1500, 7500):  # multiples of 3, so that three columns share evenly what is for four
        text = _print_summary(model, [ample] * 4)
        lines = text.splitlines()
        edge = next(line for line in lines if line.startswith("┏"))
        column = edge.index("┳") - 1
        rows = [
            [cell[1:].strip() for cell in chop_cells(line, column + 1)][:-1]
            for line in lines
            if line.startswith(("┃", "│"))
        ]
        widths = [max(map(cell_len, cells)) for cells in zip(*rows, strict=True)]
        # One line a layer and room to spare: nothing was wrapped or cut off.
        if max(widths) < column - 2 and len(rows) == sum(line.startswith(("┡", "├", "└")) for line in lines):
            break
    if len(widths) == 4:  # "Connected to" is a list: it may go on to a next line after a comma
        words = [word for row in rows for word in re.split(r"(?<=,) ", row[3])]
        widths[3] = max(map(cell_len, words))
    return _print_summary(model, widths)


def _print_summary(model: Any, widths: list[int]) -> str:
    text: list[str] = []
    line_length = sum(width + 3 for width in widths) + 1  # each column adds two spaces and a rule
    # Keras takes the floor of position * line_length: half a character more makes rounding harmless.
    positions = [(end + 0.5) / line_length for end in itertools.accumulate(widths)]
    model.summary(line_length=line_length, positions=positions, print_fn=text.append)
    return "".join(text)


def _take_over_streams() -> tuple[TextIO, TextIO]:
    """Keep the pipes for the protocol: other readers find nothing, other printers print to stderr."""
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")  # a line at a time
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    return requests, answers


def _read(requests: TextIO, lines: queue.SimpleQueue[str]) -> None:
    for line in requests:
        lines.put(line)
    os._exit(0)  # also in the middle of an import


def _outlive_no_parent(parent: int) -> None:
    # A process that the learner forked may hold our standard input open after the kernel was killed.
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


if __name__ == "__main__":
    main()
