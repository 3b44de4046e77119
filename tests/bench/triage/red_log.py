#!/usr/bin/env python3
"""A raw log in LANL's form: accounts with habits, and red-team lines planted at their times.

    red_log.py REDTEAM_LINES SEED >log.csv

People have a computer or two, a handful of servers by habit (the first most), working hours, now and then a server
that is new to them; services work around the clock on few servers; some people are administrators, who go to many.
The red-team lines are real ones (LANL auth.txt lines of redteam.txt); their accounts are people here."""
import random, sys

def main():
    red = [line.rstrip("\n") for line in open(sys.argv[1])]
    rng = random.Random(int(sys.argv[2]))
    days = 30
    hosts = ["C%d" % i for i in range(1, 4001)]
    popular = rng.sample(hosts, 60)
    out = [(int(line.split(",")[0]), line) for line in red]
    accounts = sorted({line.split(",")[1] for line in red})
    accounts += ["U%d@DOM1" % i for i in range(20001, 20001 + 900)]
    accounts += ["svc%d@DOM1" % i for i in range(60)]
    for account in accounts:
        service = account.startswith("svc")
        admin = not service and rng.random() < 0.05
        home = rng.sample(hosts, 1 if service else rng.choice([1, 1, 1, 2]))
        n = rng.randint(2, 6) if service else rng.randint(25, 120) if admin else rng.randint(3, 14)
        own = [rng.choice(popular) if rng.random() < 0.7 else rng.choice(hosts) for _ in range(n)] + home[:1]
        weight = [1 / (1 + i) for i in range(len(own))]
        start, length = (0, 24) if service else (rng.randint(6, 11), rng.randint(5, 10))
        rate = rng.uniform(2, 40) if service else rng.lognormvariate(1.4, 0.7)
        new = 0.0005 if service else 0.03 if admin else 0.006
        fails = 0.002 if service else 0.02
        for day in range(days):
            weekend = day % 7 >= 5
            if not service and rng.random() < (0.9 if weekend else 0.08):
                continue
            for hour in range(start, start + length):
                if not service and rng.random() < 0.25:
                    continue
                count = int(rng.expovariate(1 / rate)) + (1 if service else 0)
                for _ in range(min(count, 400)):
                    time = (day * 24 + hour) * 3600 + rng.randrange(3600)
                    if rng.random() < new:
                        dst = rng.choice(hosts)
                        if rng.random() < 0.3:
                            own.append(dst)
                            weight.append(0.2)
                    else:
                        dst = rng.choices(own, weight)[0]
                    result = "Fail" if rng.random() < fails else "Success"
                    out.append((time, "%d,%s,%s,%s,%s,%s,Network,LogOn,%s" % (
                        time, account, account, rng.choice(home), dst, rng.choice(["Kerberos", "NTLM"]), result)))
    out.sort(key=lambda one: one[0])
    sys.stdout.write("".join(line + "\n" for _, line in out))

main()
