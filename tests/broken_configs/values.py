"""Broken configs: unknown values."""

from broken_configs.beginnings import LAYERS, MINIMAL, POOL, names
from seqclf.config.schema.optimizers import OPTIMIZERS
from seqclf.config.schema.tokenizers import TOKENIZERS
from seqclf.sources import SOURCE_TYPES

CASES: dict[str, list[tuple[str, list[str]]]] = {
    "kinds and words": [
        (
            MINIMAL + "training:\n  schedule: {type: cosine_annealing}\n",
            ['5:14: training.schedule.type: unknown value "cosine_annealing"; did you mean "cosine"?'],
        ),
        (
            MINIMAL + "training:\n  loss: {type: focal_loss}\n",
            ['5:10: training.loss.type: unknown value "focal_loss"; did you mean "focal"?'],
        ),
        (
            MINIMAL + "training:\n  class_weights: balance\n",
            ['5:3: training.class_weights: unknown value "balance"; did you mean "balanced"?'],
        ),
        (
            MINIMAL + "training:\n  schedule: none\n",
            ['5:3: training.schedule: expected options (name: value), found the string "none"; write null for none'],
        ),
        (
            LAYERS + "  - {type: embedding, dim: 3}\n",
            [
                '3:6: layers[0].type: "embedding" is a top-level section; expected one of batch_norm, conv1d, dense, dropout, gaussian_noise, gru, highway, layer_norm, lstm, max_pool1d, min_gru, min_lstm, pool, qrnn, residual, self_attention, simple_rnn, spatial_dropout, sru'
            ],
        ),
        (
            MINIMAL + "training:\n  optimizer: adamm\n",
            ['5:3: training.optimizer: expected options (name: value), found the string "adamm"; write {type: adam}'],
        ),
        (
            MINIMAL + "training:\n  optimizer: none\n",
            ['5:3: training.optimizer: expected options (name: value), found the string "none"; write null for none'],
        ),
        (MINIMAL + "loss: mse\n", ['4:1: loss: unknown option here; did you mean "training.loss"?']),
        (MINIMAL + "num_classes: 3\n", ["4:1: num_classes: unknown option: the labels determine the output layer"]),
        ("data: {source: csv, train: x}\n" + POOL, ['1:8: data.source: unknown value "csv"; did you mean "table"?']),
        ("data: {source: smaple}\n" + POOL, ['1:8: data.source: unknown value "smaple"; did you mean "sample"?']),
        ("data: {source: txt}\n" + POOL, ['1:8: data.source: unknown value "txt"; did you mean "text"?']),
        ("data: {source: plain}\n" + POOL, ['1:8: data.source: unknown value "plain"; did you mean "text"?']),
        ("data: {source: imdb}\n" + POOL, ['1:8: data.source: unknown value "imdb"; did you mean "tfds"?']),
        ("data: {source: 3}\n" + POOL, [f"1:8: data.source: expected one of {names(SOURCE_TYPES)}; found 3"]),
        (
            "data: {source: null}\n" + POOL,
            [f"1:8: data.source: expected one of {names(SOURCE_TYPES)}; found nothing"],
        ),
        (
            "data: {source: [table]}\n" + POOL,
            [f"1:8: data.source: expected one of {names(SOURCE_TYPES)}; found a list of 1"],
        ),
        (LAYERS + "  - {type: lstn, units: 3}\n", ['3:6: layers[0].type: unknown value "lstn"; did you mean "lstm"?']),
        (LAYERS + "  - {type: LSTM, units: 3}\n", ['3:6: layers[0].type: unknown value "LSTM"; did you mean "lstm"?']),
        (
            LAYERS + "  - {type: bilstm, units: 3}\n",
            ['3:6: layers[0].type: unknown value "bilstm"; did you mean "lstm"? With bidirectional: true'],
        ),
        (
            LAYERS + "  - {type: rnn, units: 3}\n",
            ['3:6: layers[0].type: unknown value "rnn"; did you mean "simple_rnn"?'],
        ),
        (
            LAYERS + "  - {type: transformer}\n",
            ['3:6: layers[0].type: unknown value "transformer"; did you mean "self_attention"?'],
        ),
        (
            LAYERS + "  - {type: {}}\n",
            [
                "3:6: layers[0].type: expected one of batch_norm, conv1d, dense, dropout, gaussian_noise, gru, highway, layer_norm, lstm, max_pool1d, min_gru, min_lstm, pool, qrnn, residual, self_attention, simple_rnn, spatial_dropout, sru; found an empty mapping"
            ],
        ),
        (
            MINIMAL + "head: [{type: lstm, units: 3}]\n",
            [
                '4:9: head[0].type: "lstm" belongs in layers; expected one of batch_norm, dense, dropout, gaussian_noise, highway, layer_norm'
            ],
        ),
        (
            MINIMAL + "head: [{type: Dence, units: 3}]\n",
            ['4:9: head[0].type: unknown value "Dence"; did you mean "dense"?'],
        ),
        (
            MINIMAL + "head: [{type: dense, units: 2, activation: rlu}]\n",
            ['4:32: head[0].activation: unknown value "rlu"; did you mean "relu"?'],
        ),
        (
            MINIMAL + "head: [{type: dense, units: 2, activation: softmax}]\n",
            [
                '4:32: head[0].activation: unknown value "softmax" (known: relu, tanh, sigmoid, gelu, elu, selu, silu, softplus, linear)'
            ],
        ),
        (
            MINIMAL + "head: [{type: dense, units: 2, activation: null}]\n",
            [
                "4:32: head[0].activation: expected one of relu, tanh, sigmoid, gelu, elu, selu, silu, softplus, linear; found nothing"
            ],
        ),
        (
            MINIMAL + "training:\n  optimizer:\n    type: adm\n",
            ['6:5: training.optimizer.type: unknown value "adm"; did you mean "adam"?'],
        ),
        (
            MINIMAL + "training:\n  optimizer:\n    type: 3\n",
            [f"6:5: training.optimizer.type: expected one of {names(OPTIMIZERS)}; found 3"],
        ),
        (
            MINIMAL + "training:\n  early_stopping: {monitor: accuracy}\n",
            ['5:20: training.early_stopping.monitor: unknown value "accuracy"; did you mean "val_accuracy"?'],
        ),
        (
            MINIMAL + "training:\n  early_stopping: {monitor: 3}\n",
            [
                "5:20: training.early_stopping.monitor: expected one of val_loss, val_accuracy, val_micro_f1, val_macro_f1, val_perplexity, val_bits_per_character; found 3"
            ],
        ),
        (
            MINIMAL + "tokenizer: {truncate: end}\n",
            ['4:13: tokenizer.truncate: unknown value "end" (known: head, tail, middle)'],
        ),
        (
            MINIMAL + "tokenizer: {type: bpe}\n",
            ['4:13: tokenizer.type: unknown value "bpe"; did you mean "subword"?'],
        ),
        (
            MINIMAL + "tokenizer: {type: morphemes}\n",
            [f'4:13: tokenizer.type: unknown value "morphemes" (known: {names(TOKENIZERS)})'],
        ),
        (
            MINIMAL + "tokenizer: {type: 3}\n",
            [f"4:13: tokenizer.type: expected one of {names(TOKENIZERS)}; found 3"],
        ),
        (
            "data: {source: table, train: x, format: docx}\n" + POOL,
            ['1:33: data.format: unknown value "docx" (known: auto, csv, tsv, jsonl, parquet, tfrecord, xlsx)'],
        ),
        (
            "data: {source: table, train: x, encoding: ansi99}\n" + POOL,
            [
                "1:33: data.encoding: expected one of Python's text encodings, such as utf-8, cp1252 or utf-16, "
                'found the string "ansi99"'
            ],
        ),
        (
            LAYERS + "  - {type: pool, method: average}\n",
            ['3:18: layers[0].method: unknown value "average"; did you mean "mean"?'],
        ),
        (
            LAYERS + "  - {type: gru, units: 3, activation: tahn}\n",
            ['3:27: layers[0].activation: unknown value "tahn"; did you mean "tanh"?'],
        ),
    ],
}
