#!/usr/bin/python3
"""The baseline: the notebook's pipeline in pandas, scikit-learn and torch, timed stage by stage.

usage: notebook.py TABLE.csv [--lof ROWS] [--epochs N] [--stages read,scale,iforest,autoencoder,lof]

Prints one line a stage, "STAGE<tab>SECONDS<tab>PROCESSOR SECONDS", with the names of oddhours' own
stages, then "rows", "lof rows" and "peak MiB". A stage whose library is missing is left out and
said on standard error. The parameters are those of the notebook and oddhours' defaults.
"""
import argparse
import resource
import sys
import time

FEATURES = ["total_events", "failed_events", "fail_ratio", "dst_hosts", "src_hosts",
            "nbhours_events", "nbhours_ratio"]
SEED = 42
BATCH = 4096


class Clock:
    """Wall and processor time (all threads) since the last lap."""

    def start(self):
        self.wall, self.processor = time.perf_counter(), time.process_time()

    def lap(self, stage):
        wall = time.perf_counter() - self.wall
        processor = time.process_time() - self.processor
        print(f"{stage}\t{wall:.3f}\t{processor:.3f}", flush=True)
        self.start()


def scale(table):
    import numpy as np
    from sklearn.preprocessing import StandardScaler
    values = table[FEATURES].replace([np.inf, -np.inf], np.nan).fillna(0)
    return StandardScaler().fit_transform(values)


def isolation_forest(rows, clock):
    from sklearn.ensemble import IsolationForest
    clock.start()
    forest = IsolationForest(n_estimators=200, contamination=0.05, random_state=SEED, n_jobs=-1)
    forest.fit(rows)
    clock.lap("iforest fit")
    forest.decision_function(rows)
    forest.predict(rows)
    clock.lap("iforest score")


def autoencoder(rows, epochs, clock):
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset
    torch.manual_seed(SEED)
    data = TensorDataset(torch.from_numpy(rows))
    width, narrow = rows.shape[1], max(2, rows.shape[1] // 2)
    clock.start()
    model = nn.Sequential(nn.Linear(width, 16), nn.ReLU(), nn.Linear(16, narrow), nn.ReLU(),
                          nn.Linear(narrow, 16), nn.ReLU(), nn.Linear(16, width))
    adam = torch.optim.Adam(model.parameters(), lr=1e-3)
    error = nn.MSELoss()
    for _ in range(epochs):
        for (batch,) in DataLoader(data, batch_size=BATCH, shuffle=True):
            adam.zero_grad()
            loss = error(model(batch), batch)
            loss.backward()
            adam.step()
            loss.item()
    clock.lap("autoencoder fit")
    with torch.no_grad():
        for (batch,) in DataLoader(data, batch_size=BATCH):
            ((model(batch) - batch) ** 2).mean(dim=1).numpy()
    clock.lap("autoencoder score")


def local_outlier_factor(rows, sample, clock):
    import numpy as np
    from sklearn.neighbors import LocalOutlierFactor
    clock.start()
    if len(rows) > sample:
        rows = rows[np.random.RandomState(SEED).choice(len(rows), size=sample, replace=False)]
    lof = LocalOutlierFactor(n_neighbors=35, contamination=0.02, novelty=True, n_jobs=-1)
    lof.fit(rows)
    clock.lap("lof fit")
    lof.decision_function(rows)
    lof.predict(rows)
    clock.lap("lof score")
    return len(rows)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("table")
    parser.add_argument("--lof", type=int, default=1_000_000)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--stages", default="read,scale,iforest,autoencoder,lof")
    options = parser.parse_args()
    stages, clock = options.stages.split(","), Clock()

    import pandas as pd
    import numpy as np
    clock.start()
    table = pd.read_csv(options.table)
    clock.lap("read")
    print(f"rows\t{len(table)}\t", flush=True)
    if stages == ["read"]:
        return
    import sklearn.preprocessing  # noqa: F401  (importing it is not part of the stage)
    clock.start()
    rows = scale(table)
    clock.lap("scale")
    rows32 = rows.astype(np.float32)
    for stage, work in [("iforest", lambda: isolation_forest(rows, clock)),
                        ("autoencoder", lambda: autoencoder(rows32, options.epochs, clock)),
                        ("lof", lambda: print("lof rows\t%d\t" % local_outlier_factor(
                            rows32, options.lof, clock), flush=True))]:
        if stage not in stages:
            continue
        try:
            work()
        except ImportError as missing:
            print(f"notebook.py: no {stage}: {missing}", file=sys.stderr)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak MiB\t{peak:.0f}\t")


if __name__ == "__main__":
    main()
