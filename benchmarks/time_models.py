"""Stock code of Keras and scikit-learn, with which ``time_to_accuracy.py`` compares seqclf, each in its own process.

    python benchmarks/time_models.py keras_tutorial configs/sst2.yaml points.jsonl

Reads the config's training and validation texts with seqclf, fits the model, and writes a line for each epoch or fit:
its validation accuracy, and the time when it was known. ``time_to_accuracy.py`` calls it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.config import load_config
from seqclf.data.corpus import Corpus
from seqclf.errors import SeqclfError


@dataclass(frozen=True)
class Texts:
    """The texts of a config's training and validation splits, with label ids, ``int64 [texts]``."""

    train: list[str]
    train_labels: NDArray[np.int64]
    validation: list[str]
    validation_labels: NDArray[np.int64]
    labels: int

    @classmethod
    def read(cls, corpus: Corpus) -> Texts:
        """Raises ``InputError`` for texts that cannot be read, ``SystemExit`` for texts with several labels each."""
        labels = corpus.labels()
        if labels.multi:
            raise SystemExit("the texts have several labels each; these models choose one")
        ids = {name: number for number, name in enumerate(labels)}
        splits = [corpus.texts(name) for name in ("train", "validation")]
        found = [(list(split.texts), np.array([ids[label] for label in split.labels], np.int64)) for split in splits]
        return cls(*found[0], *found[1], len(labels))

    def accuracy(self, predicted: NDArray[np.int64]) -> float:
        """Of label ids for the validation texts."""
        return float((predicted == self.validation_labels).mean())


@dataclass(frozen=True)
class KerasTutorial:
    """The network of TensorFlow's tutorial "Text classification with an RNN"
    (https://www.tensorflow.org/text/tutorials/text_classification_rnn), trained as there.

    Differences: all validation texts are scored after each epoch, not 30 batches of test texts; three labels or more
    have an output unit each and a softmax; a logit above 0 is counted as the second label, which the tutorial's
    ``accuracy`` does only above 0.5.

    Attributes:
        words: size of the vocabulary.
        rate: learning rate of Adam.
    """

    words: int
    rate: float
    epochs: int = 10

    def __call__(self, texts: Texts) -> Iterator[float]:
        """The validation accuracy after each epoch."""
        import keras
        import tensorflow as tf

        train = tf.data.Dataset.from_tensor_slices((texts.train, texts.train_labels))
        train = train.shuffle(10_000).batch(64).prefetch(tf.data.AUTOTUNE)
        validation = tf.data.Dataset.from_tensor_slices((texts.validation, texts.validation_labels))
        validation = validation.batch(64).prefetch(tf.data.AUTOTUNE)
        encoder = keras.layers.TextVectorization(max_tokens=self.words)
        encoder.adapt(train.map(lambda text, label: text))
        binary = texts.labels == 2
        model = keras.Sequential(
            [
                encoder,
                keras.layers.Embedding(len(encoder.get_vocabulary()), 64, mask_zero=True),
                keras.layers.Bidirectional(keras.layers.LSTM(64)),
                keras.layers.Dense(64, activation="relu"),
                keras.layers.Dense(1 if binary else texts.labels),
            ]
        )
        losses, metrics = keras.losses, keras.metrics
        model.compile(
            loss=(losses.BinaryCrossentropy if binary else losses.SparseCategoricalCrossentropy)(from_logits=True),
            optimizer=keras.optimizers.Adam(self.rate),
            metrics=[
                metrics.BinaryAccuracy("accuracy", threshold=0.0)
                if binary
                else metrics.SparseCategoricalAccuracy("accuracy")
            ],
        )
        for epoch in range(self.epochs):  # as one call with all epochs: the optimizer keeps its state
            done = model.fit(
                train, validation_data=validation, initial_epoch=epoch, epochs=epoch + 1, shuffle=False, verbose=2
            )
            yield float(done.history["val_accuracy"][0])


