"""Train on a corpus of any size: memory, time to the first step, and how fast batches come with and without a model.

``python benchmarks/streaming.py --gb 1`` writes a synthetic corpus in parts, trains for a number of steps with an empty
cache, and again with a full one; ``--gb 20 --steps 0`` trains a whole epoch. The tokenizer is given: a vocabulary file,
so nothing is learnt before the first step. Memory is that of all processes together, each with its share of what they
share (PSS, /proc/PID/smaps_rollup).
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

WORDS = 50_000
_TEXTS_AT_ONCE = 20_000
_SECONDS_BETWEEN_LOOKS = 0.5


def words() -> list[str]:
    """The distinct words of a corpus, the most frequent first."""
    return [f"w{number:x}" for number in range(WORDS)]


def write_corpus(folder: Path, size: int, parts: int, words_a_text: int = 200) -> int:
    """Write csv files of ``size`` bytes in all; returns the number of texts. Frequencies of words follow Zipf's law.

    Each text has a word in its first half that decides its label, so a model has something to learn.
    """
    generator, texts = np.random.default_rng(1), 0
    vocabulary = np.array(words(), dtype=object)
    frequencies = 1 / np.arange(1, WORDS + 1)
    ends = np.cumsum(frequencies / frequencies.sum())
    folder.mkdir(parents=True, exist_ok=True)
    for part in range(parts):
        with (folder / f"part-{part:05}.csv").open("w", encoding="utf-8") as file:
            file.write("text,label\n")
            while file.tell() < size / parts:
                count = max(1, min(_TEXTS_AT_ONCE, int((size / parts - file.tell()) / (5 * words_a_text))))
                ids = np.minimum(np.searchsorted(ends, generator.random((count, words_a_text))), WORDS - 1)
                labels = generator.integers(0, 2, count)
                ids[np.arange(count), generator.integers(0, words_a_text // 2, count)] = 100 + labels
                for row, label in zip(vocabulary[ids], labels.tolist(), strict=True):
                    file.write(f"{' '.join(row)},{('no', 'yes')[label]}\n")
                texts += count
    return texts


def config_of(folder: Path, units: int) -> dict[str, Any]:
    """A config for the corpus; ``units``: of a bidirectional LSTM, 0: a bag of embeddings."""
    vocabulary = folder / "vocab.txt"
    digits = "0123456789abcdef"
    pieces = ["[PAD]", "[UNK]", "w", *digits, *(f"##{digit}" for digit in digits), *words()[:8_000]]
    vocabulary.write_text("".join(f"{piece}\n" for piece in pieces), encoding="utf-8")
    layers: list[dict[str, Any]] = [{"type": "lstm", "units": units, "bidirectional": True}] if units else []
    return {
        "name": "streaming",
        "data": {"source": "table", "train": str(folder / "part-*.csv"), "validation": 0.01},
        "tokenizer": {"type": "subword_file", "file": str(vocabulary), "max_tokens": 256},
        "embedding": {"dim": 64},
        "layers": layers or [{"type": "pool"}],
        "training": {"epochs": 1, "batch_size": 64, "baseline": False, "optimizer": {"type": "adam"}},
    }


def memory_of(process: int) -> int:
    """Bytes of a process and of its descendants, each with its share of what they share."""
    import psutil

    total = 0
    try:
        root = psutil.Process(process)
        for one in (root, *root.children(recursive=True)):
            try:
                rollup = Path(f"/proc/{one.pid}/smaps_rollup").read_text(encoding="ascii")
            except OSError:
                continue
            total += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) * 1024
    except psutil.Error:
        pass
    return total


def _child(config_file: str, runs: str, steps: int) -> None:
    """Train for some steps (0: the whole epoch) and say when things happen, in lines of JSON."""
    from seqclf.config import load_config
    from seqclf.training.events import EpochDone, Event, Stage, StepDone
    from seqclf.training.options import Callbacks, TrainOptions
    from seqclf.training.session import train_new

    done = dict.fromkeys(("steps", "tokens"), 0)

    def say(**facts: Any) -> None:
        print(json.dumps(facts), flush=True)

    def listen(event: Event) -> None:
        if isinstance(event, Stage):
            say(stage=event.what)
        elif isinstance(event, StepDone):
            done["steps"] += 1
            done["tokens"] += event.tokens
            if done["steps"] in (1, 20) or (steps and done["steps"] == steps):
                say(**done)
        elif isinstance(event, EpochDone):
            say(**done, epoch_seconds=event.seconds)

    callbacks = Callbacks(listen, lambda: bool(steps) and done["steps"] >= steps)
    train_new(load_config(config_file), Path(runs), TrainOptions(report=False), callbacks)


def _pipeline(config_file: str, steps: int) -> None:
    """Print how many tokens a second the batches of an epoch have when no model reads them."""
    from seqclf.config import load_config
    from seqclf.data.batches import Batches
    from seqclf.data.prepare import prepare

    config = load_config(config_file)
    data = prepare(config)
    batches = Batches.of(data.train, config)
    data.corpus.forget()
    started = time.perf_counter()
    plan = batches.shuffled(config.seed, 1)
    planned, tokens = time.perf_counter(), 0
    for indices in itertools.islice(plan, steps or None):
        batches.batch(indices)
        tokens += int(batches.lengths[indices].sum())
    rate = tokens / (time.perf_counter() - planned)
    print(json.dumps({"plan_seconds": planned - started, "tokens_a_second": rate}), flush=True)


def _watched(arguments: list[str]) -> Iterator[tuple[float, int, dict[str, Any]]]:
    """The lines of a child of this script, each with the seconds since its start and the largest memory since the
    line before."""
    started, peak = time.monotonic(), [0]
    command = [sys.executable, __file__, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ}) as process:
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(_SECONDS_BETWEEN_LOOKS):
                peak[0] = max(peak[0], memory_of(process.pid))

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        assert process.stdout is not None
        for line in process.stdout:
            yield time.monotonic() - started, peak[0], json.loads(line)
            peak[0] = memory_of(process.pid)
        yield time.monotonic() - started, peak[0], {"stage": "ended"}
        ended.set()
        watcher.join()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: ended with exit code {process.returncode}")


def _measure(title: str, arguments: list[str]) -> None:
    """Print a table of what a training did, and its speed from step 20 on."""
    print(f"\n{title}\n{'seconds':>9} {'memory':>9}  what", flush=True)
    largest, from_step, speed = 0, None, None
    for seconds, memory, facts in _watched(arguments):
        largest = max(largest, memory)
        what = facts.get("stage") or f"step {facts['steps']:,}"
        print(f"{seconds:>9,.1f} {memory / 1e6:>6,.0f} MB  {what}", flush=True)
        if facts.get("steps") == 20:
            from_step = (seconds, facts["tokens"])
        elif from_step is not None and facts.get("tokens", 0) > from_step[1]:
            speed = speed or (facts["tokens"] - from_step[1]) / (seconds - from_step[0])
    print(f"largest memory: {largest / 1e6:,.0f} MB" + (f"; training: {speed:,.0f} tokens/s" if speed else ""))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gb", type=float, default=1.0, help="size of the corpus in 10^9 bytes (default: 1)")
    parser.add_argument("--parts", type=int, default=16, help="number of its files (default: 16)")
    parser.add_argument("--words", type=int, default=200, help="words of a text (default: 200)")
    parser.add_argument("--steps", type=int, default=300, help="steps to train; 0: a whole epoch (default: 300)")
    parser.add_argument("--units", type=int, default=32, help="units of the LSTM; 0: a bag of embeddings (default: 32)")
    parser.add_argument("--folder", type=Path, default=Path("streaming"), help="for corpus, cache and runs")
    parser.add_argument("--child", choices=("train", "pipeline"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    folder: Path = arguments.folder.absolute()
    config = folder / "config.yaml"
    if arguments.child == "train":
        _child(str(config), str(folder / "runs"), arguments.steps)
    elif arguments.child == "pipeline":
        _pipeline(str(config), arguments.steps)
    else:
        _compare(folder, config, arguments)


def _compare(folder: Path, config: Path, arguments: argparse.Namespace) -> None:
    """Write the corpus, and print what the children measured."""
    corpus = folder / f"corpus-{arguments.gb:g}gb-{arguments.parts}-{arguments.words}"
    if not corpus.exists():
        need, free = 3.5 * arguments.gb * 1e9, shutil.disk_usage(folder.parent).free
        if free < need:
            raise SystemExit(f"{folder}: needs {need / 1e9:.1f} GB for corpus and cache, has {free / 1e9:.1f} GB")
        shutil.rmtree(folder / "new", ignore_errors=True)
        texts = write_corpus(folder / "new", int(arguments.gb * 1e9), arguments.parts, arguments.words)
        (folder / "new").rename(corpus)
        print(f"{texts:,} texts in {arguments.parts} files")
    config.write_text(json.dumps(config_of(corpus, arguments.units), indent=1), encoding="utf-8")
    os.environ["SEQCLF_CACHE"] = str(folder / "cache")
    shutil.rmtree(folder / "cache", ignore_errors=True)
    common = [f"--folder={folder}", f"--steps={arguments.steps}"]
    _measure("With an empty cache", ["--child=train", *common])
    _measure("With a full cache", ["--child=train", f"--folder={folder}", f"--steps={arguments.steps or 300}"])
    for _, _, facts in _watched(["--child=pipeline", *common]):
        if "tokens_a_second" in facts:
            print(
                f"\nbatches alone: {facts['tokens_a_second']:,.0f} tokens/s; plan of an epoch: "
                f"{facts['plan_seconds']:.1f} s"
            )


if __name__ == "__main__":
    main()
