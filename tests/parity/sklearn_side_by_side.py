#!/usr/bin/env python3
"""Runs scikit-learn beside `oddhours run` on any table and compares row by row, bit by bit.

usage: sklearn_side_by_side.py ODDHOURS TABLE.csv [--features a,b,c] [--lof-sample N] [--rows N]

Compares iso_score and iso_label, and with --lof sklearn lof_score and lof_label. Prints one line
a column and exits 1 when something differs. Needs Debian's python3-sklearn and python3-pandas;
says so and exits 77 (skipped) where they are missing.

Known sources of difference, and what is done about them (docs/PARITY.md):
* numpy with AVX-512 has other log and pow kernels, up to 3 ulp away from the C library's. They are
  switched off here (NPY_DISABLE_CPU_FEATURES), so the comparison is of bits on every machine.
* pandas' default float parser is not correctly rounded; float_precision="round_trip" is.
* Versions: checked with scikit-learn 1.2.1; others are compared, too, and the version is printed.
* A table of no more rows than the LOF sample is taken whole, in file order, not permuted.
"""
import argparse
import os
import subprocess
import sys
import tempfile

if os.path.exists("/proc/cpuinfo") and "avx512f" in open("/proc/cpuinfo").read():
    os.environ["NPY_DISABLE_CPU_FEATURES"] = (
        "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL")
try:
    import numpy as np
    import pandas as pd
    import sklearn
    from sklearn.ensemble import IsolationForest
    from sklearn.neighbors import LocalOutlierFactor
    from sklearn.preprocessing import StandardScaler
except ImportError as error:
    print(f"skipped: {error.name} is missing (Debian: apt install python3-sklearn python3-pandas)")
    sys.exit(77)

STUDY = ("total_events,failed_events,fail_ratio,dst_hosts,src_hosts,"
         "nbhours_events,nbhours_ratio")


def bits(values):
    """The bits of an array of floats, as integers."""
    return values.view(np.int64 if values.dtype == np.float64 else np.int32)


def compare(name, ours, theirs):
    """Prints how many values differ, and where the first does; returns whether all are equal."""
    if ours.dtype.kind == "f":
        different = np.flatnonzero(bits(ours) != bits(theirs))
    else:
        different = np.flatnonzero(ours != theirs)
    if len(different) == 0:
        print(f"{name:10} {len(ours)} values: all equal")
        return True
    at = different[0]
    print(f"{name:10} {len(different)} of {len(ours)} values differ; the first in row {at}: "
          f"{ours[at]!r} here, {theirs[at]!r} there")
    return False


def forest(scaled, contamination, seed):
    model = IsolationForest(n_estimators=200, contamination=contamination, random_state=seed)
    model.fit(scaled)
    return model.decision_function(scaled), model.predict(scaled)


def outlier_factor(scaled, sample, seed, neighbors, contamination):
    n = len(scaled)
    if sample and n > sample:
        rows = np.random.RandomState(seed).choice(n, size=sample, replace=False)
    else:
        rows = np.arange(n)
    x = scaled[rows].astype(np.float32, copy=False)
    model = LocalOutlierFactor(n_neighbors=neighbors, contamination=contamination, novelty=True)
    model.fit(x)
    return rows, (-model.decision_function(x)).astype(np.float32), model.predict(x)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("oddhours")
    parser.add_argument("table")
    parser.add_argument("--features", default=STUDY)
    parser.add_argument("--lof-sample", type=int, default=1_000_000)
    parser.add_argument("--neighbors", type=int, default=35)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--seed", type=int, default=42)
    options = parser.parse_args()
    features = options.features.split(",")
    print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, pandas {pd.__version__}")

    frame = pd.read_csv(options.table, float_precision="round_trip")
    values = frame[features].replace([np.inf, -np.inf], np.nan).fillna(0)
    scaled = StandardScaler().fit_transform(values)
    score, label = forest(scaled, 0.05, options.seed)
    rows, lof_score, lof_label = outlier_factor(scaled, options.lof_sample, options.seed,
                                                options.neighbors, 0.02)

    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(
            [options.oddhours, "run", options.table, "-o", directory, "--quiet", "--format=csv",
             "--models", "iforest,lof", "--lof", "sklearn", "--features", options.features,
             "--lof-sample", str(options.lof_sample), "--seed", str(options.seed),
             "--neighbors", str(options.neighbors), "--threads", str(options.threads)],
            check=True)
        ours = pd.read_csv(f"{directory}/isolation_forest.csv", float_precision="round_trip")
        lof = pd.read_csv(f"{directory}/lof.csv", float_precision="round_trip")

    good = compare("iso_score", ours["iso_score"].to_numpy(np.float64), score)
    good &= compare("iso_label", ours["iso_label"].to_numpy(), label)
    good &= compare("row_id", lof["row_id"].to_numpy(), rows)
    good &= compare("lof_score", lof["lof_score"].to_numpy(np.float64).astype(np.float32),
                    lof_score)
    good &= compare("lof_label", lof["lof_label"].to_numpy(), lof_label)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
