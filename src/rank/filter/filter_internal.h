/* What the parts of the filter share: what a parsed filter is, and its fields. */
#ifndef ODDHOURS_RANK_FILTER_INTERNAL_H
#define ODDHOURS_RANK_FILTER_INTERNAL_H

#include "rank/filter/filter.h"

enum filter_kind {
    FILTER_WORD, /* a word to be found in user names */
    FILTER_USER,
    FILTER_KIND, /* of account: text of an item is its name */
    FILTER_OWNER,
    FILTER_LABEL,
    FILTER_TIME,
    FILTER_HOUR,
    FILTER_DAY,
    FILTER_COPIES,
    FILTER_LIKE, /* a: the row_id of the one they are to look like */
    FILTER_ROW,
    FILTER_RANK,    /* index: ranking */
    FILTER_FEATURE, /* index: feature */
    FILTER_COLUMN,  /* index: column of the table beside the features */
    FILTER_SCORE,   /* index: ranking */
    FILTER_FLAGGED,
    FILTER_HOOK, /* index: hook */
    FILTER_SORT,
};

struct filter_field {
    enum filter_kind kind;
    size_t index;
    bool main; /* FILTER_RANK: `rank` was written, without a detector */
};

enum filter_op {
    FILTER_EQ,
    FILTER_NE,
    FILTER_LT,
    FILTER_LE,
    FILTER_GT,
    FILTER_GE,
    FILTER_RANGE, /* a to b, both included; of hours also over midnight */
};

enum { FILTER_ANY = -1, FILTER_ALL = -2 };

/* One alternative of a term. */
struct filter_item {
    enum filter_op op;
    double a, b;
    bool percent; /* a and b are percentiles */
    char *text;   /* owned: text fields and hooks */
    int flagged;  /* FILTER_FLAGGED: a ranking, or FILTER_ANY, FILTER_ALL */
};

struct filter_term {
    struct filter_field field;
    bool negated;
    size_t n_items, capacity;
    struct filter_item *items;
};

struct filter {
    size_t n_terms, capacity;
    struct filter_term *terms;
    bool sorts;
    struct filter_field sort_field;
    bool sort_falling;
};

/* The field called `name` (length bytes), whole or cut short. On failure `error` has a sentence
 * and the nearest name, without a column. */
bool filter_find_field(const char *name, size_t length, const struct filter_context *context,
                       struct filter_field *field, struct filter_error *error);

/* The ranking called so, or by its alias; n_rankings when there is none. */
size_t filter_find_ranking(const char *name, const struct filter_context *context);

/* The ranking that a word begins with, if a dot follows: its name, or its alias when `rank`,
 * `score`, `flag` or `flagged` is all that follows (IF.smith may be a user); n_rankings when
 * it is no such word. */
size_t filter_dotted(const char *word, const struct filter_context *context);

/* The whole name of a field, which goes on with `*suffix`. */
const char *filter_field_name(const struct filter_field *field,
                              const struct filter_context *context, const char **suffix);

static inline bool filter_is_text(enum filter_kind kind)
{
    return kind == FILTER_WORD || kind == FILTER_USER || kind == FILTER_TIME ||
           kind == FILTER_KIND || kind == FILTER_OWNER || kind == FILTER_LABEL ||
           kind == FILTER_HOOK;
}

static inline bool filter_takes_percent(enum filter_kind kind)
{
    return kind == FILTER_FEATURE || kind == FILTER_COLUMN || kind == FILTER_SCORE;
}

/* Whether a word is taken for something else, or refused, unless it is in quotes. */
bool filter_refuses_word(const char *text);

#endif
