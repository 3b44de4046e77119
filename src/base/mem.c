#define _GNU_SOURCE
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* count * size, or SIZE_MAX (which no allocator grants) when that does not fit. */
static size_t product(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        return SIZE_MAX;
    }
    return bytes;
}

/* Arrays of some megabytes that are read in random order spend more time on looking up pages
 * than on memory, unless their pages are large: ask the system for such, within the array. */
static void ask_for_large_pages(void *memory, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    enum { PAGE = 2 << 20, LEAST = 8 * PAGE };
    if (memory != NULL && bytes >= LEAST) {
        uintptr_t from = ((uintptr_t)memory + PAGE - 1) / PAGE * PAGE;
        uintptr_t to = ((uintptr_t)memory + bytes) / PAGE * PAGE;
        madvise((void *)from, to - from, MADV_HUGEPAGE); /* a wish: it may not be granted */
    }
#else
    (void)memory;
    (void)bytes;
#endif
}

void *mem_new(size_t count, size_t size, const char *what, struct status *status)
{
    size_t bytes = product(count, size);
    void *memory = bytes == SIZE_MAX ? NULL : malloc(bytes > 0 ? bytes : 1);
    ask_for_large_pages(memory, bytes);
    if (memory == NULL) {
        status_nomem(status, bytes, what);
    }
    return memory;
}

void *mem_zero(size_t count, size_t size, const char *what, struct status *status)
{
    size_t bytes = product(count, size);
    void *memory = bytes == SIZE_MAX ? NULL : calloc(1, bytes > 0 ? bytes : 1);
    if (memory == NULL) {
        status_nomem(status, bytes, what);
    }
    return memory;
}

static void *aligned(size_t bytes, size_t alignment)
{
    if (bytes > SIZE_MAX - alignment) {
        return NULL;
    }
    size_t rounded = (bytes + alignment - 1) / alignment * alignment;
    return aligned_alloc(alignment, rounded > 0 ? rounded : alignment);
}

void *mem_aligned(size_t count, size_t size, const char *what, struct status *status)
{
    enum { LINE = 64, PAGE = 2 << 20 };
    size_t bytes = product(count, size);
    void *memory = NULL;
    if (bytes >= PAGE && (memory = aligned(bytes, PAGE)) != NULL) {
#ifdef MADV_HUGEPAGE
        madvise(memory, bytes / PAGE * PAGE, MADV_HUGEPAGE);
#endif
    }
    if (memory == NULL) {
        memory = aligned(bytes, LINE);
    }
    if (memory == NULL) {
        status_nomem(status, bytes, what);
    }
    return memory;
}

bool mem_grow(void *array_pointer, size_t *capacity, size_t need, size_t size, const char *what,
              struct status *status)
{
    if (need <= *capacity) {
        return true;
    }
    size_t wanted = *capacity + *capacity / 2 + 16;
    if (wanted < need) {
        wanted = need;
    }
    size_t bytes = product(wanted, size);
    void *old, *grown = NULL;
    memcpy(&old, array_pointer, sizeof old);
    if (bytes != SIZE_MAX) {
        grown = realloc(old, bytes);
    }
    if (grown == NULL) {
        return status_nomem(status, bytes, what);
    }
    ask_for_large_pages(grown, bytes);
    memcpy(array_pointer, &grown, sizeof grown);
    *capacity = wanted;
    return true;
}

void mem_trim(void *array_pointer, size_t *capacity, size_t count, size_t size)
{
    void *old;
    memcpy(&old, array_pointer, sizeof old);
    if (old == NULL || count >= *capacity) {
        return;
    }
    void *smaller = realloc(old, count > 0 ? count * size : 1);
    if (smaller != NULL) {
        memcpy(array_pointer, &smaller, sizeof smaller);
        *capacity = count;
    }
}

char *mem_text(const char *bytes, size_t length, struct status *status)
{
    char *text = length < SIZE_MAX ? mem_new(length + 1, 1, "a text", status) : NULL;
    if (text != NULL) {
        memcpy(text, bytes, length);
        text[length] = '\0';
    }
    return text;
}

void mem_give_back(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

uint64_t mem_resident_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL) {
        return 0;
    }
    unsigned long total, resident;
    int got = fscanf(file, "%lu %lu", &total, &resident);
    fclose(file);
    return got == 2 ? (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

uint64_t mem_peak_bytes(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) {
        return 0;
    }
    return (uint64_t)usage.ru_maxrss * 1024;
}

uint64_t mem_available_bytes(void)
{
    FILE *file = fopen("/proc/meminfo", "re");
    if (file == NULL) {
        return 0;
    }
    char line[128];
    unsigned long long kib = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "MemAvailable: %llu", &kib) == 1) {
            break;
        }
    }
    fclose(file);
    return (uint64_t)kib * 1024;
}
