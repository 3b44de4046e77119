#include "unit/oom.h"

#include <stdatomic.h>
#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void __wrap_free(void *memory);

static struct {
    atomic_bool armed, all, failed;
    atomic_long left; /* allocations until the one that fails */
    atomic_long live;
} oom;

void oom_arm(unsigned long n, bool all)
{
    oom.left = (long)n;
    oom.all = all;
    oom.failed = false;
    oom.armed = true;
}

bool oom_disarm(void)
{
    oom.armed = false;
    return oom.failed;
}

long oom_live(void)
{
    return oom.live;
}

static bool refused(void)
{
    if (!oom.armed) {
        return false;
    }
    long left = atomic_fetch_sub(&oom.left, 1);
    if (left == 0 || (left < 0 && oom.all)) {
        oom.failed = true;
        return true;
    }
    return false;
}

static void *counted(void *memory)
{
    if (memory != NULL) {
        oom.live++;
    }
    return memory;
}

void *__wrap_malloc(size_t size)
{
    return refused() ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refused() ? NULL : counted(__real_calloc(count, size));
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return refused() ? NULL : counted(__real_aligned_alloc(alignment, size));
}

void *__wrap_realloc(void *memory, size_t size)
{
    if (refused()) {
        return NULL;
    }
    void *grown = __real_realloc(memory, size);
    return memory == NULL ? counted(grown) : grown;
}

void __wrap_free(void *memory)
{
    if (memory != NULL) {
        oom.live--;
    }
    __real_free(memory);
}
