/* gunzip: the content of a .gz, which may have several members. A part of source. */
#ifndef ODDHOURS_TABLE_GUNZIP_H
#define ODDHOURS_TABLE_GUNZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/progress.h"
#include "base/status.h"
#include "table/input/raw.h"

struct gunzip;

/* Inflates what `raw` (borrowed) brings, after the `n_first` bytes that were read from it. */
struct gunzip *gunzip_new(struct raw *raw, const void *first, size_t n_first,
                          struct status *status);
void gunzip_free(struct gunzip *gunzip);

/* Up to `size` bytes of the content, at least one unless it is the end, where `*got` is 0. A
 * .gz that is cut off or damaged is STATUS_INPUT, after what could be had of it. */
bool gunzip_read(struct gunzip *gunzip, void *buffer, size_t size, size_t *got,
                 const struct progress *progress, struct status *status);

#endif
