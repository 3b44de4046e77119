#include "table/split.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* DESIGN. First the places of commas, CRs and LFs in a piece of the text are written into a
 * short list, by the vector kernel or the plain one; then the rows are put together from that
 * list. So the kernels differ only in a search for bytes. */

enum { PIECE = 1 << 14 }; /* a multiple of 64; its list stays in the first-level cache */

static size_t find_plainly(const char *text, size_t from, size_t to, uint32_t *places)
{
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        char c = text[i];
        places[n] = (uint32_t)(i - from);
        n += c == ',' || c == '\n' || c == '\r';
    }
    return n;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static size_t find_avx2(const char *text, size_t from,
                                                        size_t to, uint32_t *places)
{
    const __m256i comma = _mm256_set1_epi8(','), lf = _mm256_set1_epi8('\n'),
                  cr = _mm256_set1_epi8('\r');
    size_t n = 0, i = from;
    for (; to - i >= 64; i += 64) {
        uint64_t mask = 0;
        for (unsigned half = 0; half < 2; half++) {
            __m256i bytes =
                _mm256_loadu_si256((const __m256i *)(const void *)(text + i + 32 * half));
            __m256i hit = _mm256_or_si256(
                _mm256_cmpeq_epi8(bytes, comma),
                _mm256_or_si256(_mm256_cmpeq_epi8(bytes, lf), _mm256_cmpeq_epi8(bytes, cr)));
            mask |= (uint64_t)(uint32_t)_mm256_movemask_epi8(hit) << (32 * half);
        }
        uint32_t base = (uint32_t)(i - from);
        while (mask != 0) {
            places[n++] = base + (uint32_t)__builtin_ctzll(mask);
            mask &= mask - 1;
        }
    }
    uint32_t base = (uint32_t)(i - from);
    size_t tail = find_plainly(text, i, to, places + n);
    for (size_t k = 0; k < tail; k++) {
        places[n + k] += base;
    }
    return n + tail;
}
#endif

static size_t find_separators(const char *text, size_t from, size_t to, uint32_t *places,
                              enum cpu_kernel kernel)
{
#if defined(__x86_64__)
    if (kernel >= CPU_AVX2) {
        return find_avx2(text, from, to, places);
    }
#endif
    (void)kernel;
    return find_plainly(text, from, to, places);
}

/* A row in the making. */
struct maker {
    const char *text;
    struct span *fields;  /* of the present row */
    struct span *scratch; /* (SPLIT_LINES, room) */
    size_t room, n_fields, n_rows;
    size_t start; /* where the present field starts */
    uint64_t lines;
    line_callback *row;
    void *context;
};

static inline void end_field(struct maker *maker, size_t end)
{
    if (maker->n_fields < maker->room) {
        maker->fields[maker->n_fields] =
            (struct span){maker->text + maker->start, end - maker->start};
    }
    maker->n_fields++;
    maker->start = end + 1;
}

static bool end_row(struct maker *maker, size_t end)
{
    if (maker->n_fields == 0 && end == maker->start) {
        maker->start = end + 1;
        return true;
    }
    end_field(maker, end);
    struct line line = {maker->fields, maker->n_fields, maker->lines};
    maker->n_fields = 0;
    maker->n_rows++;
    maker->fields = maker->scratch + maker->n_rows % SPLIT_LINES * maker->room;
    return maker->row(maker->context, &line);
}

uint64_t split_rows(const char *text, size_t length, struct span *fields, size_t room,
                    enum cpu_kernel kernel, line_callback *row, void *context, bool *stopped)
{
    uint32_t places[PIECE + 1];
    struct maker maker = {.text = text,
                          .fields = fields,
                          .scratch = fields,
                          .room = room,
                          .row = row,
                          .context = context};
    *stopped = false;
    for (size_t from = 0; from < length; from += PIECE) {
        size_t to = length - from > PIECE ? from + PIECE : length;
        size_t n = find_separators(text, from, to, places, kernel);
        for (size_t i = 0; i < n; i++) {
            size_t end = from + places[i];
            char c = text[end];
            if (c == ',') {
                end_field(&maker, end);
                continue;
            }
            if (!end_row(&maker, end)) {
                *stopped = true;
                return maker.lines;
            }
            maker.lines += c == '\n' || end + 1 == length || text[end + 1] != '\n';
        }
    }
    if (!end_row(&maker, length)) {
        *stopped = true;
    }
    return maker.lines;
}
