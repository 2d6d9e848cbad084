"""The random words of `network.draws`, compiled: Philox, with any word at hand without the ones before it.

Salmon, Moraes, Dror & Shaw 2011, Parallel Random Numbers: As Easy as 1, 2, 3; four words of 64 bits, ten
rounds.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from chainrule.engine.compiling import part
from chainrule.network.array import Array

MULTIPLIERS = np.array([0xD2E7470EE14C6C93, 0xCA5A826395121157], dtype=np.uint64)
WEYL = np.array([0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B], dtype=np.uint64)
ROWS, DROPOUT = np.uint64(2), np.uint64(4)  # as `network.draws` numbers its purposes
WORDS = 4


def wide_product(a: Any, b: Any) -> tuple[Any, Any]:
    """Return the upper and the lower word of a product of two words."""
    product = int(a) * int(b)
    return np.uint64(product >> 64), np.uint64(product & 0xFFFFFFFFFFFFFFFF)


@intrinsic
def _wide_product(_context: Any, a: Any, b: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide = ir.IntType(128)
        left, right = (builder.zext(each, wide) for each in arguments)
        product = builder.mul(left, right)
        upper = builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))
        lower = builder.trunc(product, ir.IntType(64))
        return context.make_tuple(builder, signature.return_type, (upper, lower))

    return types.UniTuple(types.uint64, 2)(types.uint64, types.uint64), generate


@overload(wide_product, strict=False)
def _wide_product_compiled(a: Any, b: Any) -> Any:
    return lambda a, b: _wide_product(a, b)


@part
def block(number: Any, seed: Any, purpose: Any, first: Any, second: Any) -> tuple[Any, Any, Any, Any]:
    """Return the words 4 number to 4 number + 3 of a stream."""
    key0, key1 = seed, purpose
    c0, c1, c2, c3 = np.uint64(number) + np.uint64(1), np.uint64(0), np.uint64(first), np.uint64(second)
    for _ in range(10):
        high0, low0 = wide_product(MULTIPLIERS[0], c0)
        high1, low1 = wide_product(MULTIPLIERS[1], c2)
        c0, c1, c2, c3 = high1 ^ c1 ^ key0, low1, high0 ^ c3 ^ key1, low0
        key0, key1 = key0 + WEYL[0], key1 + WEYL[1]
    return c0, c1, c2, c3


@part
def drop(
    outputs: Array, slopes: Array, first: int, part_dropped: float, seed: Any, step: Any, layer: Any
) -> None:
    """Multiply outputs and their slopes by a dropout mask: 0, or 1 / (1 - the part that is dropped).

    Parameters
    ----------
    outputs, slopes : array, shape (n,)
        Rows of a layer, flat; no slopes, no entries.
    first : int
        The place of the first one in the batch's mask, flat.
    part_dropped : float
        Above 0 and below 1.
    seed, step, layer : uint64
        Whose mask it is.
    """
    kept = type(outputs[0])(1 / (1 - part_dropped))
    nothing = type(outputs[0])(0)
    for number in range(first // WORDS, -(-(first + len(outputs)) // WORDS)):
        words = block(number, seed, DROPOUT, step, layer)
        for place in range(WORDS):
            i = number * WORDS + place - first
            if 0 <= i < len(outputs):
                uniform = (np.float64(words[place] >> np.uint64(12)) + 0.5) * 2.0**-52
                factor = kept if uniform >= part_dropped else nothing
                outputs[i] *= factor
                if len(slopes):
                    slopes[i] *= factor


@part
def shuffle(order: Array, words: Array, buckets: Array, seed: Any, epoch: Any) -> None:
    """Write the order in which an epoch visits the rows, as `network.rows.order` gives it for one group.

    It is the order of their random words. Each goes to a bucket by its upper bits, a few to a
    bucket; within one they are put in order by insertion.

    Parameters
    ----------
    order : array of uint32, shape (n,)
        Becomes the order.
    words : array of uint64, shape (n + 3,)
        Room for the words.
    buckets : array of int64, shape (a power of two + 1,)
        Room for where each bucket starts.
    seed, epoch : uint64
        Whose order it is.
    """
    n, count = len(order), len(buckets) - 1
    for number in range(-(-n // WORDS)):
        four = block(number, seed, ROWS, epoch, np.uint64(0))
        for place in range(WORDS):
            words[number * WORDS + place] = four[place]
    bits = 0
    while 1 << bits < count:
        bits += 1
    buckets[:] = 0
    for row in range(n):
        buckets[_bucket(words[row], bits) + 1] += 1
    for each in range(1, count):
        buckets[each + 1] += buckets[each]
    for row in range(n):
        where = _bucket(words[row], bits)
        order[buckets[where]] = row
        buckets[where] += 1
    start = 0
    for each in range(count):
        stop = buckets[each]
        for i in range(start + 1, stop):
            row = order[i]
            j = i
            while j > start and words[order[j - 1]] > words[row]:
                order[j] = order[j - 1]
                j -= 1
            order[j] = row
        start = stop


@part
def _bucket(word: Any, bits: int) -> Any:
    """Return the number that the upper bits of a word give."""
    return np.int64(word >> np.uint64(64 - bits)) if bits else np.int64(0)
