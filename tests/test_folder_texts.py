"""``source: folder``: which files of a folder are texts, and that everything else is counted and named."""

from __future__ import annotations

import hashlib
import os
import string
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from seqclf.cli import cli
from seqclf.config import checked_config, load_config
from seqclf.config.problems import ConfigError
from seqclf.data.prepare import preparation_problems, preparation_warnings
from seqclf.errors import InputError
from seqclf.sources.folder.files import DEFAULT, Selection, find_texts
from seqclf.sources.folder.reader import FolderSource
from seqclf.starter.make import see
from seqclf.starter.request import Request


def _write(root: Path, *names: str, content: bytes = b"a text") -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def _read(root: Path, selection: Selection = DEFAULT) -> dict[str, str]:
    """The label of each text, by its path in the folder."""
    found = find_texts(root, selection)
    names = [file.relative_to(root).as_posix() for file in found.files]
    return dict(zip(names, found.labels, strict=True))


def _left_out(root: Path) -> str | None:
    return FolderSource().left_out(str(root))


@pytest.mark.parametrize(
    "name",
    ["1.txt", "1.TXT", "1.Text", "49960", "00001.7c53336b37003a9286aba55d2945844c", "1.", "cv000_29416", "a/b/1.txt"],
)
def test_texts_are_read_whatever_their_name_and_depth(name: str, tmp_path: Path) -> None:
    _write(tmp_path, f"pos/{name}", "neg/1.txt")
    assert _read(tmp_path) == {f"pos/{name}": "pos", "neg/1.txt": "neg"}
    assert _left_out(tmp_path) is None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("pos/1.jpg", b"\xff\xd8", "1 file: .jpg (binary)"),
        ("pos/1.data", b"a\0b", "1 file: .data (binary)"),
        ("pos/1.csv", b"a,b", "1 file: .csv (tables)"),
        ("pos/1.md", b"a", '1 file: .md; data.extensions: [.txt, .text, "", .md] reads .md, too'),
        ("pos/.DS_Store", b"a", "1 file: hidden (.DS_Store)"),
        ("pos/Thumbs.db", b"a", "1 file: of an operating system (Thumbs.db)"),
        ("pos/1.txt~", b"a", "1 file: backup (1.txt~)"),
        ("pos/README", b"a", "1 file: about the data (README)"),
        ("pos/core", b"a\0b", "1 file: binary (core)"),
        ("notes.txt", b"a", "1 file: in no label folder (notes.txt)"),
        ("none/1.jpg", b"a", "1 file: .jpg (binary); 1 folder without texts (none)"),
        ("test/pos/1.txt", b"a", None),
        ("test/neg/1", b"a", "1 folder with label folders inside, like a split (test)"),
    ],
)
def test_what_is_left_out_is_counted_and_named(name: str, content: bytes, said: str | None, tmp_path: Path) -> None:
    _write(tmp_path, "pos/1.txt", "neg/1.txt", "test/pos/2.txt")
    _write(tmp_path, name, content=content)
    found = _left_out(tmp_path)
    assert found == (None if said is None else f"left out: {said}")


@pytest.mark.parametrize("name", ["Readme.txt", "readme.TXT", "LICENSE.text", "sub/Authors.txt"])
def test_a_text_named_like_a_file_about_the_data_is_read_and_named(name: str, tmp_path: Path) -> None:
    _write(tmp_path, "pos/1.txt", "neg/1.txt", f"pos/{name}")
    assert _read(tmp_path)[f"pos/{name}"] == "pos"  # as in earlier versions
    advice = f"read as a text, but named like a file about the data: pos/{name}; if it is, remove it"
    assert _left_out(tmp_path) == advice
    _write(tmp_path, "pos/README", "readme.txt/1.txt")
    assert _left_out(tmp_path) == f"left out: 1 file: about the data (README); {advice}"


def test_the_kinds_are_listed_with_their_counts(tmp_path: Path) -> None:
    _write(tmp_path, "pos/1.txt", "neg/1.txt", *(f"pos/{i}.jpg" for i in range(10)), "pos/.a", "neg/.b")
    assert _left_out(tmp_path) == "left out: 12 files: 10 .jpg (binary), 2 hidden (.b, .a)"
    _write(tmp_path, *(f"pos/1.a{letter}" for letter in string.ascii_lowercase))
    said = str(_left_out(tmp_path))
    assert "38 files: 10 .jpg (binary), 1 .aa, 1 .ab, 1 .ac, 1 .ad, 1 .ae and 23 more" in said


