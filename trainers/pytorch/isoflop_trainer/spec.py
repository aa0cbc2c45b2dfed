"""run.json as typed, frozen values: packages/trainer/src/contract/runSpec.ts, its names in snake case."""

import dataclasses
import json
import types
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NewType, Union, get_args, get_origin, get_type_hints

from .errors import InputError

Count = NewType("Count", int)
"""A whole number above 0; a plain `int` may be 0."""


@dataclass(frozen=True)
class Shape:
    layers: Count
    width: Count
    heads: Count
    head_width: Count
    feed_forward: Count
    vocabulary: Count
    context: Count
    tied_embeddings: bool
    positions: Literal["learned", "alibi", "rope", "none"]
    biases: bool
    normalisation: Literal["layer", "rms"]
    activation: Literal["gelu", "relu2", "swiglu"]


@dataclass(frozen=True)
class Parametrisation:
    kind: Literal["mup", "standard"]
    base_width: Count


@dataclass(frozen=True)
class Batch:
    sequences: Count
    tokens: Count
    micro_sequences: Count


@dataclass(frozen=True)
class Cosine:
    kind: Literal["cosine"]
    warmup_steps: int
    length_steps: Count
    floor: float


@dataclass(frozen=True)
class Constant:
    kind: Literal["constant"]
    warmup_steps: int


@dataclass(frozen=True)
class WarmupStableDecay:
    kind: Literal["wsd"]
    warmup_steps: int
    decay_steps: Count
    decay: Literal["linear", "sqrt"]
    floor: float


Schedule = Cosine | Constant | WarmupStableDecay


@dataclass(frozen=True)
class Optimizer:
    kind: Literal["adamw"]
    learning_rate: float
    beta1: float
    beta2: float
    epsilon: float
    weight_decay: float
    clip: float
    independent_weight_decay: bool = False


@dataclass(frozen=True)
class ValidationSet:
    name: str
    tokens: Count
    bytes_per_token: float


@dataclass(frozen=True)
class Data:
    folder: str
    corpus: str
    corpus_hash: str
    tokenizer: str
    tokenizer_hash: str
    token_bytes: Literal[1, 2, 4]
    train_tokens: Count
    validation_tokens: Count
    validation_bytes_per_token: float
    validation_sets: tuple[ValidationSet, ...]
    unique_sequences: Count | None = None


@dataclass(frozen=True)
class EarlyStopping:
    patience: Count
    minimum_decrease: float


@dataclass(frozen=True)
class Evaluation:
    every_steps: int
    sequences: Count
    early_stopping: EarlyStopping | None = None


@dataclass(frozen=True)
class GradientNoise:
    every_steps: Count
    sequences: Count


@dataclass(frozen=True)
class Task:
    name: str
    file: str
    hash: str


@dataclass(frozen=True)
class Checkpoint:
    every_steps: Count


@dataclass(frozen=True)
class Runtime:
    threads: Count
    device: Literal["cpu", "cuda", "webgpu", "coreml", "directml"]
    precision: Literal["float32", "bfloat16"]


@dataclass(frozen=True)
class RunSpec:
    contract: Literal[2]
    id: str
    name: str
    shape: Shape
    parameters: Mapping[str, Any]
    flops_per_token: Mapping[str, Any]
    convention: Literal["6N", "kaplan", "hoffmann"]
    role: Literal["fit", "holdout-optimum", "holdout-larger"]
    steps: Count
    batch: Batch
    tokens: Count
    schedule: Schedule
    optimizer: Optimizer
    parametrisation: Parametrisation
    seed: int
    data: Data
    evaluation: Evaluation
    tasks: tuple[Task, ...]
    checkpoint: Checkpoint
    runtime: Runtime
    versions: Mapping[str, Any]
    budget: float | None = None
    choices: Mapping[str, Any] | None = None
    gradient_noise: GradientNoise | None = None

    @property
    def flops_per_step(self) -> float:
        return self.flops_per_token[self.convention] * self.batch.tokens


def read_spec(path: Path) -> RunSpec:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"cannot read {path}: {error}", "a run folder holds a run.json, as `isoflop run` writes it"
        ) from error
    try:
        spec = _parse(RunSpec, value, "")
        _check(spec)
    except ValueError as error:
        hint = "run.json was written by another version or edited; let `isoflop run` write it again"
        raise InputError(f"{path}: {error}", hint) from error
    return spec


