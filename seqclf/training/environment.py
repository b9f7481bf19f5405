"""Software and hardware of a run: the part of the manifest that does not depend on the config."""

from __future__ import annotations

import platform
import resource
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from seqclf.runtime import usable_cores

_PACKAGES = ("seqclf", "tensorflow", "keras", "numpy", "tokenizers", "tensorflow-datasets")


def environment() -> dict[str, Any]:
    """Versions, git commit and machine."""
    return {
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in _PACKAGES},
        "git": _git(),
        "machine": {
            "system": f"{platform.system()} {platform.release()} {platform.machine()}",
            "processor": _processor(),
            "cpus": usable_cores(),
        },
    }


def peak_memory_bytes() -> int:
    """Largest resident set of this process so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def processor_seconds() -> float:
    """Time that all threads of this process and its ended children have spent on processors so far."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _git() -> dict[str, Any] | None:
    """Commit of the working directory's repository, and whether files differ from it."""
    try:
        commit = _git_output("rev-parse", "HEAD")
        return {"commit": commit, "dirty": bool(_git_output("status", "--porcelain"))}
    except (OSError, subprocess.SubprocessError):
        return None


def _git_output(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True, timeout=10)
    return done.stdout.strip()


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()
