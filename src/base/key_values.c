#include "base/key_values.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static struct key_value *add(struct key_values *list, const char *key, enum value_kind kind)
{
    if (list->failed || !mem_grow(&list->list, &list->capacity, list->n + 1, sizeof *list->list,
                                  "key values", NULL)) {
        list->failed = true;
        return NULL;
    }
    struct key_value *entry = &list->list[list->n];
    memset(entry, 0, sizeof *entry);
    entry->kind = kind;
    entry->key = mem_text(key, strlen(key), NULL);
    if (entry->key == NULL) {
        list->failed = true;
        return NULL;
    }
    list->n++;
    return entry;
}

void key_values_number(struct key_values *list, const char *key, double value)
{
    struct key_value *entry = add(list, key, VALUE_NUMBER);
    if (entry != NULL) {
        entry->number = value;
    }
}

void key_values_bool(struct key_values *list, const char *key, bool value)
{
    struct key_value *entry = add(list, key, VALUE_BOOL);
    if (entry != NULL) {
        entry->number = value ? 1 : 0;
    }
}

void key_values_text(struct key_values *list, const char *key, const char *value)
{
    struct key_value *entry = add(list, key, VALUE_TEXT);
    if (entry != NULL) {
        entry->text = mem_text(value, strlen(value), NULL);
        list->failed = list->failed || entry->text == NULL;
    }
}

void key_values_numbers(struct key_values *list, const char *key, const double *values,
                        size_t n)
{
    struct key_value *entry = add(list, key, VALUE_NUMBERS);
    if (entry == NULL) {
        return;
    }
    entry->numbers = mem_new(n, sizeof *values, "key values", NULL);
    if (entry->numbers == NULL) {
        list->failed = true;
        return;
    }
    entry->n_numbers = n;
    if (n > 0) {
        memcpy(entry->numbers, values, n * sizeof *values);
    }
}

const struct key_value *key_values_find(const struct key_values *list, const char *key)
{
    for (size_t i = 0; i < list->n; i++) {
        if (strcmp(list->list[i].key, key) == 0) {
            return &list->list[i];
        }
    }
    return NULL;
}

void key_values_clear(struct key_values *list)
{
    for (size_t i = 0; i < list->n; i++) {
        free(list->list[i].key);
        free(list->list[i].text);
        free(list->list[i].numbers);
    }
    free(list->list);
    memset(list, 0, sizeof *list);
}
