/* number: reads the number in a field, rounded correctly: what pandas takes for a number or for
 * missing, and what other programs write for nothing, true and false. */
#ifndef ODDHOURS_TABLE_NUMBER_H
#define ODDHOURS_TABLE_NUMBER_H

#include <locale.h>
#include <stdbool.h>

#include "table/dict.h"

enum number_kind {
    NUMBER_GOOD,    /* infinities included */
    NUMBER_MISSING, /* what pandas takes for missing, blanks, or a mark such as "-" or "\N" */
    NUMBER_BAD      /* no number */
};

/* Decimal numbers with or without a sign, a fraction and an exponent, "inf" and "infinity" in
 * any case, "true" and "false" (1 and 0), blanks around; not hexadecimal. Missing are also "-",
 * "--", "?", ".", "\N", "(null)", "(none)", "(blank)" and blanks alone. `c_locale` is
 * newlocale(LC_ALL_MASK, "C", 0): the decimal point is '.' wherever the program runs. */
enum number_kind number_parse(struct span text, locale_t c_locale, double *value);

/* True for "", "NA", "NaN", "null", "None" and the rest of pandas' list, exactly as spelled. */
bool number_missing(struct span text);

/* The same for digits with at most one dot, as nearly all are: false for anything else. */
bool number_parse_quickly(struct span text, double *value);

enum { NUMBER_LONGEST = 64 }; /* bytes of a number with marks; a double needs 24 without */

/* What spreadsheets and people put around and into numbers: blanks and marks that are not seen,
 * ="5", '5, (5) for -5, the minus of typesetters, and blanks (of any width), apostrophes or
 * underscores between groups of three digits. True when the text is another without them: then
 * it is in `room`. Commas and dots stay as they are. */
bool number_without_dress(struct span text, char room[NUMBER_LONGEST], struct span *plain);

#endif
