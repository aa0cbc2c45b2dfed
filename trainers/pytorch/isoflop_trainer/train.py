"""One run from its folder to its result, by as many processes as there are: packages/trainer/src/training/train.ts."""

import json
import math
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from .arrange import Arranged, arrange, fill
from .checkpoint import KINDS, Found, find_checkpoint, load_checkpoint, write_checkpoint
from .evaluate import evaluate, score_tasks
from .files import Line, Metrics, cut_metrics, read_metrics, write_whole
from .gradients import gradients, step_gradient
from .model import VERSION
from .optimiser import adamw, scale, schedule_factor, set_learning_rate
from .parameters import parameter_groups
from .processes import Processes, join_processes, leave_processes
from .result import counted, measured, stops_early
from .spec import RunSpec
from .tasks import read_tasks
from .tokens import check_shares, training_batches, validation_sets


@dataclass(frozen=True)
class Options:
    compiled: bool | None = None
    """Through torch.compile; by default on CUDA, where PyTorch has it."""
    sharded: bool = False
    """Parameters, gradients and moments shared out among the processes (FSDP)."""


def train(folder: Path, spec: RunSpec, options: Options, stopping: Callable[[], bool]) -> bool:
    """
    Trains until the run is done, stops early or diverges, or until `stopping` says so; returns whether it ended.
    Goes on from the newest checkpoint; the numbers do not depend on where it was stopped.
    """
    processes = join_processes(spec, options.sharded)
    try:
        return Session(folder, spec, options, processes).run(stopping)
    finally:
        leave_processes(processes)


