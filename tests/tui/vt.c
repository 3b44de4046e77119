#define _GNU_SOURCE
#include "tui/vt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <vterm.h>

#include "unit/test.h"

enum { ROW_BYTES = 4096 };

struct vt {
    pid_t pid;
    int fd;
    VTerm *vterm;
    VTermScreen *screen;
    int rows, cols;
    bool alternate, cursor_visible;
    char sequence[16]; /* that may become a repetition: feed() */
    size_t sequence_length;
    char last; /* the character that it would repeat */
    bool ended;
    int wait_status;
    char *bytes;
    size_t length, capacity;
};

double vt_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double vt_patience(void)
{
    const char *slow = getenv("ODDHOURS_TEST_SLOW");
    double factor = slow != NULL ? atof(slow) : 1;
    return 5 * (factor >= 1 ? factor : 1);
}

/* ---- the child ---- */

/* What the child's environment keeps of ours. */
static const char *const kept[] = {"PATH",          "ASAN_OPTIONS", "TSAN_OPTIONS",
                                   "UBSAN_OPTIONS", "LSAN_OPTIONS", "OPENBLAS_NUM_THREADS"};

static void set_environment(const char *const *extra)
{
    char values[sizeof kept / sizeof kept[0]][1024];
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        const char *value = getenv(kept[i]);
        snprintf(values[i], sizeof values[i], "%s", value == NULL ? "" : value);
    }
    clearenv();
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        if (values[i][0] != '\0') {
            setenv(kept[i], values[i], 1);
        }
    }
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("TZ", "UTC", 1);
    setenv("HOME", "/dev/null", 1); /* nobody, root neither, can make a folder there */
    for (; extra != NULL && *extra != NULL; extra++) {
        if (strchr(*extra, '=') != NULL) {
            putenv((char *)(uintptr_t)*extra);
        } else {
            unsetenv(*extra);
        }
    }
}

