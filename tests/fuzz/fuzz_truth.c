/* fuzz_truth: lists of labels over a small table; the accounting must add up.
 *
 * The first byte says whether the table has dt and src_user, the rest is the list. What is
 * wrong ends in abort(). */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "review/truth.h"
#include "table/builder.h"

static struct table *make(bool named)
{
    static const char *const names[] = {"total_events"};
    static const char *const times[] = {"1970-01-02 17:00:00", "1970-01-02 18:00:00", "never"};
    static const char *const users[] = {"U620@DOM1", "U748@DOM1", ""};
    struct table_builder *builder = table_builder_new(names, 1, named, named, NULL);
    for (unsigned i = 0; i < 12; i++) {
        const char *dt = times[i % 3], *user = users[i / 3 % 3];
        double value = i % 5;
        if (builder == NULL ||
            !table_builder_add(builder, (struct span){dt, strlen(dt)},
                               (struct span){user, strlen(user)}, &value, NULL)) {
            abort();
        }
    }
    return table_builder_finish(builder, NULL);
}

static void check(const struct truth *truth, const struct table *table)
{
    size_t positive = 0, lines = truth->matched + truth->duplicate + truth->unreadable +
                                 truth->unknown_user + truth->unknown_hour +
                                 truth->unknown_row + truth->negative;
    char text[512];
    for (size_t row = 0; row < table->n_rows; row++) {
        positive += truth_positive(truth, row);
    }
    truth_text(truth, text, sizeof text);
    if (lines != truth->lines || positive != truth->n_positive ||
        truth->n_matched > truth->n_marks || (truth->matched > 0) != (positive > 0) ||
        truth->contradicted > truth->negative ||
        truth->n_incidents > dict_count(truth->incidents)) {
        abort();
    }
    for (size_t i = 0; i < truth->n_positive; i++) {
        if (truth->positive[i] >= table->n_rows || truth->positive_mark[i] >= truth->n_marks ||
            truth->marks[truth->positive_mark[i]].rows == 0) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct status status = {0};
    if (size == 0 || size > 1 << 16) {
        return 0;
    }
    struct table *table = make(data[0] & 1);
    struct truth *truth = truth_parse((const char *)data + 1, size - 1, table, &status);
    if (truth == NULL && (status.code == STATUS_OK || status.text[0] == '\0')) {
        abort();
    }
    if (truth != NULL) {
        check(truth, table);
    }
    truth_free(truth);
    table_free(table);
    return 0;
}