class Session:
    """What lasts from start to stop or end."""

    def __init__(self, folder: Path, spec: RunSpec, options: Options, processes: Processes) -> None:
        self.folder, self.spec, self.processes = folder, spec, processes
        check_shares(spec, processes.count)
        self.batches = training_batches(spec)
        self.validation = validation_sets(spec)
        self.tasks = read_tasks(folder, spec)
        self.groups = parameter_groups(spec.shape, spec.parametrisation)
        on_cuda = processes.device.type == "cuda"
        compiled = on_cuda and VERSION >= (2, 0) if options.compiled is None else options.compiled
        self.model: Arranged = arrange(spec, processes, compiled)
        fused = VERSION >= (2, 4) or (on_cuda and VERSION >= (2, 1))
        self.optimiser = adamw(self.groups, self.model.parameters, spec.optimizer, fused)
        self.path = folder / "metrics.jsonl"
        found, self.evaluations = processes.from_first(self.resume() if processes.first else None)
        self.step: int = found.step if found else 0
        self.saved = found.step if found else None
        self.sessions: int = found.sessions + 1 if found else 1
        self.started = time.monotonic() - (found.seconds if found else 0)
        self.metrics = Metrics(self.path) if processes.first else None
        self.restore(found)

    def resume(self) -> tuple[Found | None, list[Line]]:
        """
        The newest checkpoint whose metrics are all there (later numbers depend on both; without one all begins anew),
        and the evaluations so far.
        """
        found = find_checkpoint(self.folder / "checkpoint", self.groups)
        step = found.step if found else 0
        kept = [line for line in read_metrics(self.path) if line["step"] <= step]
        if (kept[-1]["step"] if kept else 0) != step:
            found, kept = None, []
        cut_metrics(self.path, kept)
        return found, [line for line in kept if "val/loss" in line]

    def state(self, kind: str, name: str) -> torch.Tensor:
        parameter = self.model.parameters[name]
        return parameter if kind == KINDS[0] else self.optimiser.state[parameter][MOMENTS[kind]]

    def restore(self, found: Found | None) -> None:
        """Parameters and moments of the checkpoint, or as the seed makes them."""
        fused = self.optimiser.defaults.get("fused")
        for parameter in self.model.parameters.values():
            self.optimiser.state[parameter] = {
                "step": torch.tensor(float(self.step), device=parameter.device if fused else "cpu"),
                **{moment: torch.zeros_like(parameter) for moment in MOMENTS.values()},
            }
        if found:
            load_checkpoint(found, self.groups, lambda kind, name, value: fill(self.state(kind, name), value))
            return
        for group in self.groups:
            for tensor in group.tensors:
                fill(self.model.parameters[tensor.name], torch.from_numpy(tensor.initial(self.spec.seed)))

    def elapsed(self) -> float:
        return time.monotonic() - self.started

    def checkpoint(self) -> None:
        if self.metrics:
            self.metrics.sync()
        header = {"step": self.step, "seconds": self.elapsed(), "sessions": self.sessions}
        write_checkpoint(self.folder / "checkpoint", header, self.groups, self.state, self.processes)
        self.saved = self.step

    def ended(self) -> bool:
        return self.step >= self.spec.steps or stops_early(self.evaluations, self.spec.evaluation.early_stopping)

    def run(self, stopping: Callable[[], bool]) -> bool:
        while not self.ended():
            stop, reason = self.take_step(stopping)
            if reason is not None:
                self.end_diverged(f"{reason} at step {self.step} of {self.spec.steps}")
                return True
            if stop and not self.ended():
                self.checkpoint()
                return False
            if self.step % self.spec.checkpoint.every_steps == 0:
                self.checkpoint()
        if self.saved != self.step:
            self.checkpoint()
        tasks = score_tasks(self.model, self.tasks, self.spec, self.processes)
        if self.metrics:
            self.metrics.sync()
            lines = read_metrics(self.path)
            self.end({"status": "done", **measured(self.spec, lines), **({"tasks": tasks} if tasks else {})})
        return True

    def take_step(self, stopping: Callable[[], bool]) -> tuple[bool, str | None]:
        """One step and its line; whether any process was asked to stop, and how it diverged if it did."""
        spec, processes, step = self.spec, self.processes, self.step + 1
        noise = spec.gradient_noise is not None and step % spec.gradient_noise.every_steps == 0
        rate = spec.optimizer.learning_rate * schedule_factor(spec.schedule, step, spec.steps)
        batch = torch.from_numpy(self.batches(step)).to(processes.device)
        gradient = step_gradient(self.model, batch, spec, processes, noise)
        # One sum over the processes and one wait for the device: the loss, and whether any was asked to stop.
        shared = torch.stack((gradient.loss, gradient.loss.new_tensor(float(stopping()))))
        loss, stops = (processes.sum(shared) / processes.count).tolist()
        norm = math.sqrt(gradient.squared_norm.item())
        self.step = step
        if not (math.isfinite(loss) and math.isfinite(norm)):
            return False, f"loss {loss}, gradient norm {norm}"
        scale(gradients(self.model), min(1.0, spec.optimizer.clip / (norm + 1e-12)))
        set_learning_rate(self.optimiser, rate)
        self.optimiser.step()
        losses: dict[str, float] = {}
        every = spec.evaluation.every_steps
        if step == spec.steps or (every and step % every == 0):
            losses = evaluate(self.model, self.validation, spec, processes)
            if not all(math.isfinite(value) for value in losses.values()):
                return False, f"validation loss {losses['val/loss']}"
        line: Line = {
            "step": step,
            "tokens": step * spec.batch.tokens,
            "flops": step * spec.flops_per_step,
            "time": round(self.elapsed(), 3),
            "train/loss": loss,
            **losses,
            "lr": rate,
            "grad_norm": norm,
        }
        if gradient.part_squared_norm is not None:
            line |= {"noise/small": gradient.part_squared_norm.item(), "noise/big": gradient.squared_norm.item()}
        if losses:
            self.evaluations.append(line)
        if self.metrics:
            self.metrics.append(line)
        return stops > 0, None

    def end_diverged(self, reason: str) -> None:
        if self.processes.first:
            shutil.rmtree(self.folder / "checkpoint", ignore_errors=True)
        self.end({"status": "diverged", "reason": reason})

    def end(self, result: dict[str, Any]) -> None:
        if self.metrics is None:
            return
        self.metrics.sync()
        spent = {"wallSeconds": self.elapsed(), "sessions": self.sessions}
        whole = {**result, **counted(self.spec, self.step), **spent}
        write_whole(self.folder / "result.json", f"{json.dumps(whole, indent=2, allow_nan=False)}\n")


MOMENTS = {"first": "exp_avg", "second": "exp_avg_sq"}
"""Kinds of state by their names in PyTorch's optimiser."""
