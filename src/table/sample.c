#include "table/sample.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

/* 1 when all are equally frequent: then once, twice and thrice are as 1, m / 2, m^2 / 6. */
static double spread_of(const struct sample_counts *counts)
{
    return 1.5 * counts->once * counts->thrice / (counts->twice * counts->twice);
}

bool sample_uneven(const struct sample_counts *counts)
{
    /* Once, twice and thrice alone are deceived when copies come in runs, as pieces do. */
    return counts->twice > 0 && spread_of(counts) > 1.01 &&
           counts->most * counts->distinct > 10 * counts->n;
}

double sample_distinct(const struct sample_counts *counts, double draws)
{
    if (!(counts->n > 0)) {
        return 0;
    }
    const double more = draws / counts->n - 1, once = counts->once, twice = counts->twice;
    double found = counts->distinct;
    if (twice == 0 || once == 0) {
        found += once * more; /* no repeats seen, or no new ones to come */
    } else {
        /* Of gamma's shape a and scale: once : twice : thrice are 1 : (1 + a) t / 2 :
         * (1 + a) (2 + a) t^2 / 6 with t = scale / (1 + scale). */
        const double level = 2 * twice / once;
        const double spread = spread_of(counts);
        if (!sample_uneven(counts)) { /* all means are equal, as far as one can tell */
            found += once / level * -expm1(-level * more);
        } else {
            double a = (2 - spread) / (spread - 1);
            double t = level / (1 + a);
            if (!(a > -0.99 && t < 1)) {
                t = 1;
                a = fmax(level - 1, -0.99);
            }
            found += fabs(a) < 1e-9 ? once * log1p(t * more) / t
                                    : once * -expm1(-a * log1p(t * more)) / (a * t);
        }
    }
    return fmin(fmax(found, 1), draws);
}

static struct sample_counts count(const uint32_t *copies, size_t n)
{
    struct sample_counts counts = {.distinct = (double)n};
    for (size_t i = 0; i < n; i++) {
        counts.n += copies[i];
        counts.once += copies[i] == 1;
        counts.twice += copies[i] == 2;
        counts.thrice += copies[i] == 3;
        counts.most = fmax(counts.most, copies[i]);
    }
    return counts;
}

static struct sample_counts count_users(const struct table *table)
{
    struct sample_counts counts = {0};
    const size_t n = table->users != NULL ? dict_count(table->users) : 0;
    uint32_t *copies = n > 0 ? mem_zero(n, sizeof *copies, "users", NULL) : NULL;
    if (copies != NULL) {
        for (size_t i = 0; i < table->n_rows; i++) {
            copies[table->row_user[i]]++;
        }
        counts = count(copies, n);
    }
    free(copies);
    return counts;
}

void sample_table(const struct table *table, struct sample *sample)
{
    *sample = (struct sample){.d = table->profiles.d,
                              .bytes = (double)table->report.bytes,
                              .rows = (double)table->n_rows,
                              .profiles = count(table->profiles.copies, table->profiles.n),
                              .users = count_users(table)};
}
