"""``benchmarks/time_to_accuracy.py``: what is measured and measured again, the table and the plot."""

from __future__ import annotations

import itertools
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import psutil
import pytest
import results
import time_page
import time_to_accuracy
from conftest import written_config
from hypothesis import given
from hypothesis import strategies as st
from made_curves import TEXTS, made_curve
from time_curves import Curve, path_of
from time_models import STOCK
from time_page import BEGIN, END, DataSet, minutes, section, spread, with_section
from timed_process import MeasurementFailed, timed

from seqclf.config import load_config
from seqclf.errors import InputError
from seqclf.runs import FINISHED, Run

SST2 = {"sst2": DataSet("SST-2", ("sst2", "glove_conv_lstm"), (80, 82.5))}


@pytest.fixture
def tiny(tmp_path: Path, sample_csv: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``config.yaml`` is the only config of the only data set; the folder of the curves."""
    written_config(tmp_path, sample_csv)
    monkeypatch.setattr(time_to_accuracy, "CONFIGS", tmp_path)
    monkeypatch.setattr(time_to_accuracy, "DATA_SETS", {"tiny": DataSet("Tiny", ("config",), (50, 99))})
    return tmp_path / "curves"


class TestMeasuring:
    @pytest.fixture
    def calls(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The contenders that are trained; those whose names begin with ``keras`` fail."""
        made: list[str] = []

        def measured(data: str, contender: str, runs: Path, **options: Any) -> Curve:
            made.append(contender)
            if contender.startswith("keras"):
                raise InputError("no such texts")
            return made_curve((60, 0.5), contender=contender, data=data, form=time_to_accuracy.form_of(data, contender))

        monkeypatch.setattr(time_to_accuracy, "measured", measured)
        return made

    def test_what_is_there_is_not_measured_again(self, tiny: Path, calls: list[str], tmp_path: Path) -> None:
        assert time_to_accuracy.measure("tiny", ["config"], tiny, tmp_path)
        assert time_to_accuracy.measure("tiny", ["config", "tfidf"], tiny, tmp_path)
        assert calls == ["config", "tfidf"]
        assert time_to_accuracy.measure("tiny", ["tfidf"], tiny, tmp_path, again=True)
        assert calls == ["config", "tfidf", "tfidf"]

    def test_another_form_is(self, tiny: Path, calls: list[str], tmp_path: Path, sample_csv: Path) -> None:
        contenders = ["config", "tfidf"]
        time_to_accuracy.measure("tiny", contenders, tiny, tmp_path)
        written_config(tmp_path, sample_csv, training__epochs=9)
        time_to_accuracy.measure("tiny", contenders, tiny, tmp_path)
        assert calls == ["config", "tfidf", "config"]
        written_config(tmp_path, sample_csv, training__epochs=9, data__validation=0.3)
        time_to_accuracy.measure("tiny", contenders, tiny, tmp_path)
        assert calls[3:] == ["config", "tfidf"]

    def test_a_newer_option_changes_nothing(
        self, tiny: Path, calls: list[str], tmp_path: Path, sample_csv: Path
    ) -> None:
        """As after an update of seqclf: the curve lacks an option, or has one that is no more."""
        time_to_accuracy.measure("tiny", ["config"], tiny, tmp_path)
        path = path_of(tiny, "tiny", "config")
        kept = json.loads(path.read_text())
        del kept["form"]["config"]["embedding"]["word_dropout"]
        path.write_text(json.dumps(kept))
        time_to_accuracy.measure("tiny", ["config"], tiny, tmp_path)
        assert calls == ["config"]
        kept["form"]["config"]["embedding"]["older"] = 1
        path.write_text(json.dumps(kept))
        time_to_accuracy.measure("tiny", ["config"], tiny, tmp_path)
        assert calls == ["config", "config"]

    def test_what_a_shorter_limit_stopped_is(self, tiny: Path, calls: list[str], tmp_path: Path) -> None:
        form = time_to_accuracy.form_of("tiny", "tfidf")
        stopped = made_curve(data="tiny", contender="tfidf", form=form, seconds=301.0, stopped=True)
        stopped.write(path_of(tiny, "tiny", "tfidf"))
        for limit in (200.0, 300.0, 600.0):
            time_to_accuracy.measure("tiny", ["tfidf"], tiny, tmp_path, limit=limit)
        assert calls == ["tfidf"]
        stopped.write(path_of(tiny, "tiny", "tfidf"))
        time_to_accuracy.measure("tiny", ["tfidf"], tiny, tmp_path)
        assert calls == ["tfidf", "tfidf"]

    def test_after_a_failure_the_others_are_measured(
        self, tiny: Path, calls: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert not time_to_accuracy.measure("tiny", ["keras_tutorial", "tfidf"], tiny, tmp_path)
        assert [path.name for path in tiny.iterdir()] == ["tiny-tfidf.json"]
        assert "tiny, keras_tutorial: no such texts" in capsys.readouterr().err

    def test_a_process_is_measured(self, tiny: Path, tmp_path: Path) -> None:
        curve = time_to_accuracy.measured("tiny", "tfidf", tmp_path)
        (point,) = curve.points
        assert 0.5 < point.accuracy <= 1 and 0 < point.seconds <= curve.seconds and not curve.stopped
        assert set(curve.texts) == {"train", "validation"} and curve.cores >= 1 and curve.before == 0.0

    def test_a_trained_run_is_kept(self, tiny: Path, tmp_path: Path) -> None:
        name = load_config(tmp_path / "config.yaml").name
        (tmp_path / "kept" / f"{name}-1").mkdir(parents=True)
        curve = time_to_accuracy.measured("tiny", "config", tmp_path, keep=tmp_path / "kept")
        run = Run(tmp_path / "kept" / f"{name}-2")
        assert run.manifest["status"] == FINISHED and run.manifest["data_fingerprint"] == curve.texts
        assert len(curve.points) == run.manifest["epochs"]


class TestCommandLine:
    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (["measure", "imdbx"], "no data set imdbx; choose from imdb, sst2, ag_news"),
            (
                ["measure", "sst2", "--only", "imdb_gru"],
                "sst2: no contender imdb_gru; choose from glove_conv_lstm, keras",
            ),
            (["measure", "--limit", "0"], "argument --limit: must be above 0 minutes, not '0'"),
        ],
    )
    def test_a_wrong_word_is_named(
        self, words: list[str], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(sys, "argv", ["time_to_accuracy.py", *words])
        with pytest.raises(SystemExit) as ended:
            time_to_accuracy.main()
        assert ended.value.code == 2 and message in capsys.readouterr().err


class TestProcesses:
    SLEEP = "import os, pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(60)"

    def test_the_limit_ends_it(self, tmp_path: Path) -> None:
        process = timed([sys.executable, "-c", self.SLEEP, str(tmp_path / "pid")], {}, 2.0)
        assert process.stopped and 2.0 <= process.seconds < 30.0

    def test_processor_time_is_that_of_the_process_and_its_children(self) -> None:
        spin = "import time\nwhile time.process_time() < {}: pass"
        two = (
            f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {spin.format(0.7)!r}])\n{spin.format(0.4)}"
        )
        assert 1.05 < timed([sys.executable, "-c", two], {}, None).processor < 3.0

    def test_a_failure_is_no_measurement(self) -> None:
        with pytest.raises(MeasurementFailed, match="ended with exit code 3"):
            timed([sys.executable, "-c", "raise SystemExit(3)"], {}, None)

    def test_it_ends_with_the_measurement(self, tmp_path: Path) -> None:
        class Interrupted(Exception):
            pass

        def interrupt(number: int, frame: FrameType | None) -> None:
            raise Interrupted

        before = signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, 2.0)
        try:
            with pytest.raises(Interrupted):
                timed([sys.executable, "-c", self.SLEEP, str(tmp_path / "pid")], {}, None)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0.0)
            signal.signal(signal.SIGALRM, before)
        assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))


