#include "widgets/chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

double axis_position(const struct axis *axis, double value)
{
    double position;
    if (isnan(value)) {
        return NAN;
    }
    if (axis->log) {
        if (value <= axis->least) {
            return 0;
        }
        position = log(value / axis->least) / log(axis->most / axis->least);
    } else {
        position = (value - axis->least) / (axis->most - axis->least);
    }
    return position < 0 ? 0 : position > 1 ? 1 : position;
}

double axis_value(const struct axis *axis, double position)
{
    if (axis->log) {
        return axis->least * pow(axis->most / axis->least, position);
    }
    return axis->least + position * (axis->most - axis->least);
}

/* As short as a label can be: 0.25, 10, 1k, 1e-4. */
static void label(double value, char *text, size_t size)
{
    double size_of = fabs(value);
    if (size_of >= 1e6 || (size_of > 0 && size_of < 1e-3)) {
        double exponent = floor(log10(size_of));
        double lead = nearbyint(value / pow(10, exponent) * 10) / 10;
        if (fabs(lead) >= 10) { /* 9.96: rounded up to the next power */
            lead /= 10;
            exponent++;
        }
        snprintf(text, size, "%ge%d", lead, (int)exponent);
    } else if (size_of >= 1000) {
        snprintf(text, size, "%.3gk", value / 1000);
    } else {
        snprintf(text, size, "%.4g", value);
    }
}

static size_t add_tick(const struct axis *axis, double value, struct tick *ticks, size_t n,
                       size_t max)
{
    if (n < max) {
        ticks[n].value = value;
        ticks[n].position = axis_position(axis, value);
        label(value, ticks[n].text, sizeof ticks[n].text);
        n++;
    }
    return n;
}

/* Powers of ten, every `stride`-th of them so that they keep their distance. */
static size_t log_ticks(const struct axis *axis, double gap, struct tick *ticks, size_t max)
{
    double decades = log10(axis->most / axis->least);
    double first = ceil(log10(axis->least) - 1e-9), last = floor(log10(axis->most) + 1e-9);
    double stride = ceil(decades * gap);
    size_t n = 0;
    for (double power = first; power <= last; power += stride > 1 ? stride : 1) {
        n = add_tick(axis, pow(10, power), ticks, n, max);
    }
    return n;
}

size_t axis_ticks(const struct axis *axis, double gap, struct tick *ticks, size_t max)
{
    if (!(axis->most > axis->least)) {
        return add_tick(axis, axis->least, ticks, 0, max);
    }
    if (axis->log && axis->most / axis->least >= 10) {
        size_t n = log_ticks(axis, gap, ticks, max);
        if (n >= 2) {
            return n;
        }
    }
    /* Steps of 1, 2 or 5 times a power of ten. */
    double step = (axis->most - axis->least) * gap;
    double power = pow(10, floor(log10(step)));
    double lead = step / power;
    step = power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
    size_t n = 0;
    /* + 0.0: no label says -0. */
    double from = ceil(axis->least / step - 1e-9);
    for (double i = from; i * step <= axis->most * (1 + 1e-12) && n < max; i++) {
        n = add_tick(axis, i * step + 0.0, ticks, n, max);
    }
    return n;
}

void chart_axis(struct canvas *canvas, int y, int x, int cols, const struct axis *axis)
{
    struct tick ticks[32];
    size_t n = axis_ticks(axis, cols > 0 ? 9.0 / cols : 1, ticks, 32);
    int free_from = x;
    for (size_t i = 0; i < n; i++) {
        int width = (int)strlen(ticks[i].text);
        int at = x + (int)floor(ticks[i].position * (cols - 1) + 0.5) - width / 2;
        at = at < x ? x : at + width > x + cols ? x + cols - width : at;
        if (at >= free_from) {
            canvas_text(canvas, y, at, ROLE_DIM, ticks[i].text);
            free_from = at + width + 1;
        }
    }
}

void chart_mark(struct canvas *canvas, int y, int x, const char *glyph)
{
    const struct cell *cell = canvas_cell(canvas, y, x);
    if (cell != NULL && cell->text[0] != '\0' && strcmp(cell->text, " ") != 0) {
        canvas_select(canvas, y, x, 1);
    } else {
        canvas_text(canvas, y, x, ROLE_STRONG, glyph);
    }
}
