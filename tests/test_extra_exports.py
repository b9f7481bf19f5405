"""Models that also read columns beside the text: built, and exported to ONNX."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import POOLED, small_config
from extra_examples import features, fitted

from seqclf.config import Config, checked_config
from seqclf.labels import Labels
from seqclf.prior import Prior

LABELS = {"two": Labels(("a", "b")), "three": Labels(("a", "b", "c")), "lists": Labels(("a", "b", "c"), multi=True)}
NGRAMS = {"orders": [1, 2], "buckets": 64}
MODELS: dict[str, dict[str, Any]] = {
    "network": {"layers": POOLED},
    "without a head": {"layers": POOLED, "head": []},
    "ngrams beside it": {"layers": POOLED, "ngrams": NGRAMS},
    "ngrams in the head": {"layers": POOLED, "ngrams": NGRAMS | {"join": "head"}},
    "ngrams alone": {"layers": [], "head": [], "ngrams": NGRAMS},
    "ngrams alone in the head": {"layers": [], "ngrams": NGRAMS | {"join": "head"}},
}
TOKENS = np.array([[5, 7, 3, 0], [1, 1, 0, 0], [9, 8, 7, 6]], np.int32)
"""The second text has unknown tokens only."""


def built(config: Config, labels: Labels) -> Any:
    from seqclf.model.build import build_model

    model = build_model(config, 50, labels, extra=fitted().width)
    draw = np.random.default_rng(1)
    model.set_weights([np.abs(weight) + draw.uniform(-0.3, 0.5, weight.shape) for weight in model.get_weights()])
    return model


def probabilities(model: Any, extra: Any, labels: Labels) -> Any:
    found = model([TOKENS, extra], training=False).numpy()
    return np.concatenate([1 - found, found], axis=1) if labels.units == 1 and not labels.multi else found


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("name", MODELS)
def test_onnx_gives_the_same_with_columns_and_without(name: str, labels: str) -> None:
    import onnxruntime

    from seqclf.export.onnx_model import onnx_model

    config, of = checked_config(small_config(data__train="x.csv", **MODELS[name])), LABELS[labels]
    model = built(config, of)
    written = onnx_model(model, config, of, [0.5] * 3 if of.multi else None, extra=fitted())
    session = onnxruntime.InferenceSession(written.SerializeToString())
    missing = np.repeat(fitted().missing[None], 3, axis=0)
    for given, fed in ((features(), {"extra": features()}), (missing, {}), (missing, {"extra": missing})):
        (found,) = session.run(["probabilities"], {"token_ids": TOKENS, **fed})
        np.testing.assert_allclose(found, probabilities(model, given, of), atol=1e-5)
    assert [one.name for one in session.get_inputs()] == ["token_ids"], "a text alone is enough"


def test_columns_change_the_answer() -> None:
    config = checked_config(small_config(data__train="x.csv", **MODELS["network"]))
    model = built(config, LABELS["three"])
    given = features()
    for place in range(given.shape[1]):
        changed = given.copy()
        changed[:, place] += 1
        assert not np.allclose(model([TOKENS, changed]), model([TOKENS, given]), atol=1e-4)


def test_the_prior_answers_only_where_nothing_is_known() -> None:
    import onnxruntime

    from seqclf.export.onnx_model import onnx_model

    config, labels = checked_config(small_config(data__train="x.csv", **MODELS["network"])), LABELS["three"]
    model, prior = built(config, labels), Prior(1, (0.2, 0.3, 0.5))
    session = onnxruntime.InferenceSession(
        onnx_model(model, config, labels, prior=prior, extra=fitted()).SerializeToString()
    )
    (alone,) = session.run(["probabilities"], {"token_ids": TOKENS})
    np.testing.assert_allclose(alone[1], prior.frequencies, atol=1e-6)
    (found,) = session.run(["probabilities"], {"token_ids": TOKENS, "extra": features()})
    np.testing.assert_allclose(found, probabilities(model, features(), labels), atol=1e-5)


def test_a_linear_model_answers_a_text_alone_with_the_mean_over_the_values() -> None:
    """A category that is never missing: the logits of the values, weighted by how often they occur."""
    from seqclf.extra_columns import ExtraColumns
    from seqclf.model.build import build_model, logits_model

    countries = np.array(["de"] * 30 + ["fr"] * 10, object)
    columns = ExtraColumns.fit({"country": "category"}, {"country": countries})
    config = checked_config(small_config(data__train="x.csv", **MODELS["without a head"]))
    model = logits_model(build_model(config, 50, LABELS["three"], extra=columns.width))
    tokens = np.repeat(TOKENS[:1], 40, axis=0)
    each = model([tokens, columns.encode({"country": countries}, 40)]).numpy()
    alone = model([tokens[:1], columns.missing[None]]).numpy()[0]
    np.testing.assert_allclose(alone, each.mean(axis=0), atol=1e-6)
