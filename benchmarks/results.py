"""The table of results: trains and measures the configs, and writes what their runs' own ``metrics.json`` say.

    python benchmarks/results.py train configs/trec.yaml configs/imdb_bag.yaml --runs results --seeds 1 2 3
    python benchmarks/results.py train configs/trec.yaml --bag --runs results
    python benchmarks/results.py train configs/trec.yaml --ngrams --runs results
    python benchmarks/results.py table --runs results --page docs/results.md

``train`` skips what is there already, so that it can be stopped and called again; with ``--bag`` the model is a bag of
embeddings on the config's data, in everything else the same, and with ``--ngrams`` the config's n-grams alone (where it
has none: normalised ones of one and two tokens). Relative paths of data start at ``$SEQCLF_DATA``, data sets of
tensorflow-datasets are looked for there or in ``$TFDS_DATA_DIR``. ``table`` counts the runs of a config as it is now,
but for its seed and where its data are; those of an older form are named and left out. What stands after the marker of
the page stays: notes, and the section that ``time_to_accuracy.py`` writes.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from language_results import COLUMNS, HEADER, language_row

from seqclf.config import Config, load_config, parse_override
from seqclf.config.schema import TokenizerOptions
from seqclf.layer_types.pool import Pool
from seqclf.metrics.baseline import BaselineScores
from seqclf.metrics.intervals import Interval, wilson
from seqclf.metrics.measured import Measured
from seqclf.metrics.scores import Scores
from seqclf.runs import FINISHED, LANGUAGE_MODEL, Run

CONFIGS = Path(__file__).parents[1] / "configs"

_NGRAMS = "{orders: [1, 2], weights: naive_bayes_idf, normalize: true, l2: 0.01}"
"""As ``seqclf init --from`` writes them, of tokens that need not be parts of words."""

_HEADER = """\
# Results

Test accuracy of the configs in `configs/`, of single models trained on two CPU cores; the mean over the seeds, their
range, and the 95 % interval that the number of test texts leaves to one of them. Validation texts chose the epoch,
`seqclf eval` read the test texts once. Written by `make results` from the runs' own `metrics.json`; `-` stands where no
run has the figure.

