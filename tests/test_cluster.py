"""Who the workers of a training are, and that all are there and train the same before it begins."""

from __future__ import annotations

import json
import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import small_config

from seqclf.cli.local_workers import free_addresses
from seqclf.config import checked_config
from seqclf.errors import InputError, SeqclfError
from seqclf.runs import Run
from seqclf.training import roll_call
from seqclf.training.cluster import Cluster, cluster_of, cluster_of_environment, host_and_port
from seqclf.training.options import TrainOptions
from seqclf.training.roll_call import call_roll
from seqclf.training.together import facts_of, passing_run

TWO = ("a:1", "b:2")


def _environment(**description: Any) -> dict[str, str]:
    return {"TF_CONFIG": json.dumps(description)}


def test_addresses_and_index_make_a_cluster() -> None:
    cluster = cluster_of(["node-1.example.com:2222", "[::1]:80"], 1)
    assert (cluster.count, cluster.is_chief, cluster.name(1)) == (2, False, "worker 1 ([::1]:80)")
    assert host_and_port("[::1]:80") == ("::1", 80)
    assert host_and_port("node:2222") == ("node", 2222)


@pytest.mark.parametrize(
    ("addresses", "index", "message"),
    [
        (["a:1", "b"], 0, '--workers: "b" is not an address; expected host:port, such as node1:2222'),
        (["a:1", ""], 0, 'workers: "" is not an address'),
        (["a:1", "http://b:2"], 0, "is not an address"),
        (["a:1", "b:70000"], 0, "has the port 70000; expected 1 to 65535"),
        (["a:1", "b:2", "a:1"], 0, "a:1 is there twice"),
        (["a:1", "b:2"], 2, "--index 2: is out of range; --workers names 2 workers, 0 to 1"),
        (["a:1", "b:2"], None, "--workers needs --index: which of the 2 workers this process is, from 0 to 1"),
    ],
)
def test_bad_addresses_are_errors_that_say_what_to_type(addresses: list[str], index: int | None, message: str) -> None:
    with pytest.raises(InputError) as raised:
        cluster_of(addresses, index)
    assert message in str(raised.value)


def test_tf_config_names_the_workers_and_its_chief_is_worker_0() -> None:
    workers = _environment(cluster={"worker": ["a:1", "b:2"]}, task={"type": "worker", "index": 1})
    assert cluster_of_environment(environment=workers) == Cluster(TWO, 1)
    tasks = {"worker": ["b:2"], "chief": ["a:1"]}
    for kind, index in (("chief", 0), ("worker", 1)):
        given = _environment(cluster=tasks, task={"type": kind, "index": 0})
        assert cluster_of_environment(environment=given) == Cluster(TWO, index)
    alone = _environment(cluster={"worker": ["a:1"]}, task={"type": "worker", "index": 0})
    assert cluster_of_environment(environment=alone) is None
    assert cluster_of_environment(environment={}) is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "TF_CONFIG: is not a description of a cluster"),
        ('{"cluster": {"worker": ["a:1", "b:2"]}}', "is not a description of a cluster"),
        (
            '{"cluster": {"worker": ["a:1"], "ps": ["b:2"]}, "task": {"type": "worker", "index": 0}}',
            "has tasks of the type ps; seqclf has workers only",
        ),
        (
            '{"cluster": {"worker": ["a:1", "b:2"]}, "task": {"type": "worker", "index": 2}}',
            "is worker 2, but its cluster has 2 of them",
        ),
        ('{"cluster": {"worker": ["a", "b:2"]}, "task": {"type": "worker", "index": 0}}', 'TF_CONFIG: "a" is not'),
        ('{"cluster": {"worker": [1, 2]}, "task": {"type": "worker", "index": 0}}', 'TF_CONFIG: "1" is not an address'),
        (
            '{"cluster": {"worker": ["a:1", "b:2"]}, "task": {"type": "chief", "index": 0}}',
            '"task" has the type chief, which "cluster" does not name',
        ),
    ],
)
def test_a_malformed_tf_config_is_an_error(content: str, message: str) -> None:
    with pytest.raises(InputError) as raised:
        cluster_of_environment(environment={"TF_CONFIG": content})
    assert message in str(raised.value)


def test_workers_on_one_machine_take_different_gpus() -> None:
    addresses = ["a:1", "a:2", "b:1", "a:3"]
    assert [cluster_of(addresses, index).place_on_machine for index in range(4)] == [0, 1, 0, 2]
    assert [cluster_of(addresses, index).on_machine for index in range(4)] == [3, 3, 1, 3]


