"""Minutes until a model is good enough: seqclf's configs, stock Keras code and scikit-learn on the same texts.

    python benchmarks/time_to_accuracy.py measure sst2 ag_news --folder time
    python benchmarks/time_to_accuracy.py measure imdb --only imdb_gru keras_tutorial --limit 60 --folder time
    python benchmarks/time_to_accuracy.py page --folder time --page docs/results.md

``measure`` trains each contender in a process of its own, with an empty cache, and writes its validation accuracy by
wall time into a file of the folder. It skips what is there, so that it can be stopped and called again: a measurement
that was stopped leaves nothing, because a training that is resumed repeats its start. One that ``--limit`` ended is
kept, and repeated when the limit is longer. ``page`` writes the section between its markers, and the plot next to the
page. Where data are: as for ``benchmarks/results.py``. Language models that a config starts from are looked for in
``--runs``; their training time is added. ``--keep`` keeps the trained runs, for ``results.py`` once ``seqclf eval`` has
measured them.

The processes run on two cores. Of a shared machine, the files say how many cores other processes used.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import math
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import time_models
from results import CONFIGS, decisive
from time_curves import Curve, path_of, points_of_file, points_of_run, seconds_before
from time_page import NOT_ALONE, PLOT, DataSet, draw, section, with_section
from timed_process import MeasurementFailed, timed, usable

from seqclf.config import checked_config, load_config, write_config
from seqclf.config.loading import plain
from seqclf.config.problems import ConfigError
from seqclf.errors import SeqclfError
from seqclf.files import write_text
from seqclf.runs import Run
from seqclf.training.environment import environment
from seqclf.training.resolve import resolved

DATA_SETS = {
    "imdb": DataSet(
        "IMDB, 22,500 reviews",
        ("imdb_bag", "imdb_ngrams", "imdb_ngrams_gru", "imdb_pooled_gru", "imdb_gru", "imdb_lstm", "imdb_finetuned"),
        (88, 90, 91, 92),
    ),
    "sst2": DataSet("SST-2, 6,920 sentences", ("sst2", "sst2_finetuned", "glove_conv_lstm"), (80, 82, 84)),
    "ag_news": DataSet("AG News, 4,500 articles", ("ag_news",), (85, 87, 89)),
}

_CORES = 2
_PACKAGES = ("tensorflow", "keras", "scikit-learn")


def form_of(data: str, contender: str) -> dict[str, Any]:
    """All that decides a contender, for ``Curve.form``: its config with all defaults, and no version; or the config
    whose texts a stock model reads, and the version of this model."""
    stock = time_models.STOCK.get(contender)
    config = load_config(CONFIGS / f"{contender if stock is None else DATA_SETS[data].configs[0]}.yaml")
    return {"config": plain(config), "version": None if stock is None else stock.version}


def is_current(curve: Curve) -> bool:
    """Whether its contender still is what was measured. An option that is newer than the curve had its default."""
    now = form_of(curve.data, curve.contender)
    try:
        before = decisive(checked_config(curve.form["config"]))
    except ConfigError:  # of an option that is no more
        return False
    of_now = decisive(checked_config(now["config"]))
    if now["version"] is None:
        return before == of_now
    return (before["data"], curve.form["version"]) == (of_now["data"], now["version"])


def measured(data: str, contender: str, runs: Path, *, limit: float | None = None, keep: Path | None = None) -> Curve:
    """Train one contender, and return its curve; move a finished run to the folder ``keep``.

    Raises ``MeasurementFailed``, and ``SeqclfError`` for a config without its data or the run that it starts from.
    """
    with tempfile.TemporaryDirectory(prefix="time_to_accuracy_", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        surroundings = os.environ | {"SEQCLF_CACHE": str(folder / "cache")}
        stock = contender in time_models.STOCK
        if stock:
            config = CONFIGS / f"{DATA_SETS[data].configs[0]}.yaml"
            command = [time_models.__file__, contender, str(config), str(folder / "points.jsonl")]
            surroundings["TF_CPP_MIN_LOG_LEVEL"] = "2"
        else:
            config = _with_origins(CONFIGS / f"{contender}.yaml", runs, folder)
            command = ["-m", "seqclf", "train", str(config), "--runs", str(folder / "runs")]
        process = timed([sys.executable, *command], surroundings, limit)
        before = 0.0
        if stock:
            texts, points = points_of_file(folder / "points.jsonl", process.began)
        elif found := list(folder.glob("runs/*/manifest.json")):
            run = Run(found[0].parent)
            texts, points = run.manifest["data_fingerprint"], points_of_run(run, process.began)
            before = seconds_before(run)
            if keep is not None and not process.stopped:
                _move(run, keep)
        else:  # stopped before the first step
            texts, points = {}, ()
    machine = {environment()["machine"]["processor"]: "", **{name: version(name) for name in _PACKAGES}}
    return Curve(
        data, contender, form_of(data, contender), texts, points, process.seconds, before, process.processor,
        process.others, len(usable()), process.stopped, machine,
    )  # fmt: skip


def _move(run: Run, folder: Path) -> None:
    """Move a run into a folder of runs, under the first number that is free."""
    folder.mkdir(parents=True, exist_ok=True)
    name, _, _ = run.name.rpartition("-")
    places = (folder / f"{name}-{number}" for number in itertools.count(1))
    shutil.move(run.folder, next(place for place in places if not place.exists()))


def _with_origins(path: Path, runs: Path, folder: Path) -> Path:
    """The config's file; one in ``folder`` with the paths of the runs that it starts from, if it starts from any."""
    config = load_config(path)
    complete = resolved(config, runs)
    if complete is config:
        return path
    write_config(folder / path.name, complete)
    return folder / path.name


