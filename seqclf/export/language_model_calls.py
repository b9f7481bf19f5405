"""The part of a language model's card that says how to call the model."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from seqclf.export.card_calls import WITH_SEQCLF, WITH_TENSORFLOW, Format, code, field_options, renamed_inputs
from seqclf.export.input_names import input_names

_SERVER = "localhost:8501/v1/models/writer:predict"
_SAMPLED = [{"text": "a text", "temperature": 0.8, "top_k": 0, "top_p": 1.0, "seed": 1}]


def how_to_call(fields: Sequence[str], form: Format, *, continues: bool) -> Iterator[str]:
    """Lines of Markdown.

    Args:
        fields: the columns whose values together are a text; empty if a text is a single value.
        continues: whether the model can continue a text.
    """
    if form == "saved_model":
        yield from _saved_model(fields, continues=continues)
    elif form == "onnx":
        yield from _onnx(fields, continues=continues)
    else:
        yield from _keras()


def _saved_model(fields: Sequence[str], *, continues: bool) -> Iterator[str]:
    names = list(input_names(fields).values()) or ["text"]
    yield from renamed_inputs(fields)
    scored = ", ".join(f'{name}=tf.constant(["a text", "another one"])' for name in names)
    yield from code(
        f"{WITH_TENSORFLOW}: the log-probability of each text, and of each of its tokens:",
        "python",
        "import tensorflow as tf",
        "",
        'model = tf.saved_model.load(".")  # this folder',
        f'answer = model.signatures["score"]({scored})',
        'print(answer["sum"].numpy(), answer["pieces"].numpy(), answer["log_probabilities"].numpy())',
    )
    if continues:
        yield from _generating()
    instances = [dict.fromkeys(names, text) for text in ("a text", "another one")]
    yield from code(
        "curl, from TensorFlow Serving (this folder as `/models/writer/1`):",
        "sh",
        "tensorflow_model_server --rest_api_port=8501 --model_name=writer --model_base_path=/models/writer &",
        *([_curl({"instances": ["a text", "another one"]})] if continues else []),
        *([_curl({"signature_name": "sample", "instances": _SAMPLED})] if continues else []),
        _curl({"signature_name": "score", "instances": instances}),
    )


def _curl(body: object) -> str:
    return f"curl -d '{json.dumps(body)}' {_SERVER}"


def _generating() -> Iterator[str]:
    yield from code(
        "The text after a beginning, with the most probable tokens:",
        "python",
        "import tensorflow as tf",
        "",
        'model = tf.saved_model.load(".")',
        'answer = model.signatures["serving_default"](text=tf.constant(["a text", ""]))',
        'print([text.decode() for text in answer["text"].numpy()])',
    )
    yield from code(
        "With random tokens (the same seed gives the same text; `top_k` 0 and `top_p` 1 stand for all tokens):",
        "python",
        "import tensorflow as tf",
        "",
        'model = tf.saved_model.load(".")',
        'options = {"temperature": tf.constant([0.8]), "seed": tf.constant([1], tf.int64)}',
        'options |= {"top_k": tf.constant([0]), "top_p": tf.constant([0.95])}',
        'answer = model.signatures["sample"](text=tf.constant(["a text"]), **options)',
        'print([text.decode() for text in answer["text"].numpy()])',
    )


def _onnx(fields: Sequence[str], *, continues: bool) -> Iterator[str]:
    if continues:
        yield from code(
            f"{WITH_SEQCLF}:",
            "python",
            "from seqclf.inference import Generator",
            "",
            'generator = Generator.load(".")',
            'print(generator.generate("", tokens=50, temperature=0.8, seed=1))',
        )
        yield from code("A shell:", "sh", 'seqclf generate --run . "a text"')
    text = json.dumps(dict.fromkeys(fields, "a text") if fields else "a text", ensure_ascii=False)
    yield from code(
        "With seqclf and without TensorFlow, how probable a text is (its end is a token, a word and a character):",
        "python",
        "from seqclf.inference import Scorer",
        "",
        f'score = Scorer.load(".").score({text})',
        "print(score.log_probability, score.perplexity, score.bits_per_character)",
    )
    more = field_options(dict.fromkeys(fields[1:], "a text"))
    yield from code("And in a shell:", "sh", f'seqclf predict --score --run . "a text"{more}')
    yield from code(
        "Python, with ONNX Runtime alone (`pip install onnxruntime`), from token ids: the logits of the next token, "
        'and the states to continue from. `seqclf.text.kinds.load_tokenizer(Path("tokenizer")).encode` gives the ids '
        "of a text:",
        "python",
        "import json",
        "",
        "import numpy as np",
        "import onnxruntime",
        "",
        "options = onnxruntime.SessionOptions()",
        "options.log_severity_level = 3  # no warning that the optional input is not constant",
        'session = onnxruntime.InferenceSession("model.onnx", options)',
        "about = session.get_modelmeta().custom_metadata_map",
        'end_id = json.loads(about["end_id"])  # before the first token of a text, and after the last',
        "token_ids = np.array([[end_id, 2, 3]], np.int32)  # [batch, time], padded right with 0",
        'states = {one["input"]: np.zeros((1, one["units"]), np.float32) for one in json.loads(about["states"])}',
        'names = ["logits", *(one["output"] for one in json.loads(about["states"]))]',
        'logits, *after = session.run(names, {"token_ids": token_ids, **states})',
        "print(logits)  # float [batch, end_id + 1]",
    )


def _keras() -> Iterator[str]:
    yield from code(
        "Python, with Keras and seqclf's tokenizer: the logits of the token after each one:",
        "python",
        "from pathlib import Path",
        "",
        "import keras",
        "import numpy as np",
        "import seqclf.model  # registers its layers",
        "from seqclf.text.kinds import load_tokenizer",
        "",
        'tokenizer = load_tokenizer(Path("tokenizer"))',
        'model = keras.models.load_model("model.keras", compile=False)',
        "end_id = tokenizer.vocabulary_size  # before the first token of a text, and after the last",
        'token_ids = np.array([[end_id, *tokenizer.encode("a text")]], "int32")  # [batch, time], padded right with 0',
        'states = [np.zeros((1, state.shape[1]), "float32") for state in model.inputs[1:]]',
        "logits, *after = model([token_ids, *states])",
        "print(logits.numpy())  # [batch, time, end_id + 1]",
    )
