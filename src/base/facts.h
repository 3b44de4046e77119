/* facts: what a part of the engine has to say about itself, as a list of named values.
 *
 * Detectors describe a fitted model this way without knowing JSON. A key may have dots
 * ("params.n_estimators"): the writer nests by them.
 */
#ifndef ODDHOURS_BASE_FACTS_H
#define ODDHOURS_BASE_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum fact_kind { FACT_NUMBER, FACT_TEXT, FACT_BOOL, FACT_NUMBERS };

struct fact {
    char *key;
    enum fact_kind kind;
    double number;   /* FACT_NUMBER; FACT_BOOL: 0 or 1 */
    char *text;      /* FACT_TEXT */
    double *numbers; /* FACT_NUMBERS: (n_numbers) */
    size_t n_numbers;
};

struct facts {
    size_t n, capacity;
    struct fact *list; /* (n) in the order added */
    bool failed;       /* memory ran out in one of the adds: the list is not complete */
};

/* Each copies what it is given; a failure is remembered in `failed`. */
void facts_number(struct facts *facts, const char *key, double value);
void facts_text(struct facts *facts, const char *key, const char *value);
void facts_bool(struct facts *facts, const char *key, bool value);
void facts_numbers(struct facts *facts, const char *key, const double *values, size_t n);

const struct fact *facts_find(const struct facts *facts, const char *key);

/* Frees the content and leaves an empty list. */
void facts_clear(struct facts *facts);

#endif
