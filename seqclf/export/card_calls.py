"""The part of a model card that says how to call the model."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from seqclf.export.input_names import input_names

Format = Literal["saved_model", "onnx", "keras"]

_QUOTE = '"'
_VALUES = {"number": "12.5", "category": '"a word"'}

WITH_TENSORFLOW = (
    "Python, with TensorFlow alone (`pip install tensorflow`; `TF_CPP_MIN_LOG_LEVEL=3` in the environment hides its "
    "log messages)"
)
WITH_SEQCLF = "Python, with seqclf, which needs no TensorFlow to read `model.onnx` and `tokenizer/` of this folder"


def how_to_call(
    fields: Sequence[str], form: Format, *, multi: bool, extra: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Lines of Markdown.

    Args:
        fields: the columns whose values together are a text; empty if a text is a single value.
        multi: whether a text can have several labels.
        extra: ``number`` or ``category`` by column beside the text.
    """
    extra = extra or {}
    if form == "saved_model":
        answer = "decisions" if multi else "label"
        yield from _saved_model(fields, answer)
        if extra:
            yield from _with_columns(fields, extra, answer)
    elif form == "onnx":
        yield from _onnx(fields)
        if extra:
            yield from _onnx_with_columns(fields, extra)
    else:
        yield from _keras(fields, extra)


def _saved_model(fields: Sequence[str], answer: str) -> Iterator[str]:
    names = list(input_names(fields).values()) or ["text"]
    yield from renamed_inputs(fields)
    inputs = ", ".join(f'{name}=tf.constant(["a text", "another one"])' for name in names)
    yield from code(
        f"{WITH_TENSORFLOW}:",
        "python",
        "import tensorflow as tf",
        "",
        'model = tf.saved_model.load(".")  # this folder',
        f'answer = model.signatures["serving_default"]({inputs})',
        f'print(answer["{answer}"].numpy(), answer["probabilities"].numpy())',
    )
    instances = [dict.fromkeys(names, text) if fields else text for text in ("a text", "another one")]
    yield from code(
        "curl, from TensorFlow Serving (this folder as `/models/classifier/1`):",
        "sh",
        "tensorflow_model_server --rest_api_port=8501 --model_name=classifier --model_base_path=/models/classifier &",
        f"curl -d '{json.dumps({'instances': instances})}' localhost:8501/v1/models/classifier:predict",
    )
    of_call = ", ".join(f'{{signature.inputs().at("{name}").name(), text}}' for name in names)
    yield from code(
        "C++, with TensorFlow's library:",
        "cpp",
        "tensorflow::SavedModelBundleLite model;",
        'TF_CHECK_OK(tensorflow::LoadSavedModel({}, {}, "path/of/this/folder", {"serve"}, &model));',
        'const auto& signature = model.GetSignatures().at("serving_default");',
        "tensorflow::Tensor text(tensorflow::DT_STRING, {1});",
        'text.vec<tensorflow::tstring>()(0) = "a text";',
        "std::vector<tensorflow::Tensor> answer;",
        f"TF_CHECK_OK(model.GetSession()->Run({{{of_call}}},",
        '                                    {signature.outputs().at("probabilities").name()}, {}, &answer));',
    )


def _with_columns(fields: Sequence[str], extra: Mapping[str, str], answer: str) -> Iterator[str]:
    of_text = list(input_names(fields).values()) or ["text"]
    named = input_names(extra, taken=of_text)
    for column, name in named.items():
        if column != name:
            yield from (f"The input of the column `{column}` is called `{name}`.", "")
    inputs = {name: '"a text"' for name in of_text} | {named[column]: _VALUES[kind] for column, kind in extra.items()}
    types = {named[column]: ", tf.float64" for column, kind in extra.items() if kind == "number"}
    given = ", ".join(f"{name}=tf.constant([{value}]{types.get(name, '')})" for name, value in inputs.items())
    yield from code(
        "Python, with the values of columns (NaN and the empty string: no value):",
        "python",
        "import tensorflow as tf",
        "",
        'model = tf.saved_model.load(".")',
        f'answer = model.signatures["with_columns"]({given})',
        f'print(answer["{answer}"].numpy(), answer["probabilities"].numpy())',
    )
    instance = ", ".join(f'"{name}": {value}' for name, value in inputs.items())
    yield from code(
        "curl, with the values of columns:",
        "sh",
        f"""curl -d '{{"signature_name": "with_columns", "instances": [{{{instance}}}]}}' \\""",
        "  localhost:8501/v1/models/classifier:predict",
    )


