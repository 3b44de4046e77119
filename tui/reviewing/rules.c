/* Rules, what is known to be good: made from a user-hour, listed, ended; and how many
 * user-hours they hide. The work is on the queries thread, whose store it is. */
#include "reviewing/reviewing_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/count.h"
#include "base/format.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "review/exchange/exchange_rules.h"
#include "review/store/rules.h"
#include "run/list.h"

#define DAY_MS INT64_C(86400000)

enum { DAYS = 90 /* that a rule holds unless said */ };

/* ---- on the queries thread ---- */

static const float *own_of(const struct run *run)
{
    const struct result *own = run_result_find(run, list_own.name);
    return own != NULL && own->ready ? own->row_score : NULL;
}

/* Rules ask for no verdicts: the context is without hooks. */
static struct filter_context context_of(const struct review_query *asked,
                                        struct filter_ranking *rankings)
{
    return run_filter_context(asked->run, asked->has_result, asked->in_view, rankings);
}

const struct rule_hides *review_rules_at(const struct review *review, const struct run *run,
                                         const bool *has, int64_t at_ms,
                                         struct rule_hides **made, struct status *status)
{
    struct filter_ranking rankings[RUN_RESULTS_MAX];
    *made = NULL;
    if (review == NULL || at_ms == 0) {
        const struct rule_hides *now = review != NULL ? review->session.hides : NULL;
        return now != NULL && now->n_rows == run->table->n_rows ? now : NULL;
    }
    struct filter_context context = run_filter_context(run, has, run->n_results, rankings);
    *made =
        rule_hides_at(review->session.store, at_ms, &context, own_of(run), NULL, NULL, status);
    return *made;
}

bool review_rules_apply(struct review_query *asked, struct status *status)
{
    struct review_session *session = &asked->review->session;
    struct filter_ranking rankings[RUN_RESULTS_MAX];
    struct filter_context context = context_of(asked, rankings);
    struct rule_hides *hides =
        rule_hides_new(session->store, &context, own_of(asked->run), NULL, NULL, status);
    if (hides == NULL) {
        return false;
    }
    rule_hides_free(session->hides);
    session->hides = hides;
    asked->ruled = true;
    asked->rules_hide = hides->rows;
    if (asked->message[0] == '\0') {
        rule_hides_say(hides, asked->message, sizeof asked->message);
    }
    for (size_t i = 0; i < hides->n; i++) { /* kept for the list of what each hid */
        if (rule_holds(&hides->rules[i], store_now_ms(session->store)) &&
            hides->hidden[i].problem[0] == '\0' &&
            !store_rule_hid(session->store, hides->rules[i].uid, asked->table->report.hash,
                            hides->hidden[i].rows, status)) {
            return false;
        }
    }
    return true;
}

/* How many episodes of the first list have rows that are new since the last look; SIZE_MAX when
 * that cannot be found out. */
static size_t new_episodes(const struct review_query *asked)
{
    enum { MOST = 1000000 };
    const struct run *run = asked->run;
    const struct result *first = run_first(run);
    struct filter_ranking rankings[RUN_RESULTS_MAX];
    struct filter_context context = context_of(asked, rankings);
    struct filter_error error;
    struct episode_cut cut;
    struct episodes episodes = {0};
    context.hooks = asked->review->session.hooks;
    context.n_hooks = REVIEW_HOOKS;
    struct filter *filter = filter_parse("new:yes", &context, &error);
    size_t n = SIZE_MAX;
    if (filter != NULL && first != NULL && first->ready &&
        run_episode_cut(run, first, run_gap_spec.initial, &cut, NULL) &&
        filter_episodes(filter, &context, &cut, NULL, NULL, MOST, &episodes, NULL)) {
        n = episodes.n;
        episodes_clear(&episodes);
    }
    filter_free(filter);
    return n;
}

