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
from .checkpoint import KINDS, find_checkpoint, load_checkpoint, write_checkpoint
from .evaluate import evaluate
from .files import Line, Metrics, cut_metrics, read_metrics, write_whole
from .gradients import gradients, noise_scale, step_gradient
from .model import VERSION
from .optimiser import adamw, scale, schedule_factor, set_learning_rate
from .parameters import parameter_groups
from .processes import Processes, join_processes, leave_processes
from .spec import EarlyStopping, RunSpec
from .tokens import available_sequences, check_shares, training_batches, validation_sets


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
        self.groups = parameter_groups(spec.shape, spec.parametrisation)
        on_cuda = processes.device.type == "cuda"
        compiled = on_cuda and VERSION >= (2, 0) if options.compiled is None else options.compiled
        self.model: Arranged = arrange(spec, processes, compiled)
        fused = VERSION >= (2, 4) or (on_cuda and VERSION >= (2, 1))
        self.optimiser = adamw(self.groups, self.model.parameters, spec.optimizer, fused)
        self.step, self.seconds, self.sessions = 0, 0.0, 1
        self.restore()
        self.started = time.monotonic() - self.seconds
        path = folder / "metrics.jsonl"
        kept = cut_metrics(path, self.step) if processes.first else []
        self.metrics = Metrics(path) if processes.first else None
        evaluated = [(line["step"], line["val/loss"]) for line in kept if "val/loss" in line]
        self.evaluations: list[tuple[int, float]] = processes.from_first(evaluated)

    def state(self, kind: str, name: str) -> torch.Tensor:
        parameter = self.model.parameters[name]
        return parameter if kind == KINDS[0] else self.optimiser.state[parameter][kind_in_optimiser(kind)]

    def restore(self) -> None:
        """From the newest checkpoint, or from the seed."""
        processes = self.processes
        found = processes.from_first(
            find_checkpoint(self.folder / "checkpoint", self.groups) if processes.first else None
        )
        step = torch.tensor(float(found.step if found else 0))
        fused = self.optimiser.defaults.get("fused")
        for parameter in self.model.parameters.values():
            self.optimiser.state[parameter] = {
                "step": step.clone().to(parameter.device if fused else "cpu"),
                **{kind_in_optimiser(kind): torch.zeros_like(parameter) for kind in KINDS[1:]},
            }
        if found:
            self.step, self.seconds, self.sessions = found.step, found.seconds, found.sessions + 1
            load_checkpoint(found, self.groups, lambda kind, name, value: fill(self.state(kind, name), value))
        else:
            for group in self.groups:
                for tensor in group.tensors:
                    value = torch.from_numpy(tensor.initial(self.spec.seed))
                    fill(self.model.parameters[tensor.name], value)

    def elapsed(self) -> float:
        return time.monotonic() - self.started

    def checkpoint(self) -> None:
        if self.metrics:
            self.metrics.flush()
        header = {"step": self.step, "seconds": self.elapsed(), "sessions": self.sessions}
        write_checkpoint(self.folder / "checkpoint", header, self.groups, self.state, self.processes)

    def evaluate(self) -> dict[str, float]:
        return evaluate(self.model, self.validation, self.spec, self.processes)

    def run(self, stopping: Callable[[], bool]) -> bool:
        spec, processes = self.spec, self.processes
        measured: dict[str, float] | None = None
        while self.step < spec.steps and not stops_early(self.evaluations, spec.evaluation.early_stopping):
            step = self.step + 1
            measured = None
            noise = spec.gradient_noise is not None and step % spec.gradient_noise.every_steps == 0
            rate = spec.optimizer.learning_rate * schedule_factor(spec.schedule, step, spec.steps)
            batch = torch.from_numpy(self.batches(step)).to(processes.device)
            gradient = step_gradient(self.model, batch, spec, processes, noise)
            # One sum over the processes and one wait for the device: the loss, and whether any was asked to stop.
            shared = torch.stack((gradient.loss, gradient.loss.new_tensor(float(stopping()))))
            loss, stops = (processes.sum(shared) / processes.count).tolist()
            squared = gradient.squared_norm.item()
            norm = math.sqrt(squared) if squared >= 0 else squared
            self.step = step
            if not (math.isfinite(loss) and math.isfinite(norm)):
                self.end_diverged(f"loss {loss}, gradient norm {norm} at step {step} of {spec.steps}")
                return True
            scale(gradients(self.model), min(1.0, spec.optimizer.clip / (norm + 1e-12)))
            set_learning_rate(self.optimiser, rate)
            self.optimiser.step()
            if step == spec.steps or (spec.evaluation.every_steps and step % spec.evaluation.every_steps == 0):
                measured = self.evaluate()
                if not all(math.isfinite(value) for value in measured.values()):
                    self.end_diverged(f"validation loss {measured['val/loss']} at step {step} of {spec.steps}")
                    return True
                self.evaluations.append((step, measured["val/loss"]))
            line: Line = {
                "step": step,
                "tokens": step * spec.batch.tokens,
                "flops": step * spec.flops_per_step,
                "time": round(self.elapsed(), 3),
                "train/loss": loss,
                **(measured or {}),
                "lr": rate,
                "grad_norm": norm,
            }
            if gradient.part_squared_norm is not None:
                line |= {"noise/small": gradient.part_squared_norm.item(), "noise/big": squared}
            if self.metrics:
                self.metrics.append(line)
            last = step == spec.steps or stops_early(self.evaluations, spec.evaluation.early_stopping)
            if last or step % spec.checkpoint.every_steps == 0 or stops > 0:
                self.checkpoint()
            if stops > 0 and not last:
                return False
        self.end_done(measured or self.evaluate())
        return True

    def end_diverged(self, reason: str) -> None:
        if self.processes.first:
            shutil.rmtree(self.folder / "checkpoint", ignore_errors=True)
        self.end({"status": "diverged", "reason": reason})

    def end_done(self, measured: dict[str, float]) -> None:
        if self.metrics is None:
            return
        self.metrics.flush()
        lines = read_metrics(self.folder / "metrics.jsonl")
        tail = [line["train/loss"] for line in lines[-max(1, math.floor(len(lines) / 10 + 0.5)) :]]
        result: dict[str, Any] = {
            "status": "done",
            # Of a finished run whose metrics someone removed there is none.
            **({"train/loss": sum(tail) / len(tail)} if tail else {}),
            "val/loss": measured["val/loss"],
            "val/bits_per_byte": measured["val/bits_per_byte"],
        }
        rule = self.spec.evaluation.early_stopping
        if rule and self.step < self.spec.steps:
            result["reason"] = f"the validation loss had not fallen over {rule.patience} evaluations"
        sets = {other.name: measured[f"val/{other.name}/loss"] for other in self.spec.data.validation_sets}
        if sets:
            result["val/sets"] = sets
        step, loss = min(self.evaluations or [(self.step, measured["val/loss"])], key=lambda pair: pair[1])
        result["best"] = {"step": step, "val/loss": loss}
        result["epochs"] = self.step * self.spec.batch.sequences / available_sequences(self.spec)[1]
        noise = self.spec.gradient_noise
        if noise:
            pairs = [(line["noise/small"], line["noise/big"]) for line in lines if "noise/small" in line]
            context = self.spec.shape.context
            found = noise_scale(pairs, noise.sequences * context, self.spec.batch.sequences * context)
            if found is not None:
                result["gradientNoiseScale"] = found
        self.end(result)

    def end(self, result: dict[str, Any]) -> None:
        if self.metrics is None:
            return
        self.metrics.flush()
        whole = {
            **result,
            "steps": self.step,
            "tokens": self.step * self.spec.batch.tokens,
            "flops": self.step * self.spec.flops_per_step,
            "wallSeconds": self.elapsed(),
            "sessions": self.sessions,
        }
        write_whole(self.folder / "result.json", f"{json.dumps(whole, indent=2, allow_nan=False)}\n")


def kind_in_optimiser(kind: str) -> str:
    return {"first": "exp_avg", "second": "exp_avg_sq"}[kind]


def stops_early(evaluations: list[tuple[int, float]], rule: EarlyStopping | None) -> bool:
    """Whether the validation loss has not fallen by the least decrease over so many evaluations."""
    if rule is None:
        return False
    reference, since = math.inf, 0
    for _, loss in evaluations:
        if loss < reference - rule.minimum_decrease:
            reference, since = loss, 0
        else:
            since += 1
    return since >= rule.patience