def _roll(addresses: list[str], facts: list[dict[str, str]], *, seconds: float = 20, indices: Any = None) -> list[Any]:
    """What comes of the roll call for each process: None, or its error."""

    def call(place: int) -> Exception | None:
        index = place if indices is None else indices[place]
        try:
            call_roll(cluster_of(addresses, index, seconds=seconds), facts[place])
        except SeqclfError as error:
            return error
        return None

    with ThreadPoolExecutor(len(facts)) as threads:
        return list(threads.map(call, range(len(facts))))


def test_workers_with_the_same_facts_all_begin() -> None:
    assert _roll(free_addresses(3), [{"seed": "1"}] * 3) == [None] * 3


def test_all_hear_which_worker_differs_and_in_what() -> None:
    addresses = free_addresses(3)
    same = {"training.batch_size": "32", "seed": "1"}
    errors = _roll(addresses, [same, same, same | {"training.batch_size": "16"}])
    message = f"worker 2 ({addresses[2]}) differs from worker 0: training.batch_size is 16, not 32; start all"
    for error in errors:
        assert isinstance(error, InputError) and message in str(error)


def test_a_worker_that_does_not_come_is_named_after_the_time_limit() -> None:
    addresses = free_addresses(3)
    errors = _roll(addresses, [{}, {}], seconds=2)
    for error in errors:
        assert f"worker 2 ({addresses[2]}) did not come within 2 seconds" in str(error)
        assert error.exit_code == 1
    (alone,) = _roll(addresses, [{}], seconds=1, indices=[1])
    assert f"worker 0 ({addresses[0]}) did not come within 1 second (Connection refused)" in str(alone)


def _line_to(address: str) -> socket.socket:
    """A connection to an address, once something listens there."""
    while True:
        try:
            return socket.create_connection(host_and_port(address))
        except OSError:
            continue


def _report(index: int, count: int) -> bytes:
    return json.dumps({"index": index, "count": count, "facts": {}}).encode() + b"\n"


def test_a_worker_that_ends_before_the_others_come_can_be_started_again() -> None:
    addresses, said = free_addresses(3), []
    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(call_roll, cluster_of(addresses, 0, seconds=60), {}, said.append)
        with _line_to(addresses[0]) as line:
            line.sendall(_report(1, 3))
            assert line.recv(1) == b"\n"  # worker 0 says that it waits
        while len(said) < 2:
            assert not first.done()
        others = [threads.submit(call_roll, cluster_of(addresses, index, seconds=60), {}) for index in (1, 2)]
        assert [one.result() for one in (first, *others)] == [None] * 3
    assert said[1] == f"Waiting for worker 1 ({addresses[1]}), which ended and must be started again"


def test_worker_0_alone_decides_how_long_to_wait_for_the_others() -> None:
    addresses = free_addresses(3)
    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(call_roll, cluster_of(addresses, 0, seconds=60), {})
        second = threads.submit(call_roll, cluster_of(addresses, 1, seconds=0.5), {})
        time.sleep(1.5)
        third = threads.submit(call_roll, cluster_of(addresses, 2, seconds=60), {})
        assert [one.result() for one in (first, second, third)] == [None] * 3


def test_a_worker_0_that_says_nothing_more_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roll_call, "_SECONDS_OF_SILENCE", 0.2)
    addresses = free_addresses(2)
    with socket.create_server(host_and_port(addresses[0])):
        (error,) = _roll(addresses, [{}], indices=[1])
    assert f"worker 0 ({addresses[0]}) ended before the training began; its own output says why" in str(error)


def test_two_processes_with_one_index_are_an_error() -> None:
    addresses = [*free_addresses(2), "127.0.0.2:1"]
    with ThreadPoolExecutor(1) as thread:
        call = thread.submit(_roll, addresses, [{}])
        with _line_to(addresses[0]) as line, _line_to(addresses[0]) as other:
            for one in (line, other):
                one.sendall(_report(2, 3))
            (error,) = call.result()
    assert "two processes were started as worker 2" in str(error) and error.exit_code == 2


def test_a_port_that_is_taken_is_an_error_of_its_worker() -> None:
    addresses = free_addresses(2)
    with socket.create_server(host_and_port(addresses[0])):
        (error,) = _roll(addresses, [{}])
    assert f"port {host_and_port(addresses[0])[1]} of worker 0" in str(error)
    assert "cannot be opened: another program uses it; name another port in --workers" in str(error)
    assert error.exit_code == 2


