/* meter: how fast work goes and how long it will take; and its bar.
 *
 * The rules are git's, sharpened: the rate is that of the last ten seconds, and a time left is
 * only said after three seconds and five per cent.
 */
#ifndef ODDHOURS_TUI_WIDGETS_METER_H
#define ODDHOURS_TUI_WIDGETS_METER_H

#include <stddef.h>
#include <stdint.h>

#include "terminal/canvas.h"

enum { METER_SAMPLES = 32 };

struct meter {
    double started;
    uint64_t done, total; /* the newest; total 0: not known */
    size_t n;             /* samples ever taken; the ring keeps the last METER_SAMPLES */
    double time[METER_SAMPLES];
    uint64_t at[METER_SAMPLES];
};

void meter_start(struct meter *meter, double now);

/* Takes note of the progress; called as often as one likes, keeps three samples a second. */
void meter_sample(struct meter *meter, double now, uint64_t done, uint64_t total);

/* Units a second over the last ten; NaN when it cannot be said yet. */
double meter_rate(const struct meter *meter, double now);

/* Seconds left; NaN when it cannot be said (yet). */
double meter_left(const struct meter *meter, double now);

/* A bar of `cols` cells, frame included. Without a total nothing is drawn. */
void meter_bar(struct canvas *canvas, int y, int x, int cols, enum role role, uint64_t done,
               uint64_t total);

#endif
