"""Suspect training texts: labels that a model contradicts, and texts that occur several times.

``find`` does all of it. Labels are judged by probabilities of models that have not seen the text (``out_of_fold``, with
``linear`` or ``network``) and ``seqclf.metrics.label_errors``. ``duplicates`` finds equal and similar texts, and
``listing`` writes a file to look through.
"""
