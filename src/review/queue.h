/* queue: which rows to judge, in which order.
 *
 * Pure and seeded: the same rankings and specification give the same queue, so a queue needs no
 * file. Its label, which every verdict records, says all that is needed to make it again.
 */
#ifndef ODDHOURS_REVIEW_QUEUE_H
#define ODDHOURS_REVIEW_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "rank/episodes.h"
#include "rank/ranking.h"
#include "review/entry.h"
#include "table/row_index.h"

enum queue_kind {
    QUEUE_TOP,    /* the first K of one detector */
    QUEUE_POOLED, /* the union of several detectors' first K, each row once */
    QUEUE_STRATA, /* a random sample of each stratum of one detector's first K */
    QUEUE_KINDS
};

enum { QUEUE_STRATA_MAX = 16, QUEUE_LABEL = 512 };

struct queue_stratum {
    uint32_t last;  /* its last rank; the first is after the previous stratum's last */
    uint32_t drawn; /* rows to judge, at most those it has */
};

struct queue_spec {
    enum queue_kind kind;
    uint32_t k;
    bool episodes;     /* of episodes, which K then counts, not of user-hours */
    double gap;        /* hours at most between the rows of one */
    bool blind;        /* shuffled; the screen hides score, rank and detector */
    uint32_t seed;     /* of the shuffle, the strata, controls and repeats */
    uint32_t controls; /* rows of the bulk: in no list of the queue */
    uint32_t repeats;  /* rows shown a second time, in the later half */
    size_t n_strata;   /* QUEUE_STRATA */
    struct queue_stratum strata[QUEUE_STRATA_MAX];
    /* When the rules that held last changed, milliseconds since 1970; 0: none held. Strata are
     * of all rows: rules say nothing to them. */
    int64_t rules;
    const uint64_t *hidden; /* a bit for each row that they hide; borrowed while the queue is
                               made; NULL: none */
};

/* Strata of ranks 1-50, 51-200, 201-1000, 1001-5000, ... up to spec->k, `drawn` of each. */
void queue_default_strata(struct queue_spec *spec, uint32_t drawn);

struct queue_item {
    uint32_t row;
    uint32_t rank;    /* the best it has in the rankings given; 0 for a control */
    uint32_t ranking; /* where it has that */
    uint32_t stratum; /* QUEUE_STRATA: index; else 0 */
    enum entry_role role;
    uint32_t from, n_rows; /* an episode: its rows in queue->rows, by time; else 0 */
};

struct queue {
    struct queue_spec spec;
    size_t n;
    struct queue_item *items; /* (n) in the order to judge */
    uint32_t *rows;           /* of episodes; else NULL */
    size_t slots;             /* positions in the lists: rankings times K */
    size_t distinct;          /* rows, or episodes, in them; QUEUE_STRATA: drawn */
    size_t controls, repeats; /* as many as there were */
};

/* Makes the queue over `n` rankings (1 unless pooled). `index` is the table's row_profile index
 * and n_rows its rows. Freed with queue_free(). */
struct queue *queue_new(const struct queue_spec *spec, const struct ranking *const *rankings,
                        size_t n, const struct row_index *index, size_t n_rows,
                        struct status *status);

/* The same of episodes, spec->episodes being set: each of the lists is cut by its own
 * threshold. Episodes of several lists that share a row are one, with the rows of all. */
struct queue *queue_new_episodes(const struct queue_spec *spec, const struct episode_cut *cuts,
                                 size_t n, struct status *status);
void queue_free(struct queue *queue);

/* The rows that a verdict on a position is of. */
static inline const uint32_t *queue_rows(const struct queue *queue,
                                         const struct queue_item *item, size_t *n)
{
    *n = item->n_rows > 0 ? item->n_rows : 1;
    return item->n_rows > 0 ? queue->rows + item->from : &item->row;
}

/* "150 slots, 97 distinct; 10 of the bulk as controls; blind, seed 42". */
void queue_text(const struct queue *queue, char *text, size_t size);

/* "pooled iforest,lof k=50 seed=42 blind controls=10 repeats=5": what a verdict records.
 * `names` are the detectors', comma-separated. */
void queue_label(const struct queue_spec *spec, const char *names, char *text, size_t size);

/* One word of a label after the names, such as "k=50" or "blind"; false for anything else. */
bool queue_parse_word(const char *word, struct queue_spec *spec);

/* The whole label the other way; `names` (size) gets the detectors. False with a status for
 * anything else. */
bool queue_parse(const char *label, struct queue_spec *spec, char *names, size_t size,
                 struct status *status);

#endif
