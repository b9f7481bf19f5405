"""``seqclf explain`` as a user types it."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from made_up_models import write_model
from rich.console import Console
from test_explanation_html import HOSTILE, Read
from untrained_classifiers import TWO, export_untrained, untrained_classifier

from seqclf.cli import cli
from seqclf.explanation.attribution import Attribution, ScoredWord
from seqclf.explanation.html import words_html
from seqclf.labels import Labels
from seqclf.runs import Run

TEXTS = ["the moon and a new goal", "the bank said: a price", "a good star of the match"]
TYPED = [text for text in HOSTILE if "\ud800" not in text]
"""Those that a command line can have."""

POOLED = [{"type": "pool", "method": ["mean", "max"]}]


def call(*arguments: str, code: int = 0, stdin: str | None = None) -> Any:
    done = CliRunner().invoke(cli, ["explain", *arguments], input=stdin)
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    return done


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Exported models: of two labels, of several labels a text, of two text columns, with columns beside the text."""
    folder = tmp_path_factory.mktemp("exported")
    many = Labels(("moon", "bank", "<b>"), multi=True)
    for name, options in (
        ("two", {}),
        ("many", {"labels": many}),
        ("columns", {"columns": ("title", "body")}),
        ("beside", {"extra": True}),
    ):
        export_untrained(folder / name, untrained_classifier(TEXTS, layers=POOLED, head=[], **options))
    return folder


