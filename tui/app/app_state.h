/* app_state: what the app is made of, for the files of tui/app and for its tests. All other
 * parts of the screen include screen/app.h. */
#ifndef ODDHOURS_TUI_APP_STATE_H
#define ODDHOURS_TUI_APP_STATE_H

#include "screen/app.h"
#include "app/export.h"
#include "input/settings.h"
#include "terminal/glyphs.h"
#include "pages/page.h"
#include "input/prompt.h"
#include "run/saved/saved_filters.h"
#include "reviewing/reviewing.h"
#include "views/view.h"

enum { APP_VIEWS_MAX = 16 };

struct app_follow;
struct why;
struct why_data;
struct app_options {
    const struct run_params *params; /* borrowed for app_new() */
    const struct settings *settings; /* borrowed; NULL: the defaults */
    bool ascii_only; /* the terminal shows nothing else, whatever is asked for */
    struct review_options review;
    struct follow *take_follow; /* params->input is its table; NULL: none is followed */
    const char *filter;         /* to begin with, borrowed; NULL: none */
    const char *filters;        /* the file of saved filters, borrowed; NULL: none are kept */
    bool frozen;                /* times, rates and memory are constant: for golden screens */
};

/* The names in the folder that the palette completes in. */
struct folder {
    bool asked;
    char shown[LINE_EDIT_SIZE]; /* the folder as it was typed, with its slash */
    size_t n;
    char **names; /* (n) sorted */
};

struct app {
    struct settings settings;
    const struct glyphs *glyphs; /* those of the config that the terminal can show */
    char *settings_path;         /* the file it came from, or NULL */
    bool ascii_only;
    bool restyled; /* colours or mouse have changed: the terminal is to be told */
    bool frozen;
    double started;

    struct session session;
    struct run_params params;  /* of the next run */
    struct run *run;           /* shown; session.run */
    struct run *running;       /* in the worker; may be the same */
    struct run *retired;       /* replaced, freed when no query can look at it any more */
    struct result replacement; /* of one result of `run`, waiting until nobody looks at that */
    size_t replaced;           /* which */
    bool replaces;
    struct table *preview;
    struct inbox *inbox;
    struct worker *worker;
    struct queries *queries;
    uint64_t last_query;         /* id of the newest query */
    uint64_t void_queries;       /* those up to this id are about a run that was replaced */
    struct why_cache *why;       /* explanations of the run: app_why.c */
    struct app_reasons *reasons; /* why rows are in lists: app_reasons.c */
    struct parallel *query_threads;

    struct app_follow *follow; /* a log that is followed; NULL: none */
    struct review *review;     /* NULL: there is no place for verdicts */

    void *states[APP_VIEWS_MAX]; /* by index in views[]; NULL: never shown */
    size_t stack[APP_VIEWS_MAX]; /* indices in views[]; the last one is shown */
    size_t depth;
    struct {
        bool on;
        char filter[FILTER_TEXT]; /* that was set before it, and */
        size_t row;               /* where one came from */
        enum action view;
        size_t depth; /* of that list */
    } related; /* list shown: an hour across all users, or identical rows; Esc leads back */
    struct prompt prompt;
    struct exporter exporter;
    char *filters_path;           /* or NULL */
    char *input_name;             /* session.input is in it; NULL: without memory */
    struct saved_filters filters; /* as the file said last */
    struct folder folder;
    char saving_name[SAVED_FILTER_NAME];
    struct page *page; /* over the view; or NULL */
    char search[LINE_EDIT_SIZE];

    bool has_message;
    enum log_kind message_kind;
    char message[LOG_TEXT];
    size_t errors; /* said so far, and the last of them: a script ends at one */
    char error[LOG_TEXT];

    double asked_at;    /* when the queries thread got work, in app_now()'s seconds */
    bool shows_working; /* the last frame said that it takes a while */

