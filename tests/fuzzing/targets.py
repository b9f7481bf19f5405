"""The fuzzing targets. A target takes the bytes of a file; the first byte chooses the kind of file."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fuzzing.language_model import generate, generate_seeds
from seqclf.config import checked_config, load_config
from seqclf.config.loading import config_text, write_config
from seqclf.data.corpus import Corpus
from seqclf.data.label_sets import encode_labels
from seqclf.data.prepare import preparation_problems, prepare
from seqclf.data.statistics import label_problems, text_statistics, text_warnings
from seqclf.errors import SeqclfError
from seqclf.extra_columns import ExtraColumns
from seqclf.extra_columns.category import CategoryColumn
from seqclf.extra_columns.number import NumberColumn
from seqclf.inference.bulk.reader import Reader, Source
from seqclf.inference.classifier import Classifier
from seqclf.labels import Labels
from seqclf.prior import Prior
from seqclf.run_choice import find_resumable, find_run, run_names
from seqclf.runs import RUNNING, Run
from seqclf.text.kinds import load_tokenizer
from seqclf.text.kinds.word import WordTokenizer
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.vectors import read_vectors, vectors_dim
from seqclf.text.vocabulary_file import tokenizer_from_file
from seqclf.training.checkpoints import Checkpoints

Target = Callable[[bytes, Path], None]
"""Called with the input and an empty folder."""

TEXT = "Einen Kuß, \U0001f600 don't \u0130 Σας 漢字 \udcff\0"


def config(data: bytes, folder: Path) -> None:
    path = folder / "c.yaml"
    path.write_bytes(data)
    with contextlib.suppress(SeqclfError):
        loaded = load_config(path)
        path.write_text(config_text(loaded), encoding="utf-8")
        assert load_config(path) == loaded


_TABLES = (
    {"name": "t.csv"},
    {"name": "t.tsv"},
    {"name": "t.jsonl"},
    {"name": "t.parquet"},
    {"name": "t.csv", "label_separator": ";"},
    {"name": "t.jsonl", "label_separator": "a"},
    {"name": "t.csv", "validation": 0, "test": 0.3},
    {"name": "t.jsonl", "folds": 2, "fold": 1},
)


def table(data: bytes, folder: Path) -> None:
    """Training texts, all the way to token ids; and texts to predict."""
    options = dict(_TABLES[data[0] % len(_TABLES)]) if data else dict(_TABLES[0])
    path = folder / options.pop("name")
    path.write_bytes(data[1:])
    settings = {
        "data": {"source": "table", "train": str(path), **options},
        "tokenizer": {"type": "word", "vocab_size": 60},
        "layers": [{"type": "gru", "units": 2}],
    }
    with contextlib.suppress(SeqclfError):
        list(Reader(Source.of(str(path), None, "text")))
    with contextlib.suppress(SeqclfError):
        checked = checked_config(settings)
        if preparation_problems(checked):
            return
        corpus = Corpus(checked)
        train = corpus.texts("train")
        splits = {"train": text_statistics(train)}
        text_warnings(splits, {})
        if label_problems(splits):
            return
        os.environ["SEQCLF_CACHE"] = str(folder / "cache")
        ready = prepare(checked)
        assert len(ready.train) == len(train)
        assert Labels.from_json(json.loads(json.dumps(ready.labels.as_json()))) == ready.labels
        encode_labels(train, ready.labels)


def tokenizer(data: bytes, folder: Path) -> None:
    """Foreign vocabularies, saved tokenizers, vectors."""
    kind, content = (data[0] % 5 if data else 0), data[1:]
    name = ("vocab.txt", "tokenizer.json", "known_chunks.txt", "vectors.txt", "vectors.txt.gz")[kind]
    path = folder / name
    if kind == 2:
        WordTokenizer(["[PAD]", "[UNK]", "a"], lowercase=True, normalize="none").save(folder)
    elif kind == 1:
        (folder / "known_chunks.txt").write_text("a\nB\n", encoding="utf-8")
    path.write_bytes(content)
    with contextlib.suppress(SeqclfError):
        if kind > 2:
            read_vectors(path, ["[PAD]", "[UNK]", "a"], min(vectors_dim(path), 1000))
        else:
            found = tokenizer_from_file([TEXT], file=str(path)) if kind == 0 else load_tokenizer(folder)
            _encode(found)


def _encode(found: Tokenizer) -> None:
    for text in (TEXT, "", "a"):
        ids = found.encode(text)
        assert ids and all(0 <= token < found.vocabulary_size for token in ids)
    assert found.fingerprint


_FILES = (
    "manifest.json",
    "config.yaml",
    "labels.json",
    "thresholds.json",
    "metrics.json",
    "model.onnx",
    "tokenizer/tokenizer.json",
    "tokenizer/known_chunks.txt",
    "checkpoint/epoch000001-step00000000.state",
    "prior.json",
)
_LATER_FILES = {
    255: "extra.json",
    254: "tokenizer/fields.json",
}  # not in the tuple, whose length determines what kept inputs mean


def run(data: bytes, folder: Path) -> None:
    """A run with one file replaced."""
    whole = folder.with_name("whole")
    if not whole.exists():
        write_run(whole)
    template = Run(Path(shutil.copytree(whole, folder / "x-1")))
    kind = data[0] if data else 1
    name = _LATER_FILES.get(kind, _FILES[kind % len(_FILES)])
    (template.folder / name).write_bytes(data[1:])
    for read in (
        lambda: run_names(folder),
        lambda: find_run(folder, None),
        lambda: find_run(folder, "x-1"),
        lambda: find_resumable(folder, "x-1"),
        lambda: template.labels,
        lambda: template.thresholds,
        lambda: template.prior,
        lambda: template.extra is None or template.extra.features(None, 2),
        lambda: template.metrics,
        lambda: template.update_manifest(status=RUNNING),
        lambda: template.write_metrics("test", {"loss": 0.5}),
        lambda: name == "config.yaml" and load_config(template.config),  # which takes long
        lambda: load_tokenizer(template.tokenizer),
        lambda: Checkpoints(template.checkpoints).newest(),
        lambda: Classifier.load(template.folder, threads=1).predict(["a", ""]),
    ):
        with contextlib.suppress(SeqclfError):
            read()


def write_run(folder: Path) -> Run:
    """Write a complete run of a minimal model."""
    folder.mkdir()
    found = Run(folder)
    labels = Labels(("a", "b"), multi=True)
    found.update_manifest(status="finished", started="2020", ended="2021", epochs=1, process=1, host="h")
    checked = checked_config({"data": {"source": "table", "train": "x.csv"}, "layers": [{"type": "gru", "units": 2}]})
    write_config(found.config, checked)
    found.write_labels(labels)
    found.write_thresholds([0.5, 0.25])
    found.write_prior(Prior(1, (0.5, 0.25)))
    found.write_extra(ExtraColumns((NumberColumn("n", 0.0, 9.0, 4.0, 2.0, 0.5), CategoryColumn("c", ("a",), (1.0,)))))
    found.write_metrics("validation", {"loss": 1.0})
    WordTokenizer(["[PAD]", "[UNK]", "a"], lowercase=True, normalize="none").save(found.tokenizer)
    Checkpoints(found.checkpoints).save(0, 5, b"older")
    Checkpoints(found.checkpoints).save(1, 0, b"newer")
    found.onnx.write_bytes(_model(labels))
    return found


def _model(labels: Labels) -> bytes:
    from onnx import TensorProto, helper

    nodes = [
        helper.make_node("Cast", ["token_ids"], ["x"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["x"], ["m"], axes=[1], keepdims=1),
        helper.make_node("Concat", ["m", "m"], ["logits"], axis=1),
        helper.make_node("Sigmoid", ["logits"], ["probabilities"]),
    ]
    outputs = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["batch", 2]) for n in ("logits", "probabilities")]
    inputs = [helper.make_tensor_value_info("token_ids", TensorProto.INT32, ["batch", "time"])]
    graph = helper.make_graph(nodes, "seqclf", inputs, outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    about: dict[str, Any] = {
        "labels": labels.as_json(),
        "thresholds": [0.5, 0.25],
        "max_tokens": 8,
        "truncate": "end",
    }
    helper.set_model_props(model, {name: json.dumps(value) for name, value in about.items()})
    return bytes(model.SerializeToString())


TARGETS: dict[str, Target] = {
    "config": config,
    "table": table,
    "tokenizer": tokenizer,
    "run": run,
    "generate": generate,
}


def call(target: str, data: bytes, folder: Path) -> None:
    """Feed a target in ``folder``, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    TARGETS[target](data, folder)