/* "12 new episodes since 2026-11-30 18:05; " before what the message says. */
static bool look(struct review_query *asked, struct status *status)
{
    struct review_session *session = &asked->review->session;
    char text[sizeof asked->message];
    if (!review_session_look(session, asked->grows_from, true, status)) {
        return false;
    }
    if (session->looked_ms == INT64_MIN) {
        return true; /* the first look */
    }
    size_t n = new_episodes(asked);
    int64_t minute = session->looked_ms / 60000;
    if (n == SIZE_MAX) {
        return true;
    }
    snprintf(text, sizeof text, "%.200s", asked->message);
    snprintf(asked->message, sizeof asked->message, "%s since %.20s %02u:%02u UTC%s%.200s",
             format_count(n, "new episode").text, format_date(minute / 1440).text,
             (unsigned)(minute / 60 % 24), (unsigned)(minute % 60), text[0] != '\0' ? "; " : "",
             text);
    return true;
}

bool review_rules_begin(struct review_query *asked, struct status *status)
{
    return review_rules_apply(asked, status) &&
           (asked->grows_from[0] == '\0' || look(asked, status));
}

/* How many of the rows were judged true positives. */
static size_t true_positives(const struct review_session *session, const struct row_set *rows)
{
    const struct verdict_set *set =
        session->verdicts != NULL ? session->verdicts->shared : NULL;
    size_t found = 0, at = 0; /* both rise */
    for (size_t i = 0; set != NULL && i < set->n; i++) {
        while (at < rows->n && rows->rows[at] < set->rows[i].row) {
            at++;
        }
        found += at < rows->n && rows->rows[at] == set->rows[i].row &&
                 set->rows[i].verdict == VERDICT_TP;
    }
    return found;
}

bool review_rule_allow(struct review_query *asked, struct status *status)
{
    struct review_session *session = &asked->review->session;
    struct filter_ranking rankings[RUN_RESULTS_MAX];
    struct filter_context context = context_of(asked, rankings);
    struct row_set rows = {0};
    double highest;
    char uid[ENTRY_UID];
    bool good = rule_covers(asked->rule.filter, &context, own_of(asked->run), NULL, NULL, &rows,
                            &highest, status);
    size_t against = good ? true_positives(session, &rows) : 0, covered = rows.n;
    row_set_clear(&rows);
    if (!good) {
        return false;
    }
    if (against > 0 && !asked->rule.anyway) {
        return status_set(status, STATUS_USAGE,
                          "not made: it would have hidden %s; allow anyway ... makes it",
                          format_count(against, "true positive").text);
    }
    const struct rule_words words = {.filter = asked->rule.filter,
                                     .reason = asked->text,
                                     .scope = asked->rule.scope,
                                     .highest = highest,
                                     .expires_ms = asked->rule.days > 0
                                                       ? store_now_ms(session->store) +
                                                             asked->rule.days * DAY_MS
                                                       : 0};
    if (!store_rule_add(session->store, &words, uid, status)) {
        return false;
    }
    snprintf(asked->message, sizeof asked->message, "saved: a rule for %s, %.200s",
             format_count(covered, "user-hour").text, asked->rule.filter);
    return review_rules_apply(asked, status);
}

bool review_rule_end(struct review_query *asked, struct status *status)
{
    struct review_session *session = &asked->review->session;
    const struct rule_hides *hides = session->hides;
    if (hides == NULL || asked->n_rule == 0 || asked->n_rule > hides->n) {
        return status_set(status, STATUS_USAGE, "there is no rule %zu; rules lists them",
                          asked->n_rule);
    }
    char uid[ENTRY_UID];
    memcpy(uid, hides->rules[asked->n_rule - 1].uid, sizeof uid);
    if (!store_rule_end(session->store, uid, asked->text, status)) {
        return false;
    }
    snprintf(asked->message, sizeof asked->message, "saved: rule %zu has ended", asked->n_rule);
    return review_rules_apply(asked, status);
}

