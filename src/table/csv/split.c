#include "table/csv/split.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* DESIGN. First the positions of delimiters, CRs and LFs in a piece of the text are written
 * into a short list, and which of them end a line into another, by the vector kernel or the
 * plain one; then the rows are put together from these lists. So the kernels differ only in a
 * search for bytes. */

enum {
    PIECE = 1 << 12, /* a multiple of 64; its lists stay in the first-level cache */
    ROUND = 8        /* positions are written so many at a time */
};

struct separators {
    size_t n, n_ends;
    uint16_t at[PIECE + ROUND]; /* (n) of separators, from the start of the piece */
    uint16_t end[PIECE];        /* (n_ends) which of them are CR or LF */
};

static void find_plainly(const char *text, size_t from, size_t to, char delimiter,
                         struct separators *found)
{
    size_t n = found->n, n_ends = found->n_ends;
    for (size_t i = from; i < to; i++) {
        bool line_end = text[i] == '\n' || text[i] == '\r';
        found->at[n] = (uint16_t)i;
        found->end[n_ends] = (uint16_t)n;
        n += line_end || text[i] == delimiter;
        n_ends += line_end;
    }
    found->n = n;
    found->n_ends = n_ends;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static inline uint64_t equal_mask(const char *text, char byte)
{
    const __m256i *halves = (const __m256i *)(const void *)text;
    const __m256i wanted = _mm256_set1_epi8(byte);
    uint32_t low =
        (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_loadu_si256(halves), wanted));
    uint32_t high = (uint32_t)_mm256_movemask_epi8(
        _mm256_cmpeq_epi8(_mm256_loadu_si256(halves + 1), wanted));
    return (uint64_t)high << 32 | low;
}

/* Separators come about ten in 64 bytes: ROUND of them are written at once, those beyond the
 * last to be overwritten, as the processor could not foresee where a loop over them ends. */
__attribute__((target("avx2,bmi,popcnt"))) static void find_avx2(const char *text,
                                                                 size_t length, char delimiter,
                                                                 struct separators *found)
{
    size_t n = 0, n_ends = 0, i = 0;
    for (; length - i >= 64; i += 64) {
        uint64_t ends = equal_mask(text + i, '\n') | equal_mask(text + i, '\r');
        uint64_t mask = equal_mask(text + i, delimiter) | ends;
        for (uint64_t left = ends; left != 0; left &= left - 1) {
            uint64_t before = mask & ((left & -left) - 1);
            found->end[n_ends++] = (uint16_t)(n + (size_t)__builtin_popcountll(before));
        }
        size_t all = (size_t)__builtin_popcountll(mask);
        for (size_t k = 0; k < all; k += ROUND) {
            for (size_t j = 0; j < ROUND; j++) {
                found->at[n + k + j] = (uint16_t)(i + _tzcnt_u64(mask));
                mask &= mask - 1;
            }
        }
        n += all;
    }
    found->n = n;
    found->n_ends = n_ends;
    find_plainly(text, i, length, delimiter, found);
}
#endif

static void find_separators(const char *text, size_t length, char delimiter,
                            struct separators *found, enum cpu_kernel kernel)
{
#if defined(__x86_64__)
    if (kernel >= CPU_AVX2) {
        find_avx2(text, length, delimiter, found);
        return;
    }
#endif
    (void)kernel;
    found->n = found->n_ends = 0;
    find_plainly(text, 0, length, delimiter, found);
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

/* The rows that end in a piece, and the fields of the one that goes on behind it. */
static bool make_rows(struct maker *maker, size_t from, const struct separators *found,
                      size_t length)
{
    size_t next = 0;
    for (size_t i = 0; i < found->n_ends; i++) {
        for (; next < found->end[i]; next++) {
            end_field(maker, from + found->at[next]);
        }
        size_t end = from + found->at[next++];
        if (!end_row(maker, end)) {
            return false;
        }
        maker->lines +=
            maker->text[end] == '\n' || end + 1 == length || maker->text[end + 1] != '\n';
    }
    for (; next < found->n; next++) {
        end_field(maker, from + found->at[next]);
    }
    return true;
}

/* Bytes of the line ends that `text` begins with, and how many lines those end. A few gigabytes
 * of blank lines pack into a megabyte: they are passed at the speed of memory. */
static size_t blank_lines(const char *text, size_t length, uint64_t *lines)
{
    enum { STEP = 8 };
    size_t n = 0;
    while (n < length) {
        bool whole = length - n >= STEP;
        if (whole && memcmp(text + n, "\n\n\n\n\n\n\n\n", STEP) == 0) {
            n += STEP;
            *lines += STEP;
        } else if (whole && memcmp(text + n, "\r\n\r\n\r\n\r\n", STEP) == 0) {
            n += STEP;
            *lines += STEP / 2;
        } else if (text[n] == '\n') {
            n++;
            ++*lines;
        } else {
            break;
        }
    }
    return n;
}

uint64_t split_rows(const char *text, size_t length, char delimiter, struct span *fields,
                    size_t room, enum cpu_kernel kernel, line_callback *row, void *context,
                    bool *stopped)
{
    struct separators found;
    struct maker maker = {.text = text,
                          .fields = fields,
                          .scratch = fields,
                          .room = room,
                          .row = row,
                          .context = context};
    *stopped = false;
    for (size_t from = 0, n; from < length; from += n) {
        if (maker.n_fields == 0 && maker.start == from) { /* between two rows */
            n = blank_lines(text + from, length - from, &maker.lines);
            maker.start = from += n;
        }
        n = length - from > PIECE ? PIECE : length - from;
        find_separators(text + from, n, delimiter, &found, kernel);
        if (!make_rows(&maker, from, &found, length)) {
            *stopped = true;
            return maker.lines;
        }
    }
    if (!end_row(&maker, length)) {
        *stopped = true;
    }
    return maker.lines;
}
