#!/bin/bash
# A training with one worker on each of 4 nodes: `sbatch slurm.sh reviews.yaml`, and after a time limit or a lost node
# `sbatch slurm.sh --resume latest`. Texts, config and the folder runs/ are on a file system that all nodes share.
#SBATCH --job-name=seqclf
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=8
#SBATCH --mem=16G
#SBATCH --time=04:00:00
#SBATCH --signal=TERM@180
#SBATCH --output=seqclf-%j.out
# For GPUs, add: #SBATCH --gpus-per-task=1

set -euo pipefail

PORT=$((20000 + SLURM_JOB_ID % 20000))  # jobs that share a node get different ports
WORKERS=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | sed "s/\$/:$PORT/" | paste -sd, -)
export WORKERS

# The single quotes matter: each task fills in its own number.
# shellcheck disable=SC2016
srun --label --kill-on-bad-exit=0 bash -c 'exec seqclf train "$@" --workers "$WORKERS" --index "$SLURM_PROCID"' seqclf "$@"
