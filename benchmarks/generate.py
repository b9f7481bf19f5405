"""How fast a run's language model makes text: tokens a second by number of threads, and the first token from a shell.

    python benchmarks/generate.py runs/books-1

Speeds are medians over rounds in which the numbers of threads take turns. Those by processor time leave out what other
programs of the machine take.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from typing import NamedTuple

from seqclf.generation import Generator
from seqclf.generation.generator import Request

_TOKENS, _ROUNDS = 2_000, 9


class Speed(NamedTuple):
    """Tokens a second, by the clock and by processor time."""

    wall: float
    processor: float


def speed(generator: Generator, seed: int) -> Speed:
    """Of as many texts as give ``_TOKENS`` tokens."""
    prompt, made = generator.prompt(""), 0
    wall, processor = time.perf_counter(), time.process_time()
    while made < _TOKENS:
        continuation = generator.continuation(prompt, Request(_TOKENS - made, seed=seed))
        for _ in continuation:
            pass
        made, seed = made + continuation.tokens, seed + 1
    return Speed(made / (time.perf_counter() - wall), made / (time.process_time() - processor))


def seconds_to_first_token(run: str) -> float:
    """From the start of ``seqclf generate`` to the first byte of a text."""
    command = [sys.executable, "-m", "seqclf", "generate", "--run", run, "--seed", "1"]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        seconds = time.perf_counter() - started
        process.stdout.read()
    return seconds


def main(run: str) -> None:
    first = [seconds_to_first_token(run) for _ in range(_ROUNDS)]
    print(f"first token from a cold shell: {statistics.median(first):.2f} s, best {min(first):.2f} s")
    generators = {threads: Generator.load(run, threads=threads) for threads in (1, 2)}
    speeds: dict[int, list[Speed]] = {threads: [] for threads in generators}
    for round_number in range(_ROUNDS):
        for threads, generator in generators.items():
            speeds[threads].append(speed(generator, 1_000 * round_number))
    for threads, found in speeds.items():
        wall, processor = (statistics.median(values) for values in zip(*found, strict=True))
        best = max(one.wall for one in found)
        print(
            f"{threads} thread{'s' * (threads > 1)}: {wall:,.0f} tokens a second, best {best:,.0f}; "
            f"{processor:,.0f} a second of processor time"
        )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
