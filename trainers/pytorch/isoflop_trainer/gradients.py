"""The gradient of one step."""

from dataclasses import dataclass

import torch
from torch import Tensor

from .arrange import Arranged
from .optimiser import scale, squared_norm
from .processes import Processes, local
from .spec import RunSpec


@dataclass(frozen=True)
class StepGradient:
    loss: Tensor
    """Mean over this process's sequences."""
    squared_norm: Tensor
    """Of the whole batch's gradient, which is left in the parameters."""
    part_squared_norm: Tensor | None
    """Mean squared norm of the gradients of the parts by which the noise is measured."""


def step_gradient(model: Arranged, batch: Tensor, spec: RunSpec, processes: Processes, noise: bool) -> StepGradient:
    """`batch` is the whole step's; this process takes its share."""
    for parameter in model.parameters.values():
        parameter.grad = None
    if noise and spec.gradient_noise:
        return noisy_gradient(model, batch, spec, processes, spec.gradient_noise.sequences)
    loss = backward(model, share(batch, processes), spec.batch.micro_sequences)
    return StepGradient(loss, squared_norm(gradients(model), processes), None)


def noisy_gradient(model: Arranged, batch: Tensor, spec: RunSpec, processes: Processes, size: int) -> StepGradient:
    """By parts of `size` sequences, each shared out among the processes: its gradient is then the same in all."""
    parts = batch.split(size)
    loss = batch.new_zeros((), dtype=torch.float32)
    norms: list[Tensor] = []
    total: list[Tensor] = []
    for part in parts:
        for parameter in model.parameters.values():
            parameter.grad = None
        loss += backward(model, share(part, processes), spec.batch.micro_sequences)
        norms.append(squared_norm(gradients(model), processes))
        if not total:
            total = [local(gradient).clone() for gradient in gradients(model)]
        else:
            torch._foreach_add_(total, [local(gradient) for gradient in gradients(model)])
    for gradient, whole in zip(gradients(model), total, strict=True):
        local(gradient).copy_(whole)
    scale(gradients(model), 1 / len(parts))
    return StepGradient(loss / len(parts), squared_norm(gradients(model), processes), torch.stack(norms).mean())


def gradients(model: Arranged) -> list[Tensor]:
    found = [parameter.grad for parameter in model.parameters.values()]
    return [gradient for gradient in found if gradient is not None]


def share(rows: Tensor, processes: Processes) -> Tensor:
    return rows.chunk(processes.count)[processes.rank]


def backward(model: Arranged, rows: Tensor, micro_sequences: int) -> Tensor:
    """Adds the mean gradient of the rows to the parameters', as many at a time as memory allows; returns their loss."""
    size = next(size for size in range(min(micro_sequences, len(rows)), 0, -1) if len(rows) % size == 0)
    parts = rows.split(size)
    total = rows.new_zeros((), dtype=torch.float32)
    for part in parts[:-1]:
        with model.unsynchronised():
            total += backward_part(model, part, len(parts))
    return total + backward_part(model, parts[-1], len(parts))


def backward_part(model: Arranged, rows: Tensor, parts: int) -> Tensor:
    loss = model.train(rows).mean() / parts
    loss.backward()
    return loss.detach()
