#include "base/facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static struct fact *add(struct facts *facts, const char *key, enum fact_kind kind)
{
    if (facts->failed ||
        !mem_grow(&facts->list, &facts->capacity, facts->n + 1, sizeof *facts->list, "facts",
                  NULL)) {
        facts->failed = true;
        return NULL;
    }
    struct fact *fact = &facts->list[facts->n];
    memset(fact, 0, sizeof *fact);
    fact->kind = kind;
    fact->key = mem_text(key, strlen(key), NULL);
    if (fact->key == NULL) {
        facts->failed = true;
        return NULL;
    }
    facts->n++;
    return fact;
}

void facts_number(struct facts *facts, const char *key, double value)
{
    struct fact *fact = add(facts, key, FACT_NUMBER);
    if (fact != NULL) {
        fact->number = value;
    }
}

void facts_bool(struct facts *facts, const char *key, bool value)
{
    struct fact *fact = add(facts, key, FACT_BOOL);
    if (fact != NULL) {
        fact->number = value ? 1 : 0;
    }
}

void facts_text(struct facts *facts, const char *key, const char *value)
{
    struct fact *fact = add(facts, key, FACT_TEXT);
    if (fact != NULL) {
        fact->text = mem_text(value, strlen(value), NULL);
        facts->failed = facts->failed || fact->text == NULL;
    }
}

void facts_numbers(struct facts *facts, const char *key, const double *values, size_t n)
{
    struct fact *fact = add(facts, key, FACT_NUMBERS);
    if (fact == NULL) {
        return;
    }
    fact->numbers = mem_new(n, sizeof *values, "facts", NULL);
    if (fact->numbers == NULL) {
        facts->failed = true;
        return;
    }
    fact->n_numbers = n;
    if (n > 0) {
        memcpy(fact->numbers, values, n * sizeof *values);
    }
}

const struct fact *facts_find(const struct facts *facts, const char *key)
{
    for (size_t i = 0; i < facts->n; i++) {
        if (strcmp(facts->list[i].key, key) == 0) {
            return &facts->list[i];
        }
    }
    return NULL;
}

void facts_clear(struct facts *facts)
{
    for (size_t i = 0; i < facts->n; i++) {
        free(facts->list[i].key);
        free(facts->list[i].text);
        free(facts->list[i].numbers);
    }
    free(facts->list);
    memset(facts, 0, sizeof *facts);
}