def tfidf(texts: Texts) -> Iterator[float]:
    """TF-IDF of words and pairs of words with logistic regression; the settings of seqclf's own baseline."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    train, validation = vectorizer.fit_transform(texts.train), vectorizer.transform(texts.validation)
    scores = [_scores(train, target, validation, 20.0) for target in _targets(texts)]
    yield texts.accuracy(_decisions(scores))


def naive_bayes_ngrams(texts: Texts) -> Iterator[float]:
    """Logistic regression on the presence of 1- to 3-grams of words, scaled with their log-count ratios.

    Wang & Manning 2012, "Baselines and bigrams"; with trigrams and logistic regression Mesnil et al. 2014, "Ensemble of
    generative and discriminative techniques for sentiment analysis of movie reviews". As there, a punctuation mark is a
    token: on IMDB this adds a point.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(ngram_range=(1, 3), binary=True, dtype=np.float32, token_pattern=r"\w+|[^\w\s]")
    train, validation = vectorizer.fit_transform(texts.train), vectorizer.transform(texts.validation)
    scores = []
    for target in _targets(texts):
        present, absent = (1.0 + np.asarray(train[rows].sum(axis=0)).ravel() for rows in (target, ~target))
        ratios = (np.log(present / present.sum()) - np.log(absent / absent.sum())).astype(np.float32)
        scores.append(_scores(train.multiply(ratios).tocsr(), target, validation.multiply(ratios).tocsr(), 1.0))
    yield texts.accuracy(_decisions(scores))


def _targets(texts: Texts) -> list[NDArray[np.bool_]]:
    """Each label against the rest, ``bool [texts]``; of two labels the second one alone."""
    labels = [1] if texts.labels == 2 else range(texts.labels)
    return [texts.train_labels == label for label in labels]


def _scores(train: Any, target: NDArray[np.bool_], validation: Any, c: float) -> NDArray[np.float64]:
    """Logits of the validation texts, ``float64 [texts]``; ``c`` is the inverse strength of the L2 penalty.

    liblinear's dual solver is the fastest one for more n-grams than texts.
    """
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=c, solver="liblinear", dual=True, max_iter=1_000, random_state=0)
    logits: NDArray[np.float64] = model.fit(train, target).decision_function(validation)
    return logits


def _decisions(scores: list[NDArray[np.float64]]) -> NDArray[np.int64]:
    """Label ids, ``int64 [texts]``, from the logits of each of ``_targets``."""
    if len(scores) == 1:
        return (scores[0] > 0).astype(np.int64)
    return np.argmax(scores, axis=0).astype(np.int64)


@dataclass(frozen=True)
class StockModel:
    """A model that is no config of seqclf's.

    Attributes:
        fit: yields the validation accuracy after each epoch, or once.
        version: increased when the model changes: its earlier curves are then out of date.
    """

    title: str
    fit: Callable[[Texts], Iterator[float]]
    is_network: bool = False
    version: int = 1


STOCK = {
    "keras_tutorial": StockModel("Keras, the tutorial", KerasTutorial(words=1_000, rate=1e-4), True),
    "keras_larger": StockModel("Keras, 8,185 words, Adam 1e-3", KerasTutorial(words=8_185, rate=1e-3), True),
    "tfidf": StockModel("scikit-learn, TF-IDF", tfidf),
    "naive_bayes_ngrams": StockModel("scikit-learn, NB n-grams", naive_bayes_ngrams),
}


def main(name: str, config: str, path: str) -> None:
    corpus = Corpus(load_config(Path(config)))
    texts = Texts.read(corpus)
    with Path(path).open("w", encoding="utf-8") as file:

        def write(**values: Any) -> None:
            file.write(json.dumps(values) + "\n")
            file.flush()

        write(texts={split: corpus.fingerprint(split) for split in ("train", "validation")})
        for accuracy in STOCK[name].fit(texts):
            write(time=time.time(), accuracy=accuracy)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except SeqclfError as problem:
        print(f"Error: {problem}", file=sys.stderr)
        sys.exit(problem.exit_code)
