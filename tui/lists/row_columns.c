#include "lists/row_columns.h"

#include <stdio.h>
#include <string.h>

#include "base/suggest.h"

enum { NAME_SIZE = 160 };

static const char *const plain[] = {
    [ROW_COLUMN_VERDICT] = "verdict", [ROW_COLUMN_RANK] = "rank",
    [ROW_COLUMN_SCORE] = "score",     [ROW_COLUMN_USER] = "user",
    [ROW_COLUMN_WHEN] = "when",       [ROW_COLUMN_TIME] = "time",
    [ROW_COLUMN_ROW] = "row",         [ROW_COLUMN_COPIES] = "copies",
    [ROW_COLUMN_WHY] = "why",         [ROW_COLUMN_KIND] = "kind",
    [ROW_COLUMN_OWNER] = "owner",     [ROW_COLUMN_LABEL] = "label",
    [ROW_COLUMN_FEATURE] = NULL,      [ROW_COLUMN_RANKS] = "ranks",
    [ROW_COLUMN_SCORES] = "scores",   [ROW_COLUMN_FEATURES] = "features",
    [ROW_COLUMN_HERE] = NULL,         [ROW_COLUMN_BESIDE] = NULL,
};

enum { PLAIN = sizeof plain / sizeof plain[0] };

bool row_column_equal(struct row_column a, struct row_column b)
{
    return a.kind == b.kind && a.index == b.index;
}

static size_t features(const struct session *session)
{
    return session->has_table ? session->run->table->profiles.d : 0;
}

static size_t columns_beside(const struct session *session)
{
    return session->has_table ? session->run->table->n_columns : 0;
}

/* ---- all columns there are, in the order of completion ---- */

static bool nth(const struct session *session, size_t n, struct row_column *column)
{
    for (int kind = 0; kind < PLAIN; kind++) {
        if (plain[kind] != NULL && n-- == 0) {
            bool of_result = kind == ROW_COLUMN_RANK || kind == ROW_COLUMN_SCORE;
            *column = (struct row_column){(enum row_column_kind)kind,
                                          of_result ? ROW_COLUMN_IN_VIEW : 0};
            return true;
        }
    }
    for (size_t i = 0; i < session_results(session); i++) {
        if (session_uses(session, i)) {
            if (n < 2) {
                *column = (struct row_column){n == 0 ? ROW_COLUMN_SCORE : ROW_COLUMN_RANK, i};
                return true;
            }
            n -= 2;
        }
    }
    *column = (struct row_column){ROW_COLUMN_FEATURE, n};
    if (n >= features(session)) {
        *column = (struct row_column){ROW_COLUMN_BESIDE, n - features(session)};
    }
    return n < features(session) + columns_beside(session);
}

void row_column_name(struct row_column column, const struct session *session, char *text,
                     size_t size)
{
    bool of_result = column.kind == ROW_COLUMN_RANK || column.kind == ROW_COLUMN_SCORE;
    if (column.kind == ROW_COLUMN_FEATURE) {
        snprintf(text, size, "%s", session->run->table->feature_names[column.index]);
    } else if (column.kind == ROW_COLUMN_BESIDE) {
        snprintf(text, size, "%s", session->run->table->columns[column.index].name);
    } else if (of_result && column.index != ROW_COLUMN_IN_VIEW) {
        snprintf(text, size, "%s%s", session->run->results[column.index].name,
                 column.kind == ROW_COLUMN_RANK ? ".rank" : "");
    } else {
        snprintf(text, size, "%s", plain[column.kind] != NULL ? plain[column.kind] : "here");
    }
}

void row_columns_nth(const struct session *session, size_t n, char *text, size_t size)
{
    struct row_column column;
    text[0] = '\0';
    if (nth(session, n, &column)) {
        row_column_name(column, session, text, size);
    }
}

/* ---- from text ---- */