def measure(
    data: str,
    contenders: Sequence[str],
    folder: Path,
    runs: Path,
    *,
    again: bool = False,
    limit: float | None = None,
    keep: Path | None = None,
) -> bool:
    """Measure each contender that has no curve of its present form in the folder, or one that an earlier limit stopped.

    Returns whether all went well. ``limit``, in seconds, and ``keep`` as for ``measured``.
    """
    well = True
    for contender in contenders:
        path = path_of(folder, data, contender)
        kept = None if again else Curve.read(path)
        if kept is not None and is_current(kept) and not _is_short(kept, limit):
            print(f"{data}, {contender}: {path} is there", flush=True)
            continue
        print(f"{data}, {contender}: measuring", flush=True)
        try:
            curve = measured(data, contender, runs, limit=limit, keep=keep)
        except (MeasurementFailed, SeqclfError) as error:
            print(f"{data}, {contender}: {error}", file=sys.stderr, flush=True)
            well = False
            continue
        curve.write(path)
        best = "no epoch ended" if curve.best is None else f"{curve.best.accuracy:.2%}"
        print(f"{data}, {contender}: {best}, {curve.seconds:,.0f} s", flush=True)
        if curve.others > NOT_ALONE:
            print(f"  other processes took {curve.others:.1f} cores, so that the time is too long", flush=True)
    return well


def _is_short(curve: Curve, limit: float | None) -> bool:
    """Whether a limit stopped it before this one would."""
    return curve.stopped and (limit is None or curve.seconds < limit)


def curves_of(folder: Path) -> dict[str, list[Curve]]:
    """The curves of each data set that has any, in the order of its contenders; those that are out of date are named
    and left out. Raises ``SystemExit`` if two were validated on different texts, or there are none."""
    found = {}
    for data, about in DATA_SETS.items():
        curves = []
        for contender in about.contenders:
            path = path_of(folder, data, contender)
            curve = Curve.read(path)
            if curve is not None and is_current(curve):
                curves.append(curve)
            elif path.exists():
                print(f"{path}: of another form of {contender}, left out", file=sys.stderr)
        with_texts = [curve for curve in curves if curve.texts]
        for curve in with_texts:
            if curve.texts != with_texts[0].texts:
                one, other = with_texts[0].contender, curve.contender
                raise SystemExit(f"{folder}: {one} and {other} read different texts of {data}; measure with --again")
        if curves:
            found[data] = curves
    if not found:
        raise SystemExit(f"{folder}: holds no measurement; make some with: python {sys.argv[0]} measure sst2")
    return found


