#include "app/session.h"

size_t session_results(void)
{
    return detector_count() + 1;
}

const struct result *session_result(const struct session *session)
{
    size_t i = session->selected.result;
    return session->run != NULL && session->has_result[i] ? &session->run->results[i] : NULL;
}

const char *session_result_title(const struct session *session)
{
    size_t i = session->selected.result;
    return i < detector_count() ? detectors[i]->title : "Ensemble";
}

const struct table *session_table(const struct session *session)
{
    return session->run != NULL && session->has_table ? session->run->table : session->preview;
}

bool session_uses(const struct session *session, size_t result)
{
    if (session->run == NULL) {
        return false;
    }
    return result >= detector_count() || session->run->params.use[result];
}
