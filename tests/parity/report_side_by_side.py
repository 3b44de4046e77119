#!/usr/bin/env python3
"""Every number of `oddhours report`, computed again from the exported review with scipy and
scikit-learn: from the definitions of docs/REVIEWS.md, not from our code.

usage: report_side_by_side.py ODDHOURS TABLE REVIEW.json TRUTH.csv [K]...

Exit 0 when all agree; 77 when a library is not there.
"""
import collections
import json
import math
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # the sources may not be ours to write to
import numbers_beside as numbers
from numbers_beside import same

try:
    import numpy as np
    import pandas as pd
    from scipy import stats
    from sklearn.metrics import average_precision_score, cohen_kappa_score, roc_auc_score
except ImportError as error:
    print(f"skipped: {error.name} is missing (Debian: apt install python3-sklearn python3-pandas)")
    sys.exit(77)

KINDS = ("tp", "fp", "undecided", "open")


def pair(what, ours, theirs):
    same(what + " low", ours[0], theirs[0])
    same(what + " high", ours[1], theirs[1])


def ratio(a, b):
    return a / b if b else math.nan


def counts(verdicts):
    n = collections.Counter(verdicts)
    return [n[kind] for kind in KINDS]


def clopper_pearson(x, n):
    return (stats.beta.ppf(0.025, x, n - x + 1) if x > 0 else 0,
            stats.beta.ppf(0.975, x + 1, n - x) if x < n else 1)


def wilson(x, n):
    if n == 0:
        return 0, 1
    found = stats.binomtest(x, n).proportion_ci(method="wilson")
    return found.low, found.high


def hypergeometric(x, drawn, rows, confidence):
    tail = (1 - confidence) / 2
    hits = np.arange(x, rows - (drawn - x) + 1)
    kept = hits[(stats.hypergeom.cdf(x, rows, hits, drawn) > tail) &
                (stats.hypergeom.sf(x - 1, rows, hits, drawn) > tail)]
    return kept.min(), kept.max()


class Review:
    """What stands of an exported review, by row and reviewer."""

    def __init__(self, path):
        self.entries = json.load(open(path))["entries"]
        stands = {}
        for entry in self.entries:
            if entry["kind"] in ("verdict", "note"):
                stands[entry["uid"]] = True
            else:
                stands[entry["target"]] = entry["kind"] == "redo"
        self.verdicts = collections.defaultdict(dict)
        self.repeats = collections.defaultdict(dict)
        self.controls = collections.defaultdict(set)
        self.shown = collections.defaultdict(set)
        for entry in self.entries:
            if entry["kind"] != "verdict" or not stands[entry["uid"]]:
                continue
            role = entry.get("role", "list")
            for row in (one["row_id"] for one in entry["rows"]):
                to = self.repeats if role == "repeat" else self.verdicts
                to[row][entry["reviewer"]] = entry["verdict"]
                if role != "repeat":
                    kept = self.controls if role == "control" else self.shown
                    kept[entry.get("queue")].add(row)

    def verdict(self, row):
        said = set(self.verdicts.get(row, {}).values())
        if {"tp", "fp"} <= said:
            return "undecided"
        return next((kind for kind in KINDS if kind in said), "open")


def ties_averaged(verdict, score, order, k):
    """P@k, its bounds, and the block that straddles k, over all orders of equal scores."""
    first, end = k - 1, k
    while first > 0 and score[order[first - 1]] == score[order[k - 1]]:
        first -= 1
    while end < len(order) and score[order[end]] == score[order[k - 1]]:
        end += 1
    above, block, slots = counts(verdict[order[:first]]), counts(verdict[order[first:end]]), k - first
    judged = sum(block[:3])
    weight = min(1, slots / judged) if judged else 0
    share = slots / (end - first)
    tp, fp = above[0] + weight * block[0], above[1] + weight * block[1]
    sure = above[0] + share * block[0]
    open_ = above[2] + above[3] + share * (block[2] + block[3])
    return ratio(tp, tp + fp), sure / k, (sure + open_) / k, first + 1, end, block


