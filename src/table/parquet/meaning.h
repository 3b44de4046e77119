/* meaning: what the values of a Parquet column are by their annotation, as numbers for features
 * and as texts for times and accounts. */
#ifndef ODDHOURS_TABLE_PARQUET_MEANING_H
#define ODDHOURS_TABLE_PARQUET_MEANING_H

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table/dict.h"
#include "table/number.h"
#include "table/number_style.h"
#include "table/parquet/format.h"

enum meaning_kind {
    MEANING_INT, /* BOOLEAN, too */
    MEANING_UINT32,
    MEANING_UINT64,
    MEANING_DOUBLE,
    MEANING_HALF,          /* FLOAT16 */
    MEANING_DECIMAL,       /* in an integer */
    MEANING_DECIMAL_BYTES, /* big-endian two's complement */
    MEANING_TEXT,          /* bytes as they are */
    MEANING_DATE,          /* days since 1970 */
    MEANING_TIME,          /* since midnight, in units */
    MEANING_TIMESTAMP,     /* since 1970, in units */
    MEANING_INT96,         /* nanoseconds of a Julian day */
    MEANING_UUID,
    MEANING_BYTES /* nothing that has a text or a number */
};

struct meaning {
    enum meaning_kind kind;
    int64_t unit;  /* of MEANING_TIME and _TIMESTAMP: so many are a second */
    bool utc;      /* MEANING_TIMESTAMP: an instant, and not what some clock showed */
    int scale;     /* of a decimal */
    double power;  /* 10 to the scale */
    double beyond; /* 10 to the precision: no value of the column is so large; 0: not said */
    locale_t c_locale;         /* borrowed */
    struct number_style style; /* of numbers that are texts */
    const char *missing;       /* a word for missing ones beside the known ones, or NULL */
};

struct meaning meaning_of(const struct parquet_leaf *leaf, locale_t c_locale);

/* NULL when the values can be a feature (or a time or an account, which need a text); else what
 * they are. */
const char *meaning_no_number(const struct meaning *meaning);
const char *meaning_no_text(const struct meaning *meaning);

/* Whether values are read as integers (values_ints()), as numbers (values_doubles()); else they
 * are bytes. */
bool meaning_is_int(const struct meaning *meaning);

double meaning_int(const struct meaning *meaning, int64_t value);
enum number_kind meaning_number(const struct meaning *meaning, struct span bytes,
                                double *value);

/* The texts of values; `room` (MEANING_ROOM) is where they stand when they are made. */
enum { MEANING_ROOM = 64 };
struct span meaning_int_text(const struct meaning *meaning, int64_t value, char *room);
struct span meaning_double_text(double value, char *room);
struct span meaning_text(const struct meaning *meaning, struct span bytes, char *room);

#endif
