"""Gradient noise scale: packages/trainer/src/training/noiseScale.ts."""

import math
from typing import Any

Measurement = tuple[float, float]
"""Mean squared gradient norms of the parts and of the whole batch."""


def noise_scale(measurements: list[Measurement], small: int, big: int) -> dict[str, Any]:
    """
    B_simple in the unit of `small` and `big`, the sizes of parts and batch (McCandlish et al. 2018, equation A.2; as
    in appendix A.1 numerator and denominator are averaged before they are divided), over the last half of the
    measurements, with the jackknife's standard error; or the reason why one of them is not there.
    """
    last = measurements[len(measurements) // 2 :]
    count = len(last)
    if count == 0:
        return {"gradientNoiseScaleReason": "the run ended before the first measurement"}
    sums = (sum(one[0] for one in last), sum(one[1] for one in last))
    whole = ratio((sums[0] / count, sums[1] / count), small, big)
    if whole is None:
        reason = f"the estimates of gradient and noise are not both positive ({count} measurements)"
        return {"gradientNoiseScaleReason": reason}
    without = [
        ratio(((sums[0] - one[0]) / (count - 1), (sums[1] - one[1]) / (count - 1)), small, big)
        for one in last
        if count > 1
    ]
    scales = [scale for scale in without if scale is not None]
    if count < 2 or len(scales) < count:
        why = "one measurement" if count < 2 else "without one of them there is no estimate"
        return {"gradientNoiseScale": whole, "gradientNoiseScaleReason": f"no standard error: {why}"}
    mean = sum(scales) / count
    spread = sum((scale - mean) ** 2 for scale in scales)
    error = math.sqrt((count - 1) / count * spread)
    return {"gradientNoiseScale": whole, "gradientNoiseScaleError": error}


def ratio(means: Measurement, small: int, big: int) -> float | None:
    squared_gradient = (big * means[1] - small * means[0]) / (big - small)
    noise = (means[0] - means[1]) / (1 / small - 1 / big)
    return noise / squared_gradient if squared_gradient > 0 and noise > 0 else None
