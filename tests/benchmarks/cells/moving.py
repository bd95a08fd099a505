# Twice a second, each kernel at a moment of its own: a control is moved, and Keras's answer waited for.
import json
import random
import sys
import time

times, number, end = [], 0, time.monotonic() + SECONDS  # noqa: F821
time.sleep(random.random() / 2)
while time.monotonic() < end:
    number += 1
    times.append(step(number))  # noqa: F821
    time.sleep(max(0.0, 0.5 - times[-1]))
sys.stdout.write(json.dumps(times))