What simpler models reach on the same data: "majority", the most frequent label; "linear", TF-IDF of words and pairs of
words with logistic regression ([the baseline](metrics.md#the-baseline) of the run); "bag", a mean of the embeddings,
whatever the order of the words; "n-grams", hashed n-grams of the tokens alone. "Recurrence adds" is how many points a
config with a recurrent layer is above the better of bag and n-grams.
"""


NOTES = "<!-- make results keeps what follows -->"


def finished(runs: Path) -> Iterator[Run]:
    """Runs that were measured on their test texts; of language models, also those that have validation scores."""
    for manifest in sorted(runs.glob("*/manifest.json")):
        run = Run(manifest.parent)
        enough = {"test", "validation"} if run.task == LANGUAGE_MODEL else {"test"}
        if run.manifest["status"] == FINISHED and enough & set(run.metrics):
            yield run


def decisive(config: Config) -> dict[str, Any]:
    """What makes two runs runs of the same config: all but the seed, where data are found, and what a run is compared
    with."""
    content = config.model_dump(exclude={"seed": True, "training": {"baseline"}})
    places = {"train", "validation", "test", "data_dir"}
    content["data"] = {
        name: Path(value).name if name in places and isinstance(value, str) else value
        for name, value in content["data"].items()
    }
    for section, name in (("embedding", "vectors"), ("tokenizer", "file")):
        if content[section].get(name):
            content[section][name] = Path(content[section][name]).name
    content["data"].pop("data_dir", None)
    if config.initialize is not None:  # the run has the path of the other run, and completes the tokenizer with its
        origins = (re.sub(r"-[0-9]+$", "", Path(origin).name) for origin in config.initialize.origins)
        content["initialize"]["from"] = list(origins)
        content["tokenizer"] = {name: content["tokenizer"][name] for name in TokenizerOptions.model_fields}
    for name in ("checkpoint_steps", "checkpoint_minutes", "keep_checkpoints", "log_every"):  # of files, not of weights
        content["training"].pop(name, None)
    return content


def kind(config: Config) -> str | None:
    """``bag`` or ``ngrams`` of a config that is nothing else; None of any other."""
    if config.ngrams is not None:
        return None if config.layers else "ngrams"
    return "bag" if all(isinstance(layer, Pool) for layer in config.layers) else None


def settings_of(path: Path, simple: str | None) -> list[str]:
    """What makes the simple model of this kind out of a config."""
    config = load_config(path)
    if simple is None:
        return []
    name = f"name={config.name}-{simple}"
    if simple == "bag":
        return [name, "layers=[{type: pool}]", "head=[]", *(["ngrams=null"] if config.ngrams is not None else [])]
    ngrams = f"ngrams={_NGRAMS}" if config.ngrams is None else "ngrams.dropout=0"
    objectives = ["training.objectives=[]"] if config.training.objectives else []  # they need a network
    return [name, "embedding={}", "layers=[]", "head=[]", ngrams, *objectives]


def train(configs: Iterable[Path], runs: Path, seeds: Iterable[int], *, simple: str | None = None) -> None:
    """Train and measure each config, or the simple model on its data, with each seed, unless that was done."""
    for path in configs:
        settings = settings_of(path, simple)
        config = load_config(path, [parse_override(setting) for setting in settings])
        for seed in seeds:
            same = (
                run
                for run in finished(runs)
                if run.manifest["seed"] == seed and decisive(load_config(run.config)) == decisive(config)
            )
            if (done := next(same, None)) is not None:
                print(f"{path.stem}, seed {seed}: {done.name} is there", flush=True)
                continue
            options = [option for setting in (*settings, f"seed={seed}") for option in ("--set", setting)]
            for command in (["train", str(path), *options], ["eval"]):
                subprocess.run([sys.executable, "-m", "seqclf", *command, "--runs", str(runs)], check=True)


def table(runs: Path, configs: Path) -> str:
    """The page, as Markdown."""
    by_name: dict[str, list[Run]] = {}
    simple: dict[str, list[tuple[Any, Run]]] = {"bag": [], "ngrams": []}
    for run in finished(runs):
        config = load_config(run.config)
        by_name.setdefault(config.name, []).append(run)
        if (of := kind(config)) is not None:
            simple[of].append((decisive(config)["data"], run))
    rows, language_rows = [], []
    for path in sorted(configs.glob("*.yaml")):
        config = load_config(path)
        same = [run for run in by_name.get(config.name, []) if decisive(load_config(run.config)) == decisive(config)]
        for other in by_name.get(config.name, []):
            if other not in same:
                print(f"{other.name}: another form of {path.name}, left out", file=sys.stderr)
        if same and not config.task.needs_labels:
            language_rows.append(language_row(path, same))
        elif same:
            mine = decisive(config)["data"]
            beside = {
                name: _mean([run for data, run in found if data == mine] if name != kind(config) else [])
                for name, found in simple.items()
            }
            rows.append(_row(path, same, beside, recurrent=config.has_recurrent_layers))
    if not rows and not language_rows:
        raise SystemExit(f"{runs}: holds no run of {configs}; train some with: python {sys.argv[0]} train CONFIG...")
    columns = [
        "config",
        "test score",
        "range",
        "95 % interval",
        "majority",
        "linear",
        "bag",
        "n-grams",
        "recurrence adds",
        "seeds",
    ]
    columns += ["epochs", "parameters", "training", "SavedModel", "again"]
    tables = [_HEADER, *_lines(columns, rows)]
    if language_rows:
        tables += [HEADER, *_lines(COLUMNS, language_rows)]
    return "\n".join([*tables, "", _footer(runs), ""])


def _lines(columns: list[str], rows: list[list[str]]) -> Iterator[str]:
    """A table in Markdown."""
    return (f"| {' | '.join(line)} |" for line in (columns, ["---"] * len(columns), *rows))


def _score(run: Run) -> str:
    return "micro_f1" if run.labels.multi else "accuracy"


def _tested(run: Run) -> Measured:
    return run.measured("test")["test"]


def _scores(runs: list[Run]) -> list[float]:
    return [_tested(run).metrics.value(_score(run)) for run in runs]


def _mean(runs: list[Run]) -> float | None:
    return statistics.mean(_scores(runs)) if runs else None


def _baseline(runs: list[Run], model: Callable[[BaselineScores], Scores]) -> float | None:
    """The test score of a model of the runs' baseline."""
    baselines = ((run, _tested(run).baseline) for run in runs)
    found = [model(scores).value(_score(run)) for run, scores in baselines if scores is not None]
    return statistics.mean(found) if found else None


def _interval(runs: list[Run]) -> str:
    """The mean bounds of the runs' intervals; "-" if that of a run is not known."""
    known = [interval for run in runs if (interval := _interval_of(run)) is not None]
    if len(known) < len(runs):
        return "-"
    low, high = (statistics.mean(bounds) for bounds in zip(*((one.low, one.high) for one in known), strict=True))
    return f"{low:.2%} - {high:.2%}"


def _interval_of(run: Run) -> Interval | None:
    """The saved interval; a run of an earlier version has saved none, but that of an accuracy follows from the number
    of test texts, unless they have weights."""
    metrics, score = _tested(run).metrics, _score(run)
    if metrics.evaluation is not None and (saved := metrics.evaluation.interval(score)) is not None:
        return saved
    known = score == "accuracy" and metrics.weight is None
    return wilson(metrics.value(score), metrics.texts) if known else None


def _percent(score: float | None) -> str:
    return "-" if score is None else f"{score:.2%}"


def _row(path: Path, runs: list[Run], simple: dict[str, float | None], *, recurrent: bool) -> list[str]:
    """A line of the table; ``simple`` are the scores of simple models on the same data."""
    multi = runs[0].labels.multi
    scores = _scores(runs)
    orderless = [score for score in simple.values() if score is not None]
    added = 100 * (statistics.mean(scores) - max(orderless)) if orderless and recurrent else None
    manifests = [run.manifest for run in runs]
    size = statistics.mean(
        sum(file.stat().st_size for file in run.saved_model.rglob("*") if file.is_file()) for run in runs
    )
    seeds = sorted(int(manifest["seed"]) for manifest in manifests)
    one = " (one seed)" if len(runs) == 1 else ""
    return [
        f"[{path.stem}](../configs/{path.name})",
        f"**{statistics.mean(scores):.2%}**{' micro F1' if multi else ''}{one}",
        f"{min(scores):.2%} - {max(scores):.2%}" if len(runs) > 1 else "-",
        _interval(runs),
        _percent(_baseline(runs, lambda scores: scores.majority)),
        _percent(_baseline(runs, lambda scores: scores.linear)),
        *(_percent(simple[name]) for name in ("bag", "ngrams")),
        "-" if added is None else f"{added:+.1f}",
        ", ".join(map(str, seeds)),
        f"{statistics.mean(manifest['epochs'] for manifest in manifests):.0f}",
        f"{manifests[0]['parameters']:,}",
        f"{statistics.mean(manifest['wall_seconds'] for manifest in manifests):,.0f} s",
        f"{size / 1e6:.1f} MB",
        f"`seqclf train configs/{path.name} --set seed={seeds[0]}`, `seqclf eval`",
    ]


def with_notes(text: str, page: Path) -> str:
    """The new text, and what stands after the marker of the page that it replaces."""
    before = page.read_text(encoding="utf-8") if page.exists() else ""
    _, _, notes = before.partition(NOTES)
    return f"{text}\n{NOTES}\n\n{notes.strip()}\n" if notes.strip() else text


def _footer(runs: Path) -> str:
    about = {
        f"{manifest['machine']['processor']}, TensorFlow {manifest['versions']['tensorflow']}, "
        f"Keras {manifest['versions']['keras']}"
        for manifest in (run.manifest for run in finished(runs))
    }
    time = "Training time is wall time, tokenizing and export included, on a shared machine."
    return f"Runs of {'; '.join(sorted(about))}. {time}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    training = commands.add_parser("train", help="train and measure configs")
    training.add_argument("configs", type=Path, nargs="+")
    training.add_argument(
        "--bag",
        dest="simple",
        action="store_const",
        const="bag",
        help="train a bag of embeddings on their data instead",
    )
    training.add_argument(
        "--ngrams",
        dest="simple",
        action="store_const",
        const="ngrams",
        help="train n-grams alone on their data instead",
    )
    training.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    page = commands.add_parser("table", help="write the page")
    page.add_argument("--page", type=Path, help="file; standard output when left out")
    for command in (training, page):
        command.add_argument("--runs", type=Path, default=Path("results"))
    arguments = parser.parse_args()
    if arguments.command == "train":
        train(arguments.configs, arguments.runs, arguments.seeds, simple=arguments.simple)
        return
    text = table(arguments.runs, CONFIGS)
    if arguments.page is None:
        print(text, end="")
    else:
        arguments.page.write_text(with_notes(text, arguments.page), encoding="utf-8")


if __name__ == "__main__":
    main()
