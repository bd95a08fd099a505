# What a learner's kernel does in the benchmark of sharing: an explorer on a screen, and moves of a control.
import json
import sys
import time

begun = time.perf_counter()
import tutor  # noqa: E402

what, control, low = {"lstm": (tutor.LSTM, "units", 100), "video": (tutor.video_question_answering, "frames", 8)}[WHAT]  # noqa: F821
explorer = tutor.explore(what)
session = explorer._session


def wait():
    with explorer._news:
        assert explorer._news.wait_for(lambda: session.facts.keras is not None and not session.is_waiting, 600)


def step(number):
    start = time.perf_counter()
    explorer.set_state({"moves": {"n": number, "jumps": 0, "to": "", "changes": {control: low + number % 200}}})
    wait()
    return time.perf_counter() - start


explorer._handle(explorer, {"do": "shown", "serial": 0}, [])
wait()
sys.stdout.write(json.dumps(time.perf_counter() - begun))