    int rows, cols;     /* of the last frame */
    bool chosen_result; /* the user has chosen a detector: results that come do not change it */
    double clicked_at; /* the last click, in app_now()'s seconds, and its row; negative: none */
    int clicked_y;
    double cancelled_at; /* the last Ctrl-C, in app_now()'s seconds; negative: none */
    bool dirty;          /* something on screen has changed */
    bool ticking;        /* only progress has: a redraw may wait */
    bool repaint;        /* draw all cells anew */
    bool scripted;       /* a script plays: its screenshots are not told of, in the next ones */
    bool playing; /* what is done just now is a line of the script, not the user's doing */
    char first_filter[FILTER_TEXT]; /* to be set when the run has ended; "": none */
    bool opens_list; /* the list to begin with is shown when the run has ended, */
    bool moved;      /* unless a key was pressed before */
    bool suspend, quit;
    struct status failure; /* nothing to explore: the program says this and ends */
};

/* Starts the threads; signals must be blocked before. NULL on failure. */
struct app *app_new(const struct app_options *options, struct status *status);

/* Tells the threads to end. False when one did not within a second or so, as it hangs in the
 * system: then verdicts that are not saved are in the rescue file (`*saved` is false),
 * app_free() must not be called, as the thread may use anything, and the process ends by
 * _exit(). */
bool app_end(struct app *app, bool *saved);

/* Cancels what runs. False, and said on standard error, when entries of the review could not be
 * saved in the store. */
bool app_free(struct app *app);

/* Starts the first run. */
bool app_start(struct app *app, struct status *status);

/* Says in session.input what the input is called: "a.csv and 2 more". */
void app_name_input(struct app *app);

/* Repeats the run with changed parameters ("trees=400 lof=sklearn"). */
void app_run_again(struct app *app, const char *words);

/* Takes what the threads have sent. */
void app_mail(struct app *app);

/* Whether a query was asked of a run that has been replaced. */
bool app_is_void(const struct app *app, const struct query *query);

/* Copies the worker's progress for the next frame. */
void app_tick(struct app *app);

/* A key, an action by its name, a line of the palette ("k 100"). */
void app_key(struct app *app, keycode key);
void app_do(struct app *app, enum action action, const char *argument);
bool app_command(struct app *app, const char *line); /* false: there is no such action */

/* The mouse on `canvas`, which holds the last frame; it is drawn anew when that is old. */
void app_mouse(struct app *app, struct canvas *canvas, const struct mouse *mouse);

/* ---- drawing ---- */

void app_draw(struct app *app, struct canvas *canvas);                     /* screen.c: all */
void app_draw_header(const struct app *app, struct canvas *canvas);        /* header.c */
void app_draw_footer(const struct app *app, struct canvas *canvas, int y); /* footer.c */

/* ---- within the app: by file ---- */

/* app.c */
const struct view_ops *app_view(const struct app *app); /* shown */
void *app_view_state(const struct app *app);
size_t app_row(const struct app *app);            /* under its cursor, or SIZE_MAX */
void app_select_shown(struct app *app);           /* selects that row */
void app_jump(struct app *app, enum action view); /* by its digit: the first of a new stack */
void app_changed(struct app *app, unsigned what); /* tells every view */
void app_back(struct app *app);

/* app_ask.c */
void app_count_error(struct app *app, const char *text); /* one that app_say() did not say */
bool app_idle(const struct app *app); /* nothing is looked for, all answers have been taken */
/* Seconds until the screen should say that what was asked takes a while: 0 from then on;
 * negative when nothing is being looked for. */
double app_working_in(const struct app *app);

/* app_act.c */
void app_search(struct app *app, bool forward);
void app_search_for(struct app *app, const char *text); /* the next row with it */

/* app_filter.c */
struct rows_query;
void app_ask_filter(struct app *app, const char *initial);
void app_filter_typed(struct app *app, const char *text); /* and says where it does not hold */
bool app_filter_wrong(struct app *app, const char *text); /* says why, in the prompt */
void app_filter_again(struct app *app);                   /* another run is shown */
void app_filter_counted(struct app *app, const struct rows_query *asked);

