"""
Several processes of one machine, told about each other as torchrun tells them, but with the run contract's exit codes:
torchrun's own is 1 whatever its processes ended with, and 1 when it is told to stop.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from .errors import InputError
from .spec import RunSpec
from .tasks import read_tasks
from .tokens import check_shares, training_batches, validation_sets

PATIENCE_SECONDS = 30
"""How long the others may take once one has failed."""


def launch(folder: Path, spec: RunSpec, count: int, options: list[str]) -> int:
    if count < 1:
        raise InputError(f"--processes: {count} is none", "take the number of GPUs, or leave it away")
    # Once and here: from inside, each of the processes would tell it.
    check_shares(spec, count)
    training_batches(spec)
    validation_sets(spec)
    read_tasks(folder, spec)
    shared = {
        "WORLD_SIZE": str(count),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(free_port()),
        "ISOFLOP_LAUNCHER": str(os.getpid()),
    }
    command = [sys.executable, "-m", "isoflop_trainer", *options, str(folder)]
    children: list[subprocess.Popen[bytes]] = []

    def forward(number: int, _: object) -> None:
        for child in children:
            child.send_signal(number)

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, forward)
    for rank in range(count):
        own = {"RANK": str(rank), "LOCAL_RANK": str(rank)}
        children.append(subprocess.Popen(command, env={**os.environ, **shared, **own}))
    return wait_for(children)


def wait_for(children: list[subprocess.Popen[bytes]]) -> int:
    """0 and 143 as the processes say; else the code of the first one that failed, after which the others are ended."""
    failed: int | None = None
    deadline = float("inf")
    while any(child.poll() is None for child in children):
        codes = [child.returncode for child in children if child.returncode not in (None, 0, 143)]
        if codes and failed is None:
            failed, deadline = codes[0], time.monotonic() + PATIENCE_SECONDS
            for child in children:
                child.terminate()
        if time.monotonic() > deadline:
            for child in children:
                child.kill()
        time.sleep(0.05)
    ends = [child.returncode for child in children]
    code = failed if failed is not None else next((end for end in ends if end not in (0, 143)), max(ends))
    return code if code >= 0 else 128 - code


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
