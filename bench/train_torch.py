"""PyTorch's side of `npm run bench -- train`: the same model, batch and optimiser, as fast as PyTorch's own means make it.

Reads one JSON request a line and answers with one: {"peak": threads} measures matrix products; {"prepare": {model}} times
every way of training the model, or with a "way" makes that one ready and takes a step; {"steps": n} runs n steps.
"""

import json
import os
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

torch.set_flush_denormal(True)
MODERN = hasattr(torch, "compile")


class Block(nn.Module):
    def __init__(self, width: int, inner: int, feed_forward: int):
        super().__init__()
        self.attention_gain = nn.Parameter(torch.ones(width))
        self.qkv = nn.Linear(width, 3 * inner, bias=False)
        self.out = nn.Linear(inner, width, bias=False)
        self.feed_forward_gain = nn.Parameter(torch.ones(width))
        self.up = nn.Linear(width, feed_forward, bias=False)
        self.down = nn.Linear(feed_forward, width, bias=False)


class Transformer(nn.Module):
    """GPT-2's order of operations with ALiBi, squared ReLU and tied embeddings: what a study trains by default."""

    def __init__(self, shape: dict, scale: float, logits_factor: float, sdpa: bool):
        super().__init__()
        self.heads, self.scale, self.logits_factor, self.sdpa = shape["heads"], scale, logits_factor, sdpa
        width, context = shape["width"], shape["context"]
        inner = shape["heads"] * shape["headWidth"]
        self.embedding = nn.Parameter(0.1 * torch.randn(shape["vocabulary"], width))
        self.blocks = nn.ModuleList(Block(width, inner, shape["feedForward"]) for _ in range(shape["layers"]))
        self.gain = nn.Parameter(torch.ones(width))
        slopes = torch.tensor([2 ** (-8 * (i + 0.5) / self.heads) for i in range(self.heads)])
        distance = torch.arange(context)[:, None] - torch.arange(context)[None, :]
        bias = torch.where(distance < 0, float("-inf"), -slopes[:, None, None] * distance)
        self.register_buffer("bias", bias[None])

    def mix(self, x: torch.Tensor) -> torch.Tensor:
        batch, context, _ = x.shape
        query, key, value = (part.view(batch, context, self.heads, -1).transpose(1, 2) for part in x.chunk(3, dim=2))
        if self.sdpa:
            mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=self.bias, scale=self.scale)
        else:
            mixed = torch.softmax((query * self.scale) @ key.transpose(2, 3) + self.bias, dim=3) @ value
        return mixed.transpose(1, 2).reshape(batch, context, -1)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        inputs, labels = tokens[:, :-1], tokens[:, 1:]
        stream = F.embedding(inputs, self.embedding)
        width = (stream.shape[-1],)
        for block in self.blocks:
            stream = stream + block.out(self.mix(block.qkv(F.layer_norm(stream, width, block.attention_gain))))
            inner = F.relu(block.up(F.layer_norm(stream, width, block.feed_forward_gain)))
            stream = stream + block.down(inner * inner)
        logits = F.linear(F.layer_norm(stream, width, self.gain), self.embedding) * self.logits_factor
        return F.cross_entropy(logits.flatten(0, 1), labels.flatten())


def trainer(request: dict, compiled: bool, sdpa: bool, optimiser: str):
    """One step of training as a function, made one of the ways that PyTorch has."""
    torch.manual_seed(0)
    shape, options = request["shape"], request["optimizer"]
    model = Transformer(shape, request["attentionFactor"], request["logitsFactor"], sdpa)
    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and name != "embedding"]
    vectors = [p for name, p in model.named_parameters() if p.ndim != 2 or name == "embedding"]
    rate = options["learningRate"]
    groups = [
        {"params": vectors, "lr": rate, "weight_decay": 0.0},
        {"params": matrices, "lr": rate * request["matrixFactor"], "weight_decay": options["weightDecay"]},
    ]
    betas = (options["beta1"], options["beta2"])
    adamw = torch.optim.AdamW(groups, betas=betas, eps=options["epsilon"], **({optimiser: True}))
    parameters = vectors + matrices
    loss_of = torch.compile(model) if compiled else model

    clipping = {"foreach": True} if MODERN else {}

    def step(tokens: torch.Tensor) -> torch.Tensor:
        loss = loss_of(tokens)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, options["clip"], **clipping)
        adamw.step()
        adamw.zero_grad(set_to_none=True)
        return loss.detach()

    return step


def ways() -> dict:
    if not MODERN:
        return {"eager, softmax, foreach AdamW": (False, False, "foreach")}
    return {
        f"{'torch.compile' if compiled else 'eager'}, {'sdpa' if sdpa else 'softmax'}, {optimiser} AdamW": (
            compiled,
            sdpa,
            optimiser,
        )
        for compiled in (False, True)
        for sdpa in (False, True)
        for optimiser in ("fused", "foreach")
    }


def timed(step, tokens: torch.Tensor, steps: int) -> dict:
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(steps):
        loss = step(tokens).item()
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "loss": loss}


def prepare(request: dict):
    """Every way of training, each measured in turn, or the one that is asked for; the fastest is kept."""
    torch.set_num_threads(request["threads"])
    shape, sequences = request["shape"], request["sequences"]
    tokens = torch.tensor(request["tokens"][: sequences * (shape["context"] + 1)], dtype=torch.long)
    tokens = tokens.view(sequences, shape["context"] + 1)
    if "way" in request:
        step = trainer(request, *ways()[request["way"]])
        return step, tokens, timed(step, tokens, 1)
    found = []
    for name, way in ways().items():
        try:
            if MODERN:
                torch._dynamo.reset()
            step = trainer(request, *way)
            timed(step, tokens, 3)
            once = timed(step, tokens, 1)["wall"]
            count = max(1, int(0.3 / once))
            clock = "cpu" if request["threads"] == 1 else "wall"
            found.append((min(timed(step, tokens, count)[clock] / count for _ in range(3)), name))
        except RuntimeError as error:  # without a C++ compiler there is no torch.compile; the other ways still count
            print(f"{name}: {error}".splitlines()[0], file=sys.stderr)
    found.sort()
    return None, tokens, {"ways": [{"name": name, "seconds": seconds} for seconds, name in found]}


def matmul_peak() -> float:
    """FLOP/s of the best of some square products."""
    best = 0.0
    for size in (256, 512, 1024):
        a, b = torch.randn(size, size), torch.randn(size, size)
        out = a @ b
        for _ in range(max(10, 40 * (512 // size) ** 3)):
            start = time.perf_counter()
            torch.mm(a, b, out=out)
            best = max(best, 2 * size**3 / (time.perf_counter() - start))
    return best


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is not an answer
    step = tokens = None
    for line in sys.stdin:
        request = json.loads(line)
        if "prepare" in request:
            step, tokens, answer = prepare(request["prepare"])
        elif "peak" in request:
            torch.set_num_threads(request["peak"])
            answer = {"peak": matmul_peak(), "version": torch.__version__}
        else:
            answer = timed(step, tokens, request["steps"])
            answer["maxRss"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


main()
