/* novelty: what is new for an account, against counting all that came before by hand. */
#include "events/novelty.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"
#include "unit/authlog_fixture.h"
#include "unit/test.h"

enum { LINES = 1500, USERS = 12, HOSTS = 30, WINDOW = 600 };

struct line {
    int64_t time;
    int user, src, dst;
};

static uint32_t below(uint64_t *state, uint32_t n)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*state >> 33) % n);
}

/* Whether an account used a computer in a window before `window`, and in how many. */
static int visits(const struct line *lines, int64_t window, int user, int host, bool src)
{
    int n = 0;
    int64_t last = -1;
    for (size_t i = 0; i < LINES; i++) { /* in the order of time */
        int64_t at = lines[i].time / WINDOW;
        if (at < window && lines[i].user == user && at != last &&
            (src ? lines[i].src : lines[i].dst) == host) {
            n++;
            last = at;
        }
    }
    return n;
}

/* The user-hour's values by hand. */
static struct novelty_values by_hand(const struct line *lines, int64_t window, int64_t block,
                                     int64_t lines_a_block, int user)
{
    struct novelty_values values = {NAN, NAN, NAN, NAN, NAN};
    bool dst[HOSTS] = {false}, src[HOSTS] = {false}, earlier[USERS] = {false};
    double users = 0, logs = 0, n = 0, rarest = -INFINITY;
    int least = 1 << 30, new_dst = 0, new_src = 0;
    for (size_t i = 0; i < LINES; i++) {
        int64_t at = lines[i].time / WINDOW;
        if (at < window) {
            users += !earlier[lines[i].user];
            earlier[lines[i].user] = true;
        }
        if (at == window && lines[i].user == user && (int64_t)i / lines_a_block == block) {
            dst[lines[i].dst] = src[lines[i].src] = true;
        }
    }
    for (int host = 0; host < HOSTS; host++) {
        new_src += src[host] && visits(lines, window, user, host, true) == 0;
        if (!dst[host]) {
            continue;
        }
        int known = visits(lines, window, user, host, false), used = 0;
        for (int other = 0; other < USERS; other++) {
            used += visits(lines, window, other, host, false) > 0;
        }
        rarest = fmax(rarest, -log2((used + 0.5) / (users + 1)));
        least = known < least ? known : least;
        new_dst += known == 0;
        logs += log1p(known);
        n++;
    }
    if (users > 0) {
        values.dst_rarity = (float)rarest;
    }
    if (earlier[user]) {
        values.least_visits = (float)least;
        values.mean_visits = (float)expm1(logs / n);
        values.new_dst = (float)new_dst;
        values.new_src = (float)new_src;
    }
    return values;
}

struct seen {
    const struct line *lines;
    int64_t block;
    size_t rows;
};

static bool same(float a, float b)
{
    return (isnan(a) && isnan(b)) || fabsf(a - b) <= 1e-5F * fmaxf(1, fabsf(b));
}

static bool look(void *context, const struct user_hour *row, struct status *status)
{
    (void)status;
    struct seen *seen = context;
    char name[32];
    snprintf(name, sizeof name, "%.*s", (int)row->user.length, row->user.bytes);
    assert_non_null(row->novelty);
    struct novelty_values right =
        by_hand(seen->lines, row->time / WINDOW, (int64_t)row->block,
                seen->block > 0 ? seen->block : LINES, atoi(name + 1));
    const float found[] = {row->novelty->least_visits, row->novelty->mean_visits,
                           row->novelty->new_dst, row->novelty->new_src,
                           row->novelty->dst_rarity};
    const float wanted[] = {right.least_visits, right.mean_visits, right.new_dst, right.new_src,
                            right.dst_rarity};
    for (size_t i = 0; i < NOVELTY_COLUMNS; i++) {
        if (!same(found[i], wanted[i])) {
            fail_msg("%s at %lld, %s: %g, not %g", name, (long long)row->time,
                     novelty_columns[i], (double)found[i], (double)wanted[i]);
        }
    }
    seen->rows++;
    return true;
}

static void values_are_those_of_counting_by_hand(void **state_)
{
    (void)state_;
    uint64_t state = 3;
    struct status status = {0};
    for (unsigned round = 0; round < 6; round++) {
        static struct line lines[LINES];
        struct text log = {0};
        int64_t time = 5000;
        for (size_t i = 0; i < LINES; i++) {
            time += below(&state, 20);
            int user = (int)below(&state, below(&state, USERS) + 1);
            /* One account has most computers: more than stand in a set itself. */
            uint32_t hosts = user == 0 ? HOSTS : 4 + (uint32_t)user;
            lines[i] =
                (struct line){time, user, (int)below(&state, hosts), (int)below(&state, hosts)};
            text_printf(&log, "%lld,U%d,U%d,C%d,C%d,?,?,LogOn,Success\n", (long long)time, user,
                        user, lines[i].src, lines[i].dst);
        }
        char *path = make_file(log.bytes, log.length);
        const char *const paths[] = {path};
        struct userhours_options rules = userhours_defaults();
        rules.window = WINDOW;
        rules.min_events = round % 3 == 1 ? 3 : 1; /* what is dropped is learnt */
        rules.block = round % 3 == 2 ? 170 : 0;    /* parts of a window are one visit */
        rules.novelty = true;
        rules.slack = 0;
        struct events_input input = input_of(paths, 1, &rules);
        input.chunk_bytes = 500 + below(&state, 20000);
        struct seen seen = {lines, (int64_t)rules.block, 0};
        struct events_report report;
        struct parallel *parallel = parallel_new(1 + round % 2, &status);
        if (!events_count(&input, look, &seen, &report, NULL, parallel, NULL, &status)) {
            fail_msg("%s", status.text);
        }
        assert_true(seen.rows > 100);
        assert_int_equal(report.written, seen.rows);
        assert_true(report.pairs > 50 && report.pair_bytes > 0);
        parallel_free(parallel);
        text_free(&log);
        drop_file(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_counting_by_hand),
    };
    return cmocka_run_group_tests_name("novelty", tests, NULL, NULL);
}