def objects(done: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def shown_tables(found: Attribution, width: int) -> str:
    from seqclf.cli.explained_texts import _tables

    console = Console(width=width, file=io.StringIO())
    with console.capture() as captured:
        for table in _tables(found, 5, width):
            console.print(table)
    return captured.get()


def test_marks_and_numbers(folders: Path) -> None:
    shown = call(TEXTS[0], "--run", str(folders / "two"), "--top", "2").stdout
    ((found),) = objects(call(TEXTS[0], "--run", str(folders / "two"), "--json"))
    assert shown.startswith("[+word] speaks for the label, [-word] against it;")
    marked = next(line for line in shown.splitlines() if "moon" in line)
    assert re.sub(r"\[[+-]+(\w+)\]", r"\1", marked) == TEXTS[0]
    for word in found["words"]:
        strength = word["score"] / max(abs(one["score"]) for one in found["words"])
        if abs(strength) > 0.05:
            sign = "+" if strength > 0 else "-"
            assert re.search(rf"\[{re.escape(sign)}+{word['word']}\]", marked), word
    assert f"{found['label']} {found['probability']:.4f}\n" in shown
    strongest = max(found["words"], key=lambda word: word["score"])
    assert re.search(rf"^{strongest['word']} +\+{strongest['score']:.2f}", shown, re.M)
    assert f"Log-odds {found['output']:+.2f} = " in shown
    assert Attribution.from_json(found).label == found["label"] == found["prediction"]
    total = sum(word["score"] for word in found["words"]) + found["remainder"]
    assert total == pytest.approx(found["output"] - found["baseline"], abs=1e-5)


def test_every_text_and_label(folders: Path) -> None:
    run = ("--run", str(folders / "many"))
    asked = objects(call(*TEXTS, *run, "--label", "bank", "--label", "<b>", "--json"))
    assert [(one["text"], one["label"]) for one in asked] == [
        (text, label) for text in TEXTS for label in ("bank", "<b>")
    ]
    for one in objects(call(*TEXTS, *run, "--json")):
        assert one["label"] in one["prediction"] or not one["prediction"]
    lines = objects(call("-", *run, "--label", "bank", "--json", stdin="one\n\nthree\n"))
    assert [one["text"] for one in lines] == ["one", "", "three"]
    other = next(name for name in ("moon", "bank", "<b>") if name not in asked[0]["prediction"])
    assert f"{other} 0." in call(TEXTS[0], *run, "--label", other).stdout
    assert "(not predicted)" in call(TEXTS[0], *run, "--label", other).stdout


def test_a_label_that_is_named_twice_is_explained_once(folders: Path) -> None:
    label = ("--label", "yes")
    assert len(objects(call(TEXTS[0], "--run", str(folders / "two"), *label, *label, "--json"))) == 1


def test_words_of_a_table_are_neither_markup_nor_emoji() -> None:
    words = (":smile:", "[red]", "a\\")
    scored = (ScoredWord(0, 7, 1.0), ScoredWord(7, 12, 0.5), ScoredWord(12, 14, -0.5))
    found = Attribution(("".join(words),), (), "yes", None, "occlusion", scored, 0.9, 2.0, 1.0)
    assert all(word in shown_tables(found, 80) for word in words)


def test_words_against_the_label_have_a_minus_sign() -> None:
    found = Attribution(("film",), (), "yes", None, "occlusion", (ScoredWord(0, 4, -0.001),), 0.9, 2.0, 1.0)
    assert "-0.00" in shown_tables(found, 80)
    assert 'title="-0.00"' in words_html(found)


@pytest.mark.parametrize("width", [20, 32, 36, 80])
def test_scores_are_whole_on_narrow_terminals(width: int) -> None:
    scored = (ScoredWord(0, 30, 12.5), ScoredWord(30, 60, -10.25), ScoredWord(60, 65, -1.5))
    found = Attribution(("x" * 60 + "pause",), (), "yes", None, "occlusion", scored, 0.9, 2.0, 1.0)
    lines = shown_tables(found, width).splitlines()
    assert all(score in "\n".join(lines) for score in ("+12.50", "-10.25", "-1.50")) and max(map(len, lines)) <= width
    assert any("pause" in line for line in lines), "eight characters of a word or more are legible"
    beside = any("for it" in line and "against it" in line for line in lines)
    assert beside == (width >= 40)


def test_columns(folders: Path) -> None:
    run = ("--run", str(folders / "columns"))
    (found,) = objects(call("the moon", *run, "--field", "body=a new goal", "--json"))
    assert found["text"] == {"title": "the moon", "body": "a new goal"}
    assert [word["column"] for word in found["words"]] == ["title"] * 2 + ["body"] * 3
    shown = call("the moon", *run)
    assert 'no value for the column "body"' in shown.stderr and "\ntitle: " in shown.stdout
    beside = ("moon", "--run", str(folders / "beside"), "--json")
    first, second = (objects(call(*beside, "--field", f"price={price}"))[0] for price in (1, 900))
    assert first["output"] != second["output"] and len(first["words"]) == 1
    call(*beside, "--field", "nothing=1", code=2)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["x", "--label", "yess"], '--label: the run has no label "yess"; did you mean "yes"?'),
        (["x", "--against", "maybe"], '--against: the run has no label "maybe"'),
        (["x", "--against", ""], '--against: the run has no label ""'),
        (["x", "--label", "yes", "--against", "yes"], '--against: "yes" is the label itself'),
        (["x", "--method", "integrated-gradients"], "has an ONNX model alone, which gives no gradients"),
        (["x", "--method", "integrated-gradients"], "leave the option out: occlusion reads every model"),
        (["x", "--method", "integrated-gradients", "--most-calls", "9"], "works only with --method occlusion"),
        (["x", "--overwrite"], "works only with --output FILE or --html FILE"),
        (["x", "--html", "/dev/null"], "is not a file; --html - writes to standard output"),
        (["x", "-o", "/dev/null"], "is not a file; -o - writes to standard output"),
        (["x", "-o", "a.csv"], "expected .jsonl, .html or .txt"),
        (["x", "-o", "a.html", "--json"], "name it a.jsonl"),
        (["x", "-o", "a.html", "--html", "b.html"], "both name the file to write"),
        (["x", "--column", "y"], "--column: works only with --input"),
        (["x", "--input", "y.txt"], "give TEXT or --input FILE, not both"),
        (["--input", "-", "--input-format", "txt", "--against", "yes"], "add --label NAME"),
        (["--input", "nothing.csv"], "nothing.csv"),
        (["x", "--html", "a.html", "--json"], "give one of them"),
        (["x", "--html", "/nowhere/a.html"], "does not exist"),
        (["x", "--most-calls", "0"], "1 or more"),
        ([], "give TEXT or --input FILE"),
    ],
)
def test_mistakes(arguments: list[str], said: str, folders: Path) -> None:
    assert said in " ".join(call(*arguments, "--run", str(folders / "two"), code=2).stderr.split())


def test_an_empty_name_of_a_run(tmp_path: Path) -> None:
    assert "the name of the run is empty" in call("x", "--run", "", "--runs", str(tmp_path), code=2).stderr


def test_language_models_have_no_labels(tmp_path: Path) -> None:
    run = write_model(tmp_path / "runs" / "letters-1")
    refused = call("x", "--run", str(run), code=2).stderr
    assert "is a language model" in refused and "seqclf generate --run" in refused


