/* evtx: a Windows event log (.evtx) as the XML that Windows shows of it, through libevtx. A
 * part of source. Without the library such a file is refused, with what to do. */
#ifndef ODDHOURS_TABLE_EVTX_H
#define ODDHOURS_TABLE_EVTX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/progress.h"
#include "base/status.h"
#include "table/input/raw.h"

struct evtx;

/* Whether what begins with these bytes is one. */
bool evtx_is(const unsigned char *first, size_t n_first);

/* Opens the file `path`, of which `raw` (borrowed) reads the bytes for their hash. NULL for a
 * pipe: the library goes to and fro in the file. NULL on failure: STATUS_INPUT with the reason.
 */
struct evtx *evtx_new(struct raw *raw, const char *path, struct status *status);
void evtx_free(struct evtx *evtx);

/* Up to `size` bytes of <Event> elements, one record each, in the order of the file; at least
 * one unless it is the end, where `*got` is 0. In place of a record that cannot be read stands
 * an element that is no XML, which counts as rejected. */
bool evtx_read(struct evtx *evtx, void *buffer, size_t size, size_t *got,
               const struct progress *progress, struct status *status);

#endif
