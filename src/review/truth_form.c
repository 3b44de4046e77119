#define _GNU_SOURCE
/* What form a truth list has, by its first line, and what its labels say. */
#include "review/truth_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/count.h"
#include "table/csv/column_names.h"
#include "table/number.h"
#include "table/printable.h"
#include "table/time_column.h"

/* ---- words ---- */

static const char *const positives[] = {"1",
                                        "true",
                                        "yes",
                                        "y",
                                        "t",
                                        "positive",
                                        "malicious",
                                        "malign",
                                        "attack",
                                        "attacker",
                                        "anomaly",
                                        "anomalous",
                                        "abnormal",
                                        "incident",
                                        "redteam",
                                        "red team",
                                        "bad",
                                        "threat",
                                        "intrusion",
                                        "outlier",
                                        "fraud",
                                        "tp",
                                        "compromised",
                                        "evil",
                                        "wahr",
                                        "ja",
                                        "vrai",
                                        "oui",
                                        "verdadero",
                                        "true positive",
                                        "true_positive",
                                        "truepositive",
                                        "true-positive",
                                        NULL};
static const char *const negatives[] = {"0",
                                        "false",
                                        "no",
                                        "n",
                                        "f",
                                        "negative",
                                        "benign",
                                        "normal",
                                        "legitimate",
                                        "legit",
                                        "good",
                                        "clean",
                                        "inlier",
                                        "background",
                                        "fp",
                                        "falsch",
                                        "nein",
                                        "faux",
                                        "non",
                                        "falso",
                                        "false positive",
                                        "false_positive",
                                        "falsepositive",
                                        "false-positive",
                                        "benign positive",
                                        "benignpositive",
                                        NULL};

static bool is_one_of(struct span text, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strlen(*words) == text.length && ascii_same(text.bytes, *words, text.length)) {
            return true;
        }
    }
    return false;
}

bool truth_read_label(struct span text, locale_t c_locale, bool *positive)
{
    double value;
    text = column_names_trimmed(text);
    *positive = is_one_of(text, positives);
    if (*positive || is_one_of(text, negatives)) {
        return true;
    }
    if (number_parse(text, c_locale, &value) != NUMBER_GOOD || (value != 0 && value != 1)) {
        return false;
    }
    *positive = value == 1;
    return true;
}

bool truth_read_row(struct span text, locale_t c_locale, uint64_t *row)
{
    double value;
    text = column_names_trimmed(text);
    for (size_t i = 0; i < text.length; i++) { /* "true" and "inf" are numbers, too */
        if (strchr("0123456789.+-eE", text.bytes[i]) == NULL || text.bytes[i] == '\0') {
            return false;
        }
    }
    if (number_parse(text, c_locale, &value) != NUMBER_GOOD || !(value >= 0) ||
        value > 9007199254740992.0 || value != (double)(uint64_t)value) {
        return false;
    }
    *row = (uint64_t)value;
    return true;
}

/* ---- a header ---- */

static bool alike(struct span field, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (column_names_alike(field, (struct span){*names, strlen(*names)})) {
            return true;
        }
    }
    return false;
}

static const char *const row_names[] = {"row_id", "row", "row number", "row index", NULL};
static const char *const kind_names[] = {"kind", NULL};
static const char *const incident_names[] = {"incident", "incident id", NULL};
static const char *const label_names[] = {
    "label",    "labels",      "class",        "truth",          "ground truth",  "is attack",
    "attack",   "malicious",   "is malicious", "is anomaly",     "anomaly",       "anomalous",
    "positive", "is positive", "is incident",  "is red team",    "red team",      "y",
    "y true",   "is fraud",    "verdict",      "classification", "determination", "disposition",
    "target",   NULL};

/* The one field with such a name; NO_FIELD without. Two are an error. */
static bool find(struct truth_list *list, const struct line *line, const char *const *names,
                 const char *what, size_t *field)
{
    *field = TRUTH_NO_FIELD;
    for (size_t i = 0; i < line->n_fields; i++) {
        if (!alike(line->fields[i], names)) {
            continue;
        }
        if (*field != TRUTH_NO_FIELD) {
            return status_set(list->status, STATUS_INPUT,
                              "line %" PRIu64 " of the truth list: columns %zu and %zu could "
                              "both be the %s; leave one out",
                              line->number + 1, *field + 1, i + 1, what);
        }
        *field = i;
    }
    return true;
}

static bool is_feature(struct span field)
{
    for (size_t j = 0; j < TABLE_DEFAULT_FEATURES; j++) {
        const char *const name[] = {table_default_features[j], NULL};
        if (alike(field, name)) {
            return true;
        }
    }
    return false;
}

/* What is not heeded is counted, and watched unless there is a label: it may be one. So may the
 * kind. */
static void note_others(struct truth_list *list, const struct line *line)
{
    for (size_t i = 0; i < line->n_fields; i++) {
        struct span field = line->fields[i];
        if (i == list->row_id || i == list->dt || i == list->user || i == list->incident ||
            i == list->label) {
            continue;
        }
        list->truth->unused_columns += i != list->kind;
        if (!is_feature(field) && list->label == TRUTH_NO_FIELD &&
            list->n_others < TRUTH_OTHERS) {
            struct truth_other *other = &list->others[list->n_others++];
            *other = (struct truth_other){.field = i, .all_labels = true};
            printable(other->name, sizeof other->name, field);
        }
    }
}

