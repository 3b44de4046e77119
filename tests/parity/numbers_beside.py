"""Numbers of oddhours held against those of another program: both side by side scripts use it."""
import math

compared = 0
differing = []


def same(what, ours, theirs, tolerance=1e-9):
    """None is not-a-number, which equals itself."""
    global compared
    compared += 1
    ours = math.nan if ours is None else float(ours)
    theirs = math.nan if theirs is None else float(theirs)
    if not (math.isnan(ours) and math.isnan(theirs)) and \
            not math.isclose(ours, theirs, rel_tol=tolerance, abs_tol=tolerance):
        differing.append(f"{what}: oddhours {ours}, here {theirs}")


def verdict():
    """Says how many differ; the exit status."""
    print(f"{compared} numbers compared, {len(differing)} differ")
    for line in differing[:20]:
        print(line)
    return 1 if differing else 0
