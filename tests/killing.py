"""Calls that are killed before each system call that changes files, and then repeated.

``python tests/killing.py NAME`` runs the case ``NAME`` and prints what came out, as JSON. A process without threads
forks a child for each point, so that a point takes milliseconds.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

AUDITED = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "shutil.rmtree"}
OF_FILES = {"write", "flush", "truncate", "close", "__exit__"}
KILLED = 99


@dataclass(frozen=True)
class Case:
    """A command and how it is repeated.

    Attributes:
        prepare: makes the input in a folder.
        call: the command, in that folder.
        again: the command that must complete the work; by default ``call``.
        advice: words one of which is in the message of each repeated ``call`` that is rejected.
    """

    prepare: Callable[[], None]
    call: Callable[[], None]
    again: Callable[[], None] | None = None
    advice: tuple[str, ...] = ()


def kill_at(point: int) -> None:
    """End the process before the call number ``point`` of those that change files."""
    left = point

    def count_down() -> None:
        nonlocal left
        if left == 0:
            os._exit(KILLED)
        left -= 1

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event in AUDITED or (event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
            count_down()

    def profile(frame: FrameType, event: str, argument: Any) -> None:
        if event != "c_call":
            return
        owner, name = getattr(argument, "__self__", None), argument.__name__
        if name == "fsync" or (name in OF_FILES and isinstance(owner, io.IOBase) and owner.writable()):
            count_down()

    sys.addaudithook(audit)
    sys.setprofile(profile)


def forked(call: Callable[[], None], point: int | None = None) -> tuple[int, str]:
    """Exit code and output of ``call`` in a process of its own, killed at ``point``."""
    from seqclf.errors import SeqclfError

    said = Path("../said")
    child = os.fork()
    if child == 0:
        code = 70
        with contextlib.suppress(BaseException):
            os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
            sys.stdout = sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), write_through=True)
            try:
                if point is not None:
                    kill_at(point)
                call()
                code = 0
            except SeqclfError as error:
                sys.setprofile(None)
                print(f"Error: {error}")
                code = error.exit_code
            except SystemExit as ended:
                code = int(ended.code or 0)
            except BaseException:
                sys.setprofile(None)
                traceback.print_exc()
        os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), said.read_text(encoding="utf-8")


def content() -> Mapping[str, str]:
    """Paths and contents below this folder, except what was killed while it was written under another name."""
    from seqclf.files import is_temporary

    found = {}
    for path in sorted(Path().rglob("*")):
        if not any(is_temporary(part) for part in path.parts):
            found[str(path)] = _of(path) if path.is_file() else "a folder"
    return found


def _of(path: Path) -> str:
    if path.read_bytes().startswith(b"PAR1"):
        import pyarrow.parquet

        return str(pyarrow.parquet.read_table(path).to_pylist())
    return path.read_bytes().decode("utf-8", "backslashreplace")


def tried(case: Case) -> dict[str, Any]:
    """Kill ``case.call`` at each point, and repeat it."""
    home = Path.cwd()

    def started() -> None:
        os.chdir(home)
        shutil.rmtree("work", ignore_errors=True)
        Path("work").mkdir()
        os.chdir("work")
        case.prepare()

    started()
    code, said = forked(case.call)
    assert code == 0, said
    expected = content()
    wrong = []
    for point in count():
        started()
        code, said = forked(case.call, point)
        if code != KILLED:
            assert code == 0, said
            break
        shutil.rmtree("../killed", ignore_errors=True)
        shutil.copytree(".", "../killed")
        code, said = forked(case.again or case.call)
        # Without `again`, the work may be complete already: then it must not be touched.
        is_refused = case.again is None and code == 2 and any(word in said for word in case.advice)
        if content() != expected or not (code == 0 or is_refused):
            wrong.append(f"point {point}: repeated: {code} {said} {sorted(content())}")
        if case.again is None:
            continue
        os.chdir(home)
        shutil.rmtree("work")
        Path("killed").rename("work")
        os.chdir("work")
        code, said = forked(case.call)
        if code != 0 and not (code == 2 and any(word in said for word in case.advice)):
            wrong.append(f"point {point}: repeated unchanged: {code} {said}")
        elif code == 0 and content() != expected:
            wrong.append(f"point {point}: repeated unchanged: {sorted(content())}")
    return {"points": point, "wrong": wrong, "expected": dict(expected)}


def main() -> None:
    import killing_cases

    # In memory: waiting for a disk is most of the time otherwise.
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        os.chdir(folder)
        print(json.dumps(tried(killing_cases.CASES[sys.argv[1]])))
        os.chdir("/")


if __name__ == "__main__":
    main()
