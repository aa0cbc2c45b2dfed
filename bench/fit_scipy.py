"""The usual way to fit L(N, D) = E + A/N^alpha + B/D^beta, as the notebooks do: SciPy, one start after another.

Objective: the sum over runs of Huber(1e-3) of log-sum-exp(a - alpha ln N, b - beta ln D, e) - ln L (Hoffmann et al. 2022,
appendix D.2). Reads JSON {"N": [...], "D": [...], "L": [...]} from standard input and writes JSON.

Grid: L-BFGS-B with SciPy's own numerical gradient from each of the 4,500 starts (cell 18 of Besiroglu et al. 2024's
notebook). Refits of resamples, three ways: "epoch" is what the notebook does, BFGS with an exact gradient from Hoffmann's constants
(the gradient by hand here, which is faster than their automatic one); "numerical" is L-BFGS-B as above from Hoffmann's
constants; "warm" is the same from the grid's best point, where it mostly stops too early.
"""

import argparse
import itertools
import json
import sys
import time

try:
    import numpy as np
    from scipy.optimize import minimize
except ImportError as error:
    print(f"{error}", file=sys.stderr)
    sys.exit(3)

DELTA = 1e-3
HOFFMANN = np.array([6.0073404, 6.0179186, 0.5267228, 0.33917084, 0.2849083])


def residuals(x, log_n, log_d, log_l):
    terms = np.stack([x[0] - x[3] * log_n, x[1] - x[4] * log_d, np.full_like(log_n, x[2])])
    top = terms.max(axis=0)
    shares = np.exp(terms - top)
    total = shares.sum(axis=0)
    return top + np.log(total) - log_l, shares / total


def objective(x, log_n, log_d, log_l):
    r, _ = residuals(x, log_n, log_d, log_l)
    size = np.abs(r)
    return np.where(size <= DELTA, 0.5 * r * r, DELTA * (size - 0.5 * DELTA)).sum()


def objective_and_gradient(x, log_n, log_d, log_l):
    r, shares = residuals(x, log_n, log_d, log_l)
    size = np.abs(r)
    value = np.where(size <= DELTA, 0.5 * r * r, DELTA * (size - 0.5 * DELTA)).sum()
    psi = np.clip(r, -DELTA, DELTA)
    pulls = shares * psi
    a, b, e = pulls.sum(axis=1)
    return value, np.array([a, b, e, -(pulls[0] * log_n).sum(), -(pulls[1] * log_d).sum()])


def timed(work):
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--starts", type=int, default=4500)
    parser.add_argument("--resamples", type=int, default=4000)
    options = parser.parse_args()
    given = json.load(sys.stdin)
    data = [np.log(np.array(given[name])) for name in "NDL"]
    runs = len(data[0])

    lengths, floors, exponents = np.arange(0, 30, 5.0), np.arange(-1, 1.5, 0.5), np.arange(0, 2.5, 0.5)
    grid = np.array(list(itertools.product(lengths, lengths, floors, exponents, exponents)))
    # A part of the grid is spread evenly over all of it.
    chosen = grid[np.linspace(0, len(grid) - 1, options.starts).round().astype(int)]
    found, grid_time = timed(lambda: [minimize(objective, x, args=tuple(data), method="L-BFGS-B") for x in chosen])
    values = np.array([f.fun for f in found])
    best = found[int(values.argmin())]

    random = np.random.default_rng(42)
    draws = [random.integers(0, runs, runs) for _ in range(options.resamples)]
    resampled = [tuple(column[draw] for column in data) for draw in draws]
    numerical, numerical_time = timed(
        lambda: [minimize(objective, HOFFMANN, args=d, method="L-BFGS-B") for d in resampled]
    )
    warm, warm_time = timed(lambda: [minimize(objective, best.x, args=d, method="L-BFGS-B") for d in resampled])
    epoch, epoch_time = timed(
        lambda: [minimize(objective_and_gradient, HOFFMANN, args=d, jac=True, method="BFGS") for d in resampled]
    )
    json.dump(
        {
            "scipy": __import__("scipy").__version__,
            "starts": len(chosen),
            "grid": grid_time,
            "best": {"objective": float(best.fun), "x": best.x.tolist()},
            "startsWithin1e6": int((values <= values.min() * (1 + 1e-6)).sum()),
            "resamples": options.resamples,
            "numerical": {**numerical_time, "objectives": [float(f.fun) for f in numerical]},
            "warm": {**warm_time, "objectives": [float(f.fun) for f in warm]},
            "epoch": {**epoch_time, "objectives": [float(f.fun) for f in epoch]},
            "draws": [draw.tolist() for draw in draws],
        },
        sys.stdout,
    )


main()
