/* fixture: the screen on a table, without a terminal, with figures that do not change. */
#ifndef ODDHOURS_TESTS_TUI_FIXTURE_H
#define ODDHOURS_TESTS_TUI_FIXTURE_H

#include "app/app_state.h"

/* Opens a file (a path, or a name under data/ of the sources) and runs these detectors to the
 * end ("iforest,lof"). Goldens leave the autoencoder out: its last digits depend on the
 * processor. Freed with app_free(). */
struct app *fixture_open(const char *file, const char *models);

/* The same with own past and triage, verdicts in the file `reviews` (NULL: none). */
struct app *fixture_open_own(const char *file, const char *models, const char *reviews);

/* The same with verdicts kept in the file `reviews`, by `reviewer`. */
struct app *fixture_open_reviewed(const char *file, const char *models, const char *reviews,
                                  const char *reviewer);

/* The same with the file of saved filters, which may be missing. */
struct app *fixture_open_filters(const char *file, const char *models, const char *filters);

/* The same with both. */
struct app *fixture_open_with(const char *file, const char *models,
                              const struct review_options *review, const char *filters);

/* Plays a line of the palette or of a script ("key j j"), and waits for queries. */
void fixture_do(struct app *app, const char *line);

/* Waits until nothing is being worked on. */
void fixture_wait(struct app *app);

/* Draws at this size and glyph set and compares with tests/tui/golden/NAME.txt. */
void fixture_golden(struct app *app, int rows, int cols, enum glyph_set set, const char *name);

/* The same at 80x24 and 40x8, in block and in ASCII: NAME_80x24, NAME_40x8_ascii and so on. */
void fixture_goldens(struct app *app, const char *name);

/* Draws at many sizes, the smallest included, and checks that every cell is safe text. */
void fixture_draw_all_sizes(struct app *app);

/* Draws what is there now at this size, and checks that every cell is safe text. */
struct canvas *fixture_canvas(struct app *app, int rows, int cols);

/* Whether a row of the screen at 80x24 has this text. Drawing waits for queries, but not for a
 * run that has not ended. */
bool fixture_shows(struct app *app, const char *text);

/* The same without waiting for anything. */
bool fixture_shows_now(struct app *app, const char *text);

#endif
