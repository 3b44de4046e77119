/* losses: what of an input did not become rows, and what is odd about those that did, in
 * sentences. */
#ifndef ODDHOURS_TABLE_LOSSES_H
#define ODDHOURS_TABLE_LOSSES_H

#include <stdbool.h>
#include <stddef.h>

#include "table/table.h"

enum { LOSSES_TEXT = 320 };

/* More than this share of rejected lines ends a command with status 3. */
#define LOSSES_MOST 0.01

/* The share of the data lines that were rejected. */
double losses_share(const struct read_report *report);

/* The i-th sentence: rejected lines with their share, the first reason and how they differ from
 * the rows; times that cannot be read. False when there is none. */
bool losses_say(const struct table *table, size_t i, char *text, size_t size);

#endif
