"""The extra `fleet`: a service scanned by a worker of a Dask cluster."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from distributed import LocalCluster

if __name__ == "__main__":
    Path("list").write_text("service\n", encoding="utf-8")
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        engine = f"dask://{cluster.scheduler_address.removeprefix('tcp://')}"
        words = ("scan", "--repos", "list", "--engine", engine, "--format", "json")
        done = subprocess.run(  # noqa: S603 - ours
            [sys.executable, "-m", "hushtable.cli.main", *words],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 1 or '"HT102"' not in done.stdout:
        sys.exit(f"the service was not scanned: {done.returncode} {done.stderr[-400:]}")
