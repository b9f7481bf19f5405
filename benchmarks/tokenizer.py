"""How fast IMDB's reviews become token ids: bulk encoding of all 50,000, and the exported graph in batches of 256.

python benchmarks/tokenizer.py --data-dir DIR    # a folder where tensorflow-datasets has prepared imdb_reviews
"""

from __future__ import annotations

import argparse
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import yaml

from seqclf.config import checked_config
from seqclf.sources.base import TableColumns
from seqclf.sources.tfds import TfdsSource

BATCH = 256


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", required=True)
    parser.add_argument(
        "--options", default="{vocab_size: 8185}", help="a config's tokenizer section (default: %(default)s)"
    )
    arguments = parser.parse_args()
    source = TfdsSource("imdb_reviews", None, arguments.data_dir, TableColumns())
    train, test = source.read("train").texts, source.read("test").texts

    started = time.perf_counter()
    options = checked_config(
        {"data": {"source": "sample"}, "layers": [{"type": "pool"}], "tokenizer": yaml.safe_load(arguments.options)}
    ).tokenizer
    tokenizer = options.learn(train)
    print(f"learn from {len(train):,} reviews: {time.perf_counter() - started:.1f} s")

    started = time.perf_counter()
    tokens = sum(len(ids) for texts in (train, test) for ids in tokenizer.encode_all(texts))
    seconds = time.perf_counter() - started
    print(f"bulk encoding of {len(train) + len(test):,} reviews, {tokens:,} tokens: {seconds:.1f} s")

    import tensorflow as tf

    from seqclf.text.graph import GraphTokenizer

    graph = GraphTokenizer(tokenizer, max_tokens=options.max_tokens, truncate=options.truncate)
    encode = tf.function(graph, input_signature=[tf.TensorSpec([None], tf.string)], autograph=False)
    batches = [tf.constant(test[start : start + BATCH]) for start in range(0, 40 * BATCH, BATCH)]
    encode(batches[0])
    started = time.perf_counter()
    for batch in batches:
        encode(batch)
    seconds = time.perf_counter() - started
    print(f"in the graph, batches of {BATCH}: {len(batches) * BATCH / seconds:,.0f} reviews/s")


if __name__ == "__main__":
    main()