static void run_child(const char *const *argv, const char *const *extra)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    set_environment(extra);
    execvp(argv[0], (char *const *)(uintptr_t)argv);
    fprintf(stderr, "cannot run %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

static int on_property(VTermProp property, VTermValue *value, void *user)
{
    struct vt *vt = user;
    if (property == VTERM_PROP_ALTSCREEN) {
        vt->alternate = value->boolean;
    } else if (property == VTERM_PROP_CURSORVISIBLE) {
        vt->cursor_visible = value->boolean;
    }
    return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_property};

struct vt *vt_start(const char *const *argv, int rows, int cols, const char *const *extra)
{
    struct vt *vt = calloc(1, sizeof *vt);
    assert_non_null(vt);
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    vt->pid = forkpty(&vt->fd, NULL, NULL, &size);
    assert_true(vt->pid >= 0);
    if (vt->pid == 0) {
        run_child(argv, extra);
    }
    fcntl(vt->fd, F_SETFL, fcntl(vt->fd, F_GETFL) | O_NONBLOCK);
    vt->rows = rows;
    vt->cols = cols;
    vt->cursor_visible = true;
    vt->vterm = vterm_new(rows, cols);
    vterm_set_utf8(vt->vterm, 1);
    vt->screen = vterm_obtain_screen(vt->vterm);
    vterm_screen_set_callbacks(vt->screen, &callbacks, vt);
    vterm_screen_enable_altscreen(vt->screen, 1);
    vterm_screen_reset(vt->screen, 1);
    return vt;
}

void vt_free(struct vt *vt)
{
    if (vt == NULL) {
        return;
    }
    if (!vt->ended) {
        kill(vt->pid, SIGKILL);
        waitpid(vt->pid, NULL, 0);
    }
    if (vt->fd >= 0) {
        close(vt->fd);
    }
    vterm_free(vt->vterm);
    free(vt->bytes);
    free(vt);
}

void vt_hang_up(struct vt *vt)
{
    close(vt->fd);
    vt->fd = -1;
}

pid_t vt_pid(const struct vt *vt)
{
    return vt->pid;
}

const char *vt_bytes(const struct vt *vt, size_t *length)
{
    *length = vt->length;
    return vt->bytes;
}

/* ---- reading ---- */

static void keep_bytes(struct vt *vt, const char *bytes, size_t length)
{
    if (vt->length + length >= vt->capacity) {
        vt->capacity = 2 * (vt->length + length) + 1;
        vt->bytes = realloc(vt->bytes, vt->capacity);
        assert_non_null(vt->bytes);
    }
    memcpy(vt->bytes + vt->length, bytes, length);
    vt->length += length;
    vt->bytes[vt->length] = '\0'; /* for strstr() */
}

/* What the terminal itself answers goes back, as a real one's would. */
static void send_answers(struct vt *vt)
{
    char answer[256];
    size_t length = vterm_output_read(vt->vterm, answer, sizeof answer);
    if (length > 0) {
        (void)!write(vt->fd, answer, length);
    }
}

/* Hands a byte to libvterm, repetitions (REP, ESC [ N b) written out: libvterm 0.1.4 takes one
 * that ends a column before the edge for one that reaches it, and wraps. */
static void feed(struct vt *vt, char byte)
{
    char *sequence = vt->sequence;
    size_t n = vt->sequence_length;
    bool goes_on = n == 0   ? byte == '\033'
                   : n == 1 ? byte == '['
                            : byte >= '0' && byte <= '9' && n + 2 < sizeof vt->sequence;
    if (goes_on) {
        sequence[vt->sequence_length++] = byte;
        return;
    }
    vt->sequence_length = 0;
    sequence[n] = '\0';
    if (n > 2 && byte == 'b') {
        for (int i = atoi(sequence + 2); i > 0; i--) {
            vterm_input_write(vt->vterm, &vt->last, 1);
        }
        return;
    }
    vterm_input_write(vt->vterm, sequence, n);
    if (n > 0 && byte == '\033') {
        sequence[vt->sequence_length++] = byte;
        return;
    }
    vterm_input_write(vt->vterm, &byte, 1);
    vt->last = n == 0 ? byte : vt->last;
}

void vt_pump(struct vt *vt)
{
    char bytes[8192];
    for (;;) {
        ssize_t got = read(vt->fd, bytes, sizeof bytes);
        if (got <= 0) {
            break;
        }
        keep_bytes(vt, bytes, (size_t)got);
        for (ssize_t i = 0; i < got; i++) {
            feed(vt, bytes[i]);
        }
        send_answers(vt);
    }
    if (!vt->ended && waitpid(vt->pid, &vt->wait_status, WNOHANG) == vt->pid) {
        vt->ended = true;
    }
}

/* Waits a little for more to read; what else changes (a process ending) is looked at again. */
void vt_wait_more(struct vt *vt)
{
    struct pollfd fd = {vt->fd, POLLIN, 0};
    if (poll(&fd, 1, 20) > 0 && (fd.revents & POLLIN) == 0) {
        poll(NULL, 0, 1); /* the other side has closed: do not spin */
    }
}

/* What /proc says of a process: its state and the time it took of a processor, in ticks. */
struct activity {
    char state;
    unsigned long ticks;
};

static struct activity activity_of(pid_t pid)
{
    char path[64], line[512] = "";
    struct activity activity = {0};
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return activity;
    }
    line[fread(line, 1, sizeof line - 1, file)] = '\0';
    fclose(file);
    const char *behind = strrchr(line, ')'); /* the command's name may hold anything */
    unsigned long system = 0;
    if (behind != NULL &&
        sscanf(behind + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
               &activity.state, &activity.ticks, &system) == 3) {
        activity.ticks += system;
    }
    return activity;
}

/* Patience for something to come. */
struct wait {
    double until;
    unsigned long ticks; /* of the program when this was set */
    int renewals;
};

static struct wait wait_begin(const struct vt *vt)
{
    return (struct wait){vt_now() + vt_patience(), activity_of(vt->pid).ticks, 0};
}

/* Whether the time is over. It begins anew while the program works or waits for a processor:
 * a loaded machine proves nothing against it. */
static bool wait_is_over(const struct vt *vt, struct wait *wait)
{
    enum { RENEWALS = 12 };
    if (vt_now() <= wait->until) {
        return false;
    }
    struct activity activity = activity_of(vt->pid);
    bool works = activity.state == 'R' || activity.state == 'D' || activity.ticks > wait->ticks;
    if (!works || wait->renewals == RENEWALS) {
        return true;
    }
    *wait = (struct wait){vt_now() + vt_patience(), activity.ticks, wait->renewals + 1};
    return false;
}