def write_page(folder: Path, page: Path | None) -> None:
    """Write the section into the page, and the plot beside it; without a page, print the section."""
    found = curves_of(folder)
    text = section(found, DATA_SETS)
    if page is None:
        print(text, end="")
        return
    before = page.read_text(encoding="utf-8") if page.exists() else ""
    try:
        changed = with_section(before, text)
    except ValueError as error:
        raise SystemExit(f"{page}: {error}") from error
    draw(found, DATA_SETS, page.with_name(PLOT))
    write_text(page, changed)


def _minutes(value: str) -> float:
    """Raises ``ArgumentTypeError`` unless it is a number above 0."""
    with contextlib.suppress(ValueError):
        if 0 < (number := float(value)) < math.inf:
            return number
    raise argparse.ArgumentTypeError(f"must be above 0 minutes, not {value!r}")


def _arguments() -> argparse.Namespace:
    """The command line; exits with 2 if it is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    measuring = commands.add_parser("measure", help="train the contenders of data sets and keep their curves")
    names = sorted({name for data in DATA_SETS.values() for name in data.contenders})
    measuring.add_argument("data", nargs="*", metavar="DATA", help=f"of {', '.join(DATA_SETS)}; all when left out")
    measuring.add_argument("--only", nargs="+", metavar="CONTENDER", help=f"of {', '.join(names)}")
    measuring.add_argument(
        "--runs", type=Path, default=Path("results"), help="folder with runs that configs start from (default: results)"
    )
    measuring.add_argument("--again", action="store_true", help="also measure what is there")
    measuring.add_argument("--limit", type=_minutes, metavar="MINUTES", help="stop each process after this time")
    measuring.add_argument("--keep", type=Path, metavar="RUNS", help="keep the trained runs in this folder")
    page = commands.add_parser("page", help="write the section of the page, and the plot")
    page.add_argument("--page", type=Path, help="file; standard output when left out, without the plot")
    for command in (measuring, page):
        command.add_argument("--folder", type=Path, default=Path("time"), help="of the curves (default: time)")
    arguments = parser.parse_args()
    if arguments.command == "measure":
        arguments.data = arguments.data or list(DATA_SETS)
        if unknown := [name for name in arguments.data if name not in DATA_SETS]:
            measuring.error(f"no data set {unknown[0]}; choose from {', '.join(DATA_SETS)}")
        known = sorted({name for data in arguments.data for name in DATA_SETS[data].contenders})
        if absent := [name for name in arguments.only or () if name not in known]:
            measuring.error(f"{', '.join(arguments.data)}: no contender {absent[0]}; choose from {', '.join(known)}")
    return arguments


def main() -> None:
    arguments = _arguments()
    if arguments.command == "page":
        write_page(arguments.folder, arguments.page)
        return
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(usable())[:_CORES])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends the contender, and removes its files
    limit = None if arguments.limit is None else 60 * arguments.limit
    well = True
    try:
        for name in arguments.data:
            chosen = [one for one in DATA_SETS[name].contenders if arguments.only is None or one in arguments.only]
            options = {"again": arguments.again, "limit": limit, "keep": arguments.keep}
            well &= measure(name, chosen, arguments.folder, arguments.runs, **options)
    except KeyboardInterrupt:
        print("Stopped; this measurement was not kept. The same command measures what is missing.", file=sys.stderr)
        sys.exit(130)
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