def test_another_program_on_the_line_is_not_a_worker() -> None:
    addresses = free_addresses(2)
    with ThreadPoolExecutor(1) as thread:
        calls = thread.submit(_roll, addresses, [{}], seconds=2)
        with _line_to(addresses[0]) as line:
            line.sendall(b"GET / HTTP/1.1\r\n\r\n")
        (error,) = calls.result()
    assert "did not come within 2 seconds" in str(error)


def test_facts_name_options_and_versions_but_no_folders() -> None:
    def facts(folder: str, **changes: Any) -> dict[str, str]:
        config = checked_config(small_config(data__train=f"{folder}/reviews.csv", **changes))
        return dict(facts_of(config, TrainOptions()))

    one, other = facts("/home/a", training__epochs=3), facts("/mnt/b", training__epochs=4)
    assert {name for name in one if one[name] != other[name]} == {"training.epochs"}
    assert one["data.train"] == '"reviews.csv"'
    assert "the version of tensorflow" in one


def test_a_helping_worker_s_run_is_a_copy_without_the_large_files(tmp_path: Path) -> None:
    config = checked_config(small_config(data__train="reviews.csv"))
    run = Run(tmp_path / "small-3")
    for name in (
        "config.yaml",
        ".config.yaml.12-0123abcd.yaml",
        "model.keras",
        "checkpoint/final.state",
        "tokenizer/tokenizer.json",
    ):
        (run.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (run.folder / name).write_text("x", encoding="utf-8")
    with passing_run(config, run) as copy:
        assert copy.name == "small-3" and copy.folder != run.folder
        files = {path.name for path in copy.folder.rglob("*")}
        assert files == {"config.yaml", "tokenizer", "tokenizer.json"}
    assert not copy.folder.exists()
    os.mkfifo(run.folder / "pipe")  # stands for a file that cannot be copied
    with pytest.raises(SeqclfError, match="small-3: cannot be copied to .* for this worker .*named pipe"):
        passing_run(config, run).__enter__()
    (run.folder / "pipe").unlink()
    with passing_run(config) as new:
        assert new.manifest["status"] == "running"
    assert not new.folder.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--index", "1"], "--index says which of --workers this process is"),
        (["--wait", "9"], "--wait is for several workers: give --workers and --index, too"),
        (["--workers", "a:1,b:2"], "--workers needs --index"),
        (["--workers", "a:1,b:2", "--index", "2"], "--index 2: is out of range"),
        (["--workers", "a:1,b:2", "--index", "0", "--folds", "3"], "several workers train one model"),
    ],
)
def test_train_says_what_is_wrong_with_its_workers(arguments: list[str], message: str, config_file: Path) -> None:
    from seqclf.cli import cli

    result = CliRunner().invoke(cli, ["train", str(config_file), *arguments])
    assert result.exit_code == 2
    assert message in result.output


def test_worker_0_alone_describes_the_data(sample_csv: Path) -> None:
    from seqclf.cli import cli

    workers = ["--workers", ",".join(free_addresses(2)), "--wait", "1"]
    for index in (0, 1):
        result = CliRunner().invoke(cli, ["train", str(sample_csv), *workers, "--index", str(index)])
        assert f"worker {1 - index} (127.0.0.1:" in result.stderr and "did not come within 1 second" in result.stderr
        assert ("Found" in result.stderr) == (index == 0), result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["CONFIG", "--folds", "3"], "launch starts workers that train one model: omit --folds"),
        (["CONFIG", "--index", "0"], "omit --index"),
        (["CONFIG", "--epoch", "3"], "No such option"),
        (["CONFIG", "--patience", "3"], "only with --resume; change the config with --set, as --set training.epochs=3"),
        (["--resume", "none-1"], "no run none-1"),
        (["CONFIG", "--set", "training.epoch=3"], "training.epoch: unknown option"),
        (["CONFIG", "--set", "data={source: table, train: none.csv}"], "none.csv"),
        (["--no-report"], "name a CONFIG, or a run with --resume"),
    ],
)
def test_launch_rejects_options_before_it_starts_anything(
    arguments: list[str], message: str, config_file: Path
) -> None:
    from seqclf.cli import cli

    given = [str(config_file) if word == "CONFIG" else word for word in arguments]
    result = CliRunner().invoke(cli, ["launch", "--local", "2", *given])
    assert result.exit_code == 2
    assert message in result.output and "[0]" not in result.output
