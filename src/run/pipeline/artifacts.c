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
#include "base/paths.h"
#include "run/card.h"
#include "run/list.h"
#include "base/json.h"
#include "run/row_text.h"
#include "run/saved/snapshot.h"

#define OWN_PAST_FILE "own_past.csv"

struct artifacts {
    const struct run *run;
    const char *directory;
    struct row_text *text;
    const struct progress *progress;
};

/* The name of a file that a run may write into its directory, by number; "" for one that a
 * detector does not have, NULL at the end. */
static const char *name_of(size_t i)
{
    static const char *const own[] = {"run.json", "run.odd", "scores.csv", OWN_PAST_FILE};
    enum { OWN = sizeof own / sizeof *own, EACH = 3 };
    if (i < OWN) {
        return own[i];
    }
    const struct detector *detector = detectors[(i - OWN) / EACH];
    if (detector == NULL) {
        return NULL;
    }
    const char *const files[EACH] = {detector->scores_file, detector->info_file,
                                     detector->sample_file};
    const char *name = files[(i - OWN) % EACH];
    return name != NULL ? name : "";
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
    const char *name;
    for (size_t i = 0; (name = name_of(i)) != NULL; i++) {
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
    const char *name;
    bool good = true;
    for (size_t i = 0; good && (name = name_of(i)) != NULL; i++) {
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

/* Starts a CSV file with its header: the columns of `layout` over this table. */
static void put_header(const struct artifacts *artifacts, const struct row_layout *layout,
                       struct outfile *file)
{
    const struct table *table = artifacts->run->table;
    const char *comma = "";
    for (int part = 0; part < 3; part++) {
        if (part == 0 && layout->row_id) {
            outfile_printf(file, "row_id");
            comma = ",";
        }
        if (part == 1) {
            if (table->row_time != NULL) {
                outfile_printf(file, "%sdt", comma);
                comma = ",";
            }
            if (table->row_user != NULL) {
                outfile_printf(file, "%ssrc_user", comma);
                comma = ",";
            }
        }
        if ((part == 0) != layout->scores_first || part == 1) {
            continue;
        }
        for (size_t i = 0; i < layout->n_scores; i++) {
            const struct score_columns *columns = &layout->scores[i];
            const struct detector *detector = columns->result->detector;
            outfile_printf(file, "%s%s", comma,
                           columns->exported ? detector->score_column : columns->result->name);
            comma = ",";
            if (columns->label) {
                outfile_printf(file, ",%s", detector->label_column);
            }
            if (columns->rank) {
                outfile_printf(file, ",%s_rank", columns->result->name);
            }
        }
    }
    outfile_printf(file, "\n");
}

static bool write_rows(const struct artifacts *artifacts, const char *name,
                       const struct row_layout *layout, const uint32_t *rows, size_t n,
                       struct status *status)
{
    char *path = paths_join(artifacts->directory, name, status);
    struct outfile *file = path != NULL ? outfile_open(path, status) : NULL;
    free(path);
    if (file == NULL) {
        return false;
    }
    put_header(artifacts, layout, file);
    if (!row_text_write(artifacts->text, layout, rows, n, file, artifacts->progress, status)) {
        outfile_abandon(file);
        return false;
    }
    return outfile_commit(file, status);
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

/* The files of one detector: its scores, its sample of rows if it has one, and its info. */
static bool write_detector(const struct artifacts *artifacts, const struct result *result,
                           struct status *status)
{
    const struct detector *detector = result->detector;
    struct row_layout layout = {
        .n_scores = 1,
        .scores = {{.result = result,
                    .format = detector->score_format,
                    .exported = true,
                    .label = detector->label_column != NULL}},
    };
    size_t n = artifacts->run->table->n_rows;
    const uint32_t *rows = NULL;
    if (detector->sample != NULL) {
        rows = detector->sample(result->model->fitted, &n);
    }
    layout.row_id = detector->sample_file != NULL;
    layout.scores_first = detector->sample_file == NULL;
    if (detector->sample_file != NULL) {
        const struct row_layout plain = {.row_id = true};
        if (!write_rows(artifacts, detector->sample_file, &plain, rows, n, status)) {
            return false;
        }
    }
    return write_rows(artifacts, detector->scores_file, &layout, rows, n, status) &&
           write_info(artifacts, result, status);
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

/* Scores of rows are floats. */
static const char *score_format(const struct result *result)
{
    return result->row_score != NULL ? "%.9g" : "%.17g";
}

/* Own past, and triage beside it, of every row in file order; none without own past. */
static bool write_own_past(const struct artifacts *artifacts, struct status *status)
{
    const struct run *run = artifacts->run;
    const struct result *own = run_result_find(run, list_own.name);
    const struct result *triage = run_result_find(run, list_triage.name);
    if (!own->ready) {
        return remove_old(artifacts->directory, OWN_PAST_FILE, status);
    }
    struct row_layout layout = {
        .scores_first = true,
        .n_scores = 1,
        .scores = {{.result = own, .format = score_format(own)}},
    };
    if (triage->ready) {
        layout.scores[layout.n_scores++] =
            (struct score_columns){.result = triage, .format = score_format(triage)};
    }
    return write_rows(artifacts, OWN_PAST_FILE, &layout, NULL, run->table->n_rows, status);
}

static bool write_scores(const struct artifacts *artifacts, struct status *status)
{
    struct row_layout layout = {.row_id = true};
    for (size_t i = 0; i < artifacts->run->n_results; i++) {
        const struct result *result = &artifacts->run->results[i];
        if (result->ready) {
            layout.scores[layout.n_scores++] = (struct score_columns){
                .result = result, .format = score_format(result), .rank = true};
        }
    }
    return write_rows(artifacts, "scores.csv", &layout, NULL, artifacts->run->table->n_rows,
                      status);
}

static bool write_all(const struct artifacts *artifacts, bool scores, struct status *status)
{
    const struct run *run = artifacts->run;
    for (size_t i = 0; i < detector_count(); i++) {
        const struct detector *detector = detectors[i];
        if (run->results[i].ready) {
            if (!write_detector(artifacts, &run->results[i], status)) {
                return false;
            }
        } else if (!remove_old(artifacts->directory, detector->scores_file, status) ||
                   !remove_old(artifacts->directory, detector->info_file, status) ||
                   (detector->sample_file != NULL &&
                    !remove_old(artifacts->directory, detector->sample_file, status))) {
            return false;
        }
    }
    if (!write_own_past(artifacts, status)) {
        return false;
    }
    return scores ? write_scores(artifacts, status)
                  : remove_old(artifacts->directory, "scores.csv", status);
}

bool artifacts_write(const struct run *run, const char *directory, bool scores,
                     const struct progress *progress, struct status *status)
{
    struct artifacts artifacts = {.run = run, .directory = directory, .progress = progress};
    if (!remove_old(directory, "run.json", status)) {
        return false;
    }
    artifacts.text = row_text_new(run, status);
    bool good = artifacts.text != NULL && write_all(&artifacts, scores, status);
    row_text_free(artifacts.text);
    char *kept = good ? paths_join(directory, "run.odd", status) : NULL;
    good = kept != NULL && snapshot_save(run, kept, status);
    free(kept);
    char *path = good ? paths_join(directory, "run.json", status) : NULL;
    cJSON *card = path != NULL ? card_json(run, status) : NULL;
    good = card != NULL && json_write(card, path, status);
    free(path);
    return good;
}