def check_list(found, verdict, score, order, table, k):
    name = found["name"]
    k = min(k, len(order))
    listed = verdict[order[:k]]
    tp, fp, undecided, open_ = counts(listed)
    same(f"{name} k", found["k"], k)
    for kind, n in zip(KINDS, (tp, fp, undecided, open_)):
        same(f"{name} {kind}", found["counts"][kind], n)
    same(f"{name} precision", found["precision_of_decided"], ratio(tp, tp + fp))
    same(f"{name} false", found["false_positive_share"], ratio(fp, tp + fp))
    pair(f"{name} bounds", found["bounds"], (tp / k, (tp + undecided + open_) / k))
    looked = tp + fp + undecided
    pair(f"{name} undecided", found["undecided_as_fp_tp"],
         (ratio(tp, looked), ratio(tp + undecided, looked)))
    pair(f"{name} Wilson", found["wilson_95"], wilson(tp, tp + fp))
    pair(f"{name} Clopper-Pearson", found["clopper_pearson_95"], clopper_pearson(tp, tp + fp))
    mean, low, high, first, last, block = ties_averaged(verdict, score, order, k)
    same(f"{name} tie", "tie" in found, last > k)
    if "tie" in found:
        tie = found["tie"]
        for what, value in (("first_rank", first), ("last_rank", last), ("taken", k - first + 1),
                            ("precision_of_decided", mean)):
            same(f"{name} tie {what}", tie[what], value)
        pair(f"{name} tie bounds", tie["bounds"], (low, high))
        for kind, n in zip(KINDS, block):
            same(f"{name} tie {kind}", tie["counts"][kind], n)
    for at in {at for at in (1, 2, 5, k // 2, k - 1, k) if 1 <= at <= k}:
        mean, low, high = ties_averaged(verdict, score, order, at)[:3]
        same(f"{name} P@{at}", found["curve"]["precision_of_decided"][at - 1], mean)
        same(f"{name} P@{at} low", found["curve"]["low"][at - 1], low)
        same(f"{name} P@{at} high", found["curve"]["high"][at - 1], high)
    users = table["src_user"].to_numpy()[order[:k]]
    days = table["dt"].str[:10].to_numpy()[order[:k]]
    for what, units in (("users", users), ("user_days", list(zip(users, days)))):
        by_unit = collections.defaultdict(list)
        for unit, said in zip(units, listed):
            by_unit[unit].append(said)
        hit = sum("tp" in said for said in by_unit.values())
        miss = sum(set(said) == {"fp"} for said in by_unit.values())
        n = len(by_unit)
        for key, value in (("distinct", n), ("tp", hit), ("fp", miss), ("open", n - hit - miss),
                           ("precision_of_decided", ratio(hit, hit + miss))):
            same(f"{name} {what} {key}", found[what][key], value)
        pair(f"{name} {what} bounds", found[what]["bounds"], (hit / n, 1 - miss / n))


def check_comparison(found, verdict, orders, k):
    a, b = set(orders[found["a"]][:k]), set(orders[found["b"]][:k])
    only = [counts(verdict[sorted(rows)]) if rows else [0] * 4 for rows in (a - b, b - a)]
    what = f"{found['a']} and {found['b']}"
    same(f"{what} shared", found["shared"], len(a & b))
    for side, n in zip(("only_a", "only_b"), only):
        for kind, value in zip(KINDS, n):
            same(f"{what} {side} {kind}", found[side][kind], value)
    one, two = only[0][0], only[1][0]
    p = stats.binomtest(one, one + two, 0.5).pvalue if one + two else 1
    same(f"{what} McNemar", found["mcnemar_p"], p)
    open_ = [n[2] + n[3] for n in only]
    pair(f"{what} difference", found["difference_bounds"],
         ((one - two - open_[1]) / len(a), (one - two + open_[0]) / len(a)))
    same(f"{what} difference", found["difference"],
         math.nan if sum(open_) else (one - two) / len(a))


def kappa_error(pairs):
    """The delta method on the table of pairs, by differences."""
    table = np.zeros((3, 3))
    for one, two in pairs:
        table[KINDS.index(one), KINDS.index(two)] += 1
    n = table.sum()
    table /= n

    def kappa(p):
        chance = (p.sum(0) * p.sum(1)).sum()
        return (np.trace(p) - chance) / (1 - chance)

    slope = np.zeros((3, 3))
    for cell in np.ndindex(3, 3):
        step = np.zeros((3, 3))
        step[cell] = 1e-6
        slope[cell] = (kappa(table + step) - kappa(table - step)) / 2e-6
    return math.sqrt(max(0, (table * slope ** 2).sum() - (table * slope).sum() ** 2) / n)


def check_agreement(found, review):
    a, b = found["a"], found["b"]
    second = review.repeats if a == b else review.verdicts
    pairs = [(said[a], second[row][b]) for row, said in list(review.verdicts.items())
             if a in said and b in second.get(row, {})]
    same(f"{a}, {b} rows", found["rows"], len(pairs))
    same(f"{a}, {b} equal", found["equal"], np.mean([one == two for one, two in pairs]))
    kappa = cohen_kappa_score(*zip(*pairs))
    same(f"{a}, {b} kappa", found["kappa"], kappa)
    if not math.isnan(kappa):
        same(f"{a}, {b} error", found["error"], kappa_error(pairs), 1e-5)
        half = stats.norm.ppf(0.975) * found["error"]
        pair(f"{a}, {b} interval", found["kappa_95"],
             (max(-1, kappa - half), min(1, kappa + half)) if half > 1e-6 else (None, None))


def check_strata(found, verdict, order, shown):
    rank = {row: at + 1 for at, row in enumerate(order)}
    first, parts = 0, []
    for stratum in found["strata"]:
        last = min(stratum["last_rank"], len(order))
        tp, fp, undecided, _ = counts([verdict[row] for row in shown if first < rank[row] <= last])
        for kind, n in zip(KINDS, (tp, fp, undecided)):
            same(f"stratum to {last} {kind}", stratum["sample"][kind], n)
        same(f"stratum to {last}", stratum["rows"], last - first)
        parts.append((last - first, tp, tp + fp))
        first = last
    said = found["estimate"]
    if not all(n for _, _, n in parts):
        same("no estimate", said["precision"], None)
        return
    all_ = sum(rows for rows, _, _ in parts)
    mean = sum(rows / all_ * x / n for rows, x, n in parts)
    variance = sum((rows / all_) ** 2 * (1 - n / rows) *
                   (x / n * (1 - x / n) / (n - 1) if n > 1 else 0.25) for rows, x, n in parts)
    same("estimate", said["precision"], mean)
    same("standard error", said["error"], math.sqrt(variance))
    below = above = low = high = 0
    for rows, x, n in parts:
        one = hypergeometric(x, n, rows, 0.95)
        below += (rows / all_ * (x / n - one[0] / rows)) ** 2
        above += (rows / all_ * (one[1] / rows - x / n)) ** 2
        one = hypergeometric(x, n, rows, 1 - 0.05 / len(parts))
        low, high = low + one[0] / all_, high + one[1] / all_
    certain = (sum(x for _, x, _ in parts) / all_, 1 - sum(n - x for _, x, n in parts) / all_)
    pair("certain", said["bounds"], certain)
    pair("interval", said["interval_95"], (max(mean - math.sqrt(below), certain[0]),
                                           min(mean + math.sqrt(above), certain[1])))
    pair("guaranteed", said["guaranteed_95"], (low, high))


def check_truth(found, scores, table, truth, k):
    positive = np.zeros(len(table), bool)
    positive[truth["row_id"]] = True
    incident = dict(zip(truth["row_id"], truth["incident"]))
    where = np.flatnonzero(positive)
    day = table["dt"].str[:10].to_numpy()
    user = table["src_user"].to_numpy()
    same("positive rows", found["positive_rows"], positive.sum())
    for ranking in found["rankings"]:
        name = ranking["name"]
        trivial = ranking["trivial"]
        score = (table[name.split()[1]] if trivial else scores[name]).to_numpy(float)
        scored = ~np.isnan(score)
        hit, value = positive[scored], score[scored]
        taken = min(k, len(value))
        edge = np.sort(value)[::-1][taken - 1]
        n_above = (value > edge).sum()
        at = hit[value > edge].sum() + hit[value == edge].mean() * (taken - n_above)
        for key, wanted in (("found_at_k", at), ("precision_at_k", at / taken),
                            ("recall_at_k", at / positive.sum()), ("base_rate", hit.mean()),
                            ("roc_auc", roc_auc_score(hit, value)),
                            ("average_precision", average_precision_score(hit, value) *
                             hit.sum() / positive.sum())):
            same(f"{name} {key}", ranking[key], wanted)
        rows = pd.DataFrame({"day": day, "user": user, "score": score})[scored]
        rows = rows.sort_values("score", ascending=False, kind="stable")
        best = rows.drop_duplicates(["day", "user"])
        place = dict(zip(zip(best["day"], best["user"]), best.groupby("day").cumcount() + 1))
        alerts = ranking["alerts"]
        same(f"{name} days", alerts["days"], best["day"].nunique())
        same(f"{name} user-days", alerts["positive_user_days"], len({(day[r], user[r]) for r in where}))
        for budget in alerts["per_day"]:
            n = budget["per_day"]
            seen = [r for r in where if place.get((day[r], user[r]), math.inf) <= n]
            for key, wanted in (("alerts", sum(at <= n for at in place.values())),
                                ("user_days", len({(day[r], user[r]) for r in seen})),
                                ("incidents", len({incident[r] for r in seen})),
                                ("users", len({user[r] for r in seen}))):
                same(f"{name} {n} a day {key}", budget[key], wanted)


def check(found, k, review, scores, table, truth):
    verdict = np.array([review.verdict(row) for row in range(len(table))], object)
    orders = {}
    for one in found["lists"]:
        score = scores[one["name"]].to_numpy()
        scored = np.count_nonzero(~np.isnan(score))
        orders[one["name"]] = np.argsort(-score, kind="stable")[:scored]
        check_list(one, verdict, score, orders[one["name"]], table, k)
    for one in found["comparisons"]:
        check_comparison(one, verdict, orders, k)
    for one in found["agreement"]:
        check_agreement(one, review)
    for one in found["review"]["other_k"]:
        union = set().union(*(order[:one["k"]] for order in orders.values()))
        same(f"K {one['k']} distinct", one["distinct"], len(union))
        same(f"K {one['k']} left", one["open"], sum(verdict[row] == "open" for row in union))
    given = [entry for entry in review.entries if entry["kind"] == "verdict"]
    seconds = np.array([entry["seconds"] for entry in given if entry.get("seconds") is not None])
    same("verdicts", found["review"]["verdicts_given"], len(given))
    same("hours", found["review"]["hours"], seconds.sum() / 3600)
    same("pace", found["review"]["seconds_per_verdict"],
         np.minimum(seconds, 10 * np.median(seconds)).mean())
    for queue in found["queues"]:
        label = queue["label"]
        if review.controls[label]:
            tp, fp, undecided, _ = counts(verdict[sorted(review.controls[label])])
            for kind, n in zip(KINDS, (tp, fp, undecided)):
                same(f"controls {kind}", queue["controls"][kind], n)
            pair("controls", queue["controls_clopper_pearson_95"], clopper_pearson(tp, tp + fp))
        if "strata" in queue and queue["verdicts_outside"] == 0:
            check_strata(queue, verdict, orders[label.split()[1]], review.shown[label])
    check_truth(found["truth"], scores, table, truth, k)


def main():
    program, path, reviews, labels = sys.argv[1:5]
    ks = [int(k) for k in sys.argv[5:]] or [50]
    table = pd.read_csv(path, float_precision="round_trip")
    truth = pd.read_csv(labels)
    review = Review(reviews)
    with tempfile.TemporaryDirectory() as place:
        for options in ([], ["--lof-sample", "3000", "--lof-scope", "sample"]):
            subprocess.run([program, "run", path, "-o", place, "-q", "--scores", "--format=csv", *options], check=True)
            scores = pd.read_csv(f"{place}/scores.csv", float_precision="round_trip")
            for k in ks:
                subprocess.run([program, "report", place, "-q", "-o", f"{place}/report.json", "-n",
                                str(k), "--reviews", reviews, "--truth", labels], check=True)
                check(json.load(open(f"{place}/report.json")), k, review, scores, table, truth)
    return numbers.verdict()


if __name__ == "__main__":
    sys.exit(main())
