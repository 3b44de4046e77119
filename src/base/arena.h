/* arena: memory that is taken in pieces and given back all at once. */
#ifndef ODDHOURS_BASE_ARENA_H
#define ODDHOURS_BASE_ARENA_H

#include <stddef.h>

#include "base/status.h"

struct arena_block;

/* Zeroed is empty; no constructor. */
struct arena {
    struct arena_block *block; /* the newest, in front of the older ones */
};

/* `bytes` bytes, aligned to 8, not initialised; NULL when memory ran out. */
void *arena_take(struct arena *arena, size_t bytes, const char *what, struct status *status);

/* Gives everything back; the newest block, which is the largest, is kept for reuse. */
void arena_reset(struct arena *arena);
void arena_free(struct arena *arena);

#endif
