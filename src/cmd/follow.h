/* follow: oddhours run --follow LOG: a line of JSON for each new episode. */
#ifndef ODDHOURS_CMD_FOLLOW_H
#define ODDHOURS_CMD_FOLLOW_H

#include <stdbool.h>

#include "base/status.h"
#include "cmd/console.h"
#include "run/params.h"

struct follow_settings {
    const struct run_params *params; /* input: the log; reference: what scores it */
    const char *directory;           /* NULL: in the data directory */
    double slack;                    /* seconds */
    double gap;                      /* hours between user-hours of an episode */
    bool rules;                      /* what the rules of the store hide is no news */
    const char *reviews;             /* that store; NULL: the default one */
    bool once;                       /* what there is, and no more */
    bool quiet;
};

/* Looks at the log every second until a signal ends it, which is no failure. Windows that have
 * closed are scored by the reference; episodes that begin in them, or become odder, are
 * printed. Those that were not printed when it was killed are printed by the next one. */
bool follow_work(const struct follow_settings *settings, struct console *console,
                 struct status *status);

#endif
