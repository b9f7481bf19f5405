"""The job files of docs/scale.md are ones that their systems can read, and start the workers of one list."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from seqclf.cli.commands.train import train_command

JOBS = Path(__file__).parents[1] / "docs" / "jobs"
# Long options of sbatch (Slurm 23.11) that a job file of this kind may have, and the form of their values.
_SBATCH = {
    "job-name": r"\w+",
    "nodes": r"\d+",
    "ntasks-per-node": r"1",
    "cpus-per-task": r"\d+",
    "gpus-per-task": r"\d+",
    "mem": r"\d+[KMGT]",
    "time": r"(\d+-)?\d+:\d\d:\d\d",
    "signal": r"(B:)?[A-Z]+\d*@\d+",
    "output": r"[\w%.-]+",
}


def test_the_slurm_job_has_directives_that_sbatch_knows() -> None:
    text = (JOBS / "slurm.sh").read_text(encoding="utf-8")
    assert text.startswith("#!/bin/bash\n")
    found = re.findall(r"^#SBATCH (.+)$", text, re.MULTILINE)
    assert len(found) == 8
    for directive in found:
        name, _, value = directive.removeprefix("--").partition("=")
        assert directive.startswith("--") and re.fullmatch(_SBATCH[name], value), directive
    before_first_command = text[: text.index("set -euo")]
    assert text.count("#SBATCH") == before_first_command.count("#SBATCH")  # sbatch reads no further


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_the_slurm_job_starts_each_worker_with_the_same_list(tmp_path: Path) -> None:
    programs = {
        "scontrol": 'test "$*" = "show hostnames node[1-4]" && printf "node%s\\n" 1 2 3 4',
        "srun": 'while [ "${1#--}" != "$1" ]; do shift; done; for SLURM_PROCID in 0 3; do export SLURM_PROCID; '
        '(exec "$@") || exit; done',
        "seqclf": 'printf "%s\\n" "$*"',
    }
    for name, body in programs.items():
        (tmp_path / name).write_text(f"#!/bin/bash\n{body}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    slurm = {"SLURM_JOB_ID": "7", "SLURM_JOB_NODELIST": "node[1-4]", "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    call = ["bash", str(JOBS / "slurm.sh"), "reviews.yaml", "--set", "a=b c"]
    done = subprocess.run(call, env=os.environ | slurm, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    workers = ",".join(f"node{number}:20007" for number in range(1, 5))
    assert done.stdout.splitlines() == [
        f"train reviews.yaml --set a=b c --workers {workers} --index {index}" for index in (0, 3)
    ]


def _documents() -> tuple[dict[str, Any], dict[str, Any]]:
    service, job = yaml.safe_load_all((JOBS / "kubernetes.yaml").read_text(encoding="utf-8"))
    return service, job


def test_the_kubernetes_job_is_an_indexed_job_whose_pods_have_names() -> None:
    service, job = _documents()
    assert (service["apiVersion"], service["kind"]) == ("v1", "Service")
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "Job")
    name, spec = job["metadata"]["name"], job["spec"]
    assert service["spec"]["clusterIP"] == "None"
    assert service["spec"]["selector"] == {"job-name": name}  # a label that Kubernetes gives the pods of a job
    assert spec["completionMode"] == "Indexed" and spec["completions"] == spec["parallelism"]
    pod = spec["template"]["spec"]
    assert pod["subdomain"] == service["metadata"]["name"] and pod["restartPolicy"] == "Never"
    (container,) = pod["containers"]
    mounted, volumes = container["volumeMounts"], pod["volumes"]
    assert [one["name"] for one in mounted] == [one["name"] for one in volumes]


def test_the_kubernetes_job_calls_train_with_the_names_of_its_pods() -> None:
    service, job = _documents()
    (container,) = job["spec"]["template"]["spec"]["containers"]
    name, count, subdomain = job["metadata"]["name"], job["spec"]["completions"], service["metadata"]["name"]
    arguments = [one.replace("$(JOB_COMPLETION_INDEX)", "1") for one in container["args"]]
    assert shlex.join(container["command"]) == "seqclf train"
    options = train_command.make_context("train", arguments).params
    port = container["ports"][0]["containerPort"]
    assert options["index"] == 1 and port == service["spec"]["ports"][0]["port"]
    assert options["workers"].split(",") == [f"{name}-{index}.{subdomain}:{port}" for index in range(count)]
