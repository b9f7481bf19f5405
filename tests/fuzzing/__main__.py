"""``python -m fuzzing TARGET [SECONDS]``, in ``tests``: look for inputs that fail.

With atheris, coverage guides the search; without it, known inputs are changed at random. Failures are written to
``fuzzing/corpus/TARGET.jsonl``, one input for each place in the code, with its traceback on the terminal.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from fuzzing.corpus import known, remember
from fuzzing.mutate import mutated


class Search:
    """Calls a target and records failures."""

    def __init__(self, target: str, folder: Path, seconds: float) -> None:
        from fuzzing.targets import call

        self._call, self._target, self._folder = call, target, folder
        self._until = time.monotonic() + seconds
        self._seen: set[object] = set()
        self.inputs = 0

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self._until

    def __call__(self, data: bytes) -> None:
        self.inputs += 1
        started = time.process_time()
        try:
            self._call(self._target, data, self._folder / "fed")
        except (Exception, RecursionError) as error:
            frames = traceback.extract_tb(error.__traceback__)
            place = (type(error), *[(frame.filename, frame.lineno) for frame in frames if "seqclf" in frame.filename])
            if place not in self._seen:
                self._seen.add(place)
                remember(self._target, data)
                traceback.print_exc()
        if time.process_time() - started > 20:
            print(f"slow: {time.process_time() - started:.1f} s", flush=True)
            remember(self._target, data)

    def report(self) -> None:
        print(f"{self._target}: {self.inputs:,} inputs, {len(self._seen)} places went wrong", flush=True)


def _guided(search: Search, target: str, inputs: list[bytes], folder: Path) -> None:
    import atheris

    (folder / "inputs").mkdir()
    for number, data in enumerate(inputs):
        (folder / "inputs" / str(number)).write_bytes(data)

    def feed(data: bytes) -> None:
        search(data)
        if search.is_over:
            search.report()
            if sys.argv[3:]:
                _keep(folder / "inputs", Path(sys.argv[3]))
            # libFuzzer knows no other way out that leaves the exit status alone.
            os._exit(0)

    options = [
        "-max_len=4096",
        "-timeout=300",
        "-rss_limit_mb=4000",
        "-verbosity=0",
        "-print_final_stats=0",
        f"-artifact_prefix={folder}/",
    ]
    draw = random.Random()

    def change(data: bytes, most: int, seed: int) -> bytes:
        draw.seed(seed)
        changed: bytes = mutated(data, draw)[:most] if draw.random() < 0.3 else atheris.Mutate(data, most)
        return changed

    atheris.Setup([sys.argv[0], *options, str(folder / "inputs")], feed, custom_mutator=change)
    atheris.Fuzz()


def _keep(inputs: Path, where: Path) -> None:
    """All inputs that reached new code."""
    import shutil

    shutil.copytree(inputs, where, dirs_exist_ok=True)


def _blind(search: Search, target: str, inputs: list[bytes], folder: Path) -> None:
    draw = random.Random()
    while not search.is_over:
        search(mutated(draw.choice(inputs), draw))
    search.report()


def main() -> None:
    target, seconds = sys.argv[1], float(sys.argv[2]) if sys.argv[2:] else 60.0
    how: Callable[[Search, str, list[bytes], Path], None] = _blind
    try:
        import atheris

        with atheris.instrument_imports(include=["seqclf"]):
            import fuzzing.targets  # noqa: F401
        how = _guided
    except ImportError:
        print("atheris is not installed: inputs are changed at random", flush=True)
    from fuzzing.targets import seeds

    in_memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # every file of a run is synced to its disk
    with tempfile.TemporaryDirectory(dir=in_memory) as name:
        folder = Path(name)
        inputs = [*seeds(target, folder), *known(target)]
        how(Search(target, folder, seconds), target, inputs, folder)


if __name__ == "__main__":
    main()
