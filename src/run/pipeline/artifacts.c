#include "run/pipeline/artifacts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/outfile.h"
#include "base/json.h"
#include "base/paths.h"
#include "run/card.h"
#include "run/list.h"
#include "run/rowfile/row_file.h"
#include "run/saved/snapshot.h"

enum { NAME = 80 /* bytes of a file's name */ };

struct artifacts {
    const struct run *run;
    const char *directory;
    unsigned formats;          /* of the tables: bit i is row_formats[i] */
    void *shared[ROW_FORMATS]; /* what the files of a format share */
    const struct progress *progress;
};

/* The tables that a run may write, without their endings, by number; "" for one that a detector
 * does not have, NULL at the end. */
static const char scores_table[] = "scores", own_table[] = "own_past";

static const char *table_of(size_t i)
{
    enum { OWN = 2, EACH = 2 };
    if (i < OWN) {
        return i == 0 ? scores_table : own_table;
    }
    const struct detector *detector = detectors[(i - OWN) / EACH];
    if (detector == NULL) {
        return NULL;
    }
    const char *name = (i - OWN) % EACH == 0 ? detector->scores_file : detector->sample_file;
    return name != NULL ? name : "";
}

/* The name of a file that a run may write into its directory, by number; "" for none, false at
 * the end. */
static bool name_of(size_t i, char name[NAME])
{
    static const char *const own[] = {"run.json", "run.odd"};
    enum { OWN = sizeof own / sizeof *own };
    const size_t detectors_end = OWN + detector_count();
    if (i < detectors_end) {
        snprintf(name, NAME, "%s", i < OWN ? own[i] : detectors[i - OWN]->info_file);
        return true;
    }
    const char *table = table_of((i - detectors_end) / ROW_FORMATS);
    if (table == NULL) {
        return false;
    }
    const char *ending = row_formats[(i - detectors_end) % ROW_FORMATS]->ending;
    snprintf(name, NAME, "%s%s", table, table[0] != '\0' ? ending : "");
    return true;
}

/* Two runs at once would leave files of both. The lock is the directory's own, so that no file
 * is left behind. Where the file system has no such locks, there is none. */
