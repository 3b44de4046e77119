/* A blind review. Its queue hides what the detectors say, and a key away from it another view
 * must not show the same: as long as it lasts, what would is refused, here, for keys, palette,
 * mouse and scripts alike. Judging goes on by the values, the table and the lines of the log.
 */
#include "app/app_state.h"

bool app_blind_hides(const struct app *app, enum action action)
{
    if (!app->session.blind) {
        return false;
    }
    switch ((int)action) {
    case ACTION_VIEW_SCORES:
    case ACTION_VIEW_TOPK:
    case ACTION_VIEW_USER:
    case ACTION_VIEW_USERS:
    case ACTION_VIEW_COMPARE:
    case ACTION_WHY:
    case ACTION_NUMBERS:
    case ACTION_ROW: /* shows the row in its user's view */
    case ACTION_RANK:
    case ACTION_HOUR:
    case ACTION_IDENTICAL:
    case ACTION_THRESHOLD: return true;
    default: return false;
    }
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
        app->aside.on = false; /* Esc would lead back to the list that it came from */
        app_filter_again(app);
        app_changed(app, CHANGED_FILTER);
    }
}
