/* DESIGN. One ppoll() on the terminal and the wake pipe. A key is answered by a frame at once;
 * progress by at most ten frames a second; with nothing to do there is no timer, so an idle
 * explorer uses no processor. Frames are drawn into a canvas, and curses sends what differs. */
#include "app/loop.h"

#include "base/clock.h"
#include "terminal/captured_stderr.h"
#include "terminal/signals.h"
#include "terminal/term.h"

#define FRAME_SECONDS 0.1 /* between two frames for progress only */
#define CLOCK_SECONDS 1.0 /* while a stage runs without reporting, its clock still goes */

struct loop {
    struct app *app;
    struct script *script;
    struct canvas *canvas; /* NULL: the size is not known yet */
    bool terminal;
    int rows, cols;
    double drawn_at;
};

/* Tells the terminal of colours and mouse that have changed. */
static void restyle(struct app *app)
{
    app->restyled = false;
    term_colors(app->settings.color, &app->settings.palette);
    if (!term_mouse(app->settings.mouse)) {
        app->settings.mouse = false;
        app_say(app, LOG_WARNING, "this terminal has no mouse");
    }
}

static bool draw(struct loop *loop, struct status *status)
{
    if (loop->terminal && loop->app->restyled) {
        restyle(loop->app);
    }
    if (loop->terminal) {
        term_size(&loop->rows, &loop->cols);
    }
    if (loop->canvas == NULL || loop->canvas->rows != loop->rows ||
        loop->canvas->cols != loop->cols || loop->canvas->glyphs != loop->app->glyphs) {
        canvas_free(loop->canvas);
        loop->canvas = canvas_new(loop->rows, loop->cols, loop->app->glyphs, status);
        if (loop->canvas == NULL) {
            return false;
        }
    }
    loop->app->shows_working = app_working_in(loop->app) == 0;
    app_draw(loop->app, loop->canvas);
    if (loop->terminal) {
        if (loop->app->repaint) {
            term_repaint();
        }
        term_draw(loop->canvas);
    }
    loop->drawn_at = clock_now();
    loop->app->dirty = loop->app->ticking = loop->app->repaint = false;
    return true;
}

/* Of two times to wait; a negative one is for ever. */
static double sooner(double a, double b)
{
    return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* How long to wait: not at all when a frame is due, for ever when nothing goes on. */
static double patience(const struct loop *loop)
{
    const struct app *app = loop->app;
    double seconds = -1;
    if (app->dirty) {
        return 0;
    }
    if (app->session.busy) {
        double wait = app->ticking ? FRAME_SECONDS : CLOCK_SECONDS;
        seconds = loop->drawn_at + wait - clock_now();
        seconds = seconds > 0 ? seconds : 0;
    } else if (app->ticking) {
        return 0;
    }
    seconds = sooner(seconds, review_patience(app));
    seconds = sooner(seconds, app_follow_patience(app));
    if (!app->shows_working) {
        seconds = sooner(seconds, app_working_in(app));
    }
    return sooner(seconds, script_patience(loop->script));
}

static void take_mouse(const struct loop *loop)
{
    struct mouse mouse = term_mouse_event();
    if (loop->canvas != NULL) {
        app_mouse(loop->app, loop->canvas, &mouse);
    }
}

static void take_keys(const struct loop *loop)
{
    struct app *app = loop->app;
    for (keycode key; (key = term_key()) != KEY_NONE && !app->quit;) {
        if (key == KEY_HANGUP) {
            app->quit = true;
            return;
        }
        if (key == KEY_MOUSE_EVENT) {
            take_mouse(loop);
        } else {
            app_key(app, key);
        }
    }
}

static void take_events(struct loop *loop, unsigned events)
{
    struct app *app = loop->app;
    if ((events & SIGNAL_TERMINATE) != 0) {
        app->quit = true;
    }
    if ((events & SIGNAL_INTERRUPT) != 0) {
        app_do(app, ACTION_CANCEL, "");
    }
    if ((events & (SIGNAL_STOP)) != 0) {
        app->suspend = true;
    }
    if ((events & SIGNAL_CONTINUE) != 0) {
        app->repaint = app->dirty = true;
    }
    if ((events & (SIGNAL_RESIZE | SIGNAL_CONTINUE)) != 0 && loop->terminal) {
        term_resized();
        app->dirty = true;
    }
    if ((events & SIGNAL_WAKE) != 0) {
        app_mail(app);
    }
    if ((events & SIGNAL_KEY) != 0) {
        take_keys(loop);
    }
}

static void log_stderr(void *context, const char *line)
{
    app_log(context, LOG_WARNING, "stderr: %s", line);
}

/* Plays the script. True when the session without a terminal is over: with a status when the
 * script has failed. What its last lines have asked for is waited for. */
static bool play(struct loop *loop, struct status *status)
{
    struct app *app = loop->app;
    struct status problem = {0};
    bool good = script_play(loop->script, app, &problem);
    if (loop->terminal && !good) {
        app_say(app, LOG_ERROR, "the script %s", problem.text);
    }
    if (loop->terminal) {
        return false;
    }
    bool over = !good || app->quit || (script_ended(loop->script) && app_idle(app));
    if (over && (!good || script_failed(loop->script, app, &problem))) {
        status_set(status, problem.code, "the script %s", problem.text);
    }
    return over;
}

static bool run(struct loop *loop, struct status *status)
{
    struct app *app = loop->app;
    bool good = true;
    while (good && !app->quit) {
        bool due = app->dirty || (app->ticking && !app->session.busy) ||
                   app->shows_working != (app_working_in(app) == 0) ||
                   (app->session.busy && clock_now() - loop->drawn_at >=
                                             (app->ticking ? FRAME_SECONDS : CLOCK_SECONDS));
        if (due) {
            good = draw(loop, status);
        }
        if (good && play(loop, status)) {
            good = status->code == STATUS_OK;
            break;
        }
        review_poll(app);
        app_follow_poll(app);
        if (good && !app->quit) {
            take_events(loop, signals_wait(loop->terminal ? term_fd() : -1,
                                           inbox_fd(app->inbox), patience(loop)));
        }
        captured_stderr_lines(log_stderr, app);
        if (app->suspend && loop->terminal) {
            term_suspend();
            app->dirty = app->repaint = true;
        }
        app->suspend = false;
    }
    canvas_free(loop->canvas);
    return good;
}

bool loop_run(struct app *app, struct script *script, struct status *status)
{
    struct loop loop = {.app = app, .script = script, .terminal = true};
    app->opens_list = script_ended(script); /* a script goes its own way */
    return run(&loop, status);
}

bool loop_run_offscreen(struct app *app, struct script *script, int rows, int cols,
                        struct status *status)
{
    struct loop loop = {.app = app, .script = script, .rows = rows, .cols = cols};
    return run(&loop, status);
}
