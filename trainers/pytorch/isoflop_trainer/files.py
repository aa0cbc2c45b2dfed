"""metrics.jsonl and result.json."""

import json
import os
import time
from pathlib import Path
from typing import Any

Line = dict[str, Any]


def read_metrics(path: Path) -> list[Line]:
    """Lines up to the first one that is cut short or damaged."""
    lines: list[Line] = []
    if not path.exists():
        return lines
    for text in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        if not text:
            continue
        try:
            line = json.loads(text)
        except ValueError:
            break
        if not isinstance(line, dict) or not isinstance(line.get("step"), int):
            break
        lines.append(line)
    return lines


def cut_metrics(path: Path, kept: list[Line]) -> None:
    """Makes the file hold the lines up to the checkpoint that training goes on from; the rest will be written again."""
    if path.exists():
        write_whole(path, "".join(f"{json.dumps(line)}\n" for line in kept))


def write_whole(path: Path, text: str) -> None:
    """All or nothing: beside, then renamed."""
    partial = path.with_name(f"{path.name}.partial")
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


class Metrics:
    """Appends whole lines, written out at least every half second: a small model takes hundreds of steps in one."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("a", encoding="utf-8", buffering=1 << 20)
        self.written = time.monotonic()

    def append(self, line: Line) -> None:
        self.file.write(f"{json.dumps(line, allow_nan=False)}\n")
        if time.monotonic() - self.written > 0.5:
            self.flush()

    def flush(self) -> None:
        self.file.flush()
        self.written = time.monotonic()

    def sync(self) -> None:
        """On the disk itself: a checkpoint that outlives a power cut has its metrics."""
        self.flush()
        os.fsync(self.file.fileno())
