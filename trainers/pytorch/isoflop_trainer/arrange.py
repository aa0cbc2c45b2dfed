"""The model on this process's device: alone, held by each process (DDP), or shared out among them (FSDP)."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .errors import InputError
from .model import VERSION, Transformer, contract_name
from .optimiser import Named
from .parameters import forward_factors
from .processes import Processes
from .spec import RunSpec


@dataclass(frozen=True)
class Arranged:
    parameters: Named
    train: Callable[[Tensor], Tensor]
    """Windows to the loss of each token; backward of its mean leaves the mean gradient over the processes."""
    evaluate: Callable[[Tensor], Tensor]
    """The same without a gradient."""
    score: Callable[[Tensor], tuple[Tensor, Tensor]]
    """Without a gradient, and the likeliest tokens too."""
    unsynchronised: Callable[[], AbstractContextManager[None]]
    """Inside it gradients are summed up here and not yet averaged, where that can be put off."""


def arrange(spec: RunSpec, processes: Processes, compiled: bool) -> Arranged:
    for option, asked, needed in (("--compile", compiled, (2, 0)), ("--fsdp", processes.sharded, (2, 6))):
        if asked and needed > VERSION:
            newer = f"{needed[0]}.{needed[1]}"
            raise InputError(f"{option} needs PyTorch {newer}", f"leave {option} away, or install a newer torch")
    factors = forward_factors(spec.shape, spec.parametrisation)
    # Nothing of a model that is shared out may be whole in one place, not even before it is filled.
    with torch.device("meta") if processes.sharded else nullcontext():
        model = Transformer(spec.shape, factors)
    model.prepare(processes.device)
    if processes.sharded:
        shard(model, processes, compiled)
    model.to_empty(device=processes.device) if processes.sharded else model.to(processes.device)
    model.prepare(processes.device)
    parameters = {contract_name(name): parameter for name, parameter in model.named_parameters()}

    callable_model = torch.compile(model) if compiled and not processes.sharded else model
    train: Callable[[Tensor], Tensor] = callable_model
    unsynchronised: Callable[[], AbstractContextManager[None]] = nullcontext
    if processes.count > 1 and not processes.sharded:
        replicated = torch.nn.parallel.DistributedDataParallel(
            callable_model,
            device_ids=[processes.device] if processes.device.type == "cuda" else None,
            broadcast_buffers=False,
            gradient_as_bucket_view=True,
        )
        train, unsynchronised = replicated, replicated.no_sync

    autocast = spec.runtime.precision == "bfloat16"

    def call(module: Callable[..., Any], *inputs: Any) -> Any:
        with torch.autocast(processes.device.type, dtype=torch.bfloat16, enabled=autocast):
            return module(*inputs)

    return Arranged(
        parameters,
        lambda windows: call(train, windows),
        torch.no_grad()(lambda windows: call(callable_model, windows)),
        torch.no_grad()(lambda windows: call(callable_model, windows, True)),
        unsynchronised,
    )


def shard(model: Transformer, processes: Processes, compiled: bool) -> None:
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    mesh = init_device_mesh(processes.device.type, (processes.count,))
    for layer in model.layer:
        if compiled:
            layer.compile()
        fully_shard(layer, mesh=mesh)
    fully_shard(model, mesh=mesh)


def fill(target: Tensor, value: Tensor) -> None:
    """Sets a tensor, of which this process may hold a part, to a value that it holds whole."""
    with torch.no_grad():
        if hasattr(target, "to_local") and hasattr(target, "device_mesh") and hasattr(target, "placements"):
            from torch.distributed.tensor import distribute_tensor

            part = distribute_tensor(value.to(target.device), target.device_mesh, target.placements, src_data_rank=None)
            target.to_local().copy_(part.to_local())
        else:
            target.copy_(value)