static void say_date(int64_t ms, char *text, size_t size)
{
    snprintf(text, size, "%s", format_date(ms / DAY_MS).text);
}

static void add_rule(struct page *page, const struct rule_hides *hides, size_t i, int64_t now)
{
    const struct rule *rule = &hides->rules[i];
    const struct rule_hidden *hidden = &hides->hidden[i];
    char number[24], made[40], until[40];
    bool holds = rule_holds(rule, now);
    say_date(rule->at_ms, made, sizeof made);
    snprintf(number, sizeof number, "%zu", i + 1);
    page_pair(page, number, holds ? ROLE_STRONG : ROLE_DIM, "%s", rule->filter);
    page_pair(page, "", holds ? ROLE_TEXT : ROLE_DIM, "%s: %s, %s, %s", rule->scope,
              rule->reason, rule->author, made);
    if (rule->ended) {
        say_date(rule->ended_ms, until, sizeof until);
        page_pair(page, "", ROLE_DIM, "ended %s by %s%s%s", until, rule->ended_by,
                  rule->ended_why[0] != '\0' ? ": " : "", rule->ended_why);
        return;
    }
    if (rule->expires_ms != INT64_MAX) {
        say_date(rule->expires_ms, until, sizeof until);
    } else {
        snprintf(until, sizeof until, "it is ended");
    }
    if (!holds) {
        page_pair(page, "", ROLE_DIM, "ran out %s", until);
    } else if (hidden->problem[0] != '\0') {
        page_pair(page, "", ROLE_WARN, "hides nothing here: %s", hidden->problem);
    } else {
        page_pair(page, "", ROLE_TEXT, "hides %s, until %s%s%s",
                  format_count(hidden->rows, "user-hour").text, until,
                  hidden->let_pass > 0 ? "; odder than what it was made for, so shown: " : "",
                  hidden->let_pass > 0 ? format_grouped(hidden->let_pass).text : "");
    }
}

/* Takes in the rules of a file that has such; *are is false where it has none. */
bool review_rules_import(struct review_query *asked, bool *are, struct status *status)
{
    struct store *store = asked->review->session.store;
    struct rule *rules;
    size_t n, added = 0, ended = 0;
    bool good = outfile_no_pipe(asked->text, status) &&
                exchange_rules_read(asked->text, are, &rules, &n, status);
    if (!good || !*are) {
        return good;
    }
    good = store_rules_take(store, rules, n, &added, &ended, status);
    store_rules_free(rules, n);
    snprintf(asked->message, sizeof asked->message,
             "%s taken in, %zu known, %zu of these ended", format_count(added, "rule").text,
             n - added, ended);
    return good && (asked->run == NULL || review_rules_apply(asked, status));
}

static bool write_rules(struct review_query *asked, struct status *status)
{
    struct rule *rules;
    size_t n;
    bool good = outfile_no_pipe(asked->text, status) &&
                store_rules(asked->review->session.store, &rules, &n, status);
    if (!good) {
        return false;
    }
    good = exchange_rules_write(rules, n, asked->text, status);
    store_rules_free(rules, n);
    snprintf(asked->message, sizeof asked->message, "%s in %.300s",
             format_count(n, "rule").text, asked->text);
    return good;
}

/* All rules of the store. */
bool review_rules_show(struct review_query *asked, struct status *status)
{
    if (asked->text[0] != '\0') {
        return write_rules(asked, status);
    }
    if (!review_rules_apply(asked, status)) {
        return false;
    }
    const struct review_session *session = &asked->review->session;
    const struct rule_hides *hides = session->hides;
    struct page *page = page_new("Rules");
    if (page == NULL) {
        return status_nomem(status, sizeof *page, "a page");
    }
    page_add(page, ROLE_STRONG, "%s",
             asked->message[0] != '\0' ? asked->message : "no rule holds: nothing is hidden");
    page_add(page, ROLE_DIM, "%s",
             "allow makes one from a user-hour, end-rule N ends one; rule:hidden lists what is "
             "hidden, rule:any shows all");
    for (size_t i = 0; i < hides->n; i++) {
        page_add(page, ROLE_TEXT, "%s", "");
        add_rule(page, hides, i, store_now_ms(session->store));
    }
    asked->page = page;
    asked->message[0] = '\0';
    return true;
}

