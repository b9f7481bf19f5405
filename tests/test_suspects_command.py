"""``seqclf suspects``: what it writes, prints and refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from conftest import small_config, write_csv
from suspect_texts import FLIPPED, call_suspects, config_of, rows_of, sentiments

from seqclf.cli import cli
from seqclf.sources.sample import SampleSource


def test_rows_say_where_each_text_can_be_corrected(suspects_config: Path) -> None:
    done = call_suspects(suspects_config)
    assert done.exit_code == 0, done.output
    rows = rows_of(suspects_config.parent / "suspects.csv")
    assert [row["rank"] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
    labels = [row for row in rows if row["kind"] == "label"]
    assert {int(row["line"]) - 2 for row in labels[: len(FLIPPED)]} >= set(FLIPPED[1:4])
    lines = (suspects_config.parent / "train.csv").read_text(encoding="utf-8").splitlines()
    for row in labels:
        assert lines[int(row["line"]) - 1] == f"{row['text']},{row['label']}"
        assert (row["file"], row["split"]) == (str(suspects_config.parent / "train.csv"), "train")
        assert {row["label"], row["suggested"]} == {"neg", "pos"}
        assert float(row["score"]) == pytest.approx(
            float(row["suggested_probability"]) - float(row["probability"]), abs=2e-4
        )
    scores = [float(row["score"]) for row in labels]
    assert scores == sorted(scores, reverse=True)


def test_rows_of_groups_follow(suspects_config: Path) -> None:
    assert call_suspects(suspects_config).exit_code == 0
    found = [
        (row["kind"], row["split"], int(row["line"]), row["group"], row["label"])
        for row in rows_of(suspects_config.parent / "suspects.csv")
        if row["kind"] != "label"
    ]
    assert found == [
        ("duplicate with another label", "train", 10, "1", "neg"),
        ("duplicate with another label", "train", 103, "1", "pos"),
        ("duplicate", "train", 52, "2", "neg"),
        ("duplicate", "test", 2, "2", ""),
        ("duplicate", "train", 2, "3", "neg"),
        ("duplicate", "train", 102, "3", "neg"),
        ("near-duplicate", "train", 14, "4", "neg"),
        ("near-duplicate", "train", 104, "4", "neg"),
    ]


def test_the_screen_has_pairs_texts_groups_and_what_to_do(suspects_config: Path) -> None:
    shown = call_suspects(suspects_config, "--top", "2").output
    assert re.search(r"Judged 103 labels: the model, trained on other texts, predicts \d\d\.\d % of them", shown)
    assert re.search(r"\d+ labels may be wrong:", shown) and re.search(r"neg +pos +\d", shown)
    assert len(re.findall(r"^0\.\d\d  train.csv:\d+  (neg -> pos|pos -> neg)\n      \w", shown, re.MULTILINE)) == 2
    for line in (
        r"equal +3 +6", r"equal, with different labels +1 +2", r"equal, in train and test +1 +2", r"similar +1 +2"
    ):  # fmt: skip
        assert re.search(f"^{line}$", shown, re.MULTILINE), line
    assert "No data were changed." in shown and "remove them from training" in shown
    assert "Similar texts of several splits" not in shown


def test_similar_texts_of_several_splits_are_to_be_read_first(tmp_path: Path) -> None:
    rows = sentiments()
    test = write_csv(tmp_path / "test.csv", [("text", "label"), (f"{rows[50][0]} indeed", "neg")])
    train = write_csv(tmp_path / "train.csv", [("text", "label"), *rows])
    shown = " ".join(call_suspects(config_of(tmp_path, train=str(train), test=str(test))).output.split())
    assert "similar, in train and test 1 2" in shown
    assert "Similar texts of several splits may say different things: read them" in shown
    assert "remove them from training" not in shown


def test_json_has_the_same(suspects_config: Path) -> None:
    done = call_suspects(suspects_config, "--json", "--top", "3")
    found = json.loads(done.stdout)
    assert found["judged"] == 103 and 0.8 < found["agreement"] <= 1 and found["not_judged"] == {}
    assert sum(pair["texts"] for pair in found["pairs"]) == found["label_errors"] >= 4
    assert [row["rank"] for row in found["top"]] == [1, 2, 3]
    assert found["groups"][0] == {"texts": 2, "equal": True, "different_labels": True, "splits": ["train"]}
    assert found["file"] == str(suspects_config.parent / "suspects.csv")


def test_texts_without_a_judgement_are_named(suspects_config: Path) -> None:
    assert "Not judged, only compared with the others: 2 test texts" in call_suspects(suspects_config).output
    drawn = call_suspects(suspects_config, "--overwrite", "--set", "data.test=0.2").output
    assert "test texts; --set data.test=0 judges them too" in " ".join(drawn.split())
    done = call_suspects(suspects_config, "--json", "--overwrite", "--set", "data.test=null")
    assert json.loads(done.stdout)["only_compared"] == {}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("-o", "list.xlsx"), "--output list.xlsx: spreadsheets are read, not written"),
        (("-o", "no/such/folder.csv"), "does not exist"),
        (("--similarity", "0"), "more than 0, and 1 at most"),
        (("--folds", "1"), "from 2 to 1,000"),
        (("--folds", "900"), "use at most --folds"),
        (("--model", "svm"), "'linear', 'network'"),
        (("--set", "data.label=lable"), 'no column "lable"'),
    ],
)
def test_wrong_options_are_refused(suspects_config: Path, options: tuple[str, ...], message: str) -> None:
    done = CliRunner().invoke(cli, ["suspects", str(suspects_config), *options])
    assert done.exit_code == 2, done.output
    assert message in " ".join(done.output.split())


def test_only_equal_texts(suspects_config: Path) -> None:
    assert call_suspects(suspects_config, "--no-near-duplicates").exit_code == 0
    kinds = {row["kind"] for row in rows_of(suspects_config.parent / "suspects.csv")}
    assert kinds == {"label", "duplicate", "duplicate with another label"}


def test_similarity_decides_what_is_a_near_duplicate(suspects_config: Path) -> None:
    assert call_suspects(suspects_config, "--similarity", "0.95").exit_code == 0
    assert "near-duplicate" not in {row["kind"] for row in rows_of(suspects_config.parent / "suspects.csv")}


def test_nothing_suspect_writes_no_file(tmp_path: Path) -> None:
    rows = [(f"{'lovely' if place % 2 else 'awful'} number{place}", str(place % 2)) for place in range(60)]
    config = config_of(tmp_path, train=str(write_csv(tmp_path / "train.csv", [("text", "label"), *rows])))
    done = call_suspects(config, output="none.parquet")
    assert done.exit_code == 0, done.output
    assert "0 labels may be wrong" in done.output and "No equal or similar texts." in done.output
    assert "No file was written." in done.output
    assert not (tmp_path / "none.parquet").exists()
    (tmp_path / "none.parquet").write_text("suspects that are corrected", encoding="utf-8")
    done = call_suspects(config, "--overwrite", output="none.parquet")
    assert "none.parquet is from an earlier call." in " ".join(done.output.split())
    assert json.loads(call_suspects(config, "--overwrite", "--json", output="none.parquet").stdout)["file"] is None


def test_a_list_that_says_little_says_so(tmp_path: Path) -> None:
    rows = [(text, ("a", "b")[place // 2 % 2]) for place, (text, _) in enumerate(sentiments())]
    config = config_of(tmp_path, train=str(write_csv(tmp_path / "train.csv", [("text", "label"), *rows])))
    assert "do not trust its list of labels; try --model network" in " ".join(call_suspects(config).output.split())


def test_folders_have_a_file_for_each_text(tmp_path: Path) -> None:
    for number, (text, label) in enumerate(sentiments()):
        path = tmp_path / "reviews" / label / f"{number:03}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    done = call_suspects(config_of(tmp_path, source="folder", train=str(tmp_path / "reviews")))
    assert done.exit_code == 0, done.output
    first = rows_of(tmp_path / "suspects.csv")[: len(FLIPPED)]
    assert {int(Path(row["file"]).stem) for row in first} == set(FLIPPED)
    assert all(row["line"] == "" and Path(row["file"]).read_text(encoding="utf-8") == row["text"] for row in first)


def test_a_data_set_has_numbers_of_texts(tmp_path: Path) -> None:
    config = small_config()
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(config | {"data": {"source": "sample", "dataset": "dna"}}), encoding="utf-8")
    done = call_suspects(path)
    assert done.exit_code == 0, done.output
    labels = [row for row in rows_of(tmp_path / "suspects.csv") if row["kind"] == "label"]
    assert labels
    assert {row["file"] for row in labels} == {"synthetic DNA train"}
    assert {row["split"] for row in labels} <= {"train", "validation"}
    texts = SampleSource("dna").read("train").texts
    assert all(texts[int(row["line"]) - 1] == row["text"] for row in labels)


def test_several_labels(tmp_path: Path) -> None:
    rows = [
        {"text": text, "label": ["pos"] * (label == "pos") + ["rare"] * (number in (5, 25, 45, 65))}
        for number, (text, label) in enumerate(sentiments())
    ]
    path = tmp_path / "train.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    config = config_of(tmp_path, train=str(path))
    done = call_suspects(config, output="s.jsonl")
    assert done.exit_code == 0, done.output
    assert re.search(r"^\d+ decisions about labels may be wrong:$", done.output, re.MULTILINE)
    assert 'in fewer than 5 of the texts that have it: "rare" (4)' in " ".join(done.output.split())
    assert re.search(r"^pos +add it +\d", done.output, re.MULTILINE)
    assert re.search(r"^0\.\d\d  train.jsonl:\d+  pos: (add|remove) it$", done.output, re.MULTILINE)
    assert "rare:" not in done.output
    found = [json.loads(line) for line in (tmp_path / "s.jsonl").read_text(encoding="utf-8").splitlines()]
    first = next(row for row in found if row["about"] == "pos" and row["line"] - 1 in FLIPPED)
    assert set(first["label"]) ^ set(first["suggested"]) == {"pos"}
    assert call_suspects(config).exit_code == 0
    same = next(row for row in rows_of(tmp_path / "suspects.csv") if row["line"] == str(first["line"]))
    assert same["label"] == "|".join(first["label"])


def test_hostile_texts_and_labels_are_shown_and_written_as_they_are(tmp_path: Path) -> None:
    hostile = [
        "<script>alert(1)</script>",
        "x" * 100_000,
        "\u202eright to left\u202c",
        "a\0b",
        "😀" * 50,
        "",
        "[red]",
        "a\nb",
    ]
    rows = [(text, "neg[/]") for text in hostile] + [(text.upper(), "pos\nx") for text in hostile]
    rows += [
        (f"{'lovely' if place % 2 else 'awful'} number{place}", ("neg[/]", "pos\nx")[place % 2]) for place in range(40)
    ]
    path = tmp_path / "train.jsonl"
    path.write_text("".join(json.dumps(dict(zip(("text", "label"), row, strict=True))) + "\n" for row in rows), "utf-8")
    config = config_of(tmp_path, train=str(path))
    done = call_suspects(config)
    assert done.exit_code == 0, done.output
    assert "\0" not in done.output and "\u202e" not in done.output
    found = [row["text"] for row in rows_of(tmp_path / "suspects.csv")]
    assert set(hostile) <= set(found)


def test_weights_of_an_interruption_are_kept(
    suspects_config: Path, monkeypatch: pytest.MonkeyPatch, own_cache: Path
) -> None:
    from seqclf.suspects.linear import LinearModels

    fitted, real = [], LinearModels.probabilities

    def stop_at_the_third(self: LinearModels, *arguments: Any) -> Any:
        fitted.append(1)
        if len(fitted) == 3:
            raise KeyboardInterrupt
        return real(self, *arguments)

    monkeypatch.setattr(LinearModels, "probabilities", stop_at_the_third)
    done = call_suspects(suspects_config)
    assert done.exit_code == 130
    assert "the same command continues with the next one" in " ".join(done.output.split())
    assert not (suspects_config.parent / "suspects.csv").exists()
    again = call_suspects(suspects_config)
    assert again.exit_code == 0 and "Fold 2 of 5 (from an earlier call)" in again.output
    assert len(fitted) == 6


def test_data_in_place_of_a_config(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "reviews.csv", [("text", "label"), *sentiments(200)])
    done = CliRunner().invoke(cli, ["suspects", str(path), "-o", str(tmp_path / "s.csv"), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["label_errors"] >= 4


def test_a_run_has_a_config(tmp_path: Path) -> None:
    run = tmp_path / "mine-1"
    run.mkdir()
    (run / "manifest.json").write_text("{}")
    refused = call_suspects(run)
    said = " ".join(refused.output.split())
    assert refused.exit_code == 2 and f"is a run; name its config: `seqclf suspects {run}/config.yaml`" in said
    assert "--resume" not in said


def test_duplicates_without_judged_labels(tmp_path: Path) -> None:
    rows = [("one and two", "same"), ("One and two", "same"), ("another text", "same")]
    config = config_of(tmp_path, train=str(write_csv(tmp_path / "train.csv", [("text", "label"), *rows])))
    done = call_suspects(config)
    assert done.exit_code == 0, done.output
    assert "The labels were not judged: " in done.output and "may be wrong" not in done.output
    assert re.search(r"^equal +1 +2$", done.output, re.MULTILINE)
    assert len(rows_of(tmp_path / "suspects.csv")) == 2
    found = json.loads(call_suspects(config, "--json", "--overwrite").stdout)
    assert 'every text has the label "same"' in found["why_not_judged"] and len(found["groups"]) == 1
