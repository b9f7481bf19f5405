"""Broken configs: values out of bounds, and booleans that were meant as words."""

from broken_configs.beginnings import LAYERS, MINIMAL, POOL

CASES: dict[str, list[tuple[str, list[str]]]] = {
    "yes, no, on, off": [
        (
            MINIMAL + "tokenizer: {lowercase: on}\n",
            [
                '4:13: tokenizer.lowercase: expected true or false, found the string "on" (on is a boolean only in YAML 1.1); write true'
            ],
        ),
        (
            MINIMAL + "tokenizer: {lowercase: No}\n",
            [
                '4:13: tokenizer.lowercase: expected true or false, found the string "No" (No is a boolean only in YAML 1.1); write false'
            ],
        ),
        (
            MINIMAL + "embedding: {trainable: off}\n",
            [
                '4:13: embedding.trainable: expected true or false, found the string "off" (off is a boolean only in YAML 1.1); write false'
            ],
        ),
        (
            MINIMAL + "seed: yes\n",
            [
                '4:1: seed: expected an integer, found the string "yes" (yes is a boolean in YAML 1.1, but text in YAML 1.2)'
            ],
        ),
        (
            MINIMAL + "embedding: {dropout: off}\n",
            [
                '4:13: embedding.dropout: expected a number, found the string "off" (off is a boolean in YAML 1.1, but text in YAML 1.2)'
            ],
        ),
        (
            MINIMAL + "name: no\n",
            ['4:1: name: found no without quotes, which some YAML parsers read as a boolean: write "no" with quotes'],
        ),
        (
            "data: {source: table, train: x, label: on}\n" + POOL,
            [
                '1:33: data.label: found on without quotes, which some YAML parsers read as a boolean: write "on" with quotes'
            ],
        ),
        (
            "data: {source: table, train: x, text: Yes}\n" + POOL,
            [
                '1:33: data.text: found Yes without quotes, which some YAML parsers read as a boolean: write "Yes" with quotes'
            ],
        ),
        (
            "data: {source: table, train: x, test: no}\n" + POOL,
            [
                '1:33: data.test: found no without quotes, which some YAML parsers read as a boolean: write "no" with quotes'
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
                '5:3: training.early_stopping: expected options (name: value), found the string "no" (no is a boolean in YAML 1.1, but text in YAML 1.2)'
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
                '4:1: name: expected letters, digits, dots, dashes and underscores, starting with a letter or digit, found the string "a/b"'
            ],
        ),
        (
            MINIMAL + "name: -a\n",
            [
                '4:1: name: expected letters, digits, dots, dashes and underscores, starting with a letter or digit, found the string "-a"'
            ],
        ),
        (
            MINIMAL + "name: ''\n",
            [
                '4:1: name: expected letters, digits, dots, dashes and underscores, starting with a letter or digit, found the string ""'
            ],
        ),
        (
            MINIMAL + "name: ä\n",
            [
                '4:1: name: expected letters, digits, dots, dashes and underscores, starting with a letter or digit, found the string "ä"'
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
            ['4:13: embedding.vectors: expected a non-empty string, found the string ""'],
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
            ['1:23: data.train: expected a non-empty string, found the string ""'],
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
}
