/* history: verdicts, undo and redo against a plain model; what counts; agreement. */
#include "review/history.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "unit/test.h"

static uint64_t draw(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint32_t below(uint64_t *state, uint32_t n)
{
    return (uint32_t)((draw(state) >> 32) * n >> 32);
}

static char *copy_of(const char *text)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    return copy;
}

static struct entry *make(const char *reviewer, enum entry_kind kind, size_t n_rows)
{
    struct entry *entry = entry_new(n_rows, NULL);
    assert_non_null(entry);
    assert_true(entry_identify(entry, NULL));
    entry->kind = kind;
    entry->reviewer = copy_of(reviewer);
    return entry;
}

static void add(struct history *h, struct entry *entry)
{
    assert_true(history_add(h, &entry, 1, NULL));
}

static void judge(struct history *h, const char *reviewer, uint32_t row, enum verdict verdict,
                  enum entry_role role)
{
    struct entry *entry = make(reviewer, ENTRY_VERDICT, 1);
    entry->verdict = verdict;
    entry->role = role;
    entry->rows[0].row = row;
    add(h, entry);
}

static void note(struct history *h, const char *reviewer, uint32_t row, const char *text)
{
    struct entry *entry = make(reviewer, ENTRY_NOTE, 1);
    entry->note = copy_of(text);
    entry->rows[0].row = row;
    add(h, entry);
}

static bool reverse(struct history *h, const char *reviewer, enum entry_kind kind)
{
    const struct entry *target =
        kind == ENTRY_UNDO ? history_undoable(h, reviewer) : history_redoable(h, reviewer);
    if (target == NULL) {
        return false;
    }
    struct entry *entry = make(reviewer, kind, 0);
    memcpy(entry->target, target->uid, ENTRY_UID);
    add(h, entry);
    return true;
}

static void undo_and_redo(void **state)
{
    (void)state;
    struct history *h = history_new(NULL);
    assert_null(history_undoable(h, "ana"));
    judge(h, "ana", 5, VERDICT_TP, ROLE_LIST);
    judge(h, "ana", 5, VERDICT_FP, ROLE_LIST);
    note(h, "ana", 5, "seen twice");
    judge(h, "ben", 6, VERDICT_TP, ROLE_LIST);
    size_t ana = history_reviewer_find(h, "ana"), ben = history_reviewer_find(h, "ben");
    assert_int_equal(history_verdict(h, 5, ana, NULL), VERDICT_FP);
    assert_true(reverse(h, "ana", ENTRY_UNDO)); /* the note */
    assert_true(reverse(h, "ana", ENTRY_UNDO)); /* the second verdict */
    assert_int_equal(history_verdict(h, 5, ana, NULL), VERDICT_TP);
    assert_true(reverse(h, "ana", ENTRY_UNDO));
    assert_int_equal(history_verdict(h, 5, ana, NULL), VERDICT_NONE);
    assert_false(reverse(h, "ana", ENTRY_UNDO)); /* ben's is not hers */
    assert_int_equal(history_verdict(h, 6, ben, NULL), VERDICT_TP);
    assert_true(reverse(h, "ana", ENTRY_REDO));
    assert_int_equal(history_verdict(h, 5, ana, NULL), VERDICT_TP);
    judge(h, "ana", 7, VERDICT_UNDECIDED, ROLE_LIST); /* what was undone can no longer return */
    assert_false(reverse(h, "ana", ENTRY_REDO));
    assert_true(reverse(h, "ana", ENTRY_UNDO));
    assert_int_equal(history_verdict(h, 7, ana, NULL), VERDICT_NONE);
    assert_int_equal(history_verdict(h, 5, ana, NULL), VERDICT_TP);
    assert_int_equal(history_unsaved(h), history_count(h));
    history_free(h);
}

static void foreign_and_repeated_undos_do_nothing(void **state)
{
    (void)state;
    struct history *h = history_new(NULL);
    judge(h, "ana", 1, VERDICT_TP, ROLE_LIST);
    struct entry *entry = make("ben", ENTRY_UNDO, 0);
    memcpy(entry->target, history_entry(h, 0)->uid, ENTRY_UID);
    add(h, entry);
    assert_true(history_stands(h, 0));
    for (int i = 0; i < 2; i++) {
        entry = make("ana", ENTRY_UNDO, 0);
        memcpy(entry->target, history_entry(h, 0)->uid, ENTRY_UID);
        add(h, entry);
        assert_false(history_stands(h, 0));
    }
    history_free(h);
}

