"""From predictions to metrics."""