static void unknown(const char *name, size_t length, const struct session *session,
                    char *problem, size_t size)
{
    struct suggestion suggestion = {0};
    struct row_column column;
    char known[NAME_SIZE], typed[NAME_SIZE], best[NAME_SIZE] = "";
    snprintf(typed, sizeof typed, "%.*s", (int)(length < 80 ? length : 80), name);
    for (size_t i = 0; nth(session, i, &column); i++) {
        size_t before = suggestion.distance;
        const char *word = suggestion.word;
        row_column_name(column, session, known, sizeof known);
        suggest_consider(&suggestion, typed, known);
        if (suggestion.word != word || suggestion.distance != before) {
            snprintf(best, sizeof best, "%s", known);
        }
    }
    snprintf(problem, size, "there is no column '%.80s'%s", typed,
             suggest_hint(best, "", "").text);
}

bool row_column_find(const char *name, size_t length, const struct session *session,
                     struct row_column *column, char *problem, size_t size)
{
    struct row_column one;
    char known[NAME_SIZE], first[NAME_SIZE] = "";
    size_t found = 0;
    for (size_t i = 0; length > 0 && nth(session, i, &one); i++) {
        row_column_name(one, session, known, sizeof known);
        if (strncmp(known, name, length) != 0) {
            continue;
        }
        if (known[length] == '\0') {
            *column = one;
            return true;
        }
        /* a detector cut short is its score, though its rank begins so, too */
        if (found == 1 && one.kind == ROW_COLUMN_RANK && one.index == column->index) {
            continue;
        }
        if (found++ == 0) {
            *column = one;
            memcpy(first, known, sizeof first);
        }
    }
    if (found == 1) {
        return true;
    }
    if (found == 0) {
        unknown(name, length, session, problem, size);
    } else {
        snprintf(problem, size, "'%.*s' could be %zu columns, such as %.80s",
                 (int)(length < 80 ? length : 80), name, found, first);
    }
    return false;
}

static void add(struct row_columns *columns, struct row_column column)
{
    for (size_t i = 0; i < columns->n; i++) {
        if (row_column_equal(columns->column[i], column)) {
            return;
        }
    }
    if (columns->n < COLUMNS_MAX) {
        columns->column[columns->n++] = column;
    }
}

bool row_columns_parse(const char *text, const struct session *session,
                       struct row_columns *columns, char *problem, size_t size)
{
    struct row_columns parsed = {0};
    static const char blanks[] = " \t,";
    for (const char *word = text + strspn(text, blanks); *word != '\0';) {
        struct row_column column;
        size_t length = strcspn(word, blanks);
        if (length == 7 && strncmp(word, "default", length) == 0) {
            struct row_columns usual;
            row_columns_parse(ROW_COLUMNS_DEFAULT, session, &usual, problem, size);
            for (size_t i = 0; i < usual.n; i++) {
                add(&parsed, usual.column[i]);
            }
        } else if (row_column_find(word, length, session, &column, problem, size)) {
            add(&parsed, column);
        } else {
            return false;
        }
        word += length;
        word += strspn(word, blanks);
    }
    if (parsed.n == 0) {
        return row_columns_parse(ROW_COLUMNS_DEFAULT, session, columns, problem, size);
    }
    *columns = parsed;
    return true;
}

void row_columns_format(const struct row_columns *columns, const struct session *session,
                        char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; i < columns->n && length + 1 < size; i++) {
        char name[NAME_SIZE];
        row_column_name(columns->column[i], session, name, sizeof name);
        int written =
            snprintf(text + length, size - length, "%s%s", length > 0 ? " " : "", name);
        length += written > 0 ? (size_t)written : 0;
    }
}

/* ---- what is shown ---- */

