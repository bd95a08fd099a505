"""The core imports the standard library alone: proved in a fresh process, and the proof is proved too."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tutor

PACKAGE = Path(tutor.__file__).parent

#: matplotlib draws here, anywidget shows, Keras works. Whatever is not named here is pure.
NOT_PURE = {"tutor.pictures.figure", "tutor.explorers.widget", "tutor.live.worker"}


def modules() -> list[str]:
    files = (path.relative_to(PACKAGE.parent).with_suffix("") for path in PACKAGE.rglob("*.py"))
    return sorted(".".join(file.parts).removesuffix(".__init__") for file in files)


PURE = [name for name in modules() if name not in NOT_PURE]


def foreign_modules(*statements: str, folder: Path = PACKAGE.parent) -> dict[str, set[str]]:
    """Third-party modules that each statement brings into a fresh process in that folder; none, if it is left out."""
    code = (
        "import sys\n"
        "known = set(sys.modules)\n"  # what the interpreter's own start loads
        "for statement in sys.argv[1:]:\n"
        "    exec(statement, {})\n"
        "    new = {name.partition('.')[0] for name in sys.modules.keys() - known}\n"
        "    print((statement, sorted(new - sys.stdlib_module_names - {'tutor', '__mp_main__'})))\n"  # main itself
        "    known |= sys.modules.keys()\n"
    )
    command = [sys.executable, "-c", code, *statements]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    brought = dict(map(ast.literal_eval, done.stdout.splitlines()))
    assert brought.keys() == set(statements)
    return {statement: set(modules) for statement, modules in brought.items() if modules}


def test_all_rooms_are_looked_at() -> None:
    assert set(modules()) >= NOT_PURE
    assert {"tutor", "tutor.symbols", "tutor.layers.layer", "tutor.ledgers.walk", "tutor.live.client"} <= set(PURE)
    assert {name.split(".")[1] for name in PURE if "." in name} >= {"models", "pictures", "explorers"}


def test_pure_modules_import_the_standard_library_alone() -> None:
    assert foreign_modules(*(f"import {name}" for name in PURE)) == {}


@pytest.mark.parametrize(
    "statement",
    [
        "import tutor; tutor.LSTM(128).build((None, 25, 256)).formula.latex",
        "import tutor; tutor.Sequential([tutor.Embedding(1000, 256), tutor.GRU(128)]).build((None, 25)).to_csv()",
        "import tutor; dir(tutor); tutor.__doc__",
    ],
)
def test_counting_needs_the_standard_library_alone(statement: str) -> None:
    assert foreign_modules(statement) == {}


def test_an_explorer_needs_neither_matplotlib_nor_keras() -> None:
    (came,) = foreign_modules("import tutor; tutor.explore(tutor.LSTM).values = {'units': 64}").values()
    assert "anywidget" in came
    assert came & {"keras", "matplotlib", "numpy", "tensorflow"} == set()


def test_a_direct_import_is_caught() -> None:
    assert foreign_modules("import ast", "import numpy") == {"import numpy": {"numpy"}}


def test_an_import_within_an_import_is_caught(tmp_path: Path) -> None:
    (tmp_path / "outer.py").write_text("import inner\n")
    (tmp_path / "inner.py").write_text("def work():\n    import numpy\n\n\nwork()\n")
    assert foreign_modules("import outer", folder=tmp_path) == {"import outer": {"outer", "inner", "numpy"}}


def test_a_name_that_is_not_there_is_told_what_is() -> None:
    with pytest.raises(AttributeError, match=r"module 'tutor' has no attribute 'lstm'. Did you mean tutor.LSTM\?"):
        _ = tutor.lstm
