"""Common first lines of the configs in the tables."""

MINIMAL = "data: {source: sample}\nlayers:\n  - {type: lstm, units: 4}\n"
LAYERS = "data: {source: sample}\nlayers:\n"
POOL = "layers: [{type: pool}]\n"
