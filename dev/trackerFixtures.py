"""Runs that the real clients of W&B and MLflow wrote, for the tests of `packages/lab/src/import`.

    python3 -m venv env && env/bin/pip install wandb==0.31.0 mlflow==3.17.2
    env/bin/python dev/trackerFixtures.py wandb     # packages/lab/src/import/wandb/fixtures
    env/bin/python dev/trackerFixtures.py mlflow    # packages/lab/src/import/mlflow/fixtures

Neither needs an account nor a network: W&B runs offline, MLflow's server is the file itself. The losses follow
loss(step) = 2 + 8 / sqrt(step + 1), which the tests know.
"""

import gzip
import os
import shutil
import sys
import tempfile
from pathlib import Path

IMPORT = Path(__file__).resolve().parent.parent / "packages" / "lab" / "src" / "import"


def loss(step):
    return 2 + 8 / (step + 1) ** 0.5


def tidy(folder):
    """A test's folder without what a client writes of its machine: logs, metadata, links."""
    for name in ("logs", "files", "tmp"):
        shutil.rmtree(folder / name, ignore_errors=True)


def wandb_runs(target):
    import wandb

    os.environ.update(
        WANDB_MODE="offline",
        WANDB_SILENT="true",
        WANDB_DISABLE_GIT="true",
        WANDB_DISABLE_CODE="true",
        WANDB_CONSOLE="off",
        WANDB_X_DISABLE_STATS="true",
        WANDB_X_DISABLE_META="true",
        WANDB_X_DISABLE_MACHINE_INFO="true",
        WANDB_HOST="host",
        WANDB_USERNAME="somebody",
    )

    def run(name, work, **options):
        with tempfile.TemporaryDirectory() as folder:
            at = wandb.init(project="scaling", name=name, id=f"run-{name}", dir=folder, **options)
            code = work(at)
            at.finish(exit_code=code)
            (log,) = Path(folder).glob("wandb/offline-run-*/run-*.wandb")
            to = target / f"offline-run-{name}"
            shutil.rmtree(to, ignore_errors=True)
            to.mkdir(parents=True)
            shutil.copy(log, to / f"run-run-{name}.wandb")

    def small(at):
        for step in range(20):
            at.log({"train/loss": loss(step), "lr": 3e-4, "tokens": 512 * (step + 1)})
        at.log({"val": {"loss": 4.5, "bpb": 1.25}}, step=20)
        at.log({"odd": float("nan"), "high": float("inf"), "note": "text", "flag": True}, step=21)
        at.log({"weights": wandb.Histogram(np_histogram=([1, 2], [0, 1, 2]))}, step=25)
        at.config.update({"late": 1})
        at.summary["best"] = 3.75
        return 0

    run(
        "small",
        small,
        config={"model": {"d_model": 64, "n_layers": 2}, "lr": 3e-4, "name": "ünï", "layers": [1, 2]},
        tags=["sweep", "a,b"],
    )

    # Two thousand rows, several 32 kB blocks: records of every kind of part.
    def long(at):
        for step in range(2000):
            at.log({"loss": loss(step)}, step=step * 5)
        at.log({"text": "x" * 100_000}, step=10_000)
        at.log({"loss": 2.0}, step=10_001)
        return 0

    run("long", long, config={"n_params": 123456789})
    packed = target / "offline-run-long" / "run-run-long.wandb"
    packed.with_suffix(".wandb.gz").write_bytes(gzip.compress(packed.read_bytes(), 9, mtime=0))
    packed.unlink()

    def failed(at):
        at.log({"loss": 5.0})
        return 3

    run("failed", failed)


def mlflow_runs(target):
    os.environ.update(MLFLOW_ALLOW_FILE_STORE="true", GIT_PYTHON_REFRESH="quiet", LOGNAME="somebody")
    import mlflow
    from mlflow.entities import Metric, Param, RunTag

    def write(uri):
        client = mlflow.MlflowClient(tracking_uri=uri)
        experiment = client.create_experiment("scaling / ünï", artifact_location="mlflow-artifacts:/")
        ids = []
        for number in range(3):
            run = client.create_run(experiment, run_name=f"model {number}", start_time=1_700_000_000_000)
            ids.append(run.info.run_id)
            metrics = [
                Metric(key, value, 1_700_000_000_000 + 1000 * step, step)
                for step in range(12)
                for key, value in (("train/loss", loss(step) + number), ("lr", 3e-4))
            ]
            metrics.append(Metric("val loss", 4.5, 1_700_000_030_000, 11))
            if number == 2:
                metrics += [
                    Metric("odd", float("nan"), 1_700_000_031_000, 30),
                    Metric("odd", float("inf"), 1_700_000_032_000, 31),
                    Metric("odd", float("-inf"), 1_700_000_033_000, 32),
                ]
            client.log_batch(
                run.info.run_id,
                metrics=metrics,
                params=[Param("d_model", str(64 * 2**number)), Param("opt/name", "adamw 'x'"), Param("note", "a\nb")],
                tags=[RunTag("kind", "sweep")],
            )
            client.set_terminated(
                run.info.run_id, status=("FINISHED", "FAILED", "KILLED")[number], end_time=1_700_000_040_000
            )
        deleted = client.create_run(experiment, run_name="deleted", start_time=1_700_000_000_000)
        client.delete_run(deleted.info.run_id)
        return ids

    files = target / "mlruns"
    shutil.rmtree(files, ignore_errors=True)
    write(files.as_uri())
    for name in ("0", ".trash", "models"):
        shutil.rmtree(files / name, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "mlflow.db"
        write(f"sqlite:///{database}")
        (target / "mlflow.db.gz").write_bytes(gzip.compress(database.read_bytes(), 9, mtime=0))


if __name__ == "__main__":
    for which in sys.argv[1:]:
        {
            "wandb": lambda: wandb_runs(IMPORT / "wandb" / "fixtures"),
            "mlflow": lambda: mlflow_runs(IMPORT / "mlflow" / "fixtures"),
        }[which]()
