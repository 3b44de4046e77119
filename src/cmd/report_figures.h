/* report_figures: the figures of report_html, as SVG with titles and descriptions. They name no
 * colours but classes of its style. */
#ifndef ODDHOURS_CMD_REPORT_FIGURES_H
#define ODDHOURS_CMD_REPORT_FIGURES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outfile.h"
#include "base/status.h"
#include "rank/episodes.h"
#include "review/report/report.h"
#include "run/run.h"

/* How the scores of a list are distributed, and its threshold. */
bool report_put_distribution(const struct result *result, struct outfile *file,
                             struct status *status);

/* Precision@K of a list of the report in its bounds; nothing where none was computed. */
void report_put_curve(const struct report *report, size_t list, struct outfile *file);

/* When the accounts of the first episodes were odd: lanes over the days, and hours by days of
 * the first of them. Nothing where the table has no days, or too many. */
bool report_put_lanes(const struct run *run, const struct result *first,
                      const struct episodes *episodes, struct outfile *file,
                      struct status *status);

#endif
