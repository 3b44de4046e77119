/* fuzz_saved: whatever the file of saved filters holds, it is refused with a sentence, or gives
 * names and texts within their bounds, in order, that are found and put in place of @NAME. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "run/saved/saved_filters.h"

static void must(int good)
{
    if (!good) {
        abort();
    }
}

static void check_expanded(const struct saved_filters *filters, const char *name,
                           const char *text)
{
    char typed[SAVED_FILTER_NAME + 1] = "@", whole[SAVED_FILTER_TEXT];
    struct status status = {0};
    strcat(typed, name);
    must(saved_filters_expand(filters, typed, whole, &status));
    must(strcmp(whole, text) == 0);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct saved_filters filters;
    struct status status = {0};
    if (!saved_filters_parse(&filters, (const char *)data, size, &status)) {
        must(status.code != STATUS_OK && status.text[0] != '\0');
        must(filters.n == 0 && filters.list == NULL && filters.recent == NULL);
        return 0;
    }
    must(filters.n <= SAVED_FILTERS_MAX && filters.n_recent <= SAVED_FILTERS_RECENT);
    for (size_t i = 0; i < filters.n; i++) {
        const struct saved_filter *one = &filters.list[i];
        must(saved_filters_is_name(one->name) && one->text[0] != '\0');
        must(i == 0 || strcmp(filters.list[i - 1].name, one->name) < 0);
        must(saved_filters_find(&filters, one->name) == one->text);
        check_expanded(&filters, one->name, one->text);
    }
    for (size_t i = 0; i < filters.n_recent; i++) {
        must(filters.recent[i][0] != '\0' && strlen(filters.recent[i]) < SAVED_FILTER_TEXT);
        for (size_t k = 0; k < i; k++) {
            must(strcmp(filters.recent[i], filters.recent[k]) != 0);
        }
    }
    saved_filters_clear(&filters);
    return 0;
}