void vt_row(struct vt *vt, int row, char *out, size_t size)
{
    VTermRect rect = {row, row + 1, 0, vt->cols};
    size_t length = vterm_screen_get_text(vt->screen, out, size - 1, rect);
    while (length > 0 && (out[length - 1] == ' ' || out[length - 1] == '\n')) {
        length--;
    }
    out[length] = '\0';
}

static void dump(struct vt *vt)
{
    char text[ROW_BYTES];
    for (int row = 0; row < vt->rows; row++) {
        vt_row(vt, row, text, sizeof text);
        fprintf(stderr, "# |%s\n", text);
    }
    fprintf(stderr, "# %zu bytes; %s\n", vt->length, vt->ended ? "it has ended" : "it runs");
}

#define fail_with_screen(vt, ...)                                                              \
    do {                                                                                       \
        dump(vt);                                                                              \
        fail_msg(__VA_ARGS__);                                                                 \
    } while (0)

/* ---- doing ---- */

void vt_keys(struct vt *vt, const char *bytes)
{
    size_t length = strlen(bytes);
    struct wait wait = wait_begin(vt);
    while (length > 0 && !wait_is_over(vt, &wait)) {
        ssize_t written = write(vt->fd, bytes, length);
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        } else {
            vt_pump(vt);
            vt_wait_more(vt);
        }
    }
    if (length > 0) {
        fail_with_screen(vt, "the program takes no keys");
    }
}

void vt_resize(struct vt *vt, int rows, int cols)
{
    if (rows == vt->rows && cols == vt->cols) {
        return; /* the kernel would not say so either, and nothing would be drawn */
    }
    vt_pump(vt); /* what was drawn for the old size */
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    vt->rows = rows;
    vt->cols = cols;
    /* libvterm 0.1.4 gives a cursor that is high up on the main screen a negative row. The
     * program draws all anew after a resize, wherever the cursor was. */
    static const char down[] = "\033[999;1H";
    vterm_input_write(vt->vterm, down, sizeof down - 1);
    vterm_set_size(vt->vterm, rows, cols);
    assert_int_equal(ioctl(vt->fd, TIOCSWINSZ, &size), 0);
}

void vt_signal(struct vt *vt, int number)
{
    assert_int_equal(kill(vt->pid, number), 0);
}

/* ---- waiting ---- */

static bool row_has(struct vt *vt, int row, const char *text)
{
    char line[ROW_BYTES];
    vt_row(vt, row, line, sizeof line);
    return strstr(line, text) != NULL;
}

static bool screen_has(struct vt *vt, int row, const char *text)
{
    if (row != VT_ANY) {
        return row_has(vt, row < 0 ? vt->rows + row : row, text);
    }
    for (int i = 0; i < vt->rows; i++) {
        if (row_has(vt, i, text)) {
            return true;
        }
    }
    return false;
}

void vt_wait_text(struct vt *vt, int row, const char *text)
{
    struct wait wait = wait_begin(vt);
    for (;;) {
        vt_pump(vt);
        if (screen_has(vt, row, text)) {
            return;
        }
        if (wait_is_over(vt, &wait)) {
            fail_with_screen(vt, "'%s' did not come (row %d)", text, row);
        }
        vt_wait_more(vt);
    }
}

void vt_wait_gone(struct vt *vt, const char *text)
{
    struct wait wait = wait_begin(vt);
    for (;;) {
        vt_pump(vt);
        if (!screen_has(vt, VT_ANY, text)) {
            return;
        }
        if (wait_is_over(vt, &wait)) {
            fail_with_screen(vt, "'%s' did not go", text);
        }
        vt_wait_more(vt);
    }
}

