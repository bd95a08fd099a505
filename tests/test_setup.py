"""Every laptop gets a whole set of wheels, and a server of one's own gets nothing of this checkout's.

These tests ask PyPI, and fail where it cannot be reached.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from typing import TYPE_CHECKING

import pytest
from lab import ROOT
from packaging.specifiers import SpecifierSet

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
DATE = PROJECT["tool"]["uv"]["exclude-newer"]
PYTHONS = SpecifierSet(PROJECT["project"]["requires-python"])

INTEL_MAC = "x86_64-apple-darwin"
PLATFORMS = (
    "x86_64-manylinux_2_28",
    "aarch64-manylinux_2_28",
    "aarch64-apple-darwin",
    INTEL_MAC,
    "x86_64-pc-windows-msvc",
)
VERSIONS = ("3.11", "3.12", "3.13")


def uv(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "uv", *arguments, "--no-python-downloads"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what `uv run` resolves to, for all platforms at once."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    for package in ("tutor", ".jupyter"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    done = uv("lock", folder=folder)
    assert done.returncode == 0, done.stderr
    export = "export --frozen --all-groups --no-hashes --no-emit-project --output-file=all.txt"
    done = uv(*export.split(), folder=folder)
    assert done.returncode == 0, done.stderr
    return folder


def wheels(locked: Path, platform: str, version: str) -> subprocess.CompletedProcess[str]:
    """What would be installed there if nothing may be compiled."""
    pip = "pip install --dry-run --no-deps --only-binary=:all: --target=there --requirement=all.txt"
    return uv(*pip.split(), f"--python-platform={platform}", f"--python-version={version}", folder=locked)


def test_releases_of_later_days_are_not_seen(locked: Path) -> None:
    lock = tomllib.loads((locked / "uv.lock").read_text("utf-8"))
    assert lock["options"]["exclude-newer"] == DATE
    days = [wheel["upload-time"] for package in lock["package"] for wheel in package.get("wheels", ())]
    assert len(days) > 100
    assert max(days) < DATE


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_everything_is_there_as_a_wheel(locked: Path, platform: str, version: str) -> None:
    done = wheels(locked, platform, version)
    if (platform, version) == (INTEL_MAC, "3.13"):  # the README says: 3.12 there
        assert re.search(r"has no (usable )?wheels", done.stderr), done.stderr
    else:
        assert done.returncode == 0, done.stderr
        assert ("+ tensorflow==2.16.2\n" in done.stderr) == (platform == INTEL_MAC)
        assert {"jupyterlab", "keras", "notebook", "tensorflow", "voila"} <= set(re.findall(r"\+ (\S+)==", done.stderr))


def test_python_is_bounded_by_tensorflows_wheels(tmp_path: Path) -> None:
    """A newer Python that TensorFlow has wheels for should be let in."""
    assert tuple(f"3.{minor}" for minor in range(40) if f"3.{minor}" in PYTHONS) == VERSIONS
    (tmp_path / "wanted.txt").write_text("tensorflow>=2.16.2")
    compiling = f"pip compile wanted.txt --prerelease=disallow --exclude-newer={DATE} --python-platform=linux"
    for version in ("3.14", "3.15"):
        done = uv(*compiling.split(), f"--python-version={version}", folder=tmp_path)
        assert "has no wheels with a matching Python" in done.stderr, done.stderr


def test_a_wheel_lets_no_server_run_as_root(locked: Path) -> None:
    """Only a checkout, which is installed as it lies there, does (`test_project` sees its settings in place)."""
    done = uv("build", "--wheel", "--out-dir=dist", folder=locked)
    assert done.returncode == 0, done.stderr
    (wheel,) = (locked / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        settings = {name: archive.read(name).decode() for name in archive.namelist() if "/etc/jupyter/" in name}
    said = "\n".join(settings.values())
    assert "commsOverSubshells" in said
    assert "set_nodelay" in said
    assert "allow_root" not in said
    assert "fetchNews" not in said
