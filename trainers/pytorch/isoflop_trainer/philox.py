"""Numbers that depend on an index alone, a whole array at once: the built-in trainer's src/random, in NumPy."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
"""32-bit words, each in 64 bits, so that the product of two fits."""

LOW: Final = np.uint64(0xFFFFFFFF)
HALF: Final = np.uint64(32)
ROUNDS: Final = 10

# Fourth word of the counter: what the numbers are for.
PARAMETERS: Final = 0
ORDER: Final = 1
SUBSET: Final = 2


def philox(counter: tuple[Words | int, Words | int, int, int], seed: int) -> tuple[Words, Words, Words, Words]:
    """Philox4x32-10 (Salmon et al. 2011, section 3.3) at counters whose words broadcast, under the key of a seed."""
    a, b, c, d = (np.asarray(word, dtype=np.uint64) for word in counter)
    k0, k1 = seed & 0xFFFFFFFF, seed >> 32
    for _ in range(ROUNDS):
        first = a * np.uint64(0xD2511F53)
        second = c * np.uint64(0xCD9E8D57)
        a, b, c, d = (
            (second >> HALF) ^ b ^ np.uint64(k0),
            second & LOW,
            (first >> HALF) ^ d ^ np.uint64(k1),
            first & LOW,
        )
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return a, b, c, d


def normal(size: int, deviation: float, seed: int, stream: int) -> NDArray[np.float32]:
    """Normal deviates of mean 0 by Box & Muller 1958, in double precision, rounded once; src/random/normal.ts."""
    out = np.empty(size, dtype=np.float32)
    block = 1 << 20
    for start in range(0, size, block):
        count = -(-min(block, size - start) // 4)
        index = np.arange(start // 4, start // 4 + count, dtype=np.uint64)
        words = np.stack(np.broadcast_arrays(*philox((index, 0, stream, PARAMETERS), seed)), axis=-1).astype(np.float64)
        radius = deviation * np.sqrt(-2 * np.log((words[:, 0::2] + 0.5) / 4294967296))
        angle = (2 * np.pi * words[:, 1::2]) / 4294967296
        pairs = np.stack((radius * np.cos(angle), radius * np.sin(angle)), axis=-1).reshape(-1)
        out[start : start + block] = pairs[: min(block, size - start)]
    return out


def permuted(positions: NDArray[np.int64], length: int, seed: int, index: int, purpose: int) -> NDArray[np.int64]:
    """
    Where a random permutation of 0 … length - 1 sends positions: a balanced Feistel network over a power of four,
    walked until it comes back into the range (Black & Rogaway 2002, section 4); src/random/permutation.ts.
    """
    bits = 3
    while 4**bits < length:
        bits += 1
    half, mask = np.uint64(bits), np.uint64(2**bits - 1)
    at = positions.astype(np.uint64)
    outside = np.ones(at.shape, dtype=bool)
    while outside.any():
        left, right = at[outside] >> half, at[outside] & mask
        for turn in range(8):
            words = philox((right, turn, index, purpose), seed)
            left, right = right, left ^ (words[0] & mask)
        at[outside] = (left << half) | right
        outside = at >= np.uint64(length)
    return at.astype(np.int64)
