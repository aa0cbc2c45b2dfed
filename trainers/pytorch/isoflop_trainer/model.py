"""
The decoder. Its modules are named so that a parameter's path, less a last ".weight", is its name in the run contract;
weights are [in, out] and applied as x W, so that the state is the built-in trainer's, number for number.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from .parameters import Factors
from .spec import Shape

EPSILON = 1e-5

VERSION = tuple(int(part) for part in torch.__version__.split(".")[:2])

# With a factor of one's own on the scores since 2.1.
FUSED_ATTENTION = VERSION >= (2, 1)


class Linear(nn.Module):
    def __init__(self, fan_in: int, fan_out: int, bias: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(fan_in, fan_out))
        self.bias = nn.Parameter(torch.empty(fan_out)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight.t(), self.bias)


class Normed(nn.Module):
    """What has a normalisation of its input: LayerNorm (Ba et al. 2016), or RMSNorm (Zhang & Sennrich 2019)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.rms = shape.normalisation == "rms"
        self.gain = nn.Parameter(torch.empty(shape.width))
        self.bias = nn.Parameter(torch.empty(shape.width)) if shape.biases and not self.rms else None

    def normalise(self, x: Tensor) -> Tensor:
        if self.rms:
            return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + EPSILON) * self.gain
        return F.layer_norm(x, self.gain.shape, self.gain, self.bias, EPSILON)


class Final(Normed):
    def forward(self, x: Tensor) -> Tensor:
        return self.normalise(x)


class Attention(Normed):
    def __init__(self, shape: Shape, factors: Factors) -> None:
        super().__init__(shape)
        inner = shape.heads * shape.head_width
        self.qkv = Linear(shape.width, 3 * inner, shape.biases)
        self.out = Linear(inner, shape.width, shape.biases)
        self.heads, self.head_width, self.scale = shape.heads, shape.head_width, factors.attention

    def forward(self, x: Tensor, score_bias: Tensor | None, turns: Tensor | None) -> Tensor:
        batch, context, _ = x.shape
        query, key, value = (
            part.view(batch, context, self.heads, self.head_width).transpose(1, 2)
            for part in self.qkv(self.normalise(x)).chunk(3, dim=-1)
        )
        if turns is not None:
            query, key = turned(query, turns), turned(key, turns)
        mixed = self.attend(query, key, value, score_bias)
        return self.out(mixed.transpose(1, 2).reshape(batch, context, self.heads * self.head_width))

    def attend(self, query: Tensor, key: Tensor, value: Tensor, score_bias: Tensor | None) -> Tensor:
        if FUSED_ATTENTION:
            mask = None if score_bias is None else score_bias.to(query.dtype)
            return F.scaled_dot_product_attention(
                query, key, value, attn_mask=mask, is_causal=mask is None, scale=self.scale
            )
        if score_bias is None:
            score_bias = causal(query.shape[-2], query)
        scores = query @ key.transpose(-2, -1) * self.scale + score_bias
        return torch.softmax(scores, dim=-1).to(value.dtype) @ value


class FeedForward(Normed):
    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self.activation = shape.activation
        self.up = Linear(shape.width, shape.feed_forward * (2 if shape.activation == "swiglu" else 1), shape.biases)
        self.down = Linear(shape.feed_forward, shape.width, shape.biases)

    def activate(self, x: Tensor) -> Tensor:
        if self.activation == "swiglu":
            gate, up = x.chunk(2, dim=-1)
            return F.silu(gate) * up
        if self.activation == "relu2":
            return F.relu(x).square()
        return F.gelu(x, approximate="tanh")

    def forward(self, x: Tensor) -> Tensor:
        return self.down(self.activate(self.up(self.normalise(x))))


class Layer(nn.Module):
    def __init__(self, shape: Shape, factors: Factors) -> None:
        super().__init__()
        self.attention = Attention(shape, factors)
        self.feedForward = FeedForward(shape)

    def forward(self, x: Tensor, score_bias: Tensor | None, turns: Tensor | None) -> Tensor:
        x = x + self.attention(x, score_bias, turns)
        return x + self.feedForward(x)