def test_a_page(folders: Path, tmp_path: Path) -> None:
    page, run = tmp_path / "page.html", ("--run", str(folders / "many"))
    done = call(*TYPED[:7], *run, "--label", "<b>", "--html", str(page))
    assert done.stdout == "" and "7 explanations" in done.stderr
    source = page.read_text(encoding="utf-8")
    (style,) = re.findall(r"<style>(.*?)</style>", source, re.S)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in source
    read = Read(source)
    assert not {tag for tag, _ in read.found} & {"script", "img", "link", "a", "iframe", "b", "svg", "base"}
    attributes = {name for _, given in read.found for name in given}
    assert attributes <= {
        "lang",
        "charset",
        "http-equiv",
        "content",
        "name",
        "class",
        "title",
        "dir",
        "colspan",
        "open",
    }
    assert source.count("<section>") == 7 and "&lt;b&gt;" in source and "<b>" not in source
    assert "\x1b" not in source and "\x00" not in source and "\u202e" not in source
    assert html.escape(HOSTILE[0].partition(">")[0]) in re.sub("</?i[^>]*>", "", source)
    refused = call("x", *run, "--html", str(page), code=2).stderr
    assert "already exists" in refused and page.read_text(encoding="utf-8") == source
    call("x", *run, "--label", "moon", "--html", str(page), "--overwrite")
    assert page.read_text(encoding="utf-8").count("<section>") == 1


@pytest.mark.parametrize("text", TYPED, ids=lambda text: ascii(text[:20]))
def test_hostile_texts_control_no_terminal(text: str, folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.cli import explained_texts

    plain = call(text, "--run", str(folders / "two")).stdout
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", plain)
    made = Console(force_terminal=True, width=80, highlight=False, color_system="standard")
    monkeypatch.setattr(explained_texts, "console", lambda: made)
    with made.capture() as captured:
        call(text, "--run", str(folders / "two"))
    shown = captured.get()
    codes = re.findall("\x1b.{0,12}", shown)
    assert all(re.match("\x1b\\[[0-9;]*m", code) for code in codes), codes
    from rich.cells import cell_len

    for line in re.sub("\x1b\\[[0-9;]*m", "", shown).splitlines():
        assert cell_len(line) <= 80


def test_colours_only_where_there_are_any(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.cli import explained_texts
    from seqclf.cli.explained_texts import has_colours

    terminal = Console(force_terminal=True, color_system="256", _environ={})
    assert has_colours(terminal)
    assert not has_colours(Console(force_terminal=True, color_system="256", no_color=True))
    assert not has_colours(Console(force_terminal=True, _environ={"TERM": "dumb"}))
    monkeypatch.setattr(explained_texts, "console", lambda: terminal)
    with terminal.capture() as captured:
        call(TEXTS[0], "--run", str(folders / "two"))
    assert "\x1b[" in captured.get() and "[+" not in captured.get()


def test_a_run_by_both_methods(three_label_run: Run) -> None:
    run = ("--run", str(three_label_run.folder), "--json")
    text = "the new moon said"
    (light,), (exact,) = (objects(call(text, *run, *more)) for more in ([], ["--method", "integrated-gradients"]))
    assert light["label"] == exact["label"] == "space"
    assert light["output"] == pytest.approx(exact["output"], abs=1e-4)
    assert abs(exact["remainder"]) <= 0.01 * abs(exact["output"] - exact["baseline"]) + 1e-4
    assert [word["start"] for word in light["words"]] == [word["start"] for word in exact["words"]]
    (contrast,) = objects(call(text, *run, "--against", "sport"))
    assert contrast["against"] == "sport" and "against sport" in call(text, *run[:2], "--against", "sport").stdout
    assert "(predicted: space" in call(text, *run[:2], "--label", "money").stdout


def test_occlusion_needs_no_tensorflow(folders: Path) -> None:
    program = (
        "import sys; sys.argv = ['seqclf', *sys.argv[1:]]\n"
        "from seqclf.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "print('heavy:', sorted({'tensorflow', 'keras', 'onnx', 'pydantic', 'sklearn', 'scipy'} & set(sys.modules)))"
    )
    arguments = ["explain", "the moon", "--run", str(folders / "two")]
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "heavy: []"
    assert any(label in done.stdout for label in TWO)