static bool lock_directory(struct artifacts_place *place, bool *locked, struct status *status)
{
    place->lock = open(place->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *locked = place->lock >= 0 && flock(place->lock, LOCK_EX | LOCK_NB) == 0;
    return *locked || place->lock < 0 || errno != EWOULDBLOCK ||
           status_set(status, STATUS_IO,
                      "%s: another run is writing there: wait for its end, or name another "
                      "directory",
                      place->directory);
}

/* Whether it is the temporary name of one of ours. */
static bool is_leftover(const char *entry)
{
    char name[NAME];
    for (size_t i = 0; name_of(i, name); i++) {
        if (name[0] != '\0' && outfile_is_temporary(entry, name)) {
            return true;
        }
    }
    return false;
}

static void remove_leftovers(const char *directory)
{
    DIR *list = opendir(directory);
    for (struct dirent *entry; list != NULL && (entry = readdir(list)) != NULL;) {
        if (is_leftover(entry->d_name)) {
            unlinkat(dirfd(list), entry->d_name, 0);
        }
    }
    if (list != NULL) {
        closedir(list);
    }
}

/* Writing to a named pipe would wait for a reader, perhaps for ever. */
static bool no_pipes(const char *directory, struct status *status)
{
    char name[NAME];
    bool good = true;
    for (size_t i = 0; good && name_of(i, name); i++) {
        char *path = paths_join(directory, name, status);
        good = path != NULL && outfile_no_pipe(path, status);
        free(path);
    }
    return good;
}

static bool prepare(struct artifacts_place *place, struct status *status)
{
    const char *directory = place->directory;
    struct stat info;
    bool locked;
    if (strcmp(directory, "-") == 0) {
        return status_set(status, STATUS_USAGE,
                          "-o wants a directory, as a run has several files: they cannot go to "
                          "standard output (a directory of that name is ./-)");
    }
    place->made = mkdir(directory, 0777) == 0;
    if (!place->made && errno != EEXIST) {
        return status_set(status, STATUS_IO, "%s: the directory cannot be made: %s", directory,
                          strerror(errno));
    }
    if (stat(directory, &info) != 0) {
        return status_set(status, STATUS_IO, "%s: %s", directory, strerror(errno));
    }
    if (!S_ISDIR(info.st_mode)) {
        return status_set(status, STATUS_USAGE,
                          "%s: is a file; -o wants a directory for the results", directory);
    }
    if (access(directory, W_OK | X_OK) != 0) {
        return status_set(status, STATUS_IO, "%s: cannot be written: %s", directory,
                          strerror(errno));
    }
    if (!lock_directory(place, &locked, status)) {
        place->made = false; /* by now it is the other's */
        return false;
    }
    if (locked) {
        remove_leftovers(directory);
    }
    return no_pipes(directory, status);
}

bool artifacts_prepare(const char *directory, struct artifacts_place *place,
                       struct status *status)
{
    *place = (struct artifacts_place){.directory = directory, .lock = -1};
    bool good = prepare(place, status);
    if (!good) {
        artifacts_release(place);
    }
    return good;
}

void artifacts_release(struct artifacts_place *place)
{
    if (place->lock >= 0) {
        close(place->lock);
        place->lock = -1;
    }
}

static bool write_format(const struct artifacts *artifacts, size_t format, const char *table,
                         const struct row_layout *layout, const uint32_t *rows, size_t n,
                         struct status *status)
{
    char name[NAME];
    snprintf(name, sizeof name, "%s%s", table, row_formats[format]->ending);
    char *path = paths_join(artifacts->directory, name, status);
    struct outfile *file = path != NULL ? outfile_open(path, status) : NULL;
    free(path);
    if (file == NULL) {
        return false;
    }
    if (!row_formats[format]->write(artifacts->shared[format], artifacts->run, layout, rows, n,
                                    file, artifacts->progress, status)) {
        outfile_abandon(file);
        return false;
    }
    return outfile_commit(file, status);
}

/* A table in every format that was asked for. */
static bool write_rows(const struct artifacts *artifacts, const char *table,
                       const struct row_layout *layout, const uint32_t *rows, size_t n,
                       struct status *status)
{
    for (size_t i = 0; i < ROW_FORMATS; i++) {
        if ((artifacts->formats >> i & 1) != 0 &&
            !write_format(artifacts, i, table, layout, rows, n, status)) {
            return false;
        }
    }
    return true;
}

static bool write_info(const struct artifacts *artifacts, const struct result *result,
                       struct status *status)
{
    cJSON *json = card_info(artifacts->run, result, status);
    char *path = paths_join(artifacts->directory, result->detector->info_file, status);
    if (json == NULL || path == NULL) {
        cJSON_Delete(json);
        free(path);
        return false;
    }
    bool good = json_write(json, path, status);
    free(path);
    return good;
}

/* What an earlier run left and this one will not write again would be taken for ours. */
static bool remove_old(const char *directory, const char *name, struct status *status)
{
    char *path = paths_join(directory, name, status);
    if (path == NULL) {
        return false;
    }
    bool good =
        unlink(path) == 0 || errno == ENOENT ||
        status_set(status, STATUS_IO, "%s: cannot be removed: %s", path, strerror(errno));
    free(path);
    return good;
}

/* The files of one detector: its scores, its sample of rows if it has one, and its info. */
static bool write_detector(const struct artifacts *artifacts, const struct result *result,
                           struct status *status)
{
    const struct detector *detector = result->detector;
    struct row_layout layout = {
        .n_scores = 1,
        .scores = {{.result = result,
                    .exported = true,
                    .single = detector->score_single,
                    .label = detector->label_column != NULL}},
    };
    size_t n = artifacts->run->table->n_rows;
    const uint32_t *rows = NULL;
    const bool own = artifacts->run->reference == NULL; /* the sample is of the table */
    if (detector->sample != NULL && own) {
        rows = detector->sample(result->model->fitted, &n);
    }
    layout.row_id = detector->sample_file != NULL;
    layout.scores_first = detector->sample_file == NULL;
    if (detector->sample_file != NULL && !own) {
        if (!remove_old(artifacts->directory, detector->sample_file, status)) {
            return false;
        }
    } else if (detector->sample_file != NULL) {
        const struct row_layout plain = {.row_id = true};
        if (!write_rows(artifacts, detector->sample_file, &plain, rows, n, status)) {
            return false;
        }
    }
    return write_rows(artifacts, detector->scores_file, &layout, rows, n, status) &&
           write_info(artifacts, result, status);
}

/* A column of anomaly scores. Those of lists are floats, whether rows have them or profiles. */
static struct score_columns plain_scores(const struct result *result, bool rank)
{
    return (struct score_columns){
        .result = result, .single = result->kind == RESULT_LIST, .rank = rank};
}

/* Own past, and triage beside it, of every row in file order. */
static bool write_own_past(const struct artifacts *artifacts, struct status *status)
{
    const struct run *run = artifacts->run;
    const struct result *triage = run_result_find(run, list_triage.name);
    struct row_layout layout = {.scores_first = true, .n_scores = 1};
    layout.scores[0] = plain_scores(run_result_find(run, list_own.name), false);
    if (triage->ready) {
        layout.scores[layout.n_scores++] = plain_scores(triage, false);
    }
    return write_rows(artifacts, own_table, &layout, NULL, run->table->n_rows, status);
}

static bool write_scores(const struct artifacts *artifacts, struct status *status)
{
    const struct run *run = artifacts->run;
    struct row_layout layout = {.row_id = true};
    for (size_t i = 0; i < run->n_results; i++) {
        if (run->results[i].ready) {
            layout.scores[layout.n_scores++] = plain_scores(&run->results[i], true);
        }
    }
    return write_rows(artifacts, scores_table, &layout, NULL, run->table->n_rows, status);
}

/* Whether the run has what a table of that name holds. */
static bool has_table(const struct artifacts *artifacts, const char *table, bool scores)
{
    const struct run *run = artifacts->run;
    for (size_t i = 0; i < detector_count(); i++) {
        const struct detector *detector = detectors[i];
        if (strcmp(table, detector->scores_file) == 0 ||
            (detector->sample_file != NULL && strcmp(table, detector->sample_file) == 0)) {
            return run->results[i].ready;
        }
    }
    return strcmp(table, scores_table) == 0 ? scores
                                            : run_result_find(run, list_own.name)->ready;
}

/* Before anything is written: what an earlier run left and this one does not write again, in
 * the other format included, would be taken for ours. */
static bool remove_others(const struct artifacts *artifacts, bool scores, struct status *status)
{
    const char *table;
    char name[NAME];
    bool good = true;
    for (size_t t = 0; good && (table = table_of(t)) != NULL; t++) {
        for (size_t i = 0; good && table[0] != '\0' && i < ROW_FORMATS; i++) {
            if ((artifacts->formats >> i & 1) == 0 || !has_table(artifacts, table, scores)) {
                snprintf(name, sizeof name, "%s%s", table, row_formats[i]->ending);
                good = remove_old(artifacts->directory, name, status);
            }
        }
    }
    for (size_t i = 0; good && i < detector_count(); i++) {
        good = artifacts->run->results[i].ready ||
               remove_old(artifacts->directory, detectors[i]->info_file, status);
    }
    return good;
}

static bool write_all(const struct artifacts *artifacts, bool scores, struct status *status)
{
    const struct run *run = artifacts->run;
    for (size_t i = 0; i < detector_count(); i++) {
        if (run->results[i].ready && !write_detector(artifacts, &run->results[i], status)) {
            return false;
        }
    }
    return (!has_table(artifacts, own_table, scores) || write_own_past(artifacts, status)) &&
           (!scores || write_scores(artifacts, status));
}

static bool open_formats(struct artifacts *artifacts, struct status *status)
{
    for (size_t i = 0; i < ROW_FORMATS; i++) {
        if ((artifacts->formats >> i & 1) == 0 || row_formats[i]->open == NULL) {
            continue;
        }
        artifacts->shared[i] = row_formats[i]->open(artifacts->run, status);
        if (artifacts->shared[i] == NULL) {
            return false;
        }
    }
    return true;
}

static void close_formats(struct artifacts *artifacts)
{
    for (size_t i = 0; i < ROW_FORMATS; i++) {
        if (artifacts->shared[i] != NULL) {
            row_formats[i]->close(artifacts->shared[i]);
        }
    }
}

bool artifacts_write(const struct run *run, const char *directory,
                     const struct artifacts_choice *choice, const struct progress *progress,
                     struct status *status)
{
    struct artifacts artifacts = {
        .run = run, .directory = directory, .formats = choice->formats, .progress = progress};
    if (!remove_old(directory, "run.json", status) ||
        !remove_others(&artifacts, choice->scores, status)) {
        return false;
    }
    bool good =
        open_formats(&artifacts, status) && write_all(&artifacts, choice->scores, status);
    close_formats(&artifacts);
    char *kept = good ? paths_join(directory, "run.odd", status) : NULL;
    good = kept != NULL && snapshot_save(run, kept, status);
    free(kept);
    char *path = good ? paths_join(directory, "run.json", status) : NULL;
    cJSON *card = path != NULL ? card_json(run, status) : NULL;
    good = card != NULL && json_write(card, path, status);
    free(path);
    return good;
}
