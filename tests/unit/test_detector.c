/* detector: thresholds and counts of scores, and the table of detectors. */
#include "models/detector.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "unit/fixture.h"
#include "run/params.h"
#include "unit/test.h"

/* The definition: the smallest score above which not more than the budget lies. */
static double slow_threshold(const struct scores *scores, const struct profiles *profiles,
                             double budget)
{
    double threshold = INFINITY;
    for (size_t i = 0; i < scores->n; i++) {
        size_t above = 0;
        for (size_t k = 0; k < scores->n; k++) {
            above += scores->score[k] > scores->score[i] ? profiles->copies[k] : 0;
        }
        if (!isnan(scores->score[i]) && (double)above <= budget) {
            threshold = fmin(threshold, scores->score[i]);
        }
    }
    return threshold;
}

static double some_score(uint64_t *seed, size_t kind)
{
    double uniform = (double)(fixture_random(seed) >> 11) * 0x1p-53;
    switch (kind) {
    case 0: return uniform;                             /* all different */
    case 1: return (double)fixture_below(seed, 5);      /* heavy ties, zero among them */
    case 2: return exp(1400 * (uniform - 0.5));         /* every magnitude */
    case 3: return uniform - 0.5;                       /* both signs */
    case 4: return 1 + 0x1p-52 * floor(16 * uniform);   /* neighbours */
    default: return uniform < 0.3 ? NAN : uniform * 10; /* not all scored */
    }
}

static void budgets_are_kept(void **state)
{
    (void)state;
    enum { N = 300 };
    const double shares[] = {0, 0.001, 0.01, 0.1, 0.5, 0.99};
    uint64_t seed = 1;
    uint32_t copies[N];
    struct profiles profiles = {.n = N, .copies = copies};
    for (size_t kind = 0; kind < 6; kind++) {
        struct scores scores;
        assert_true(scores_new(&scores, N, NULL));
        size_t rows = 0;
        for (size_t i = 0; i < N; i++) {
            copies[i] = (uint32_t)(fixture_below(&seed, 4) == 0 ? 100 : 1);
            scores.score[i] = some_score(&seed, kind);
            rows += isnan(scores.score[i]) ? 0 : copies[i];
        }
        for (size_t s = 0; s < sizeof shares / sizeof *shares; s++) {
            double budget = shares[s] * (double)rows;
            scores_budget(&scores, &profiles, shares[s]);
            assert_true(scores.threshold == slow_threshold(&scores, &profiles, budget));
            assert_int_equal(scores.scored_rows, rows);
            assert_true((double)scores.flagged_rows <= budget);
        }
        /* a budget that takes all */
        scores_budget(&scores, &profiles, 1);
        assert_true(scores.threshold == 0);
        scores_clear(&scores);
    }
}

static void nothing_scored_is_nothing_flagged(void **state)
{
    (void)state;
    uint32_t copies[3] = {5, 6, 7};
    struct profiles profiles = {.n = 3, .copies = copies};
    struct scores scores;
    assert_true(scores_new(&scores, 3, NULL));
    scores_budget(&scores, &profiles, 0.5);
    assert_int_equal(scores.scored_rows, 0);
    assert_int_equal(scores.flagged_rows, 0);
    scores_clear(&scores);
}

static void options_are_unique(void **state)
{
    (void)state;
    assert_true(detector_count() > 0 && detector_count() <= DETECTOR_MAX);
    for (size_t i = 0; detectors[i] != NULL; i++) {
        const struct detector *d = detectors[i];
        assert_ptr_equal(detector_find(d->name), d);
        assert_true(d->n_params <= DETECTOR_PARAMS && strlen(d->brief) <= 4);
        for (size_t p = 0; p < d->n_params; p++) {
            const struct param_spec *spec = &d->params[p];
            assert_true(spec->initial >= spec->least && spec->initial <= spec->most);
            for (size_t k = 0; detectors[k] != NULL; k++) {
                for (size_t q = 0; q < detectors[k]->n_params; q++) {
                    bool same = strcmp(spec->option, detectors[k]->params[q].option) == 0;
                    assert_true(same == (k == i && q == p));
                }
            }
        }
    }
    assert_null(detector_find("no such"));
}

static void optional_ones_are_off_unless_named(void **state)
{
    (void)state;
    struct run_params params;
    size_t optional = 0;
    run_params_init(&params);
    for (size_t i = 0; detectors[i] != NULL; i++) {
        assert_int_equal(params.detectors.use[i], !detectors[i]->optional);
        assert_true(i == 0 || detectors[i - 1]->optional <= detectors[i]->optional);
        optional += detectors[i]->optional;
    }
    assert_true(optional > 0);
    const uint64_t without = run_params_hash(&params);
    for (size_t i = 0; detectors[i] != NULL; i++) {
        assert_true(run_params_set(&params, "models", detectors[i]->name, NULL));
        for (size_t k = 0; detectors[k] != NULL; k++) {
            assert_int_equal(params.detectors.use[k], k == i);
        }
        assert_true(run_params_hash(&params) != without);
    }
    struct status status = {0};
    assert_false(run_params_set(&params, "models", "ecop", &status));
    assert_non_null(strstr(status.text, "did you mean 'ecod'?"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(budgets_are_kept),
        cmocka_unit_test(nothing_scored_is_nothing_flagged),
        cmocka_unit_test(options_are_unique),
        cmocka_unit_test(optional_ones_are_off_unless_named),
    };
    return cmocka_run_group_tests_name("detector", tests, NULL, NULL);
}
