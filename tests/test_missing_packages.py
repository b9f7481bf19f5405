"""An installation that lacks a package says which, and how to install it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from seqclf.cli.missing_package import missing_package

WITHOUT = (
    "import sys; sys.modules[sys.argv[1]] = None; sys.argv = ['seqclf', *sys.argv[2:]]\n"
    "from seqclf.cli import main\n"
    "main()"
)


@pytest.mark.parametrize(
    ("module", "package", "command"),
    [
        ("pydantic", "pydantic", ["check", "config.yaml"]),
        ("yaml", "pyyaml", ["config", "show", "config.yaml"]),
    ],
)
def test_commands_name_the_package(module: str, package: str, command: list[str], tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("name: x\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, module, *command], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    said = " ".join(done.stderr.split())
    assert f"the package {package} is missing" in said and f"-m pip install '{package}<" in said


def test_other_modules_stay_errors_of_the_program() -> None:
    assert missing_package(ModuleNotFoundError("x", name="seqclf.nothing")) is None
    assert missing_package(ModuleNotFoundError("x", name="my_module")) is None
    assert missing_package(ModuleNotFoundError("x")) is None
    found = missing_package(ModuleNotFoundError("x", name="sklearn.linear_model"))
    assert found is not None and "scikit-learn" in str(found) and found.exit_code == 1