def test_links_are_read_once_and_circles_end(tmp_path: Path) -> None:
    _write(tmp_path, "pos/1.txt", "neg/1.txt", "pos/more/2.txt")
    away = _write(tmp_path.parent / f"{tmp_path.name} away", "3.txt")
    for name, target in (("up", ".."), ("self", "."), ("other", "../neg"), ("again", "more"), ("away", str(away))):
        (tmp_path / "pos" / name).symlink_to(target)
    (tmp_path / "pos" / "4.txt").symlink_to("1.txt")
    assert list(_read(tmp_path)) == ["neg/1.txt", "pos/1.txt", "pos/4.txt", "pos/away/3.txt", "pos/more/2.txt"]
    assert _left_out(tmp_path) == "left out: 4 folders already read under another name (again, other, self, ...)"


def test_what_is_no_file_is_left_out_and_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    _write(tmp_path, "pos/1.txt", "neg/1.txt")
    os.mkfifo(tmp_path / "pos" / "pipe.txt")
    assert _left_out(tmp_path) == "left out: 1 file: neither file nor folder (pipe.txt)"
    (tmp_path / "pos" / "1.txt").unlink()
    (tmp_path / "pos" / "1.txt").symlink_to("x" * 300)  # longer than a name may be
    with pytest.raises(InputError, match=r"1\.txt: cannot be read \(File name too long"):
        FolderSource().read(str(tmp_path))


def test_links_that_lead_nowhere_are_left_out(tmp_path: Path) -> None:
    _write(tmp_path, "pos/1.txt", "neg/1.txt")
    for name, target in (("gone.txt", "nowhere"), ("self", "self"), ("self.txt", "self.txt"), ("a", "b"), ("b", "a")):
        (tmp_path / "pos" / name).symlink_to(target)
    assert list(_read(tmp_path)) == ["neg/1.txt", "pos/1.txt"]
    assert _left_out(tmp_path) == "left out: 5 files: linked to nothing (a, b, gone.txt, ...)"
    (tmp_path / "pos" / "1.txt").unlink()
    (tmp_path / "neg" / "1.txt").unlink()
    with pytest.raises(InputError, match=r"contains no texts \(left out: 5 files: linked to nothing"):
        FolderSource().read(str(tmp_path))


def test_names_that_are_not_utf8_are_read_and_shown_escaped(tmp_path: Path) -> None:
    _write(tmp_path, "pos/1.txt", "neg/1.txt")
    for name in (b"pos/\xe9.txt", b"\xe9t\xe9.txt"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"a")
    assert len(_read(tmp_path)) == 3
    assert _left_out(tmp_path) == r"left out: 1 file: in no label folder (\udce9t\udce9.txt)"


@pytest.mark.parametrize("part", ["", "train"])
def test_texts_in_utf_16_are_not_binary(part: str, tmp_path: Path) -> None:
    _write(tmp_path / part, "pos/1", "neg/1", content="a text".encode("utf-16"))
    assert list(FolderSource("utf-16").read(str(tmp_path / part)).texts) == ["a text", "a text"]


def test_folders_of_splits_are_not_labels(tmp_path: Path) -> None:
    for split in ("train", "test"):
        _write(tmp_path, f"{split}/pos/1.txt", f"{split}/neg/1.txt", f"{split}/urls_pos.txt")
    with pytest.raises(InputError, match="contains no texts; .*did you mean .*train"):
        FolderSource().check(str(tmp_path))
    assert _read(tmp_path, Selection(labels=("train", "test")))["train/pos/1.txt"] == "train"