def seeds(target: str, folder: Path) -> list[bytes]:
    """Valid inputs."""
    if target == "config":
        return [path.read_bytes() for path in sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))]
    if target == "table":
        return [bytes([kind]) + content for kind, content in enumerate(_tables(folder))]
    if target == "tokenizer":
        return [
            b"\0[PAD]\n[UNK]\na\n##b\n",
            b"\0### SubwordTextEncoder\n### Metadata: {}\n'a_'\n'b'\n'\\u'\n",
            *(b"\1" + saved for saved in _saved_tokenizers(folder)),
            b"\2a\nb\n",
            b"\3" + b"2 3\na 0.5 1 2\nb 1e-3 -1 2\n",
            b"\3" + b"2 3\na \0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\nb \0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\n",
            b"\4" + b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff",
        ]
    if target == "generate":
        return generate_seeds(Path(tempfile.mkdtemp(dir=folder)))
    whole = write_run(Path(tempfile.mkdtemp(dir=folder)) / "seed")
    files = {**dict(enumerate(_FILES)), 255: _LATER_FILES[255]}
    replaced = [bytes([kind]) + (whole.folder / name).read_bytes() for kind, name in files.items()]
    return [*replaced, b'\xfe{"columns": ["title", "body"]}']


def _tables(folder: Path) -> list[bytes]:
    import pyarrow
    import pyarrow.parquet

    csv = b"text,label\n" + b"".join(b'"a, film ""%d""",%s\n' % (i, b"np"[i % 2 :][:1]) for i in range(8))
    jsonl = b"".join(b'{"text": "a \\u00e9 %d", "label": ["n", "p%d"]}\n' % (i, i % 2) for i in range(8))
    path = folder / "seed.parquet"
    rows = pyarrow.table({"text": [f"a {i}" for i in range(8)], "label": [i % 2 for i in range(8)]})
    pyarrow.parquet.write_table(rows, path)
    single = b"".join(b'{"label": %d, "text": "a"}\n' % (i % 2) for i in range(8))
    separated = b"text,label\na,x;y\nb,x\nc,\nd,x\ne,y\n"
    return [csv, csv.replace(b",", b"\t"), jsonl, path.read_bytes(), separated, jsonl, csv, single]


def _saved_tokenizers(folder: Path) -> list[bytes]:
    from pydantic import TypeAdapter

    from seqclf.config.schema import TokenizerConfig

    found = []
    for options in (
        {"type": "subword", "vocab_size": 40},
        {"type": "word", "vocab_size": 20},
        {"type": "char", "vocab_size": 20, "ngram": 2, "stride": 2},
        {"type": "byte"},
    ):
        checked: TokenizerConfig = TypeAdapter(TokenizerConfig).validate_python(options)
        checked.learn(["a cat, a hat", "don't é"] * 3).save(folder / "saved")
        found.append((folder / "saved" / "tokenizer.json").read_bytes())
    return found
