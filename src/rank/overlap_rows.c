#include "rank/overlap_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

bool heads_have_rows(const struct head *heads, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (heads[i].ranking->row_score != NULL) {
            return true;
        }
    }
    return false;
}

static void set(uint64_t *bits, uint32_t row)
{
    bits[row / 64] |= (uint64_t)1 << (row % 64);
}

static void fill(uint64_t *bits, const struct head *head, const struct row_index *index)
{
    const uint32_t *order = head->ranking->order;
    bool of_rows = head->ranking->row_score != NULL;
    for (size_t i = 0; i < head->touched; i++) {
        uint32_t id = order[i];
        bool whole = i < head->whole;
        if (of_rows) {
            if (whole || id <= head->cut) {
                set(bits, id);
            }
            continue;
        }
        for (size_t j = index->start[id]; j < index->start[id + 1]; j++) {
            if (!whole && index->rows[j] > head->cut) {
                break;
            }
            set(bits, index->rows[j]);
        }
    }
}

bool head_bits_new(struct head_bits *made, const struct head *heads, size_t n,
                   const struct row_index *index, struct status *status)
{
    *made = (struct head_bits){.n = n, .n_rows = index->start[index->n_keys]};
    made->words = (made->n_rows + 63) / 64;
    for (size_t i = 0; i < n; i++) {
        made->bits[i] =
            mem_zero(made->words, sizeof **made->bits, "the rows of rankings", status);
        if (made->bits[i] == NULL) {
            head_bits_clear(made);
            return false;
        }
        fill(made->bits[i], &heads[i], index);
    }
    return true;
}

void head_bits_clear(struct head_bits *bits)
{
    for (size_t i = 0; i < bits->n; i++) {
        free(bits->bits[i]);
    }
    memset(bits, 0, sizeof *bits);
}

uint64_t head_bits_word(const struct head_bits *bits, size_t word, size_t least)
{
    uint64_t at_least[OVERLAP_MAX + 1] = {UINT64_MAX}; /* by number of heads */
    for (size_t i = 0; i < bits->n; i++) {
        uint64_t one = bits->bits[i][word];
        for (size_t k = i + 1; k > 0; k--) {
            at_least[k] |= at_least[k - 1] & one;
        }
    }
    return at_least[least];
}

uint32_t *head_bits_rows(const struct head_bits *bits, size_t least, size_t *count,
                         struct status *status)
{
    size_t total = 0, n = 0;
    for (size_t w = 0; w < bits->words; w++) {
        total += (size_t)__builtin_popcountll(head_bits_word(bits, w, least));
    }
    uint32_t *rows = mem_new(total, sizeof *rows, "the rows that rankings share", status);
    for (size_t w = 0; rows != NULL && w < bits->words; w++) {
        for (uint64_t word = head_bits_word(bits, w, least); word != 0; word &= word - 1) {
            rows[n++] = (uint32_t)(w * 64 + (size_t)__builtin_ctzll(word));
        }
    }
    *count = n;
    return rows;
}

void head_bits_overlap(const struct head_bits *bits, struct overlap *overlap)
{
    for (size_t w = 0; w < bits->words; w++) {
        uint64_t any = 0, all = UINT64_MAX;
        for (size_t a = 0; a < bits->n; a++) {
            uint64_t one = bits->bits[a][w];
            any |= one;
            all &= one;
            for (size_t b = a + 1; one != 0 && b < bits->n; b++) {
                overlap->common[a][b] += (size_t)__builtin_popcountll(one & bits->bits[b][w]);
            }
        }
        overlap->in_any += (size_t)__builtin_popcountll(any);
        overlap->in_all += (size_t)__builtin_popcountll(all & any);
    }
}