static bool read_header(struct truth_list *list, const struct line *line, bool *found)
{
    if (!find(list, line, row_names, "row", &list->row_id) ||
        !find(list, line, kind_names, "kind", &list->kind) ||
        !find(list, line, incident_names, "incident", &list->incident) ||
        !find(list, line, label_names, "label", &list->label)) {
        return false;
    }
    size_t time[1], user[1];
    if (column_names_times(line->fields, line->n_fields, NULL, time, 1) == 1) {
        list->dt = time[0];
    }
    if (column_names_users(line->fields, line->n_fields, user, 1) == 1) {
        list->user = user[0];
    }
    list->n_fields = line->n_fields;
    *found = list->row_id != TRUTH_NO_FIELD ||
             (list->dt != TRUTH_NO_FIELD && list->user != TRUTH_NO_FIELD);
    if (*found) {
        note_others(list, line);
    }
    return true;
}

/* ---- no header ---- */

static bool is_clock(struct span field)
{
    const struct time_options options = {0};
    int64_t clock;
    int32_t offset;
    uint64_t number;
    field = column_names_trimmed(field);
    return !count_read(field.bytes, field.length, UINT64_MAX, &number) &&
           time_text_read(field, &options, &clock, &offset);
}

/* A list of rows, or of times and users, may come without names when its first line can be read
 * in one way only. */
static bool read_bare(struct truth_list *list, const struct line *line)
{
    const struct span *fields = line->fields;
    size_t n = line->n_fields;
    uint64_t number;
    bool positive;
    list->n_fields = n;
    if (n == 4 && truth_whole(fields[0], &number)) {
        list->truth->form = TRUTH_REDTEAM;
        list->dt = 0;
        list->user = 1;
        return true;
    }
    bool labelled = n > 1 && truth_read_label(fields[n - 1], list->c_locale, &positive);
    if (n <= 2 && truth_read_row(fields[0], list->c_locale, &number) && (n == 1 || labelled)) {
        list->truth->form = TRUTH_ROWS;
        list->row_id = 0;
        list->label = n == 2 ? 1 : TRUTH_NO_FIELD;
        return true;
    }
    if ((n == 2 || (n == 3 && labelled)) && is_clock(fields[0]) != is_clock(fields[1])) {
        list->truth->form = TRUTH_HOURS;
        list->dt = is_clock(fields[0]) ? 0 : 1;
        list->user = 1 - list->dt;
        list->label = n == 3 ? 2 : TRUTH_NO_FIELD;
        return true;
    }
    return false;
}

/* ---- the first line ---- */

bool truth_start(struct truth_list *list, const struct line *line, bool *is_header)
{
    const struct table *table = list->table;
    struct truth *truth = list->truth;
    list->started = true;
    if (!read_header(list, line, is_header)) {
        return false;
    }
    if (*is_header) {
        truth->form = list->row_id != TRUTH_NO_FIELD ? TRUTH_ROWS : TRUTH_HOURS;
    } else {
        list->row_id = list->dt = list->user = TRUTH_NO_FIELD;
        list->kind = list->incident = list->label = TRUTH_NO_FIELD;
        if (!read_bare(list, line)) {
            return status_set(list->status, STATUS_INPUT,
                              "line %" PRIu64 ": the truth list is neither a red-team list "
                              "(time,user,source,destination, no header) nor a CSV with "
                              "columns row_id, or dt and src_user, and perhaps label",
                              line->number + 1);
        }
    }
    if (truth->form != TRUTH_ROWS && (table->row_user == NULL || table->row_time == NULL)) {
        return status_set(list->status, STATUS_INPUT,
                          "the truth list names users and hours, but the table has no dt and "
                          "src_user: use row_id");
    }
    if (list->label != TRUTH_NO_FIELD) {
        truth->has_labels = true;
    }
    if (list->kind != TRUTH_NO_FIELD) {
        truth->kinds = dict_new(list->status);
        return truth->kinds != NULL;
    }
    return true;
}

/* ---- columns that are not heeded ---- */

void truth_watch_others(struct truth_list *list, const struct line *line)
{
    for (size_t i = 0; i < list->n_others; i++) {
        struct truth_other *other = &list->others[i];
        bool positive;
        if (other->all_labels) {
            other->all_labels =
                truth_read_label(line->fields[other->field], list->c_locale, &positive);
            other->negative |= other->all_labels && !positive;
        }
    }
}

bool truth_check_others(const struct truth_list *list, struct status *status)
{
    for (size_t i = 0; i < list->n_others; i++) {
        const struct truth_other *other = &list->others[i];
        if (other->all_labels && other->negative) {
            return status_set(status, STATUS_INPUT,
                              "column '%s' of the truth list says of some lines that they are "
                              "not positive: call it label, or leave it out",
                              other->name);
        }
    }
    return true;
}
