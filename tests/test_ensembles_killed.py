"""Runs that ``seqclf ensemble`` was killed in."""

from __future__ import annotations

from pathlib import Path

from ensemble_examples import call, refused

from seqclf.new_runs import begin_run


def test_a_killed_call_is_made_again(tmp_path: Path) -> None:
    ensemble = {"members": [{"name": "a-1", "weight": 0.75}, {"name": "b-1", "weight": 0.25}]}
    equal = {"members": [{"name": "a-1", "weight": 0.5}, {"name": "b-1", "weight": 0.5}]}
    soup = {"recipe": "greedy", "runs": ["a-1"], "left_out": ["b-1"]}
    for noted, command in (
        ({"ensemble": ensemble}, "seqclf ensemble a-1 b-1 --weights 0.75,0.25"),
        ({"ensemble": equal}, "seqclf ensemble a-1 b-1"),
        ({"soup": soup}, "seqclf ensemble a-1 b-1 --soup"),
        ({"soup": {**soup, "recipe": "uniform"}}, "seqclf ensemble a-1 b-1 --soup --uniform"),
    ):
        run = begin_run(tmp_path, "cut")
        run.update_manifest(task="classification", process=2**22 + 1, **noted)  # no such process
        run.config.write_text("name: cut", encoding="utf-8")
        message = refused("predict", "--run", str(run.folder), "a text")
        assert f"(it was killed while it was written); make it again: {command}; or choose" in message
        shown = call("runs", "show", run.name, "--runs", str(tmp_path)).stdout
        assert f"{command} --runs {tmp_path}" in " ".join(shown.split())
    run.update_manifest(soup={"runs": 3})
    assert '"soup" does not have a list of "runs"' in refused("predict", "--run", str(run.folder), "a text")
