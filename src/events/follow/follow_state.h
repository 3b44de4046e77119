/* follow_state: what follow keeps between its looks: state.json. */
#ifndef ODDHOURS_EVENTS_FOLLOW_STATE_H
#define ODDHOURS_EVENTS_FOLLOW_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "events/follow/tail.h"
#include "table/dict.h"

struct follow_state {
    char *directory, *log;
    char *format;                    /* name of the log's; NULL: not known yet */
    char *header;                    /* the line in force that names columns; NULL: none */
    uint64_t rows, table_bytes;      /* of windows.csv that count */
    uint64_t told;                   /* rows that have been told of */
    uint64_t generation, open_bytes; /* of the lines of open windows: open.GENERATION */
    uint64_t lines, late, left_out, rejected;
    int64_t latest, closed; /* INT64_MIN: none yet */
    int64_t arrived;        /* when the latest came, by the wall's clock */
};

/* An empty one; the texts are copied. */
bool follow_state_init(struct follow_state *state, const char *directory, const char *log,
                       struct status *status);
void follow_state_clear(struct follow_state *state);

/* Takes it, and where the files of the log were read to, from the directory; nothing is there
 * yet: as it is. False with a status when it makes no sense, or is of another log. */
bool follow_state_read(struct follow_state *state, struct tail_places *places,
                       struct status *status);

/* Replaces what is there as a whole. */
bool follow_state_write(const struct follow_state *state, const struct tail_places *places,
                        struct status *status);

bool follow_state_format(struct follow_state *state, const char *name, struct status *status);
bool follow_state_header(struct follow_state *state, struct span line, struct status *status);

#endif
