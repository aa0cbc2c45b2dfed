"""
Tasks scored after training, by the rules of docs/contract.md: packages/trainer/src/tasks. A file holds one JSON object
a line, {"prompt", "choices", "answer"} (multiple choice), or {"prompt", "last"} or {"text"} (last word).
"""

import hashlib
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .errors import InputError
from .spec import RunSpec, Task

Encode = Callable[[str], list[int]]

# JavaScript's white space, which is not quite Python's.
BLANK = "[\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]"
INK = f"[^{BLANK[1:]}"


@dataclass(frozen=True)
class Row:
    """A prompt and one continuation: at most context + 1 tokens, the continuation last."""

    tokens: list[int]
    scored: int
    bytes: int
    truncated: bool


@dataclass(frozen=True)
class Question:
    answer: int
    rows: list[Row]


@dataclass(frozen=True)
class LoadedTask:
    name: str
    multiple_choice: bool
    questions: list[Question]


@dataclass(frozen=True)
class Outcome:
    """What the model makes of one continuation."""

    loss: float
    """Nats, summed over its tokens."""
    tokens: int
    bytes: int
    greedy: bool
    """Whether the likeliest token each time would have written it."""


def read_tasks(folder: Path, spec: RunSpec) -> list[LoadedTask]:
    """Before training, so that a bad line is not found after days of it."""
    if not spec.tasks:
        return []
    encode = encoder_of(spec)
    return [read_task(folder.resolve().parent.parent / task.file, task, spec, encode) for task in spec.tasks]


def encode_bytes(text: str) -> list[int]:
    """A byte is a token."""
    return list(text.encode())


def encoder_of(spec: RunSpec) -> Encode:
    """The encoder of the run's tokenizer.json, which lies in its token cache, by Hugging Face's `tokenizers`."""
    if spec.data.tokenizer == "bytes":
        return encode_bytes
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise InputError(
            f"tasks under the tokenizer {spec.data.tokenizer} need the Python package tokenizers",
            "pip install tokenizers, or leave `tasks` out",
        ) from error
    path = Path(spec.data.folder) / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises nothing narrower
        raise InputError(
            f"cannot read the corpus's tokenizer {path}: {error}", "let `isoflop run` prepare the corpus again"
        ) from error
    # A tokenizer.json may bring along the lengths that its own model wants.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda text: tokenizer.encode(text, add_special_tokens=False).ids


def read_task(path: Path, task: Task, spec: RunSpec, encode: Encode) -> LoadedTask:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot read the task {path}: {error.strerror}", "the study names it under `tasks`; put the file back"
        ) from error
    if not hashlib.sha256(content).hexdigest().startswith(task.hash):
        raise InputError(
            f"the task {path} is not the file that the run was planned with",
            "put the old file back, or let `isoflop run` plan the run again",
        )
    questions: list[Question] = []
    kinds: set[bool] = set()
    lines = content.decode("utf-8", errors="replace").removeprefix("\ufeff").split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            prompt, choices, answer = parse_line(line)
            questions.append(Question(answer, [row_of(prompt, choice, spec, encode) for choice in choices]))
            kinds.add(len(choices) > 1)
            if len(kinds) > 1:
                raise ValueError("is of another kind than the lines before it")
        except ValueError as error:
            hint = 'a line is {"prompt", "choices", "answer"}, {"prompt", "last"} or {"text"}'
            raise InputError(f"{path}, line {number}: {error}", hint) from error
    if not questions:
        raise InputError(f"{path}: there is no question in the file", "a task has one JSON object a line")
    return LoadedTask(task.name, kinds.pop(), questions)


