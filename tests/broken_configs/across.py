"""Broken configs: options that do not go together."""

from broken_configs.beginnings import LAYERS, MINIMAL, POOL

CASES: dict[str, list[tuple[str, list[str]]]] = {
    "across options": [
        (
            "data: {source: sample}\nlayers: []\n",
            [
                "2:1: layers: is empty: add a layer, such as {type: pool}, or an `ngrams` section for a linear model of n-grams"
            ],
        ),
        (
            "data: {source: sample}\nlayers: []\nngrams: {orders: [1, 2, 1], dropout: 0.5}\nhead: [{type: dense, units: 3}]\n",
            [
                "3:10: ngrams.orders: names a length twice: [1, 2, 1]",
                "3:29: ngrams.dropout: is for training a network beside the n-grams, but layers is empty: set it to 0",
                "4:1: head: nothing reaches the head: layers is empty; leave head out, or set ngrams.join to head",
            ],
        ),
        (
            "data: {source: sample}\n" + POOL + "ngrams: {words: true}\ntokenizer: {type: word}\n",
            ["3:10: ngrams.words: every token of tokenizer.type word is a word already: set it to false"],
        ),
        (
            "data: {source: sample}\n" + POOL + "ngrams: {words: true}\ntokenizer: {type: char, ngram: 3}\n",
            [
                "3:10: ngrams.words: words cannot be put together from runs of characters (tokenizer.ngram or "
                "tokenizer.stride above 1): set it to false"
            ],
        ),
        (
            "data: {source: sample}\n" + POOL + "ngrams: {join: head, dropout: 1}\n",
            [
                "3:22: ngrams.dropout: is 1: the head would never see the n-grams while it is trained; with join: head, use less, such as 0.5"
            ],
        ),
        (
            "data: {source: sample, validation: 0}\n" + POOL + "training: {schedule: {type: plateau}}\n",
            [
                "3:12: training.schedule: plateau needs validation texts, but data.validation is 0: choose another schedule, or keep some texts"
            ],
        ),
        (
            "data: {source: table, train: x, text: a, label: a}\n" + POOL,
            ['1:42: data.label: expected a column other than data.text, found "a" for both'],
        ),
        (
            "data: {source: table, train: x, text: a, label: [b, a]}\n" + POOL,
            ['1:42: data.label: expected a column other than data.text, found "a" for both'],
        ),
        (
            "data: {source: table, train: x, label: [b, c, b]}\n" + POOL,
            ['1:33: data.label: expected each column once, found "b" twice'],
        ),
        (
            "data: {source: table, train: x, label: [b]}\n" + POOL,
            ["1:33: data.label: a list names several columns; write label: b for one"],
        ),
        (
            "data: {source: table, train: x, label: [b, c], label_separator: ;}\n" + POOL,
            [
                "1:48: data.label_separator: separates the labels of one column, but data.label names several; leave one of the two out"
            ],
        ),
        (
            "data: {source: table, train: x, text: a, label: b, group: b}\n" + POOL,
            ['1:52: data.group: "b" is a label: each label would be on one side of a split; name another column'],
        ),
        (
            "data: {source: tfds, dataset: x, text: a, group: a}\n" + POOL,
            ['1:43: data.group: "a" is the text, and equal texts are kept together anyway; leave it out'],
        ),
        (
            "data: {source: table, train: x, validation: 10%}\n" + POOL,
            ['1:33: data.validation: expected a fraction as a number, found the text "10%"; write 0.1'],
        ),
        (
            "data: {source: table, train: x, test: '0.1'}\n" + POOL,
            ['1:33: data.test: expected a fraction as a number, found the text "0.1"; write 0.1'],
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
                "4:5: layers[1]: lstm has nothing to read: the pool before it (layers[0]) returned one vector for the text",
                "5:5: layers[2]: gru has nothing to read: the pool before it (layers[0]) returned one vector for the text",
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
            [
                "4:5: layers[1]: gru has nothing to read: the pool before it (layers[0]) returned one vector for the text"
            ],
        ),
        (
            LAYERS + "  - {type: pool}\n  - {type: conv1d, filters: 4, kernel_size: 3}\n",
            [
                "4:5: layers[1]: conv1d has nothing to read: the pool before it (layers[0]) returned one vector for the text"
            ],
        ),
        (
            LAYERS + "  - {type: pool}\n  - {type: max_pool1d, size: 2}\n",
            [
                "4:5: layers[1]: max_pool1d has nothing to read: the pool before it (layers[0]) returned one vector for the text"
            ],
        ),
        (
            LAYERS + "  - {type: pool}\n  - {type: dropout, rate: 0.1}\n  - {type: pool}\n",
            [
                "5:5: layers[2]: pool has nothing to read: the pool before it (layers[0]) returned one vector for the text"
            ],
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
            [
                "3:28: layers[0].segment: returns a vector for each token: add a pool after the layer, or leave segment out"
            ],
        ),
        (
            LAYERS + "  - {type: lstm, units: 4, return_sequences: true, segment: 50}\n",
            [
                "3:52: layers[0].segment: returns a vector for each token: add a pool after the layer, or leave segment out"
            ],
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
            ["3:5: layers[0]: conv1d returns a vector for each token; add a recurrent layer or a pool after it"],
        ),
        (
            MINIMAL + "  - {type: max_pool1d, size: 2}\n",
            ["4:5: layers[1]: max_pool1d returns a vector for each token; add a recurrent layer or a pool after it"],
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
                "4:32: layers[1].kernel_size: expected at most 2, what the pooling before it leaves of the longest text (tokenizer.max_tokens: 8); found 3"
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
}
