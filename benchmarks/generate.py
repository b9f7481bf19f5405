"""How fast a run's language model makes text: tokens a second by number of threads, and the first token from a shell.

Usage: ``python benchmarks/generate.py RUN``
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from seqclf.generation import Generator
from seqclf.generation.generator import Request

_TOKENS, _ROUNDS = 4_000, 5


def tokens_a_second(generator: Generator, seed: int) -> float:
    """Speed over at least ``_TOKENS`` tokens, as many texts as that takes."""
    prompt, made, started = generator.prompt(""), 0, time.perf_counter()
    while made < _TOKENS:
        continuation = generator.continuation(prompt, Request(_TOKENS - made, seed=seed))
        for _ in continuation:
            pass
        made, seed = made + max(continuation.tokens, 1), seed + 1
    return made / (time.perf_counter() - started)


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
    generators = {threads: Generator.load(run, threads=threads) for threads in (1, 2)}
    speeds: dict[int, list[float]] = {threads: [] for threads in generators}
    for seed in range(_ROUNDS):  # alternating, so that all meet the same load of the machine
        for threads, generator in generators.items():
            speeds[threads].append(tokens_a_second(generator, seed))
    for threads, found in speeds.items():
        print(
            f"{threads} thread{'s' * (threads > 1)}: {statistics.median(found):,.0f} tokens/s, best {max(found):,.0f}"
        )
    print(f"first token from a cold shell: {statistics.median(first):.2f} s, best {min(first):.2f} s")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
