#include "run/saved/saved_filters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/paths.h"
#include "base/suggest.h"

void saved_filters_clear(struct saved_filters *filters)
{
    free(filters->list);
    free(filters->recent);
    memset(filters, 0, sizeof *filters);
}

char *saved_filters_default_path(void)
{
    return paths_of(PATHS_DATA, "filters.json", NULL);
}

bool saved_filters_is_name(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-_.";
    size_t length = strlen(name);
    return length > 0 && length < SAVED_FILTER_NAME && strspn(name, allowed) == length;
}

const char *saved_filters_find(const struct saved_filters *filters, const char *name)
{
    for (size_t i = 0; i < filters->n; i++) {
        if (strcmp(filters->list[i].name, name) == 0) {
            return filters->list[i].text;
        }
    }
    return NULL;
}

bool saved_filters_expand(const struct saved_filters *filters, const char *text,
                          char out[SAVED_FILTER_TEXT], struct status *status)
{
    char name[SAVED_FILTER_NAME];
    struct suggestion suggestion = {0};
    const char *first = text + strspn(text, " "), *saved = NULL, *rest = text;
    size_t length = strcspn(first, " ");
    if (first[0] == '@' && length > 1 && length <= sizeof name) {
        snprintf(name, sizeof name, "%.*s", (int)length - 1, first + 1);
        saved = saved_filters_find(filters, name);
        for (size_t i = 0; saved == NULL && i < filters->n; i++) {
            suggest_consider(&suggestion, name, filters->list[i].name);
        }
        rest = saved != NULL ? first + length : text;
    }
    if (suggestion.word != NULL) {
        return status_set(status, STATUS_USAGE, "column %zu: no filter is saved as '%s'%s",
                          (size_t)(first - text) + 1, name,
                          suggest_hint(suggestion.word, "@", "").text);
    }
    int used = snprintf(out, SAVED_FILTER_TEXT, "%s%s", saved != NULL ? saved : "", rest);
    return (used >= 0 && used < SAVED_FILTER_TEXT) ||
           status_set(status, STATUS_USAGE, "this filter is too long: at most %d bytes",
                      SAVED_FILTER_TEXT - 1);
}
