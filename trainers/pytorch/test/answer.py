"""What the tests compare: numbers of this package, a file of doubles a request of <folder>/requests.json."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

from isoflop_trainer.model import Transformer, contract_name
from isoflop_trainer.optimiser import schedule_factor
from isoflop_trainer.parameters import forward_factors, parameter_groups
from isoflop_trainer.philox import permuted
from isoflop_trainer.spec import RunSpec, read_spec
from isoflop_trainer.tasks import read_tasks
from isoflop_trainer.tokens import training_batches, validation_windows


def initial(spec: RunSpec, _: Any) -> list[np.ndarray]:
    groups = parameter_groups(spec.shape, spec.parametrisation)
    return [tensor.initial(spec.seed) for group in groups for tensor in group.tensors]


def gradients(spec: RunSpec, request: Any) -> list[np.ndarray]:
    """Loss and gradients at stated parameters and windows."""
    dtype = torch.float64 if request["float"] == "float64" else torch.float32
    model = Transformer(spec.shape, forward_factors(spec.shape, spec.parametrisation)).to(dtype)
    model.prepare(torch.device("cpu"), dtype)
    named = {contract_name(name): parameter for name, parameter in model.named_parameters()}
    tensors = [tensor for group in parameter_groups(spec.shape, spec.parametrisation) for tensor in group.tensors]
    flat = np.fromfile(request["parameters"], dtype="<f4")
    assert sorted(named) == sorted(tensor.name for tensor in tensors) and len(flat) == sum(t.size for t in tensors)
    with torch.no_grad():
        for tensor in tensors:
            named[tensor.name].copy_(torch.from_numpy(flat[: tensor.size].reshape(tensor.shape)))
            flat = flat[tensor.size :]
    windows = torch.tensor(request["windows"]).view(-1, spec.shape.context + 1)
    loss = model(windows).mean()
    loss.backward()
    return [loss.detach().numpy(), *(named[tensor.name].grad.numpy() for tensor in tensors)]


def batches(spec: RunSpec, request: Any) -> list[np.ndarray]:
    batch = training_batches(spec)
    return [batch(step) for step in request["steps"]]


def validation(spec: RunSpec, _: Any) -> list[np.ndarray]:
    return [validation_windows(spec, "validation", spec.data.validation_tokens)]


def permutation(spec: RunSpec, request: Any) -> list[np.ndarray]:
    return [permuted(np.array(request["positions"]), request["length"], spec.seed, request["index"], 1)]


def schedule(spec: RunSpec, _: Any) -> list[np.ndarray]:
    return [np.array([schedule_factor(spec.schedule, step, spec.steps) for step in range(1, spec.steps + 1)])]


def rows(spec: RunSpec, request: Any) -> list[np.ndarray]:
    """Of every task, question and choice: tokens scored, their bytes, whether cut, number of tokens, tokens."""
    return [
        np.array([row.scored, row.bytes, row.truncated, len(row.tokens), *row.tokens])
        for task in read_tasks(Path(request["run"]), spec)
        for question in task.questions
        for row in question.rows
    ]


def main(folder: Path) -> None:
    answers = {
        function.__name__: function
        for function in (initial, gradients, batches, validation, permutation, schedule, rows)
    }
    for i, request in enumerate(json.loads((folder / "requests.json").read_text())):
        answer = answers[request["ask"]](read_spec(Path(request["run"]) / "run.json"), request)
        parts = [np.asarray(part, dtype="<f8").reshape(-1) for part in answer]
        np.concatenate(parts).tofile(folder / f"{i}.bin")


main(Path(sys.argv[1]))