class Transformer(nn.Module):
    """
    Pre-norm decoder: from windows [batch, context + 1] to the loss of each token in nats [batch, context], and
    where asked for, the tokens that it holds for the likeliest.
    """

    def __init__(self, shape: Shape, factors: Factors) -> None:
        super().__init__()
        self.embedding = nn.Parameter(torch.empty(shape.vocabulary, shape.width))
        self.positions = nn.Parameter(torch.empty(shape.context, shape.width)) if shape.positions == "learned" else None
        self.head = None if shape.tied_embeddings else nn.Parameter(torch.empty(shape.vocabulary, shape.width))
        self.layer = nn.ModuleList(Layer(shape, factors) for _ in range(shape.layers))
        self.final = Final(shape)
        self.logits = factors.logits
        self.shape = shape

    def prepare(self, device: torch.device, dtype: torch.dtype = torch.float32) -> None:
        """Tables that depend on positions alone; made outside the constructor, which may run on the meta device."""
        kind, context = self.shape.positions, self.shape.context
        turns = rotations(context, self.shape.head_width).to(device, dtype) if kind == "rope" else None
        bias = alibi(context, self.shape.heads).to(device, dtype) if kind == "alibi" else None
        self.register_buffer("turns", turns, persistent=False)
        self.register_buffer("score_bias", bias, persistent=False)

    def forward(self, windows: Tensor, greedy: bool = False) -> Tensor | tuple[Tensor, Tensor]:
        inputs, labels = windows[:, :-1], windows[:, 1:]
        x = F.embedding(inputs, self.embedding)
        if self.positions is not None:
            x = x + self.positions
        for layer in self.layer:
            x = layer(x, self.score_bias, self.turns)
        head = self.embedding if self.head is None else self.head
        logits = F.linear(self.final(x), head) * self.logits
        flat = logits.flatten(0, 1).to(self.embedding.dtype)
        losses = F.cross_entropy(flat, labels.flatten(), reduction="none").view_as(labels)
        return (losses, flat.argmax(dim=-1).view_as(labels)) if greedy else losses


def contract_name(parameter: str) -> str:
    return parameter[: -len(".weight")] if parameter.endswith(".weight") else parameter


def causal(context: int, like: Tensor) -> Tensor:
    """Minus infinity looking ahead."""
    return torch.full((context, context), -torch.inf, device=like.device, dtype=like.dtype).triu(1)


def alibi(context: int, heads: int) -> Tensor:
    """Minus slope times distance looking back (Press et al. 2022, section 3); slopes as in ops/causalAttention.ts."""
    place = torch.arange(context, dtype=torch.float64)
    slopes = 2 ** (-8 * (torch.arange(heads, dtype=torch.float64) + 0.5) / heads)
    bias = -slopes[:, None, None] * (place[:, None] - place[None, :])
    return bias.masked_fill(torch.ones(context, context, dtype=torch.bool).triu(1), -torch.inf)


def rotations(context: int, head_width: int) -> Tensor:
    """Cosines and sines [2, context, head_width / 2] of rotary positions (Su et al. 2021, section 3.2.2)."""
    rates = 10000 ** (-2 * torch.arange(head_width // 2, dtype=torch.float64) / head_width)
    angles = torch.arange(context, dtype=torch.float64)[:, None] * rates
    return torch.stack((angles.cos(), angles.sin()))


def turned(x: Tensor, turns: Tensor) -> Tensor:
    """Turns elements j and j + headWidth / 2 of each head by their position's angle."""
    cosine, sine = turns
    first, second = x.to(turns.dtype).chunk(2, dim=-1)
    return torch.cat((first * cosine - second * sine, first * sine + second * cosine), dim=-1).to(x.dtype)
