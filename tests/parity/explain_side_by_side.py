#!/usr/bin/env python3
"""What `oddhours explain --json` says of some rows, computed again from the definitions of
docs/EXPLAIN.md: path credits and Shapley values from scikit-learn's trees (all coalitions, one by
one), LOF's shares from a neighbourhood found here, context and common behaviour with pandas.

usage: explain_side_by_side.py ODDHOURS TABLE [ROWS]

Exit 0 when all agree; 77 when a library is not there. The forest has 40 trees, to be quick.
"""
import itertools
import json
import math
import os
import subprocess
import sys
import tempfile

if os.path.exists("/proc/cpuinfo") and "avx512f" in open("/proc/cpuinfo").read():
    os.environ["NPY_DISABLE_CPU_FEATURES"] = (
        "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL")
sys.dont_write_bytecode = True  # the sources may not be ours to write to
import numbers_beside as numbers
from numbers_beside import same

try:
    import numpy as np
    import pandas as pd
    from scipy import stats
    from sklearn.ensemble import IsolationForest
    from sklearn.preprocessing import StandardScaler
except ImportError as error:
    print(f"skipped: {error.name} is missing (Debian: apt install python3-sklearn python3-pandas)")
    sys.exit(77)

FEATURES = ["total_events", "failed_events", "fail_ratio", "dst_hosts", "src_hosts",
            "nbhours_events", "nbhours_ratio"]
TREES = 40


# ---- Isolation Forest ----

def path_beyond(n):
    """c(n) of Liu, Ting and Zhou 2008, as scikit-learn has it."""
    if n <= 2:
        return float(n == 2)
    return 2 * (math.log(n - 1) + np.euler_gamma) - 2 * (n - 1) / n


class Tree:
    def __init__(self, estimator, features):
        tree = estimator.tree_
        self.left, self.right = tree.children_left, tree.children_right
        self.feature, self.threshold = features[np.maximum(tree.feature, 0)], tree.threshold
        self.rows = tree.n_node_samples
        depth = np.zeros(tree.node_count)
        for node in range(tree.node_count):
            if self.left[node] >= 0:
                depth[[self.left[node], self.right[node]]] = depth[node] + 1
        self.expected = np.zeros(tree.node_count)
        for node in reversed(range(tree.node_count)):
            one, two = self.left[node], self.right[node]
            self.expected[node] = depth[node] + path_beyond(self.rows[node]) if one < 0 else (
                self.rows[one] * self.expected[one] + self.rows[two] * self.expected[two]
            ) / self.rows[node]

    def child(self, node, x):
        below = x[self.feature[node]] <= self.threshold[node]
        return self.left[node] if below else self.right[node]

    def credit(self, x, to):
        node = 0
        while self.left[node] >= 0:
            after = self.child(node, x)
            to[self.feature[node]] += self.expected[node] - self.expected[after]
            node = after
        return self.expected[0] - self.expected[node]

    def worth(self, x, coalition, node=0):
        """The depth to expect when only the features of the coalition are known."""
        if self.left[node] < 0:
            return self.expected[node]
        if self.feature[node] in coalition:
            return self.worth(x, coalition, self.child(node, x))
        return sum(self.rows[one] * self.worth(x, coalition, one)
                   for one in (self.left[node], self.right[node])) / self.rows[node]


def shapley(worth, d):
    """Shapley 1953, term by term; `worth` of each frozenset."""
    values = np.zeros(d)
    for i in range(d):
        others = [j for j in range(d) if j != i]
        for size in range(d):
            weight = math.factorial(size) * math.factorial(d - size - 1) / math.factorial(d)
            for members in map(frozenset, itertools.combinations(others, size)):
                values[i] += weight * (worth[members | {i}] - worth[members])
    return values


def check_forest(said, trees, x, with_shapley):
    credit = np.zeros(len(FEATURES))
    total = sum(tree.credit(x, credit) for tree in trees) / len(trees)
    for name, value in zip(FEATURES, credit / len(trees)):
        same(f"forest credit {name}", said["credits"][name], value)
    same("forest sum", said["credit_sum"], total)
    if with_shapley:
        d = len(FEATURES)
        worth = {coalition: -sum(tree.worth(x, coalition) for tree in trees) / len(trees)
                 for size in range(d + 1)
                 for coalition in map(frozenset, itertools.combinations(range(d), size))}
        for name, value in zip(FEATURES, shapley(worth, d)):
            same(f"forest Shapley {name}", said["shapley"][name], value)


# ---- LOF, distinct form ----

class Points:
    def __init__(self, scaled, k=35):
        self.x, self.of_row, self.copies = np.unique(scaled, axis=0, return_inverse=True,
                                                     return_counts=True)
        self.x = self.x.astype(float)
        self.k = min(k, len(self.x) - 1)

    def neighbours(self, point):
        distance = np.sqrt(((self.x - self.x[point]) ** 2).sum(1))
        distance[point] = math.inf
        reach = np.sort(distance)[self.k - 1]
        return np.flatnonzero(distance <= reach * (1 + 1e-12))


def check_lof(said, points, row):
    point = points.of_row[row]
    near = points.neighbours(point)
    mean = (points.copies[near, None] * points.x[near]).sum(0) / points.copies[near].sum()
    apart = points.x[point] - mean
    share = apart * abs(apart) / (apart ** 2).sum()
    for name, value in zip(FEATURES, share):
        same(f"LOF share {name}", said["credits"][name], value, 1e-6)
    same("LOF sum", said["credit_sum"], 1)


