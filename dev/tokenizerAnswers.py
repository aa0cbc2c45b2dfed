"""Reference answers of Hugging Face's own tokenizers (pip install tokenizers), for dev/compareTokenizers.mjs.

Reads {"tasks": [{"kind", "size", "train": [text], "encode": [text]}]} from standard input; writes for each the trained
tokenizer.json, the ids of every text, and the seconds that it took.
"""

import json
import sys
import time

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

LLAMA_3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)


def byte_level_trainer(size, end):
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    return trainers.BpeTrainer(
        vocab_size=size, min_frequency=2, special_tokens=[end], initial_alphabet=alphabet, show_progress=False
    )


def make(kind, size):
    """An untrained tokenizer of a kind, and its trainer."""
    if kind == "gpt2":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        return tokenizer, byte_level_trainer(size, "<|endoftext|>")
    if kind == "llama3":
        tokenizer = Tokenizer(models.BPE(ignore_merges=True))
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(LLAMA_3), behavior="isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
        tokenizer.decoder = decoders.ByteLevel()
        return tokenizer, byte_level_trainer(size, "<|end_of_text|>")
    if kind == "llama2":
        tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
        tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
        bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
        special = ["<unk>", "<s>", "</s>"]
        trainer = trainers.BpeTrainer(
            vocab_size=size, min_frequency=2, special_tokens=special + bytes_, limit_alphabet=60,
            max_token_length=12, show_progress=False,
        )
        return tokenizer, trainer
    if kind == "unigram":
        tokenizer = Tokenizer(models.Unigram())
        tokenizer.normalizer = normalizers.NFKC()
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        tokenizer.decoder = decoders.Metaspace()
        trainer = trainers.UnigramTrainer(
            vocab_size=size, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False
        )
        return tokenizer, trainer
    if kind == "wordpiece":
        tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.decoder = decoders.WordPiece()
        trainer = trainers.WordPieceTrainer(
            vocab_size=size, special_tokens=["[UNK]", "[CLS]", "[SEP]"], show_progress=False
        )
        return tokenizer, trainer
    raise ValueError(kind)


def answer(task):
    tokenizer, trainer = make(task["kind"], task["size"])
    started = time.monotonic()
    tokenizer.train_from_iterator(task["train"], trainer)
    trained = time.monotonic()
    if task["kind"] == "llama2":
        # The bytes are ordinary tokens that fallback uses; only the control tokens are special.
        stated = json.loads(tokenizer.to_str())
        stated["added_tokens"] = [token for token in stated["added_tokens"] if not token["content"].startswith("<0x")]
        tokenizer = Tokenizer.from_str(json.dumps(stated))
    starting = time.monotonic()
    ids = [encoding.ids for encoding in tokenizer.encode_batch(task["encode"], add_special_tokens=False)]
    times = {"train": trained - started, "encode": time.monotonic() - starting}
    return {"json": tokenizer.to_str(), "ids": ids, "times": times}


print(json.dumps({"answers": [answer(task) for task in json.load(sys.stdin)["tasks"]]}))
