/* glyphs: the characters that the screen is made of, in three sets.
 *
 * Views take every character beyond ASCII from here, so that all of them work on a terminal
 * without UTF-8 or with a poor font.
 */
#ifndef ODDHOURS_TUI_GLYPHS_H
#define ODDHOURS_TUI_GLYPHS_H

#include <stdbool.h>

enum glyph_set { GLYPHS_BLOCK, GLYPHS_BRAILLE, GLYPHS_ASCII };

enum { GLYPH_STEPS = 9, GLYPH_SHADES = 6 };

struct glyphs {
    bool ascii;   /* nothing beyond ASCII may be shown, text from files included */
    bool braille; /* charts of columns are drawn with 2x4 dots a cell */
    const char *name;
    const char *hline, *vline;
    const char *cursor; /* before the selected row */
    const char *crumb;  /* between the parts of the breadcrumb */
    const char *dot;    /* nothing here yet; a separator of short facts */
    const char *times;  /* x 412 */
    const char *done, *failed;
    const char *up, *down;           /* sorted so; more above, below */
    const char *threshold;           /* the vertical line in a histogram */
    const char *bar[GLYPH_STEPS];    /* 0 to 8 eighths of a cell, filled from the left */
    const char *column[GLYPH_STEPS]; /* 0 to 8 eighths of a cell, filled from below */
    const char *shade[GLYPH_SHADES]; /* from nothing to full; the steps differ without colour */
    const char *bar_open, *bar_close;
    const char *upper, *lower; /* a point of a curve in the upper and in the lower half */
    const char *band;          /* what a curve may be */
};

const struct glyphs *glyphs_get(enum glyph_set set);

/* "block", "braille" or "ascii"; false when it is none of them. */
bool glyphs_parse(const char *name, enum glyph_set *set);

#endif
