/* number_style: which of comma and dot is the decimal mark of a column, decided by what it
 * holds.
 *
 * 4,812 may be four thousand or nearly five. A column is looked at as a whole: 0,5 and 1.234,5
 * are numbers with a decimal comma, 1,234.5 and 4,812,000 are numbers with commas between
 * thousands.
 */
#ifndef ODDHOURS_TABLE_NUMBER_STYLE_H
#define ODDHOURS_TABLE_NUMBER_STYLE_H

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>

#include "table/dict.h"
#include "table/number.h"

struct number_style {
    char decimal;   /* '.' or ',' */
    char thousands; /* the other one, or '\0' while no number has it */
};

/* What a column holds; starts as all zeros. */
struct number_census {
    size_t dressed;       /* with blanks between thousands, ="5" and the like */
    size_t numbers;       /* texts that are numbers in one style or the other */
    size_t decimal_comma; /* of these, those that are so with a decimal comma only */
    size_t decimal_dot;   /* and with a decimal dot only */
    size_t comma_either;  /* such as 4,812 */
    size_t dot_either;    /* such as 4.812 */
    size_t long_plain; /* four digits or more without any mark: nobody sets thousands apart */
    char dressed_example[24];
    char comma_example[24], dot_example[24], either_example[24]; /* the first of them */
};

/* Looks at one text; what is no number is not counted. */
void number_census_add(struct number_census *census, struct span text);

/* Sums of several columns: where one cannot decide, its file may. */
void number_census_merge(struct number_census *into, const struct number_census *from);

enum number_verdict {
    STYLE_DECIDED,   /* `style` holds */
    STYLE_UNDECIDED, /* every comma could be either: see either_example */
    STYLE_CONFLICT   /* both styles: comma_example and dot_example */
};

/* What is decided by a census: plain numbers are a decimal dot. */
enum number_verdict number_census_decide(const struct number_census *census,
                                         struct number_style *style);

/* number_parse() for a column of a style: marks between groups of three digits are dropped. A
 * mark in a wrong place is NUMBER_BAD. */
enum number_kind number_parse_styled(struct span text, struct number_style style,
                                     locale_t c_locale, double *value);

#endif
