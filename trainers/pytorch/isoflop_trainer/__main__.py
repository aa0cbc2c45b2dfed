"""
The run contract's command: python -m isoflop_trainer <run folder>, by itself or under torchrun.
Exit 0: the run has a result (done or diverged); 143: stopped by a signal, resumable; 2: bad input; 1: anything else.
"""

import argparse
import ctypes
import os
import signal
import sys
import threading
from pathlib import Path

from .errors import InputError
from .launch import launch
from .spec import RunSpec, read_spec


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="isoflop_trainer", description="Trains the run of a run folder.")
    parser.add_argument("folder", type=Path, help="a folder with a run.json, as `isoflop run` writes it")
    parser.add_argument("--processes", type=int, help="start so many processes on this machine")
    parser.add_argument(
        "--compile", action=argparse.BooleanOptionalAction, help="go through torch.compile (default: on CUDA)"
    )
    parser.add_argument("--fsdp", action="store_true", help="share the parameters out among the processes")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    folder: Path = options.folder
    spec = read_spec(folder / "run.json")
    if (folder / "result.json").exists():
        return 0
    if options.processes is not None:
        return launch(folder, spec, options.processes, forwarded(options))
    return train_here(folder, spec, options)


def forwarded(options: argparse.Namespace) -> list[str]:
    compiled = {None: [], True: ["--compile"], False: ["--no-compile"]}[options.compile]
    return [*compiled, *(["--fsdp"] if options.fsdp else [])]


def train_here(folder: Path, spec: RunSpec, options: argparse.Namespace) -> int:
    asked = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: asked.set())
    die_with_launcher()
    launcher = os.environ.get("ISOFLOP_LAUNCHER")

    def stopping() -> bool:
        """Asked to stop, or left behind by a launcher that was killed: another may be started on the folder."""
        return asked.is_set() or (launcher is not None and os.getppid() != int(launcher))

    # Only now: PyTorch takes a second to load, and what is above needs none of it.
    from .train import Options, train

    return 0 if train(folder, spec, Options(options.compile, options.fsdp), stopping) else 143


PR_SET_PDEATHSIG = 1


def die_with_launcher() -> None:
    """
    torchrun puts its processes into sessions of their own, where a kill of its process group does not reach them: they would
    train on beside whoever is started on the folder next. Linux alone can tell a process of its parent's death.
    """
    if "RANK" in os.environ and sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def run() -> None:
    try:
        sys.exit(main())
    except InputError as error:
        if os.environ.get("RANK", "0") == "0":
            sys.stderr.write(f"{error}\n")
        sys.exit(2)
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)


if __name__ == "__main__":
    run()