struct vt_cell vt_get_cell(struct vt *vt, int row, int col)
{
    VTermScreenCell cell;
    struct vt_cell out = {.width = 1};
    VTermPos pos = {row < 0 ? vt->rows + row : row, col};
    VTermRect rect = {pos.row, pos.row + 1, pos.col, pos.col + 1};
    if (vterm_screen_get_cell(vt->screen, pos, &cell) != 0) {
        out.reverse = cell.attrs.reverse != 0;
        out.bold = cell.attrs.bold != 0;
        out.underline = cell.attrs.underline != 0;
        out.dim_or_colored = !VTERM_COLOR_IS_DEFAULT_FG(&cell.fg);
        out.width = cell.width;
        out.text[vterm_screen_get_text(vt->screen, out.text, sizeof out.text - 1, rect)] = '\0';
    }
    return out;
}

void vt_wait_cell(struct vt *vt, int row, int col, bool (*is)(const struct vt_cell *cell))
{
    struct wait wait = wait_begin(vt);
    for (;;) {
        vt_pump(vt);
        struct vt_cell cell = vt_get_cell(vt, row, col);
        if (is(&cell)) {
            return;
        }
        if (wait_is_over(vt, &wait)) {
            fail_with_screen(vt, "the cell at %d, %d is '%s'", row, col, cell.text);
        }
        vt_wait_more(vt);
    }
}

int vt_wait_exit(struct vt *vt)
{
    struct wait wait = wait_begin(vt);
    while (!vt->ended) {
        vt_pump(vt);
        if (wait_is_over(vt, &wait)) {
            fail_with_screen(vt, "it does not end");
        }
        if (!vt->ended) {
            vt_wait_more(vt);
        }
    }
    vt_pump(vt);
    return WIFEXITED(vt->wait_status) ? WEXITSTATUS(vt->wait_status)
                                      : 128 + WTERMSIG(vt->wait_status);
}

void vt_wait_stopped(struct vt *vt, pid_t pid)
{
    struct wait wait = wait_begin(vt);
    while (activity_of(pid).state != 'T') {
        vt_pump(vt);
        if (wait_is_over(vt, &wait)) {
            fail_with_screen(vt, "process %d does not stop", (int)pid);
        }
        vt_wait_more(vt);
    }
}

void vt_wait_restored(struct vt *vt)
{
    struct wait wait = wait_begin(vt);
    for (;;) {
        vt_pump(vt);
        if (!vt->alternate && vt->cursor_visible) {
            return;
        }
        if (wait_is_over(vt, &wait)) {
            fail_with_screen(vt, "the terminal is not restored: alternate %d, cursor %d",
                             vt->alternate, vt->cursor_visible);
        }
        vt_wait_more(vt);
    }
}

/* ---- what went out ---- */

void vt_check_bytes(const struct vt *vt)
{
    const char *bytes = vt->bytes;
    size_t length = vt->length;
    for (size_t i = 0; i < length; i++) {
        const unsigned char *p = (const unsigned char *)bytes + i;
        size_t left = length - i;
        if (p[0] == 033) {
            assert_true(left > 1 && strchr("[()=>78DM", p[1]) != NULL);
            if (p[1] == '[') {
                size_t end = 2;
                while (end < left && (p[end] < 0x40 || p[end] > 0x7E)) {
                    end++;
                }
                /* c, n and t ask the terminal or change its window; xterm's own way into the
                 * alternate screen keeps the title with 22;0;0t. */
                bool own = end == 8 && (memcmp(p + 2, "22;0;0t", 7) == 0 ||
                                        memcmp(p + 2, "23;0;0t", 7) == 0);
                /* CSI ? N c is the form of the Linux console's cursor, no query. */
                own = own || (end > 2 && end < left && p[2] == '?' && p[end] == 'c');
                assert_true(end < left && (own || strchr("cnt", p[end]) == NULL));
            }
        } else if (p[0] < 0x20) {
            assert_true(strchr("\r\n\b\t\016\017", p[0]) != NULL);
        }
        assert_false(left > 1 && p[0] == 0xC2 && p[1] < 0xA0);
        assert_false(left > 2 && p[0] == 0xE2 && p[1] == 0x80 && p[2] >= 0xAA && p[2] <= 0xAE);
        assert_false(left > 2 && p[0] == 0xE2 && p[1] == 0x81 && p[2] >= 0xA6 && p[2] <= 0xA9);
        assert_false(left > 2 && p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF);
    }
}