/* ---- on the UI thread ---- */

static struct review_query *ask(struct app *app, enum review_task task)
{
    const struct session *session = app_session(app);
    if (app_review(app) == NULL) {
        app_say(app, LOG_ERROR, "there is no place for rules; --reviews FILE names one");
        return NULL;
    }
    if (!session->has_table || !session->ended) {
        app_say(app, LOG_NOTE, "rules come when the run has ended");
        return NULL;
    }
    struct review_query *asked = review_ask(app, task, 0);
    if (asked != NULL) {
        review_rules_know(app, asked);
    }
    return asked;
}

void review_rules_know(struct app *app, struct review_query *asked)
{
    const struct session *session = app_session(app);
    if (session->has_table && session->ended) {
        asked->run = session->run;
        asked->in_view = session->selected.result;
        for (size_t i = 0; i < session_results(session); i++) {
            asked->has_result[i] = session->has_result[i];
        }
    }
}

void review_rules_recount(struct app *app)
{
    const struct session *session = app_session(app);
    if (app_review(app) == NULL || !session->has_table || !session->ended) {
        return;
    }
    struct review_query *asked = ask(app, TASK_RULES);
    if (asked != NULL) {
        review_submit(app, asked);
    }
}

/* user:"NAME", as a filter reads it; false for a name that cannot be written so: a `*` would
 * stand for other names. (A `?`, too, but only for one letter.) */
static bool put_user(const struct table *table, uint32_t row, char *text, size_t size)
{
    struct span name = dict_get(table->users, table->row_user[row]);
    size_t used = (size_t)snprintf(text, size, "user:\"");
    for (size_t i = 0; i < name.length && used + 4 < size; i++) {
        char c = name.bytes[i];
        if (c == '*' || c == '\0') {
            return false;
        }
        if (c == '"' || c == '\\') {
            text[used++] = '\\';
        }
        text[used++] = c;
    }
    if (name.length == 0 || used + 4 >= size) {
        return false;
    }
    text[used++] = '"';
    text[used] = '\0';
    return true;
}

/* This account, and no count higher than this row's. */
static bool put_pattern(const struct table *table, uint32_t row, char *text, size_t size)
{
    if (!put_user(table, row, text, size)) {
        return false;
    }
    size_t used = strlen(text);
    const double *values = table_profile(table, table->row_profile[row]);
    for (size_t f = 0; f < table->profiles.d && used < size; f++) {
        const char *name = table->feature_names[f];
        bool plain = name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789_")] == '\0';
        if (plain && values[f] >= 0 && floor(values[f]) == values[f]) {
            used += (size_t)snprintf(text + used, size - used, " %s:<=%.0f", name, values[f]);
        }
    }
    return used < size;
}

/* Takes a word that stands at the beginning. */
static bool take_word(const char **text, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(*text, word, length) != 0 ||
        ((*text)[length] != ' ' && (*text)[length] != '\0')) {
        return false;
    }
    *text += length + strspn(*text + length, " ");
    return true;
}

/* "30d": days; false when there is no such word. */
static bool take_days(const char **text, int64_t *days)
{
    char *end;
    long n = strtol(*text, &end, 10);
    if (end == *text || *end != 'd' || (end[1] != ' ' && end[1] != '\0') || n < 1 ||
        n > 36500) {
        return false;
    }
    *days = n;
    *text = end + 1 + strspn(end + 1, " ");
    return true;
}

/* What the words of an action say, and the reason behind them. */
struct allowed {
    bool account, anyway;
    int64_t days; /* 0: until it is ended */
    const char *reason;
};