# ---- context ----

class Table:
    def __init__(self, path):
        self.frame = pd.read_csv(path, float_precision="round_trip")
        self.x = self.frame[FEATURES].to_numpy(float)
        self.time = pd.to_datetime(self.frame["dt"])
        self.hour = self.time.dt.hour.to_numpy()
        day = (self.time.dt.normalize() - pd.Timestamp("1970-01-01")).dt.days.to_numpy()
        volume = np.bincount(day - day.min())
        quiet = []
        for at, rows in enumerate(volume):
            around = volume[max(0, at - 10):at + 11]
            quiet.append(rows < 0.85 * np.median(around[around > 0]))
        self.quiet = np.array(quiet)[day - day.min()]


def next_hour_has(value, own, everybody):
    """P(X >= value) of the shrunken negative binomial."""
    n = len(own)
    mean = (5 * everybody + own.sum()) / (5 + n)
    variance = (5 * (everybody + everybody ** 2) + ((own - own.mean()) ** 2).sum()) / (5 + n)
    variance = max(variance, mean * 1.000001)
    if value <= 0:
        return 1
    return stats.nbinom.sf(value - 1, mean ** 2 / (variance - mean), mean / variance)


def check_context(said, table, row):
    x, value = table.x, table.x[row]
    alike = (table.hour == table.hour[row]) & (table.quiet == table.quiet[row])
    user = table.frame["src_user"]
    past = ((user == user[row]) & (table.time < table.time[row])).to_numpy()
    same("copies", said["copies"], (x == value).all(1).sum())
    same("same hour", said["same_hour_rows"], alike.sum())
    same("quiet", said["day_kind"] == "quiet", table.quiet[row])
    same("past", said["own_earlier_rows"], past.sum())
    for f, name in enumerate(FEATURES):
        one, own = said["features"][name], x[past, f]
        counts = len(own) > 0 and not name.endswith("_ratio")
        for key, wanted in (
                ("value", value[f]), ("typical", np.median(x[:, f])),
                ("rows_at_least", (x[:, f] >= value[f]).sum()),
                ("same_hour_rows_at_least", (x[alike, f] >= value[f]).sum()),
                ("own_median", np.median(own) if len(own) else None),
                ("own_most", own.max() if len(own) else None),
                ("own_rows_at_least", (own >= value[f]).sum())):
            same(f"{name} {key}", one.get(key, 0 if key == "own_rows_at_least" else None), wanted)
        same(f"{name} own_expected", one.get("own_expected"),
             next_hour_has(value[f], own, x[:, f].mean()) if counts else None, 1e-6)


def check_common(said, table, scaler, row):
    profiles, copies = np.unique(table.x, axis=0, return_counts=True)
    common = profiles[(copies >= max(20, 1e-4 * len(table.x))) &
                      ~(profiles == table.x[row]).all(1)]
    if len(common) == 0:
        same("nothing is common", len(said), 0)
        return
    scaled = scaler.transform(np.vstack([common, table.x[row]])).astype(np.float32).astype(float)
    distance = np.sort(np.sqrt(((scaled[:-1] - scaled[-1]) ** 2).sum(1)))[:3]
    same("common profiles", len(said), len(distance))
    for one, wanted in zip(said, distance):
        values = np.array([one["values"][name] for name in FEATURES])
        same("distance", one["distance"], wanted, 1e-6)
        same("its copies", one["copies"], (table.x == values).all(1).sum())


def main():
    program, path = sys.argv[1:3]
    n_rows = int(sys.argv[3]) if len(sys.argv) > 3 else 12
    table = Table(path)
    scaler = StandardScaler().fit(table.x)
    scaled = scaler.transform(table.x)
    forest = IsolationForest(n_estimators=TREES, contamination=0.05, random_state=42).fit(scaled)
    trees = [Tree(*pair) for pair in zip(forest.estimators_, forest.estimators_features_)]
    scaled = scaled.astype(np.float32)
    points = Points(scaled)
    with tempfile.TemporaryDirectory() as place:
        subprocess.run([program, "run", path, "-o", place, "-q", "--scores", "--format=csv", "--trees", str(TREES)],
                       check=True)
        scores = pd.read_csv(f"{place}/scores.csv")
        top = [int(scores[f"{name}_rank"].idxmin()) for name in ("iforest", "autoencoder", "lof")]
        drawn = np.random.default_rng(1).integers(0, len(table.x), n_rows)
        for at, row in enumerate(dict.fromkeys([*top, 0, len(table.x) - 1, *map(int, drawn)])):
            said = json.loads(subprocess.run(
                [program, "explain", place, "--row", str(row), "--shapley", "--json", "-q"],
                check=True, capture_output=True, text=True).stdout)
            detectors = said["detectors"]
            check_forest(detectors["iforest"], trees, scaled[row], at < 4)
            same("error shares", sum(detectors["autoencoder"]["credits"].values()), 1)
            check_lof(detectors["lof"], points, row)
            check_context(said, table, row)
            check_common(said["nearest_common"], table, scaler, row)
            for name in ("iforest", "autoencoder", "lof", "ensemble"):
                share = (scores[name] >= scores[name][row]).mean()
                same(f"{name} tail share", detectors[name]["tail_share"], share)
    return numbers.verdict()


if __name__ == "__main__":
    sys.exit(main())
