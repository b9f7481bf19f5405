"""From a prompt to the text after it, with made-up logits."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from learnt_tokenizers import learn_tokenizer
from made_up_models import LETTERS, ScriptedModel, one_after_another, write_model

from seqclf.errors import InputError
from seqclf.generation import Generator
from seqclf.generation.generator import Request
from seqclf.generation.loop import Continuation, Limits
from seqclf.generation.onnx_model import OnnxStepModel
from seqclf.generation.prompt import AfterPrompt, Prompt
from seqclf.generation.samplers import Greedy, chain
from seqclf.generation.stops import StopTexts
from seqclf.text.field_tokenizer import FieldTokenizer
from seqclf.text.kinds.byte import FIRST_BYTE_ID, ByteTokenizer
from seqclf.text.tokenizer import Tokenizer
from seqclf.token_ids import PAD_ID

BYTES = ByteTokenizer()
KINDS: dict[str, dict[str, Any]] = {
    "subword": {"vocab_size": 120, "min_frequency": 1},
    "subword_lines": {"vocab_size": 120, "min_frequency": 1, "line_breaks": True, "lowercase": False},
    "word": {"type": "word", "vocab_size": 500, "min_frequency": 1},
    "char": {"type": "char", "vocab_size": 500, "min_frequency": 1},
    "char_layout": {"type": "char", "vocab_size": 500, "min_frequency": 1, "white_space": "keep"},
    "trigram": {"type": "char", "ngram": 3, "vocab_size": 500, "min_frequency": 1},
    "byte": {"type": "byte"},
}
TEXTS = ["the film was good, 10,000 people's films\nthe filming (of it) was - 3.5 don't 'do' it", "thé 日本 films"]
TOKENIZERS = {kind: learn_tokenizer(TEXTS, **options) for kind, options in KINDS.items()}


def _ids(text: str) -> list[int]:
    return LETTERS.encode(text)


def _made(wanted: str, prompt: str = "", limits: Limits | None = None) -> tuple[Continuation, list[str]]:
    """The text of a model that wants to write ``wanted``, in pieces."""
    model = one_after_another(_ids(wanted) if wanted else [], LETTERS.vocabulary_size)
    made = Continuation(model, LETTERS, Prompt.read(prompt, LETTERS), Greedy(), limits or Limits(99))
    return made, list(made)


# --- the loop ---------------------------------------------------------------------------------------------------------


def test_the_model_reads_an_end_of_text_the_prompt_and_then_each_token() -> None:
    end_id = LETTERS.vocabulary_size
    model = one_after_another(_ids("cab"), end_id)
    made = Continuation(model, LETTERS, Prompt.read("ab", LETTERS), Greedy(), Limits(99))
    assert list(made) == ["c", "a", "b"]
    assert model.steps == [[end_id, *_ids("ab")], *([one] for one in _ids("cab"))]
    assert (made.tokens, made.ending) == (3, "end of text")


def test_a_long_prompt_is_read_in_parts() -> None:
    model = one_after_another([], LETTERS.vocabulary_size)
    text = "abcdefgh" * 400
    assert list(Continuation(model, LETTERS, Prompt.read(text, LETTERS), Greedy(), Limits(5))) == []
    assert max(map(len, model.steps)) < len(text) / 2
    assert list(itertools.chain.from_iterable(model.steps)) == [LETTERS.vocabulary_size, *_ids(text)]


def test_the_maximum_of_tokens() -> None:
    made, pieces = _made("abcdefgh", limits=Limits(3))
    assert (pieces, made.tokens, made.ending) == (["a", "b", "c"], 3, "tokens")


def test_a_text_without_a_prompt_has_a_token() -> None:
    made, pieces = _made("")
    assert len(pieces) == made.tokens > 0
    made, pieces = _made("", "ab")
    assert (pieces, made.tokens, made.ending) == ([], 0, "end of text")


def test_a_stop_text_is_not_in_the_text() -> None:
    made, pieces = _made("abcdefgh", limits=Limits(99, ["x", "de"]))
    assert ("".join(pieces), made.ending) == ("abc", "stop")
    made, pieces = _made("abcd", limits=Limits(99, ["dx"]))
    assert ("".join(pieces), made.ending) == ("abcd", "end of text"), "what was held back belongs to the text"


@pytest.mark.parametrize("temperature", [0, 1])
@pytest.mark.parametrize("kind", KINDS)
def test_no_text_has_unknown_tokens_padding_or_parts_of_characters(kind: str, temperature: float) -> None:
    """Though the model wants padding, the unknown token and, in the middle of a character, the end of the text."""
    tokenizer = TOKENIZERS[kind]
    generator = np.random.default_rng(4)
    chosen: list[int] = []

    def logits(read: list[int]) -> np.ndarray:
        chosen[:] = read[1:]
        scores = generator.normal(size=tokenizer.vocabulary_size + 1)
        scores[[PAD_ID, tokenizer.unknown_id]] = 90
        return scores

    model = ScriptedModel(tokenizer.vocabulary_size, logits)
    sampler = chain(temperature=temperature, seed=3)
    prompt = Prompt.read("the film", tokenizer)
    for _ in range(20):
        text = "".join(Continuation(model, tokenizer, prompt, sampler, Limits(30)))
        assert not {PAD_ID, tokenizer.unknown_id} & set(chosen)
        assert "[PAD]" not in text and "[UNK]" not in text and "\ufffd" not in text
        text.encode("utf-8")  # raises for half of a character


def test_a_text_does_not_end_inside_a_character() -> None:
    first, second = (FIRST_BYTE_ID + byte for byte in "é".encode())

    def logits(read: list[int]) -> np.ndarray:
        scores = np.zeros(BYTES.vocabulary_size + 1)
        scores[[second, BYTES.vocabulary_size]] = 5, 9
        scores[first] = 10 if read[-1] != second else 0
        return scores

    model = ScriptedModel(BYTES.vocabulary_size, logits)
    made = Continuation(model, BYTES, Prompt.read("", BYTES), Greedy(), Limits(9))
    assert list(made) == ["é"]
    cut = Continuation(model, BYTES, Prompt.read("", BYTES), Greedy(), Limits(1))
    assert (list(cut), cut.ending) == ([], "tokens")


def test_logits_that_are_nan_are_an_error() -> None:
    model = ScriptedModel(LETTERS.vocabulary_size, lambda read: np.full(LETTERS.vocabulary_size + 1, np.nan))
    with pytest.raises(InputError, match=r"no next token can be chosen: the logits are NaN; choose another run"):
        list(Continuation(model, LETTERS, Prompt.read("a", LETTERS), Greedy(), Limits(9)))


# --- stop texts -------------------------------------------------------------------------------------------------------


@given(
    text=st.text("ab", max_size=20),
    stops=st.lists(st.text("ab", min_size=1, max_size=4), max_size=3),
    data=st.data(),
)
@example(text="aab", stops=["ab"], data=None)
@example(text="baba", stops=["a", "bab"], data=None)
def test_stop_texts_end_a_text_in_any_pieces(text: str, stops: list[str], data: Any) -> None:
    places = [(text.find(stop) + len(stop), text.find(stop)) for stop in stops if stop in text]
    expected = text[: min(places)[1]] if places else text  # the stop text that is complete first
    filtered, shown, rest = StopTexts(stops), "", text
    while rest:
        size = 1 if data is None else data.draw(st.integers(1, len(rest)))
        shown += filtered.add(rest[:size])
        rest = rest[size:]
        read = len(text) - len(rest)
        if not filtered.found:
            assert read - len(shown) < max([len(stop) for stop in stops] or [1]), "no more is held back than needed"
    assert shown + filtered.finish() == expected
    assert filtered.found == bool(places)


# --- prompts ----------------------------------------------------------------------------------------------------------


def _after(tokenizer: Tokenizer, prompt: str, ids: list[int]) -> str:
    after = AfterPrompt(Prompt.read(prompt, tokenizer), tokenizer)
    return "".join([*map(after.add, ids), after.finish()])


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60)
@given(data=st.data())
def test_a_prompt_and_the_text_after_it_are_one_text(kind: str, data: st.DataObject) -> None:
    tokenizer = TOKENIZERS[kind]
    ids = tokenizer.encode(data.draw(st.sampled_from(TEXTS)))
    cut = data.draw(st.integers(0, len(ids)))
    prompt = tokenizer.decode(ids[:cut])
    assume(cut == 0 or tokenizer.encode(prompt) == ids[:cut])
    whole, joined = tokenizer.decode(ids), prompt + _after(tokenizer, prompt, ids[cut:])
    assert re.sub(r"\s", "", joined) == re.sub(r"\s", "", whole)
    if kind not in ("subword", "subword_lines"):  # a cut number has other spaces
        assert joined == whole


def test_a_word_of_the_prompt_may_go_on_unless_a_space_follows() -> None:
    tokenizer = TOKENIZERS["subword"]
    pieces = {piece: number for number, piece in enumerate(tokenizer.pieces)}
    goes_on = pieces["##s"]
    assert _after(tokenizer, "the film", [goes_on]) == "s"
    assert _after(tokenizer, "the film", [pieces["t"]]) == " t"
    assert _after(tokenizer, "the film ", [pieces["t"]]) == "t"
    after = AfterPrompt(Prompt.read("the film ", tokenizer), tokenizer)
    assert not after.decoder.allowed()[goes_on]


@pytest.mark.parametrize("kind", ["char", "trigram"])
def test_a_space_at_the_end_of_a_prompt_is_read(kind: str) -> None:
    tokenizer = TOKENIZERS[kind]
    prompt = Prompt.read("the film  ", tokenizer)
    assert tokenizer.decode(prompt.ids) == "the film "
    rest = tokenizer.encode("the film was")[len(prompt.ids) :]
    assert _after(tokenizer, "the film ", rest) == "was"


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_prompt_has_no_tokens(kind: str) -> None:
    assert Prompt.read("", TOKENIZERS[kind]).ids == ()
    if kind not in ("char_layout", "byte", "subword_lines"):  # which read white space
        assert Prompt.read(" \n", TOKENIZERS[kind]).ids == ()


def test_what_is_unknown_is_named_once() -> None:
    assert Prompt.read("a1b1c2", LETTERS).unknown == ("1", "2")
    assert Prompt.read("the xyzzy film xyzzy", TOKENIZERS["word"]).unknown == ("xyzzy",)
    assert Prompt.read("the film", TOKENIZERS["trigram"]).unknown == ()
    assert Prompt.read("the film", TOKENIZERS["word"]).listed() == ""
    assert Prompt.read("a0123456", LETTERS).listed() == "'0', '1', '2', '3', '4' and 2 more"
    long = "z" * 99
    assert Prompt.read(f"the {long}", TOKENIZERS["word"]).listed() == repr("z" * 30 + "...")


@pytest.mark.parametrize(("kind", "text"), [("char", "ЖЖ"), ("word", "xyzzy"), ("subword", "Ж"), ("trigram", "xyz")])
def test_a_prompt_without_known_tokens_is_an_error(kind: str, text: str) -> None:
    with pytest.raises(InputError, match="the prompt has no token that the model knows: '"):
        Prompt.read(text, TOKENIZERS[kind])


def test_a_prompt_is_the_first_field_and_fields_are_lines() -> None:
    tokenizer = FieldTokenizer(LETTERS, ["title", "body"])
    assert Prompt.read("ab", tokenizer).ids == tuple(_ids("ab"))
    assert _after(tokenizer, "ab", [*_ids("c"), tokenizer.vocabulary_size - 1, *_ids("d")]) == "c\nd"


# --- models of files --------------------------------------------------------------------------------------------------


def test_a_model_s_states_go_from_step_to_step(tmp_path: Path) -> None:
    model = OnnxStepModel.load(write_model(tmp_path / "run"))
    logits, states = model.step([model.end_id, 2, 3], model.start())
    assert (logits.shape, logits.argmax(), states[0].tolist()) == ((model.end_id + 1,), 4, [[3]])
    _, states = model.step([4], states)
    assert states[0].tolist() == [[4]]


def test_a_generator_continues_a_prompt(tmp_path: Path) -> None:
    from seqclf.inference import Generator as Exported

    generator = Exported.load(write_model(tmp_path / "run"))
    alphabet = "".join(LETTERS.pieces[2:])
    first, rest = alphabet[:3], alphabet[3:]
    assert generator.generate(first, temperature=0) == rest
    assert generator.generate(seed=5) == alphabet
    assert list(generator.stream(first, tokens=2, temperature=0)) == list(rest[:2])
    assert generator.generate(first, stop=rest[2], temperature=0) == rest[:2]
    assert generator.generate(first, stop=["?", rest[1]], temperature=0) == rest[:1]
    hot = {"temperature": 100.0, "tokens": 30}
    assert generator.generate(seed=1, **hot) == generator.generate(seed=1, **hot) != generator.generate(seed=2, **hot)
    made = generator.continuation(generator.prompt(first), Request(seed=1, temperature=0))
    assert "".join(made) == rest
    assert (made.tokens, made.ending) == (len(rest), "end of text")


@pytest.mark.parametrize(
    "options", [{"tokens": 0}, {"temperature": -1.0}, {"top_k": 0}, {"top_p": 2.0}, {"seed": -1}, {"stop": ""}]
)
def test_options_outside_their_range(options: dict[str, Any], tmp_path: Path) -> None:
    generator = Generator.load(write_model(tmp_path / "run"))
    with pytest.raises(InputError, match=f"{next(iter(options))}: expected"):
        generator.stream("a", **options)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda run: (run / "model.onnx").unlink(), "model.onnx: is missing; `seqclf export --format onnx` writes it"),
        (lambda run: (run / "model.onnx").write_bytes(b"no model"), "model.onnx: cannot be read as a model"),
        (lambda run: (run / "tokenizer" / "tokenizer.json").unlink(), "tokenizer.json"),
        (lambda run: BYTES.save(run / "tokenizer"), "does not belong to tokenizer/ beside it: the model knows 12 "),
    ],
)
def test_folders_that_cannot_be_loaded(change: Any, message: str, tmp_path: Path) -> None:
    run = write_model(tmp_path / "run")
    change(run)
    with pytest.raises(InputError, match=re.escape(message)):
        Generator.load(run)


def test_a_model_that_reads_backward_says_what_to_do(tmp_path: Path) -> None:
    run = write_model(tmp_path / "run", direction="backward")
    with pytest.raises(InputError, match=r"cannot continue one; choose another run \(--run\), trained with task.dir"):
        Generator.load(run)


@pytest.mark.parametrize(
    "about",
    [
        {"task": "classification"},
        {"task": None},
        {"end_id": 5},
        {"end_id": "x"},
        {"states": None},
        {"states": []},
        {"states": [{"input": "count", "output": "count_after", "units": -1}]},
        {"states": [{"input": "count", "output": "logits", "units": 1}]},
        {"states": [{"input": "token_ids", "output": "count_after", "units": 1}]},
    ],
    ids=str,
)
def test_metadata_that_seqclf_did_not_write(about: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"model.onnx: not a model that seqclf wrote \("):
        Generator.load(write_model(tmp_path / "run", **about))
