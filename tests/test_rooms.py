"""The rooms of the package: arrows between them run one way, without a circle, and none grows out of hand."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import tutor

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(tutor.__file__).parent

#: In the order in which data passes through them: each may import those before it, not the one beside it.
ROOMS = (
    ("symbols",),
    ("layers",),
    ("ledgers",),
    ("models",),
    ("article", "question_answering"),
    ("questions", "pictures"),
    ("live",),
    ("explorers",),
)
RANKS = {room: rank for rank, side_by_side in enumerate(ROOMS) for room in side_by_side}
MOST_NAMES = 9
MOST_LINES = 330
#: What a room may hold. What makes one larger has to be worth it.
LINES = {
    "symbols": 270,
    "layers": 3_300,
    "ledgers": 600,
    "models": 620,
    "article": 180,
    "questions": 1_500,
    "pictures": 3_750,
    "live": 1_700,
    "explorers": 2_000,
}


def read(package: Path) -> dict[str, ast.Module]:
    """Its modules by their full names; a package by its ``__init__``."""
    modules = {}
    for file in sorted(package.rglob("*.py")):
        name = ".".join(file.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__")
        modules[name] = ast.parse(file.read_text("utf-8"))
    return modules


def statements(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """All imports, those within functions too, but not those that only a type checker follows."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        yield from statements(child)


def imports(modules: dict[str, ast.Module]) -> dict[str, set[str]]:
    """Which modules of the package each of them imports."""
    found: dict[str, set[str]] = {}
    for name, tree in modules.items():
        targets: set[str] = set()
        for statement in statements(tree):
            if isinstance(statement, ast.Import):
                targets |= {alias.name for alias in statement.names}
            else:
                assert statement.level == 0, f"{name}: imports are written out in full"
                inner = {f"{statement.module}.{alias.name}" for alias in statement.names}
                targets |= {target if target in modules else str(statement.module) for target in inner}
        found[name] = targets & modules.keys()
    return found


def wrong_way(arrows: dict[str, set[str]]) -> list[str]:
    """Imports of a room by one that stands before or beside it, and of the front door by anyone."""
    wrong = []
    for name, targets in arrows.items():
        root, _, rest = name.partition(".")
        for target in sorted(targets):
            room, other = rest.partition(".")[0], target.partition(".")[2].partition(".")[0]
            allowed = target != root and (not room or room == other or RANKS[room] > RANKS[other])
            wrong += [] if allowed else [f"{name} imports {target}"]
    return wrong


def circle(arrows: dict[str, set[str]]) -> list[str]:
    """The modules of a circle, or nothing."""
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def too_long(package: Path) -> list[str]:
    counts = {
        file.relative_to(package).as_posix(): len(file.read_text().splitlines()) for file in package.rglob("*.py")
    }
    return [f"{name}: {count}" for name, count in counts.items() if count > MOST_LINES]


ARROWS = imports(read(PACKAGE))


def test_the_package_was_read() -> None:
    assert len(ARROWS) > 50
    assert sum(map(len, ARROWS.values())) > 100
    assert "tutor.layers.layer" in ARROWS["tutor.layers.core"]


def test_at_most_nine_names_at_the_top() -> None:
    names = {path.stem for path in PACKAGE.iterdir() if not path.name.startswith("_")}
    assert names <= RANKS.keys()
    assert len(names) <= MOST_NAMES


def test_arrows_run_one_way() -> None:
    assert wrong_way(ARROWS) == []


def test_there_is_no_circle() -> None:
    assert circle(ARROWS) == []


def test_no_module_is_too_long() -> None:
    assert too_long(PACKAGE) == []


def test_each_room_is_small() -> None:
    rooms = {room: [*(PACKAGE / room).rglob("*.py")] or [PACKAGE / f"{room}.py"] for room in LINES}
    held = {room: sum(len(file.read_text("utf-8").splitlines()) for file in files) for room, files in rooms.items()}
    assert {file for files in rooms.values() for file in files} == {*PACKAGE.rglob("*.py")} - {PACKAGE / "__init__.py"}
    assert [f"{room}: {lines}" for room, lines in held.items() if lines > LINES[room]] == []


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small package of the same rooms, with nothing wrong in it."""
    house = tmp_path / "house"
    for name, text in {
        "__init__.py": "import importlib",
        "symbols.py": "import math",
        "layers/__init__.py": "",
        "layers/core.py": "from house.symbols import Term",
        "layers/built.py": "if TYPE_CHECKING:\n    from house.layers.core import Dense",
        "models/__init__.py": "from house.layers import built, core",
    }.items():
        (house / name).parent.mkdir(parents=True, exist_ok=True)
        (house / name).write_text(text)
    return house


def test_nothing_is_found_where_nothing_is_wrong(house: Path) -> None:
    arrows = imports(read(house))
    assert arrows["house.models"] == {"house.layers.built", "house.layers.core"}
    assert arrows["house.layers.built"] == set()
    assert wrong_way(arrows) == circle(arrows) == too_long(house) == []


@pytest.mark.parametrize("statement", ["import house.models", "def late():\n    from house.models import Model"])
def test_an_arrow_the_wrong_way_is_caught(house: Path, statement: str) -> None:
    (house / "layers" / "core.py").write_text(statement)
    arrows = imports(read(house))
    assert wrong_way(arrows) == ["house.layers.core imports house.models"]
    assert set(circle(arrows)) == {"house.models", "house.layers.core"}


def test_the_way_through_the_front_door_is_caught(house: Path) -> None:
    (house / "layers" / "core.py").write_text("import house")
    assert wrong_way(imports(read(house))) == ["house.layers.core imports house"]


def test_a_circle_within_a_room_is_caught(house: Path) -> None:
    (house / "layers" / "core.py").write_text("from house.layers.built import Built")
    (house / "layers" / "built.py").write_text("from house.layers import core")
    arrows = imports(read(house))
    assert wrong_way(arrows) == []
    assert set(circle(arrows)) == {"house.layers.built", "house.layers.core"}


def test_a_long_module_is_caught(house: Path) -> None:
    (house / "symbols.py").write_text("\n" * (MOST_LINES + 1))
    assert too_long(house) == [f"symbols.py: {MOST_LINES + 1}"]
