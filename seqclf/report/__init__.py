"""Reports: ``report.html`` of a run, and pages that compare runs. One self-contained file each, without scripts.

``write_report`` writes the report of a run. It needs no TensorFlow.
"""

from __future__ import annotations

from pathlib import Path

from seqclf.runs import Run


def write_report(run: Run) -> Path:
    """Write ``report.html`` of a run, from its metrics, history and evidence, and return its path.

    It is complete or not there at all. Raises ``InputError`` if the manifest cannot be read, and ``OSError`` if the
    file cannot be written.
    """
    from seqclf.files import write_text
    from seqclf.report.run_page import run_page

    write_text(run.report, run_page(run))
    return run.report
