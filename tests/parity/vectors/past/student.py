#!/usr/bin/python3
"""student.py: how student.csv beside it was made, with scipy 1.10.1: -log10 P(T >= t) of
Student's t. Tails below 1e-290 are left out. usage: student.py > student.csv"""
import math
from scipy import stats

print("t,freedom,decades")
for freedom in (0.7, 1, 2, 3.5, 5, 8, 13, 30, 120, 1000):
    for t in (-40, -8, -2.5, -1, -0.01, 0, 1e-3, 0.3, 1, 1.7, 2.5, 4, 6.25, 9, 15, 30, 40):
        tail = stats.t.sf(t, freedom)
        if tail > 1e-290:
            print("%r,%r,%.17g" % (t, freedom, abs(-math.log10(tail))))