def _onnx_with_columns(fields: Sequence[str], extra: Mapping[str, str]) -> Iterator[str]:
    text = json.dumps(dict.fromkeys(fields, "a text") if fields else "a text", ensure_ascii=False)
    given = ", ".join(f"{json.dumps(name, ensure_ascii=False)}: [{_VALUES[kind]}]" for name, kind in extra.items())
    values = field_options(
        dict.fromkeys(fields[1:], "a text") | {name: _VALUES[kind].strip(_QUOTE) for name, kind in extra.items()}
    )
    yield from code(
        "Python, with the values of columns (None: no value):",
        "python",
        "from seqclf.inference import Classifier",
        "",
        f'print(Classifier.load(".").predict([{text}], extra={{{given}}}))',
    )
    yield from code("A shell:", "sh", f'seqclf predict --run . "a text"{values}')


def _onnx(fields: Sequence[str]) -> Iterator[str]:
    texts = json.dumps([dict.fromkeys(fields, "a text")] if fields else ["a text", "another one"], ensure_ascii=False)
    more = field_options(dict.fromkeys(fields[1:], "a text"))
    yield from code(
        f"{WITH_SEQCLF}:",
        "python",
        "from seqclf.inference import Classifier",
        "",
        'classifier = Classifier.load(".")',
        f"print(classifier.predict({texts}))",
    )
    yield from code(
        "A shell:",
        "sh",
        f'seqclf predict --run . "a text"{more}',
    )
    yield from code(
        "C++, with ONNX Runtime, from token ids (padded right with 0; `tokenizer/` says how texts become ids):",
        "cpp",
        "Ort::Env env;",
        'Ort::Session session(env, "model.onnx", Ort::SessionOptions{});',
        "std::vector<int32_t> token_ids = {5, 7, 3};",
        "std::vector<int64_t> shape = {1, 3};  // [batch, time]",
        "auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);",
        "auto input = Ort::Value::CreateTensor<int32_t>(memory, token_ids.data(), 3, shape.data(), 2);",
        'const char* inputs[] = {"token_ids"};',
        'const char* outputs[] = {"probabilities"};  // float [batch, labels]',
        "auto answer = session.Run(Ort::RunOptions{}, inputs, &input, 1, outputs, 1);",
    )


def renamed_inputs(fields: Sequence[str]) -> Iterator[str]:
    """A line for each column whose input of a SavedModel has another name."""
    for column, name in input_names(fields).items():
        if column != name:
            yield from (f"The input of the column `{column}` is called `{name}`.", "")


def field_options(values: Mapping[str, str]) -> str:
    """Options of ``seqclf predict`` for values by column, each after a blank."""
    return "".join(f" --field {shlex.quote(f'{column}={value}')}" for column, value in values.items())


def _keras(fields: Sequence[str], extra: Mapping[str, str]) -> Iterator[str]:
    text = "join_fields([" + ", ".join(['"a text"'] * len(fields)) + "])" if fields else '"a text"'
    joining = ["from seqclf.text.fields import join_fields"] if fields else []
    yield from code(
        "Python, with Keras and seqclf's tokenizer:",
        "python",
        *(["import json"] if extra else []),
        "from pathlib import Path",
        "",
        "import keras",
        "import numpy as np",
        "import seqclf.model  # registers its layers",
        *(["from seqclf.extra_columns import ExtraColumns"] if extra else []),
        *joining,
        "from seqclf.text.kinds import load_tokenizer",
        "",
        'tokenizer = load_tokenizer(Path("tokenizer"))',
        'model = keras.models.load_model("model.keras", compile=False)',
        f'token_ids = np.array([tokenizer.encode({text})], "int32")  # [batch, time], padded right with 0',
        *_keras_call(extra),
    )


def _keras_call(extra: Mapping[str, str]) -> Iterator[str]:
    if not extra:
        yield "print(model(token_ids).numpy())"
        return
    given = ", ".join(f"{json.dumps(name, ensure_ascii=False)}: [{_VALUES[kind]}]" for name, kind in extra.items())
    yield 'columns = ExtraColumns.from_json(json.loads(Path("extra.json").read_text(encoding="utf-8")))'
    yield f"features = columns.features({{{given}}}, 1)  # [batch, width]; None: no value"
    yield "print(model([token_ids, features]).numpy())"


def code(title: str, language: str, *lines: str) -> Iterator[str]:
    """A block of code after a line about it."""
    yield from (title, "", f"```{language}", *lines, "```", "")
