"""``seqclf push``, and models of a hub where runs are expected, against a hub on loopback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hub_calls import TEXT, call, on_one_line, push
from hub_server import TOKEN, Hub, Repository
from run_folders import made_run

from seqclf.errors import InputError
from seqclf.evaluation.evidence.store import read_evidence
from seqclf.hub.names import HubName, hub_name
from seqclf.runs import Run


def test_a_model_that_was_pushed_and_pulled_predicts_the_same(hub: Hub, binary_run: Run) -> None:
    done = push(binary_run, "--message", "The first one")
    assert done.exit_code == 0, done.output
    assert done.stdout == f"{hub.url}/ann/reviews\n"
    assert hub.messages == ["The first one"]
    for options in ([], ["--json"], ["--top", "2"]):
        pulled = call("predict", "--run", "hf:ann/reviews", *options, TEXT, "")
        assert pulled.exit_code == 0, pulled.output
        assert pulled.stdout == call("predict", "--run", str(binary_run.folder), *options, TEXT, "").stdout
    assert "GET /ann/reviews/resolve" in str(hub.calls)
    assert "README.md" not in [call.rpartition("/")[2] for call in hub.calls if "resolve" in call]


def test_python_loads_it_by_name(hub: Hub, binary_run: Run) -> None:
    from seqclf.inference import Classifier

    push(binary_run)
    for name in ("hf:ann/reviews", "hf:ann/reviews@main"):
        mine, theirs = (one.predict([TEXT]) for one in (Classifier.load(binary_run.folder), Classifier.load(name)))
        assert mine == theirs


def test_nothing_of_the_users_is_uploaded(hub: Hub, binary_run: Run) -> None:
    assert push(binary_run).exit_code == 0
    files = hub.repositories["ann/reviews"].files
    expected = "README.md config.yaml labels.json manifest.json metrics.json model.onnx prior.json texts.json".split()
    assert [name for name in sorted(files) if "/" not in name and name != ".gitattributes"] == expected
    folder = Path(str(binary_run.manifest["data"])).parent
    for name, content in files.items():
        for private in (str(folder), str(binary_run.folder.parent), str(binary_run.manifest["host"]), TOKEN):
            if len(private) > 3:
                assert private.encode() not in content, name
    evidence = read_evidence(binary_run, "validation")
    assert evidence is not None and evidence.wrong
    assert not [name for name in files if "evidence" in name or "answers" in name]
    for one in evidence.wrong:
        assert not [name for name, content in files.items() if one.shown.text.encode() in content]
    assert yaml.safe_load(files["config.yaml"])["data"]["train"] == "reviews.csv"
    assert json.loads(files["manifest.json"])["data"] == "reviews.csv"
    assert not {"process", "host", "git", "machine", "command"} & json.loads(files["manifest.json"]).keys()
    assert "history.jsonl" in (push(binary_run, "--history"), hub.repositories["ann/reviews"].files)[1]


def test_a_dry_run_shows_what_a_push_uploads(hub: Hub, binary_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN")
    shown = push(binary_run, "--dry-run", "--license", "mit")
    assert shown.exit_code == 0 and not hub.calls and not hub.repositories
    listed, _, card = shown.stdout.partition("\n\n---\n")
    assert "license: mit" in card
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    push(binary_run, "--license", "mit")
    files = hub.repositories["ann/reviews"].files
    assert [line.split()[-1] for line in listed.splitlines()] == sorted(files.keys() - {".gitattributes"})
    assert files["README.md"].decode() == f"---\n{card}"


def test_the_card_has_metadata_that_the_hubs_library_reads(hub: Hub, binary_run: Run, tmp_path: Path) -> None:
    from huggingface_hub import ModelCard

    run = Run(Path(shutil.copytree(binary_run.folder, tmp_path / "mine-1")))
    run.write_metrics("test", run.metrics["validation"] | {"data": "/home/ann/t.csv"})
    push(run, "--license", "mit", "--language", "en", "--dataset", "ann/texts")
    data = ModelCard(hub.repositories["ann/reviews"].files["README.md"].decode()).data
    assert (data.library_name, data.pipeline_tag, data.license) == ("seqclf", "text-classification", "mit")
    assert (data.language, data.datasets) == (["en"], ["ann/texts"])
    results = {one.metric_type: one for one in data.eval_results or []}
    saved: Any = run.metrics["test"]
    assert results["accuracy"].metric_value == pytest.approx(saved["accuracy"], abs=1e-6)
    assert (results["accuracy"].dataset_name, results["accuracy"].dataset_split) == ("t.csv", "test")
    assert set(data.metrics or []) == set(results) >= {"accuracy", "f1"}


def test_a_card_without_test_figures_has_none(hub: Hub, binary_run: Run) -> None:
    from huggingface_hub import ModelCard

    push(binary_run)
    card = ModelCard(hub.repositories["ann/reviews"].files["README.md"].decode())
    assert "test" in binary_run.metrics or card.data.eval_results is None
    assert "seqclf predict --run hf:ann/reviews" in card.text
    assert "## Limits" in card.text and str(binary_run.folder) not in card.content


def test_a_push_replaces_the_files_of_an_earlier_one_and_no_others(hub: Hub, binary_run: Run) -> None:
    push(binary_run)
    repository = hub.repositories["ann/reviews"]
    repository.commit("main", repository.files | {"thresholds.json": b"{}", "notes.md": b"mine", "tokenizer/x": b""})
    assert push(binary_run).exit_code == 0
    assert "notes.md" in repository.files
    assert not {"thresholds.json", "tokenizer/x"} & repository.files.keys()


def test_a_branch(hub: Hub, binary_run: Run) -> None:
    done = push(binary_run, "--revision", "v2")
    assert done.stdout == f"{hub.url}/ann/reviews/tree/v2\n", done.output
    repository = hub.repositories["ann/reviews"]
    assert list(repository.files) == [".gitattributes"], "main is as it was"
    pulled = call("predict", "--run", "hf:ann/reviews@v2", TEXT)
    assert pulled.stdout == call("predict", "--run", str(binary_run.folder), TEXT).stdout
    missing = call("predict", "--run", "hf:ann/reviews@v3", TEXT)
    assert missing.exit_code == 2 and "no such branch, tag or commit" in on_one_line(missing.stderr)
    empty = call("predict", "--run", "hf:ann/reviews", TEXT)
    assert empty.exit_code == 2 and "neither model.onnx nor model.keras" in on_one_line(empty.stderr)


def test_offline_it_works_from_the_cache(hub: Hub, binary_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    push(binary_run)
    online = call("predict", "--run", "hf:ann/reviews", TEXT)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    hub.calls.clear()
    assert call("predict", "--run", "hf:ann/reviews", TEXT).stdout == online.stdout
    assert not hub.calls
    other = call("predict", "--run", "hf:ann/other", TEXT)
    assert other.exit_code == 2 and "HF_HUB_OFFLINE" in other.stderr


def test_private_repositories(hub: Hub, binary_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert push(binary_run, "--private").exit_code == 0
    assert hub.repositories["ann/reviews"].private
    hub.repositories["ann/open"] = Repository()
    hub.repositories["ann/open"].commit("main", {})
    refused = push(binary_run, "--private", name="ann/open")
    assert refused.exit_code == 2 and "is public" in on_one_line(refused.stderr)
    assert not hub.repositories["ann/open"].files
    monkeypatch.delenv("HF_TOKEN")
    hidden = call("predict", "--run", "hf:ann/reviews", TEXT)
    assert hidden.exit_code == 2 and "hf auth login" in on_one_line(hidden.stderr)


def test_what_can_go_wrong_with_apush(hub: Hub, binary_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = push(binary_run, name="bob/reviews")
    assert refused.exit_code == 2 and "may not write to bob" in on_one_line(refused.stderr)
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    wrong = push(binary_run)
    assert wrong.exit_code == 2 and "rejects the token" in on_one_line(wrong.stderr) and "hf_wrong" not in wrong.output
    monkeypatch.delenv("HF_TOKEN")
    none = push(binary_run)
    assert none.exit_code == 2 and "no token of the hub was found; log in with `hf auth login`" in on_one_line(
        none.stderr
    )
    assert not hub.repositories


@pytest.mark.parametrize(("status", "code", "says"), [(404, 2, "no such model"), (400, 1, "HTTP status 400")])
def test_answers_of_the_hub(hub: Hub, status: int, code: int, says: str) -> None:
    hub.status = status
    done = call("predict", "--run", "hf:ann/reviews", TEXT)
    assert done.exit_code == code and (says in on_one_line(done.stderr) or "cannot be reached" in done.stderr), (
        done.stderr
    )


def test_a_hub_that_is_not_there(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    done = call("predict", "--run", "hf:ann/reviews", TEXT)
    assert done.exit_code == 1 and "http://127.0.0.1:9 cannot be reached" in on_one_line(done.stderr), done.output


def test_runs_that_cannot_be_pushed(hub: Hub, binary_run: Run, tmp_path: Path) -> None:
    killed = made_run(tmp_path, "killed-1", "failed")
    assert "incomplete" in push(killed).stderr
    custom = made_run(tmp_path, "custom-1", config={"layers": [{"type": "mine:Layer"}, {"type": "pool"}]})
    refused = push(custom)
    assert refused.exit_code == 2 and "--format keras" in refused.stderr, refused.output
    assert not hub.repositories


def test_the_code_of_a_model_needs_permission(hub: Hub, binary_run: Run, tmp_path: Path) -> None:
    """A model of a hub whose config names a module: nothing is imported."""
    push(binary_run, "--format", "keras")
    repository = hub.repositories["ann/reviews"]
    config = yaml.safe_load(repository.files["config.yaml"])
    config["layers"] = [{"type": "hostile:Layer"}, {"type": "pool"}]
    repository.commit("main", repository.files | {"config.yaml": yaml.safe_dump(config).encode()})
    refused = call("predict", "--run", "hf:ann/reviews", TEXT)
    assert refused.exit_code == 2 and "--allow-code" in refused.stderr, refused.output


def test_the_endpoint_and_the_cache_follow_the_environment(hub: Hub, binary_run: Run, tmp_path: Path) -> None:
    push(binary_run)
    environment = {**os.environ, "HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "home")}
    script = (
        "import sys\nfrom seqclf.cli import cli\n"
        f"cli(['predict', '--run', 'hf:ann/reviews', {TEXT!r}], standalone_mode=False)\n"
        "assert 'tensorflow' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == call("predict", "--run", str(binary_run.folder), TEXT).stdout
    assert done.stderr == ""
    assert list((tmp_path / "home" / "hub").glob("models--ann--reviews"))


@pytest.mark.parametrize("text", ["ann", "ann/", "/x", "a/b/c", "ann/x y", "ann/-x", "ann/x--y", "ann/x.git", "a/b@"])
def test_malformed_names(text: str) -> None:
    with pytest.raises(InputError, match=r"USER/NAME|no name on a hub|no branch"):
        hub_name(f"hf:{text}")


def test_names() -> None:
    assert hub_name("ann/x") == hub_name("hf:ann/x") == HubName("ann/x")
    for text in ("hf:ann/x_1.0@refs/pr/1", "hf:a/B-c"):
        assert str(hub_name(text)) == text
