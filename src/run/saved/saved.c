#include "run/saved/saved.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/infile.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "base/paths.h"
#include "run/saved/snapshot.h"
#include "table/input/input_list.h"

/* The files of the cache: HASH-BYTES-PARAMETERS.odd is a run; SEEN.seen holds the hash of the
 * input whose device, inode, size and times hash to SEEN. */

enum { NAME = 128 };

static char *join(const char *directory, const char *name)
{
    return paths_join(directory, name, NULL);
}

char *saved_in_directory(const char *input, struct status *status)
{
    struct stat info;
    if (strcmp(input, "-") == 0 || stat(input, &info) != 0 || !S_ISDIR(info.st_mode)) {
        return NULL;
    }
    char *card = join(input, "run.json"), *path = join(input, "run.odd");
    if (card == NULL || path == NULL) {
        status_nomem(status, 0, "a path");
    } else if (access(card, F_OK) != 0 || access(path, F_OK) != 0) {
        status_set(status, STATUS_INPUT,
                   "'%s' is a directory without a finished run (run.json and run.odd); "
                   "make one with: oddhours run FILE -o %s",
                   input, input);
    } else {
        free(card);
        return path;
    }
    free(card);
    free(path);
    return NULL;
}

char *saved_run_named(const char *name, struct status *status)
{
    struct stat info;
    if (stat(name, &info) == 0 && S_ISREG(info.st_mode)) {
        return mem_text(name, strlen(name), status);
    }
    return saved_in_directory(name, status);
}

/* The cache's folder, with a slash at its end, made when `make`; for free(). */
static char *cache_directory(bool make)
{
    char *directory = paths_of(PATHS_CACHE, "", NULL);
    if (directory != NULL && make) {
        paths_make_folders(directory, NULL); /* or the file cannot be written, which is said */
    }
    return directory;
}

/* ---- what an input is known by ---- */

static struct input_state look_at(const char *input)
{
    struct input_list list = {.n = 0};
    struct input_state state = {0};
    if (strcmp(input, "-") == 0 || !input_list_split(&list, input, NULL)) {
        return state;
    }
    for (size_t i = 0; i < list.n; i++) {
        struct stat info;
        struct input_state one = {0};
        if (stat(list.paths[i], &info) == 0) {
            one = input_state_of(&info);
        }
        if (i == 0) {
            state = one;
        } else {
            input_state_add(&state, &one);
        }
    }
    input_list_clear(&list);
    return state;
}

static void seen_name(const struct input_state *state, char *name)
{
    const uint64_t known[] = {state->device,
                              state->inode,
                              state->size,
                              (uint64_t)state->modified[0],
                              (uint64_t)state->modified[1],
                              (uint64_t)state->changed[0],
                              (uint64_t)state->changed[1]};
    snprintf(name, NAME, "%016" PRIx64 ".seen", (uint64_t)XXH3_64bits(known, sizeof known));
}

static void run_name(char *name, const char *hash, uint64_t bytes,
                     const struct run_params *params)
{
    const struct input_choice choice = run_params_choice(params);
    snprintf(name, NAME, "%.32s-%" PRIu64 "-%016" PRIx64 ".odd", hash, bytes,
             run_params_hash(params) ^ input_description_hash(params->input, &choice));
}

/* Hashes a file, behind what was hashed before. */
static bool hash_bytes(const char *path, unsigned char *block, size_t size,
                       XXH3_state_t *hashing)
{
    int fd = infile_open(path, NULL);
    ssize_t got = -1;
    while (fd >= 0 && (got = read(fd, block, size)) > 0) {
        XXH3_128bits_update(hashing, block, (size_t)got);
    }
    if (fd >= 0) {
        close(fd);
    }
    return got == 0;
}

/* XXH3 128 of an input, as the readers compute it while reading; false, too, when it is not the
 * one that was looked at, or did not stay as it was. */
static bool hash_input(const char *input, const struct input_state *state,
                       char hash[TABLE_HASH_TEXT])
{
    enum { BLOCK = 1 << 20 };
    struct input_list list = {.n = 0};
    unsigned char *block = mem_new(BLOCK, 1, "a buffer", NULL);
    XXH3_state_t *hashing = XXH3_createState();
    bool good = block != NULL && hashing != NULL && input_list_split(&list, input, NULL);
    if (good) {
        XXH3_128bits_reset(hashing);
    }
    for (size_t i = 0; i < list.n && good; i++) {
        good = hash_bytes(list.paths[i], block, BLOCK, hashing);
    }
    if (good) {
        XXH128_hash_t digest = XXH3_128bits_digest(hashing);
        snprintf(hash, TABLE_HASH_TEXT, "%016" PRIx64 "%016" PRIx64, (uint64_t)digest.high64,
                 (uint64_t)digest.low64);
    }
    XXH3_freeState(hashing);
    free(block);
    input_list_clear(&list);
    const struct input_state now = look_at(input);
    return good && input_state_same(state, &now);
}

