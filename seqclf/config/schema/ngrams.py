"""``ngrams``: a linear model over the n-grams of a text, beside the network or alone."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from seqclf.option_types import NonNegativeReal, PositiveReal, Strict

Order = Annotated[int, Field(ge=1, le=8, json_schema_extra={"unit": "tokens"})]


class NgramsConfig(Strict):
    """A linear model over the presence of n-grams of token ids, hashed into buckets (Weinberger et al. 2009). Its
    logits are added to the network's, as in wide & deep learning (Cheng et al. 2016); with `layers: []` it is the whole
    model.

    Its weights minimise the cross-entropy of the training texts before the network is trained. While the network is
    trained, each training text gets the logits of a fit that has not seen it, so that the network learns what
    the n-grams do not tell about new texts.
    """

    orders: Annotated[list[Order], Field(min_length=1, max_length=8)] = Field(
        [1, 2, 3], description="Lengths of the n-grams."
    )
    words: bool = Field(
        False,
        description="Count whole words beside the n-grams of their pieces: `a` as a word says something else than as "
        "the first piece of a rare one. A word of more than 12 tokens is known by its last 12. Not for "
        "`tokenizer.type: word`, nor for runs of characters.",
    )
    buckets: Annotated[int, Field(ge=2, le=2**24, json_schema_extra={"unit": "buckets"})] = Field(
        2**20,
        description="Size of the hash table; n-grams that share a bucket share a weight. The model stores a float32 "
        "for each bucket and output unit.",
    )
    weights: Literal["naive_bayes", "naive_bayes_idf", "idf", "none"] = Field(
        "naive_bayes",
        description="What an n-gram's presence counts before its weight is learnt. naive_bayes: its log-count ratio, "
        "of each label against the rest (Wang & Manning 2012); idf: its inverse document frequency; "
        "naive_bayes_idf: the root of the sum of both squares; none: 1.",
    )
    normalize: bool = Field(
        False,
        description="Divide a text's sum of weights by the root of the number of its different n-grams, so that long "
        "texts are not surer than short ones. TF-IDF does it, too.",
    )
    smoothing: PositiveReal = Field(
        0.5, description="Added to the counts of the log-count ratios; only naive_bayes and naive_bayes_idf read it."
    )
    l2: NonNegativeReal = Field(
        1.0, description="Half of it times the sum of the squared weights is added to the summed cross-entropy."
    )
    join: Literal["logits", "head"] = Field(
        "logits",
        description="logits: added to the network's logits; head: beside the text's vector, as input of `head`.",
    )
    dropout: Annotated[float, Field(ge=0, le=1)] = Field(
        0.0,
        description="Fraction of the training texts in a step for which the branch is silent, so that the network "
        "learns to answer alone. 1: it learns by itself, and only the weights of the two are chosen together.",
    )
    refit: bool = Field(
        False,
        description="When the training is finished, fit the weights again, to the training and validation texts "
        "together. The validation metrics stay those of the model before, which has not seen the validation texts.",
    )
