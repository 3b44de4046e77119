/* sample_input: a look at pieces from all over a table before it is read: how many rows it has,
 * and how often they repeat. */
#ifndef ODDHOURS_EVENTS_SAMPLE_INPUT_H
#define ODDHOURS_EVENTS_SAMPLE_INPUT_H

#include <stdbool.h>

#include "base/parallel.h"
#include "events/input.h"
#include "table/sample.h"

/* Looks at `path`: at some 4 MiB from all over a plain file, at the beginning of a .gz, at
 * some 100,000 rows of Parquet files. False
 * when there is nothing to say: a pipe, a raw log, something that is no table. */
bool sample_input(const char *path, const struct input_choice *choice,
                  const struct csv_options *options, struct parallel *parallel,
                  struct sample *sample);

#endif
