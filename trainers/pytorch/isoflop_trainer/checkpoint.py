"""
Checkpoints in the built-in trainer's format (packages/trainer/src/training/checkpoint.ts): a line of JSON, then a flat
float32 buffer each for parameters, first and second moments of every group. Either trainer goes on from the other's.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .parameters import Group
from .parameters import Tensor as Described
from .processes import Processes, whole

KINDS = ("parameters", "first", "second")

StateTensor = Callable[[str, str], Tensor]
"""The tensor of a kind of state by its parameter's name."""


@dataclass(frozen=True)
class Found:
    path: Path
    offset: int
    """Where the buffers begin."""
    step: int
    seconds: float
    sessions: int


def state_layout(groups: tuple[Group, ...]) -> Iterator[tuple[str, Described]]:
    """Every tensor of the state in the order in which the file holds them."""
    for group in groups:
        for kind in KINDS:
            for tensor in group.tensors:
                yield kind, tensor


def lengths(groups: tuple[Group, ...]) -> list[int]:
    return [group.size for group in groups for _ in KINDS]


def write_checkpoint(
    folder: Path,
    header: dict[str, Any],
    groups: tuple[Group, ...],
    state: StateTensor,
    processes: Processes,
) -> None:
    """
    Written beside, synced, renamed, and only then are older ones removed: at every moment there is a complete one.
    Tensor by tensor: a model that is shared out is never whole in one place.
    """
    tensors = (whole(state(kind, tensor.name).detach()).cpu().numpy() for kind, tensor in state_layout(groups))
    if not processes.first:
        for _ in tensors:
            pass
        return
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"step-{header['step']:09d}.bin"
    partial = path.with_name(f"{path.name}.partial")
    digest = hashlib.sha256()

    def first_line(sha256: str) -> bytes:
        head = {**header, "lengths": lengths(groups), "sha256": sha256}
        return f"{json.dumps(head, separators=(',', ':'))}\n".encode()

    with partial.open("wb") as file:
        file.write(first_line("0" * 64))
        for tensor in tensors:
            data = memoryview(np.ascontiguousarray(tensor, dtype="<f4").reshape(-1)).cast("B")
            digest.update(data)
            file.write(data)
        file.seek(0)
        file.write(first_line(digest.hexdigest()))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    for other in folder.iterdir():
        if other.name != path.name:
            other.unlink(missing_ok=True)


def find_checkpoint(folder: Path, groups: tuple[Group, ...]) -> Found | None:
    """The newest checkpoint that is whole and fits the model; damaged or foreign files are passed over."""
    paths = [path for path in folder.glob("step-*.bin") if re.fullmatch(r"step-\d+\.bin", path.name)]
    for path in sorted(paths, reverse=True):
        found = examine(path, groups)
        if found:
            return found
    return None


def examine(path: Path, groups: tuple[Group, ...]) -> Found | None:
    with path.open("rb") as file:
        line = file.readline(1 << 20)
        offset = file.tell()
        try:
            header = json.loads(line)
            step, seconds, sessions = header["step"], header["seconds"], header["sessions"]
            if header["lengths"] != lengths(groups) or path.stat().st_size != offset + 4 * sum(lengths(groups)):
                return None
            digest = hashlib.sha256()
            while block := file.read(1 << 24):
                digest.update(block)
            return Found(path, offset, step, seconds, sessions) if digest.hexdigest() == header["sha256"] else None
        except (ValueError, KeyError, TypeError):
            return None


def load_checkpoint(found: Found, groups: tuple[Group, ...], put: Callable[[str, str, Tensor], None]) -> None:
    with found.path.open("rb") as file:
        file.seek(found.offset)
        for kind, tensor in state_layout(groups):
            values = np.fromfile(file, dtype="<f4", count=tensor.size).reshape(tensor.shape)
            put(kind, tensor.name, torch.from_numpy(values))
