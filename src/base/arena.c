#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

struct arena_block {
    struct arena_block *older;
    size_t used, size; /* of the bytes behind this header */
};

enum { ALIGNMENT = 8, FIRST_BLOCK = 1 << 14, LARGEST_STEP = 1 << 24 };

static char *content(struct arena_block *block)
{
    return (char *)(block + 1);
}

static bool add_block(struct arena *arena, size_t bytes, const char *what,
                      struct status *status)
{
    size_t size = arena->block == NULL ? FIRST_BLOCK : arena->block->size;
    size = arena->block != NULL && size < LARGEST_STEP ? 2 * size : size;
    if (size < bytes) {
        size = bytes;
    }
    if (size > SIZE_MAX - sizeof(struct arena_block)) {
        return status_nomem(status, size, what);
    }
    struct arena_block *block = mem_new(1, sizeof *block + size, what, status);
    if (block == NULL) {
        return false;
    }
    *block = (struct arena_block){arena->block, 0, size};
    arena->block = block;
    return true;
}

void *arena_take(struct arena *arena, size_t bytes, const char *what, struct status *status)
{
    if (bytes > SIZE_MAX - ALIGNMENT) {
        status_nomem(status, bytes, what);
        return NULL;
    }
    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if ((arena->block == NULL || arena->block->size - arena->block->used < bytes) &&
        !add_block(arena, bytes, what, status)) {
        return NULL;
    }
    void *memory = content(arena->block) + arena->block->used;
    arena->block->used += bytes;
    return memory;
}

static void free_from(struct arena_block *block)
{
    while (block != NULL) {
        struct arena_block *older = block->older;
        free(block);
        block = older;
    }
}

void arena_reset(struct arena *arena)
{
    if (arena->block != NULL) {
        free_from(arena->block->older);
        arena->block->older = NULL;
        arena->block->used = 0;
    }
}

void arena_free(struct arena *arena)
{
    free_from(arena->block);
    arena->block = NULL;
}
