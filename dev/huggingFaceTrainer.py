"""A small Llama trained by the Trainer of Hugging Face transformers: what dev/checkHuggingFace.mjs adapts.

Its data are walks over four letters. --stop_at N: it ends itself as SIGTERM would, the first time that step N comes.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass

import torch
from transformers import (
    HfArgumentParser,
    LlamaConfig,
    LlamaForCausalLM,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)


@dataclass
class Model:
    width: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    context: int
    stop_at: int = 0


class Stop(TrainerCallback):
    def __init__(self, step: int, folder: str) -> None:
        self.step = step
        self.marker = os.path.join(folder, ".stopped")

    def on_step_end(self, args, state, control, **kwargs):
        if state.global_step == self.step and not os.path.exists(self.marker):
            open(self.marker, "w").close()
            os.kill(os.getpid(), signal.SIGTERM)


def walks(count: int, context: int, seed: int) -> list[dict[str, torch.Tensor]]:
    generator = torch.Generator().manual_seed(seed)
    turns = 1 + torch.randint(0, 3, (count, context), generator=generator)
    rows = torch.cumsum(turns, 1) % 4 + 97
    return [{"input_ids": row, "labels": row} for row in rows]


def main() -> None:
    shape, args = HfArgumentParser((Model, TrainingArguments)).parse_args_into_dataclasses()
    torch.manual_seed(args.seed)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=shape.vocabulary,
            hidden_size=shape.width,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            num_key_value_heads=shape.heads,
            intermediate_size=shape.feed_forward,
            max_position_embeddings=shape.context,
            tie_word_embeddings=False,
        )
    )
    trainer = Trainer(
        model=model,
        args=args,
        train_dataset=walks(20_000, shape.context, 1),
        eval_dataset=walks(args.per_device_eval_batch_size * 4, shape.context, 2),
        callbacks=[Stop(shape.stop_at, args.output_dir)],
    )
    trainer.train(resume_from_checkpoint=args.resume_from_checkpoint)
    trainer.save_state()


main()
