"""Makes the packed files that the corpus tests read, by the writers that users have (pip install pyarrow zstandard).

python3 dev/corpusFixtures.py   # writes packages/trainer/src/data/corpus/fixtures
"""

import json
import random
from pathlib import Path

import pyarrow
import pyarrow.parquet
import zstandard

folder = Path(__file__).parent.parent / "packages/trainer/src/data/corpus/fixtures"
folder.mkdir(exist_ok=True)
random.seed(0)
words = "the a of and to in is it was for on are as with his they at be this from have or by one had not but what all →".split()
texts = [" ".join(random.choices(words, k=160)) + f" {i}." for i in range(60)]
lines = "".join(json.dumps({"text": text, "id": i}) + "\n" for i, text in enumerate(texts)).encode()
(folder / "texts.jsonl").write_bytes(lines)
compress = zstandard.ZstdCompressor(level=19, write_checksum=True).compress
(folder / "texts.jsonl.zst").write_bytes(compress(lines))
# pzstd and appended logs write several frames.
(folder / "frames.jsonl.zst").write_bytes(b"".join(compress(lines[i : i + 9000]) for i in range(0, len(lines), 9000)))
table = pyarrow.table({"id": range(60), "text": texts, "note": [None if i == 7 else "n" for i in range(60)]})
for codec in ("snappy", "zstd", "gzip"):
    pyarrow.parquet.write_table(table, folder / f"{codec}.parquet", compression=codec, row_group_size=25)
pyarrow.parquet.write_table(
    table, folder / "delta.parquet", compression="zstd", data_page_version="2.0", use_dictionary=False,
    column_encoding={"id": "DELTA_BINARY_PACKED", "text": "DELTA_BYTE_ARRAY", "note": "DELTA_LENGTH_BYTE_ARRAY"},
)
