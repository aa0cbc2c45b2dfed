"""Validation loss, and the scores of tasks."""

import numpy as np
import torch
from numpy.typing import NDArray

from .arrange import Arranged
from .processes import Processes
from .result import bits_per_byte
from .spec import RunSpec
from .tasks import LoadedTask, Outcome, outcome, scores

LEAST_BATCH = 16
LARGEST = 1 << 22


def scoring_batch(spec: RunSpec) -> int:
    """Sequences at a time: enough to keep the device busy, logits and scores no more than a training step's, or 16 MB."""
    shape = spec.shape
    affordable = LARGEST // (shape.context * max(shape.vocabulary, shape.heads * shape.context))
    return max(1, spec.batch.micro_sequences, min(LEAST_BATCH, affordable))


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
    batch = scoring_batch(spec)
    losses = {name: mean_loss(model, windows, processes, batch) for name, windows in sets.items()}
    data = spec.data
    found = {
        "val/loss": losses[""],
        "val/bits_per_byte": bits_per_byte(losses[""], data.validation_bytes_per_token),
    }
    for other in data.validation_sets:
        loss = losses[other.name]
        found[f"val/{other.name}/loss"] = loss
        found[f"val/{other.name}/bits_per_byte"] = bits_per_byte(loss, other.bytes_per_token)
    return found


def score_tasks(
    model: Arranged, tasks: list[LoadedTask], spec: RunSpec, processes: Processes
) -> dict[str, dict[str, float]]:
    """Every process scores all: tasks are small, and a model that is shared out needs every process at each call."""
    rows = [row for task in tasks for question in task.questions for row in question.rows]
    batch = scoring_batch(spec)
    found: list[Outcome] = []
    for start in range(0, len(rows), batch):
        some = rows[start : start + batch]
        # Behind a row's end stand zeros: no earlier token sees them, and their losses are not read.
        windows = np.zeros((len(some), spec.shape.context + 1), dtype=np.int64)
        for window, row in zip(windows, some, strict=True):
            window[: len(row.tokens)] = row.tokens
        losses, greedy = model.score(torch.from_numpy(windows).to(processes.device))
        found += map(outcome, some, losses.cpu().numpy(), greedy.cpu().numpy())
    each = iter(found)
    return {
        task.name: scores(task, [[next(each) for _ in question.rows] for question in task.questions]) for task in tasks
    }
