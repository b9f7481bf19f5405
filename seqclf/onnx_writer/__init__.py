"""Models as ONNX graphs: what writes nodes and weights, and the operators that several layer types need."""
