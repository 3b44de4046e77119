#include "widgets/meter.h"

#include <math.h>
#include <string.h>

#include "widgets/chart.h"

#define WINDOW_SECONDS     10.0
#define SAMPLE_SECONDS     0.32 /* METER_SAMPLES of them fill the window */
#define SETTLE_SECONDS     3.0
#define SETTLE_SHARE       0.05
#define RATE_LEAST_SECONDS 0.2

void meter_start(struct meter *meter, double now)
{
    memset(meter, 0, sizeof *meter);
    meter->started = now;
    meter->time[0] = now;
    meter->n = 1;
}

void meter_sample(struct meter *meter, double now, uint64_t done, uint64_t total)
{
    meter->done = done;
    meter->total = total;
    if (now - meter->time[(meter->n - 1) % METER_SAMPLES] >= SAMPLE_SECONDS) {
        meter->time[meter->n % METER_SAMPLES] = now;
        meter->at[meter->n % METER_SAMPLES] = done;
        meter->n++;
    }
}

double meter_rate(const struct meter *meter, double now)
{
    size_t kept = meter->n < METER_SAMPLES ? meter->n : METER_SAMPLES;
    for (size_t i = meter->n - kept; i < meter->n; i++) {
        double seconds = now - meter->time[i % METER_SAMPLES];
        uint64_t from = meter->at[i % METER_SAMPLES];
        if (seconds <= WINDOW_SECONDS + SAMPLE_SECONDS && seconds >= RATE_LEAST_SECONDS &&
            meter->done > from) {
            return (double)(meter->done - from) / seconds;
        }
    }
    return NAN;
}

double meter_left(const struct meter *meter, double now)
{
    if (meter->total == 0 || meter->done >= meter->total ||
        now - meter->started < SETTLE_SECONDS ||
        (double)meter->done < SETTLE_SHARE * (double)meter->total) {
        return NAN;
    }
    return (double)(meter->total - meter->done) / meter_rate(meter, now);
}

void meter_bar(struct canvas *canvas, int y, int x, int cols, enum role role, uint64_t done,
               uint64_t total)
{
    if (total == 0 || cols < 3) {
        return;
    }
    double share = done < total ? (double)done / (double)total : 1;
    canvas_fill(canvas, y, x, 1, ROLE_DIM, canvas->glyphs->bar_open);
    chart_bar(canvas, y, x + 1, cols - 2, share, role);
    canvas_fill(canvas, y, x + cols - 1, 1, ROLE_DIM, canvas->glyphs->bar_close);
}
