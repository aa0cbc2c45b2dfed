"""What a run came to, by its metrics alone: it does not matter in which session they were made."""

import math
from typing import Any

from .files import Line
from .noise import noise_scale
from .spec import EarlyStopping, RunSpec
from .tokens import available_sequences


def bits_per_byte(loss: float, bytes_per_token: float) -> float:
    return loss / (math.log(2) * bytes_per_token)


def waited(lines: list[Line], rule: EarlyStopping) -> int:
    """Evaluations since the last loss that lay more than the least decrease below the one before it that did."""
    reference, since = math.inf, 0
    for line in lines:
        if "val/loss" not in line:
            continue
        if line["val/loss"] < reference - rule.minimum_decrease:
            reference, since = line["val/loss"], 0
        else:
            since += 1
    return since


def stops_early(lines: list[Line], rule: EarlyStopping | None) -> bool:
    return rule is not None and waited(lines, rule) >= rule.patience


def measured(spec: RunSpec, lines: list[Line]) -> dict[str, Any]:
    tail = [line["train/loss"] for line in lines[-max(1, math.floor(len(lines) / 10 + 0.5)) :]]
    last = lines[-1]
    # The first of equals.
    best = min((line for line in lines if "val/loss" in line), key=lambda line: line["val/loss"])
    result: dict[str, Any] = {
        "train/loss": sum(tail) / len(tail),
        "val/loss": last["val/loss"],
        "val/bits_per_byte": bits_per_byte(last["val/loss"], spec.data.validation_bytes_per_token),
        "best": {"step": best["step"], "val/loss": best["val/loss"]},
    }
    sets = {other.name: last[f"val/{other.name}/loss"] for other in spec.data.validation_sets}
    if sets:
        result["val/sets"] = sets
    noise, context = spec.gradient_noise, spec.shape.context
    if noise:
        pairs = [(line["noise/small"], line["noise/big"]) for line in lines if "noise/small" in line]
        result |= noise_scale(pairs, noise.sequences * context, spec.batch.sequences * context)
    rule = spec.evaluation.early_stopping
    if rule and last["step"] < spec.steps:
        result["reason"] = (
            f"stopped early at step {last['step']} of {spec.steps}: "
            f"no lower validation loss in {waited(lines, rule)} evaluations"
        )
    return result


def counted(spec: RunSpec, step: int) -> dict[str, Any]:
    """What so many steps cost."""
    return {
        "steps": step,
        "tokens": step * spec.batch.tokens,
        "flops": step * spec.flops_per_step,
        "epochs": step * spec.batch.sequences / available_sequences(spec)[1],
    }
