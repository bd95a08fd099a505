"""What several test modules share: Keras, imported once and only where a test asks for it."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from types import ModuleType

# On CI the same examples each time: a red build is a change of ours. Elsewhere new ones, which find more.
settings.register_profile("whole", deadline=None, derandomize=os.environ.get("CI") == "true", max_examples=100)
settings.register_profile("fast", settings.get_profile("whole"), max_examples=5)

BROWSER = Path(__file__).parent / "browser"

Weightless: TypeAlias = Callable[[Iterable[Any]], contextlib.AbstractContextManager[Any]]


def pytest_configure(config: pytest.Config) -> None:
    """In the fast part every property is tried too, on a twentieth of the examples."""
    settings.load_profile("fast" if config.option.markexpr == "not slow" else "whole")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what needs a browser, and of each test that is ``sampled`` all cases but every tenth."""
    cases: Counter[str] = Counter()
    for item in items:
        test = item.nodeid.partition("[")[0]
        if BROWSER in item.path.parents or (item.get_closest_marker("sampled") and cases[test] % 10):
            item.add_marker(pytest.mark.slow)
        cases[test] += 1


@pytest.fixture(scope="session")
def keras() -> Iterator[ModuleType]:
    """Keras on TensorFlow, quiet and without a GPU."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KERAS_BACKEND", "tensorflow")
        environment.setenv("CUDA_VISIBLE_DEVICES", "-1")
        environment.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
        import keras

        yield keras


@pytest.fixture(autouse=True)
def _fresh_session(request: pytest.FixtureRequest) -> None:
    """Keras keeps variables that never got values, to fill them later; those of one test must not reach another."""
    if "keras" in request.fixturenames:
        request.getfixturevalue("keras").utils.clear_session(free_memory=False)


@pytest.fixture(scope="session")
def weightless(keras: ModuleType) -> Weightless:
    """``with weightless(layers): …`` builds them without allocating a weight, so that any size is quick.

    Stateful layers are the exception: their states start as tensors, which Keras's scope forbids, so layers of which
    one is stateful are built for real. Keep those small.
    """

    def scope(layers: Iterable[Any]) -> contextlib.AbstractContextManager[Any]:
        if any(getattr(layer, "stateful", False) for layer in layers):
            return contextlib.nullcontext()
        return keras.StatelessScope(initialize_variables=False)

    return scope
