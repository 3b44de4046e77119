/* The names a term can begin with. */
#include "rank/filter/filter_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/suggest.h"

static const struct {
    const char *name;
    enum filter_kind kind;
} built_in[] = {
    {"user", FILTER_USER},   {"kind", FILTER_KIND},     {"owner", FILTER_OWNER},
    {"label", FILTER_LABEL}, {"time", FILTER_TIME},     {"hour", FILTER_HOUR},
    {"day", FILTER_DAY},     {"copies", FILTER_COPIES}, {"like", FILTER_LIKE},
    {"row", FILTER_ROW},     {"rank", FILTER_RANK},     {"flagged", FILTER_FLAGGED},
    {"sort", FILTER_SORT},   {"dt", FILTER_TIME}, /* the column's name: understood, not listed
                                                   */
};

enum { BUILT_IN = sizeof built_in / sizeof *built_in, LISTED = BUILT_IN - 1 };

/* ---- all fields, numbered ---- */

static size_t count_fields(const struct filter_context *context)
{
    return BUILT_IN + context->n_hooks + 2 * context->n_rankings + context->table->profiles.d +
           context->table->n_columns;
}

/* The name and meaning of field i: built in, hooks, scores, ranks, features, columns. A rank's
 * name is its ranking's. */
static const char *field_at(const struct filter_context *context, size_t i,
                            struct filter_field *field)
{
    memset(field, 0, sizeof *field);
    if (i < BUILT_IN) {
        field->kind = built_in[i].kind;
        field->main = field->kind == FILTER_RANK;
        field->index = field->main ? context->main_ranking : 0;
        return built_in[i].name;
    }
    i -= BUILT_IN;
    field->index = i;
    if (i < context->n_hooks) {
        field->kind = FILTER_HOOK;
        return context->hooks[i].field;
    }
    field->index = i -= context->n_hooks;
    if (i < 2 * context->n_rankings) {
        field->kind = i < context->n_rankings ? FILTER_SCORE : FILTER_RANK;
        field->index = i % context->n_rankings;
        return context->rankings[field->index].name;
    }
    field->index = i -= 2 * context->n_rankings;
    if (i >= context->table->profiles.d) {
        field->kind = FILTER_COLUMN;
        field->index = i - context->table->profiles.d;
        return context->table->columns[field->index].name;
    }
    field->kind = FILTER_FEATURE;
    return context->table->feature_names[field->index];
}

size_t filter_names(const struct filter_context *context, struct filter_name *names,
                    size_t room)
{
    size_t n = 0;
    for (size_t i = 0; i < count_fields(context); i++) {
        struct filter_field field;
        const char *name = field_at(context, i, &field);
        if (i >= LISTED && i < BUILT_IN) {
            continue;
        }
        if (n < room) {
            names[n].name = name;
            names[n].rank = field.kind == FILTER_RANK && !field.main;
        }
        n++;
    }
    return n;
}

const char *filter_field_name(const struct filter_field *field,
                              const struct filter_context *context, const char **suffix)
{
    const char *name = "";
    *suffix = "";
    switch (field->kind) {
    case FILTER_FEATURE: return context->table->feature_names[field->index];
    case FILTER_COLUMN: return context->table->columns[field->index].name;
    case FILTER_HOOK: return context->hooks[field->index].field;
    case FILTER_SCORE: return context->rankings[field->index].name;
    case FILTER_RANK:
        if (!field->main) {
            *suffix = ".rank";
            return context->rankings[field->index].name;
        }
        return "rank";
    default:
        for (size_t i = 0; i < LISTED; i++) {
            name = built_in[i].kind == field->kind ? built_in[i].name : name;
        }
        return name;
    }
}

/* ---- from a name to a field ---- */

static bool same_word(const char *name, const char *typed, size_t length, bool fold, bool whole)
{
    for (size_t i = 0; i < length; i++) {
        bool same = fold ? ascii_lower(name[i]) == ascii_lower(typed[i]) : name[i] == typed[i];
        if (!same || name[i] == '\0') {
            return false;
        }
    }
    return !whole || name[length] == '\0';
}

static bool is_alias(const struct filter_field *field, const struct filter_context *context,
                     const char *typed, size_t length)
{
    const char *alias =
        field->kind == FILTER_SCORE || (field->kind == FILTER_RANK && !field->main)
            ? context->rankings[field->index].alias
            : NULL;
    return alias != NULL && same_word(alias, typed, length, true, true);
}

/* How a name was typed, from the best on. */
enum fit { FIT_EXACT, FIT_ANY_CASE, FIT_SHORT, FITS };

