#include "rank/filter/filter_internal.h"

#include <stdlib.h>

void filter_free(struct filter *filter)
{
    if (filter == NULL) {
        return;
    }
    for (size_t i = 0; i < filter->n_terms; i++) {
        for (size_t j = 0; j < filter->terms[i].n_items; j++) {
            free(filter->terms[i].items[j].text);
        }
        free(filter->terms[i].items);
    }
    free(filter->terms);
    free(filter);
}

bool filter_is_empty(const struct filter *filter)
{
    return filter->n_terms == 0 && !filter->sorts;
}

bool filter_order(const struct filter *filter, const struct filter_context *context,
                  struct row_order *order)
{
    static const enum row_key keys[] = {
        [FILTER_USER] = ROW_KEY_USER,     [FILTER_TIME] = ROW_KEY_TIME,
        [FILTER_KIND] = ROW_KEY_KIND,     [FILTER_OWNER] = ROW_KEY_OWNER,
        [FILTER_LABEL] = ROW_KEY_LABEL,   [FILTER_COPIES] = ROW_KEY_COPIES,
        [FILTER_ROW] = ROW_KEY_ROW,       [FILTER_FEATURE] = ROW_KEY_FEATURE,
        [FILTER_SCORE] = ROW_KEY_SCORE,   [FILTER_RANK] = ROW_KEY_SCORE,
        [FILTER_COLUMN] = ROW_KEY_COLUMN, [FILTER_SORT] = ROW_KEY_ROW,
    };
    const struct filter_field *field = &filter->sort_field;
    if (!filter->sorts) {
        return false;
    }
    *order = (struct row_order){
        .key = keys[field->kind], .index = field->index, .falling = filter->sort_falling};
    order->accounts = context->accounts;
    if (order->key == ROW_KEY_SCORE) {
        order->ranking = context->rankings[field->index].ranking;
        order->falling = filter->sort_falling == (field->kind == FILTER_SCORE);
    }
    return true;
}
