"""Configs for language models of a user's own texts: ``init --task`` and ``train DATA --set task=language_model``."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from seqclf.cli import cli
from seqclf.cli.starting import load_or_make
from seqclf.config import Config, parse_override, read_config
from seqclf.config.schema import LanguageModelTask
from seqclf.data.corpus import Corpus
from seqclf.errors import InputError
from seqclf.starter.language_model import language_model_starter
from seqclf.starter.unlabelled import Texts

VERSE = "The sun of number {} is the sun of love\nand all the summer days are fair with it,\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _write(folder: str, files: int, *, ending: str = ".txt", verses: int = 10) -> None:
    for number in range(files):
        path = Path(folder) / f"{number:03}{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(VERSE.format(f"{number}-{verse}") for verse in range(verses)), encoding="utf-8")


def _init(*words: str) -> Result:
    return CliRunner().invoke(cli, ["init", "--task", "language_model", *words])


def _config(*words: str) -> Config:
    done = _init(*words)
    assert done.exit_code == 0, done.stderr
    return read_config("written.yaml", (), done.stdout).config


def _texts(config: Config) -> dict[str, list[str]]:
    corpus = Corpus(config)
    return {split: list(corpus.texts(split).texts) for split in ("train", "validation", "test")}


@pytest.mark.parametrize(
    ("files", "verses"), [(1, 30), (2, 30), (39, 30), (40, 30), (154, 2), (5, 2), (6, 1), (13, 3), (39, 1)]
)
def test_a_folder_of_texts_becomes_three_splits(files: int, verses: int) -> None:
    _write("poems", files, verses=verses)
    config = _config("--from", "poems")
    assert isinstance(config.task, LanguageModelTask)
    texts = _texts(config)
    assert all(texts.values())
    lines = [
        line for split in texts.values() for text in split for line in text.splitlines() if "sun of number" in line
    ]
    assert len(lines) == len(set(lines)) == files * verses, "each line is in one split"


def test_folders_of_splits_stay_apart() -> None:
    _write("films/train/pos", 50)
    _write("films/test/pos", 3)
    config = _config("--from", "films")
    assert config.name == "films"
    assert {split: len(texts) for split, texts in _texts(config).items()} == {"train": 48, "validation": 2, "test": 3}
    assert _config("--from", "films", "--test", "0.1").data.parts()["test"] == 0.1


def test_one_file_is_cut_into_slices() -> None:
    _write(".", 1, verses=30)
    config = _config("--from", "000.txt")
    parts = config.data.parts()
    assert parts == {"train": "000.txt[:90%]", "validation": "000.txt[90%:95%]", "test": "000.txt[95%:]"}
    parts = _config("--from", "000.txt", "--validation", "0.2", "--test", "0").data.parts()
    assert parts == {"train": "000.txt[:80%]", "validation": "000.txt[80%:]", "test": 0.0}


def test_a_text_of_one_line_trains_without_validation() -> None:
    Path("one.txt").write_text("a single line of text " * 50, encoding="utf-8")
    done = _init("--from", "one.txt")
    assert "no validation and test texts" in " ".join(done.stderr.split())
    config = read_config("one.yaml", (), done.stdout).config
    assert config.training.early_stopping is None
    assert len(Corpus(config).texts("train")) == 1


def test_other_extensions_encodings_and_names() -> None:
    _write("notes", 50, ending=".md")
    assert _config("--from", "notes", "--name", "mine").name == "mine"
    Path("old.txt").write_bytes("Grüße aus Köln, schöne Wörter für alle\n".encode("cp1252") * 60)
    assert _config("--from", "old.txt").data.file_encoding not in ("utf-8", None)


def test_a_table_gives_its_texts() -> None:
    rows = "".join(f"a text about the number {row} of many,{'yes' if row % 2 else 'no'}\n" for row in range(60))
    Path("t.csv").write_text(f"text,label\n{rows}", encoding="utf-8")
    config = _config("--from", "t.csv")
    assert isinstance(config.task, LanguageModelTask)
    assert all(_texts(config).values())


def test_a_table_needs_no_labels() -> None:
    words = "a text about the number {} of many, and some more"
    Path("one.csv").write_text("body\n" + "".join(f'"{words.format(row)}"\n' for row in range(60)), encoding="utf-8")
    Path("two.csv").write_text(
        "id,body\n" + "".join(f'{row},"{words.format(row)}"\n' for row in range(60)), encoding="utf-8"
    )
    Path("two_test.csv").write_text("id,body\n1,other words for a test of it\n", encoding="utf-8")
    for name, test in (("one.csv", 6), ("two.csv", 1)):
        texts = _texts(_config("--from", name))
        assert len(texts["test"]) == test and len(texts["validation"]) == 6
        assert all("about the number" in text for text in texts["train"])
    assert "--task language_model" in CliRunner().invoke(cli, ["init", "--from", "one.csv"]).stderr
    loaded, _ = load_or_make(Path("two.csv"), [parse_override("task=language_model"), parse_override("data.text=body")])
    assert loaded.config.data.text == "body"  # type: ignore[union-attr]


@pytest.mark.parametrize("setting", ["task=language_model", "task={type: language_model}", "data.source=text"])
@pytest.mark.parametrize("data", ["poems", "poems/000.txt"])
def test_train_makes_the_same_config(data: str, setting: str) -> None:
    _write("poems", 50)
    overrides = [parse_override(setting), parse_override("training.epochs=2")]
    loaded, starter = load_or_make(Path(data), overrides)
    assert starter is not None
    assert loaded.config.training.epochs == 2
    assert isinstance(loaded.config.task, LanguageModelTask)
    assert loaded.config.task == _config("--from", data).task, "a setting of the type keeps the options of the starter"
    assert read_config("starter.yaml", (), starter(loaded.config)).config == loaded.config


def test_a_start_from_a_run_and_presets_are_refused() -> None:
    _write("poems", 2)
    task = parse_override("task=language_model")
    with pytest.raises(InputError, match="init --from poems --task language_model"):
        load_or_make(Path("poems"), [task, parse_override("initialize=books-1")])
    with pytest.raises(InputError, match="--presets compares classifiers"):
        load_or_make(Path("poems"), [task], presets=True)


@pytest.mark.parametrize(
    ("characters", "word_length", "tokenizer"),
    [(10_000, 4.5, "word"), (10**8, 4.5, "subword"), (10_000, 40.0, "char"), (10**8, 1.2, "char")],
)
@pytest.mark.parametrize("validation", [0.05, 0])
def test_the_model_fits_the_text(characters: int, word_length: float, tokenizer: str, validation: float) -> None:
    data = {"source": "text", "train": "a.txt", "validation": validation}
    made = language_model_starter("a.txt", Texts(data, "a text", characters, word_length))
    config = read_config("a.yaml", (), made.text).config
    assert config.tokenizer.type == tokenizer  # type: ignore[attr-defined]
    assert (config.training.early_stopping is None) == (not validation)


def test_what_can_not_be_read_is_one_error() -> None:
    Path("empty.txt").touch()
    Path("nothing").mkdir()
    for data in ("empty.txt", "nothing", "missing.txt"):
        done = _init("--from", data)
        assert done.exit_code == 2, done.output
        assert data in done.stderr
    assert "works only with --from" in _init("--from", "empty.txt", "--layers", "lstm").stderr
    assert "add --from DATA" in _init().stderr


def test_the_advice_for_texts_without_labels_works() -> None:
    _write("poems", 50)
    refused = CliRunner().invoke(cli, ["init", "--from", "poems"])
    assert "`seqclf init --from poems --task language_model -o FILE`" in " ".join(refused.stderr.split())
    assert _init("--from", "poems", "-o", "poems.yaml").exit_code == 0
    assert isinstance(read_config("poems.yaml").config.task, LanguageModelTask)


def test_an_unknown_template_names_those_of_language_models() -> None:
    said = CliRunner().invoke(cli, ["init", "--template", "poems"]).stderr
    models = " ".join(said.split()).partition("; language models: ")[2]
    assert "irish_lyrics" in models
    assert "quickstart" not in models