static struct allowed read_allowed(const char *text)
{
    struct allowed said = {.days = DAYS};
    for (bool more = true; more;) {
        more = true;
        if (take_word(&text, "anyway")) {
            said.anyway = true;
        } else if (take_word(&text, "account")) {
            said.account = true;
        } else if (take_word(&text, "pattern")) {
            said.account = false;
        } else if (take_word(&text, "never")) {
            said.days = 0;
        } else {
            more = take_days(&text, &said.days);
        }
    }
    said.reason = text;
    return said;
}

static bool has_account(struct app *app)
{
    const struct session *session = app_session(app);
    if (!session->has_table || !session->selected.has_row ||
        session->run->table->users == NULL) {
        app_say(app, LOG_NOTE, "select a user-hour of an account first");
        return false;
    }
    return true;
}

/* The filter of a rule for the row under the cursor. */
static bool put_filter(const struct session *session, bool account, char *text, size_t size)
{
    const struct table *table = session->run->table;
    uint32_t row = (uint32_t)session->selected.row;
    return account ? put_user(table, row, text, size) : put_pattern(table, row, text, size);
}

static void allow_live(void *context, struct app *app, const char *text, char *out, size_t size)
{
    const struct allowed said = read_allowed(text);
    char filter[RULE_FILTER];
    (void)context;
    if (!app_session(app)->has_table ||
        !put_filter(app_session(app), said.account, filter, sizeof filter)) {
        snprintf(out, size, "this account has no name for a filter");
    } else {
        snprintf(out, size, "%s",
                 said.reason[0] == '\0' ? "[account|pattern] [30d|never] REASON" : filter);
    }
}

static void allow_done(void *context, struct app *app, const char *text)
{
    (void)context;
    if (read_allowed(text).reason[0] == '\0') {
        app_say(app, LOG_NOTE, "no rule is made without a reason");
    } else {
        review_allow(app, text);
    }
}

void review_allow(struct app *app, const char *argument)
{
    const struct allowed said = read_allowed(argument);
    if (!has_account(app)) {
        return;
    }
    if (said.reason[0] == '\0') {
        const struct question question = {.label = "allow: ",
                                          .initial =
                                              argument[0] != '\0' ? argument : "pattern 90d ",
                                          .live = allow_live,
                                          .at_once = true,
                                          .done = allow_done};
        app_ask(app, &question);
        return;
    }
    struct review_query *asked = ask(app, TASK_ALLOW);
    if (asked == NULL) {
        return;
    }
    if (!put_filter(app_session(app), said.account, asked->rule.filter,
                    sizeof asked->rule.filter)) {
        asked->query.free(&asked->query);
        app_say(app, LOG_ERROR, "the name of this account cannot be written in a filter");
        return;
    }
    snprintf(asked->text, sizeof asked->text, "%s", said.reason);
    asked->rule.scope = said.account ? "this account" : "this pattern";
    asked->rule.days = said.days;
    asked->rule.anyway = said.anyway;
    review_submit(app, asked);
}

void review_end_rule(struct app *app, const char *argument)
{
    size_t length = strspn(argument, "0123456789");
    uint64_t n = 0;
    if (!count_read(argument, length, SIZE_MAX, &n) || n == 0) {
        app_say(app, LOG_NOTE, "end-rule N [WHY]; rules lists them");
        return;
    }
    struct review_query *asked = ask(app, TASK_END_RULE);
    if (asked != NULL) {
        asked->n_rule = (size_t)n;
        snprintf(asked->text, sizeof asked->text, "%s",
                 argument + length + strspn(argument + length, " "));
        review_submit(app, asked);
    }
}

void review_list_rules(struct app *app, const char *path)
{
    struct review_query *asked = ask(app, TASK_SHOW_RULES);
    if (asked != NULL) {
        snprintf(asked->text, sizeof asked->text, "%s", path);
        review_submit(app, asked);
    }
}
