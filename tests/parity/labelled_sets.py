#!/usr/bin/env python3
"""ROC-AUC and average precision of every detector on labelled sets, beside scikit-learn's with the
same seed and beside published figures.

usage: labelled_sets.py ODDHOURS DIR [--most-rows N]

DIR holds CSV files `f0,f1,...,label` (1 = anomaly; plain or .gz), such as ADBench's classical sets.
Prints a Markdown table. Exits 1 when ours and scikit-learn's ROC-AUC differ for Isolation Forest or
for LOF in its sklearn form: they must be equal. Needs python3-sklearn and python3-pandas (77:
skipped).
"""
import argparse
import csv
import glob
import os
import subprocess
import sys
import tempfile

here = os.path.dirname(os.path.abspath(__file__))
if os.path.exists("/proc/cpuinfo") and "avx512f" in open("/proc/cpuinfo").read():
    os.environ["NPY_DISABLE_CPU_FEATURES"] = (
        "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL")
try:
    import numpy as np
    import pandas as pd
    from sklearn.ensemble import IsolationForest
    from sklearn.metrics import average_precision_score, roc_auc_score
    from sklearn.neighbors import LocalOutlierFactor
    from sklearn.preprocessing import StandardScaler
except ImportError as error:
    print(f"skipped: {error.name} is missing (Debian: apt install python3-sklearn python3-pandas)")
    sys.exit(77)


def published(name, column, file="sklearn_1.2.1_reference_auc.csv"):
    with open(f"{here}/published/{file}") as lines:
        for row in csv.DictReader(lines):
            if row["dataset"].lower() == name.lower() and row.get(column):
                return row[column]
    return "-"


def ours(program, path, features, directory, *options):
    subprocess.run([program, "run", path, "-o", directory, "-q", "--scores", "--format=csv", "--features",
                    ",".join(features), *options], check=True)
    return pd.read_csv(f"{directory}/scores.csv", float_precision="round_trip")


def theirs(values):
    scaled = StandardScaler().fit_transform(values)
    forest = IsolationForest(n_estimators=200, contamination=0.05, random_state=42).fit(scaled)
    x = scaled.astype(np.float32)
    factor = LocalOutlierFactor(n_neighbors=35, contamination=0.02, novelty=True).fit(x)
    return -forest.score_samples(scaled), -factor.score_samples(x)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("oddhours")
    parser.add_argument("directory")
    parser.add_argument("--most-rows", type=int, default=60000)
    options = parser.parse_args()
    good = True
    print("ROC-AUC / average precision, seed 42, whole sets, fitted and scored on the same rows\n")
    print("| set | rows x d | anomalies | iforest | scikit-learn | autoencoder | lof distinct "
          "| lof sklearn | scikit-learn | ensemble | ecod | published ROC: IF, LOF k=35; ADBench IF, LOF |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for path in sorted(glob.glob(f"{options.directory}/*.csv*"), key=str.lower):
        name = os.path.basename(path).split(".")[0]
        frame = pd.read_csv(path, float_precision="round_trip")
        if len(frame) > options.most_rows:
            print(f"| {name} | {len(frame)} rows: more than --most-rows | | | | | | | | | | |")
            continue
        label = frame["label"].to_numpy()
        features = [c for c in frame.columns if c != "label"]
        forest, factor = theirs(frame[features])
        with tempfile.TemporaryDirectory() as directory:
            distinct = ours(options.oddhours, path, features, directory)
            notebook = ours(options.oddhours, path, features, directory, "--lof=sklearn")
            tails = ours(options.oddhours, path, features, directory, "--models=ecod")

        def both(score):
            return f"{roc_auc_score(label, score):.4f} / {average_precision_score(label, score):.4f}"

        columns = [both(distinct["iforest"]), both(forest), both(distinct["autoencoder"]),
                   both(distinct["lof"]), both(notebook["lof"]), both(factor),
                   both(distinct["ensemble"]), both(tails["ecod"])]
        same = columns[0] == columns[1] and (
            columns[4] == columns[5] or len(features) > 15)  # brute force there: float32, 2.4e-7
        good &= same
        adbench = ", ".join(published(name, c, "adbench_D4_aucroc_percent.csv")
                            for c in ("IForest", "LOF"))
        print(f"| {name} | {len(frame)} x {len(features)} | {label.sum()} | "
              + " | ".join(columns)
              + f" | {published(name, 'if200_auc_mean')}, {published(name, 'lof35_auc')}; {adbench} |"
              + ("" if same else " DIFFERS"), flush=True)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
