/* A log that is followed: its windows are counted on the queries thread, a look a second; when
 * some have closed, the run is made again with them, and what is new is said in a line. */
#include "app/app_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/format.h"
#include "base/mem.h"
#include "events/follow/follow.h"
#include "review/session/rule_hides.h"
#include "run/news.h"
#include "run/reasons.h"

#define LOOK_SECONDS 1.0

struct app_follow {
    struct follow *follow; /* the queries thread's, once the threads are there */
    struct follow_counts counts;
    bool asked, failed;
    double looked_at;
    uint64_t run_rows; /* of windows.csv when the last run began */
    size_t shown;      /* rows of the table of which the news was said */
};

struct follow_query {
    struct query query; /* first */
    struct app_follow *state;
    struct parallel *parallel;
    struct follow_counts counts; /* the answer */
    bool more;
    /* Of the news: */
    const struct run *run; /* NULL: a look */
    const struct review *review;
    size_t result, told;
    double gap;
    char text[LOG_TEXT];
    bool alarm;
};

/* ---- on the queries thread ---- */

/* "2 new episodes, 1 odder; U3@D at 13:00: 155 dst hosts; usual 5, max 5" */
static void say_news(struct follow_query *self, const struct episodes *episodes,
                     struct status *status)
{
    size_t n[3] = {0}, best = SIZE_MAX;
    for (size_t i = 0; i < episodes->n; i++) {
        enum news what = news_of(episodes, i, self->told);
        n[what]++;
        best = what != NEWS_NONE && best == SIZE_MAX ? i : best;
    }
    const struct table *table = self->run->table;
    size_t at = (size_t)snprintf(self->text, sizeof self->text, "%s; %s",
                                 format_count(table->n_rows - self->told, "new user-hour").text,
                                 format_count(n[NEWS_NEW], "new episode").text);
    if (n[NEWS_ODDER] > 0 && at < sizeof self->text) {
        at += (size_t)snprintf(self->text + at, sizeof self->text - at, ", %s odder",
                               format_grouped(n[NEWS_ODDER]).text);
    }
    if (best == SIZE_MAX || at >= sizeof self->text) {
        return;
    }
    uint32_t row = episodes->of[best].best;
    struct reason reason = {.text = ""};
    struct reasons *reasons = reasons_new(self->run, status);
    if (reasons != NULL) {
        reasons_find(reasons, NULL, self->result, &row, 1, &reason, self->parallel, NULL,
                     status);
    }
    reasons_free(reasons);
    struct span user = dict_get(table->users, table->row_user[row]);
    struct span dt = dict_get(table->times, table->row_time[row]);
    snprintf(self->text + at, sizeof self->text - at, "; %.*s at %.*s: %.200s",
             (int)(user.length < 80 ? user.length : 80), user.bytes,
             (int)(dt.length < 40 ? dt.length : 40), dt.bytes, reason.text);
    self->alarm = true;
}

static void work(struct query *query, const struct progress *progress)
{
    struct follow_query *self = (struct follow_query *)query;
    struct follow *follow = self->state->follow;
    (void)progress;
    if (self->run == NULL) {
        follow_look(follow, (int64_t)time(NULL), self->parallel, &self->more, &query->status);
    } else {
        struct episodes episodes;
        struct rule_hides *made;
        const struct rule_hides *hides = review_rules_at(
            self->review, self->run, NULL, (int64_t)time(NULL) * 1000, &made, &query->status);
        if (query->status.code == STATUS_OK &&
            news_find(self->run, &self->run->results[self->result], self->gap, self->told,
                      hides != NULL ? hides->bits : NULL, &episodes, &query->status)) {
            say_news(self, &episodes, &query->status);
            episodes_clear(&episodes);
            follow_tell(follow, &query->status);
        }
        rule_hides_free(made);
    }
    self->counts = follow_counts(follow);
}

