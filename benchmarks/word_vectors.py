"""Vectors for the words of your texts, for `embedding.vectors`, without a download of gigabytes.

    pip install wordllama
    python benchmarks/word_vectors.py reviews.yaml

Reads the training texts of a config, takes their most frequent words, and gives each the mean of its tokens' vectors in
wordllama 0.4 (https://github.com/dleemiller/WordLlama, MIT licence), whose package has the vectors of 32,000 tokens,
learnt from large models of language, in 256 dimensions. The first 128 are of use alone (Matryoshka representation
learning, Kusupati et al. 2022), and as many as the configs in `configs/` have. Writes GloVe's text form, packed with
gzip, under the name that these configs have. Nothing is downloaded.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import itertools
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from seqclf.config import Config, read_config
from seqclf.config.schema.tokenizers.word import WordTokens
from seqclf.data.corpus import Corpus
from seqclf.errors import SeqclfError
from seqclf.files import replacing
from seqclf.tensorflow_startup import start_tensorflow

OUTPUT = Path("data/vectors/wordllama.128d.30k.txt.gz")
"""The name that the configs in ``configs/`` have."""
WORDS, DIM = 30_000, 128

_PACKAGE = "wordllama"
_WEIGHTS, _TOKENS = "weights/l2_supercat_256.safetensors", "tokenizers/l2_supercat_tokenizer_config.json"
_MOST_DIM = 256
_AT_ONCE = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path, metavar="CONFIG", help="its training texts have the words")
    parser.add_argument("-o", "--output", type=Path, default=OUTPUT, help="an existing file is never overwritten")
    parser.add_argument("--words", type=int, default=WORDS, help="most words; rarer ones get no vector")
    parser.add_argument("--dim", type=int, default=DIM, help="length of a vector, at most 256")
    arguments = parser.parse_args()
    if not 1 <= arguments.dim <= _MOST_DIM or arguments.words < 1:
        parser.error(f"expected --dim from 1 to {_MOST_DIM} and --words of 1 or more")
    if arguments.output.exists():
        parser.error(f"{arguments.output} exists; name another file with --output, or delete it")
    try:
        words = words_of(read_config(arguments.config).config, arguments.words)
        write(arguments.output, words, *open_package(), arguments.dim)
    except SeqclfError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    print(f"Wrote {arguments.output}: {len(words):,} words, {arguments.dim} dimensions")


def words_of(config: Config, most: int) -> Sequence[str]:
    """The most frequent words of the training texts, as the ``word`` tokenizer reads them with the config's case."""
    if config.data.needs_tensorflow:
        start_tensorflow(config)
    lowercase = getattr(config.tokenizer, "lowercase", True)
    options = WordTokens(type="word", vocab_size=most + 2, min_frequency=1, lowercase=lowercase)
    return options.learn(Corpus(config).texts("train").texts).pieces[2:]  # after padding and the unknown word


def open_package() -> tuple[Tokenizer, NDArray[np.float32]]:
    """The tokenizer and the vectors of its tokens, ``[tokens, 256]``, from the files of the installed package.

    They are read without the package's own code, which looks for its tokenizer on a hub.
    """
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise SeqclfError("the package wordllama is not installed; install it with: pip install wordllama")
    from safetensors.numpy import load_file

    folder = Path(found.submodule_search_locations[0])
    if missing := [name for name in (_WEIGHTS, _TOKENS) if not (folder / name).is_file()]:
        raise SeqclfError(f"{folder}: lacks {missing[0]}; expected wordllama 0.4: pip install 'wordllama~=0.4.0'")
    (vectors,) = load_file(folder / _WEIGHTS).values()
    tokenizer = Tokenizer.from_file(str(folder / _TOKENS))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer, vectors.astype(np.float32)


def vectors_of(
    words: Iterable[str], tokenizer: Tokenizer, vectors: NDArray[np.float32], dim: int
) -> Iterator[NDArray[np.float32]]:
    """The mean of the vectors of each word's tokens, ``[dim]``."""
    words = iter(words)
    while block := list(itertools.islice(words, _AT_ONCE)):
        for encoded in tokenizer.encode_batch(block, add_special_tokens=False):
            yield vectors[encoded.ids, :dim].mean(axis=0)


def write(path: Path, words: Sequence[str], tokenizer: Tokenizer, vectors: NDArray[np.float32], dim: int) -> None:
    """A line for each word: the word and its numbers, three digits of each, separated by blanks."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as new, gzip.open(new, "wt", encoding="utf-8", newline="\n") as file:
        for word, vector in zip(words, vectors_of(words, tokenizer, vectors, dim), strict=True):
            file.write(" ".join([word, *(f"{number:.3g}" for number in vector)]) + "\n")


if __name__ == "__main__":
    main()