def test_mail_folders_are_labels(tmp_path: Path) -> None:
    _write(tmp_path, "ham/cur/1", "ham/new/2", "spam/cur/1", "spam/new/2")
    assert list(_read(tmp_path).values()) == ["ham", "ham", "spam", "spam"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (["1.txt"], "contains no texts (left out: 1 file: in no label folder (1.txt))"),
        (["1.txt", "a.csv"], "to read a table, set data.source: table"),
        (["1.txt", "2.txt"], "--task language_model -o FILE` writes a config (source: text)"),
        (["pos/1.md", "neg/1.md"], "to read its 2 .md files, set data.extensions: [.md]"),
        (["pos/1.pdf"], "1 file: .pdf (binary)"),
        (["x/pos/1.txt", "x/neg/1.txt"], "did you mean"),
        (["train.csv"], "to read a table, set data.source: table, and data.train to the file"),
    ],
)
def test_a_folder_without_texts_says_what_it_has(files: list[str], message: str, tmp_path: Path) -> None:
    _write(tmp_path, *files)
    with pytest.raises(InputError) as caught:
        FolderSource().check(str(tmp_path))
    assert message in str(caught.value)


def _config(root: Path, **options: object) -> dict[str, object]:
    data = {"source": "folder", "train": str(root), "validation": 0.2, **options}
    return {"data": data, "layers": [{"type": "pool"}]}


def test_labels_and_exclude_choose_folders(tmp_path: Path) -> None:
    _write(tmp_path, "pos/1.txt", "neg/1.txt", "unsup/1.txt", "Other/1.md")
    for options in ({"labels": ["pos", "neg"]}, {"exclude": ["unsup", "Other"]}):
        config = checked_config(_config(tmp_path, **options))
        assert config.data.open().read(str(tmp_path)).labels == ["neg", "pos"]
        assert not preparation_warnings(config)
        assert not preparation_problems(config)
    for option, names in (("labels", ["pos", "Neg"]), ("exclude", ["unsub"])):
        (problem,) = preparation_problems(checked_config(_config(tmp_path, **{option: names})))
        assert problem.path == ("data", option)
        meant = "neg" if option == "labels" else "unsup"
        assert f'has no folder "{names[-1]}"; did you mean "{meant}"? (folders: Other, neg, pos, unsup)' in str(problem)
    with pytest.raises(ConfigError, match="which data.labels takes"):
        checked_config(_config(tmp_path, labels=["pos", "neg"], exclude=["neg"]))
    with pytest.raises(ConfigError, match="an extension with its dot, such as .txt"):
        checked_config(_config(tmp_path, extensions=["md"]))


def test_other_parts_may_lack_the_folders_that_are_named(tmp_path: Path) -> None:
    _write(tmp_path / "train", "pos/1.txt", "neg/1.txt", "unsup/1.txt")
    _write(tmp_path / "test", "pos/1.txt", "neg/1.txt")
    config = checked_config(_config(tmp_path / "train", exclude=["unsup"], test=str(tmp_path / "test")))
    assert not preparation_problems(config)


def test_fingerprints_of_folders_that_were_read_whole_stay(tmp_path: Path) -> None:
    """The digest that earlier versions computed, so that their splits, caches and runs stay valid."""
    names = ["b/10.txt", "b/9.txt", "a b/1.txt", "a/1.txt", "ä/é.txt"]
    for name in names:
        _write(tmp_path, name, content=f"text of {name}".encode())
    files = sorted(tmp_path.glob("*/*.txt"))
    parts = tuple((file.relative_to(tmp_path).as_posix(), file.read_bytes()) for file in files)
    expected = hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()
    assert FolderSource().fingerprint(str(tmp_path)) == expected
    assert FolderSource().read(str(tmp_path)).labels == [file.parent.name for file in files]


NAMES = st.sampled_from(
    ["1.txt", "2.TXT", "49960", ".x", "a.jpg", "b.md", "README", "c.txt~", "d.csv", "e.", "1.2", "f.json"]
)
FOLDERS = st.lists(st.sampled_from(["pos", "neg", "test", "more", "in"]), max_size=3)