static void free_query(struct query *query)
{
    free(query);
}

/* ---- on the UI thread ---- */

static bool ask(struct app *app, const struct run *run)
{
    struct app_follow *state = app->follow;
    struct follow_query *self = mem_zero(1, sizeof *self, "a query", NULL);
    if (self == NULL) {
        return false;
    }
    self->query.work = work;
    self->query.free = free_query;
    self->query.slot = run != NULL ? SLOT_NEWS : SLOT_FOLLOW;
    self->state = state;
    self->parallel = app->query_threads;
    self->run = run;
    if (run != NULL) {
        self->result = (size_t)(run_first(run) - run->results);
        self->told = state->shown;
        self->review = app->review;
        self->gap = app->session.gap;
    }
    return app_query(app, app, &self->query);
}

double app_follow_patience(const struct app *app)
{
    const struct app_follow *state = app->follow;
    if (state == NULL || state->asked || state->failed) {
        return -1;
    }
    double left = state->looked_at + LOOK_SECONDS - clock_now();
    return left > 0 ? left : 0;
}

void app_follow_poll(struct app *app)
{
    struct app_follow *state = app->follow;
    if (state != NULL && app_follow_patience(app) == 0 && !app->quit) {
        state->looked_at = clock_now();
        state->asked = ask(app, NULL);
    }
}

/* Windows have closed: the run again, unless one goes on. */
static void run_grown(struct app *app)
{
    struct status status = {0};
    const struct session *session = &app->session;
    if (session->busy || app->retired != NULL || !session->has_table ||
        app->follow->counts.rows <= app->follow->run_rows || session->blind) {
        return; /* the next look comes here again */
    }
    app->follow->run_rows = app->follow->counts.rows;
    if (!app_start(app, &status)) {
        app_say(app, LOG_ERROR, "%s", status.text);
    }
}

void app_follow_answer(struct app *app, struct query *query)
{
    const struct follow_query *self = (const struct follow_query *)query;
    struct app_follow *state = app->follow;
    if (self->run == NULL) {
        state->asked = false;
    }
    if (query->status.code == STATUS_CANCELLED) {
        return;
    }
    if (query->status.code != STATUS_OK) {
        state->failed = true; /* said once; another process may go on */
        app_say(app, LOG_ERROR, "the log is followed no more: %s", query->status.text);
        return;
    }
    if (self->counts.late > state->counts.late) {
        app_log(app, LOG_WARNING, "%s came too late for their windows so far",
                format_count((size_t)self->counts.late, "line").text);
    }
    state->counts = self->counts;
    if (self->more) {
        state->looked_at = 0;
    }
    if (self->run != NULL && self->run == app->run) {
        state->shown = app->run->table->n_rows;
        app_say(app, self->alarm ? LOG_WARNING : LOG_NOTE, "%s", self->text);
    }
    run_grown(app);
}

void app_follow_ended(struct app *app)
{
    const struct run *run = app->run;
    if (app->follow != NULL && run->status.code == STATUS_OK && run->table != NULL &&
        run_first(run) != NULL && run_first(run)->ready &&
        run->table->n_rows > app->follow->shown) {
        ask(app, run);
    }
}

const char *app_follow_name(const struct app_follow *state)
{
    return state != NULL ? follow_log(state->follow) : NULL;
}

struct app_follow *app_follow_new(struct follow *take_follow, struct status *status)
{
    struct app_follow *state = mem_zero(1, sizeof *state, "a log", status);
    if (state == NULL) {
        follow_close(take_follow);
        return NULL;
    }
    state->follow = take_follow;
    state->counts = follow_counts(take_follow);
    state->run_rows = state->counts.rows;
    state->shown = (size_t)state->counts.told;
    state->looked_at = clock_now();
    return state;
}

void app_follow_free(struct app_follow *state)
{
    if (state != NULL) {
        follow_close(state->follow);
        free(state);
    }
}
