"""Broken configs: options that conflict."""

from broken_configs.beginnings import LAYERS, MINIMAL, POOL

CASES: dict[str, list[tuple[str, list[str]]]] = {
    "across options": [
        (
            "data: {source: text, train: x}\n" + POOL,
            [
                "1:8: data.source: text has no labels, which a classifier needs; set task: language_model, or use a "
                "source with labels, such as folder or table"
            ],
        ),
        (
            "task: language_model\ndata: {source: sample}\n"
            "layers: [{type: lstm, units: 64, bidirectional: true}, {type: conv1d, filters: 64, kernel_size: 3}]\n",
            [
                "3:34: layers[0].bidirectional: is true: half of the layer reads the text backwards, but language_model "
                "predicts each token from those before it",
                "3:57: layers[1].type: conv1d reads the whole text at once, but language_model predicts each token "
                "from those before it",
            ],
        ),
        (
            "task: language_model\ndata: {source: sample}\nlayers: [{type: residual, layer: {type: lstm, units: 64, "
            "bidirectional: true}}]\n",
            [
                "3:58: layers[0].layer.bidirectional: is true: half of the layer reads the text backwards, but "
                "language_model predicts each token from those before it"
            ],
        ),
        (
            "task: langage_model\ndata: {source: sample}\nlayers: [{type: lstm, units: 64}]\n",
            ['1:1: task: unknown value "langage_model"; did you mean "language_model"?'],
        ),
        (
            "task: language_model\ndata: {source: sample}\nlayers: [{type: dense, units: 64}]\n",
            ["3:1: layers: language_model needs a recurrent layer, such as {type: lstm, units: 256}"],
        ),
        (
            "task: language_model\ndata: {source: sample}\nlayers: [{type: lstm, units: 64, return_sequences: false}]\n",
            [
                "3:34: layers[0].return_sequences: is false, but language_model needs one vector per token; remove it, "
                "or set it to true"
            ],
        ),
        (
            "task: language_model\ndata: {source: sample}\nlayers: [{type: lstm, units: 32}]\n",
            [
                "3:23: layers[0].units: the last layer returns 32 numbers, but embedding.dim is 64, its default, and the "
                "output layer shares the weights of the embedding: set it to 64, embedding.dim to 32, add `head: [{type: dense, units: 64, activation: linear}]`, or set task.tied "
                "to false"
            ],
        ),
        (
            "task: language_model\ndata: {source: sample}\n"
            "layers: [{type: lstm, units: 64}, {type: residual, layer: {type: dense, units: 32}}, {type: layer_norm}]\n",
            [
                "3:35: layers[1]: residual returns 32 numbers, but embedding.dim is 64, its default, and the output "
                "layer shares the weights of the embedding: set embedding.dim to 32, add `head: [{type: dense, units: 64, activation: linear}]`, or "
                "set task.tied to false",
            ],
        ),
        (
            "task: language_model\ndata: {source: sample}\nlayers: [{type: lstm, units: 64}]\nngrams: {}\n"
            "training: {thresholds: 0.3, early_stopping: {monitor: val_accuracy}}\n",
            [
                "4:1: ngrams: has no effect in language_model; remove it",
                "5:12: training.thresholds: has no effect in language_model; remove it",
                "5:46: training.early_stopping.monitor: val_accuracy is not a score of language_model; expected one of "
                "val_loss, val_perplexity, val_bits_per_character",
            ],
        ),
        (
            "data: {source: sample}\n" + POOL + "training: {early_stopping: {monitor: val_perplexity}}\n",
            [
                "3:29: training.early_stopping.monitor: val_perplexity is not a score of classification; expected one "
                "of val_loss, val_accuracy, val_micro_f1, val_macro_f1"
            ],
        ),
        (
            "data: {source: sample}\nlayers: []\n",
            [
                "2:1: layers: is empty: add a layer, such as {type: pool}, or an `ngrams` section for a linear model of n-grams"
            ],
        ),
        (
            "data: {source: sample}\nlayers: []\nngrams: {orders: [1, 2, 1], dropout: 0.5}\nhead: [{type: dense, units: 3}]\n",
            [
                "3:10: ngrams.orders: expected each length once, found [1, 2, 1]",
                "3:29: ngrams.dropout: has no effect because layers is empty: there is no network to train; set it to 0",
                "4:1: head: the head has no input because layers is empty; remove head, or set ngrams.join to head",
            ],
        ),
        (
            "data: {source: sample}\n" + POOL + "ngrams: {words: true}\ntokenizer: {type: word}\n",
            [
                "3:10: ngrams.words: with tokenizer.type: word, every token is already a word; set it to false: --set ngrams.words=false"
            ],
        ),
        (
            "data: {source: sample}\n" + POOL + "ngrams: {words: true}\ntokenizer: {type: char, ngram: 3}\n",
            [
                "3:10: ngrams.words: words cannot be assembled from character n-grams (tokenizer.ngram or "
                "tokenizer.stride above 1); set it to false: --set ngrams.words=false"
            ],
        ),
        (
            "data: {source: sample}\n" + POOL + "ngrams: {join: head, dropout: 1}\n",
            [
                "3:22: ngrams.dropout: is 1: the head would never see the n-grams during training; with join: head, use less than 1, such as 0.5"
            ],
        ),
        (
            "data: {source: sample, validation: 0}\n" + POOL + "training: {schedule: {type: plateau}}\n",
            [
                "3:12: training.schedule: plateau needs validation texts, but data.validation is 0: choose another schedule, or set data.validation, such as 0.1"
            ],
        ),
        (
            "data: {source: table, train: x, text: a, label: a}\n" + POOL,
            ['1:42: data.label: expected a column other than data.text, found "a" for both'],
        ),
        (
            "data: {source: table, train: x, text: a, label: [b, a]}\n" + POOL,
            ['1:53: data.label[1]: expected a column other than data.text, found "a" for both'],
        ),
        (
            "data: {source: table, train: x, label: [b, c, b]}\n" + POOL,
            ['1:47: data.label[2]: expected each column once, found "b" twice'],
        ),
        (
            "data: {source: table, train: x, label: [b]}\n" + POOL,
            ["1:33: data.label: a list is for several columns; for one, write label: b"],
        ),
        (
            "data: {source: table, train: x, label: [b, c], label_separator: ;}\n" + POOL,
            [
                "1:48: data.label_separator: splits the labels of one column, but data.label names several; remove one of the two"
            ],
        ),
        (
            "data: {source: table, train: x, text: a, label: b, group: b}\n" + POOL,
            ['1:52: data.group: "b" is a label column: every label would be in one split only; name another column'],
        ),
        (
            "data: {source: tfds, dataset: x, text: a, group: a}\n" + POOL,
            ['1:43: data.group: "a" is the text column, and equal texts are always kept together; remove it'],
        ),
        (
            "data: {source: table, train: x, validation: 10%}\n" + POOL,
            ['1:33: data.validation: expected a fraction as a number, found the string "10%"; write 0.1'],
        ),
        (
            "data: {source: table, train: x, test: '0.1'}\n" + POOL,
            ['1:33: data.test: expected a fraction as a number, found the string "0.1"; write 0.1'],
        ),
        (
            "data: {source: sample, fold: 2}\n" + POOL,
            ["1:24: data.fold: needs data.folds, the number of folds"],
        ),
        (
            "data: {source: sample, folds: 2}\n" + POOL,
            [
                "1:24: data.folds: needs data.fold, the fold to validate on; `seqclf train --folds` trains on each in turn"
            ],
        ),
        (
            "data: {source: sample, folds: 2, fold: 3}\n" + POOL,
            ["1:34: data.fold: expected a number from 1 to 2 (data.folds), found 3"],
        ),
        (
            "data: {source: sample, train_on_validation: true, folds: 2, fold: 1}\n" + POOL,
            [
                "1:24: data.train_on_validation: needs one split, but data.folds makes several; remove one of the two",
            ],
        ),
        (
            "data: {source: sample, validation: 0, train_on_validation: true}\n" + POOL,
            [
                "1:39: data.train_on_validation: has no texts to add: data.validation is 0; remove one of the two",
            ],
        ),
        (
            "data: {source: table, train: x, validation: y.csv, train_on_validation: true}\n" + POOL,
            [
                "1:52: data.train_on_validation: is for random validation texts, but data.validation names its own; list them in data.train instead",
            ],
        ),
        (
            "data: {source: sample, train_on_validation: true}\n" + POOL + "training: {early_stopping: {}}\n",
            [
                "3:12: training.early_stopping: needs validation texts, but data.train_on_validation is true: set training.early_stopping to null, or set data.validation, such as 0.1",
            ],
        ),
        (
            "data: {source: sample, n_splits: 2}\n" + POOL,
            ['1:24: data.n_splits: unknown option; did you mean "folds"?'],
        ),
        (
            "data: {source: table, train: x, validation: [y.csv, z.csv], folds: 2, fold: 1}\n" + POOL,
            [
                '1:61: data.folds: takes the validation texts from data.train, but data.validation names its own: "y.csv, z.csv"; remove one of the two'
            ],
        ),
        (
            "data: {source: table, train: x, validation: y.csv, folds: 2, fold: 1}\n" + POOL,
            [
                '1:52: data.folds: takes the validation texts from data.train, but data.validation names its own: "y.csv"; remove one of the two'
            ],
        ),
        (
            LAYERS
            + "  - {type: pool}\n  - {type: lstm, units: 3, return_sequences: false}\n  - {type: gru, units: 3}\n",
            [
                "4:5: layers[1]: lstm needs one vector per token, but the pool before it (layers[0]) returns one vector per text",
                "5:5: layers[2]: gru needs one vector per token, but the pool before it (layers[0]) returns one vector per text",
            ],
        ),
        (
            "data: {source: table, train: x, validation: 0.5, test: 0.5}\n" + POOL,
            [
                "1:33: data.validation: validation and test take 100% of the training texts, which leaves none for training"
            ],
        ),
        (
            MINIMAL + "tokenizer: {vocab_size: 10}\n",
            [
                "4:13: tokenizer.vocab_size: expected at least 64 (two special tokens, [PAD] and [UNK], and a piece for each single character), found 10"
            ],
        ),
        (
            MINIMAL + "tokenizer: {type: char, ngram: 3, stride: 4}\n",
            [
                "4:35: tokenizer.stride: expected at most tokenizer.ngram, 3, since a larger stride skips characters between tokens; found 4"
            ],
        ),
        (
            LAYERS + "  - {type: pool}\n  - {type: gru, units: 4}\n",
            [
                "4:5: layers[1]: gru needs one vector per token, but the pool before it (layers[0]) returns one vector per text"
            ],
        ),
        (
            LAYERS + "  - {type: pool}\n  - {type: conv1d, filters: 4, kernel_size: 3}\n",
            [
                "4:5: layers[1]: conv1d needs one vector per token, but the pool before it (layers[0]) returns one vector per text"
            ],
        ),
        (
            LAYERS + "  - {type: pool}\n  - {type: max_pool1d, size: 2}\n",
            [
                "4:5: layers[1]: max_pool1d needs one vector per token, but the pool before it (layers[0]) returns one vector per text"
            ],
        ),
        (
            LAYERS + "  - {type: pool}\n  - {type: dropout, rate: 0.1}\n  - {type: pool}\n",
            [
                "5:5: layers[2]: pool needs one vector per token, but the pool before it (layers[0]) returns one vector per text"
            ],
        ),
        (
            LAYERS + "  - {type: lstm, units: 4, return_sequences: false}\n  - {type: gru, units: 4}\n",
            [
                "3:28: layers[0].return_sequences: is false, but a later layer needs one vector per token; remove it, or set it to true"
            ],
        ),
        (
            LAYERS + "  - {type: lstm, units: 4, return_sequences: false}\n  - {type: pool}\n",
            [
                "3:28: layers[0].return_sequences: is false, but a later layer needs one vector per token; remove it, or set it to true"
            ],
        ),
        (
            LAYERS + "  - {type: lstm, units: 4, segment: 50}\n",
            [
                "3:28: layers[0].segment: makes the layer return one vector per token: add a pool after it, or remove segment"
            ],
        ),
        (
            LAYERS + "  - {type: lstm, units: 4, return_sequences: true, segment: 50}\n",
            [
                "3:52: layers[0].segment: makes the layer return one vector per token: add a pool after it, or remove segment"
            ],
        ),
        (
            LAYERS + "  - {type: min_gru, units: 4, activation: tanh}\n",
            [
                "3:31: layers[0].activation: unknown option for min_gru (an option of conv1d, dense, gru, highway, lstm, self_attention, simple_rnn)"
            ],
        ),
        (
            LAYERS + "  - {type: lstm, units: 4, return_sequences: true}\n",
            [
                "3:28: layers[0].return_sequences: is true, but no later layer reads one vector per token; remove it, or set it to false"
            ],
        ),
        (
            LAYERS + "  - {type: lstm, units: 4, return_sequences: true}\n  - {type: dropout, rate: 0.1}\n",
            [
                "3:28: layers[0].return_sequences: is true, but no later layer reads one vector per token; remove it, or set it to false"
            ],
        ),
        (
            LAYERS + "  - {type: dropout, rate: 0.1}\n",
            ["2:1: layers: no layer returns one vector per text: add a recurrent layer or a pool"],
        ),
        (
            LAYERS + "  - {type: conv1d, filters: 4, kernel_size: 3}\n",
            ["3:5: layers[0]: conv1d returns one vector per token; add a recurrent layer or a pool after it"],
        ),
        (
            MINIMAL + "  - {type: max_pool1d, size: 2}\n",
            ["4:5: layers[1]: max_pool1d returns one vector per token; add a recurrent layer or a pool after it"],
        ),
        (
            LAYERS + "  - {type: conv1d, filters: 4, kernel_size: 5}\n  - {type: pool}\ntokenizer: {max_tokens: 4}\n",
            [
                "3:32: layers[0].kernel_size: expected at most 4, the length of the longest text (tokenizer.max_tokens); found 5"
            ],
        ),
        (
            LAYERS
            + "  - {type: max_pool1d, size: 4}\n  - {type: conv1d, filters: 4, kernel_size: 3}\n  - {type: pool}\ntokenizer: {max_tokens: 8}\n",
            [
                "4:32: layers[1].kernel_size: expected at most 2, the length of the longest text after the pooling before it (tokenizer.max_tokens: 8); found 3"
            ],
        ),
        (
            LAYERS + "  - {type: max_pool1d, size: 9}\n  - {type: pool}\ntokenizer: {max_tokens: 8}\n",
            [
                "3:24: layers[0].size: expected at most 8, the length of the longest text (tokenizer.max_tokens); found 9"
            ],
        ),
        (
            "data: {source: sample}\nlayers: [{type: pool}]\ntraining: {batch_tokens: 100}\n",
            [
                "3:12: training.batch_tokens: expected at least 512, the length of the longest text (tokenizer.max_tokens); found 100"
            ],
        ),
        (
            "data: {source: sample, validation: 0}\nlayers: [{type: pool}]\ntraining: {early_stopping: {}}\n",
            [
                "3:12: training.early_stopping: needs validation texts, but data.validation is 0: set training.early_stopping to null, or set data.validation, such as 0.1"
            ],
        ),
        (
            MINIMAL + "training:\n  optimizer:\n    {type: sgd, nesterov: true}\n",
            [
                "6:17: training.optimizer.nesterov: has no effect without momentum: set training.optimizer.momentum, such as 0.9"
            ],
        ),
        (
            "data: {source: sample, validation: 0}\nlayers: [{type: pool}]\ntraining: {early_stopping: {}}\nseed: x\n",
            [
                "3:12: training.early_stopping: needs validation texts, but data.validation is 0: set training.early_stopping to null, or set data.validation, such as 0.1",
                '4:1: seed: expected an integer, found the string "x"',
            ],
        ),
        (
            MINIMAL + "tokenizer: {vocab_size: 10}\ntraining: {epochs: 0}\nhead: 3\n",
            [
                "4:13: tokenizer.vocab_size: expected at least 64 (two special tokens, [PAD] and [UNK], and a piece for each single character), found 10",
                "5:12: training.epochs: expected at least 1, found 0",
                '6:1: head: expected a list ("- ..." lines, or [...]), found 3',
            ],
        ),
        (
            "data: {source: sample}\n" + POOL + "training: {layer_rates: [0.1, 0.5, 1]}\n",
            [
                "3:12: training.layer_rates: expected 2 factors: one each for embedding, and head and output layer "
                "(layers[0] (pool) has no weights to train); found 3"
            ],
        ),
        (
            "data: {source: sample}\n" + POOL + "training: {layer_rates: [1, 0]}\n",
            [
                "3:29: training.layer_rates[1]: is the factor of head and output layer, which must be trained: expected "
                "more than 0, found 0"
            ],
        ),
        (
            LAYERS + "  - {type: lstm, units: 3, recurrent_weight_drop: 0.2, recurrent_dropout: 0.1}\n",
            [
                "3:56: layers[0].recurrent_dropout: 0.1 does not go with recurrent_weight_drop, which needs the layer's "
                "fast kernels: set it to 0, or remove recurrent_weight_drop"
            ],
        ),
    ],
}
