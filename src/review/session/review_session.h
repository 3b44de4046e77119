/* review_session: the review of one table as one thread works on it: the store, the labels from
 * outside, the verdicts as they were last read, and the words verdict:, note: and rule:, new:
 * of the filters.
 */
#ifndef ODDHOURS_REVIEW_SESSION_H
#define ODDHOURS_REVIEW_SESSION_H

#include <stdatomic.h>
#include <stdbool.h>

#include "rank/filter/filter.h"
#include "review/history.h"
#include "review/store/store.h"
#include "review/session/rule_hides.h"
#include "review/truth.h"

/* Verdicts of one moment, frozen: the session's reviewer's own (none when he has judged
 * nothing), and what counts of everybody's. Threads that read them share one: each holds it. */
struct review_verdicts {
    struct verdict_set *own, *shared;
    atomic_uint holders;
};

/* Also for whoever calls. */
struct review_verdicts *review_verdicts_hold(struct review_verdicts *verdicts);

/* The last to let go frees them; NULL is fine. */
void review_verdicts_release(struct review_verdicts *verdicts);

enum { REVIEW_HOOKS = 4 };

struct review_session {
    struct store *store;
    bool attached;
    bool truth_failed;         /* the last attach has not found a readable truth */
    size_t unsaved;            /* when the last answer was given */
    const struct table *table; /* of the last attach */
    struct truth *truth;
    const char *truth_path;           /* borrowed; NULL: none */
    struct review_verdicts *verdicts; /* NULL before the first renewal */
    struct rule_hides *hides;         /* which rows rules hide; NULL: not known yet */
    int64_t looked_ms; /* when the reviewer last looked at the reference; INT64_MIN: never */
    struct filter_hook hooks[REVIEW_HOOKS];
};

void review_session_hooks(struct review_session *session);

/* Looks up when the store's reviewer last looked at a reference (the hash of its table), for
 * new:yes: the user-hours that began later. With `now` this is a look, too. False when the
 * store cannot be read or written. */
bool review_session_look(struct review_session *session, const char *reference, bool now,
                         struct status *status);

/* Reads the verdicts anew from the history. */
bool review_session_renew(struct review_session *session, struct status *status);

bool review_session_attach(struct review_session *session, const struct table *table,
                           struct status *status);

/* Takes an exported review into the store; verdicts of another version of the file by content.
 */
bool review_session_import(struct review_session *session, const char *path, char *text,
                           size_t size, struct status *status);

void review_session_clear(struct review_session *session);

#endif
