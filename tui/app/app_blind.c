/* A blind review. Its queue hides what the detectors say, and a key away from it another view
 * must not show the same: as long as it lasts, what is HIDDEN in actions.def is refused, here,
 * for keys, palette, mouse and scripts alike. Judging goes on by the values, the table and the
 * lines of the log.
 */
#include "app/app_state.h"

bool app_blind_hides(const struct app *app, enum action action)
{
    return app->session.blind && action_info(action)->blind == BLIND_HIDDEN;
}

bool app_blind_refuses(struct app *app, enum action action)
{
    bool hides = app_blind_hides(app, action);
    if (hides) {
        app_say(app, LOG_NOTE, "'%s' would show what a blind review hides; :blind ends it",
                action_info(action)->name);
    }
    return hides;
}

void app_set_blind(struct app *app, bool blind)
{
    if (app->session.blind == blind) {
        return;
    }
    app->session.blind = blind;
    if (blind) {
        app_query_cancel(app, SLOT_WHY); /* a page that is on its way */
        app_query_cancel(app, SLOT_NUMBERS);
        app->related.on = false; /* Esc would lead back to the list that it came from */
        app_filter_again(app);
        app_changed(app, CHANGED_FILTER);
    }
}
