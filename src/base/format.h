/* format: numbers, sizes and times as people read them. Always with '.' for the decimal point
 * and ',' between thousands, whatever the locale; only ASCII comes out.
 *
 * A result is returned by value, so that `format_grouped(n).text` can stand in the argument
 * list of a function such as canvas_printf().
 */
#ifndef ODDHOURS_BASE_FORMAT_H
#define ODDHOURS_BASE_FORMAT_H

#include <stddef.h>
#include <stdint.h>

struct shown {
    char text[40];
};

struct shown format_grouped(uint64_t count);            /* 42,866,142 */
struct shown format_count(uint64_t n, const char *one); /* 1 row, 2,967 rows */
struct shown format_short(double count);      /* 950, 58.1 k, 42.9 M: at most 7 characters */
struct shown format_bytes(uint64_t bytes);    /* 512 B, 3.1 GB (powers of 1000) */
struct shown format_duration(double seconds); /* 0:41, 1:02:03; negative or NaN: "-" */
struct shown format_seconds(double seconds);  /* 0.04 s, 3.1 s, 41 s, then as format_duration */
struct shown format_percent(double share);    /* 0.861: "86.1 %"; 0 and 1 only when exact */

/* A number with no more digits than it needs: 0.7312, 521.0, 5,631, 4.95e-04, 7.70e+09; NaN:
 * "-". */
struct shown format_score(double score);

/* A value of a feature: grouped, and fractions with at most four decimals; 9 characters or less
 * between 0 and a million: 2,751, 0.0004, 1.2e-05. */
struct shown format_value(double value);

/* A size of which two digits matter: "4,700". */
struct shown format_rounded(double amount);

/* A tail share: "1 in 42,000", above a tenth "35.2 %"; NaN: "-". */
struct shown format_one_in(double share);

/* The percentile a tail share stands for, with as many nines as it takes: "p99.98". */
struct shown format_percentile(double tail_share);

struct shown format_when(int64_t day, int hour); /* "d23 03h" */

/* The date of a day since 1970: "2015-01-01". */
struct shown format_date(int64_t days);
struct civil_date {
    int64_t year;
    unsigned month, day; /* from 1 */
};
struct civil_date format_civil(int64_t days);

/* For files: the digits of a count, without a terminator; returns how many. */
enum { FORMAT_DIGITS = 20 };
size_t format_digits(char *out, uint64_t count);

#endif
