/* review_desk: the part of a review that belongs to the queries thread, and its filter hooks.
 */
#ifndef ODDHOURS_TUI_REVIEW_DESK_H
#define ODDHOURS_TUI_REVIEW_DESK_H

#include "rank/filter/filter.h"
#include "review/history.h"
#include "review/store/store.h"
#include "review/truth.h"

struct review_desk {
    struct store *store;
    bool attached;
    bool truth_failed;         /* the last attach has not found a readable truth */
    size_t unsaved;            /* when the last answer was given */
    const struct table *table; /* of the last attach */
    struct truth *truth;
    const char *truth_path; /* borrowed; NULL: none */
    struct verdict_set *own, *shared;
    struct filter_hook hooks[2];
};

void review_desk_hooks(struct review_desk *desk);

/* Renews own and shared from the history. */
bool review_desk_renew(struct review_desk *desk, struct status *status);

/* Frozen verdicts of the desk's reviewer; none when he has judged nothing. */
struct verdict_set *review_desk_freeze(const struct review_desk *desk, bool own,
                                       struct status *status);

bool review_desk_attach(struct review_desk *desk, const struct table *table,
                        struct status *status);

/* Takes an exported review into the store; verdicts of another version of the file by content.
 */
bool review_desk_import(struct review_desk *desk, const char *path, char *text, size_t size,
                        struct status *status);

void review_desk_clear(struct review_desk *desk);

#endif
