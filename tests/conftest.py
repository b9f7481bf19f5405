"""Shared fixtures. Fixtures import TensorFlow only when needed, so that other tests stay fast."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from shared_folders import made_once, own_copy

# Time limits for single examples say more about a busy machine than about the code.
# The same examples every time: what is red is red for a reason in the change. `make soak` draws others.
settings.register_profile("seqclf", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("drawn", settings.get_profile("seqclf"), derandomize=False, print_blob=True)
settings.load_profile("seqclf")

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

ONE_THREAD = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
"""Variables that give TensorFlow one thread, whatever a program asks for."""

if "PYTEST_XDIST_WORKER" in os.environ:  # there are as many workers as cores
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")


def pytest_collectstart() -> None:
    """No collector of garbage while tests are collected: nearly all that they make stays."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Tests and imported modules live as long as the process: the garbage collector need not walk them each time.

    It also walks what a test makes less often than by default (700, 10, 10): a traced graph is very many objects.
    """
    gc.freeze()
    gc.enable()
    gc.set_threshold(2_000, 10, 20)


def needs_extra(extra: str, module: str) -> Any:
    """The module of an extra, for the tests of a file that needs it.

    Without the extra these tests are skipped, and pytest says why. `make test-extras` runs them where it is installed,
    and finds their files by this call; a module that is missing there is an error.
    """
    import importlib

    __tracebackhide__ = True  # pytest names the file that calls
    if os.environ.get("SEQCLF_TEST_EXTRA") == extra:
        return importlib.import_module(module)
    return pytest.importorskip(module, reason=f"needs the extra {extra}; `make test-extras` runs it")


SMALL = {
    "name": "small",
    "seed": 3,
    "data": {"source": "table", "validation": 0.2, "test": 0.2},
    "tokenizer": {"vocab_size": 300, "max_tokens": 12},
    "embedding": {"dim": 8, "dropout": 0.1},
    "layers": [{"type": "lstm", "units": 6}],
    "head": [{"type": "dense", "units": 5}, {"type": "dropout", "rate": 0.2}],
    "training": {"epochs": 2, "batch_size": 16, "log_every": 3},
}

POOLED = [{"type": "pool", "method": "mean"}]
"""Layers that are traced at once, for tests of what has nothing to do with layers."""


def small_config(**changes: Any) -> dict[str, Any]:
    """A config that trains in a second. ``data__test=None`` changes ``data.test``."""
    import copy

    config = copy.deepcopy(SMALL)
    for key, value in changes.items():
        *path, last = key.split("__")
        target: Any = config
        for part in path:
            target = target.setdefault(part, {})
        target[last] = value
    config["training"].setdefault("baseline", False)  # a process and a second or two for each training
    return config


def written_config(folder: Path, train: Path, **changes: Any) -> Path:
    """``small_config`` with these training texts, as a file."""
    import yaml

    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(small_config(data__train=str(train), **changes)), encoding="utf-8")
    return path


def write_csv(path: Path, rows: list[tuple[str, ...]]) -> Path:
    """A table of these rows, the first of them its header."""
    import csv

    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture
def no_saved_models() -> Iterator[None]:
    """Trainings of this test write no SavedModel; those of fixtures that outlive it do."""
    from trainings import without_saved_models

    with without_saved_models():
        yield


@pytest.fixture(autouse=True)
def _quick_reports(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """``train`` and ``eval`` write only the mark of a report, since its figures take half a second each time;
    tests that ask for ``real_reports`` see the page itself."""
    from seqclf.cli import written_report

    def write_page(run: Any) -> Path:
        run.report.write_text('<meta name="generator" content="seqclf report">', encoding="utf-8")
        return run.report  # type: ignore[no-any-return]

    if "real_reports" not in request.fixturenames:
        monkeypatch.setattr(written_report, "write_page", write_page)


@pytest.fixture
def real_reports() -> None:
    """Commands of this test write reports as they do for users."""


@pytest.fixture(autouse=True)
def _quick_estimates(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """``check`` times a training step that does nothing, since tracing one takes a second; tests that ask for
    ``real_steps`` see real times."""
    from seqclf.training import estimate

    def no_step(*batch: Any, update: bool = True) -> Any:
        return SimpleNamespace(loss=SimpleNamespace(numpy=lambda: 0.0))

    if "real_steps" not in request.fixturenames:
        monkeypatch.setattr(estimate, "_slowest_step", lambda *parts: no_step)


@pytest.fixture
def real_steps() -> None:
    """Commands of this test time training steps as they do for users."""


@pytest.fixture(scope="module")
def graphs_as_traced() -> Iterator[None]:
    """Graphs of this module run as they are traced: to optimize one takes TensorFlow as long as to trace it, and tests
    of exported models have it done."""
    import tensorflow as tf

    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    yield
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": False})


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Tests neither read nor write the user's cache and runs."""
    patch = pytest.MonkeyPatch()
    patch.setenv("SEQCLF_CACHE", str(tmp_path_factory.mktemp("cache")))
    patch.delenv("SEQCLF_RUNS", raising=False)
    yield
    patch.undo()


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache for one test alone."""
    monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="session", autouse=True)
def _threads_as_they_come() -> Iterator[None]:
    """Keep TensorFlow's threads unchanged: a command that sets them would set them for all later tests.

    Results would then differ in the last bits from those of other processes.
    """
    from seqclf import tensorflow_startup

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tensorflow_startup, "tune_runtime", lambda threads: None)
        yield


@pytest.fixture(autouse=True)
def _code_not_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the ``--allow-code`` of earlier tests in this process."""
    from seqclf.layer_types import custom

    monkeypatch.setattr(custom, "_allowed", False)


