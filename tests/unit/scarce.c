#include "unit/scarce.h"

#include <stdatomic.h>
#include <stdbool.h>

#include "base/mem.h"

static atomic_bool scarce;
static atomic_size_t left, refused;

void scarce_on(size_t granted)
{
    atomic_store(&left, granted);
    atomic_store(&refused, 0);
    atomic_store(&scarce, true);
}

size_t scarce_off(void)
{
    atomic_store(&scarce, false);
    return atomic_load(&refused);
}

static bool refuse(size_t count, size_t size, const char *what, struct status *status)
{
    if (!atomic_load(&scarce)) {
        return false;
    }
    size_t now = atomic_load(&left);
    while (now > 0 && !atomic_compare_exchange_weak(&left, &now, now - 1)) {
    }
    if (now > 0) {
        return false;
    }
    atomic_fetch_add(&refused, 1);
    status_nomem(status, count * size, what);
    return true;
}

/* The linker gives these to whoever calls mem_new() and so on (--wrap). */
void *__real_mem_new(size_t count, size_t size, const char *what, struct status *status);
void *__real_mem_zero(size_t count, size_t size, const char *what, struct status *status);
void *__real_mem_aligned(size_t count, size_t size, const char *what, struct status *status);
bool __real_mem_grow(void *array_pointer, size_t *capacity, size_t need, size_t size,
                     const char *what, struct status *status);
void *__wrap_mem_new(size_t count, size_t size, const char *what, struct status *status);
void *__wrap_mem_zero(size_t count, size_t size, const char *what, struct status *status);
void *__wrap_mem_aligned(size_t count, size_t size, const char *what, struct status *status);
bool __wrap_mem_grow(void *array_pointer, size_t *capacity, size_t need, size_t size,
                     const char *what, struct status *status);

void *__wrap_mem_new(size_t count, size_t size, const char *what, struct status *status)
{
    return refuse(count, size, what, status) ? NULL : __real_mem_new(count, size, what, status);
}

void *__wrap_mem_zero(size_t count, size_t size, const char *what, struct status *status)
{
    return refuse(count, size, what, status) ? NULL
                                             : __real_mem_zero(count, size, what, status);
}

void *__wrap_mem_aligned(size_t count, size_t size, const char *what, struct status *status)
{
    return refuse(count, size, what, status) ? NULL
                                             : __real_mem_aligned(count, size, what, status);
}

bool __wrap_mem_grow(void *array_pointer, size_t *capacity, size_t need, size_t size,
                     const char *what, struct status *status)
{
    if (need > *capacity && refuse(need, size, what, status)) {
        return false;
    }
    return __real_mem_grow(array_pointer, capacity, need, size, what, status);
}