def _cells(text: str) -> dict[str, list[str]]:
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line[:1] == "|"]
    return {row[0]: row[1:] for row in rows}


class TestPage:
    def test_the_table(self) -> None:
        network = made_curve((60, 0.8), (120, 0.9), seconds=150.0, processor=240.0)
        slow = made_curve((600, 0.81), contender="keras_tutorial", before=300.0, stopped=True)
        text = section({"sst2": [network, slow]}, SST2)
        assert _cells(text) == {
            "": ["80 %", "82.5 %", "best", "all", "processor", "others"],
            "---": ["---"] * 6,
            "[sst2](../configs/sst2.yaml)": ["1.0", "2.0", "90.0% in 2.0", "2.5", "4.0", "0.0"],
            "Keras, the tutorial": ["15", "-", "81.0% in 15", "10, stopped", "-", "0.0"],
        }
        assert "`keras_tutorial` include the 5.0 minutes" in text
        absent = "glove_conv_lstm; Keras, 8,185 words, Adam 1e-3; scikit-learn, TF-IDF; scikit-learn, NB n-grams"
        assert f"Not measured: {absent}." in " ".join(text.split())
        assert all(len(line) <= 120 for line in text.splitlines() if line[:1] != "|")
        assert "Measured on 2 cores: a processor, keras 3." in text

    def test_a_contender_without_epochs_has_dashes(self) -> None:
        text = section({"sst2": [made_curve(stopped=True, others=0.62), made_curve((1, 0.9), contender="tfidf")]}, SST2)
        assert _cells(text)["[sst2](../configs/sst2.yaml)"] == ["-", "-", "-", "5.0, stopped", "-", "0.6"]
        assert "Measured on 2 cores of a shared machine: a processor, keras 3." in text

    @pytest.mark.parametrize(
        ("value", "shown"),
        [(None, "-"), (0.034, "0.03"), (0.996, "1.0"), (9.94, "9.9"), (9.96, "10"), (1234.5, "1,234")],
    )
    def test_minutes(self, value: float | None, shown: str) -> None:
        assert minutes(value) == shown

    def test_the_section_takes_the_place_of_the_one_before(self) -> None:
        first = with_section("# Results\n\ntext\n", "one\n")
        assert first == f"# Results\n\ntext\n\n{BEGIN}\none\n{END}\n"
        assert with_section(first, "one\n") == first
        assert with_section(first + "after\n", "two\n") == first.replace("one", "two") + "after\n"
        with pytest.raises(ValueError, match="one of the two markers is missing"):
            with_section(first.replace(END, ""), "two\n")

    def test_the_other_table_keeps_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        page = tmp_path / "results.md"
        notes = with_section(f"{results.NOTES}\n\nA note.", "one\n")
        page.write_text(f"old\n{notes}")
        monkeypatch.setattr(results, "table", lambda runs, configs: "# New\n")
        monkeypatch.setattr(sys, "argv", ["results.py", "table", "--page", str(page)])
        results.main()
        results.main()
        assert page.read_text() == f"# New\n\n{notes}"

    def test_page_and_plot_are_written(self, tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
        form = time_to_accuracy.form_of
        for number, name in enumerate(("tfidf", "config", "keras_larger")):
            curve = made_curve((60, 0.6), (90, 0.5), (120, 0.7 + number / 10), contender=name)
            replace(curve, data="tiny", form=form("tiny", name)).write(path_of(tiny, "tiny", name))
        made_curve(data="tiny", contender="keras_tutorial").write(path_of(tiny, "tiny", "keras_tutorial"))
        page = tiny / "page.md"
        page.write_text("# A page\n")
        time_to_accuracy.write_page(tiny, page)
        assert "of another form of keras_tutorial, left out" in capsys.readouterr().err
        text = page.read_text()
        assert text.startswith("# A page\n") and f"({time_page.PLOT})" in text
        assert list(_cells(text))[2:] == [
            "[config](../configs/config.yaml)",
            STOCK["keras_larger"].title,
            STOCK["tfidf"].title,
        ]
        assert (tiny / time_page.PLOT).read_bytes().startswith(b"\x89PNG")
        time_to_accuracy.write_page(tiny, None)
        assert capsys.readouterr().out in text

    def test_other_texts_are_not_compared(self, tiny: Path) -> None:
        for name, texts in (("config", TEXTS), ("tfidf", TEXTS | {"validation": "c"})):
            curve = made_curve((60, 0.6), data="tiny", contender=name, texts=texts)
            replace(curve, form=time_to_accuracy.form_of("tiny", name)).write(path_of(tiny, "tiny", name))
        with pytest.raises(SystemExit, match="config and tfidf read different texts of tiny"):
            time_to_accuracy.curves_of(tiny)

    def test_no_page_without_curves(self, tiny: Path) -> None:
        with pytest.raises(SystemExit, match="holds no measurement"):
            time_to_accuracy.write_page(tiny, None)

    @given(st.lists(st.floats(0, 100), max_size=12).map(sorted), st.floats(0.1, 8))
    def test_names_do_not_overlap(self, heights: Sequence[float], least: float) -> None:
        placed = spread(heights, least, 0.0, 100.0)
        assert len(placed) == len(heights)
        assert all(upper - lower >= least - 1e-9 for lower, upper in itertools.pairwise(placed))
        assert all(height <= 100.0 for height in placed)
        apart = [0.0, *heights, 100.0]
        if all(upper - lower >= least for lower, upper in itertools.pairwise(apart)):
            assert placed == pytest.approx(list(heights)), "names with room stay where they are"


@pytest.mark.parametrize("data", time_to_accuracy.DATA_SETS.values(), ids=list(time_to_accuracy.DATA_SETS))
def test_all_contenders_read_the_same_texts(data: DataSet) -> None:
    assert list(data.levels) == sorted(set(data.levels))
    first, *others = (load_config(results.CONFIGS / f"{name}.yaml") for name in data.configs)
    for other in others:
        assert results.decisive(other)["data"] == results.decisive(first)["data"]
        assert (other.seed, other.data.split_seed) == (first.seed, first.data.split_seed)
