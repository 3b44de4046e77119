#include "review/entry.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"

static const char *const kinds[ENTRY_KINDS] = {"verdict", "note", "undo", "redo", "reason"};
static const char *const roles[ENTRY_ROLES] = {"list", "control", "repeat"};

const char *entry_kind_name(enum entry_kind kind)
{
    return kinds[(unsigned)kind < ENTRY_KINDS ? kind : ENTRY_VERDICT];
}

const char *entry_role_name(enum entry_role role)
{
    return roles[(unsigned)role < ENTRY_ROLES ? role : ROLE_LIST];
}

static unsigned find(const char *const *words, unsigned n, const char *word)
{
    unsigned i = 0;
    while (i < n && strcmp(words[i], word) != 0) {
        i++;
    }
    return i;
}

enum entry_kind entry_kind_parse(const char *word)
{
    return (enum entry_kind)find(kinds, ENTRY_KINDS, word);
}

enum entry_role entry_role_parse(const char *word)
{
    return (enum entry_role)find(roles, ENTRY_ROLES, word);
}

struct entry *entry_new(size_t n_rows, struct status *status)
{
    struct entry *entry = mem_zero(1, sizeof *entry, "an entry", status);
    if (entry == NULL) {
        return NULL;
    }
    entry->seconds = NAN;
    entry->rows = mem_zero(n_rows, sizeof *entry->rows, "rows of an entry", status);
    if (entry->rows == NULL) {
        free(entry);
        return NULL;
    }
    entry->n_rows = n_rows;
    return entry;
}

void entry_free(struct entry *entry)
{
    if (entry == NULL) {
        return;
    }
    for (size_t i = 0; i < entry->n_rows; i++) {
        free(entry->rows[i].dt);
        free(entry->rows[i].user);
    }
    free(entry->rows);
    free(entry->note);
    free(entry->reason);
    free(entry->episode);
    free(entry->suggestion);
    free(entry->reviewer);
    free(entry->detector);
    free(entry->queue);
    free(entry);
}

static bool copy_text(char **to, const char *from, struct status *status)
{
    *to = from != NULL ? mem_text(from, strlen(from), status) : NULL;
    return from == NULL || *to != NULL;
}

struct entry *entry_copy(const struct entry *entry, struct status *status)
{
    struct entry *copy = entry_new(entry->n_rows, status);
    if (copy == NULL) {
        return NULL;
    }
    struct entry_row *rows = copy->rows;
    *copy = *entry;
    copy->rows = rows;
    copy->note = copy->reviewer = copy->detector = copy->queue = NULL;
    copy->reason = copy->episode = copy->suggestion = NULL;
    bool good = copy_text(&copy->note, entry->note, status) &&
                copy_text(&copy->reviewer, entry->reviewer, status) &&
                copy_text(&copy->detector, entry->detector, status) &&
                copy_text(&copy->queue, entry->queue, status) &&
                copy_text(&copy->reason, entry->reason, status) &&
                copy_text(&copy->episode, entry->episode, status) &&
                copy_text(&copy->suggestion, entry->suggestion, status);
    for (size_t i = 0; good && i < entry->n_rows; i++) {
        rows[i] = entry->rows[i];
        rows[i].dt = rows[i].user = NULL;
        good = copy_text(&rows[i].dt, entry->rows[i].dt, status) &&
               copy_text(&rows[i].user, entry->rows[i].user, status);
    }
    if (!good) {
        entry_free(copy);
        return NULL;
    }
    return copy;
}

bool entry_identify(struct entry *entry, struct status *status)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bits[16];
    ssize_t got;
    do {
        got = getrandom(bits, sizeof bits, 0);
    } while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof bits) {
        return status_set(status, STATUS_IO, "the system gives no random numbers: %s",
                          strerror(errno));
    }
    for (size_t i = 0; i < sizeof bits; i++) {
        entry->uid[2 * i] = digits[bits[i] >> 4];
        entry->uid[2 * i + 1] = digits[bits[i] & 15];
    }
    entry->uid[2 * sizeof bits] = '\0';
    return true;
}

bool entry_uid_valid(const char *uid)
{
    return strlen(uid) == ENTRY_UID - 1 && strspn(uid, "0123456789abcdef") == ENTRY_UID - 1;
}

bool entry_check(const struct entry *entry, struct status *status)
{
    bool verdict = entry->kind == ENTRY_VERDICT, reason = entry->kind == ENTRY_REASON;
    bool action = verdict || reason || entry->kind == ENTRY_NOTE;
    const char *wrong = NULL;
    if (!entry_uid_valid(entry->uid)) {
        wrong = "its uid is not 32 hexadecimal digits";
    } else if (entry->origin[0] != '\0' && !entry_uid_valid(entry->origin)) {
        wrong = "its origin is not 32 hexadecimal digits";
    } else if (entry->reviewer == NULL || entry->reviewer[0] == '\0') {
        wrong = "it names no reviewer";
    } else if (entry->kind == ENTRY_VERDICT &&
               (entry->verdict == VERDICT_NONE || entry->verdict >= VERDICT_COUNT)) {
        wrong = "its verdict is none of tp, fp, undecided, later";
    } else if (entry->kind == ENTRY_NOTE && entry->note == NULL) {
        wrong = "it is a note without text";
    } else if (reason && (entry->reason == NULL || !entry_uid_valid(entry->target))) {
        wrong = "a reason has words and names one verdict";
    } else if ((!verdict && entry->verdict != VERDICT_NONE) ||
               (entry->kind != ENTRY_NOTE && entry->note != NULL) ||
               (!verdict && !reason && entry->reason != NULL) ||
               (!verdict && (entry->episode != NULL || entry->suggestion != NULL)) ||
               (action && !reason && entry->target[0] != '\0')) {
        wrong = "it is more than one kind of entry";
    } else if (action && entry->n_rows == 0) {
        wrong = "it names no row";
    } else if (!action && (entry->n_rows > 0 || !entry_uid_valid(entry->target))) {
        wrong = "an undo or redo names one earlier entry and no row";
    }
    for (size_t i = 1; wrong == NULL && i < entry->n_rows; i++) {
        if (entry->rows[i - 1].row >= entry->rows[i].row) {
            wrong = "its rows do not ascend";
        }
    }
    return wrong == NULL ||
           status_set(status, STATUS_INPUT, "entry %.32s: %s", entry->uid, wrong);
}

static bool same_text(const char *one, const char *two)
{
    return (one == NULL || two == NULL) ? one == two : strcmp(one, two) == 0;
}

bool entry_same(const struct entry *one, const struct entry *two)
{
    if (one->kind != two->kind || one->verdict != two->verdict || one->at_ms != two->at_ms ||
        one->n_rows != two->n_rows || one->role != two->role || one->blind != two->blind ||
        strcmp(one->target, two->target) != 0 || !same_text(one->reviewer, two->reviewer) ||
        !same_text(one->note, two->note) || !same_text(one->reason, two->reason)) {
        return false;
    }
    uint64_t difference = 0; /* in any order: other numbers may sort otherwise */
    for (size_t i = 0; i < one->n_rows; i++) {
        difference += one->rows[i].content - two->rows[i].content;
    }
    return difference == 0;
}
