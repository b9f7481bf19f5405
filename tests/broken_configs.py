"""Tables of configs: broken ones with all that is said of each (``line:column: option: message``), and valid ones."""

from __future__ import annotations

from pathlib import Path

CONFIGS = sorted((Path(__file__).parents[1] / "configs").glob("*.yaml"))

MINIMAL = "data: {source: sample}\nlayers:\n  - {type: lstm, units: 4}\n"
LAYERS = "data: {source: sample}\nlayers:\n"
POOL = "layers: [{type: pool}]\n"

BY_KIND: dict[str, list[tuple[str, list[str]]]] = {
    "unknown options": [
        (
            MINIMAL + "training:\n  loss: {smoothing: 0.1}\n",
            ['5:10: training.loss.smoothing: unknown option; did you mean "label_smoothing"?'],
        ),
        (
            MINIMAL + "training:\n  loss: {gamma: 2}\n",
            ["5:10: training.loss.gamma: unknown option for cross_entropy (known to focal)"],
        ),
        (
            MINIMAL + "training:\n  lr_scheduler: {type: cosine}\n",
            ['5:3: training.lr_scheduler: unknown option; did you mean "schedule"?'],
        ),
        (
            MINIMAL + "training:\n  warmup_steps: 100\n",
            ['5:3: training.warmup_steps: unknown option here; did you mean "training.schedule.warmup"?'],
        ),
        (
            MINIMAL + "training:\n  schedule: {type: plateau, min_lr: 0}\n",
            ['5:29: training.schedule.min_lr: unknown option; did you mean "final"?'],
        ),
        (
            MINIMAL + "training:\n  schedule: {type: one_cycle, warmup: 3}\n",
            [
                "5:31: training.schedule.warmup: unknown option for one_cycle (known to constant, linear, cosine, exponential, inverse_sqrt, plateau)"
            ],
        ),
        (
            MINIMAL + "training:\n  ema: {decay: 0.9}\n",
            ['5:3: training.ema: unknown option; did you mean "moving_average"?'],
        ),
        (
            MINIMAL + "training:\n  gradient_accumulation_steps: 4\n",
            ['5:3: training.gradient_accumulation_steps: unknown option; did you mean "accumulate_steps"?'],
        ),
        (
            MINIMAL + "training:\n  weight_decay: 0.1\n",
            ['5:3: training.weight_decay: unknown option here; did you mean "training.optimizer.weight_decay"?'],
        ),
        (
            MINIMAL + "training:\n  class_weight: balanced\n",
            ['5:3: training.class_weight: unknown option; did you mean "class_weights"?'],
        ),
        (
            MINIMAL + "traning: {epochs: '3', zzz: 1}\n",
            [
                '4:1: traning: unknown option; did you mean "training"?',
                '4:11: traning.epochs: expected a whole number, found the text "3"; without the quotes it is a number',
                "4:24: traning.zzz: unknown option (known: epochs, batch_size, batch_tokens, accumulate_steps, loss, class_weights, optimizer, thresholds, early_stopping, schedule, moving_average, log_every)",
            ],
        ),
        (
            "dta: {source: table}\n" + POOL,
            ['1:1: dta: unknown option; did you mean "data"?', "1:1: dta.train: is missing; it has no default"],
        ),
        (
            "data: {source: sample}\nlayer: [{type: lstm}]\n",
            [
                '2:1: layer: unknown option; did you mean "layers"?',
                "2:9: layer[0].units: is missing; it has no default",
            ],
        ),
        (
            MINIMAL + "training: {epochs: 2}\ntraning: {epochs: 0}\n",
            ['5:1: traning: unknown option; did you mean "training"?'],
        ),
        (
            "data: {source: sample, validation: 0}\nlayers: [{type: pool}]\ntrainin: {early_stopping: {}}\n",
            [
                '3:1: trainin: unknown option; did you mean "training"?',
                "3:11: trainin.early_stopping: needs validation texts, but data.validation is 0: set training.early_stopping to null, or keep some texts",
            ],
        ),
        (LAYERS + "  - {type: lstm, unitz: 4}\n", ['3:18: layers[0].unitz: unknown option; did you mean "units"?']),
        (MINIMAL + "sed: 3\n", ['4:1: sed: unknown option; did you mean "seed"?']),
        (MINIMAL + "Seed: 3\n", ['4:1: Seed: unknown option; did you mean "seed"?']),
        (MINIMAL + "epochs: 3\n", ['4:1: epochs: unknown option here; did you mean "training.epochs"?']),
        (
            MINIMAL + "learning_rate: 1e-3\n",
            ['4:1: learning_rate: unknown option here; did you mean "training.optimizer.learning_rate"?'],
        ),
        (
            MINIMAL + "lstm: 3\n",
            ["4:1: lstm: unknown option (known: name, seed, data, tokenizer, embedding, layers, head, training)"],
        ),
        (
            MINIMAL + "model: {units: 3}\n",
            ["4:1: model: unknown option: embedding, layers and head stand at the top of the config"],
        ),
        (MINIMAL + "tokenizer: {vocab: 3000}\n", ['4:13: tokenizer.vocab: unknown option; did you mean "vocab_size"?']),
        (MINIMAL + "tokenizer: {lower: true}\n", ['4:13: tokenizer.lower: unknown option; did you mean "lowercase"?']),
        (
            MINIMAL + "tokenizer: {ngram: 3}\n",
            ["4:13: tokenizer.ngram: unknown option for subword (known to char)"],
        ),
        (
            MINIMAL + "tokenizer: {type: byte, vocab_size: 300}\n",
            ["4:25: tokenizer.vocab_size: unknown option for byte (known to subword, word, char)"],
        ),
        (
            MINIMAL + "tokenizer: {type: subword_file, vocab_file: vocab.txt}\n",
            ['4:33: tokenizer.vocab_file: unknown option; did you mean "file"?'],
        ),
        (
            MINIMAL + "tokenizer: {type: char, n: 3}\n",
            ['4:25: tokenizer.n: unknown option; did you mean "ngram"?'],
        ),
        (MINIMAL + "embedding: {size: 3}\n", ['4:13: embedding.size: unknown option; did you mean "dim"?']),
        (
            MINIMAL + "embedding: {units: 3}\n",
            ["4:13: embedding.units: unknown option (known: dim, dropout, word_dropout, vectors, trainable)"],
        ),
        (
            MINIMAL + "embedding: {vocab_size: 300}\n",
            ['4:13: embedding.vocab_size: unknown option here; did you mean "tokenizer.vocab_size"?'],
        ),
        (
            MINIMAL + "training:\n  batchsize: 3\n",
            ['5:3: training.batchsize: unknown option; did you mean "batch_size"?'],
        ),
        (
            MINIMAL + "training:\n  lr: 0.1\n",
            ['5:3: training.lr: unknown option here; did you mean "training.optimizer.learning_rate"?'],
        ),
        (
            MINIMAL + "training:\n  learning_rate: 0.1\n",
            ['5:3: training.learning_rate: unknown option here; did you mean "training.optimizer.learning_rate"?'],
        ),
        (
            MINIMAL + "training:\n  patience: 3\n",
            ['5:3: training.patience: unknown option here; did you mean "training.early_stopping.patience"?'],
        ),
        (
            MINIMAL + "training:\n  optimizer:\n    beta1: 0.9\n",
            ['6:5: training.optimizer.beta1: unknown option; did you mean "beta_1"?'],
        ),
        (
            MINIMAL + "training:\n  optimizer:\n    type: sgd\n    beta_1: 0.9\n",
            ["7:5: training.optimizer.beta_1: unknown option for sgd (known to adam, adamw)"],
        ),
        (
            MINIMAL + "training:\n  optimizer:\n    momentum: 0.9\n",
            ["6:5: training.optimizer.momentum: unknown option for adam (known to sgd, rmsprop)"],
        ),
        (
            MINIMAL + "training:\n  optimizer:\n    decay: 0.1\n",
            ['6:5: training.optimizer.decay: unknown option; did you mean "weight_decay"?'],
        ),
        (
            MINIMAL + "training:\n  early_stopping: {montor: val_loss}\n",
            ['5:20: training.early_stopping.montor: unknown option; did you mean "monitor"?'],
        ),
        (
            "data: {source: sample, train: x}\n" + POOL,
            ["1:24: data.train: unknown option for sample (known to table, folder, tfds)"],
        ),
        (
            "data: {source: folder, train: x, text: body}\n" + POOL,
            ["1:34: data.text: unknown option for folder (known to table, tfds)"],
        ),
        (
            "data: {source: table, train: x, labels: y}\n" + POOL,
            ['1:33: data.labels: unknown option; did you mean "label"?'],
        ),
        (
            "data: {source: tfds, dataset: x, format: csv}\n" + POOL,
            ["1:34: data.format: unknown option for tfds (known to table)"],
        ),
        (
            "data: {source: table, train: x, separator: ;}\n" + POOL,
            ['1:33: data.separator: unknown option; did you mean "label_separator"?'],
        ),
        (
            "data: {source: folder, train: x, label_separator: ;}\n" + POOL,
            ["1:34: data.label_separator: unknown option for folder (known to table)"],
        ),
        (
            MINIMAL + "training: {multi_label: true}\n",
            [
                "4:12: training.multi_label: unknown option: whether a text has several labels follows from the data: lists in jsonl, or data.label_separator"
            ],
        ),
        (
            MINIMAL + "training: {thresholds: 1}\n",
            ["4:12: training.thresholds: expected less than 1, found 1"],
        ),
        (
            MINIMAL + "training: {thresholds: label}\n",
            ['4:12: training.thresholds: unknown value "label"; did you mean "per_label"?'],
        ),
        (
            LAYERS + "  - {type: lstm, unitz: 4, units: 4}\n",
            ['3:18: layers[0].unitz: unknown option; did you mean "units"?'],
        ),
        (
            LAYERS + "  - {type: gru, units: 4, filters: 4}\n",
            ["3:27: layers[0].filters: unknown option for gru (known to conv1d)"],
        ),
        (
            LAYERS + "  - {type: pool, size: 3}\n",
            ['3:18: layers[0].size: unknown option here; did you mean "embedding.dim"?'],
        ),
        (
            LAYERS + "  - {type: simple_rnn, units: 3, recurrent_activation: tanh}\n",
            ["3:34: layers[0].recurrent_activation: unknown option for simple_rnn (known to gru, lstm)"],
        ),
        (
            MINIMAL + "head: [{type: dense, units: 3, rate: 0.1}]\n",
            ["4:32: head[0].rate: unknown option for dense (known to dropout)"],
        ),
        (
            MINIMAL + "head: [{type: dropout, rate: 0.1, units: 1}]\n",
            ["4:35: head[0].units: unknown option for dropout (known to dense)"],
        ),
        (
            MINIMAL + "'': 3\n",
            ['4:1: "": unknown option (known: name, seed, data, tokenizer, embedding, layers, head, training)'],
        ),
        (
            MINIMAL + "3: 4\n",
            ["4:1: 3: unknown option (known: name, seed, data, tokenizer, embedding, layers, head, training)"],
        ),
        (
            MINIMAL + "null: 4\n",
            ["4:1: null: unknown option (known: name, seed, data, tokenizer, embedding, layers, head, training)"],
        ),
    ],
    "missing": [
        (
            MINIMAL + "training:\n  schedule: {type: inverse_sqrt}\n",
            ["5:3: training.schedule.warmup: is missing; it has no default"],
        ),
        (
            MINIMAL + "training:\n  schedule: {type: exponential}\n",
            ["5:3: training.schedule.rate: is missing; it has no default"],
        ),
        (
            MINIMAL + "training:\n  schedule: {final: 0.1}\n",
            [
                "5:3: training.schedule: needs type (one of constant, linear, cosine, exponential, inverse_sqrt, one_cycle, plateau)"
            ],
        ),
        ("layers: [{type: pool}]\n", ["1:1: data: is missing; it has no default"]),
        ("data: {source: sample}\n", ["1:1: layers: is missing; it has no default"]),
        ("seed: 3\n", ["1:1: data: is missing; it has no default", "1:1: layers: is missing; it has no default"]),
        ("data: {source: table}\n" + POOL, ["1:1: data.train: is missing; it has no default"]),
        ("data: {source: tfds}\n" + POOL, ["1:1: data.dataset: is missing; it has no default"]),
        ("data: {source: folder}\n" + POOL, ["1:1: data.train: is missing; it has no default"]),
        ("data: {train: x}\n" + POOL, ["1:1: data: needs source (one of sample, table, folder, tfds)"]),
        ("data:\n" + POOL, ["1:1: data: expected options (name: value), found nothing; it has no default"]),
        ("data: {}\n" + POOL, ["1:1: data: needs source (one of sample, table, folder, tfds)"]),
        (LAYERS + "  - {type: lstm}\n", ["3:5: layers[0].units: is missing; it has no default"]),
        (
            LAYERS + "  - {units: 3}\n",
            [
                "3:5: layers[0]: needs type (one of batch_norm, conv1d, dense, dropout, gaussian_noise, gru, highway, layer_norm, lstm, max_pool1d, min_gru, min_lstm, pool, qrnn, residual, self_attention, simple_rnn, spatial_dropout, sru)"
            ],
        ),
        (LAYERS + "  - {type: conv1d, filters: 3}\n", ["3:5: layers[0].kernel_size: is missing; it has no default"]),
        (LAYERS + "  - {type: max_pool1d}\n", ["3:5: layers[0].size: is missing; it has no default"]),
        (MINIMAL + "head: [{type: dense}]\n", ["4:8: head[0].units: is missing; it has no default"]),
        (MINIMAL + "head: [{type: dropout}]\n", ["4:8: head[0].rate: is missing; it has no default"]),
        (
            MINIMAL + "head: [{rate: 0.5}]\n",
            ["4:8: head[0]: needs type (one of batch_norm, dense, dropout, gaussian_noise, highway, layer_norm)"],
        ),
        (LAYERS, ['2:1: layers: expected a list ("- ..." lines, or [...]), found nothing; it has no default']),
        ("data: {source: sample}\nlayers: []\n", ["2:1: layers: expected at least one, found an empty list"]),
        (LAYERS + "  -\n", ["3:4: layers[0]: expected options (name: value), found nothing; it has no default"]),
    ],
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
            ['5:3: training.schedule: expected options (name: value), found the text "none"; write null for none'],
        ),
        (
            LAYERS + "  - {type: embedding, dim: 3}\n",
            [
                '3:6: layers[0].type: "embedding" is a section of its own; expected one of batch_norm, conv1d, dense, dropout, gaussian_noise, gru, highway, layer_norm, lstm, max_pool1d, min_gru, min_lstm, pool, qrnn, residual, self_attention, simple_rnn, spatial_dropout, sru'
            ],
        ),
        (
            MINIMAL + "training:\n  optimizer: adamm\n",
            ['5:3: training.optimizer: expected options (name: value), found the text "adamm"; write {type: adam}'],
        ),
        (
            MINIMAL + "training:\n  optimizer: none\n",
            ['5:3: training.optimizer: expected options (name: value), found the text "none"; write null for none'],
        ),
        (MINIMAL + "loss: mse\n", ['4:1: loss: unknown option here; did you mean "training.loss"?']),
        (MINIMAL + "num_classes: 3\n", ["4:1: num_classes: unknown option: the output layer follows from the labels"]),
        ("data: {source: csv, train: x}\n" + POOL, ['1:8: data.source: unknown value "csv"; did you mean "table"?']),
        ("data: {source: smaple}\n" + POOL, ['1:8: data.source: unknown value "smaple"; did you mean "sample"?']),
        ("data: {source: imdb}\n" + POOL, ['1:8: data.source: unknown value "imdb"; did you mean "tfds"?']),
        ("data: {source: 3}\n" + POOL, ["1:8: data.source: expected one of sample, table, folder, tfds; found 3"]),
        (
            "data: {source: null}\n" + POOL,
            ["1:8: data.source: expected one of sample, table, folder, tfds; found nothing"],
        ),
        (
            "data: {source: [table]}\n" + POOL,
            ["1:8: data.source: expected one of sample, table, folder, tfds; found a list of 1"],
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
            ["6:5: training.optimizer.type: expected one of adam, adamw, sgd, rmsprop; found 3"],
        ),
        (
            MINIMAL + "training:\n  early_stopping: {monitor: accuracy}\n",
            ['5:20: training.early_stopping.monitor: unknown value "accuracy"; did you mean "val_accuracy"?'],
        ),
        (
            MINIMAL + "training:\n  early_stopping: {monitor: 3}\n",
            [
                "5:20: training.early_stopping.monitor: expected one of val_loss, val_accuracy, val_micro_f1, val_macro_f1; found 3"
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
            ['4:13: tokenizer.type: unknown value "morphemes" (known: subword, subword_file, word, char, byte)'],
        ),
        (
            MINIMAL + "tokenizer: {type: 3}\n",
            ["4:13: tokenizer.type: expected one of subword, subword_file, word, char, byte; found 3"],
        ),
        (
            "data: {source: table, train: x, format: xlsx}\n" + POOL,
            ['1:33: data.format: unknown value "xlsx" (known: auto, csv, tsv, jsonl)'],
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
    "types": [
        (
            MINIMAL + "training:\n  schedule: cosine\n",
            ['5:3: training.schedule: expected options (name: value), found the text "cosine"; write {type: cosine}'],
        ),
        (
            MINIMAL + "training:\n  schedule: true\n",
            [
                "5:3: training.schedule: expected options (name: value), found true; write {type: constant}, or another type, or leave it out"
            ],
        ),
        (
            MINIMAL + "training:\n  loss: binary_crossentropy\n",
            [
                '5:3: training.loss: expected options (name: value), found the text "binary_crossentropy"; write {type: cross_entropy}'
            ],
        ),
        (
            MINIMAL + "training:\n  moving_average: 0.999\n",
            ["5:3: training.moving_average: expected options (name: value), found 0.999"],
        ),
        (
            MINIMAL + "training:\n  class_weights: 3\n",
            ["5:3: training.class_weights: expected balanced, or a weight for each label, found 3"],
        ),
        (
            MINIMAL + "training:\n  class_weights: [1, 2]\n",
            ["5:3: training.class_weights: expected balanced, or a weight for each label, found a list of 2"],
        ),
        (
            MINIMAL + "training:\n  class_weights: {neg: 1, pos: x}\n",
            ['5:27: training.class_weights.pos: expected a number, found the text "x"'],
        ),
        (
            MINIMAL + "training:\n  schedule: {type: linear, warmup: x}\n",
            ['5:28: training.schedule.warmup: expected a whole number or a number, found the text "x"'],
        ),
        (MINIMAL + "seed: x\n", ['4:1: seed: expected a whole number, found the text "x"']),
        (MINIMAL + "seed: 1.5\n", ["4:1: seed: expected a whole number, found 1.5"]),
        (MINIMAL + "seed: true\n", ["4:1: seed: expected a whole number, found true"]),
        (
            MINIMAL + 'seed: "3"\n',
            ['4:1: seed: expected a whole number, found the text "3"; without the quotes it is a number'],
        ),
        (MINIMAL + "seed: null\n", ["4:1: seed: expected a whole number, found nothing; leave it out for its default"]),
        (MINIMAL + "seed:\n", ["4:1: seed: expected a whole number, found nothing; leave it out for its default"]),
        (MINIMAL + "seed: [3]\n", ["4:1: seed: expected a whole number, found a list of 1"]),
        (MINIMAL + "seed: {a: 1}\n", ["4:1: seed: expected a whole number, found a mapping (a)"]),
        (MINIMAL + "name: 3\n", ["4:1: name: expected a text, found 3"]),
        (MINIMAL + "name: [a]\n", ["4:1: name: expected a text, found a list of 1"]),
        (MINIMAL + "name: true\n", ["4:1: name: expected a text, found true"]),
        (MINIMAL + "embedding: 3\n", ["4:1: embedding: expected options (name: value), found 3"]),
        (MINIMAL + "embedding: [3]\n", ["4:1: embedding: expected options (name: value), found a list of 1"]),
        (MINIMAL + "embedding: text\n", ['4:1: embedding: expected options (name: value), found the text "text"']),
        (
            MINIMAL + "embedding:\n",
            ["4:1: embedding: expected options (name: value), found nothing; leave it out for its default"],
        ),
        (
            MINIMAL + "tokenizer: true\n",
            [
                "4:1: tokenizer: expected options (name: value), found true; write {type: subword}, or another type, or leave it out"
            ],
        ),
        (MINIMAL + "training: 10\n", ["4:1: training: expected options (name: value), found 10"]),
        (MINIMAL + "training: [epochs]\n", ["4:1: training: expected options (name: value), found a list of 1"]),
        (
            MINIMAL + "training:\n  optimizer: adam\n",
            ['5:3: training.optimizer: expected options (name: value), found the text "adam"; write {type: adam}'],
        ),
        (MINIMAL + "training:\n  optimizer: 3\n", ["5:3: training.optimizer: expected options (name: value), found 3"]),
        (
            MINIMAL + "training:\n  early_stopping: true\n",
            [
                "5:3: training.early_stopping: expected options (name: value), found true; write {} for its defaults, or leave it out"
            ],
        ),
        (
            MINIMAL + "training:\n  early_stopping: 3\n",
            ["5:3: training.early_stopping: expected options (name: value), found 3"],
        ),
        (MINIMAL + "training:\n  epochs: 1e1\n", ["5:3: training.epochs: expected a whole number, found 10.0"]),
        (
            MINIMAL + "training:\n  epochs: ten\n",
            ['5:3: training.epochs: expected a whole number, found the text "ten"'],
        ),
        (
            MINIMAL + "training:\n  batch_size: 32.0\n",
            ["5:3: training.batch_size: expected a whole number, found 32.0"],
        ),
        (
            MINIMAL + "head: {type: dense, units: 3}\n",
            ['4:1: head: expected a list ("- ..." lines, or [...]), found a mapping (type, units)'],
        ),
        (MINIMAL + "head: 3\n", ['4:1: head: expected a list ("- ..." lines, or [...]), found 3']),
        (
            "data: {source: sample}\nlayers: {type: lstm, units: 3}\n",
            ['2:1: layers: expected a list ("- ..." lines, or [...]), found a mapping (type, units)'],
        ),
        (
            "data: {source: sample}\nlayers: lstm\n",
            ['2:1: layers: expected a list ("- ..." lines, or [...]), found the text "lstm"; write [{type: lstm}]'],
        ),
        (
            LAYERS + "  - lstm\n",
            ['3:5: layers[0]: expected options (name: value), found the text "lstm"; write {type: lstm}'],
        ),
        (
            LAYERS + "  - lstm: {units: 3}\n",
            [
                "3:5: layers[0]: needs type (one of batch_norm, conv1d, dense, dropout, gaussian_noise, gru, highway, layer_norm, lstm, max_pool1d, min_gru, min_lstm, pool, qrnn, residual, self_attention, simple_rnn, spatial_dropout, sru); write type: lstm, its options beside it"
            ],
        ),
        (LAYERS + "  - [lstm, 3]\n", ["3:5: layers[0]: expected options (name: value), found a list of 2"]),
        (
            "data: sample\n" + POOL,
            ['1:1: data: expected options (name: value), found the text "sample"; write {source: sample}'],
        ),
        ("data: [x]\n" + POOL, ["1:1: data: expected options (name: value), found a list of 1"]),
        ("data: {source: table, train: 3}\n" + POOL, ["1:23: data.train: expected a text, found 3"]),
        (
            "data: {source: table, train: x, validation: [1]}\n" + POOL,
            ["1:33: data.validation: expected a number or a text, found a list of 1"],
        ),
        (
            "data: {source: table, train: x, test: true}\n" + POOL,
            ["1:33: data.test: expected a number or a text, found true"],
        ),
        (
            "data: {source: table, train: x, validation: {share: 0.1}}\n" + POOL,
            ["1:33: data.validation: expected a number or a text, found a mapping (share)"],
        ),
        (
            "data: {source: sample, validation: x}\n" + POOL,
            ['1:24: data.validation: expected a number, found the text "x"'],
        ),
        ("data: {source: tfds, dataset: x, data_dir: 3}\n" + POOL, ["1:34: data.data_dir: expected a text, found 3"]),
        (MINIMAL + "tokenizer: {lowercase: 1}\n", ["4:13: tokenizer.lowercase: expected true or false, found 1"]),
        (
            MINIMAL + 'tokenizer: {lowercase: "true"}\n',
            [
                '4:13: tokenizer.lowercase: expected true or false, found the text "true"; without the quotes it is a truth value'
            ],
        ),
        (
            LAYERS + "  - {type: lstm, units: 4, return_sequences: maybe}\n",
            ['3:28: layers[0].return_sequences: expected true or false, found the text "maybe"'],
        ),
        (
            MINIMAL + 'training:\n  optimizer:\n    learning_rate: "1e-3"\n',
            [
                '6:5: training.optimizer.learning_rate: expected a number, found the text "1e-3"; without the quotes it is a number'
            ],
        ),
        (MINIMAL + "embedding: {vectors: 3}\n", ["4:13: embedding.vectors: expected a text, found 3"]),
    ],
    "yes, no, on, off": [
        (
            MINIMAL + "tokenizer: {lowercase: on}\n",
            [
                '4:13: tokenizer.lowercase: expected true or false, found the text "on" (on is a truth value in YAML 1.1 alone); write true'
            ],
        ),
        (
            MINIMAL + "tokenizer: {lowercase: No}\n",
            [
                '4:13: tokenizer.lowercase: expected true or false, found the text "No" (No is a truth value in YAML 1.1 alone); write false'
            ],
        ),
        (
            MINIMAL + "embedding: {trainable: off}\n",
            [
                '4:13: embedding.trainable: expected true or false, found the text "off" (off is a truth value in YAML 1.1 alone); write false'
            ],
        ),
        (
            MINIMAL + "seed: yes\n",
            [
                '4:1: seed: expected a whole number, found the text "yes" (yes is a truth value in YAML 1.1, a word in 1.2)'
            ],
        ),
        (
            MINIMAL + "embedding: {dropout: off}\n",
            [
                '4:13: embedding.dropout: expected a number, found the text "off" (off is a truth value in YAML 1.1, a word in 1.2)'
            ],
        ),
        (
            MINIMAL + "name: no\n",
            [
                '4:1: name: found no without quotes, which some YAML readers take for a truth value: write "no" if the word is meant'
            ],
        ),
        (
            "data: {source: table, train: x, label: on}\n" + POOL,
            [
                '1:33: data.label: found on without quotes, which some YAML readers take for a truth value: write "on" if the word is meant'
            ],
        ),
        (
            "data: {source: table, train: x, text: Yes}\n" + POOL,
            [
                '1:33: data.text: found Yes without quotes, which some YAML readers take for a truth value: write "Yes" if the word is meant'
            ],
        ),
        (
            "data: {source: table, train: x, test: no}\n" + POOL,
            [
                '1:33: data.test: found no without quotes, which some YAML readers take for a truth value: write "no" if the word is meant'
            ],
        ),
        (
            LAYERS + "  - {type: off}\n",
            [
                '3:6: layers[0].type: unknown value "off" (known: batch_norm, conv1d, dense, dropout, gaussian_noise, gru, highway, layer_norm, lstm, max_pool1d, min_gru, min_lstm, pool, qrnn, residual, self_attention, simple_rnn, spatial_dropout, sru)'
            ],
        ),
        (
            MINIMAL + "training:\n  early_stopping: no\n",
            [
                '5:3: training.early_stopping: expected options (name: value), found the text "no" (no is a truth value in YAML 1.1, a word in 1.2)'
            ],
        ),
        (
            MINIMAL + "tokenizer: {truncate: no}\n",
            ['4:13: tokenizer.truncate: unknown value "no" (known: head, tail, middle)'],
        ),
    ],
    "bounds": [
        (
            MINIMAL + "training:\n  class_weights: {neg: -1}\n",
            ["5:19: training.class_weights.neg: expected more than 0, found -1"],
        ),
        (
            MINIMAL + "training:\n  class_weights: {neg: .inf}\n",
            ["5:19: training.class_weights.neg: expected a finite number, found inf"],
        ),
        (
            MINIMAL + "training:\n  class_weights: {}\n",
            ["5:3: training.class_weights: expected at least one, found an empty mapping"],
        ),
        (
            MINIMAL + "training:\n  loss: {label_smoothing: 1}\n",
            ["5:10: training.loss.label_smoothing: expected less than 1, found 1"],
        ),
        (
            MINIMAL + "training:\n  loss: {type: focal, gamma: -1}\n",
            ["5:23: training.loss.gamma: expected at least 0, found -1"],
        ),
        (
            MINIMAL + "training:\n  schedule: {type: linear, warmup: 1.5}\n",
            ["5:28: training.schedule.warmup: expected less than 1, found 1.5"],
        ),
        (
            MINIMAL + "training:\n  schedule: {type: linear, warmup: -5}\n",
            ["5:28: training.schedule.warmup: expected at least 0, found -5"],
        ),
        (
            MINIMAL + "training:\n  schedule: {type: inverse_sqrt, warmup: 0}\n",
            ["5:34: training.schedule.warmup: expected at least 1, found 0"],
        ),
        (
            MINIMAL + "training:\n  schedule: {type: exponential, rate: 1}\n",
            ["5:33: training.schedule.rate: expected less than 1, found 1"],
        ),
        (
            MINIMAL + "training:\n  schedule: {type: plateau, factor: 0}\n",
            ["5:29: training.schedule.factor: expected more than 0, found 0"],
        ),
        (
            MINIMAL + "training:\n  schedule: {type: cosine, final: 1}\n",
            ["5:28: training.schedule.final: expected less than 1, found 1"],
        ),
        (
            MINIMAL + "training:\n  schedule: {type: one_cycle, rise: 0}\n",
            ["5:31: training.schedule.rise: expected more than 0, found 0"],
        ),
        (
            MINIMAL + "training:\n  moving_average: {decay: 1}\n",
            ["5:20: training.moving_average.decay: expected less than 1, found 1"],
        ),
        (
            MINIMAL + "training:\n  accumulate_steps: 0\n",
            ["5:3: training.accumulate_steps: expected at least 1, found 0"],
        ),
        (
            MINIMAL + "training:\n  optimizer: {weight_decay: -1}\n",
            ["5:15: training.optimizer.weight_decay: expected at least 0, found -1"],
        ),
        (MINIMAL + "seed: -1\n", ["4:1: seed: expected at least 0, found -1"]),
        (MINIMAL + "seed: 2147483648\n", ["4:1: seed: expected less than 2,147,483,648, found 2147483648"]),
        (
            MINIMAL + "seed: 99999999999999999999999999\n",
            ["4:1: seed: expected less than 2,147,483,648, found a number of more than 20 digits"],
        ),
        (
            MINIMAL + "name: a/b\n",
            [
                '4:1: name: expected letters, digits, dots, dashes and underscores that begin with a letter or digit, found the text "a/b"'
            ],
        ),
        (
            MINIMAL + "name: -a\n",
            [
                '4:1: name: expected letters, digits, dots, dashes and underscores that begin with a letter or digit, found the text "-a"'
            ],
        ),
        (
            MINIMAL + "name: ''\n",
            [
                '4:1: name: expected letters, digits, dots, dashes and underscores that begin with a letter or digit, found the text ""'
            ],
        ),
        (
            MINIMAL + "name: ä\n",
            [
                '4:1: name: expected letters, digits, dots, dashes and underscores that begin with a letter or digit, found the text "ä"'
            ],
        ),
        (MINIMAL + "name: " + "n" * 101 + "\n", ["4:1: name: expected at most 100 characters, found 101"]),
        (MINIMAL + "embedding: {dim: 0}\n", ["4:13: embedding.dim: expected at least 1, found 0"]),
        (MINIMAL + "embedding: {dim: -3}\n", ["4:13: embedding.dim: expected at least 1, found -3"]),
        (MINIMAL + "embedding: {dim: 100000}\n", ["4:13: embedding.dim: expected at most 65,536, found 100000"]),
        (MINIMAL + "embedding: {dropout: 1}\n", ["4:13: embedding.dropout: expected less than 1, found 1"]),
        (MINIMAL + "embedding: {dropout: -0.1}\n", ["4:13: embedding.dropout: expected at least 0, found -0.1"]),
        (MINIMAL + "embedding: {dropout: .nan}\n", ["4:13: embedding.dropout: expected a finite number, found nan"]),
        (MINIMAL + "embedding: {dropout: 30}\n", ["4:13: embedding.dropout: expected less than 1, found 30"]),
        (
            MINIMAL + "tokenizer: {type: subword_file}\n",
            ["4:1: tokenizer.file: is missing; it has no default"],
        ),
        (
            MINIMAL + "embedding: {vectors: ''}\n",
            ['4:13: embedding.vectors: expected a text that is not empty, found the text ""'],
        ),
        (
            MINIMAL + "tokenizer: {type: char, ngram: 0}\n",
            ["4:25: tokenizer.ngram: expected at least 1, found 0"],
        ),
        (
            MINIMAL + "tokenizer: {type: char, ngram: 2, stride: 65}\n",
            ["4:35: tokenizer.stride: expected at most 64, found 65"],
        ),
        (
            MINIMAL + "tokenizer: {type: word, vocab_size: 2}\n",
            ["4:25: tokenizer.vocab_size: expected at least 3, found 2"],
        ),
        (MINIMAL + "tokenizer: {max_tokens: 0}\n", ["4:13: tokenizer.max_tokens: expected at least 1, found 0"]),
        (MINIMAL + "tokenizer: {min_frequency: 0}\n", ["4:13: tokenizer.min_frequency: expected at least 1, found 0"]),
        (MINIMAL + "tokenizer: {vocab_size: 0}\n", ["4:13: tokenizer.vocab_size: expected at least 1, found 0"]),
        (MINIMAL + "training:\n  epochs: 0\n", ["5:3: training.epochs: expected at least 1, found 0"]),
        (MINIMAL + "training:\n  batch_size: -64\n", ["5:3: training.batch_size: expected at least 1, found -64"]),
        (MINIMAL + "training:\n  log_every: 0\n", ["5:3: training.log_every: expected at least 1, found 0"]),
        (
            MINIMAL + "training:\n  epochs: 1_000_001\n",
            ["5:3: training.epochs: expected at most 1,000,000, found 1000001"],
        ),
        (
            MINIMAL + "training:\n  optimizer:\n    learning_rate: 0\n",
            ["6:5: training.optimizer.learning_rate: expected more than 0, found 0"],
        ),
        (
            MINIMAL + "training:\n  optimizer:\n    learning_rate: .inf\n",
            ["6:5: training.optimizer.learning_rate: expected a finite number, found inf"],
        ),
        (
            MINIMAL + "training:\n  optimizer:\n    learning_rate: -1e-3\n",
            ["6:5: training.optimizer.learning_rate: expected more than 0, found -0.001"],
        ),
        (
            MINIMAL + "training:\n  optimizer:\n    clip_norm: 0\n",
            ["6:5: training.optimizer.clip_norm: expected more than 0, found 0"],
        ),
        (
            MINIMAL + "training:\n  optimizer:\n    beta_1: 1.0\n",
            ["6:5: training.optimizer.beta_1: expected less than 1, found 1.0"],
        ),
        (
            MINIMAL + "training:\n  optimizer:\n    type: adamw\n    weight_decay: -1\n",
            ["7:5: training.optimizer.weight_decay: expected at least 0, found -1"],
        ),
        (
            MINIMAL + "training:\n  early_stopping: {patience: 0}\n",
            ["5:20: training.early_stopping.patience: expected at least 1, found 0"],
        ),
        (
            MINIMAL + "training:\n  early_stopping: {min_delta: -0.1}\n",
            ["5:20: training.early_stopping.min_delta: expected at least 0, found -0.1"],
        ),
        ("data: {source: sample, validation: 1}\n" + POOL, ["1:24: data.validation: expected less than 1, found 1"]),
        (
            "data: {source: table, train: x, validation: 1.5}\n" + POOL,
            ["1:33: data.validation: expected less than 1, found 1.5"],
        ),
        ("data: {source: table, train: x, test: -0.1}\n" + POOL, ["1:33: data.test: expected at least 0, found -0.1"]),
        (
            "data: {source: table, train: ''}\n" + POOL,
            ['1:23: data.train: expected a text that is not empty, found the text ""'],
        ),
        (
            LAYERS + "  - {type: max_pool1d, size: 1}\n  - {type: pool}\n",
            ["3:24: layers[0].size: expected at least 2, found 1"],
        ),
        (
            LAYERS + "  - {type: dropout, rate: 1}\n  - {type: pool}\n",
            ["3:21: layers[0].rate: expected less than 1, found 1"],
        ),
    ],
    "across options": [
        (
            "data: {source: sample, validation: 0}\n" + POOL + "training: {schedule: {type: plateau}}\n",
            [
                "3:12: training.schedule: plateau needs validation texts, but data.validation is 0: choose another schedule, or keep some texts"
            ],
        ),
        (
            "data: {source: table, train: x, text: a, label: a}\n" + POOL,
            ['1:42: data.label: expected another name than data.text\'s, found "a" for both'],
        ),
        (
            "data: {source: table, train: x, validation: 10%}\n" + POOL,
            ['1:33: data.validation: expected a share as a number, found the text "10%"; write 0.1'],
        ),
        (
            "data: {source: table, train: x, test: '0.1'}\n" + POOL,
            ['1:33: data.test: expected a share as a number, found the text "0.1"; write 0.1'],
        ),
        (
            "data: {source: sample, fold: 2}\n" + POOL,
            ["1:24: data.fold: needs data.folds, the number of parts that it is one of"],
        ),
        (
            "data: {source: sample, folds: 2}\n" + POOL,
            [
                "1:24: data.folds: needs data.fold, the part to validate on; seqclf train --folds takes one after the other"
            ],
        ),
        (
            "data: {source: sample, folds: 2, fold: 3}\n" + POOL,
            ["1:34: data.fold: expected a number from 1 to 2 (data.folds), found 3"],
        ),
        (
            "data: {source: sample, n_splits: 2}\n" + POOL,
            ['1:24: data.n_splits: unknown option; did you mean "folds"?'],
        ),
        (
            "data: {source: table, train: x, validation: y.csv, folds: 2, fold: 1}\n" + POOL,
            [
                '1:52: data.folds: takes the validation texts from data.train, but data.validation names texts of its own: "y.csv"; leave one of the two out'
            ],
        ),
        (
            LAYERS
            + "  - {type: pool}\n  - {type: lstm, units: 3, return_sequences: false}\n  - {type: gru, units: 3}\n",
            [
                "4:5: layers[1]: lstm has nothing to read: the pool before it (layers[0]) left one vector a text",
                "5:5: layers[2]: gru has nothing to read: the pool before it (layers[0]) left one vector a text",
            ],
        ),
        (
            "data: {source: table, train: x, validation: 0.5, test: 0.5}\n" + POOL,
            [
                "1:33: data.validation: validation and test take 100% of the training texts and leave nothing to train on"
            ],
        ),
        (
            MINIMAL + "tokenizer: {vocab_size: 10}\n",
            [
                "4:13: tokenizer.vocab_size: expected at least 64 (two pieces are special tokens, [PAD] and [UNK], and single characters need their own), found 10"
            ],
        ),
        (
            MINIMAL + "tokenizer: {type: char, ngram: 3, stride: 4}\n",
            [
                "4:35: tokenizer.stride: expected at most tokenizer.ngram, 3, or characters between two tokens would never be read; found 4"
            ],
        ),
        (
            LAYERS + "  - {type: pool}\n  - {type: gru, units: 4}\n",
            ["4:5: layers[1]: gru has nothing to read: the pool before it (layers[0]) left one vector a text"],
        ),
        (
            LAYERS + "  - {type: pool}\n  - {type: conv1d, filters: 4, kernel_size: 3}\n",
            ["4:5: layers[1]: conv1d has nothing to read: the pool before it (layers[0]) left one vector a text"],
        ),
        (
            LAYERS + "  - {type: pool}\n  - {type: max_pool1d, size: 2}\n",
            ["4:5: layers[1]: max_pool1d has nothing to read: the pool before it (layers[0]) left one vector a text"],
        ),
        (
            LAYERS + "  - {type: pool}\n  - {type: dropout, rate: 0.1}\n  - {type: pool}\n",
            ["5:5: layers[2]: pool has nothing to read: the pool before it (layers[0]) left one vector a text"],
        ),
        (
            LAYERS + "  - {type: lstm, units: 4, return_sequences: false}\n  - {type: gru, units: 4}\n",
            [
                "3:28: layers[0].return_sequences: is false, but a later layer reads a vector for every token; leave it out, or write true"
            ],
        ),
        (
            LAYERS + "  - {type: lstm, units: 4, return_sequences: false}\n  - {type: pool}\n",
            [
                "3:28: layers[0].return_sequences: is false, but a later layer reads a vector for every token; leave it out, or write true"
            ],
        ),
        (
            LAYERS + "  - {type: lstm, units: 4, segment: 50}\n",
            ["3:28: layers[0].segment: leaves one vector a token: add a pool after the layer, or leave segment out"],
        ),
        (
            LAYERS + "  - {type: lstm, units: 4, return_sequences: true, segment: 50}\n",
            ["3:52: layers[0].segment: leaves one vector a token: add a pool after the layer, or leave segment out"],
        ),
        (
            LAYERS + "  - {type: min_gru, units: 4, activation: tanh}\n",
            [
                "3:31: layers[0].activation: unknown option for min_gru (known to conv1d, dense, gru, highway, lstm, self_attention, simple_rnn)"
            ],
        ),
        (
            LAYERS + "  - {type: lstm, units: 4, return_sequences: true}\n",
            [
                "3:28: layers[0].return_sequences: is true, but no layer after this one reads a vector for every token; leave it out, or write false"
            ],
        ),
        (
            LAYERS + "  - {type: lstm, units: 4, return_sequences: true}\n  - {type: dropout, rate: 0.1}\n",
            [
                "3:28: layers[0].return_sequences: is true, but no layer after this one reads a vector for every token; leave it out, or write false"
            ],
        ),
        (
            LAYERS + "  - {type: dropout, rate: 0.1}\n",
            ["2:1: layers: nothing makes one vector of a text: add a recurrent layer or a pool"],
        ),
        (
            LAYERS + "  - {type: conv1d, filters: 4, kernel_size: 3}\n",
            ["3:5: layers[0]: conv1d leaves one vector a token; add a recurrent layer or a pool after it"],
        ),
        (
            MINIMAL + "  - {type: max_pool1d, size: 2}\n",
            ["4:5: layers[1]: max_pool1d leaves one vector a token; add a recurrent layer or a pool after it"],
        ),
        (
            LAYERS + "  - {type: conv1d, filters: 4, kernel_size: 5}\n  - {type: pool}\ntokenizer: {max_tokens: 4}\n",
            [
                "3:32: layers[0].kernel_size: expected at most 4, what the longest text has (tokenizer.max_tokens); found 5"
            ],
        ),
        (
            LAYERS
            + "  - {type: max_pool1d, size: 4}\n  - {type: conv1d, filters: 4, kernel_size: 3}\n  - {type: pool}\ntokenizer: {max_tokens: 8}\n",
            [
                "4:32: layers[1].kernel_size: expected at most 2, what the pooling before leaves of the longest text (tokenizer.max_tokens: 8); found 3"
            ],
        ),
        (
            LAYERS + "  - {type: max_pool1d, size: 9}\n  - {type: pool}\ntokenizer: {max_tokens: 8}\n",
            ["3:24: layers[0].size: expected at most 8, what the longest text has (tokenizer.max_tokens); found 9"],
        ),
        (
            "data: {source: sample}\nlayers: [{type: pool}]\ntraining: {batch_tokens: 100}\n",
            [
                "3:12: training.batch_tokens: expected at least 512, what the longest text has (tokenizer.max_tokens); found 100"
            ],
        ),
        (
            "data: {source: sample, validation: 0}\nlayers: [{type: pool}]\ntraining: {early_stopping: {}}\n",
            [
                "3:12: training.early_stopping: needs validation texts, but data.validation is 0: set training.early_stopping to null, or keep some texts"
            ],
        ),
        (
            MINIMAL + "training:\n  optimizer:\n    {type: sgd, nesterov: true}\n",
            [
                "6:17: training.optimizer.nesterov: does nothing without momentum: set training.optimizer.momentum, such as 0.9"
            ],
        ),
        (
            "data: {source: sample, validation: 0}\nlayers: [{type: pool}]\ntraining: {early_stopping: {}}\nseed: x\n",
            [
                "3:12: training.early_stopping: needs validation texts, but data.validation is 0: set training.early_stopping to null, or keep some texts",
                '4:1: seed: expected a whole number, found the text "x"',
            ],
        ),
        (
            MINIMAL + "tokenizer: {vocab_size: 10}\ntraining: {epochs: 0}\nhead: 3\n",
            [
                "4:13: tokenizer.vocab_size: expected at least 64 (two pieces are special tokens, [PAD] and [UNK], and single characters need their own), found 10",
                "5:12: training.epochs: expected at least 1, found 0",
                '6:1: head: expected a list ("- ..." lines, or [...]), found 3',
            ],
        ),
    ],
    "not YAML": [
        (
            "data:\n  source table\n  train: x\n" + POOL,
            ['2:3: not YAML: expected "name: value", with a colon and a space'],
        ),
        (
            "data:\n  source:table\n  train: x\n" + POOL,
            ['2:3: not YAML: expected "name: value", with a colon and a space'],
        ),
        ("data\n  source: sample\n" + POOL, ['1:1: not YAML: expected "name: value", with a colon and a space']),
        (
            LAYERS + "  - {type:pool}\n",
            [
                "3:5: layers[0]: needs type (one of batch_norm, conv1d, dense, dropout, gaussian_noise, gru, highway, layer_norm, lstm, max_pool1d, min_gru, min_lstm, pool, qrnn, residual, self_attention, simple_rnn, spatial_dropout, sru); a colon needs a space after it"
            ],
        ),
        (
            MINIMAL + "training:\n  epochs:3\n",
            [
                '4:1: training: expected options (name: value), found the text "epochs:3"; a colon needs a space after it'
            ],
        ),
        (
            "data:\n  source:sample\n" + POOL,
            [
                '1:1: data: expected options (name: value), found the text "source:sample"; a colon needs a space after it'
            ],
        ),
        (
            LAYERS + "  - type: lstm\n  units: 8\n",
            [
                '4:3: not YAML: the line belongs to no item of the list above it: begin it with "- ", or indent it like the item\'s options'
            ],
        ),
        ("data: {source: sample\n" + POOL, ['1:7: not YAML: no "}" closes what opens here']),
        ("a, b\nc: 3\n", ['1:1: not YAML: expected "name: value", with a colon and a space']),
        (
            MINIMAL + "training:\n  batch_size:3\n  epochs: 1\n",
            ['5:3: not YAML: expected "name: value", with a colon and a space'],
        ),
        (MINIMAL + "\tseed: 1\n", ["4:1: not YAML: a tab stands here; use spaces"]),
        ("data:\n\tsource: sample\n", ["2:1: not YAML: a tab stands here; use spaces"]),
        (MINIMAL + "seed:\t1\n\tname: x\n", ["4:6: not YAML: a tab stands here; use spaces"]),
        (MINIMAL + "embedding: {dim: 3\n", ['4:12: not YAML: no "}" closes what opens here']),
        (MINIMAL + "head: [{type: dense}\nseed: 3\n", ['4:7: not YAML: no "]" closes what opens here']),
        (MINIMAL + "name: 'abc\n", ["4:7: not YAML: the quote that opens here is never closed"]),
        (MINIMAL + 'name: "abc\n', ["4:7: not YAML: the quote that opens here is never closed"]),
        (
            MINIMAL + "name: a: b\n",
            [
                '4:8: not YAML: ":" begins a value where none can stand: indent the line like its neighbours, or put a text that holds ": " in quotes'
            ],
        ),
        (MINIMAL + "seed 3\n", ['4:1: not YAML: expected "name: value", found no ": "']),
        (MINIMAL + " seed: 3\n", ["4:2: not YAML: the line is indented like nothing above it"]),
        (
            "- 1\ndata: {source: sample}\nlayers:\n  - {type: lstm, units: 4}\n",
            [
                '2:1: not YAML: the line belongs to no item of the list above it: begin it with "- ", or indent it like the item\'s options'
            ],
        ),
        (MINIMAL + "name: @x\n", ['4:7: not YAML: a value cannot begin with "@"; put it in quotes']),
        (MINIMAL + "name: `x`\n", ['4:7: not YAML: a value cannot begin with "`"; put it in quotes']),
        (MINIMAL + "name: %x\n", ['4:7: not YAML: a value cannot begin with "%"; put it in quotes']),
        (MINIMAL + 'name: "\\q"\n', ['4:9: not YAML: unknown escape "\\q" in double quotes; single quotes know none']),
        (MINIMAL + "seed: *a\n", ["4:7: not YAML: the alias *a names nothing"]),
        (MINIMAL + "seed: &a [*a]\n", ["4:7: an alias stands inside what it names"]),
        (MINIMAL + "---\nseed: 3\n", ["4:1: not YAML: a second document begins here; a config is one"]),
        (MINIMAL + "embedding: {dim: 3 dropout: 0.1}\n", ['4:27: not YAML: expected "," or "}"']),
        (
            MINIMAL + "head: [1 2: 3]\n",
            ["4:8: head[0]: needs type (one of batch_norm, dense, dropout, gaussian_noise, highway, layer_norm)"],
        ),
        (
            MINIMAL + "seed: !!python/object:os.system {}\n",
            ["4:7: seed: the tag !!python/object:os.system is not known; a config needs no tags"],
        ),
        (MINIMAL + "seed: !seed 3\n", ["4:7: seed: the tag !seed is not known; a config needs no tags"]),
        (MINIMAL + "name: !!binary x\n", ["4:7: name: the tag !!binary is not known; a config needs no tags"]),
        (MINIMAL + "seed: !!int x\n", ['4:7: seed: "x" is no number that can be read']),
        (MINIMAL + "? [a, b]\n: 3\n", ["4:3: a name must be a word, found a list or mapping"]),
        (MINIMAL + "seed: 1\nseed: 2\n", ['5:1: seed: "seed" stands here a second time (first on line 4); keep one']),
        (
            MINIMAL + "embedding: {dim: 3, dim: 4}\n",
            ['4:21: embedding.dim: "dim" stands here a second time (first on line 4); keep one'],
        ),
        (
            "data: {source: sample}\ndata: {source: sample}\n" + POOL,
            ['2:1: data: "data" stands here a second time (first on line 1); keep one'],
        ),
        (
            MINIMAL + "base: &b {dim: 3}\nembedding:\n  <<: *b\n",
            [
                "4:1: base: unknown option (known: name, seed, data, tokenizer, embedding, layers, head, training)",
                '6:3: embedding: "<<" merges mappings in YAML 1.1 alone; write the options out, or extend a file',
            ],
        ),
        (MINIMAL + "seed: " + "[" * 60 + "]" * 60 + "\n", ["4:57: nested deeper than 50 levels"]),
        (
            MINIMAL + "embedding: {dim: 3}}\n",
            ['4:20: not YAML: "}" stands here, where nothing is open that it could belong to'],
        ),
        (MINIMAL + "seed: 3 # ok\n  name: x\n", ["5:3: not YAML: the line is indented like nothing above it"]),
        (MINIMAL + "name: \x07\n", ["4:7: not YAML: the character U+0007 may not stand in it"]),
        (
            MINIMAL + "training:\n  epochs: 3\n epochs: 4\n",
            ["6:2: not YAML: the line is indented like nothing above it"],
        ),
        (
            "layers:\n- {type: pool}\n data: {source: sample}\n",
            ["3:2: not YAML: the line is indented like nothing above it"],
        ),
        (
            MINIMAL + "seed: 1__\nname: |\n x\n",
            [
                '5:1: name: expected letters, digits, dots, dashes and underscores that begin with a letter or digit, found the text "x\\n"'
            ],
        ),
        (MINIMAL + "seed: " + "9" * 5000 + "\n", ['4:7: seed: "99999999999999999999" is no number that can be read']),
    ],
    "layers inside layers, a user's own": [
        (
            LAYERS + "  - {type: residual, layer: {type: pool}}\n  - {type: pool}\n",
            [
                '3:30: layers[0].layer.type: "pool" cannot stand inside another layer; expected one of batch_norm, conv1d, dense, dropout, gaussian_noise, gru, highway, layer_norm, lstm, min_gru, min_lstm, qrnn, self_attention, simple_rnn, spatial_dropout, sru'
            ],
        ),
        (
            LAYERS + "  - {type: residual, layer: {type: gru, unit: 3}}\n  - {type: pool}\n",
            ['3:41: layers[0].layer.unit: unknown option; did you mean "units"?'],
        ),
        (
            LAYERS + "  - {type: pool, method: [last, first]}\n",
            ['3:18: layers[0].method: unknown value "first" (known: last, mean, max, attention)'],
        ),
        (
            LAYERS + "  - {type: pool, method: []}\n",
            ["3:18: layers[0].method: expected at least one, found an empty list"],
        ),
        (
            LAYERS + "  - {type: 'my_layers:'}\n  - {type: pool}\n",
            [
                '3:6: layers[0].type: expected a type of seqclf\'s, or a module and a class such as my_package.my_module:MyLayer, found the text "my_layers:"'
            ],
        ),
        (
            LAYERS + "  - {type: 'my.layers:Gate', gatedness: 3}\n  - {type: pool}\n",
            ["3:30: layers[0].gatedness: unknown option (known: type, options)"],
        ),
        (LAYERS + "  - 3\n", ["3:5: layers[0]: expected options (name: value), found 3"]),
        (
            MINIMAL + "head: [{type: 'my.layers:Gate'}]\n",
            [
                '4:9: head[0].type: unknown value "my.layers:Gate" (known: batch_norm, dense, dropout, gaussian_noise, highway, layer_norm)'
            ],
        ),
        (
            LAYERS + "  - {type: lstm, units: 3, stateful: true}\n",
            ["3:28: layers[0].stateful: unknown option: every text starts from a zero state"],
        ),
        (
            LAYERS + "  - {type: self_attention, num_heads: 3}\n  - {type: pool}\n",
            ['3:28: layers[0].num_heads: unknown option; did you mean "heads"?'],
        ),
    ],
    "across options of layers": [
        (
            LAYERS + "  - {type: residual, layer: {type: gru, units: 3, return_sequences: false}}\n  - {type: pool}\n",
            [
                "3:51: layers[0].layer.return_sequences: is false, but residual needs a vector for every token; leave it out"
            ],
        ),
        (
            LAYERS + "  - {type: residual, layer: {type: conv1d, filters: 3, kernel_size: 900}}\n  - {type: pool}\n",
            [
                "3:56: layers[0].layer.kernel_size: expected at most 512, what the longest text has (tokenizer.max_tokens); found 900"
            ],
        ),
        (
            LAYERS + "  - {type: residual, layer: {type: gru, units: 3}}\n",
            ["3:5: layers[0]: residual leaves one vector a token; add a recurrent layer or a pool after it"],
        ),
        (
            LAYERS + "  - {type: pool, method: [last, mean, last]}\n",
            ["3:18: layers[0].method: expected each method once, found last, mean, last"],
        ),
        (
            LAYERS + "  - {type: gru, units: 3, merge_mode: sum}\n",
            [
                "3:27: layers[0].merge_mode: there is one direction and nothing to join: add bidirectional: true, or leave it out"
            ],
        ),
        (
            LAYERS + "  - {type: gru, units: 3, go_backwards: true, bidirectional: true}\n",
            ["3:27: layers[0].go_backwards: bidirectional: true reads both ways already: leave one of the two out"],
        ),
    ],
}
BROKEN = [case for cases in BY_KIND.values() for case in cases]

# Valid ones, for what is done to configs in other tests.
MUTABLE = [path.read_text(encoding="utf-8") for path in CONFIGS] + [
    MINIMAL,
    MINIMAL + "tokenizer: {type: char, ngram: 3, stride: 2, vocab_size: 9, min_frequency: 1, lowercase: false}\n",
    MINIMAL + "tokenizer: {type: subword_file, file: vocab.txt, lowercase: null, truncate: head}\n",
    "data: {source: table, train: a.csv, test: 0.2, text: t, label: l, format: csv}\n"
    "tokenizer: {max_tokens: 40}\nembedding: {vectors: g.txt, dim: 50, trainable: false}\n"
    "layers:\n  - {type: conv1d, filters: 4, kernel_size: 5}\n  - {type: max_pool1d, size: 4}\n"
    "  - {type: gru, units: 4, dropout: 0.1}\n  - {type: pool, method: max}\n"
    "head: [{type: dense, units: 3}, {type: dropout, rate: 0.5}]\n"
    "training: {optimizer: {type: sgd, momentum: 0.9, nesterov: true}, early_stopping: {monitor: val_accuracy},\n"
    "  loss: {type: focal, gamma: 1}, class_weights: {a: 1, b: 2.5}, schedule: {type: one_cycle, rise: 0.4},\n"
    "  moving_average: {decay: 0.9}, accumulate_steps: 4}\n",
    MINIMAL
    + "training: {class_weights: balanced, schedule: {type: linear, warmup: 0.1}, loss: {label_smoothing: 0.1}}\n",
    "data: {source: sample, validation: 0, folds: 3, fold: 2}\n"
    "layers: [{type: pool}]\ntraining: {early_stopping: {patience: 2}}\n",
]