def _check(spec: RunSpec) -> None:
    """What holds between fields."""
    batch, noise = spec.batch, spec.gradient_noise
    if batch.tokens != batch.sequences * spec.shape.context:
        raise ValueError(
            f"batch.tokens: is not the {batch.sequences} sequences times the context of {spec.shape.context}"
        )
    if batch.sequences % batch.micro_sequences:
        raise ValueError(
            f"batch.microSequences: {batch.micro_sequences} does not divide the {batch.sequences} sequences"
        )
    optimizer = spec.optimizer
    for name, value in (
        ("learningRate", optimizer.learning_rate),
        ("epsilon", optimizer.epsilon),
        ("clip", optimizer.clip),
    ):
        if value <= 0:
            raise ValueError(f"optimizer.{name}: expected a number above 0, got {value:g}")
    if max(optimizer.beta1, optimizer.beta2) >= 1:
        raise ValueError("optimizer: beta1 and beta2 must be less than 1")
    if not isinstance(spec.schedule, Constant) and spec.schedule.floor > 1:
        raise ValueError(f"schedule.floor: expected a part of the peak, got {spec.schedule.floor:g}")
    if noise and (batch.sequences % noise.sequences or noise.sequences >= batch.sequences):
        raise ValueError(
            f"gradientNoise.sequences: must divide the {batch.sequences} sequences of the batch, and be fewer"
        )
    if spec.evaluation.early_stopping and spec.evaluation.every_steps == 0:
        raise ValueError("evaluation.earlyStopping: needs evaluations on the way: everySteps is 0")
    if spec.shape.positions == "rope" and spec.shape.head_width % 2:
        raise ValueError("shape.headWidth: rotary positions turn pairs: the head width must be even")
    flops = spec.flops_per_token.get(spec.convention)
    if not isinstance(flops, (int, float)) or flops <= 0:
        raise ValueError(f"flopsPerToken.{spec.convention}: expected a number above 0")


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _parse(kind: Any, value: Any, path: str) -> Any:
    """A JSON value as the type that a field declares; ValueError names the place where it is not."""

    def expected(what: str) -> ValueError:
        return ValueError(f"{path or 'run.json'}: expected {what}, got {json.dumps(value)[:60]}")

    origin, arguments = get_origin(kind), get_args(kind)
    if dataclasses.is_dataclass(kind):
        if not isinstance(value, dict):
            raise expected("an object")
        return _parse_fields(kind, value, path)
    if origin is Literal:
        # In JSON true is not 1; in Python it is.
        if value not in arguments or isinstance(value, bool):
            raise expected(" or ".join(json.dumps(argument) for argument in arguments))
        return value
    if origin in (Union, types.UnionType):
        choices = [argument for argument in arguments if argument is not type(None)]
        if len(choices) == 1:
            return _parse(choices[0], value, path)
        return _parse(_chosen(choices, value, expected), value, path)
    if origin is tuple:
        if not isinstance(value, list):
            raise expected("a list")
        return tuple(_parse(arguments[0], element, f"{path}.{i}") for i, element in enumerate(value))
    if origin is Mapping:
        if not isinstance(value, dict):
            raise expected("an object")
        return value
    if kind is Count or kind is int:
        least = 1 if kind is Count else 0
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != int(value) or value < least:
            raise expected(f"a whole number of at least {least}")
        return int(value)
    if kind is float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
            raise expected("a number of at least 0")
        return float(value)
    if not isinstance(value, kind):
        raise expected({str: "text", bool: "true or false"}[kind])
    return value


def _parse_fields(kind: Any, value: dict[str, Any], path: str) -> Any:
    hints = get_type_hints(kind)
    values = {}
    for field in dataclasses.fields(kind):
        key = _camel(field.name)
        place = f"{path}.{key}" if path else key
        if key in value:
            values[field.name] = _parse(hints[field.name], value[key], place)
        elif field.default is dataclasses.MISSING:
            raise ValueError(f"{place}: is missing")
    # A key that this trainer does not know could change the numbers: it must not be passed over.
    for key in value:
        if key not in {_camel(field.name) for field in dataclasses.fields(kind)}:
            raise ValueError(f"{path}.{key}: is not known to this trainer" if path else f"{key}: is not known")
    return kind(**values)


def _chosen(choices: list[Any], value: Any, expected: Any) -> Any:
    """The member of a union of dataclasses whose `kind` the value has."""
    kinds = {get_args(get_type_hints(choice)["kind"])[0]: choice for choice in choices}
    if not isinstance(value, dict) or value.get("kind") not in kinds:
        raise expected(f"an object with a kind of {', '.join(kinds)}")
    return kinds[value["kind"]]