/* The simplest model: lists of done and undone actions, and a walk through what is done. */
struct model {
    size_t n_done, n_undone;
    struct step {
        uint32_t from, to; /* rows [from, to) */
        enum verdict verdict;
    } done[400], undone[400];
};

static enum verdict model_verdict(const struct model *m, uint32_t row)
{
    for (size_t i = m->n_done; i-- > 0;) {
        if (m->done[i].from <= row && row < m->done[i].to) {
            return m->done[i].verdict;
        }
    }
    return VERDICT_NONE;
}

static void random_sessions_equal_the_model(void **state)
{
    (void)state;
    enum { ROWS = 12, MANY = 100 };
    uint64_t seed = 4;
    for (int round = 0; round < 20; round++) {
        struct history *h = history_new(NULL);
        struct model m = {0};
        for (int step = 0; step < 200; step++) {
            uint32_t what = below(&seed, 10);
            if (what < 6) {
                struct step s = {.from = below(&seed, ROWS)};
                s.to = s.from + (what == 0 ? MANY : 1); /* some for many rows at once */
                s.verdict = (enum verdict)(1 + below(&seed, 3));
                struct entry *entry = make("ana", ENTRY_VERDICT, s.to - s.from);
                for (uint32_t i = 0; i < s.to - s.from; i++) {
                    entry->rows[i].row = s.from + i;
                }
                entry->verdict = s.verdict;
                add(h, entry);
                m.done[m.n_done++] = s;
                m.n_undone = 0;
            } else if (what < 8) {
                assert_int_equal(reverse(h, "ana", ENTRY_UNDO), m.n_done > 0);
                if (m.n_done > 0) {
                    m.undone[m.n_undone++] = m.done[--m.n_done];
                }
            } else {
                assert_int_equal(reverse(h, "ana", ENTRY_REDO), m.n_undone > 0);
                if (m.n_undone > 0) {
                    m.done[m.n_done++] = m.undone[--m.n_undone];
                }
            }
            for (uint32_t row = 0; row < ROWS + MANY; row += row < ROWS ? 1 : 17) {
                assert_int_equal(history_verdict(h, row, 0, NULL), model_verdict(&m, row));
            }
        }
        /* All entries at once, in any order of arrival, give the same. */
        struct history *again = history_new(NULL);
        size_t n = history_count(h);
        struct entry **copies = calloc(n, sizeof(struct entry *));
        assert_non_null(copies);
        for (size_t i = 0; i < n; i++) {
            copies[i] = entry_copy(history_entry(h, i), NULL);
            copies[i]->number = i + 1;
        }
        for (size_t i = n; i > 1; i--) {
            size_t j = below(&seed, (uint32_t)i);
            struct entry *other = copies[i - 1];
            copies[i - 1] = copies[j];
            copies[j] = other;
        }
        assert_true(history_add(again, copies, n, NULL));
        assert_true(history_reorder(again, NULL));
        for (uint32_t row = 0; row < ROWS + MANY; row++) {
            assert_int_equal(history_verdict(again, row, 0, NULL), model_verdict(&m, row));
        }
        free(copies);
        history_free(again);
        history_free(h);
    }
}

