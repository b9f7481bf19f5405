"""Broken configs: unknown options and missing ones."""

from broken_configs.beginnings import LAYERS, MINIMAL, POOL, names
from seqclf.config.schema.optimizers import OPTIMIZERS
from seqclf.config.schema.schedules import SCHEDULES
from seqclf.config.schema.tokenizers import TOKENIZERS
from seqclf.sources import SOURCE_TYPES

_READING = [name for name, kind in SOURCE_TYPES.items() if "train" in kind.path_options]
_FILE_SOURCES = f"{', '.join(_READING[:-1])} or {_READING[-1]}"

CASES: dict[str, list[tuple[str, list[str]]]] = {
    "unknown options": [
        (
            MINIMAL + "training:\n  loss: {smoothing: 0.1}\n",
            ['5:10: training.loss.smoothing: unknown option; did you mean "label_smoothing"?'],
        ),
        (
            MINIMAL + "training:\n  loss: {gamma: 2}\n",
            ["5:10: training.loss.gamma: unknown option for cross_entropy (an option of focal)"],
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
                f"5:31: training.schedule.warmup: unknown option for one_cycle (an option of {names(SCHEDULES, 'warmup')})"
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
                '4:11: traning.epochs: expected an integer, found the string "3"; remove the quotes',
                "4:24: traning.zzz: unknown option (known: epochs, batch_size, batch_tokens, unlabelled_batch_size, accumulate_steps, loss, class_weights, teacher, objectives, optimizer, thresholds, early_stopping, schedule, layer_rates, unfreeze_every, sharpness, moving_average, checkpoint_steps, checkpoint_minutes, baseline, keep_checkpoints, log_every)",
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
                "3:11: trainin.early_stopping: needs validation texts, but data.validation is 0: set training.early_stopping to null, or set data.validation, such as 0.1",
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
            ['4:1: lstm: unknown option: "lstm" is a type; did you mean "layers: [{type: lstm}]"?'],
        ),
        (
            MINIMAL + "model: {units: 3}\n",
            ["4:1: model: unknown option: embedding, layers and head are top-level sections"],
        ),
        (MINIMAL + "tokenizer: {vocab: 3000}\n", ['4:13: tokenizer.vocab: unknown option; did you mean "vocab_size"?']),
        (MINIMAL + "tokenizer: {lower: true}\n", ['4:13: tokenizer.lower: unknown option; did you mean "lowercase"?']),
        (
            MINIMAL + "tokenizer: {ngram: 3}\n",
            ["4:13: tokenizer.ngram: unknown option for subword (an option of char)"],
        ),
        (
            MINIMAL + "tokenizer: {type: byte, vocab_size: 300}\n",
            [f"4:25: tokenizer.vocab_size: unknown option for byte (an option of {names(TOKENIZERS, 'vocab_size')})"],
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
            [
                "4:13: embedding.units: unknown option (known: dim, dropout, word_dropout, row_dropout, vectors, trainable)"
            ],
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
            [f"7:5: training.optimizer.beta_1: unknown option for sgd (an option of {names(OPTIMIZERS, 'beta_1')})"],
        ),
        (
            MINIMAL + "training:\n  optimizer:\n    momentum: 0.9\n",
            [
                f"6:5: training.optimizer.momentum: unknown option for adam (an option of {names(OPTIMIZERS, 'momentum')})"
            ],
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
            [
                "1:24: data.train: unknown option: sample reads no files of yours; set data.source to "
                f"{_FILE_SOURCES}, and data.train to the files"
            ],
        ),
        (
            "data: {source: folder, train: x, text: body}\n" + POOL,
            ["1:34: data.text: unknown option for folder (an option of table, tfds)"],
        ),
        (
            "data: {source: table, train: x, labels: y}\n" + POOL,
            ['1:33: data.labels: unknown option; did you mean "label"?'],
        ),
        (
            "data: {source: tfds, dataset: x, format: csv}\n" + POOL,
            ["1:34: data.format: unknown option for tfds (an option of table)"],
        ),
        (
            "data: {source: table, train: x, separator: ;}\n" + POOL,
            ['1:33: data.separator: unknown option; did you mean "label_separator"?'],
        ),
        (
            "data: {source: folder, train: x, label_separator: ;}\n" + POOL,
            ["1:34: data.label_separator: unknown option for folder (an option of table)"],
        ),
        (
            MINIMAL + "training: {multi_label: true}\n",
            [
                "4:12: training.multi_label: unknown option: the data determine whether a text has several labels: lists in jsonl, or data.label_separator"
            ],
        ),
        (
            MINIMAL + "training: {thresholds: 1}\n",
            ["4:12: training.thresholds: expected less than 1, found 1"],
        ),
        (
            MINIMAL + "training: {baseline: true}\n",
            ["4:12: training.baseline: expected one of auto, false; found true"],
        ),
        (
            MINIMAL + "training: {baseline: no}\n",
            ['4:12: training.baseline: expected one of auto, false; "no" is a boolean only in YAML 1.1; write false'],
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
            ["3:27: layers[0].filters: unknown option for gru (an option of conv1d)"],
        ),
        (
            LAYERS + "  - {type: pool, size: 3}\n",
            ["3:18: layers[0].size: unknown option for pool (an option of max_pool1d)"],
        ),
        (
            LAYERS + "  - {type: simple_rnn, units: 3, recurrent_activation: tanh}\n",
            ["3:34: layers[0].recurrent_activation: unknown option for simple_rnn (an option of gru, lstm)"],
        ),
        (
            MINIMAL + "head: [{type: dense, units: 3, rate: 0.1}]\n",
            ["4:32: head[0].rate: unknown option for dense (an option of dropout)"],
        ),
        (
            MINIMAL + "head: [{type: dropout, rate: 0.1, units: 1}]\n",
            ["4:35: head[0].units: unknown option for dropout (an option of dense)"],
        ),
        (
            MINIMAL + "'': 3\n",
            [
                '4:1: "": unknown option (known: name, seed, task, data, initialize, tokenizer, embedding, layers, ngrams, head, training)'
            ],
        ),
        (
            MINIMAL + "3: 4\n",
            [
                "4:1: 3: unknown option (known: name, seed, task, data, initialize, tokenizer, embedding, layers, ngrams, head, training)"
            ],
        ),
        (
            MINIMAL + "null: 4\n",
            [
                "4:1: null: unknown option (known: name, seed, task, data, initialize, tokenizer, embedding, layers, ngrams, head, training)"
            ],
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
            [f"5:3: training.schedule: needs type (one of {names(SCHEDULES)})"],
        ),
        ("layers: [{type: pool}]\n", ["1:1: data: is missing; it has no default"]),
        ("data: {source: sample}\n", ["1:1: layers: is missing; it has no default"]),
        ("seed: 3\n", ["1:1: data: is missing; it has no default", "1:1: layers: is missing; it has no default"]),
        ("data: {source: table}\n" + POOL, ["1:1: data.train: is missing; it has no default"]),
        ("data: {source: tfds}\n" + POOL, ["1:1: data.dataset: is missing; it has no default"]),
        ("data: {source: folder}\n" + POOL, ["1:1: data.train: is missing; it has no default"]),
        ("data: {train: x}\n" + POOL, [f"1:1: data: needs source (one of {names(SOURCE_TYPES)})"]),
        ("data:\n" + POOL, ["1:1: data: expected options (name: value), found nothing; it has no default"]),
        ("data: {}\n" + POOL, [f"1:1: data: needs source (one of {names(SOURCE_TYPES)})"]),
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
        (LAYERS + "  -\n", ["3:4: layers[0]: expected options (name: value), found nothing; it has no default"]),
    ],
}
