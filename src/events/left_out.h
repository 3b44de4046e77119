/* left_out: records that were understood and are no logins to count, by the reason. */
#ifndef ODDHOURS_EVENTS_LEFT_OUT_H
#define ODDHOURS_EVENTS_LEFT_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "table/dict.h"

enum {
    LEFT_OUT_REASON = 64,   /* bytes of a reason */
    LEFT_OUT_KEPT = 10,     /* reasons that are reported one by one */
    LEFT_OUT_KINDS = 100000 /* reasons that are told apart */
};

/* Zeroed is empty. */
struct left_out {
    uint64_t all;
    struct dict *reasons;
    uint64_t *counts; /* (dict_count(reasons)) */
    size_t capacity;
    /* The reason that was added last: the same one comes again and again. */
    const char *last_why;
    char last_about[24];
    size_t last_length;
    uint32_t last;
};

/* The most frequent reasons, by count, then name. */
struct left_out_summary {
    uint64_t all, others; /* `others` have reasons that are not among these */
    size_t n;
    struct {
        char reason[LEFT_OUT_REASON];
        uint64_t count;
    } reasons[LEFT_OUT_KEPT];
};

void left_out_free(struct left_out *left_out);
void left_out_clear(struct left_out *left_out);

/* `why` and what it is about, as one text, made printable and cut. False without memory. */
bool left_out_add(struct left_out *left_out, const char *why, struct span about,
                  struct status *status);
bool left_out_unite(struct left_out *left_out, const struct left_out *from,
                    struct status *status);
void left_out_summarise(const struct left_out *left_out, struct left_out_summary *summary);

/* "event 4672 23, machine account 32, 5 others": cut where there is no room. */
void left_out_text(const struct left_out_summary *summary, char *text, size_t size);

#endif
