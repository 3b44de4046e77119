#include "widgets/chart.h"

#include <math.h>
#include <stdint.h>

/* The value that stands for part `i` of `parts`. */
static size_t index_of(size_t i, size_t parts, size_t n)
{
    return (2 * i + 1) * n / (2 * parts);
}

/* Steps from the top, of `steps`, in which a value from 0 to 1 lies; -1 for NaN. */
static int step_of(double value, int steps)
{
    if (isnan(value)) {
        return -1;
    }
    int step = (int)floor((1 - (value < 0 ? 0 : value > 1 ? 1 : value)) * steps);
    return step < steps ? step : steps - 1;
}

static void draw_cells(struct canvas *canvas, int x, double value, double low, double high,
                       enum role role)
{
    int rows = canvas->rows, half = step_of(value, 2 * rows);
    for (int y = step_of(high, rows); y <= step_of(low, rows); y++) {
        canvas_fill(canvas, y, x, 1, ROLE_DIM, canvas->glyphs->band);
    }
    if (half >= 0) {
        canvas_fill(canvas, half / 2, x, 1, role,
                    half % 2 == 0 ? canvas->glyphs->upper : canvas->glyphs->lower);
    }
}

/* The dots of one column of dots in a cell: solid where the curve is, every other one in the
 * band. `x` counts dots, so that the band is a chequered pattern. */
static unsigned dots_at(const struct canvas *canvas, size_t x, int y, double value, double low,
                        double high)
{
    static const uint8_t bits[2][4] = {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}};
    int steps = 4 * canvas->rows, curve = step_of(value, steps);
    int top = step_of(high, steps), bottom = step_of(low, steps);
    unsigned dots = 0;
    for (int i = 0; i < 4; i++) {
        int at = 4 * y + i;
        bool band = at >= top && at <= bottom && ((size_t)at + x) % 2 == 0;
        /* Around the curve the band makes room for it. */
        bool near = curve >= 0 && at >= curve - 1 && at <= curve + 1;
        dots |= at == curve || (band && !near) ? bits[x % 2][i] : 0u;
    }
    return dots;
}

static void draw_braille(struct canvas *canvas, int x, const double *values, const double *low,
                         const double *high, size_t n, enum role role)
{
    size_t positions = 2 * (size_t)canvas->cols;
    for (int y = 0; y < canvas->rows; y++) {
        unsigned dots = 0;
        bool curve = false;
        for (size_t side = 0; side < 2; side++) {
            size_t position = 2 * (size_t)x + side, i = index_of(position, positions, n);
            dots |= dots_at(canvas, position, y, values[i], low[i], high[i]);
            curve = curve || step_of(values[i], canvas->rows) == y;
        }
        if (dots != 0) {
            const char glyph[] = {(char)0xE2, (char)(0xA0 | dots >> 6),
                                  (char)(0x80 | (dots & 0x3F)), '\0'};
            canvas_fill(canvas, y, x, 1, curve ? role : ROLE_DIM, glyph);
        }
    }
}

void chart_band(struct canvas *canvas, const double *values, const double *low,
                const double *high, size_t n, enum role role)
{
    for (int x = 0; n > 0 && x < canvas->cols; x++) {
        if (canvas->glyphs->braille) {
            draw_braille(canvas, x, values, low, high, n, role);
        } else {
            size_t i = index_of((size_t)x, (size_t)canvas->cols, n);
            draw_cells(canvas, x, values[i], low[i], high[i], role);
        }
    }
}
