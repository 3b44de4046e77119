/* zone: what the clocks of a place show, from the system's zone files.
 *
 * The files are TZif (RFC 8536), found in $TZDIR or /usr/share/zoneinfo. They are read here and
 * not through localtime(): that knows one zone at a time, for the whole process.
 */
#ifndef ODDHOURS_BASE_ZONE_H
#define ODDHOURS_BASE_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct zone;

/* "UTC", "Z", an offset such as "+02:00", "-0530" or "UTC+2", "local" (the machine's own), or a
 * name such as "Europe/Berlin". NULL with STATUS_USAGE and a sentence when there is none of
 * that name, or its file is damaged. The caller frees it. */
struct zone *zone_load(const char *name, struct status *status);
void zone_free(struct zone *zone);

/* A zone from the bytes of a TZif file; for zone_load(), tests and the fuzzer. `title` names it
 * in messages. NULL when they are no such file. */
struct zone *zone_read(const void *bytes, size_t length, const char *title,
                       struct status *status);

/* Seconds east of Greenwich that the clocks stand at `instant` (seconds since 1970 UTC). */
int32_t zone_offset(const struct zone *zone, int64_t instant);

/* The instant at which the clocks show `clock` (seconds since 1970-01-01 00:00 by that clock).
 * Of an hour that comes twice the first is meant; one that is left out in spring is taken by
 * the offset before the change, as RFC 5545 has it. */
int64_t zone_instant(const struct zone *zone, int64_t clock);

#endif
