"""Broken configs: text that is not YAML."""

from broken_configs.beginnings import LAYERS, MINIMAL, POOL

CASES: dict[str, list[tuple[str, list[str]]]] = {
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
                '4:1: training: expected options (name: value), found the string "epochs:3"; a colon needs a space after it'
            ],
        ),
        (
            "data:\n  source:sample\n" + POOL,
            [
                '1:1: data: expected options (name: value), found the string "source:sample"; a colon needs a space after it'
            ],
        ),
        (
            LAYERS + "  - type: lstm\n  units: 8\n",
            [
                '4:3: not YAML: the line is not part of the list above it: start it with "- ", or indent it like the options of an item'
            ],
        ),
        ("data: {source: sample\n" + POOL, ['1:7: not YAML: missing "}" for the bracket that opens here']),
        ("a, b\nc: 3\n", ['1:1: not YAML: expected "name: value", with a colon and a space']),
        (
            MINIMAL + "training:\n  batch_size:3\n  epochs: 1\n",
            ['5:3: not YAML: expected "name: value", with a colon and a space'],
        ),
        (MINIMAL + "\tseed: 1\n", ["4:1: not YAML: found a tab; use spaces"]),
        ("data:\n\tsource: sample\n", ["2:1: not YAML: found a tab; use spaces"]),
        (MINIMAL + "seed:\t1\n\tname: x\n", ["4:6: not YAML: found a tab; use spaces"]),
        (MINIMAL + "embedding: {dim: 3\n", ['4:12: not YAML: missing "}" for the bracket that opens here']),
        (MINIMAL + "head: [{type: dense}\nseed: 3\n", ['4:7: not YAML: missing "]" for the bracket that opens here']),
        (MINIMAL + "name: 'abc\n", ["4:7: not YAML: the quote that starts here is never closed"]),
        (MINIMAL + 'name: "abc\n', ["4:7: not YAML: the quote that starts here is never closed"]),
        (
            MINIMAL + "name: a: b\n",
            [
                '4:8: not YAML: unexpected ":": indent the line like its neighbours, or put text that contains ": " in quotes'
            ],
        ),
        (MINIMAL + "seed 3\n", ['4:1: not YAML: expected "name: value", found no ": "']),
        (MINIMAL + " seed: 3\n", ["4:2: not YAML: the indentation matches no line above it"]),
        (
            "- 1\ndata: {source: sample}\nlayers:\n  - {type: lstm, units: 4}\n",
            [
                '2:1: not YAML: the line is not part of the list above it: start it with "- ", or indent it like the options of an item'
            ],
        ),
        (MINIMAL + "name: @x\n", ['4:7: not YAML: a value cannot start with "@"; put it in quotes']),
        (MINIMAL + "name: `x`\n", ['4:7: not YAML: a value cannot start with "`"; put it in quotes']),
        (MINIMAL + "name: %x\n", ['4:7: not YAML: a value cannot start with "%"; put it in quotes']),
        (MINIMAL + 'name: "\\q"\n', ['4:9: not YAML: unknown escape "\\q" in double quotes; single quotes have none']),
        (MINIMAL + "seed: *a\n", ["4:7: not YAML: undefined alias *a"]),
        (MINIMAL + "seed: &a [*a]\n", ["4:7: an alias refers to a node that contains it"]),
        (MINIMAL + "---\nseed: 3\n", ["4:1: not YAML: a second document starts here; a config is a single document"]),
        (MINIMAL + "embedding: {dim: 3 dropout: 0.1}\n", ['4:27: not YAML: expected "," or "}"']),
        (
            MINIMAL + "head: [1 2: 3]\n",
            ["4:8: head[0]: needs type (one of batch_norm, dense, dropout, gaussian_noise, highway, layer_norm)"],
        ),
        (
            MINIMAL + "seed: !!python/object:os.system {}\n",
            ["4:7: seed: unknown tag !!python/object:os.system; a config needs no tags"],
        ),
        (MINIMAL + "seed: !seed 3\n", ["4:7: seed: unknown tag !seed; a config needs no tags"]),
        (MINIMAL + "name: !!binary x\n", ["4:7: name: unknown tag !!binary; a config needs no tags"]),
        (MINIMAL + "seed: !!int x\n", ['4:7: seed: "x" is not a valid number']),
        (MINIMAL + "? [a, b]\n: 3\n", ["4:3: expected a word as the name, found a list or mapping"]),
        (MINIMAL + "seed: 1\nseed: 2\n", ['5:1: seed: duplicate "seed" (first on line 4); keep one']),
        (
            MINIMAL + "embedding: {dim: 3, dim: 4}\n",
            ['4:21: embedding.dim: duplicate "dim" (first on line 4); keep one'],
        ),
        (
            "data: {source: sample}\ndata: {source: sample}\n" + POOL,
            ['2:1: data: duplicate "data" (first on line 1); keep one'],
        ),
        (
            MINIMAL + "base: &b {dim: 3}\nembedding:\n  <<: *b\n",
            [
                "4:1: base: unknown option (known: name, seed, task, data, initialize, tokenizer, embedding, layers, ngrams, head, training)",
                '6:3: embedding: "<<" merges mappings only in YAML 1.1; write the options out, or extend a file',
            ],
        ),
        (MINIMAL + "seed: " + "[" * 60 + "]" * 60 + "\n", ["4:57: nested deeper than 50 levels"]),
        (
            MINIMAL + "embedding: {dim: 3}}\n",
            ['4:20: not YAML: unexpected "}": no bracket is open'],
        ),
        (MINIMAL + "seed: 3 # ok\n  name: x\n", ["5:3: not YAML: the indentation matches no line above it"]),
        (MINIMAL + "name: \x07\n", ["4:7: not YAML: the character U+0007 is not allowed"]),
        (
            MINIMAL + "training:\n  epochs: 3\n epochs: 4\n",
            ["6:2: not YAML: the indentation matches no line above it"],
        ),
        (
            "layers:\n- {type: pool}\n data: {source: sample}\n",
            ["3:2: not YAML: the indentation matches no line above it"],
        ),
        (
            MINIMAL + "seed: 1__\nname: |\n x\n",
            [
                '5:1: name: expected letters, digits, dots, dashes and underscores, starting with a letter or digit, found the string "x\\n"'
            ],
        ),
        (
            MINIMAL + "seed: " + "9" * 5000 + "\n",
            ['4:7: seed: "99999999999999999999" is not a valid number'],
        ),
    ],
}
