r"""Event files and trainer states that real clients write: fixtures of the importers' tests.

    python3 -m venv /tmp/clients && /tmp/clients/bin/pip install tensorboardX==2.6.5 tensorboard==2.21.0 numpy
    /tmp/clients/bin/python dev/importFixtures.py packages/lab/src/import/fixtures

With torch there (torch.utils.tensorboard), its SummaryWriter writes one more. The Trainer's output folder is that of

    python dev/huggingFaceTrainer.py --width 32 --layers 2 --heads 2 --feed_forward 64 --vocabulary 128 --context 16 --max_steps 20 \
      --logging_steps 5 --eval_strategy steps --eval_steps 10 --save_steps 20 --per_device_train_batch_size 4 --report_to none \
      --use_cpu True --include_num_input_tokens_seen True --save_total_limit 1 --output_dir packages/lab/src/import/fixtures/hugging-face

without the weights (transformers 5.24.0); trainer-tensorboard has its event file with --report_to tensorboard. What is planted: loss(step) = 2 + 8 / (step + 1),
validation 0.1 above, tokens = 4096 * step, 21 steps of 10.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

STEPS = range(0, 201, 10)
HPARAMS = {
    "n_layer": 2,
    "n_embd": 64,
    "n_head": 4,
    "vocab_size": 256,
    "block_size": 128,
    "lr": 0.001,
    "activation": "gelu",
    "positions": "learned",
    "bias": True,
    "weight_tying": True,
}


def loss(step: int) -> float:
    return 2 + 8 / (step + 1)


def write_scalars(writer, steps=STEPS, **more) -> None:
    for step in steps:
        writer.add_scalar("train/loss", loss(step), step, walltime=1.7e9 + step, **more)
        writer.add_scalar(
            "train/tokens", 4096 * step, step, walltime=1.7e9 + step, **more
        )
        if step % 50 == 0:
            writer.add_scalar(
                "val/loss", loss(step) + 0.1, step, walltime=1.7e9 + step, **more
            )


def tensorboard_x(folder: Path) -> None:
    from tensorboardX import SummaryWriter

    # Killed after step 120, resumed from step 100: two files.
    with SummaryWriter(str(folder), filename_suffix=".first") as writer:
        write_scalars(writer, [step for step in STEPS if step <= 120])
    for path in folder.glob("events*"):
        path.rename(folder / "events.out.tfevents.1700000000.host.first")
    with SummaryWriter(str(folder), filename_suffix=".second") as writer:
        write_scalars(writer, [step for step in STEPS if step > 100])
        writer.add_hparams(HPARAMS, {"hparam/last": loss(200)}, name="1700000300.5")
    for path in folder.glob("events*second"):
        path.rename(folder / "events.out.tfevents.1700000200.host.second")
    for path in (folder / "1700000300.5").glob("events*"):
        path.rename(path.parent / "events.out.tfevents.1700000300.host")


def tensor_scalars(folder: Path) -> None:
    """As tf.summary.scalar of TensorFlow 2 writes: a tensor, with the scalars plugin's metadata."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.scalar.metadata import create_summary_metadata
    from tensorboard.summary.writer.event_file_writer import EventFileWriter
    from tensorboard.util.tensor_util import make_tensor_proto

    for part, shift in (("train", 0.0), ("validation", 0.1)):
        writer = EventFileWriter(str(folder / part))
        for step in STEPS:
            summary = Summary()
            value = summary.value.add(
                tag="epoch_loss", metadata=create_summary_metadata("", "")
            )
            value.tensor.CopyFrom(
                make_tensor_proto(loss(step) + shift, dtype="float32")
            )
            writer.add_event(Event(step=step, wall_time=1.7e9 + step, summary=summary))
        writer.close()
        for path in (folder / part).glob("events*"):
            path.rename(folder / part / "events.out.tfevents.1700000000.host.v2")


def torch_writer(folder: Path) -> None:
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(str(folder)) as writer:
        write_scalars(writer)
        for step in STEPS:
            writer.add_scalar("train/lr", 0.001, step, new_style=True)
    for path in folder.glob("events*"):
        path.rename(folder / "events.out.tfevents.1700000000.host.torch")


def main() -> None:
    target = Path(sys.argv[1])
    makers = {
        "tensorboardx": tensorboard_x,
        "tensor-scalars": tensor_scalars,
        "torch": torch_writer,
    }
    for name, make in makers.items():
        folder = target / name
        try:
            folder.mkdir(parents=True)
            make(folder)
        except ImportError as error:
            folder.rmdir()
            print(f"{name} is left out: {error}", file=sys.stderr)
    versions = {}
    for module in ("tensorboardX", "tensorboard", "torch", "numpy"):
        try:
            versions[module] = __import__(module).__version__
        except ImportError:
            pass
    path = target / "versions.json"
    before = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**before, **versions}, indent=2) + "\n")


if __name__ == "__main__":
    main()
