"""Broken configs: layers that conflict."""

from broken_configs.beginnings import LAYERS, MINIMAL

CASES: dict[str, list[tuple[str, list[str]]]] = {
    "across options of layers": [
        (
            LAYERS + "  - {type: residual, layer: {type: gru, units: 3, return_sequences: false}}\n  - {type: pool}\n",
            ["3:51: layers[0].layer.return_sequences: is false, but residual needs one vector per token; remove it"],
        ),
        (
            LAYERS + "  - {type: residual, layer: {type: conv1d, filters: 3, kernel_size: 900}}\n  - {type: pool}\n",
            [
                "3:56: layers[0].layer.kernel_size: expected at most 512, the length of the longest text (tokenizer.max_tokens); found 900"
            ],
        ),
        (
            LAYERS + "  - {type: residual, layer: {type: gru, units: 3}}\n",
            ["3:5: layers[0]: residual returns one vector per token; add a recurrent layer or a pool after it"],
        ),
        (
            LAYERS + "  - {type: pool, method: [last, mean, last]}\n",
            ["3:18: layers[0].method: expected each method once, found last, mean, last"],
        ),
        (
            LAYERS + "  - {type: conv1d, filters: 3, kernel_size: [2, 3, 2]}\n  - {type: pool}\n",
            ["3:32: layers[0].kernel_size: expected each size once, found 2, 3, 2"],
        ),
        (
            LAYERS + "  - {type: conv1d, filters: 3, kernel_size: [2, 600]}\n  - {type: pool}\n",
            [
                "3:32: layers[0].kernel_size: expected at most 512, the length of the longest text (tokenizer.max_tokens); found 600"
            ],
        ),
        (
            LAYERS + "  - {type: gru, units: 3, merge_mode: sum}\n",
            [
                "3:27: layers[0].merge_mode: has no effect on a layer with one direction: add bidirectional: true, or remove it"
            ],
        ),
        (
            LAYERS + "  - {type: gru, units: 3, go_backwards: true, bidirectional: true}\n",
            [
                "3:27: layers[0].go_backwards: bidirectional: true already reads in both directions; remove one of the two"
            ],
        ),
    ],
    "layers inside layers, a user's own": [
        (
            LAYERS + "  - {type: residual, layer: {type: pool}}\n  - {type: pool}\n",
            [
                '3:30: layers[0].layer.type: "pool" cannot be inside another layer; expected one of batch_norm, conv1d, dense, dropout, gaussian_noise, gru, highway, layer_norm, lstm, min_gru, min_lstm, qrnn, self_attention, simple_rnn, spatial_dropout, sru'
            ],
        ),
        (
            LAYERS + "  - {type: residual, layer: {type: gru, unit: 3}}\n  - {type: pool}\n",
            ['3:41: layers[0].layer.unit: unknown option; did you mean "units"?'],
        ),
        (
            LAYERS + "  - {type: pool, method: [last, first]}\n",
            ['3:33: layers[0].method[1]: unknown value "first" (known: last, mean, max, attention)'],
        ),
        (
            LAYERS + "  - {type: pool, method: []}\n",
            ["3:18: layers[0].method: expected at least one, found an empty list"],
        ),
        (
            LAYERS + "  - {type: 'my_layers:'}\n  - {type: pool}\n",
            [
                '3:6: layers[0].type: expected a layer type of seqclf, or a module and a class such as my_package.my_module:MyLayer, found the string "my_layers:"'
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
}
