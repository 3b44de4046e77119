#include "events/left_out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "table/printable.h"

static const char what[] = "reasons for leaving out";

void left_out_free(struct left_out *left_out)
{
    dict_free(left_out->reasons);
    free(left_out->counts);
    *left_out = (struct left_out){0};
}

void left_out_clear(struct left_out *left_out)
{
    left_out->all = 0;
    left_out->last_why = NULL;
    if (left_out->reasons != NULL) {
        dict_clear(left_out->reasons);
    }
}

static bool add(struct left_out *left_out, struct span reason, uint64_t count, uint32_t *at,
                struct status *status)
{
    static const char others[] = "other reasons";
    if (left_out->reasons == NULL && (left_out->reasons = dict_new(status)) == NULL) {
        return false;
    }
    const size_t before = dict_count(left_out->reasons);
    if (before >= LEFT_OUT_KINDS &&
        dict_find(left_out->reasons, reason.bytes, reason.length) == DICT_NONE) {
        reason = (struct span){others, sizeof others - 1};
    }
    uint32_t id = dict_add(left_out->reasons, reason.bytes, reason.length, status);
    if (id == DICT_NONE || !mem_grow(&left_out->counts, &left_out->capacity, (size_t)id + 1,
                                     sizeof *left_out->counts, what, status)) {
        return false;
    }
    *at = id;
    left_out->counts[id] = (id == before ? 0 : left_out->counts[id]) + count;
    left_out->all += count;
    return true;
}

bool left_out_add(struct left_out *left_out, const char *why, struct span about,
                  struct status *status)
{
    char reason[LEFT_OUT_REASON];
    if (why == left_out->last_why && about.length == left_out->last_length &&
        (about.length == 0 || memcmp(about.bytes, left_out->last_about, about.length) == 0)) {
        left_out->counts[left_out->last]++;
        left_out->all++;
        return true;
    }
    left_out->last_why = NULL;
    size_t length = strlen(why), room = LEFT_OUT_REASON - 1;
    length = length < room ? length : room;
    memcpy(reason, why, length);
    if (about.length > 0 && length + 2 < room) {
        if (length > 0) {
            reason[length++] = ' ';
        }
        printable(reason + length, sizeof reason - length, about);
        length += strlen(reason + length);
    }
    if (!add(left_out, (struct span){reason, length}, 1, &left_out->last, status)) {
        return false;
    }
    if (about.length <= sizeof left_out->last_about) {
        for (size_t i = 0; i < about.length; i++) {
            left_out->last_about[i] = about.bytes[i];
        }
        left_out->last_length = about.length;
        left_out->last_why = why;
    }
    return true;
}

bool left_out_unite(struct left_out *left_out, const struct left_out *from,
                    struct status *status)
{
    for (size_t i = 0; from->reasons != NULL && i < dict_count(from->reasons); i++) {
        uint32_t at;
        if (!add(left_out, dict_get(from->reasons, (uint32_t)i), from->counts[i], &at,
                 status)) {
            return false;
        }
    }
    return true;
}

/* Whether the i-th reason comes before the k-th of the summary. */
static bool before(struct span reason, uint64_t count, const struct left_out_summary *summary,
                   size_t k)
{
    if (count != summary->reasons[k].count) {
        return count > summary->reasons[k].count;
    }
    size_t length = strlen(summary->reasons[k].reason);
    int order = memcmp(reason.bytes, summary->reasons[k].reason,
                       reason.length < length ? reason.length : length);
    return order < 0 || (order == 0 && reason.length < length);
}

void left_out_summarise(const struct left_out *left_out, struct left_out_summary *summary)
{
    *summary = (struct left_out_summary){.all = left_out->all};
    size_t n = left_out->reasons != NULL ? dict_count(left_out->reasons) : 0;
    for (size_t i = 0; i < n; i++) {
        struct span reason = dict_get(left_out->reasons, (uint32_t)i);
        size_t at = summary->n;
        while (at > 0 && before(reason, left_out->counts[i], summary, at - 1)) {
            at--;
        }
        if (at == LEFT_OUT_KEPT) {
            continue;
        }
        size_t last = summary->n < LEFT_OUT_KEPT ? summary->n++ : LEFT_OUT_KEPT - 1;
        memmove(&summary->reasons[at + 1], &summary->reasons[at],
                (last - at) * sizeof *summary->reasons);
        summary->reasons[at].count = left_out->counts[i];
        memcpy(summary->reasons[at].reason, reason.bytes, reason.length);
        summary->reasons[at].reason[reason.length] = '\0';
    }
    summary->others = summary->all;
    for (size_t i = 0; i < summary->n; i++) {
        summary->others -= summary->reasons[i].count;
    }
}

void left_out_text(const struct left_out_summary *summary, char *text, size_t size)
{
    size_t used = 0;
    uint64_t others = summary->others;
    text[0] = '\0';
    for (size_t i = 0; i < summary->n; i++) {
        char piece[LEFT_OUT_REASON + 40];
        snprintf(piece, sizeof piece, "%s%s %s", used > 0 ? ", " : "",
                 summary->reasons[i].reason, format_grouped(summary->reasons[i].count).text);
        if (used + strlen(piece) + 24 > size) {
            others += summary->reasons[i].count;
            continue;
        }
        used += (size_t)snprintf(text + used, size - used, "%s", piece);
    }
    if (others > 0 && used + 24 <= size) {
        snprintf(text + used, size - used, ", others %s", format_grouped(others).text);
    }
}
