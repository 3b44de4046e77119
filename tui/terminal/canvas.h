/* canvas: a grid of cells that views draw into.
 *
 * Nothing here knows a terminal: the loop sends the finished canvas to curses, a test compares
 * it with a golden file, and `:screenshot` writes it as text. A cell is one character and a
 * role; the role becomes colour or attributes in term.c.
 *
 * Every text drawn passes text_safe() here, so a view need not (and cannot forget to) do it.
 * Drawing outside the canvas is clipped, so a view need not guard against small screens.
 */
#ifndef ODDHOURS_TUI_CANVAS_H
#define ODDHOURS_TUI_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "base/text.h"
#include "terminal/glyphs.h"
#include "terminal/click_regions.h"

/* What a cell means. Meaning is never by colour alone: a glyph or a word says it, too. */
enum role {
    ROLE_TEXT,
    ROLE_DIM,     /* less important: units, hints, rules */
    ROLE_STRONG,  /* headings, the figure that matters */
    ROLE_TITLE,   /* the header and footer lines */
    ROLE_KEY,     /* the name of a key */
    ROLE_GOOD,    /* finished, true positive */
    ROLE_BAD,     /* failed, false positive */
    ROLE_WARN,    /* cancelled, undecided, take note */
    ROLE_BAR,     /* charts */
    ROLE_FLAGGED, /* the part of a chart, or a row, above the threshold */
    ROLE_THRESHOLD,
    ROLE_SERIES_1, /* one colour a detector, in the order of detectors[] */
    ROLE_SERIES_2,
    ROLE_SERIES_3,
    ROLE_SERIES_4, /* the ensemble */
    ROLE_HEAT_1,   /* heat lanes, from cold to hot */
    ROLE_HEAT_2,
    ROLE_HEAT_3,
    ROLE_HEAT_4,
    ROLE_HEAT_5,
    ROLE_COUNT
};

enum { CELL_TEXT = 21 };

struct cell {
    char text[CELL_TEXT]; /* UTF-8: a base and up to four that combine with it; "" is a space */
    uint8_t width;        /* 1 or 2; 0 for the right half of a wide character */
    uint8_t role;
    bool selected; /* the cursor's row: shown in reverse */
};

/* A canvas, or a part of one; passed by pointer, parts are made by value. */
struct canvas {
    int rows, cols;
    int stride; /* cells from one row to the next */
    struct cell *cells;
    const struct glyphs *glyphs;
    struct click_regions *click_regions; /* what a click does; NULL: nothing */
};

/* An empty canvas; freed with canvas_free(). NULL on failure. */
struct canvas *canvas_new(int rows, int cols, const struct glyphs *glyphs,
                          struct status *status);
void canvas_free(struct canvas *canvas);
void canvas_clear(struct canvas *canvas);

/* The part of a canvas from (y, x) on, clipped to what is there. It shares the cells. */
struct canvas canvas_part(const struct canvas *canvas, int y, int x, int rows, int cols);

/* The cell at (y, x), or NULL outside. */
struct cell *canvas_cell(const struct canvas *canvas, int y, int x);

/* Draws text from (y, x) on; what does not fit up to the right edge is cut with an ellipsis.
 * Returns the column after it. */
int canvas_text(struct canvas *canvas, int y, int x, enum role role, const char *text);

/* The same for bytes that are not terminated, such as a dictionary's. */
int canvas_bytes(struct canvas *canvas, int y, int x, enum role role, const char *bytes,
                 size_t length);

int canvas_printf(struct canvas *canvas, int y, int x, enum role role, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Draws the phrases of a text that there is room for: it ends before ", ", "; ", " (" or two
 * blanks, not within a word. When not even the first fits, it is cut, or left out where the
 * line has something before it (x above 1). */
int canvas_phrases(struct canvas *canvas, int y, int x, enum role role, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Draws text over several lines, from (y, x) to the right edge, broken behind words. Returns
 * the number of lines it takes, those below the canvas included. */
int canvas_wrapped(struct canvas *canvas, int y, int x, enum role role, const char *text);

/* Draws text into exactly `cols` cells, filled up with spaces. */
void canvas_field(struct canvas *canvas, int y, int x, int cols, enum text_align align,
                  enum role role, const char *text);

/* Repeats one glyph. */
void canvas_fill(struct canvas *canvas, int y, int x, int cols, enum role role,
                 const char *glyph);

/* A horizontal rule with an optional title in it. */
void canvas_rule(struct canvas *canvas, int y, const char *title);

/* Marks `cols` cells as selected. */
void canvas_select(struct canvas *canvas, int y, int x, int cols);

/* Text of one row without trailing spaces, into out[size]. */
void canvas_row(const struct canvas *canvas, int y, char *out, size_t size);

#endif
