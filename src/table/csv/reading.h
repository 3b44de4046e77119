/* reading: what the user says about how a table is written, where looking at it is not enough.
 */
#ifndef ODDHOURS_TABLE_READING_H
#define ODDHOURS_TABLE_READING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "table/time_column.h"

enum reading_text {
    READING_TIME,    /* the column of times */
    READING_USER,    /* the column of accounts */
    READING_HEADER,  /* names of the columns of a file without header, with commas between */
    READING_MISSING, /* a word for missing values beside the known ones */
    READING_ZONE,    /* whose clock is shown (zone.h) */
    READING_NOVELTY, /* "on" or "off": columns of what is new for an account, of a log */
    READING_TEXTS
};

/* All zeros: everything is found by looking. */
struct reading {
    char *text[READING_TEXTS]; /* owned; NULL: not said */
    char delimiter;            /* ',', ';', '|' or a tab; '\0': not said */
    char decimal;              /* '.' or ','; '\0': not said */
    enum date_order dates;
};

/* An option of the command line, a word of `:run`, a key of the run card. */
struct reading_option {
    const char *name, *argument, *help;
};

/* The i-th of them; NULL past the end. */
const struct reading_option *reading_option(size_t i);

/* Sets an option by its name; "" is as if it had not been said. False with STATUS_USAGE and a
 * sentence for a wrong value; `*known` is false when there is no such option. */
bool reading_set(struct reading *reading, const char *name, const char *value, bool *known,
                 struct status *status);

/* The value of the i-th option as it would be typed; "" when it was not said. */
const char *reading_value(const struct reading *reading, size_t i);

bool reading_copy(struct reading *to, const struct reading *from, struct status *status);
void reading_clear(struct reading *reading);

#endif
