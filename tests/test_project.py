"""The project's own files agree with each other and with the package."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

import pytest
import yaml
from lab import ROOT

import tutor

README_FILE = ROOT / "README.md"
README = README_FILE.read_text("utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
#: Where conda-forge's name is not PyPI's.
CONDA_NAMES = {"matplotlib": "matplotlib-base"}


def name_of(requirement: str) -> str:
    return re.split("[<>=]", requirement, maxsplit=1)[0]


def test_conda_environment_asks_for_what_pyproject_asks_for() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    conda = {requirement for requirement in environment["dependencies"] if isinstance(requirement, str)}
    wanted = {
        requirement.replace(name_of(requirement), CONDA_NAMES.get(name_of(requirement), name_of(requirement)))
        for requirement in PYPROJECT["project"]["dependencies"]
    }
    assert conda == wanted | {f"python{PYPROJECT['project']['requires-python']}", "pip"}
    assert environment["channels"] == ["conda-forge"]
    assert {"pip": ["-e ."]} in environment["dependencies"]
    assert environment["name"] == PYPROJECT["project"]["name"]


def test_ci_runs_the_readmes_test_command() -> None:
    command = "python3 -m pip install uv && python3 -m uv run pytest"
    assert command in README
    assert command in (ROOT / ".ci" / "run").read_text("utf-8")


@pytest.mark.parametrize("folder", ["installed", "checkout"])
def test_jupyter_finds_a_checkouts_settings(folder: str) -> None:
    """Else it would refuse to start for root, and ask about news."""
    shipped = ROOT / ".jupyter" / folder
    files = [file for file in shipped.rglob("*") if file.suffix in (".py", ".json")]
    assert len(files) == 2
    for file in files:
        found = (ROOT / sys.prefix / "etc" / "jupyter").joinpath(*file.relative_to(shipped).parts)
        assert found.read_text("utf-8") == file.read_text("utf-8")


def test_links_lead_somewhere() -> None:
    pages = [README_FILE, ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    links = [
        page.parent / target
        for page in pages
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text("utf-8"))
    ]
    assert len(links) > 10
    assert [link for link in links if not link.exists()] == []


def test_readme_lists_every_notebook() -> None:
    assert re.findall(r"\(notebooks/([^)]+)\)", README) == sorted(
        path.name for path in (ROOT / "notebooks").glob("*.ipynb")
    )


LAYERS = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \| (.+) \|$", README, re.M)


def test_readme_has_a_row_for_each_kind_of_layer() -> None:
    assert len(LAYERS) >= 15


@pytest.mark.parametrize(("layer", "shape", "formula"), LAYERS)
def test_readmes_formulas_are_the_packages(layer: str, shape: str, formula: str) -> None:
    names = {name: getattr(tutor, name) for name in re.findall(r"(\w+)\(", layer)}
    built = eval(layer, names).build(eval(shape))
    assert built.formula.text == formula


@pytest.mark.slow
def test_the_fast_part_has_something_of_every_test_module() -> None:
    """All but what needs a browser or PyPI: there, nothing is fast."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", "not slow", "tests"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout
    modules = {path.name for path in (ROOT / "tests").glob("test_*.py")}
    assert {line.partition("::")[0].removeprefix("tests/") for line in done.stdout.splitlines() if "::" in line} == (
        modules - {"test_setup.py"}
    )


ASK_A_COMPLETER = """
import sys

from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

shell = InteractiveShell(config=Config(HistoryManager={"enabled": False}))
shell.run_cell("import tutor; lstm = tutor.LSTM(128)")
with provisionalcompleter():
    for typed in sys.argv[1:]:
        print(*(one.text.removeprefix(".") for one in shell.Completer.completions(typed, len(typed))))
"""


def test_a_notebook_completes_names_and_arguments() -> None:
    """Though a layer's signature is text, and the package's names are looked up when they are asked for."""
    typed = ["tutor.LST", "tutor.LSTM(128, return_s", "lstm.unit_f"]
    done = subprocess.run(
        [sys.executable, "-c", ASK_A_COMPLETER, *typed],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.splitlines() == ["LSTM LSTMCell", "return_sequences= return_state=", "unit_forget_bias"]
