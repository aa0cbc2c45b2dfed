"""The processes that train one model together: one alone, or as many as torchrun started."""

import os
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from .errors import InputError
from .spec import RunSpec


@dataclass(frozen=True)
class Processes:
    rank: int
    count: int
    device: torch.device
    sharded: bool = False
    """Whether parameters are shared out among them (FSDP), not held by each."""

    @property
    def first(self) -> bool:
        """The one that writes files."""
        return self.rank == 0

    def sum(self, value: Tensor) -> Tensor:
        if self.count > 1:
            dist.all_reduce(value)
        return value

    def from_first(self, value: Any) -> Any:
        """A small object that the first process has, in all of them."""
        if self.count == 1:
            return value
        box = [value]
        dist.broadcast_object_list(box, src=0, device=self.device)
        return box[0]

    def wait(self) -> None:
        if self.count > 1:
            dist.barrier()


def launched_processes() -> int:
    return int(os.environ.get("WORLD_SIZE", "1"))


def join_processes(spec: RunSpec, sharded: bool) -> Processes:
    """Joins the others that torchrun started, and sets this process's device up."""
    count, rank = launched_processes(), int(os.environ.get("RANK", "0"))
    kind = spec.runtime.device
    if kind not in ("cpu", "cuda"):
        raise InputError(f"runtime.device: this trainer has no {kind}", "take cpu or cuda, or the built-in trainer")
    torch.set_num_threads(spec.runtime.threads)
    # As in the built-in trainer: denormals late in training would slow element-wise work by an order of magnitude.
    torch.set_flush_denormal(True)
    device = torch.device("cpu")
    if kind == "cuda":
        if not torch.cuda.is_available():
            raise InputError(
                "runtime.device is cuda, but PyTorch finds no CUDA device",
                "check nvidia-smi and the CUDA build of PyTorch, or take device cpu",
            )
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(device)
        # The same bits every time: cuBLAS reads this when it starts.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True)
        # Meant for finding bugs, and slow.
        if hasattr(torch.utils, "deterministic"):
            torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    if count > 1:
        dist.init_process_group("nccl" if kind == "cuda" else "gloo", rank=rank, world_size=count)
    return Processes(rank, count, device, sharded and count > 1)


def leave_processes(processes: Processes) -> None:
    if processes.count > 1:
        dist.destroy_process_group()


def local(tensor: Tensor) -> Tensor:
    """This process's part of a tensor that may be shared out."""
    return tensor.to_local() if hasattr(tensor, "to_local") else tensor


def whole(tensor: Tensor) -> Tensor:
    """All of a tensor that may be shared out; every process takes part."""
    return tensor.full_tensor() if hasattr(tensor, "full_tensor") else tensor
