/* The words that may follow an action's name in the palette, and the terms of a filter. Asked
 * one by one; the prompt keeps those that begin as what is typed. */
#include "app/app_state.h"

#include <stdio.h>
#include <string.h>

#include "rank/users.h"
#include "lists/row_columns.h"

enum { NAMES_MAX = 200, USERS_IN_FILTERS = 20000 /* so that a key is answered at once */ };

/* The n-th of a list that NULL ends. */
static void nth_word(const char *const *list, size_t n, char *word, size_t size)
{
    for (size_t i = 0; list != NULL && list[i] != NULL; i++) {
        if (i == n) {
            snprintf(word, size, "%s", list[i]);
        }
    }
}

static void detector_word(const struct session *session, size_t n, char *word, size_t size)
{
    for (size_t i = 0; i < session_results(session); i++) {
        if (session_uses(session, i) && n-- == 0) {
            snprintf(word, size, "%s", session->run->results[i].name);
            return;
        }
    }
}

/* Features, then detectors. */
static void quantity_word(const struct session *session, size_t n, char *word, size_t size)
{
    size_t d = session->has_table ? session->run->table->profiles.d : 0;
    if (n < d) {
        snprintf(word, size, "%s", session->run->table->feature_names[n]);
    } else {
        detector_word(session, n - d, word, size);
    }
}

/* Copied without printf: there may be a hundred thousand. */
static void user_word(const struct session *session, size_t n, char *word, size_t size)
{
    const struct table *table = session->has_table ? session->run->table : NULL;
    if (table == NULL || table->row_user == NULL || n >= dict_count(table->users)) {
        return;
    }
    struct span name = dict_get(table->users, (uint32_t)n);
    size_t length = name.length < size - 1 ? name.length : size - 1;
    memcpy(word, name.bytes, length);
    word[length] = '\0';
    if (length == 0) {
        snprintf(word, size, "\"\""); /* nobody: an empty word would end the list */
    }
}

/* "trees=", and behind the sign the words it takes. */
static void parameter_word(const char *typed, size_t n, char *word, size_t size)
{
    static const char models[] = "models=";
    const struct param_spec *spec = run_params_spec(n);
    const char *sign = strchr(typed, '=');
    if (strncmp(typed, models, strlen(models)) == 0) {
        if (n < detector_count()) { /* the optional ones, too */
            snprintf(word, size, "%s%s", models, detectors[n]->name);
        }
        return;
    }
    if (sign == NULL) {
        if (spec != NULL) {
            snprintf(word, size, "%s=", spec->option);
        } else if (n > 0 && run_params_spec(n - 1) != NULL) {
            snprintf(word, size, "%s", models);
        }
        return;
    }
    size_t length = (size_t)(sign - typed);
    for (size_t i = 0; (spec = run_params_spec(i)) != NULL; i++) {
        if (strlen(spec->option) == length && strncmp(spec->option, typed, length) == 0) {
            char value[64] = "";
            nth_word(spec->words, n, value, sizeof value);
            if (value[0] != '\0') {
                snprintf(word, size, "%s=%s", spec->option, value);
            }
        }
    }
}

/* ---- filters ---- */

static void saved_word(const struct app *app, const char *before, size_t n, char *word,
                       size_t size)
{
    if (n < app->filters.n) {
        snprintf(word, size, "%s%s", before, app->filters.list[n].name);
    }
}

/* What may stand behind "flagged:", "sort:" and the like; `before` is all up to the colon. */
static void value_word(const struct app *app, const struct filter_context *context,
                       const char *field, const char *before, size_t n, char *word, size_t size)
{
    static const char *const flagged[] = {"any", "all", NULL}, *const day[] = {"last", NULL};
    char value[PROMPT_WORD] = "";
    if (strcmp(field, "user") == 0 && n < USERS_IN_FILTERS) {
        user_word(&app->session, n, value, sizeof value);
    } else if (strcmp(field, "sort") == 0) {
        struct filter_name names[NAMES_MAX];
        size_t count = filter_names(context, names, NAMES_MAX);
        if (n < count && n < NAMES_MAX) {
            snprintf(value, sizeof value, "%.100s%s", names[n].name,
                     names[n].rank ? ".rank" : "");
        }
    } else if (strcmp(field, "day") == 0 && context->table->times != NULL) {
        nth_word(day, n, value, sizeof value);
    } else if (strcmp(field, "flagged") == 0) {
        if (n < 2) {
            nth_word(flagged, n, value, sizeof value);
        } else {
            detector_word(&app->session, n - 2, value, sizeof value);
        }
    }
    for (size_t i = 0; i < context->n_hooks; i++) {
        if (strcmp(context->hooks[i].field, field) == 0) {
            nth_word(context->hooks[i].words, n, value, sizeof value);
        }
    }
    if (value[0] != '\0') {
        /* "?" for what would have to be quoted, so that the word goes on as it was begun. */
        for (char *c = value; (c = strpbrk(c, " ,:\"\\")) != NULL;) {
            *c = '?';
        }
        snprintf(word, size, "%s%s", before, value);
    }
}

