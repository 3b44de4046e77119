#include "screen/session.h"

#include <stdio.h>

#include "review/session/review_session.h"

size_t session_results(const struct session *session)
{
    return session->run != NULL ? session->run->n_results : 0;
}

const struct result *session_result(const struct session *session)
{
    size_t i = session->selected.result;
    return session->run != NULL && session->has_result[i] ? &session->run->results[i] : NULL;
}

const char *session_result_title(const struct session *session)
{
    size_t i = session->selected.result;
    return session->run != NULL ? session->run->results[i].title : "";
}

const struct table *session_table(const struct session *session)
{
    return session->run != NULL && session->has_table ? session->run->table : session->preview;
}

bool session_uses(const struct session *session, size_t result)
{
    return result < session_results(session) &&
           run_result_wanted(session->run, &session->run->results[result]);
}

const struct verdict_set *session_own_verdicts(const struct session *session)
{
    return session->verdicts != NULL ? session->verdicts->own : NULL;
}

const struct verdict_row *session_own_verdict(const struct session *session, size_t row)
{
    return verdict_set_find(session_own_verdicts(session), (uint32_t)row);
}

const struct verdict_row *session_shared_verdict(const struct session *session, size_t row)
{
    return session->verdicts != NULL
               ? verdict_set_find(session->verdicts->shared, (uint32_t)row)
               : NULL;
}

static const char *const words[VERDICT_COUNT] = {"", "TP", "FP", "?", "L"};

void session_episode_mark(const struct session *session, const uint32_t *rows, size_t n,
                          bool blind, char *text, size_t size)
{
    const struct verdict_set *set = session_own_verdicts(session);
    enum verdict own = verdict_set_of_rows(set, rows, n, NULL), any = VERDICT_NONE;
    bool unsaved = false, note = false;
    for (size_t i = 0; i < n; i++) {
        const struct verdict_row *found = verdict_set_find(set, rows[i]);
        unsaved = unsaved || (found != NULL && found->unsaved);
        note = note || (found != NULL && found->note != NULL);
    }
    if (session->verdicts != NULL && !blind) {
        any = verdict_set_of_rows(session->verdicts->shared, rows, n, NULL);
    }
    if (own == VERDICT_NONE && any != VERDICT_NONE) {
        snprintf(text, size, "(%s)", words[any]);
    } else {
        snprintf(text, size, "%s%s%s", words[own], note ? "*" : "", unsaved ? "!" : "");
    }
}

void session_verdict_mark(const struct session *session, size_t row, bool blind, char *text,
                          size_t size)
{
    const struct verdict_row *own = session_own_verdict(session, row);
    const struct verdict_row *any = blind ? NULL : session_shared_verdict(session, row);
    const char *note = own != NULL && own->note != NULL ? "*" : "";
    if (own != NULL && own->verdict != VERDICT_NONE) {
        snprintf(text, size, "%s%s%s", words[own->verdict], note, own->unsaved ? "!" : "");
    } else if (any != NULL && any->verdict != VERDICT_NONE) {
        snprintf(text, size, "(%s)", words[any->verdict]);
    } else {
        snprintf(text, size, "%s", any != NULL && any->note != NULL ? "*" : note);
    }
}
