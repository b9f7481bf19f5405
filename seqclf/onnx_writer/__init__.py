"""Write models as ONNX graphs: nodes, weights, and operators that several layer types share."""
