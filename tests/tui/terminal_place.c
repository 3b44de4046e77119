#define _GNU_SOURCE
#include "tui/terminal_place.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/test.h"

struct terminal_place terminal_place = {.folder = "/tmp/oddhours-XXXXXX", .feed = -1};

const char terminal_header[] =
    "dt,src_user,total_events,failed_events,fail_ratio,dst_hosts,src_hosts,nbhours_events,"
    "nbhours_ratio\n";

int terminal_place_make(void **state)
{
    (void)state;
    struct terminal_place *place = &terminal_place;
    const char *build = getenv("ODDHOURS_BUILDDIR"), *source = getenv("ODDHOURS_SRCDIR");
    snprintf(place->program, sizeof place->program, "%s/oddhours", build == NULL ? "." : build);
    snprintf(place->sample, sizeof place->sample, "%s/data/lanl_user_hours.csv",
             source == NULL ? ".." : source);
    if (mkdtemp(place->folder) == NULL) {
        return -1;
    }
    snprintf(place->fifo, sizeof place->fifo, "%s/feed", place->folder);
    return mkfifo(place->fifo, 0600);
}

int terminal_place_remove(void **state)
{
    (void)state;
    unlink(terminal_place.fifo);
    return rmdir(terminal_place.folder);
}

struct vt *terminal_reading(int rows, int cols)
{
    const char *argv[] = {terminal_place.program, terminal_place.fifo, NULL};
    int feed = open(terminal_place.fifo, O_RDWR | O_CLOEXEC);
    size_t length = strlen(terminal_header);
    assert_true(feed >= 0);
    assert_int_equal(write(feed, terminal_header, length), length);
    terminal_place.feed = feed;
    struct vt *vt = vt_start(argv, rows, cols, NULL);
    vt_wait_text(vt, VT_ANY, "more to come");
    return vt;
}

void terminal_stop_feeding(void)
{
    if (terminal_place.feed >= 0) {
        close(terminal_place.feed);
        terminal_place.feed = -1;
    }
}

void terminal_wait_finished(struct vt *vt)
{
    vt_wait_text(vt, 0, "4 Top-K"); /* the list to begin with */
    vt_keys(vt, "1");
    vt_wait_text(vt, VT_ANY, "  Triage "); /* the last list has its line */
    vt_wait_gone(vt, "Ctrl-C cancel");
}

struct vt *terminal_sample(int rows, int cols, const char *const *extra)
{
    const char *argv[] = {terminal_place.program, terminal_place.sample, NULL};
    struct vt *vt = vt_start(argv, rows, cols, extra);
    terminal_wait_finished(vt);
    return vt;
}

bool terminal_is_reverse(const struct vt_cell *cell)
{
    return cell->reverse;
}

bool terminal_is_plain(const struct vt_cell *cell)
{
    return !cell->reverse;
}
