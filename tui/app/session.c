#include "app/session.h"

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