static bool fits(const struct filter_field *field, const char *name, size_t i,
                 const struct filter_context *context, const char *typed, size_t length,
                 enum fit fit)
{
    switch (fit) {
    case FIT_EXACT: return same_word(name, typed, length, false, true);
    case FIT_ANY_CASE:
        return same_word(name, typed, length, true, true) ||
               is_alias(field, context, typed, length);
    default:
        return same_word(name, typed, length, true, false) && !(i >= LISTED && i < BUILT_IN);
    }
}

/* "fail is short for failed_events, fail_ratio" */
static void say_ambiguous(struct filter_error *error, const char *typed, size_t length,
                          const char *const *names, size_t n)
{
    int at = snprintf(error->text, sizeof error->text, "%.*s is short for", (int)length, typed);
    for (size_t i = 0; i < n && at > 0 && (size_t)at < sizeof error->text; i++) {
        at += snprintf(error->text + at, sizeof error->text - (size_t)at, "%s %.40s",
                       i == 0 ? "" : ",", names[i]);
    }
    snprintf(error->nearest, sizeof error->nearest, "%.60s", names[0]);
}

/* Considers a name, and what stands before its first underscore: `faled` is near failed_events.
 */
static void consider(struct suggestion *suggestion, const char *typed, const char *name)
{
    char first[32];
    size_t length = strcspn(name, "_");
    suggest_consider(suggestion, typed, name);
    if (name[length] != '\0' && length < sizeof first) {
        memcpy(first, name, length);
        first[length] = '\0';
        suggest_consider(suggestion, typed, first);
        suggestion->word = suggestion->word == first ? name : suggestion->word;
    }
}

static void say_unknown(struct filter_error *error, const char *typed, size_t length,
                        const struct filter_context *context)
{
    char word[64];
    struct suggestion suggestion = {0};
    struct filter_field field;
    snprintf(word, sizeof word, "%.*s", (int)(length < 63 ? length : 63), typed);
    for (size_t i = 0; i < count_fields(context); i++) {
        consider(&suggestion, word, field_at(context, i, &field));
    }
    snprintf(error->text, sizeof error->text, "there is no field %s", word);
    if (suggestion.word != NULL) {
        snprintf(error->nearest, sizeof error->nearest, "%.60s", suggestion.word);
    }
}

/* Finds the one field of the wanted sort that fits best. With `ranks`, only ranks of detectors;
 * else anything but those. */
static bool find(const char *typed, size_t length, bool ranks,
                 const struct filter_context *context, struct filter_field *found,
                 struct filter_error *error)
{
    enum { NAMED = 4 };
    const char *names[NAMED];
    for (enum fit fit = FIT_EXACT; fit < FITS; fit++) {
        size_t n = 0;
        for (size_t i = 0; i < count_fields(context); i++) {
            struct filter_field field;
            const char *name = field_at(context, i, &field);
            bool wanted = ranks == (field.kind == FILTER_RANK && !field.main);
            if (!wanted || !fits(&field, name, i, context, typed, length, fit)) {
                continue;
            }
            if (n == 0) {
                *found = field;
            }
            if (n < NAMED) {
                names[n] = name;
            }
            n++;
        }
        if (n == 1 || (n > 1 && fit != FIT_SHORT)) {
            return true; /* of equal names the first: the program's own */
        }
        if (n > 1) {
            say_ambiguous(error, typed, length, names, n < NAMED ? n : NAMED);
            return false;
        }
    }
    say_unknown(error, typed, length, context);
    return false;
}

bool filter_find_field(const char *name, size_t length, const struct filter_context *context,
                       struct filter_field *field, struct filter_error *error)
{
    static const char suffix[] = ".rank";
    const size_t tail = sizeof suffix - 1;
    if (find(name, length, false, context, field, error)) {
        return true;
    }
    if (length > tail && same_word(suffix, name + length - tail, tail, true, true)) {
        error->nearest[0] = '\0';
        return find(name, length - tail, true, context, field, error);
    }
    return false;
}

size_t filter_find_ranking(const char *name, const struct filter_context *context)
{
    struct filter_field field;
    struct filter_error ignored = {0};
    return find(name, strlen(name), true, context, &field, &ignored) ? field.index
                                                                     : context->n_rankings;
}

size_t filter_dotted(const char *word, const struct filter_context *context)
{
    static const char *const parts[] = {"rank", "score", "flag", "flagged"};
    const char *dot = strchr(word, '.');
    size_t length = dot != NULL ? (size_t)(dot - word) : 0;
    bool part = false;
    for (size_t i = 0; dot != NULL && i < sizeof parts / sizeof *parts; i++) {
        part = part || same_word(parts[i], dot + 1, strlen(dot + 1), true, true);
    }
    for (size_t i = 0; length > 0 && i < context->n_rankings; i++) {
        const struct filter_ranking *one = &context->rankings[i];
        if (same_word(one->name, word, length, true, true) ||
            (part && one->alias != NULL && same_word(one->alias, word, length, true, true))) {
            return i;
        }
    }
    return context->n_rankings;
}
