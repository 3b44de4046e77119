/* sample: how often the rows of a table repeat, counted in a part of it, and so how many
 * different ones there are in all. */
#ifndef ODDHOURS_TABLE_SAMPLE_H
#define ODDHOURS_TABLE_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>

#include "table/table.h"

/* Of things that were drawn: how many, how many different ones, how many of those came once,
 * twice and three times, and how often the most frequent one. */
struct sample_counts {
    double n, distinct, once, twice, thrice, most;
};

struct sample {
    size_t d;                      /* features */
    double bytes, rows;            /* of the table, estimated */
    struct sample_counts profiles; /* of the rows looked at */
    struct sample_counts users;    /* all 0 without users */
};

/* Of a table that was read: nothing is estimated. */
void sample_table(const struct table *table, struct sample *sample);

/* How many different ones `draws` draws bring. Efron and Thisted, "Estimating the number of
 * unseen species", Biometrika 63 (1976): counts that are Poisson with gamma distributed means,
 * fitted to once, twice and thrice. */
double sample_distinct(const struct sample_counts *counts, double draws);

/* Whether some are clearly more frequent than others. */
bool sample_uneven(const struct sample_counts *counts);

#endif
