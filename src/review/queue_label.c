/* Queues in words. */
#include "review/queue.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/count.h"
#include "base/format.h"

static const char *const kinds[QUEUE_KINDS] = {"top", "pooled", "strata"};

static void add(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add(char *text, size_t size, const char *format, ...)
{
    size_t used = strlen(text);
    va_list args;
    va_start(args, format);
    vsnprintf(text + used, size - used, format, args);
    va_end(args);
}

void queue_text(const struct queue *queue, char *text, size_t size)
{
    text[0] = '\0';
    if (queue->spec.kind == QUEUE_STRATA) {
        add(text, size, "%s ranks in %zu strata, %s drawn", format_grouped(queue->slots).text,
            queue->spec.n_strata, format_grouped(queue->distinct).text);
    } else if (queue->slots != queue->distinct) { /* the saving of a pooled queue */
        add(text, size, "%s slots, %s %s", format_grouped(queue->slots).text,
            format_grouped(queue->distinct).text,
            queue->spec.episodes ? "episodes" : "distinct");
    } else {
        add(text, size, "%s",
            format_count(queue->distinct, queue->spec.episodes ? "episode" : "user-hour").text);
    }
    if (queue->controls > 0) {
        add(text, size, "; %zu of the bulk as controls", queue->controls);
    }
    if (queue->repeats > 0) {
        add(text, size, "; %zu shown twice", queue->repeats);
    }
    if (queue->spec.rules > 0 && queue->spec.kind != QUEUE_STRATA && !queue->spec.blind) {
        add(text, size, "; without what rules hide");
    }
    if (queue->spec.blind) {
        add(text, size, "; blind, seed %u", queue->spec.seed);
    }
}

void queue_label(const struct queue_spec *spec, const char *names, char *text, size_t size)
{
    text[0] = '\0';
    add(text, size, "%s %s k=%u", kinds[(unsigned)spec->kind < QUEUE_KINDS ? spec->kind : 0],
        names, spec->k);
    if (spec->episodes) {
        add(text, size, " episodes gap=%g", spec->gap);
    }
    if (spec->blind || spec->kind == QUEUE_STRATA || spec->controls > 0 || spec->repeats > 0) {
        add(text, size, " seed=%u", spec->seed);
    }
    if (spec->blind) {
        add(text, size, " blind");
    }
    if (spec->controls > 0) {
        add(text, size, " controls=%u", spec->controls);
    }
    if (spec->repeats > 0) {
        add(text, size, " repeats=%u", spec->repeats);
    }
    if (spec->rules > 0 && spec->kind != QUEUE_STRATA) {
        add(text, size, " rules=%" PRId64, spec->rules);
    }
    for (size_t i = 0; spec->kind == QUEUE_STRATA && i < spec->n_strata; i++) {
        add(text, size, "%s%u:%u", i == 0 ? " strata=" : ",", spec->strata[i].last,
            spec->strata[i].drawn);
    }
}

/* A whole number below 2^32 at *text, which moves behind it. */
static bool number(const char **text, uint32_t *value)
{
    uint64_t sum = 0;
    const char *from = *text;
    for (; **text >= '0' && **text <= '9' && *text - from < 11; ++*text) {
        sum = sum * 10 + (uint64_t)(**text - '0');
    }
    *value = (uint32_t)sum;
    return *text > from && sum <= UINT32_MAX;
}

static bool parse_strata(const char *text, struct queue_spec *spec)
{
    for (spec->n_strata = 0; spec->n_strata < QUEUE_STRATA_MAX;) {
        struct queue_stratum *stratum = &spec->strata[spec->n_strata++];
        if (!number(&text, &stratum->last) || *text++ != ':' ||
            !number(&text, &stratum->drawn)) {
            return false;
        }
        if (*text == '\0') {
            return true;
        }
        if (*text++ != ',') {
            return false;
        }
    }
    return false;
}

bool queue_parse_word(const char *word, struct queue_spec *spec)
{
    static const char *const keys[] = {"k=", "seed=", "controls=", "repeats="};
    uint32_t *const values[] = {&spec->k, &spec->seed, &spec->controls, &spec->repeats};
    if (strcmp(word, "blind") == 0) {
        spec->blind = true;
        return true;
    }
    if (strcmp(word, "episodes") == 0) {
        spec->episodes = true;
        spec->gap = spec->gap > 0 ? spec->gap : EPISODE_GAP / 3600.0;
        return true;
    }
    if (strncmp(word, "gap=", 4) == 0) {
        char *end;
        spec->gap = strtod(word + 4, &end);
        return end > word + 4 && *end == '\0' && spec->gap > 0 && spec->gap <= 8760;
    }
    if (strncmp(word, "rules=", 6) == 0) {
        uint64_t at;
        bool known = count_parse(word + 6, INT64_MAX, &at) && at > 0;
        spec->rules = known ? (int64_t)at : spec->rules;
        return known;
    }
    if (strncmp(word, "strata=", 7) == 0) {
        return parse_strata(word + 7, spec);
    }
    for (size_t i = 0; i < 4; i++) {
        size_t length = strlen(keys[i]);
        if (strncmp(word, keys[i], length) == 0) {
            word += length;
            return number(&word, values[i]) && *word == '\0';
        }
    }
    return false;
}

bool queue_parse(const char *label, struct queue_spec *spec, char *names, size_t size,
                 struct status *status)
{
    char copy[QUEUE_LABEL];
    char *rest = NULL;
    bool good = strlen(label) < sizeof copy;
    *spec = (struct queue_spec){.kind = QUEUE_KINDS};
    snprintf(copy, sizeof copy, "%s", label);
    const char *word = strtok_r(copy, " ", &rest);
    for (unsigned i = 0; word != NULL && i < QUEUE_KINDS; i++) {
        if (strcmp(word, kinds[i]) == 0) {
            spec->kind = (enum queue_kind)i;
        }
    }
    word = strtok_r(NULL, " ", &rest);
    good = good && spec->kind != QUEUE_KINDS && word != NULL && strlen(word) < size;
    if (good) {
        snprintf(names, size, "%s", word);
    }
    while (good && (word = strtok_r(NULL, " ", &rest)) != NULL) {
        good = queue_parse_word(word, spec);
    }
    return good ||
           status_set(status, STATUS_INPUT, "'%.100s' is not the label of a queue", label);
}
