"""``report.html``: what is in it, and that nothing of the users' texts can do anything but be read."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_examples import (
    HOSTILE,
    Page,
    evidence_of,
    full_run,
    language_model_run,
    measured,
    without_evaluation,
    write_history,
)
from run_folders import made_run, training
from tricky_texts import tricky

from seqclf.errors import InputError
from seqclf.evaluation.evidence.content import ShownText, SplitEvidence, Word
from seqclf.evaluation.evidence.store import write_evidence
from seqclf.labels import Labels
from seqclf.report import write_report
from seqclf.report.facts import read_facts
from seqclf.report.sections.about import cost, environment, members
from seqclf.report.sections.data import data
from seqclf.report.sections.result import result
from seqclf.report.words import MOST_CHARACTERS, in_lines, on_one_line, pieces, visible
from seqclf.runs import Run

ALL = [
    "result", "learning", "labels", "confusion", "reliability", "ranking", "thresholds", "slices", "wrong",
    "label-errors", "data", "config", "environment", "cost",
]  # fmt: skip
TWO = Labels(("neg", "pos"))


def page_of(run: Run) -> Page:
    text = write_report(run).read_bytes().decode()
    assert_harmless(text)
    return Page(text)


def assert_harmless(text: str) -> None:
    """No scripts, no handlers, nothing that is loaded, and a policy that forbids all of it."""
    page = Page(text)
    for tag, attributes in page.elements:
        assert tag not in {"script", "iframe", "object", "embed", "link", "base", "form", "img", "image"}, tag
        for name, value in attributes.items():
            assert not name.startswith("on") and name not in {"style", "src", "srcset", "action", "formaction"}, name
            if name in {"href", "xlink:href"}:
                assert value is not None and value.startswith(("#", "./")), value
            assert "url(" not in (value or "") or (value or "").startswith("url(#"), value
    policies = [one for one in page.all("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    (style,) = re.findall("<style>(.*?)</style>", text, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert [one["content"] for one in policies] == [
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    ]
    assert "url(" not in style and "@import" not in style
    assert not set(text) & set(map(chr, [*range(9), 11, 12, *range(14, 32), 127, *range(0x202A, 0x202F)]))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    references = re.findall(r'(?:href="|url\()#([^")]+)', text)
    assert set(references) <= set(ids)


def test_a_run_with_everything(tmp_path: Path) -> None:
    page = page_of(full_run(tmp_path, TWO, [f"text {number}" for number in range(10)]))
    assert page.sections == ALL
    assert [one["href"] for one in page.all("a")][1:] == [f"#{name}" for name in ALL]
    assert "on 60 test texts" in page.words
    assert "[12,345 characters after]" in page.words
    assert "text 1:12" in page.words and "3 test texts are equal to training texts" in page.words
    assert all(svg.get("aria-label") for svg in page.all("svg") if svg.get("role") == "img")
    assert all(svg.get("role") == "img" or svg.get("aria-hidden") == "true" for svg in page.all("svg"))
    assert len(page.all("caption")) == len(page.all("table"))
    assert len(page.all("h1")) == 1
    assert "Do not correct test labels by this list" in page.words
    only_validation = full_run(tmp_path, TWO, [f"text {one}" for one in range(10)], name="b-1", splits=("validation",))
    assert "Do not correct test labels" not in page_of(only_validation).words


@pytest.mark.parametrize("multi", [False, True])
def test_hostile_texts_are_only_read(tmp_path: Path, multi: bool) -> None:
    """In texts, labels, columns, names of files and data, notes, errors and comments of the config."""
    name = "<script>alert(1)&"
    run = full_run(tmp_path, Labels(HOSTILE, multi), HOSTILE, name=name, error=HOSTILE[1], status="failed")
    (run.folder / "note.txt").write_text("".join(HOSTILE), encoding="utf-8")
    with run.config.open("a", encoding="utf-8") as file:
        file.write("".join(f"# {one!r}\n# {one}\n" for one in HOSTILE if "\x00" not in one))
    page = page_of(run)
    assert name in page.words
    for one in HOSTILE[:4]:
        assert one in page.words
    assert "NUL ␀ BEL ␇ ESC ␛[31m" in page.words
    assert "[U+202E]\u05d0\u05d1\u05d2 [U+2066]" in page.words
    assert HOSTILE[5] in page.words, "joiners of emoji stay"
    assert "x" * 3_000 in page.words and "(1,005 more characters)" not in page.words
    assert f"({5_005 - MOST_CHARACTERS:,} more characters)" in page.words


@pytest.mark.parametrize("number", [2, 7, 28, 1000])
def test_few_and_many_labels(tmp_path: Path, number: int) -> None:
    labels = Labels(tuple(f"label {one}" for one in range(number)))
    page = page_of(full_run(tmp_path, labels, [f"text {one}" for one in range(10)]))
    matrices = [one for one in page.all("table") if (one.get("class") or "").startswith("matrix")]
    assert len(matrices) == (number <= 30)
    assert ("thresholds" in page.sections) == (number == 2)
    assert ("Most confused labels" in page.words) == (number > 2)
    assert page.words.count("label 1") >= 2
    assert ("All 1,000 labels" in page.words) == (number == 1000)


def test_several_labels_per_text(tmp_path: Path) -> None:
    labels = Labels(("a", "b", "c"), multi=True)
    page = page_of(full_run(tmp_path, labels, [f"text {one}" for one in range(10)]))
    assert page.sections == [name for name in ALL if name != "confusion"]
    assert "micro F1, 95" in page.words and "with 3 labels, any number of them on a text" in page.words
    assert "points of micro F1" in page.words


@pytest.mark.parametrize("unigram", [False, True])
def test_a_language_model(tmp_path: Path, unigram: bool) -> None:
    page = page_of(language_model_run(tmp_path, unigram=unigram))
    assert page.sections == ["result", "learning", "data", "config", "environment", "cost"]
    verdict = "perplexity is 7.4 times smaller" if unigram else "Nothing says what the network adds"
    assert verdict in page.words


def test_a_run_of_an_earlier_version(tmp_path: Path) -> None:
    run = full_run(tmp_path, TWO, [f"text {one}" for one in range(10)])
    without_evaluation(run)
    run.forget_evidence()
    page = page_of(run)
    assert page.sections == ["result", "learning", "labels", "confusion", "data", "config", "environment", "cost"]
    assert "Nothing says what the network adds" in page.words
    assert "95\xa0% interval" in page.words, "that of the accuracy follows from the number of texts"


@pytest.mark.parametrize(
    ("status", "words"),
    [("interrupted", "was interrupted"), ("failed", "The training failed"), ("running", "was killed")],
)
def test_a_run_that_is_not_finished(tmp_path: Path, status: str, words: str) -> None:
    """Before its first epoch, there are no metrics, no history and no labels."""
    page = page_of(made_run(tmp_path, "a-1", status, validation=None, files=()))
    assert words in page.words
    assert "result" not in page.sections and "learning" not in page.sections
    assert page.sections[0] == "data"


def test_a_run_that_is_being_trained(tmp_path: Path) -> None:
    run = made_run(tmp_path, "a-1", "running", validation=None, files=())
    write_history(run)
    with training(run):
        page = page_of(run)
    assert "is being trained" in page.words and re.search(r"for \d+h \d\dm so far", page.words)
    assert page.sections[0] == "learning"


def test_damaged_files_are_named_and_the_rest_is_shown(tmp_path: Path) -> None:
    run = full_run(tmp_path, TWO)
    (run.folder / "metrics.json").write_text("{", encoding="utf-8")
    run.evidence_file("test").write_text("[]", encoding="utf-8")
    run.config.write_text("name: [", encoding="utf-8")
    page = page_of(run)
    assert page.sections == ["learning", "data", "config", "environment", "cost"]
    assert page.words.count("metrics.json: cannot be read") == 1
    assert "test.json: expected a JSON object" in page.words


def test_a_damaged_manifest_is_an_error(tmp_path: Path) -> None:
    run = full_run(tmp_path, TWO)
    (run.folder / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="manifest.json"):
        write_report(run)
    assert not run.report.exists()


def test_evidence_of_other_weights_is_left_out(tmp_path: Path) -> None:
    run = full_run(tmp_path, TWO)
    run.onnx.write_bytes(b"other weights")
    assert not {"ranking", "slices", "wrong", "label-errors"} & set(page_of(run).sections)


@pytest.mark.parametrize(
    ("part", "section"),
    [("curves", "ranking"), ("slices", "slices"), ("wrong", "wrong"), ("label_errors", "label-errors")],
)
def test_a_section_without_its_data_is_left_out(tmp_path: Path, part: str, section: str) -> None:
    run = full_run(tmp_path, TWO)
    evidence = evidence_of(run, TWO, HOSTILE, "test")
    empty: Any = {} if part == "slices" else ()
    write_evidence(run, replace(evidence, **{part: empty}))
    assert page_of(run).sections == [name for name in ALL if name != section]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"ensemble": {"members": [{"name": "a<b>", "weight": 0.25}, {"name": "c", "weight": 0.75}]}},
         "The probabilities are the mean of those of these models"),
        ({"soup": {"runs": ["a<b>", "c"]}}, "The weights are the mean of those of these runs"),
    ],
)  # fmt: skip
def test_a_run_that_was_made_of_others(tmp_path: Path, entry: dict[str, Any], words: str) -> None:
    run = full_run(tmp_path, TWO, **entry)
    page = page_of(run)
    assert "members" in page.sections and page.words.count("a<b>") == 1 and words in page.words
    found = members(read_facts(run))
    assert found is not None and [name for name, _ in found.values["rows"]] == ["a<b>", "c"]
    assert [weight for _, weight in found.values["rows"]] == (["0.25", "0.75"] if "ensemble" in entry else ["", ""])


@pytest.mark.parametrize("value", [10**400, 1e308, -1, "<b>", None, [], True])
def test_a_manifest_with_absurd_values(tmp_path: Path, value: Any) -> None:
    names = ("epochs", "wall_seconds", "processor_seconds", "peak_memory_bytes", "seed", "parameters", "best_epoch")
    run = full_run(tmp_path, TWO, **dict.fromkeys((*names, "training_texts", "started", "ended"), value))
    facts = read_facts(run)
    assert environment(facts) is not None and data(facts) is not None
    shown = cost(facts)
    assert shown is None or all(isinstance(one, str) for row in shown.values["rows"] for one in row)


@pytest.mark.parametrize("value", [10**400, 1.7e308, -1.7e308, 1e-320])
def test_a_history_with_absurd_numbers(tmp_path: Path, value: float) -> None:
    run = full_run(tmp_path, TWO, best_epoch=value)
    row = {"type": "epoch", "epoch": 1, "loss": value, "val_loss": -value, "accuracy": 0.5, "seconds": value}
    window = {"type": "steps", "epoch": 1, "step": value, "loss": value, "learning_rate": value}
    lines = [row, row | {"epoch": value}, row | {"epoch": 2, "loss": 1.0}, window, window | {"step": 2}]
    run.history.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert "learning" in page_of(run).sections


def test_it_says_that_labels_are_probabilities(tmp_path: Path) -> None:
    for name, label in (("a-1", {"neg": "n", "pos": "p"}), ("b-1", "label")):
        run = made_run(
            tmp_path, name, validation=None, config={"data__label": label}, metrics={"test": measured(TWO).to_json()}
        )
        run.write_labels(TWO)
        found = result(read_facts(run))
        assert found is not None
        assert any("are probabilities" in note for note in found.values["notes"]) is (name == "a-1")


def test_the_same_run_gives_the_same_page(tmp_path: Path) -> None:
    run = full_run(tmp_path, TWO)
    first = write_report(run).read_bytes()
    assert write_report(run).read_bytes() == first


def test_one_text_and_one_epoch(tmp_path: Path) -> None:
    run = made_run(tmp_path, "a-1", validation=None, metrics={"test": measured(TWO, 1).to_json()})
    run.write_labels(TWO)
    write_history(run, 1)
    write_evidence(run, SplitEvidence(replace(evidence_of(run, TWO, HOSTILE).origin, texts=1)))
    page = page_of(run)
    assert "on 1 test text" in page.words
    assert "n/a" in page.words, "scores that one text leaves undefined"


def test_it_needs_neither_tensorflow_nor_scikit_learn(tmp_path: Path) -> None:
    run = full_run(tmp_path, TWO)
    code = (
        "import sys; from pathlib import Path; from seqclf.report import write_report; from seqclf.runs import Run\n"
        f"write_report(Run(Path({str(run.folder)!r})))\n"
        "print(sorted({'tensorflow', 'keras', 'sklearn', 'scipy', 'onnxruntime', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n" and done.stderr == ""


# --- words ------------------------------------------------------------------------------------------------------------


@given(st.lists(tricky).map("".join) | st.text(st.characters()))
def test_visible_texts_have_no_control_characters(text: str) -> None:
    forbidden = "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
    assert not re.search(forbidden, visible(text)) and not re.search(forbidden, on_one_line(text))
    assert not re.search(forbidden, in_lines(text).replace("\n", "").replace("\t", ""))


WORDS = st.lists(
    st.builds(Word, st.integers(0, 30), st.integers(0, 30), st.none() | st.floats(-9, 9, allow_subnormal=False))
)


@given(st.text(max_size=25), WORDS)
def test_pieces_are_the_text(text: str, words: list[Word]) -> None:
    """Whatever the places of the words are: overlapping, reversed, or after the end."""
    found = list(pieces(ShownText(text), words))
    assert "".join(piece.text for piece in found) == text
    assert all(piece.text and -4 <= piece.level <= 4 for piece in found)


def test_words_are_coloured_by_their_share_of_the_largest_score() -> None:
    words = [Word(0, 4, 2.0), Word(5, 8, -1.0), Word(9, 10, 0.1), Word(11, 14, None)]
    found = [(piece.text, piece.level) for piece in pieces(ShownText("good but a bit"), words)]
    assert found == [("good", 4), (" ", 0), ("but", -2), (" a bit", 0)]
