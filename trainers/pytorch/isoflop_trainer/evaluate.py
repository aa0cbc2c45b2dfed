"""Validation loss."""

import math

import numpy as np
import torch
from numpy.typing import NDArray

from .arrange import Arranged
from .processes import Processes
from .spec import RunSpec

# Without gradients a batch needs far less memory than in training.
LEAST_BATCH = 16


def mean_loss(model: Arranged, windows: NDArray[np.int64], processes: Processes, batch: int) -> float:
    """In nats per token. Each process takes as many windows as the others; those beyond the last one weigh nothing."""
    rows = -(-len(windows) // processes.count)
    index = np.arange(rows) * processes.count + processes.rank
    mine = torch.from_numpy(windows[index % len(windows)])
    weights = torch.from_numpy((index < len(windows)).astype(np.float64))
    total = torch.zeros((), dtype=torch.float64, device=processes.device)
    for part, weight in zip(mine.split(batch), weights.split(batch), strict=True):
        losses = model.evaluate(part.to(processes.device)).double().mean(dim=1)
        total += (losses * weight.to(processes.device)).sum()
    return processes.sum(total).item() / len(windows)


def evaluate(
    model: Arranged, sets: dict[str, NDArray[np.int64]], spec: RunSpec, processes: Processes
) -> dict[str, float]:
    """As metrics.jsonl names them."""
    batch = max(LEAST_BATCH, spec.batch.micro_sequences)
    losses = {name: mean_loss(model, windows, processes, batch) for name, windows in sets.items()}
    measured = {
        "val/loss": losses[""],
        "val/bits_per_byte": losses[""] / (math.log(2) * spec.data.validation_bytes_per_token),
    }
    return measured | {f"val/{name}/loss": loss for name, loss in losses.items() if name}
