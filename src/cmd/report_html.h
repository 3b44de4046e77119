/* report_html: the report as one page that needs nothing else: no request, no script. */
#ifndef ODDHOURS_CMD_REPORT_HTML_H
#define ODDHOURS_CMD_REPORT_HTML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outfile.h"
#include "base/status.h"
#include "review/report/report.h"
#include "run/run.h"

/* Writes the page: figures of the run, what the lists found, and `markdown` (length), the
 * report itself, whose numbers are not computed again. False when
 * memory ran out; a write error is left to outfile_commit(). */
bool report_html(const struct run *run, const struct report *report, const char *markdown,
                 size_t length, struct outfile *file, struct status *status);

#endif