/* app_saved.c */
void app_saved_load(struct app *app);
void app_saved_typed(struct app *app, const char *text);
bool app_saved_answer(struct app *app, struct query *query); /* false: another's */
void app_save_filter(struct app *app, const char *name);
void app_forget_filter(struct app *app, const char *name);
void app_list_filters(struct app *app);

/* app_write.c */
bool app_screenshot(struct app *app, const char *path);
void app_answer(struct app *app, struct query *query); /* of a query the app itself has asked */

/* app_why.c, app_why_sheet.c */
void app_why(struct app *app, const char *argument);
void app_why_answer(struct app *app, struct query *query);
void app_drop_replacement(struct app *app);
void app_why_free(struct app *app); /* while no query runs; reasons in lists, too */
struct sheet *app_why_sheet(const struct run *run, const struct why_data *data,
                            const struct why *why, const char *input, struct status *status);

/* app_lines.c */
void app_lines(struct app *app);
/* Sets the filter of the command line and that of the settings: when the run has ended. */
void app_filter_begin(struct app *app);

void app_lines_answer(struct app *app, struct query *query);
/* Why there are no lines to show, or NULL. */
const char *app_lines_why_not(const struct session *session);

/* The computers of the user-hour that is selected (app_hosts.c); "all": of a large log, too,
 * since when each is known. */
void app_hosts(struct app *app, const char *argument);
void app_hosts_answer(struct app *app, struct query *query);

/* app_goto.c */
void app_show_hour(struct app *app, const char *text);
void app_show_identical(struct app *app, const char *text);
void app_show_row(struct app *app, const char *text);
bool app_leave_related(struct app *app); /* false: no such list is shown */

/* app_blind.c */
bool app_blind_hides(const struct app *app, enum action action);
bool app_blind_refuses(struct app *app, enum action action); /* and says so */

/* app_past.c: what the selected row's user did before; the answer goes into session.past */
/* app_reasons.c */
struct app_reasons *app_reasons_new(struct status *status);
void app_reasons_free(struct app *app);
void app_reasons_forget(struct app *app);       /* while no query runs */
void app_reasons_begin(struct app *app);        /* a frame: nothing is wished for yet */
void app_reasons_ask(struct app *app);          /* for what the frame has wished */
bool app_reasons_wanted(const struct app *app); /* some are not there yet */
void app_reasons_answer(struct app *app, struct query *query);

/* app_past.c */
void app_past_ask(struct app *app);
void app_past_answer(struct app *app, struct query *query);

/* app_follow.c: the log that is followed, if there is one */
struct app_follow *app_follow_new(struct follow *take_follow, struct status *status);
const char *app_follow_name(const struct app_follow *state); /* of the log; NULL: none */
void app_follow_free(struct app_follow *state);              /* when the threads have ended */
double app_follow_patience(
    const struct app *app);             /* seconds to the next look; negative: none */
void app_follow_poll(struct app *app);  /* looks when it is time */
void app_follow_ended(struct app *app); /* a run has: what is new in it? */
void app_follow_answer(struct app *app, struct query *query);

/* app_columns.c */
void app_columns(struct app *app, const char *text);

/* complete.c, complete_files.c */
size_t app_words(struct app *app, enum action action, const char *typed, size_t n, char *word,
                 size_t size);
void app_file_word(struct app *app, const char *typed, size_t n, char *word, size_t size);
void app_folder_answer(struct app *app, struct query *query);
void folder_clear(struct folder *folder);

/* app_settings.c, app_mouse.c */
bool app_do_settings(struct app *app, enum action action, const char *argument);
bool app_settings_answer(struct app *app, struct query *query);
void app_use_glyphs(struct app *app);
void app_use_mouse(struct app *app, const char *word);

/* Says what there was to say of the configuration file `path`. */
void app_settings_remarks(struct app *app, const char *path,
                          const struct settings_remarks *remarks);

/* help.c, run_card.c */
struct page *app_help_page(const struct app *app);
struct page *app_card_page(const struct app *app);

#endif
