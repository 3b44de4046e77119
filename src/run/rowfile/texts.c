#include "run/rowfile/texts.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/quote.h"

static const char what[] = "texts to write";

static bool new_slots(struct texts *texts, size_t n, struct status *status)
{
    texts->n = n;
    texts->slots = mem_aligned(n, sizeof *texts->slots, what, status);
    return texts->slots != NULL;
}

void texts_clear(struct texts *texts)
{
    free(texts->slots);
    free(texts->bytes);
    memset(texts, 0, sizeof *texts);
}

/* Puts the field at the end of `bytes`, then into its slot if it is short. */
static bool put_word(struct texts *texts, size_t id, struct span span, size_t *used,
                     size_t *capacity, struct status *status)
{
    unsigned char *slot = texts->slots[id];
    if (!mem_grow(&texts->bytes, capacity, *used + 2 * span.length + 3, 1, what, status)) {
        return false;
    }
    char *field = texts->bytes + *used;
    size_t length = quote_csv(field, span.bytes, span.length);
    field[length++] = ',';
    memset(slot, 0, TEXT_SLOT);
    if (length <= TEXT_SHORT) {
        memcpy(slot, field, length);
        slot[TEXT_SHORT] = (unsigned char)length;
    } else {
        const uint64_t where[2] = {*used, length};
        memcpy(slot, where, sizeof where);
        slot[TEXT_SHORT] = TEXT_IS_LONG;
        *used += length;
    }
    texts->longest = length > texts->longest ? length : texts->longest;
    return true;
}

bool texts_of_dict(struct texts *texts, const struct dict *dict, struct status *status)
{
    size_t n = dict_count(dict), used = 0, capacity = 0;
    bool good = new_slots(texts, n, status);
    for (size_t i = 0; good && i < n; i++) {
        good = put_word(texts, i, dict_get(dict, (uint32_t)i), &used, &capacity, status);
    }
    return good;
}

/* ---- formatting side by side ---- */

struct formatting {
    struct texts *texts;
    texts_format *format;
    const void *context;
};

enum { IDS_A_TASK = 1 << 12 };

static void format_ids(void *context, size_t task, unsigned worker)
{
    (void)worker;
    const struct formatting *formatting = context;
    struct texts *texts = formatting->texts;
    size_t from = task * IDS_A_TASK;
    size_t to = texts->n - from > IDS_A_TASK ? from + IDS_A_TASK : texts->n;
    for (size_t id = from; id < to; id++) {
        char text[TEXT_SLOT] = {0};
        size_t length = formatting->format(formatting->context, id, text);
        text[length++] = ',';
        memcpy(texts->slots[id], text, TEXT_SLOT);
        texts->slots[id][TEXT_SHORT] = (unsigned char)length;
    }
}

bool texts_of_ids(struct texts *texts, size_t n, texts_format *format, const void *context,
                  struct parallel *parallel, struct status *status)
{
    struct formatting formatting = {texts, format, context};
    if (!new_slots(texts, n, status)) {
        return false;
    }
    texts->longest = TEXT_SHORT;
    parallel_run(parallel, (n + IDS_A_TASK - 1) / IDS_A_TASK, format_ids, &formatting);
    return true;
}
