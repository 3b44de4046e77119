/* csv_fixture: files of a directory of their own, and the tables read from them. */
#ifndef ODDHOURS_TESTS_CSV_FIXTURE_H
#define ODDHOURS_TESTS_CSV_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include "table/csv/csv.h"

#define CSV_HEADER                                                                             \
    "dt,src_user,total_events,failed_events,fail_ratio,dst_hosts,src_hosts,nbhours_events,"    \
    "nbhours_ratio\n"

/* Before and after all tests: the directory. */
int csv_make_directory(void **state);
int csv_remove_directory(void **state);

const char *csv_directory(void);

/* The path of a file in it; and a file written there. Valid until the next call. */
const char *csv_path(const char *name);
const char *csv_write(const char *name, const char *bytes, size_t length);

/* The table in these bytes; NULL options: the study's columns. */
struct table *csv_read(const char *bytes, size_t length, const struct csv_options *options,
                       unsigned threads, struct status *status);
struct table *csv_read_text(const char *text, struct status *status);

/* A table of the columns a and b (and what else its header has). */
struct table *csv_read_ab(const char *text, struct status *status);

/* The features of a row, and what an id stands for. */
const double *csv_features(const struct table *table, size_t row);
void csv_assert_text(const struct dict *dict, uint32_t id, const char *expected);

#endif
