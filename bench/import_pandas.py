"""The pandas side of bench/import.mjs: every metrics.jsonl below a folder into one table, and of each run N, D, C and the last loss."""

import json
import os
import resource
import sys
import time

import pandas as pd

root, out = sys.argv[1:]
began = time.perf_counter()
tables = []
for name in sorted(os.listdir(root)):
    folder = os.path.join(root, name)
    with open(os.path.join(folder, "config.json")) as file:
        config = json.load(file)
    table = pd.read_json(os.path.join(folder, "metrics.jsonl"), lines=True)
    tables.append(table.assign(run=name, N=config["total_params"]))
points = pd.concat(tables, ignore_index=True)
validated = points.dropna(subset=["val/loss"])
records = validated.sort_values("step").groupby("run").last()[["N", "tokens", "val/loss"]]
records = records.rename(columns={"tokens": "D", "val/loss": "loss"})
records["C"] = 6.0 * records["N"] * records["D"]
records.to_csv(out)
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(
    json.dumps(
        {
            "version": pd.__version__,
            "seconds": time.perf_counter() - began,
            "cpu": sum(use.ru_utime + use.ru_stime for use in used),
            "megabytes": max(use.ru_maxrss for use in used) / 1000,
            "rows": len(points),
            "runs": len(records),
            "losses": float(records["loss"].sum()),
        }
    )
)
