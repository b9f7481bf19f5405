"""Broken configs: values of the wrong type."""

from broken_configs.beginnings import LAYERS, MINIMAL, POOL

CASES: dict[str, list[tuple[str, list[str]]]] = {
    "beside misspelt types": [
        (
            "data: {source: txt, train: a.txt, documents: lines}\n"
            "task: {type: langage_model, widow: 3}\n"
            "tokenizer: {type: wordd, lowercase: maybe}\nlayers: [{type: gru, units: 64}]\n",
            [
                '1:8: data.source: unknown value "txt"; did you mean "text"?',
                '1:35: data.documents: unknown value "lines"; did you mean "line"?',
                '2:8: task.type: unknown value "langage_model"; did you mean "language_model"?',
                '2:29: task.widow: unknown option; did you mean "window"?',
                '3:13: tokenizer.type: unknown value "wordd"; did you mean "word"?',
                '3:26: tokenizer.lowercase: expected true or false, found the string "maybe"',
            ],
        ),
        (
            "data: {source: sample}\nlayers:\n  - {type: grru, unit: 4}\n  - {type: pol}\n",
            [
                '3:6: layers[0].type: unknown value "grru"; did you mean "gru"?',
                '3:18: layers[0].unit: unknown option; did you mean "units"?',
                '4:6: layers[1].type: unknown value "pol"; did you mean "pool"?',
            ],
        ),
        (
            MINIMAL + "task: langage_model\ntokenizer: {type: qqqqq, lowercase: maybe}\n",
            [
                '4:1: task: unknown value "langage_model"; did you mean "language_model"?',
                '5:13: tokenizer.type: unknown value "qqqqq" (known: subword, byte, char, subword_file, word)',
            ],
        ),
    ],
    "types": [
        (
            MINIMAL + "training:\n  schedule: cosine\n",
            ['5:3: training.schedule: expected options (name: value), found the string "cosine"; write {type: cosine}'],
        ),
        (
            MINIMAL + "training:\n  schedule: true\n",
            [
                "5:3: training.schedule: expected options (name: value), found true; write {type: constant}, or another type, or remove it"
            ],
        ),
        (
            MINIMAL + "training:\n  loss: binary_crossentropy\n",
            [
                '5:3: training.loss: expected options (name: value), found the string "binary_crossentropy"; write {type: cross_entropy}'
            ],
        ),
        (
            MINIMAL + "training:\n  moving_average: 0.999\n",
            ["5:3: training.moving_average: expected options (name: value), found 0.999; write {decay: 0.999}"],
        ),
        (
            MINIMAL + "training:\n  class_weights: 3\n",
            ["5:3: training.class_weights: expected balanced, or a weight for each label, found 3"],
        ),
        (
            MINIMAL + "initialize: true\n",
            [
                "4:1: initialize: expected options (name: value), found true; write its options, such as from, or remove it"
            ],
        ),
        (
            MINIMAL + "initialize: {from: [a, b]}\n",
            [
                "4:14: initialize.from: expected the name or path of a run, or {forward: RUN, backward: RUN}, found a "
                "list of 2"
            ],
        ),
        (
            MINIMAL + "initialize: {form: a, layers: 0}\n",
            [
                '4:14: initialize.form: unknown option; did you mean "from"?',
                '4:23: initialize.layers: expected a list ("- ..." lines, or [...]), found 0',
            ],
        ),
        (
            MINIMAL + "initialize: {from: {forward: a, back: b}, layers: [-1]}\n",
            [
                '4:33: initialize.from.back: unknown option; did you mean "backward"?',
                "4:52: initialize.layers[0]: expected at least 0, found -1",
            ],
        ),
        (
            MINIMAL + "training:\n  layer_rates: 2.6\n",
            [
                "5:3: training.layer_rates: expected {decay: 2.6}, or a list with a factor for each group of layers, "
                "found 2.6"
            ],
        ),
        (
            MINIMAL + "training:\n  layer_rates: [1, x]\n",
            ['5:20: training.layer_rates[1]: expected a number, found the string "x"'],
        ),
        (
            MINIMAL + "training:\n  layer_rates: {decay: x, mapping: 1}\n",
            [
                '5:17: training.layer_rates.decay: expected a number, found the string "x"',
                "5:27: training.layer_rates.mapping: unknown option (known: decay)",
            ],
        ),
        (
            MINIMAL + "training:\n  class_weights: [1, 2]\n",
            ["5:3: training.class_weights: expected balanced, or a weight for each label, found a list of 2"],
        ),
        (
            MINIMAL + "training:\n  class_weights: {neg: 1, pos: x}\n",
            ['5:27: training.class_weights.pos: expected a number, found the string "x"'],
        ),
        (
            MINIMAL + "training:\n  schedule: {type: linear, warmup: x}\n",
            ['5:28: training.schedule.warmup: expected an integer or a number, found the string "x"'],
        ),
        (MINIMAL + "seed: x\n", ['4:1: seed: expected an integer, found the string "x"']),
        (MINIMAL + "seed: 1.5\n", ["4:1: seed: expected an integer, found 1.5"]),
        (MINIMAL + "seed: true\n", ["4:1: seed: expected an integer, found true"]),
        (
            MINIMAL + 'seed: "3"\n',
            ['4:1: seed: expected an integer, found the string "3"; remove the quotes'],
        ),
        (MINIMAL + "seed: null\n", ["4:1: seed: expected an integer, found nothing; remove it to use its default"]),
        (MINIMAL + "seed:\n", ["4:1: seed: expected an integer, found nothing; remove it to use its default"]),
        (MINIMAL + "seed: [3]\n", ["4:1: seed: expected an integer, found a list of 1"]),
        (MINIMAL + "seed: {a: 1}\n", ["4:1: seed: expected an integer, found a mapping (a)"]),
        (MINIMAL + "name: 3.5\n", ['4:1: name: expected a string, found 3.5; write it with quotes: "3.5"']),
        (MINIMAL + "name: [a]\n", ["4:1: name: expected a string, found a list of 1"]),
        (MINIMAL + "name: true\n", ['4:1: name: expected a string, found true; write it with quotes: "true"']),
        (MINIMAL + "embedding: 3\n", ["4:1: embedding: expected options (name: value), found 3; write {dim: 3}"]),
        (MINIMAL + "embedding: [3]\n", ["4:1: embedding: expected options (name: value), found a list of 1"]),
        (MINIMAL + "embedding: text\n", ['4:1: embedding: expected options (name: value), found the string "text"']),
        (
            MINIMAL + "embedding:\n",
            ["4:1: embedding: expected options (name: value), found nothing; remove it to use its default"],
        ),
        (
            MINIMAL + "tokenizer: true\n",
            [
                "4:1: tokenizer: expected options (name: value), found true; write {type: subword}, or another type, or remove it"
            ],
        ),
        (MINIMAL + "training: 10\n", ["4:1: training: expected options (name: value), found 10; write {epochs: 10}"]),
        (MINIMAL + "training: [epochs]\n", ["4:1: training: expected options (name: value), found a list of 1"]),
        (
            MINIMAL + "training:\n  optimizer: adam\n",
            ['5:3: training.optimizer: expected options (name: value), found the string "adam"; write {type: adam}'],
        ),
        (MINIMAL + "training:\n  optimizer: 3\n", ["5:3: training.optimizer: expected options (name: value), found 3"]),
        (
            MINIMAL + "training:\n  early_stopping: true\n",
            [
                "5:3: training.early_stopping: expected options (name: value), found true; write {} for its defaults, or remove it"
            ],
        ),
        (
            MINIMAL + "training:\n  early_stopping: 3\n",
            ["5:3: training.early_stopping: expected options (name: value), found 3; write {patience: 3}"],
        ),
        (MINIMAL + "training:\n  epochs: 1e1\n", ["5:3: training.epochs: expected an integer, found 10.0"]),
        (
            MINIMAL + "training:\n  epochs: ten\n",
            ['5:3: training.epochs: expected an integer, found the string "ten"'],
        ),
        (
            MINIMAL + "training:\n  batch_size: 32.0\n",
            ["5:3: training.batch_size: expected an integer, or auto, found 32.0"],
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
            ['2:1: layers: expected a list ("- ..." lines, or [...]), found the string "lstm"; write [{type: lstm}]'],
        ),
        (
            LAYERS + "  - lstm\n",
            ['3:5: layers[0]: expected options (name: value), found the string "lstm"; write {type: lstm}'],
        ),
        (
            LAYERS + "  - lstm: {units: 3}\n",
            [
                "3:5: layers[0]: needs type (one of batch_norm, conv1d, dense, dropout, gaussian_noise, gru, highway, layer_norm, lstm, max_pool1d, min_gru, min_lstm, pool, qrnn, residual, self_attention, simple_rnn, spatial_dropout, sru); write type: lstm, with its options next to it"
            ],
        ),
        (LAYERS + "  - [lstm, 3]\n", ["3:5: layers[0]: expected options (name: value), found a list of 2"]),
        (
            "data: sample\n" + POOL,
            ['1:1: data: expected options (name: value), found the string "sample"; write {source: sample}'],
        ),
        ("data: [x]\n" + POOL, ["1:1: data: expected options (name: value), found a list of 1"]),
        (
            "data: {source: table, train: 3}\n" + POOL,
            [
                '1:23: data.train: expected a string or a list ("- ..." lines, or [...]), found 3; write it with quotes: "3"'
            ],
        ),
        (
            "data: {source: table, train: x, validation: [1]}\n" + POOL,
            ['1:46: data.validation[0]: expected a string, found 1; write it with quotes: "1"'],
        ),
        (
            "data: {source: table, train: x, test: true}\n" + POOL,
            ['1:33: data.test: expected a number or a string or a list ("- ..." lines, or [...]), found true'],
        ),
        (
            "data: {source: table, train: x, validation: {share: 0.1}}\n" + POOL,
            [
                '1:33: data.validation: expected a number or a string or a list ("- ..." lines, or [...]), found a mapping (share)'
            ],
        ),
        (
            "data: {source: sample, validation: x}\n" + POOL,
            ['1:24: data.validation: expected a number, found the string "x"'],
        ),
        (
            "data: {source: tfds, dataset: x, data_dir: 3}\n" + POOL,
            ['1:34: data.data_dir: expected a string, found 3; write it with quotes: "3"'],
        ),
        (MINIMAL + "tokenizer: {lowercase: 1}\n", ["4:13: tokenizer.lowercase: expected true or false, found 1"]),
        (
            MINIMAL + 'tokenizer: {lowercase: "true"}\n',
            ['4:13: tokenizer.lowercase: expected true or false, found the string "true"; remove the quotes'],
        ),
        (
            LAYERS + "  - {type: lstm, units: 4, return_sequences: maybe}\n",
            ['3:28: layers[0].return_sequences: expected true or false, found the string "maybe"'],
        ),
        (
            MINIMAL + 'training:\n  optimizer:\n    learning_rate: "1e-3"\n',
            [
                '6:5: training.optimizer.learning_rate: expected a number, or auto, found the string "1e-3"; remove the quotes'
            ],
        ),
        (
            MINIMAL + "embedding: {vectors: 3}\n",
            ['4:13: embedding.vectors: expected a string, found 3; write it with quotes: "3"'],
        ),
        (
            LAYERS + "  - {type: conv1d, filters: 3, kernel_size: [3, x]}\n  - {type: pool, method: [mean, 3, lst]}\n",
            [
                '3:49: layers[0].kernel_size[1]: expected an integer, found the string "x"',
                "4:33: layers[1].method[1]: expected one of last, mean, max, attention; found 3",
                '4:36: layers[1].method[2]: unknown value "lst"; did you mean "last"?',
            ],
        ),
        (
            MINIMAL + "training: {moving_average: 0.99, early_stopping: 3, schedule: 3}\n",
            [
                "4:12: training.moving_average: expected options (name: value), found 0.99; write {decay: 0.99}",
                "4:34: training.early_stopping: expected options (name: value), found 3; write {patience: 3}",
                "4:53: training.schedule: expected options (name: value), found 3",
            ],
        ),
    ],
}
