"""The starter config, unchanged, against TF-IDF with a linear SVM on the same rows.

    python benchmarks/starter.py trec=trec/train.csv,trec/test.csv news=news.csv --sizes 500 2000 10000 --seeds 1 2 3

Each data set is NAME=TRAIN[,TEST]: files that ``seqclf init --from`` reads. Without TEST, the rows that a cut leaves
are its test rows. For each size and seed, rows are drawn from TRAIN, and ``seqclf init --from``, ``train`` and ``eval``
run on them as a user would type them; the peer is ten lines of scikit-learn. Multi-label data are cut to the texts with
one label, and test rows with a label that the cut lacks are left out on both sides.

Prints a Markdown table and appends each run to ``starter.jsonl``.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

Row = tuple[str, str]


@dataclass(frozen=True)
class Result:
    """Scores on the test rows, in percent.

    Attributes:
        seconds: wall time of ``seqclf train`` in a process that has imported TensorFlow already.
    """

    data: str
    rows: int
    seed: int
    test_rows: int
    svm_accuracy: float
    svm_macro_f1: float
    accuracy: float
    macro_f1: float
    seconds: float
    model: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+", metavar="NAME=TRAIN[,TEST]")
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 2_000, 10_000])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--most-test", type=int, default=3_000, help="test rows at most")
    parser.add_argument("--hold-out", action="store_true", help="take test rows from TRAIN even where TEST is named")
    parser.add_argument("--out", type=Path, default=Path("starter.jsonl"))
    arguments = parser.parse_args()
    results = []
    for given in arguments.data:
        name, _, files = given.partition("=")
        rows, test = _rows_of(files, hold_out=arguments.hold_out)
        for size in dict.fromkeys(min(size, _most(rows, test)) for size in arguments.sizes):
            for seed in arguments.seeds:
                train, held = _cut(rows, test, size, seed, arguments.most_test)
                results.append(_compared(name, train, held, seed))
                print(asdict(results[-1]), flush=True)
                with arguments.out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(results[-1])) + "\n")
    _print_table(results)


def _rows_of(files: str, *, hold_out: bool) -> tuple[list[Row], list[Row]]:
    """The rows of a data set: to cut, and to test on (none: those that are left)."""
    train, _, test = files.partition(",")
    return _read(train), [] if hold_out or not test else _read(test)


def _read(file: str) -> list[Row]:
    """The columns that ``seqclf init --from`` chooses."""
    from seqclf.config import load_config
    from seqclf.data.corpus import Corpus

    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "data.yaml"
        _seqclf("init", "--from", file, "-o", str(config), "--validation", "0", "--test", "0")
        found = Corpus(load_config(config)).texts("train")
        labels = [[label] if isinstance(label, str) else list(label) for label in found.labels]
        return [(text, names[0]) for text, names in zip(found.texts, labels, strict=True) if len(names) == 1]


def _most(rows: list[Row], test: list[Row]) -> int:
    return len(rows) if test else len(rows) * 3 // 4


def _cut(rows: list[Row], test: list[Row], size: int, seed: int, most_test: int) -> tuple[list[Row], list[Row]]:
    """Rows to train on, and rows to test on."""
    order = list(rows)
    random.Random(seed).shuffle(order)
    train = order[:size]
    known = {label for _, label in train}
    return train, [row for row in (test or order[size:])[:most_test] if row[1] in known]


def _compared(name: str, train: list[Row], test: list[Row], seed: int) -> Result:
    from sklearn.metrics import f1_score

    truth = [label for _, label in test]
    predicted = _svm(train, [text for text, _ in test])
    correct = statistics.fmean(one == other for one, other in zip(truth, predicted, strict=True))
    svm = 100 * correct, 100 * float(f1_score(truth, predicted, average="macro"))
    metrics, seconds, model = _starter(train, test)
    ours = 100 * metrics["accuracy"], 100 * metrics["macro_f1"]
    return Result(name, len(train), seed, len(test), *svm, *ours, round(seconds, 1), model)


def _svm(train: list[Row], texts: list[str]) -> list[str]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    features = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    model = LinearSVC().fit(features.fit_transform([text for text, _ in train]), [label for _, label in train])
    return [str(label) for label in model.predict(features.transform(texts))]


def _starter(train: list[Row], test: list[Row]) -> tuple[dict[str, Any], float, str]:
    """Metrics of the test rows, seconds of training, and what the model is."""
    from seqclf.config import load_config

    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder) / f"{name}.csv" for name in ("rows", "held")}
        for file, rows in zip(files.values(), (train, test), strict=True):
            with file.open("w", newline="", encoding="utf-8") as opened:
                csv.writer(opened).writerows([("text", "label"), *rows])
        config, runs = Path(folder) / "starter.yaml", str(Path(folder) / "runs")
        _seqclf("init", "--from", str(files["rows"]), "--test", str(files["held"]), "-o", str(config))
        started = time.perf_counter()
        _seqclf("train", str(config), "--runs", runs)
        seconds = time.perf_counter() - started
        metrics = json.loads(_seqclf("eval", "--runs", runs, "--json"))
        layers = load_config(config).model_dump()["layers"]
        return metrics, seconds, {"pool": "bag"}.get(layers[0]["type"], layers[0]["type"])


def _seqclf(*arguments: str) -> str:
    """Standard output of a command, run in this process: TensorFlow is imported once."""
    from click.testing import CliRunner

    from seqclf.cli import cli

    result = CliRunner().invoke(cli, list(arguments))
    if result.exit_code:
        raise SystemExit(f"seqclf {' '.join(arguments)}: {result.output}") from result.exception
    return result.stdout


def _print_table(results: list[Result]) -> None:
    """A row for each cut: means over the seeds, and the worst seed's difference."""
    print("\n| data | rows | model | SVM | starter | difference | seconds |\n|---|---|---|---|---|---|---|")
    differences = []
    for name, rows in dict.fromkeys((result.data, result.rows) for result in results):
        group = [result for result in results if (result.data, result.rows) == (name, rows)]

        def mean(field: str, group: list[Result] = group) -> float:
            return statistics.fmean(getattr(result, field) for result in group)

        svm, ours = (mean("svm_accuracy"), mean("svm_macro_f1")), (mean("accuracy"), mean("macro_f1"))
        differences.append((ours[0] - svm[0], ours[1] - svm[1]))
        print(
            f"| {name} | {rows:,} | {group[0].model} | {svm[0]:.1f} / {svm[1]:.1f} | {ours[0]:.1f} / {ours[1]:.1f} | "
            f"{differences[-1][0]:+.1f} / {differences[-1][1]:+.1f} | {mean('seconds'):.0f} |"
        )
    accuracy, macro_f1 = (statistics.fmean(column) for column in zip(*differences, strict=True))
    print(f"\nMean difference: {accuracy:+.2f} accuracy, {macro_f1:+.2f} macro F1 ({os.cpu_count()} cores)")


if __name__ == "__main__":
    main()
