#include "events/novelty.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

static const char what[] = "what accounts have used before";

/* Account and computer, and the windows they were met in. */
struct pair {
    uint64_t key; /* account << 32 | computer, + 1; 0: empty */
    uint32_t visits, last;
};

struct pairs {
    struct pair *slots; /* (n_slots) a power of two */
    size_t n, n_slots;
};

struct novelty {
    struct dict *users, *hosts;
    struct pairs dst, src;
    uint32_t *users_of; /* (hosts) accounts that have used it as a destination */
    size_t users_of_capacity;
    const struct dict *names;
    uint32_t *ids; /* (names) their ids in hosts, as far as they are known */
    size_t ids_capacity;
};

enum { FIRST_SLOTS = 1024 };

/* A bijection of 64 bits that mixes well (Stafford's variant 13 of MurmurHash3's). */
static uint64_t mixed(uint64_t key)
{
    key = (key ^ key >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    key = (key ^ key >> 27) * UINT64_C(0x94d049bb133111eb);
    return key ^ key >> 31;
}

static struct pair *find(const struct pairs *pairs, uint64_t key)
{
    size_t mask = pairs->n_slots - 1, at = (size_t)mixed(key) & mask;
    while (pairs->slots[at].key != 0 && pairs->slots[at].key != key) {
        at = (at + 1) & mask;
    }
    return &pairs->slots[at];
}

static bool make_slots(struct pairs *pairs, size_t n, struct status *status)
{
    struct pairs grown = {.n = pairs->n, .n_slots = n};
    grown.slots = mem_zero(n, sizeof *grown.slots, what, status);
    if (grown.slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < pairs->n_slots; i++) {
        if (pairs->slots[i].key != 0) {
            *find(&grown, pairs->slots[i].key) = pairs->slots[i];
        }
    }
    free(pairs->slots);
    *pairs = grown;
    return true;
}

static uint64_t key_of(uint32_t user, uint32_t host)
{
    return ((uint64_t)user << 32 | host) + 1;
}

struct novelty *novelty_new(struct status *status)
{
    struct novelty *novelty = mem_zero(1, sizeof *novelty, what, status);
    if (novelty == NULL) {
        return NULL;
    }
    novelty->users = dict_new(status);
    novelty->hosts = dict_new(status);
    if (novelty->users == NULL || novelty->hosts == NULL ||
        !make_slots(&novelty->dst, FIRST_SLOTS, status) ||
        !make_slots(&novelty->src, FIRST_SLOTS, status)) {
        novelty_free(novelty);
        return NULL;
    }
    return novelty;
}

void novelty_free(struct novelty *novelty)
{
    if (novelty != NULL) {
        dict_free(novelty->users);
        dict_free(novelty->hosts);
        free(novelty->dst.slots);
        free(novelty->src.slots);
        free(novelty->users_of);
        free(novelty->ids);
        free(novelty);
    }
}

bool novelty_begin(struct novelty *novelty, const struct dict *names, struct status *status)
{
    size_t n = dict_count(names);
    novelty->names = names;
    if (!mem_grow(&novelty->ids, &novelty->ids_capacity, n, sizeof *novelty->ids, what,
                  status)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        novelty->ids[i] = DICT_NONE;
    }
    return true;
}

/* The id of a computer, or DICT_NONE when it has never been learnt. */
static uint32_t host_of(struct novelty *novelty, uint32_t name)
{
    if (novelty->ids[name] == DICT_NONE) {
        struct span text = dict_get(novelty->names, name);
        novelty->ids[name] = dict_find(novelty->hosts, text.bytes, text.length);
    }
    return novelty->ids[name];
}

/* The next id of a set from `*at` on; false behind the last. */
static bool next_id(const struct host_set *set, uint32_t *at, uint32_t *id)
{
    if (set->n_slots == 0) {
        if (*at == set->n) {
            return false;
        }
        *id = set->ids.few[(*at)++];
        return true;
    }
    while (*at < set->n_slots && set->ids.slots[*at] == 0) {
        ++*at;
    }
    if (*at == set->n_slots) {
        return false;
    }
    *id = set->ids.slots[(*at)++] - 1;
    return true;
}

static uint32_t visits_of(const struct pairs *pairs, uint32_t user, uint32_t host)
{
    return user == DICT_NONE || host == DICT_NONE ? 0 : find(pairs, key_of(user, host))->visits;
}

struct novelty_values novelty_judge(struct novelty *novelty, struct span user,
                                    const struct host_set *dst, const struct host_set *src)
{
    struct novelty_values values = {NAN, NAN, NAN, NAN, NAN};
    size_t n_users = dict_count(novelty->users);
    uint32_t account = dict_find(novelty->users, user.bytes, user.length);
    uint32_t name, least = UINT32_MAX, unknown = 0, n = 0;
    double rarest = 0, logs = 0;
    if (n_users == 0) {
        return values;
    }
    for (uint32_t at = 0; next_id(dst, &at, &name);) {
        uint32_t host = host_of(novelty, name);
        uint32_t visits = visits_of(&novelty->dst, account, host);
        double used = host == DICT_NONE ? 0 : novelty->users_of[host];
        double rarity = -log2((used + 0.5) / ((double)n_users + 1));
        least = visits < least ? visits : least;
        unknown += visits == 0;
        logs += log1p(visits);
        rarest = n == 0 || rarity > rarest ? rarity : rarest;
        n++;
    }
    values.dst_rarity = n > 0 ? (float)rarest : NAN;
    if (account == DICT_NONE || n == 0) {
        return values;
    }
    values.least_visits = (float)least;
    values.mean_visits = (float)expm1(logs / n);
    values.new_dst = (float)unknown;
    unknown = 0;
    for (uint32_t at = 0; next_id(src, &at, &name);) {
        unknown += visits_of(&novelty->src, account, host_of(novelty, name)) == 0;
    }
    values.new_src = (float)unknown;
    return values;
}

/* The id of a computer, which is added when it is new. */
static uint32_t learn_host(struct novelty *novelty, uint32_t name, struct status *status)
{
    uint32_t host = host_of(novelty, name);
    if (host != DICT_NONE) {
        return host;
    }
    struct span text = dict_get(novelty->names, name);
    host = dict_add(novelty->hosts, text.bytes, text.length, status);
    if (host == DICT_NONE ||
        !mem_grow(&novelty->users_of, &novelty->users_of_capacity, (size_t)host + 1,
                  sizeof *novelty->users_of, what, status)) {
        return DICT_NONE;
    }
    novelty->users_of[host] = 0;
    novelty->ids[name] = host;
    return host;
}

static bool learn_pairs(struct novelty *novelty, struct pairs *pairs, uint32_t user,
                        const struct host_set *set, uint32_t window, struct status *status)
{
    uint32_t name;
    for (uint32_t at = 0; next_id(set, &at, &name);) {
        uint32_t host = learn_host(novelty, name, status);
        if (host == DICT_NONE || (pairs->n >= pairs->n_slots / 2 &&
                                  !make_slots(pairs, 2 * pairs->n_slots, status))) {
            return false;
        }
        struct pair *pair = find(pairs, key_of(user, host));
        if (pair->key == 0) {
            *pair = (struct pair){key_of(user, host), 0, window + 1};
            pairs->n++;
            novelty->users_of[host] += pairs == &novelty->dst;
        }
        if (pair->last != window) {
            pair->last = window;
            pair->visits += pair->visits < UINT32_MAX;
        }
    }
    return true;
}

bool novelty_learn(struct novelty *novelty, struct span user, const struct host_set *dst,
                   const struct host_set *src, int64_t window, struct status *status)
{
    uint32_t account = dict_add(novelty->users, user.bytes, user.length, status);
    return account != DICT_NONE &&
           learn_pairs(novelty, &novelty->dst, account, dst, (uint32_t)window, status) &&
           learn_pairs(novelty, &novelty->src, account, src, (uint32_t)window, status);
}

size_t novelty_pairs(const struct novelty *novelty)
{
    return novelty->dst.n + novelty->src.n;
}

size_t novelty_bytes(const struct novelty *novelty)
{
    return (novelty->dst.n_slots + novelty->src.n_slots) * sizeof(struct pair) +
           dict_bytes(novelty->users) + dict_bytes(novelty->hosts) +
           (novelty->users_of_capacity + novelty->ids_capacity) * sizeof(uint32_t);
}
