"""Tables of configs: broken ones with all their errors (``line:column: option: message``), and valid ones."""

from __future__ import annotations

from pathlib import Path

from broken_configs import across, bounds, layers, learning, options, syntax, types, values
from broken_configs.beginnings import MINIMAL

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))

BY_KIND = {
    kind: cases
    for part in (options, values, types, bounds, across, learning, layers, syntax)
    for kind, cases in part.CASES.items()
}
BROKEN = [case for cases in BY_KIND.values() for case in cases]

# Valid ones, for what is done to configs in other tests.
MUTABLE = [path.read_text(encoding="utf-8") for path in CONFIGS] + [
    MINIMAL,
    MINIMAL + "tokenizer: {type: char, ngram: 3, stride: 2, vocab_size: 9, min_frequency: 1, lowercase: false}\n",
    MINIMAL + "initialize: books\n",
    MINIMAL + "initialize: {from: {forward: a-1, backward: b}, layers: [0]}\n",
    MINIMAL + "tokenizer: {type: subword_file, file: vocab.txt, lowercase: null, truncate: head}\n",
    "data: {source: table, train: a.csv, test: 0.2, text: t, label: l, format: csv}\n"
    "tokenizer: {max_tokens: 40}\nembedding: {vectors: g.txt, dim: 50, trainable: false}\n"
    "layers:\n  - {type: conv1d, filters: 4, kernel_size: 5}\n  - {type: max_pool1d, size: 4}\n"
    "  - {type: gru, units: 4, dropout: 0.1}\n  - {type: pool, method: max}\n"
    "head: [{type: dense, units: 3}, {type: dropout, rate: 0.5}]\n"
    "training: {optimizer: {type: sgd, momentum: 0.9, nesterov: true}, early_stopping: {monitor: val_accuracy},\n"
    "  loss: {type: focal, gamma: 1}, class_weights: {a: 1, b: 2.5}, schedule: {type: one_cycle, rise: 0.4},\n"
    "  moving_average: {decay: 0.9}, accumulate_steps: 4, layer_rates: [0.1, 0.2, 1], unfreeze_every: 2}\n",
    MINIMAL
    + "training: {class_weights: balanced, schedule: {type: linear, warmup: 0.1}, loss: {label_smoothing: 0.1}}\n",
    "data: {source: sample, validation: 0, folds: 3, fold: 2}\n"
    "layers: [{type: pool}]\ntraining: {early_stopping: {patience: 2}}\n",
]
