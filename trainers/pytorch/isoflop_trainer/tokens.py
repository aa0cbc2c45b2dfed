"""Tokens of a prepared corpus, and which of them each step and each evaluation sees."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .errors import InputError
from .philox import ORDER, SUBSET, permuted
from .spec import Data, RunSpec

TokenFile = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.uint32]

TYPES = {1: "<u1", 2: "<u2", 4: "<u4"}


def open_tokens(data: Data, split: str, expected: int) -> TokenFile:
    """Maps <split>.bin of the token cache and checks that it has the stated number of tokens."""
    path = Path(data.folder) / f"{split}.bin"
    try:
        found = path.stat().st_size / data.token_bytes
        if found == expected:
            return np.memmap(path, dtype=TYPES[data.token_bytes], mode="r")
    except OSError as error:
        hint = "prepare the corpus again: `isoflop run` on the study does it"
        raise InputError(f"cannot read the token cache {path}: {error.strerror}", hint) from error
    raise InputError(
        f"{path} has {found:g} tokens, the run was planned with {expected}",
        "the token cache was changed or cut short; delete its folder and prepare the corpus again",
    )


def sequence_count(tokens: int, context: int) -> int:
    """Windows of context + 1 tokens that overlap by the one predicted token."""
    return max(0, (tokens - 1) // context)


def windows(tokens: TokenFile, context: int, starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The windows [starts, context + 1] that begin at the starts-th multiples of the context."""
    return tokens[starts[:, None] * context + np.arange(context + 1)].astype(np.int64)


def available_sequences(spec: RunSpec) -> tuple[int, int]:
    """Training sequences that there are, and those that the run may see."""
    context = spec.shape.context
    available = sequence_count(spec.data.train_tokens, context)
    unique = spec.data.unique_sequences or available
    if not 0 < unique <= available:
        wanted = str(unique) if unique else "one"
        raise InputError(
            f"{spec.data.train_tokens} training tokens hold {available} sequences of {context + 1}, not {wanted}",
            "take a larger corpus or a shorter context",
        )
    return available, unique


def training_batches(spec: RunSpec) -> Callable[[int], NDArray[np.int64]]:
    """The batch [sequences, context + 1] of step 1, 2, …; its order depends on seed and epoch (data/batches.ts)."""
    tokens = open_tokens(spec.data, "train", spec.data.train_tokens)
    available, unique = available_sequences(spec)
    sequences, context = spec.batch.sequences, spec.shape.context

    def places(first: int, count: int) -> NDArray[np.int64]:
        epochs, places = np.divmod(np.arange(first, first + count, dtype=np.int64), unique)
        for epoch in np.unique(epochs):
            here = epochs == epoch
            places[here] = permuted(places[here], unique, spec.seed, int(epoch), ORDER)
        return permuted(places, available, 0, 0, SUBSET) if unique < available else places

    # Many at a time: a permutation costs a thousand calls of NumPy, whatever the length of its arrays.
    steps = max(1, 4096 // sequences)
    block, held = -1, np.empty(0, dtype=np.int64)

    def batch(step: int) -> NDArray[np.int64]:
        nonlocal block, held
        wanted, row = divmod(step - 1, steps)
        if wanted != block:
            block, held = wanted, places(wanted * steps * sequences, steps * sequences)
        return windows(tokens, context, held[row * sequences : (row + 1) * sequences])

    return batch


def validation_windows(spec: RunSpec, split: str, tokens: int) -> NDArray[np.int64]:
    """Windows spread evenly over a validation set, or all of a smaller one: the same for every run of a study."""
    file = open_tokens(spec.data, split, tokens)
    available = sequence_count(tokens, spec.shape.context)
    if available == 0:
        raise InputError(
            f"{tokens} tokens of {split} hold no window of {spec.shape.context + 1}",
            "take a larger validation set or a shorter context",
        )
    sequences = min(available, spec.evaluation.sequences)
    return windows(file, spec.shape.context, np.arange(sequences, dtype=np.int64) * available // sequences)


def validation_sets(spec: RunSpec) -> dict[str, NDArray[np.int64]]:
    """The windows of every set by its name; "" is the main one's."""
    sets = {"": validation_windows(spec, "validation", spec.data.validation_tokens)}
    for other in spec.data.validation_sets:
        sets[other.name] = validation_windows(spec, f"validation-{other.name}", other.tokens)
    return sets


def check_shares(spec: RunSpec, processes: int) -> None:
    """Every process takes an equal share of a step, and of each part by which the noise is measured."""
    counts = {"batch.sequences": spec.batch.sequences}
    if spec.gradient_noise:
        counts["gradientNoise.sequences"] = spec.gradient_noise.sequences
    for name, sequences in counts.items():
        if sequences % processes:
            raise InputError(
                f"{name}: {sequences} cannot be shared out evenly among {processes} processes",
                "start fewer processes, or take a multiple of them",
            )
