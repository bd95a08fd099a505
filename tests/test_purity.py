"""The core imports the standard library alone: proved in a fresh process, and the proof is proved too."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tutor

PACKAGE = Path(tutor.__file__).parent

# What draws, computes or shows may import what it needs. Whatever is not named here is pure.
NOT_PURE = ("tutor.pictures.figure", "tutor.pictures.diagrams", "tutor.explorers", "tutor.trace")


def modules() -> list[str]:
    files = (path.relative_to(PACKAGE.parent).with_suffix("") for path in PACKAGE.rglob("*.py"))
    return sorted(".".join(file.parts).removesuffix(".__init__") for file in files)


PURE = [name for name in modules() if not any(f"{name}.".startswith(f"{other}.") for other in NOT_PURE)]


def foreign_modules(statement: str, folder: Path = PACKAGE.parent) -> set[str]:
    """Third-party modules that a fresh process in that folder has after the statement and had not before it."""
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"  # with what the interpreter's own start loads
        f"{statement}\n"
        "new = {name.partition('.')[0] for name in sys.modules.keys() - before}\n"
        "print(sorted(new - sys.stdlib_module_names - {'tutor'}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    return set(ast.literal_eval(done.stdout))


def test_the_pure_core_is_where_it_is_expected() -> None:
    core = "symbols layers.base layers.core layers.recurrent ledger sequential scene palette diagrams.gates live.client"
    assert {"tutor", *(f"tutor.{name}" for name in core.split())} <= set(PURE)


@pytest.mark.parametrize("name", PURE)
def test_pure_module_imports_the_standard_library_alone(name: str) -> None:
    assert foreign_modules(f"import {name}") == set()


@pytest.mark.parametrize(
    "statement",
    [
        "import tutor; tutor.LSTM(128).build((None, 25, 256)).formula.latex",
        "import tutor; tutor.Sequential([tutor.Embedding(1000, 256), tutor.GRU(128)]).build((None, 25)).to_csv()",
        "import tutor; dir(tutor); tutor.__doc__",
    ],
)
def test_counting_needs_the_standard_library_alone(statement: str) -> None:
    assert foreign_modules(statement) == set()


def test_a_direct_import_is_caught() -> None:
    assert "numpy" in foreign_modules("import numpy")


def test_an_import_within_an_import_is_caught(tmp_path: Path) -> None:
    (tmp_path / "outer.py").write_text("import inner\n")
    (tmp_path / "inner.py").write_text("def work():\n    import numpy\n\n\nwork()\n")
    assert {"outer", "inner", "numpy"} <= foreign_modules("import outer", tmp_path)


def test_a_name_that_is_not_there_is_told_what_is() -> None:
    with pytest.raises(AttributeError, match=r"module 'tutor' has no attribute 'lstm'. Did you mean tutor.LSTM\?"):
        _ = tutor.lstm
