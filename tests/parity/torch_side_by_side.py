#!/usr/bin/python3
"""Trains torch's autoencoder beside ours, on the same table with the same seed, and compares.

usage: torch_side_by_side.py [--program ODDHOURS] TABLE.csv[.gz] RUN

RUN is a directory written by `oddhours run`; with --program it is written first. The number of
epochs, the batch, the learning rate, the seed and the features are taken from its
run_ae_info.json. torch does what the notebook does, after manual_seed(seed): network, Adam,
shuffling DataLoader, mean squared error of every row.

Must hold: the loss of the first epoch to 1e-4 of its size, and a rank correlation of the scores
above 0.999. Later losses are only printed: both sides sum floats in different orders, and every
step is taken from where the last one ended, so differences grow as the training goes on.

Exit status: 0 both hold, 1 one does not, 2 wrong usage, 77 torch is not installed.
Debian: apt install python3-torch (made with torch 1.13; numbers for a seed are torch's own affair
and may change with its version).
"""
import argparse
import csv
import gzip
import json
import os
import subprocess
import sys

MISSING = {"", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND",
           "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"}


def number(text):
    """A feature's value: missing and infinite ones are 0."""
    if text in MISSING:
        return 0.0
    value = float(text)
    return value if abs(value) != float("inf") and value == value else 0.0


def read_table(path, features):
    """(rows, features) doubles. Lines that our reader would leave out are not looked for."""
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as file:
        lines = csv.reader(file)
        header = next(lines)
        columns = [header.index(name) for name in features]
        rows = [[number(line[c]) for c in columns] for line in lines if line]
    return numpy.array(rows, dtype=numpy.float64).reshape(len(rows), len(features))


def scaled(table):
    """StandardScaler, as float32."""
    scale = table.std(axis=0)
    scale[scale == 0] = 1
    return ((table - table.mean(axis=0)) / scale).astype(numpy.float32)


def train(x, params, seed):
    """The notebook's training. Returns the loss of every epoch and the error of every row."""
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    torch.manual_seed(seed)
    d, batch = x.shape[1], params["batch_size"]
    latent = max(2, d // 2)
    network = nn.Sequential(nn.Linear(d, 16), nn.ReLU(), nn.Linear(16, latent), nn.ReLU(),
                            nn.Linear(latent, 16), nn.ReLU(), nn.Linear(16, d))
    adam = torch.optim.Adam(network.parameters(), lr=params["learning_rate"])
    mse = nn.MSELoss()
    loader = DataLoader(TensorDataset(torch.from_numpy(x)), batch_size=batch, shuffle=True)
    losses = []
    for _ in range(params["epochs"]):
        total = 0.0
        for (rows,) in loader:
            adam.zero_grad()
            loss = mse(network(rows), rows)
            loss.backward()
            adam.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    with torch.no_grad():
        rows = torch.from_numpy(x)
        scores = ((network(rows) - rows) ** 2).mean(dim=1).numpy()
    return losses, scores


def ranks(values):
    """Ranks from 0, equal values sharing their mean."""
    _, inverse, counts = numpy.unique(values, return_inverse=True, return_counts=True)
    first = numpy.concatenate([[0], numpy.cumsum(counts)[:-1]])
    return (first + (counts - 1) / 2)[inverse]


def rank_correlation(a, b):
    """Spearman's; of two constants, 1."""
    a, b = ranks(a), ranks(b)
    a, b = a - a.mean(), b - b.mean()
    both = numpy.sqrt((a * a).sum() * (b * b).sum())
    return 1.0 if both == 0 else float((a * b).sum() / both)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--program", help="run this oddhours first")
    parser.add_argument("table")
    parser.add_argument("run", help="a directory of `oddhours run`")
    args = parser.parse_args()
    if args.program:
        subprocess.run([args.program, "run", args.table, "-o", args.run, "--format=csv", "--models",
                        "autoencoder"], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
    with open(os.path.join(args.run, "run_ae_info.json"), encoding="utf-8") as file:
        info = json.load(file)
    with open(os.path.join(args.run, "autoencoders.csv"), encoding="utf-8",
              errors="replace", newline="") as file:
        ours = numpy.array([float(line["ae_score"]) for line in csv.DictReader(file)])

    table = read_table(args.table, info["features"])
    if len(table) != len(ours):
        print(f"the table has {len(table)} rows, the run {len(ours)}: lines were left out, or it "
              "is a run of another table", file=sys.stderr)
        return 2
    losses, theirs = train(scaled(table), info["params"], int(info["seed"]))

    print(f"{len(table)} rows, torch {torch.__version__}, {info['path']} {info['kernel']}")
    print("epoch  torch        ours         relative difference")
    for i, (a, b) in enumerate(zip(losses, info["losses"])):
        print(f"{i + 1:5}  {a:.9f}  {b:.9f}  {abs(a - b) / a:.1e}")
    first = abs(losses[0] - info["losses"][0]) / losses[0]
    correlation = rank_correlation(theirs, ours)
    difference = numpy.abs(theirs - ours) / theirs
    print(f"scores: rank correlation {correlation:.7f}, relative difference "
          f"median {numpy.median(difference):.1e}, largest {difference.max():.1e}")
    return 0 if first <= 1e-4 and correlation > 0.999 else 1


if __name__ == "__main__":
    try:
        import numpy
        import torch
    except ImportError as error:
        print(f"skipped: {error} (Debian: apt install python3-torch)")
        sys.exit(77)
    sys.exit(main())