@settings(max_examples=60)
@given(files=st.lists(st.tuples(FOLDERS, NAMES), max_size=12))
def test_every_file_is_read_or_counted(
    files: list[tuple[list[str], str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("texts")
    _write(root, *("/".join([*folders, name]) for folders, name in files))
    found = find_texts(root)
    splits = sum(path.is_file() for name in found.splits for path in (root / name).rglob("*"))
    counted = sum(
        path.is_file() and not any(path.is_relative_to(root / name) for name in found.splits)
        for path in root.rglob("*")
    )
    assert len(found.files) + found.left_out.files >= counted
    assert len(found.files) + found.left_out.files <= counted + splits
    assert all(file.relative_to(root).parts[0] == label for file, label in zip(found.files, found.labels, strict=True))


def _call(*arguments: str) -> str:
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, done.output
    return " ".join(done.stderr.split())


@pytest.mark.usefixtures("no_saved_models")
def test_check_train_and_init_say_what_is_left_out(tmp_path: Path) -> None:
    root = tmp_path / "reviews"
    for i in range(24):
        _write(root, f"{'np'[i % 2]}/{i}.TXT", content=f"film {i} was {'bad good'.split()[i % 2]}".encode())
        _write(root, f"{'np'[i % 2]}/{i}.jpg")
    said = "left out: 24 files: .jpg (binary)"
    made = tmp_path / "made.yaml"
    assert said in _call("init", "--from", str(root), "-o", str(made))
    settings = ["--set", "training.epochs=1", "--set", "training.baseline=false", "--set", "ngrams=null"]
    assert said in _call("train", str(made), "--runs", str(tmp_path / "runs"), *settings)
    assert said in _call("check", str(made), *settings)


def test_init_leaves_out_unlabelled_texts_and_finds_the_test_texts(tmp_path: Path) -> None:
    """The layout of IMDB's reviews."""
    root = tmp_path / "aclImdb"
    for split, labels in (("train", ("neg", "pos", "unsup")), ("test", ("neg", "pos"))):
        for label in labels:
            for i in range(20):
                _write(root, f"{split}/{label}/{i}_7.txt", content=f"{split} {label} {i}".encode())
            _write(root, f"{split}/urls_{label}.txt")
        _write(root, f"{split}/labeledBow.feat")
    _write(root, "imdb.vocab", "imdbEr.txt", "README")
    made = tmp_path / "made.yaml"
    said = _call("init", "--from", str(root), "-o", str(made))
    assert "unlabelled texts in unsup: left out (data.exclude)" in said
    data = load_config(made).data.model_dump()
    assert (data["train"], data["test"]) == (str(root / "train"), str(root / "test"))
    assert data["exclude"] == ["unsup"]


def test_init_takes_the_extension_that_the_texts_have(tmp_path: Path) -> None:
    root = _write(tmp_path / "mails", *(f"{label}/{i}.eml" for label in ("ham", "spam") for i in range(12)))
    for i in range(12):
        _write(root, f"ham/{i}.eml", content=b"ham %d" % i)
    made = tmp_path / "made.yaml"
    assert "texts are files named .eml (data.extensions)" in _call("init", "--from", str(root), "-o", str(made))
    assert load_config(made).data.model_dump()["extensions"] == [".eml"]
    _write(root, *(f"other/{i}.txt" for i in range(12)))
    made.unlink()
    _call("init", "--from", str(root), "-o", str(made))
    assert load_config(made).data.model_dump()["extensions"] == [".txt", ".text", "", ".eml"]


@pytest.mark.parametrize(
    ("beside", "folder"),
    [([], "mails"), (["__MACOSX/mails/ham/._1.txt", ".git/a/b.txt"], "mails"), (["README"], "mails/all")],
)
def test_init_finds_the_folders_of_an_unpacked_archive(beside: list[str], folder: str, tmp_path: Path) -> None:
    for i in range(24):
        _write(tmp_path, f"{folder}/{'ham spam'.split()[i % 2]}/{i}", content=b"text %d" % i)
    _write(tmp_path, *beside)
    assert see(Request(str(tmp_path))).data["train"] == str(tmp_path / folder)


def test_splits_are_found_beside_other_folders(tmp_path: Path) -> None:
    for split in ("train", "val", "test"):
        for i in range(24):
            _write(tmp_path, f"{split}/{i % 2}/{i}.txt", content=f"{split} {i}".encode())
    _write(tmp_path, "docs/about.md", "LICENSE")
    data = see(Request(str(tmp_path))).data
    assert [data[split] for split in ("train", "validation", "test")] == [
        str(tmp_path / split) for split in ("train", "val", "test")
    ]


def test_init_asks_for_a_second_folder(tmp_path: Path) -> None:
    _write(tmp_path, *(f"pos/{i}.txt" for i in range(24)))
    with pytest.raises(InputError, match='every text has the label "pos"; .*add a folder for each label'):
        see(Request(str(tmp_path)))