static bool read_seen(const char *directory, const char *name, char hash[TABLE_HASH_TEXT])
{
    char *path = join(directory, name);
    int fd = path != NULL ? infile_open(path, NULL) : -1;
    free(path);
    if (fd < 0) {
        return false;
    }
    ssize_t read_bytes = read(fd, hash, TABLE_HASH_TEXT - 1);
    close(fd);
    size_t got = read_bytes > 0 ? (size_t)read_bytes : 0;
    hash[got] = '\0';
    return got == TABLE_HASH_TEXT - 1 && strspn(hash, "0123456789abcdef") == got;
}

static void write_seen(const char *directory, const char *name, const char *hash,
                       const struct input_state *state)
{
    char *path = input_state_settled(state) ? join(directory, name) : NULL;
    struct outfile *file = path != NULL ? outfile_open(path, NULL) : NULL;
    free(path);
    if (file != NULL) {
        outfile_private(file);
        outfile_write(file, hash, strlen(hash));
        outfile_commit(file, NULL);
    }
}

/* ---- the cache ---- */

/* Whether any kept run is of a file of this size: only then is it worth hashing the file. */
static bool any_of_size(const char *directory, uint64_t bytes)
{
    char part[40];
    bool found = false;
    DIR *list = opendir(directory);
    snprintf(part, sizeof part, "-%" PRIu64 "-", bytes);
    for (struct dirent *entry; list != NULL && !found && (entry = readdir(list)) != NULL;) {
        found = strstr(entry->d_name, part) != NULL;
    }
    if (list != NULL) {
        closedir(list);
    }
    return found;
}

char *saved_in_cache(const struct run_params *params)
{
    char seen[NAME], name[NAME], hash[TABLE_HASH_TEXT];
    char *directory = cache_directory(false), *path = NULL;
    const struct input_state state = look_at(params->input);
    if (directory != NULL && state.known) {
        seen_name(&state, seen);
        bool known = read_seen(directory, seen, hash);
        if (!known && any_of_size(directory, state.size) &&
            hash_input(params->input, &state, hash)) {
            write_seen(directory, seen, hash, &state);
            known = true;
        }
        if (known) {
            run_name(name, hash, state.size, params);
            path = join(directory, name);
        }
    }
    free(directory);
    if (path != NULL && access(path, R_OK) != 0) {
        free(path);
        path = NULL;
    }
    return path;
}

struct kept {
    char name[NAME];
    uint64_t bytes;
    struct timespec used;
};

static int older_first(const void *a, const void *b)
{
    const struct kept *x = a, *y = b;
    if (x->used.tv_sec != y->used.tv_sec) {
        return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
    }
    return (x->used.tv_nsec > y->used.tv_nsec) - (x->used.tv_nsec < y->used.tv_nsec);
}

static size_t list_kept(const char *directory, struct kept **list)
{
    size_t n = 0, capacity = 0;
    DIR *names = opendir(directory);
    for (struct dirent *entry; names != NULL && (entry = readdir(names)) != NULL;) {
        struct stat info;
        size_t length = strlen(entry->d_name);
        if (length < 4 || length >= NAME || strcmp(entry->d_name + length - 4, ".odd") != 0 ||
            fstatat(dirfd(names), entry->d_name, &info, 0) != 0 ||
            !mem_grow(list, &capacity, n + 1, sizeof **list, "the cache", NULL)) {
            continue;
        }
        struct kept *one = &(*list)[n++];
        memcpy(one->name, entry->d_name, length + 1);
        one->bytes = (uint64_t)info.st_size;
        one->used = info.st_mtim;
    }
    if (names != NULL) {
        closedir(names);
    }
    return n;
}

/* Makes the cache fit its limit; `newest`, just written, stays. */
static void make_room(const char *directory, const char *newest)
{
    struct kept *list = NULL;
    size_t n = list_kept(directory, &list);
    uint64_t bytes = 0;
    for (size_t i = 0; i < n; i++) {
        bytes += list[i].bytes;
    }
    if (n > 0) {
        qsort(list, n, sizeof *list, older_first);
    }
    for (size_t i = 0; i < n && bytes > SAVED_CACHE_BYTES; i++) {
        char *path = strcmp(list[i].name, newest) != 0 ? join(directory, list[i].name) : NULL;
        if (path != NULL && unlink(path) == 0) {
            bytes -= list[i].bytes;
        }
        free(path);
    }
    free(list);
}

bool saved_keep(const struct run *run, struct status *status)
{
    char seen[NAME], name[NAME];
    if (run->saved || run->status.code != STATUS_OK) {
        return true;
    }
    /* The hash is of what was read. It is the file's only when this is still the file that was
     * opened, and nobody has written to it from then to now. */
    const struct read_report *report = &run->table->report;
    const struct input_state state = look_at(run->params.input);
    if (!input_state_same(&report->state, &state) || state.size != report->bytes) {
        return true; /* nothing that could be found again */
    }
    seen_name(&state, seen);
    char *directory = cache_directory(true);
    if (directory == NULL) {
        return true; /* without a home there is no cache */
    }
    run_name(name, report->hash, state.size, &run->params);
    char *path = join(directory, name);
    bool good =
        path == NULL ? status_nomem(status, 0, "a path") : snapshot_save(run, path, status);
    if (good) {
        chmod(path, 0600); /* the folder may be an older one that others may read */
        write_seen(directory, seen, report->hash, &report->state);
        make_room(directory, name);
    }
    free(path);
    free(directory);
    return good;
}