static void term_word(const struct app *app, const char *typed, size_t n, char *word,
                      size_t size)
{
    struct filter_context context;
    struct filter_ranking rankings[RUN_RESULTS_MAX];
    struct filter_name names[NAMES_MAX];
    char before[PROMPT_WORD], field[PROMPT_WORD];
    size_t sign = typed[0] == '-' || typed[0] == '!';
    const char *colon = strchr(typed, ':');
    if (typed[0] == '@') {
        saved_word(app, "@", n, word, size);
        return;
    }
    if (!app->session.has_table || strlen(typed) >= sizeof before / 2) {
        return;
    }
    app_filter_context(app, &context, rankings);
    if (colon != NULL) {
        snprintf(before, sizeof before, "%.*s", (int)(colon - typed) + 1, typed);
        snprintf(field, sizeof field, "%.*s", (int)(colon - typed - (ptrdiff_t)sign),
                 typed + sign);
        value_word(app, &context, field, before, n, word, size);
        return;
    }
    size_t count = filter_names(&context, names, NAMES_MAX);
    count = count < NAMES_MAX ? count : NAMES_MAX;
    if (n < count) {
        snprintf(word, size, "%.*s%.100s%s:", (int)sign, typed, names[n].name,
                 names[n].rank ? ".rank" : "");
    } else if (sign == 0) {
        saved_word(app, "@", n - count, word, size);
    }
}

/* ---- all of them ---- */

size_t app_words(struct app *app, enum action action, const char *typed, size_t n, char *word,
                 size_t size)
{
    static const char *const glyphs[] = {"auto", "block", "braille", "ascii", NULL};
    static const char *const color[] = {"auto", "always", "never", NULL};
    static const char *const why[] = {"shapley", NULL};
    static const char *const by[] = {"row", "episode", NULL};
    static const char *const queue[] = {"top",       "pooled",   "stratified", "k=",   "each=",
                                        "controls=", "repeats=", "episodes",   "rows", NULL};
    const struct session *session = &app->session;
    word[0] = '\0';
    switch ((int)action) {
    case ACTION_COLUMNS_SHOWN:
        if (n == 0) {
            snprintf(word, size, "default");
        } else if (session->has_table) {
            row_columns_nth(session, n - 1, word, size);
        }
        break;
    case ACTION_SORT:
        if (app_view(app)->action == ACTION_VIEW_USERS) {
            if (n < USER_KEYS) {
                snprintf(word, size, "%s", user_key_name((enum user_key)n));
            }
        } else if (session->has_table) {
            row_columns_nth(session, n, word, size);
        }
        break;
    case ACTION_DETECTOR:
    case ACTION_BESIDE:
    case ACTION_VIEW_COMPARE: detector_word(session, n, word, size); break;
    case ACTION_COLUMNS: quantity_word(session, n, word, size); break;
    case ACTION_VIEW_USER: user_word(session, n, word, size); break;
    case ACTION_VIEW_RUN: parameter_word(typed, n, word, size); break;
    case ACTION_FILTER: term_word(app, typed, n, word, size); break;
    case ACTION_FILTER_SAVE:
    case ACTION_FILTER_FORGET:
        saved_word(app, typed[0] == '@' ? "@" : "", n, word, size);
        break;
    case ACTION_GLYPHS: nth_word(glyphs, n, word, size); break;
    case ACTION_COLOR: nth_word(color, n, word, size); break;
    case ACTION_BY: nth_word(by, n, word, size); break;
    case ACTION_WHY: nth_word(why, n, word, size); break;
    case ACTION_QUEUE: nth_word(queue, n, word, size); break;
    default:
        if (action_info(action)->kind == ARGUMENT_FILE) {
            app_file_word(app, typed, n, word, size);
        }
        break;
    }
    return strlen(word);
}
