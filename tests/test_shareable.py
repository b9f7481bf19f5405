"""What a run tells others of itself: no paths."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import small_config
from hypothesis import given
from hypothesis import strategies as st

from seqclf.config import checked_config, load_config
from seqclf.config.shareable import is_absolute, last_name, shareable_text
from seqclf.export.card_data import interval_of, named, seen_texts, training_data
from seqclf.metrics.measured import Measured, SeenTexts
from seqclf.runs import Run

WORD = st.text(st.characters(whitelist_categories=["Ll", "Nd"]), min_size=1, max_size=6)


def _shared(**changes: Any) -> dict[str, Any]:
    config = checked_config(small_config(**changes))
    read: dict[str, Any] = yaml.safe_load(shareable_text(config))
    return read


def test_paths_of_files_become_names() -> None:
    shared = _shared(
        data__train=["/home/ann/a.csv", "../clients/b.csv"],
        data__validation="~/v.csv",
        data__test="https://ann:secret@example.com/t.csv?token=1",
        embedding__vectors="/home/ann/glove.txt",
        initialize={"from": {"forward": "/home/ann/runs/lm-1", "backward": "runs/back-1"}},
    )
    assert shared["data"]["train"] == ["a.csv", "b.csv"]
    assert (shared["data"]["validation"], shared["data"]["test"]) == ("v.csv", "t.csv")
    assert shared["embedding"]["vectors"] == "glove.txt"
    assert shared["initialize"]["from"] == {"forward": "lm-1", "backward": "back-1"}


def test_options_that_are_no_paths_stay() -> None:
    data = {"source": "tfds", "dataset": "glue/sst2", "data_dir": "/home/ann/tfds", "validation": 0.1}
    assert _shared(data=data)["data"]["dataset"] == "glue/sst2"
    assert _shared(data=data)["data"]["data_dir"] == "tfds"
    assert (
        _shared(data__train="x.csv", data__label_separator="/", data__text="/title")["data"]["label_separator"] == "/"
    )
    assert _shared(data__train="x.csv", data__text="/title")["data"]["text"] == "/title"


def test_custom_layers_lose_absolute_paths_also_within_others() -> None:
    custom = {"type": "mine:Layer", "options": {"file": "/home/ann/x.npy", "mode": "a/b", "size": 3}}
    shared = _shared(data__train="x.csv", layers=[custom, {"type": "residual", "layer": custom}, {"type": "pool"}])
    names = {"file": "x.npy", "mode": "a/b", "size": 3}
    assert shared["layers"][0]["options"] == names
    assert shared["layers"][1]["layer"]["options"] == names


def test_the_result_is_a_config(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(shareable_text(checked_config(small_config(data__train="/home/ann/a.csv"))), encoding="utf-8")
    assert load_config(path).data.parts()["train"] == "a.csv"


@given(st.lists(WORD, min_size=1, max_size=5), st.sampled_from(["/", "\\"]), st.sampled_from(["/", "C:\\", "~/", ""]))
def test_a_name_has_none_of_its_folders(parts: list[str], between: str, root: str) -> None:
    path = root + between.join(parts)
    assert last_name(path) == parts[-1]
    assert is_absolute(path) == bool(root)
    assert last_name(last_name(path)) == last_name(path)


@pytest.mark.parametrize(
    ("data", "shown"),
    [("/home/ann/r.csv", "r.csv"), ("C:\\ann\\r.csv", "r.csv"), ("glue/sst2, train", "glue/sst2, train")],
)
def test_a_card_names_data_without_folders(data: str, shown: str) -> None:
    assert named(data) == shown


def _measured(run: Run) -> Measured:
    return run.measured("validation")["validation"]


def test_the_section_about_data(binary_run: Run) -> None:
    config, manifest = load_config(binary_run.config), binary_run.manifest
    text = "\n".join(training_data([config], manifest, {"neg": 0.25, "pos": 0.75}))
    assert f"trained on {manifest['training_texts']:,} texts of reviews.csv (source `table`)" in text
    assert "- Validation texts: 20 % of the training data, not trained on." in text
    assert "`neg` 25.0 %, `pos` 75.0 %" in text
    assert str(Path(str(manifest["data"])).parent) not in text
    refit = "\n".join(training_data([config], manifest | {"ngrams": {"refit": True}}, None))
    assert "Validation texts: 20 % of the training data, not trained on, but the n-grams were fitted to them" in refit
    assert "Share" not in refit


@pytest.mark.parametrize("name", ["accuracy", "macro_f1"])
def test_the_interval_holds_the_score(name: str, several_label_run: Run) -> None:
    measured = several_label_run.measured("validation")["validation"]
    low, high = (float(word) for word in interval_of(measured, name).strip(" ()").split(" to "))
    assert 0 <= low <= measured.metrics.value(name) <= high <= 1
    assert low < high
    assert not interval_of(measured, "loss")


def test_texts_that_were_seen_are_said(binary_run: Run) -> None:
    from dataclasses import replace

    measured = _measured(binary_run)
    assert not list(seen_texts({"test": replace(measured, seen=SeenTexts(0, 0))}))
    said = "\n".join(seen_texts({"test": replace(measured, seen=SeenTexts(3, 0))}))
    assert said.strip().startswith(f"3 of the {measured.metrics.texts} test texts are equal to a training text")
