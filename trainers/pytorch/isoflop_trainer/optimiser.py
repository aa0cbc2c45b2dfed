"""Learning rates, clipping and AdamW: packages/trainer/src/optimiser."""

import math

import torch
from torch import Tensor

from .parameters import Group
from .processes import Processes, local
from .spec import Constant, Cosine, Optimizer, Schedule

Named = dict[str, torch.nn.Parameter]
"""Parameters by their names in the run contract."""


def schedule_factor(schedule: Schedule, step: int, steps: int) -> float:
    """
    Factor on the peak learning rate at step 1 … steps: linear warm-up, which reaches the peak the step after, then what
    the schedule says. The decay of wsd reaches its floor the step after the last, a cosine on its last.
    """
    warmup = schedule.warmup_steps
    if step <= warmup:
        return step / (warmup + 1)
    if isinstance(schedule, Constant):
        return 1
    if isinstance(schedule, Cosine):
        progress = min(1, (step - warmup) / max(1, schedule.length_steps - warmup))
        return schedule.floor + (1 - schedule.floor) * 0.5 * (1 + math.cos(math.pi * progress))
    left = min(1, (steps - step + 1) / schedule.decay_steps)
    share = left if schedule.decay == "linear" else 1 - math.sqrt(1 - left)
    return schedule.floor + (1 - schedule.floor) * share


def adamw(groups: tuple[Group, ...], parameters: Named, options: Optimizer, fused: bool) -> torch.optim.AdamW:
    """PyTorch's own is the contract's: decay times learning rate, both bias corrections, epsilon after the root."""

    def decay(group: Group) -> float:
        # PyTorch multiplies it by the group's rate; independent of the width, by the schedule's alone.
        factor = group.learning_rate_factor if options.independent_weight_decay else 1.0
        return options.weight_decay / factor if group.decays else 0.0

    return torch.optim.AdamW(
        [
            {
                "params": [parameters[tensor.name] for tensor in group.tensors],
                "weight_decay": decay(group),
                "factor": group.learning_rate_factor,
            }
            for group in groups
        ],
        lr=options.learning_rate,
        betas=(options.beta1, options.beta2),
        eps=options.epsilon,
        **({"fused": True} if fused else {}),
    )


def set_learning_rate(optimiser: torch.optim.AdamW, rate: float) -> None:
    for group in optimiser.param_groups:
        group["lr"] = rate * group["factor"]


def squared_norm(gradients: list[Tensor], processes: Processes) -> Tensor:
    """Of all gradients together, over the processes that share them out."""
    total = torch.stack(torch._foreach_norm([local(gradient) for gradient in gradients])).square().sum()
    return processes.sum(total) if processes.sharded else total


def scale(gradients: list[Tensor], factor: Tensor | float) -> None:
    for gradient in gradients:
        local(gradient).mul_(factor)