def parse_line(line: str) -> tuple[str, list[str], int]:
    """Prompt, choices and the right one; a last word is the only choice."""
    value: Any = json.loads(line)
    if not isinstance(value, dict):
        raise ValueError("is not a JSON object")

    def texts(found: list[Any]) -> list[str]:
        if not all(isinstance(text, str) and text for text in found):
            raise ValueError("expected text that is not empty")
        return found

    keys = set(value)
    if keys == {"prompt", "choices", "answer"}:
        choices, answer = value["choices"], value["answer"]
        if not isinstance(choices, list) or len(texts(choices)) < 2 or len(set(choices)) < len(choices):
            raise ValueError("choices: expected two different ones at least")
        if not isinstance(answer, int) or isinstance(answer, bool) or not 0 <= answer < len(choices):
            raise ValueError("answer: is not the place of a choice, counted from 0")
        return texts([value["prompt"]])[0], choices, answer
    if keys == {"prompt", "last"}:
        prompt, last = texts([value["prompt"], value["last"]])
        return prompt, [last], 0
    if keys == {"text"}:
        whole = re.sub(f"{BLANK}+$", "", texts([value["text"]])[0])
        found = re.search(f"{INK}({BLANK}+{INK}+)$", whole)
        if not found:
            raise ValueError("text: needs two words at least: the last one is asked for")
        return whole[: found.start(1)], [found.group(1)], 0
    raise ValueError("has other keys than those of a question")


def row_of(prompt: str, choice: str, spec: RunSpec, encode: Encode) -> Row:
    """
    Both encoded together, and scored from where the tokens part from the prompt's own; blanks at the prompt's end go
    with the continuation, and one is put between where neither has one.
    """
    context = spec.shape.context
    stem = re.sub(f"{BLANK}+$", "", prompt)
    if not stem:
        raise ValueError("the prompt is blank: there is nothing to continue")
    between = prompt[len(stem) :] or ("" if re.match(BLANK, choice) else " ")
    continuation = between + choice
    whole, own = encode(stem + continuation), encode(stem)
    shared = next((i for i, (a, b) in enumerate(zip(own, whole, strict=False)) if a != b), len(own))
    scored = len(whole) - max(1, shared)
    if scored < 1:
        raise ValueError(f"the continuation {json.dumps(choice, ensure_ascii=False)} has no token of its own")
    if scored > context:
        raise ValueError(f"a continuation has {scored} tokens, more than the context of {context}")
    if max(whole) >= spec.shape.vocabulary:
        raise ValueError(f"token {max(whole)} is outside the vocabulary of {spec.shape.vocabulary}")
    return Row(whole[-(context + 1) :], scored, len(continuation.encode()), len(whole) > context + 1)


def outcome(row: Row, losses: np.ndarray, greedy: np.ndarray) -> Outcome:
    """From the losses and likeliest tokens along the row."""
    end = len(row.tokens) - 1
    labels = row.tokens[len(row.tokens) - row.scored :]
    written = greedy[end - row.scored : end].tolist() == labels
    return Outcome(float(losses[end - row.scored : end].sum()), row.scored, row.bytes, written)


def scores(task: LoadedTask, outcomes: list[list[Outcome]]) -> dict[str, float]:
    """As result.json holds them; means over questions with their standard errors."""
    answers = [question.answer for question in task.questions]
    right = [choices[answer] for choices, answer in zip(outcomes, answers, strict=True)]
    values: dict[str, list[float]] = {}
    if task.multiple_choice:
        pairs = list(zip(outcomes, answers, strict=True))
        values["accuracy"] = [hit([one.loss for one in choices], answer) for choices, answer in pairs]
        values["accuracy_per_byte"] = [
            hit([one.loss / one.bytes for one in choices], answer) for choices, answer in pairs
        ]
    else:
        values["accuracy"] = [float(one.greedy) for one in right]
    values["loss"] = [one.loss / one.tokens for one in right]
    values["bits_per_byte"] = [one.loss / (math.log(2) * one.bytes) for one in right]
    count = len(right)
    result: dict[str, float] = {"questions": count}
    for name, several in values.items():
        mean = sum(several) / count
        result[name] = mean
        if count > 1:
            squares = sum((value - mean) ** 2 for value in several)
            result[f"{name}_error"] = math.sqrt(squares / (count - 1) / count)
    if task.multiple_choice:
        result["chance"] = sum(1 / len(question.rows) for question in task.questions) / count
    result["truncated"] = sum(any(row.truncated for row in question.rows) for question in task.questions)
    return result


def hit(losses: list[float], answer: int) -> float:
    """1 where the answer has the lowest loss, a share of it where several have, else 0."""
    lowest = min(losses)
    return 1 / losses.count(lowest) if losses[answer] == lowest else 0.0