/* Whether the table and the run have such a thing. */
static bool is_there(struct row_column column, const struct session *session)
{
    const struct table *table = session->run->table;
    switch (column.kind) {
    case ROW_COLUMN_USER: return table->row_user != NULL;
    case ROW_COLUMN_KIND: return session->run->accounts != NULL;
    case ROW_COLUMN_OWNER:
    case ROW_COLUMN_LABEL:
        return session->run->accounts != NULL && session->run->accounts->owner != NULL;
    case ROW_COLUMN_WHEN:
    case ROW_COLUMN_TIME: return table->row_time != NULL;
    case ROW_COLUMN_RANK:
    case ROW_COLUMN_SCORE:
        return column.index == ROW_COLUMN_IN_VIEW || session_uses(session, column.index);
    case ROW_COLUMN_FEATURE: return column.index < table->profiles.d;
    case ROW_COLUMN_BESIDE: return column.index < table->n_columns;
    default: return true;
    }
}

static void expand(struct row_column column, const struct session *session,
                   struct row_columns *shown)
{
    switch (column.kind) {
    case ROW_COLUMN_RANKS:
    case ROW_COLUMN_SCORES:
        for (size_t i = 0; i < session_results(session); i++) {
            bool rank = column.kind == ROW_COLUMN_RANKS;
            if (session_uses(session, i) && !(rank && i == session->selected.result)) {
                add(shown, (struct row_column){rank ? ROW_COLUMN_RANK : ROW_COLUMN_SCORE, i});
            }
        }
        break;
    case ROW_COLUMN_FEATURES:
        for (size_t i = 0; i < features(session); i++) {
            add(shown, (struct row_column){ROW_COLUMN_FEATURE, i});
        }
        for (size_t i = 0; i < columns_beside(session); i++) {
            add(shown, (struct row_column){ROW_COLUMN_BESIDE, i});
        }
        break;
    default: add(shown, column); break;
    }
}

void row_columns_expand(const struct row_columns *columns, const struct session *session,
                        struct row_columns *shown)
{
    shown->n = 0;
    for (size_t i = 0; i < columns->n; i++) {
        if (is_there(columns->column[i], session)) {
            expand(columns->column[i], session, shown);
        }
    }
}

/* ---- sorting ---- */

bool row_column_order(struct row_column column, const struct session *session, bool reversed,
                      struct row_order *order)
{
    size_t result =
        column.index == ROW_COLUMN_IN_VIEW ? session->selected.result : column.index;
    *order = (struct row_order){.falling = !reversed, .index = column.index};
    switch (column.kind) {
    case ROW_COLUMN_RANK:
    case ROW_COLUMN_SCORE:
        order->key = ROW_KEY_SCORE;
        order->index = 0;
        order->ranking =
            session->has_result[result] ? session->run->results[result].ranking : NULL;
        return order->ranking != NULL;
    case ROW_COLUMN_WHEN:
    case ROW_COLUMN_TIME:
        order->key = ROW_KEY_TIME;
        order->falling = reversed;
        return session->run->table->row_time != NULL;
    case ROW_COLUMN_USER:
        order->key = ROW_KEY_USER;
        order->falling = reversed;
        return session->run->table->row_user != NULL;
    case ROW_COLUMN_KIND:
    case ROW_COLUMN_OWNER:
    case ROW_COLUMN_LABEL:
        order->key = column.kind == ROW_COLUMN_KIND    ? ROW_KEY_KIND
                     : column.kind == ROW_COLUMN_OWNER ? ROW_KEY_OWNER
                                                       : ROW_KEY_LABEL;
        order->falling = reversed;
        order->accounts = session->run->accounts;
        return is_there(column, session);
    case ROW_COLUMN_ROW:
        order->key = ROW_KEY_ROW;
        order->falling = reversed;
        return true;
    case ROW_COLUMN_COPIES: order->key = ROW_KEY_COPIES; return true;
    case ROW_COLUMN_FEATURE: order->key = ROW_KEY_FEATURE; return true;
    case ROW_COLUMN_BESIDE: order->key = ROW_KEY_COLUMN; return true;
    default: return false;
    }
}
