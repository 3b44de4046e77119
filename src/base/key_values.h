/* key_values: what a part of the engine has to say about itself, as a list of named values.
 *
 * Detectors describe a fitted model this way without knowing JSON. A key may have dots
 * ("params.n_estimators"): the writer nests by them.
 */
#ifndef ODDHOURS_BASE_KEY_VALUES_H
#define ODDHOURS_BASE_KEY_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum value_kind { VALUE_NUMBER, VALUE_TEXT, VALUE_BOOL, VALUE_NUMBERS };

struct key_value {
    char *key;
    enum value_kind kind;
    double number;   /* VALUE_NUMBER; VALUE_BOOL: 0 or 1 */
    char *text;      /* VALUE_TEXT */
    double *numbers; /* VALUE_NUMBERS: (n_numbers) */
    size_t n_numbers;
};

struct key_values {
    size_t n, capacity;
    struct key_value *list; /* (n) in the order added */
    bool failed;            /* memory ran out in one of the adds: the list is not complete */
};

/* Each copies what it is given; a failure is remembered in `failed`. */
void key_values_number(struct key_values *list, const char *key, double value);
void key_values_text(struct key_values *list, const char *key, const char *value);
void key_values_bool(struct key_values *list, const char *key, bool value);
void key_values_numbers(struct key_values *list, const char *key, const double *values,
                        size_t n);

const struct key_value *key_values_find(const struct key_values *list, const char *key);

/* Frees the content and leaves an empty list. */
void key_values_clear(struct key_values *list);

#endif
