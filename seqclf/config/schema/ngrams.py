"""``ngrams``: a linear model over the n-grams of a text, alongside the network or alone."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from seqclf.option_types import NonNegativeReal, PositiveReal, Strict

Order = Annotated[int, Field(ge=1, le=8, json_schema_extra={"unit": "tokens"})]


class NgramsConfig(Strict):
    """A linear model over the presence of n-grams of token ids, hashed into buckets (Weinberger et al. 2009). Its
    logits are added to the network's, as in wide & deep learning (Cheng et al. 2016); with `layers: []` it is the
    entire model.

    It is fitted before the network is trained, by minimising the cross-entropy of the training texts. While the network
    trains, each training text gets logits from a fit that has not seen that text, so the network learns what the
    n-grams cannot predict for new texts.
    """

    orders: Annotated[list[Order], Field(min_length=1, max_length=8)] = Field(
        [1, 2, 3], description="Lengths of the n-grams."
    )
    words: bool = Field(
        False,
        description="Add whole words to the n-grams of their pieces, so that the word `a` differs from `a` as the "
        "first piece of a rare word. A word of more than 12 tokens is identified by its last 12. Not available with "
        "`tokenizer.type: word` or character n-grams.",
    )
    buckets: Annotated[int, Field(ge=2, le=2**24, json_schema_extra={"unit": "buckets"})] = Field(
        2**20,
        description="Size of the hash table; n-grams in the same bucket share a weight. The model stores one float32 "
        "per bucket and output unit.",
    )
    weights: Literal["naive_bayes", "naive_bayes_idf", "idf", "none"] = Field(
        "naive_bayes",
        description="Fixed input value of an n-gram that is present. naive_bayes: its log-count ratio, each label "
        "against the rest (Wang & Manning 2012); idf: its inverse document frequency; naive_bayes_idf: the square root "
        "of the sum of both squares; none: 1.",
    )
    normalize: bool = Field(
        False,
        description="Divide a text's sum of weights by the square root of its number of distinct n-grams, as TF-IDF "
        "does, so that predictions for long texts are not more confident than for short ones.",
    )
    smoothing: PositiveReal = Field(
        0.5, description="Added to the counts in the log-count ratios; only naive_bayes and naive_bayes_idf use it."
    )
    l2: NonNegativeReal = Field(
        1.0, description="L2 penalty: half of it times the sum of squared weights is added to the summed cross-entropy."
    )
    join: Literal["logits", "head"] = Field(
        "logits",
        description="logits: added to the network's logits; head: concatenated with the text vector, as input of "
        "`head`.",
    )
    dropout: Annotated[float, Field(ge=0, le=1)] = Field(
        0.0,
        description="Fraction of the training texts in a step for which the n-gram logits are dropped, so that the "
        "network also learns to predict without them. 1: the network trains without them, and only the weights of the "
        "two branches are chosen jointly.",
    )
    refit: bool = Field(
        False,
        description="After training, fit the weights again on the training and validation texts together. The "
        "validation metrics remain those of the earlier model, which has not seen the validation texts.",
    )
