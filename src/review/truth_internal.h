/* What the files of truth share. */
#ifndef ODDHOURS_REVIEW_TRUTH_INTERNAL_H
#define ODDHOURS_REVIEW_TRUTH_INTERNAL_H

#include <locale.h>

#include "review/truth.h"
#include "table/csv/split.h"

enum { TRUTH_OTHERS = 32 };
#define TRUTH_NO_FIELD SIZE_MAX

/* A column that is not heeded, and whether it looks as if it should be. */
struct truth_other {
    size_t field;
    bool all_labels, negative; /* all its values so far are labels, some of them negative */
    char name[40];
};

/* The list as read, before it meets the rows. */
struct truth_list {
    struct truth *truth;
    const struct table *table;
    locale_t c_locale;
    bool started;
    size_t n_fields;                                /* of the header */
    size_t row_id, dt, user, kind, incident, label; /* their fields, or TRUTH_NO_FIELD */
    size_t n_others;
    struct truth_other others[TRUTH_OTHERS]; /* none when there is a label */
    struct dict *seen;                       /* the distinct lines */
    size_t n, capacity;
    struct truth_mark *marks; /* (n) one a distinct readable positive line */
    size_t n_negative, negative_capacity;
    struct truth_mark *negatives; /* (n_negative) one a readable negative line */
    size_t kind_capacity;
    struct status *status;
};

/* Understands the first line. STATUS_INPUT when it is the first line of no such list. */
bool truth_start(struct truth_list *list, const struct line *line, bool *is_header);

/* Labels: 0 and 1 (1.0 too), true and false, yes and no, benign and malicious, normal and
 * attack and the like, in any case. False when it is none. */
bool truth_read_label(struct span text, locale_t c_locale, bool *positive);

/* A row number as programs write it: 13, 13.0, 1.3e1. */
bool truth_read_row(struct span text, locale_t c_locale, uint64_t *row);

/* A whole number of less than 19 digits. */
bool truth_whole(struct span span, uint64_t *value);

/* Looks into the columns that are not heeded; a label among them is STATUS_INPUT. */
void truth_watch_others(struct truth_list *list, const struct line *line);
bool truth_check_others(const struct truth_list *list, struct status *status);

/* Lays the marks over the rows: bits, positives, counts. Takes list->marks over. */
bool truth_lay(struct truth_list *list, struct status *status);

#endif