@pytest.fixture
def code_allowed(_code_not_allowed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow custom layers, also from this folder."""
    from seqclf.layer_types import custom

    monkeypatch.setattr(custom, "_allowed", True)


@pytest.fixture(scope="session")
def sample_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 synthetic reviews as a user's own file."""
    from seqclf.sources.sample.grammar import reviews

    def write(folder: Path) -> None:
        write_csv(folder / "reviews.csv", [("text", "label"), *reviews(200)])

    return made_once(tmp_path_factory, "sample", write) / "reviews.csv"


@pytest.fixture
def config_file(sample_csv: Path, tmp_path: Path) -> Path:
    """A config of them as a file."""
    return written_config(tmp_path, sample_csv)


@pytest.fixture(scope="session")
def three_labels_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """150 texts of three labels, which a word or two distinguish."""
    import random

    draw = random.Random(5)
    words = {
        "sport": ["match", "goal", "team"],
        "money": ["bank", "share", "price"],
        "space": ["moon", "orbit", "star"],
    }
    rows = []
    for index in range(150):
        label = list(words)[index % 3]
        filler = " ".join(draw.choice(["the", "a", "new", "old", "said", "was"]) for _ in range(draw.randint(0, 9)))
        rows.append((f"{filler} {draw.choice(words[label])} {index}", label))

    def write(folder: Path) -> None:
        write_csv(folder / "topics.csv", [("text", "label"), *rows])

    return made_once(tmp_path_factory, "three-labels", write) / "topics.csv"


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of texts are predicted in blocks of five rows."""
    from seqclf.inference.bulk import job

    monkeypatch.setattr(job, "ROWS_A_BLOCK", 5)
    monkeypatch.setattr(job._blocks, "__defaults__", (5,))


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


def trained(config: dict[str, Any], runs: Path, on_nan: Any = "stop", *, report: bool = False, **callbacks: Any) -> Any:
    """Train a run of a config given as plain values; ``report``: with what a report shows."""
    from seqclf.config import checked_config
    from seqclf.new_runs import begin_run
    from seqclf.training.options import Callbacks, TrainOptions
    from seqclf.training.train import train

    checked = checked_config(config)
    run = begin_run(runs, checked.name)
    train(checked, run, TrainOptions(on_nan=on_nan, report=report), Callbacks(**callbacks))
    return run


@pytest.fixture(scope="session")
def binary_run(sample_csv: Path, runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A small run with two labels (the newest of ``runs`` unless a test trains another)."""
    rate = {"training__optimizer": {"type": "adam", "learning_rate": 0.01}}  # so that texts get different answers
    config = small_config(data__train=str(sample_csv), training__baseline="auto", **rate)
    made = made_once(tmp_path_factory, "binary", lambda folder: trained(config, folder, report=True))
    return own_copy(made / "small-1", runs)


@pytest.fixture(scope="session")
def uninterrupted(sample_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The result of ``training_config`` when nothing stops its training."""
    import pickle

    from trainings import result, training_config, without_saved_models

    def train(folder: Path) -> None:
        with without_saved_models():
            found = result(trained(training_config(sample_csv), folder))
        (folder / "result").write_bytes(pickle.dumps(found))

    made = made_once(tmp_path_factory, "uninterrupted", train)
    return pickle.loads((made / "result").read_bytes())  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def three_label_run(three_labels_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A small run with three labels and stacked layers of other kinds."""
    config = small_config(
        data__train=str(three_labels_csv),
        layers=[{"type": "gru", "units": 6}, {"type": "simple_rnn", "units": 5, "bidirectional": True}],
        training__epochs=12,
        training__baseline="auto",
        training__optimizer={"type": "adam", "learning_rate": 0.02},
    )
    made = made_once(tmp_path_factory, "three-label-run", lambda folder: trained(config, folder, report=True))
    return own_copy(made / "small-1", tmp_path_factory.mktemp("runs3"))


@pytest.fixture(scope="session")
def several_label_run(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A small multi-label run that is often wrong: each fourth text has the labels of the one before."""
    from test_multi_label import WORDS, rows_of, write_jsonl

    rows = rows_of(300, list(WORDS))
    noisy = [(text, rows[place - 1][1] if place % 4 == 0 else labels) for place, (text, labels) in enumerate(rows)]

    def train(folder: Path) -> None:
        config = small_config(
            data__train=str(write_jsonl(folder / "several.jsonl", noisy)),
            layers=POOLED,
            head=[],
            training__epochs=10,
            training__optimizer={"type": "adam", "learning_rate": 0.02},
        )
        trained(config, folder)

    made = made_once(tmp_path_factory, "several-label-run", train)
    return own_copy(made / "small-1", tmp_path_factory.mktemp("several"))


@pytest.fixture(scope="session")
def offers_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Texts that say nothing about their labels, with a price and a country."""
    from extra_examples import OFFERS, offers

    def write(folder: Path) -> None:
        write_csv(folder / "offers.csv", [OFFERS, *offers(240)])

    return made_once(tmp_path_factory, "offers", write) / "offers.csv"


@pytest.fixture(scope="session")
def offers_run(offers_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A run on them that also reads the price and the country."""
    from extra_examples import offers_config

    made = made_once(tmp_path_factory, "offers-run", lambda folder: trained(offers_config(offers_csv), folder))
    (run,) = made.iterdir()
    return own_copy(run, tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="session")
def ensemble_pair(sample_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Two runs of different layers on the same splits; the second is calibrated, and calls its labels the other way."""
    from ensemble_examples import LSTM, NGRAMS, several, turned

    from seqclf.run_calibration import RunCalibration

    runs = tmp_path_factory.mktemp("pair")
    first, second = several(runs, sample_csv, {**NGRAMS, "training__baseline": "auto"}, LSTM)
    second = turned(second, runs / "turned-1")
    second.write_calibration(RunCalibration((1.7,), None, 10))
    return [first, second]


@pytest.fixture(scope="session")
def ensemble(ensemble_pair: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Their ensemble with the weights 3 and 1, and what the command printed; what it was made of is gone."""
    import shutil

    from ensemble_examples import joined

    from seqclf.runs import Run

    folder = tmp_path_factory.mktemp("whole")
    copies = [Run(Path(shutil.copytree(one.folder, folder / "members" / one.name))) for one in ensemble_pair]
    made = joined(folder / "runs", copies, "--weights", "3,1", "--name", "both")
    shutil.rmtree(folder / "members")
    return made


@pytest.fixture
def suspects_config(tmp_path: Path) -> Path:
    """A config of texts with wrong labels, equal texts and a similar one."""
    from suspect_texts import config_of, sentiments

    rows = sentiments()
    rows += [(rows[0][0], "neg"), (rows[8][0], "pos"), (f"{rows[12][0]} indeed", "neg")]
    test = write_csv(tmp_path / "test.csv", [("text", "label"), (rows[50][0], "not read"), ("a new text", "neg")])
    train = write_csv(tmp_path / "train.csv", [("text", "label"), *rows])
    return config_of(tmp_path, train=str(train), test=str(test))


@pytest.fixture(scope="session")
def teachers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables of texts, and classifiers with random weights in ``runs``: one and two know half of the texts each, both
    knows all."""
    from teacher_examples import made_teachers

    return made_teachers(tmp_path_factory.mktemp("teachers"))


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A hub on loopback (``hub_server.Hub``), which the token in the environment may write to."""
    from hub_server import TOKEN, serving
    from huggingface_hub import constants

    with serving() as served:
        monkeypatch.setattr(constants, "ENDPOINT", served.url)
        template = f"{served.url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
        monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.delenv("HUGGING_FACE_HUB_TOKEN", raising=False)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        yield served


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder with ``data/`` and ``tfds/``; skips the test if it is missing."""
    root = Path(os.environ.get("SEQCLF_TEST_DATA", Path(__file__).parents[2] / "shared")).resolve()
    if not (root / "data").is_dir() or not (root / "tfds").is_dir():
        pytest.skip(f"no real data sets in {root} (set SEQCLF_TEST_DATA)")
    return root
