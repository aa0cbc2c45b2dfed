"""Every tensor of the model, its group and how it starts: packages/trainer/src/model/parameters.ts."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .philox import normal
from .spec import Parametrisation, Shape


@dataclass(frozen=True)
class Tensor:
    name: str
    shape: tuple[int, ...]
    stream: int
    """Which stream of the seed it draws from: its number over all groups."""
    deviation: float
    """Of its normal deviates; 0: it starts at `value`."""
    value: float = 0

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    def initial(self, seed: int) -> NDArray[np.float32]:
        if self.deviation == 0:
            return np.full(self.shape, self.value, dtype=np.float32)
        return normal(self.size, self.deviation, seed, self.stream).reshape(self.shape)


@dataclass(frozen=True)
class Group:
    """Tensors that share a learning rate and a weight decay; in a checkpoint one flat buffer holds them in order."""

    name: str
    learning_rate_factor: float
    decays: bool
    tensors: tuple[Tensor, ...]

    @property
    def size(self) -> int:
        return sum(tensor.size for tensor in self.tensors)


@dataclass(frozen=True)
class Factors:
    """Factors of the forward pass that the parametrisation sets."""

    logits: float
    attention: float


def forward_factors(shape: Shape, parametrisation: Parametrisation) -> Factors:
    """muP (Yang et al. 2022, Table 8): logits ∝ 1/width, attention ∝ 1/headWidth, as usual at base width, 4 heads."""
    if parametrisation.kind == "standard":
        return Factors(logits=1, attention=1 / math.sqrt(shape.head_width))
    base = parametrisation.base_width
    return Factors(logits=base / shape.width, attention=math.sqrt(base / 4) / shape.head_width)


def parameter_groups(shape: Shape, parametrisation: Parametrisation) -> tuple[Group, Group]:
    mup = parametrisation.kind == "mup"
    width, inner = shape.width, shape.heads * shape.head_width
    embedding = 0.1 if mup else 0.02
    # GPT-2 divides what writes to the residual stream by √(number of writes) (Radford et al. 2019, section 2.3).
    residual = 1 / math.sqrt(2 * shape.layers)
    up = 2 * shape.feed_forward if shape.activation == "swiglu" else shape.feed_forward

    def hidden(fan_in: int) -> float:
        return 1 / math.sqrt(fan_in) if mup else 0.02

    vectors: list[tuple[str, tuple[int, ...], float, float]] = []
    matrices: list[tuple[str, tuple[int, ...], float, float]] = []

    def norm(name: str) -> None:
        vectors.append((f"{name}.gain", (width,), 0, 1))
        if shape.biases and shape.normalisation == "layer":
            vectors.append((f"{name}.bias", (width,), 0, 0))

    vectors.append(("embedding", (shape.vocabulary, width), embedding, 0))
    if shape.positions == "learned":
        vectors.append(("positions", (shape.context, width), embedding, 0))
    if not shape.tied_embeddings:
        vectors.append(("head", (shape.vocabulary, width), embedding, 0))
    for layer in range(shape.layers):
        at = f"layer.{layer}"
        norm(f"{at}.attention")
        norm(f"{at}.feedForward")
        for name, (rows, columns), factor in (
            ("attention.qkv", (width, 3 * inner), 1.0),
            ("attention.out", (inner, width), residual),
            ("feedForward.up", (width, up), 1.0),
            ("feedForward.down", (shape.feed_forward, width), residual),
        ):
            matrices.append((f"{at}.{name}", (rows, columns), hidden(rows) * factor, 0))
            if shape.biases:
                vectors.append((f"{at}.{name}.bias", (columns,), 0, 0))
    norm("final")

    def numbered(rows: list[tuple[str, tuple[int, ...], float, float]], first: int) -> tuple[Tensor, ...]:
        return tuple(
            Tensor(name, size, first + i, deviation, value) for i, (name, size, deviation, value) in enumerate(rows)
        )

    factor = parametrisation.base_width / width if mup else 1
    return (
        Group("vectors", 1, False, numbered(vectors, 0)),
        Group("matrices", factor, True, numbered(matrices, len(vectors))),
    )
