"""``seqclf predict --engine ray``, with the real Ray on this machine."""

from __future__ import annotations

import ipaddress
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from bulk_files import read_rows, written
from conftest import needs_extra
from many_files import Deadly, Request, assert_each_row_once, files_of

from seqclf.errors import InputError
from seqclf.inference.bulk.dispatch import TRIALS, Dispatcher, Outcome
from seqclf.inference.bulk.ray_workers import RayWorkers
from seqclf.runs import Run

ray = needs_extra("ray", "ray")

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _modules_of_tests(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Actors find the modules of tests, and no test leaves a Ray behind."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(ROOT), str(ROOT / "tests"))))
    yield
    ray.shutdown()


def ended(pool: RayWorkers, requests: list[Request], count: int = 2) -> Iterator[tuple[Request, Outcome]]:
    return Dispatcher[Request](pool, requests, count).results()


def test_a_killed_actor_loses_no_row_and_doubles_none(tmp_path: Path) -> None:
    requests = files_of(tmp_path, 4)
    with RayWorkers(Deadly(tmp_path, fatal="1.csv", lives=TRIALS - 1), None, 2) as pool:
        found = dict(ended(pool, requests))
    assert found == dict.fromkeys(requests, Outcome(40))
    assert len(list(tmp_path.glob("1.csv-*"))) == TRIALS and len(list(tmp_path.glob("*.csv-*"))) == 3 + TRIALS
    assert_each_row_once(requests)


@pytest.fixture
def cluster() -> Iterator[Any]:
    """Two nodes with a CPU each: processes of this machine with a raylet of their own."""
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    yield made
    ray.shutdown()
    made.shutdown()


def test_a_killed_node_loses_no_row_and_doubles_none(cluster: Any, tmp_path: Path) -> None:
    other = cluster.add_node(num_cpus=1)
    requests = files_of(tmp_path, 8)
    found = {}
    with RayWorkers(Deadly(tmp_path, pause=0.2), cluster.address, 2) as pool:
        assert pool.cpus == 2
        processes = 0
        for request, outcome in ended(pool, requests):
            found[request] = outcome
            processes = len({path.name.rsplit("-")[-1] for path in tmp_path.glob("*.csv-*")})
            if processes == 2 and other is not None:  # each node has a worker, which is in the midst of a file
                cluster.remove_node(other, allow_graceful=False)
                other = None
    assert other is None, "one worker did all files"
    assert found == dict.fromkeys(requests, Outcome(40))
    assert len(list(tmp_path.glob("*.csv-*"))) > len(requests)
    assert_each_row_once(requests)


@pytest.mark.parametrize(
    ("address", "message"),
    [("127.0.0.1:9", "no cluster of Ray there"), ("here", "expected HOST:PORT or auto")],
)
def test_an_address_without_a_cluster_is_named(address: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"--address {address}: {message}"):
        RayWorkers(Deadly(tmp_path), address, 1)


def _listening(process: psutil.Process) -> set[str]:
    """Addresses that a process and its children listen on."""
    found: set[str] = set()
    for one in (process, *process.children(recursive=True)):
        try:
            connections = one.net_connections(kind="tcp")
        except psutil.Error:
            continue
        found |= {connection.laddr.ip for connection in connections if connection.status == psutil.CONN_LISTEN}
    return found


def _is_loopback(address: str) -> bool:
    found = ipaddress.ip_address(address)
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def test_the_command_writes_what_it_writes_without_ray_and_listens_to_nobody(
    three_label_run: Run, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.csv", "b.parquet", "c.jsonl"):
        written(tmp_path / "in" / name, [{"n": str(row), "text": f"a match {row}"} for row in range(20)])
    (tmp_path / "in" / "broken.parquet").write_bytes(b"PAR1 and no more")
    command = [sys.executable, "-m", "seqclf", "predict", "--run", str(three_label_run.folder), "--input", "in/*.*"]
    alone = subprocess.run([*command, "-o", "one"], cwd=tmp_path, capture_output=True, text=True)
    process = psutil.Popen(
        [*command, "-o", "two", "--engine", "ray", "--workers", "2"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    listening: set[str] = set()
    while process.poll() is None:
        listening |= _listening(process)
        time.sleep(0.1)
    said = process.stderr.read()
    assert listening and all(map(_is_loopback, listening)), listening
    assert process.returncode == alone.returncode == 2, said
    assert "3 files with 60 rows in " in said and "1 file was not predicted: in/broken.parquet" in said
    assert not [line for line in said.splitlines() if not line.startswith(("3 files", "error: in/", "Error: 1 file"))]
    for name in ("a.csv", "b.parquet", "c.jsonl"):
        assert read_rows(tmp_path / "two" / name) == read_rows(tmp_path / "one" / name)
