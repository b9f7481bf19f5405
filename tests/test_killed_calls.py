"""Commands that are killed before each system call that changes files: repeated, they complete their work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LEAST = {"predict": 40, "predict-overwrite": 40, "predict-parquet": 40, "split": 15}
"""Points that a case has at least, so that a change of Python that hides calls is noticed; of others: 5."""
NAMES = [*LEAST, "init", "export", "eval", "eval-overwrite", "metrics", "runs-rm", "runs-rename", "runs-note"]


@pytest.mark.skipif(sys.platform != "linux", reason="counts the system calls of forked processes")
@pytest.mark.parametrize("name", NAMES)
def test_a_killed_call_is_repeated(name: str) -> None:
    environment = os.environ | {"PYTHONPATH": f"{HERE.parent}{os.pathsep}{HERE}", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, str(HERE / "killing.py"), name]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=900)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["points"] >= LEAST.get(name, 5)
    assert not found["wrong"], "\n".join(found["wrong"])
