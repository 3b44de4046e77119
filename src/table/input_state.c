#include "table/input_state.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

struct input_state input_state_of(const struct stat *info)
{
    struct input_state state = {.known = S_ISREG(info->st_mode)};
    if (state.known) {
        state.device = (uint64_t)info->st_dev;
        state.inode = (uint64_t)info->st_ino;
        state.size = (uint64_t)info->st_size;
        state.modified[0] = info->st_mtim.tv_sec;
        state.modified[1] = info->st_mtim.tv_nsec;
        state.changed[0] = info->st_ctim.tv_sec;
        state.changed[1] = info->st_ctim.tv_nsec;
        state.looked_at = (int64_t)time(NULL);
    }
    return state;
}

static uint64_t mixed(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9E3779B97F4A7C15); /* 2^64 by the golden ratio */
    return hash ^ hash >> 29;
}

static void keep_later(int64_t time[2], const int64_t other[2])
{
    if (other[0] > time[0] || (other[0] == time[0] && other[1] > time[1])) {
        memcpy(time, other, 2 * sizeof *time);
    }
}

void input_state_add(struct input_state *all, const struct input_state *one)
{
    if (!all->known || !one->known) {
        *all = (struct input_state){0};
        return;
    }
    const uint64_t of_one[] = {one->device,
                               one->inode,
                               one->size,
                               (uint64_t)one->modified[0],
                               (uint64_t)one->modified[1],
                               (uint64_t)one->changed[0],
                               (uint64_t)one->changed[1]};
    for (size_t i = 0; i < sizeof of_one / sizeof *of_one; i++) {
        all->inode = mixed(all->inode, of_one[i]);
    }
    all->size += one->size;
    keep_later(all->modified, one->modified);
    keep_later(all->changed, one->changed);
    all->looked_at = one->looked_at < all->looked_at ? one->looked_at : all->looked_at;
}

bool input_state_same(const struct input_state *a, const struct input_state *b)
{
    return a->known && b->known && a->device == b->device && a->inode == b->inode &&
           a->size == b->size && memcmp(a->modified, b->modified, sizeof a->modified) == 0 &&
           memcmp(a->changed, b->changed, sizeof a->changed) == 0;
}

enum input_change input_state_change(const struct input_state *before,
                                     const struct input_state *after)
{
    if (!before->known || !after->known) {
        return INPUT_SAME;
    }
    if (after->size > before->size) {
        return INPUT_GREW;
    }
    return after->size != before->size ||
                   memcmp(before->modified, after->modified, sizeof before->modified) != 0
               ? INPUT_CHANGED
               : INPUT_SAME;
}

bool input_state_settled(const struct input_state *state)
{
    enum { TICK = 2 }; /* seconds: the coarsest file system (FAT) counts in so many */
    return state->known && state->changed[0] + TICK < state->looked_at &&
           state->modified[0] + TICK < state->looked_at;
}

const char *input_change_text(enum input_change change)
{
    switch (change) {
    case INPUT_SAME: break;
    case INPUT_GREW:
        return "the file grew while it was read: its newest lines may not be in this run";
    case INPUT_CHANGED:
        return "the file was changed while it was read: parts of two versions may be mixed; "
               "run "
               "it again";
    }
    return NULL;
}

const char *input_change_word(enum input_change change)
{
    return change == INPUT_GREW ? "grew" : change == INPUT_CHANGED ? "changed" : "same";
}
