/* chart: numbers as cells: bars, sparklines, columns, heat lanes, axes. In block, braille and
 * ASCII glyphs, by the canvas. */
#ifndef ODDHOURS_TUI_WIDGETS_CHART_H
#define ODDHOURS_TUI_WIDGETS_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include "terminal/canvas.h"

/* ---- axis: from values to positions and back ---- */

struct axis {
    double least, most; /* least < most; above 0 when logarithmic */
    bool log;
};

/* 0 at least, 1 at most, clamped; NaN for NaN. */
double axis_position(const struct axis *axis, double value);
double axis_value(const struct axis *axis, double position);

struct tick {
    double value, position;
    char text[16];
};

/* Round values with at least about `gap` of the axis (0 to 1) between them, into ticks[max];
 * returns how many. */
size_t axis_ticks(const struct axis *axis, double gap, struct tick *ticks, size_t max);

/* Draws the labels of an axis of `cols` cells, centred under their positions. */
void chart_axis(struct canvas *canvas, int y, int x, int cols, const struct axis *axis);

/* A mark on a line of labels: the glyph where nothing stands, else the label's cell is shown
 * selected, so that labels stay readable. */
void chart_mark(struct canvas *canvas, int y, int x, const char *glyph);

/* ---- charts ---- */

/* A horizontal bar: `share` (0 to 1) of `cols` cells; more than nothing shows at least a trace.
 */
void chart_bar(struct canvas *canvas, int y, int x, int cols, double share, enum role role);

/* Values from 0 to `most` as columns of one line; value i at cell i. With more values than
 * cells each cell shows the largest of its values. NaN leaves a gap. */
void chart_spark(struct canvas *canvas, int y, int x, int cols, const double *values, size_t n,
                 double most, enum role role);

/* Columns that chart_columns() can tell apart on this canvas: twice the cells in braille. */
size_t chart_columns_max(const struct canvas *canvas);

/* Columns over the whole canvas, of heights 0 to 1 (n of them, at most chart_columns_max();
 * each is as wide as fits). roles (n) or NULL: ROLE_BAR. More than nothing shows a trace. */
void chart_columns(struct canvas *canvas, const double *heights, const enum role *roles,
                   size_t n);

/* A curve in its band over the whole canvas, 0 at the bottom and 1 at the top: n values from
 * left to right, stretched or thinned out to the width. NaN in `values` leaves the curve out
 * there; the band stays. Curve and band are different glyphs, not only different colours. */
void chart_band(struct canvas *canvas, const double *values, const double *low,
                const double *high, size_t n, enum role role);

/* The same columns as a light shade, of whole cells, to be drawn before chart_columns(): all,
 * of which those are a part. A cell shows the highest of its columns. */
void chart_columns_all(struct canvas *canvas, const double *heights, const enum role *roles,
                       size_t n);

/* One cell of a heat lane: level 0 to 1; NaN (no data) is left empty, 0 is a dot. */
void chart_heat(struct canvas *canvas, int y, int x, double level);

#endif