static void several_reviewers(void **state)
{
    (void)state;
    struct history *h = history_new(NULL);
    bool disputed;
    judge(h, "ana", 1, VERDICT_TP, ROLE_LIST);
    judge(h, "ben", 1, VERDICT_TP, ROLE_LIST);
    judge(h, "ana", 2, VERDICT_TP, ROLE_LIST);
    judge(h, "ben", 2, VERDICT_FP, ROLE_LIST);
    judge(h, "ana", 3, VERDICT_UNDECIDED, ROLE_LIST);
    judge(h, "ben", 3, VERDICT_FP, ROLE_LIST);
    judge(h, "ben", 4, VERDICT_UNDECIDED, ROLE_LIST);
    assert_int_equal(history_verdict(h, 1, HISTORY_EVERYONE, &disputed), VERDICT_TP);
    assert_false(disputed);
    assert_int_equal(history_verdict(h, 2, HISTORY_EVERYONE, &disputed), VERDICT_UNDECIDED);
    assert_true(disputed);
    assert_int_equal(history_verdict(h, 3, HISTORY_EVERYONE, &disputed), VERDICT_FP);
    assert_int_equal(history_verdict(h, 4, HISTORY_EVERYONE, NULL), VERDICT_UNDECIDED);
    assert_int_equal(history_verdict(h, 9, HISTORY_EVERYONE, NULL), VERDICT_NONE);
    struct agreement a = history_agreement(h, 0, 1);
    assert_int_equal(a.n, 3);
    assert_true(fabs(a.observed - 1 / 3.0) < 1e-15);
    judge(h, "ana", 1, VERDICT_FP, ROLE_REPEAT);
    judge(h, "ana", 2, VERDICT_TP, ROLE_REPEAT);
    assert_int_equal(history_verdict(h, 1, 0, NULL), VERDICT_TP); /* the first one stands */
    a = history_self_agreement(h, 0);
    assert_int_equal(a.n, 2);
    assert_true(fabs(a.observed - 0.5) < 1e-15);
    assert_int_equal(history_self_agreement(h, 1).n, 0);
    history_free(h);
}

static void frozen_copies(void **state)
{
    (void)state;
    struct history *h = history_new(NULL);
    judge(h, "ana", 8, VERDICT_TP, ROLE_LIST);
    note(h, "ana", 8, "lateral");
    note(h, "ben", 3, "odd");
    judge(h, "ben", 2, VERDICT_FP, ROLE_LIST);
    struct verdict_set *all = verdict_set_new(h, HISTORY_EVERYONE, NULL);
    struct verdict_set *ana = verdict_set_new(h, 0, NULL);
    note(h, "ana", 8, ""); /* removes it; the copies keep theirs */
    history_saved(h, 0, 1);
    struct verdict_set *later = verdict_set_new(h, 0, NULL);
    history_free(h);
    assert_int_equal(all->n, 3);
    assert_int_equal(ana->n, 1);
    assert_string_equal(verdict_set_find(all, 8)->note, "lateral");
    assert_true(verdict_set_find(all, 8)->unsaved);
    assert_string_equal(verdict_set_find(all, 3)->note, "odd");
    assert_int_equal(verdict_set_find(all, 3)->verdict, VERDICT_NONE);
    assert_int_equal(verdict_set_find(all, 2)->verdict, VERDICT_FP);
    assert_null(verdict_set_find(all, 4));
    assert_null(verdict_set_find(NULL, 4));
    assert_null(verdict_set_find(later, 8)->note);
    assert_false(verdict_set_find(later, 8)->unsaved);
    verdict_set_free(all);
    verdict_set_free(ana);
    verdict_set_free(later);
}

static void entries_are_checked(void **state)
{
    (void)state;
    struct status status;
    struct entry *entry = make("ana", ENTRY_VERDICT, 2);
    entry->verdict = VERDICT_TP;
    entry->rows[1].row = 1;
    assert_true(entry_check(entry, &status));
    entry->rows[0].row = 1;
    assert_false(entry_check(entry, &status));
    entry->rows[0].row = 0;
    entry->verdict = VERDICT_NONE;
    assert_false(entry_check(entry, &status));
    entry->kind = ENTRY_NOTE;
    assert_false(entry_check(entry, &status));
    entry->kind = ENTRY_VERDICT;
    entry->verdict = VERDICT_TP;
    entry->note = copy_of("both");
    assert_false(entry_check(entry, &status));
    assert_non_null(strstr(status.text, "more than one kind"));
    entry->kind = ENTRY_UNDO;
    assert_false(entry_check(entry, &status));
    entry->uid[3] = 'x';
    assert_false(entry_check(entry, &status));
    assert_non_null(strstr(status.text, "uid"));
    entry_free(entry);
    entry_free(NULL);
    char *text = text_utf8("a\xff\xc3\xa9\0z", 6, NULL);
    assert_string_equal(text, "a\xef\xbf\xbd\xc3\xa9\xef\xbf\xbdz");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(undo_and_redo),
        cmocka_unit_test(foreign_and_repeated_undos_do_nothing),
        cmocka_unit_test(random_sessions_equal_the_model),
        cmocka_unit_test(several_reviewers),
        cmocka_unit_test(frozen_copies),
        cmocka_unit_test(entries_are_checked),
    };
    return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
