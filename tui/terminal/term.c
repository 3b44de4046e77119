#define _GNU_SOURCE
#include "terminal/term.h"

#include <curses.h>
#include <term.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "terminal/captured_stderr.h"
#include "terminal/signals.h"
#include "terminal/term_color.h"
#include "terminal/term_draw.h"

enum { ESC_DELAY = 25, RESET_BYTES = 256 };

static struct {
    bool started;
    SCREEN *screen;
    FILE *keys; /* the controlling terminal, when standard input is not one */
    int key_fd;
    struct termios modes; /* as they were */
    /* Leaves the alternate screen, shows the cursor, ends attributes. */
    char reset[RESET_BYTES];
    size_t reset_length;
    bool mouse;
    MEVENT event;          /* the last of the mouse */
    char part[MB_LEN_MAX]; /* bytes of a character that is not whole yet */
    size_t n_part;
} term;

bool term_locale(void)
{
    /* Numbers keep their point: the other categories stay "C" whatever the environment says. */
    return setlocale(LC_CTYPE, "") != NULL && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

bool term_available(void)
{
    if (!isatty(STDOUT_FILENO)) {
        return false;
    }
    if (isatty(STDIN_FILENO)) {
        return true;
    }
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

/* ---- starting and stopping ---- */

/* Appends a terminal's string without its padding ("$<5>"). */
static void add_reset(const char *capability)
{
    const char *text = tigetstr(capability);
    if (text == NULL || text == (const char *)-1) {
        return;
    }
    while (*text != '\0' && term.reset_length < RESET_BYTES) {
        if (text[0] == '$' && text[1] == '<' && strchr(text, '>') != NULL) {
            text = strchr(text, '>') + 1;
            continue;
        }
        term.reset[term.reset_length++] = *text++;
    }
}

static void restore_after_crash(int number)
{
    static const char before[] = "oddhours: crashed (signal ";
    static const char after[] = "); the terminal is restored\n";
    const char digits[] = {(char)('0' + number / 10 % 10), (char)('0' + number % 10)};
    static const char no_mouse[] = "\033[?1006l\033[?1000l";
    if (term.mouse) {
        captured_stderr_write(STDOUT_FILENO, no_mouse, sizeof no_mouse - 1);
    }
    captured_stderr_write(STDOUT_FILENO, term.reset, term.reset_length);
    tcsetattr(term.key_fd, TCSANOW, &term.modes);
    captured_stderr_release();
    captured_stderr_write(STDERR_FILENO, before, sizeof before - 1);
    captured_stderr_write(STDERR_FILENO, digits, sizeof digits);
    captured_stderr_write(STDERR_FILENO, after, sizeof after - 1);
}

static bool open_keys(struct status *status)
{
    term.keys = NULL;
    term.key_fd = STDIN_FILENO;
    if (isatty(STDIN_FILENO)) {
        return true;
    }
    term.keys = fopen("/dev/tty", "r+e");
    if (term.keys == NULL) {
        return status_set(status, STATUS_IO, "cannot read keys from /dev/tty: %s",
                          strerror(errno));
    }
    term.key_fd = fileno(term.keys);
    return true;
}

static void close_keys(void)
{
    if (term.keys != NULL) {
        fclose(term.keys);
        term.keys = NULL;
    }
}

/* Cursor keys come as ESC O A or ESC [ A, whatever terminfo says of this terminal. */
static void know_both_cursor_keys(void)
{
    static const struct {
        char letter;
        int key;
    } keys[] = {{'A', KEY_UP},   {'B', KEY_DOWN}, {'C', KEY_RIGHT},
                {'D', KEY_LEFT}, {'H', KEY_HOME}, {'F', KEY_END}};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        define_key((char[]){'\033', 'O', keys[i].letter, '\0'}, keys[i].key);
        define_key((char[]){'\033', '[', keys[i].letter, '\0'}, keys[i].key);
    }
}

static void set_modes(void)
{
    set_escdelay(ESC_DELAY);
    raw(); /* Ctrl-C is a key here: it must not end the program that feeds us through a pipe */
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    know_both_cursor_keys();
    nodelay(stdscr, TRUE);
    curs_set(0);
    scrollok(stdscr, FALSE);
}

/* Why curses may have failed although it knows the terminal; NULL: it does not. */
static const char *what_is_short(void)
{
    int fd = dup(STDOUT_FILENO), known = 0;
    if (fd < 0 && errno == EMFILE) {
        return "too few files may be open to start the screen: raise the limit (ulimit -n)";
    }
    close(fd);
    if (setupterm(NULL, STDOUT_FILENO, &known) != OK) {
        return NULL;
    }
    return getenv("LINES") != NULL || getenv("COLUMNS") != NULL
               ? "the screen cannot be made: unset LINES and COLUMNS, or set what the terminal "
                 "has"
               : "the screen cannot be made: out of memory";
}

bool term_start(struct status *status)
{
    const char *type = getenv("TERM");
    if (!open_keys(status)) {
        return false;
    }
    tcgetattr(term.key_fd, &term.modes);
    captured_stderr_start();
    term.screen = newterm(NULL, stdout, term.keys != NULL ? term.keys : stdin);
    bool able = term.screen != NULL && tigetstr("cup") != NULL;
    if (!able) {
        const char *why = term.screen == NULL ? what_is_short() : NULL;
        captured_stderr_release();
        if (term.screen != NULL) {
            endwin();
            delscreen(term.screen);
            term.screen = NULL;
        }
        close_keys();
        if (why != NULL) {
            return status_set(status, STATUS_IO, "%s", why);
        }
        return status_set(status, STATUS_USAGE,
                          "the terminal '%s' %s; set TERM, or use oddhours run",
                          type == NULL ? "" : type,
                          type == NULL || type[0] == '\0' ? "has no name (TERM is not set)"
                                                          : "is unknown or cannot place text");
    }
    set_modes();
    add_reset("rmkx");
    add_reset("sgr0");
    add_reset("cnorm");
    add_reset("rmcup");
    signals_on_crash(restore_after_crash);
    term.started = true;
    return true;
}

void term_stop(void)
{
    if (!term.started) {
        return;
    }
    term.started = false;
    term_mouse(false);
    curs_set(1);
    endwin();
    delscreen(term.screen);
    close_keys();
    term_draw_forget();
    captured_stderr_release();
    signals_on_crash(NULL);
}

void term_colors(enum color_mode mode, const struct palette *palette)
{
    term_color_set(mode, palette);
    term_repaint();
}

void term_size(int *rows, int *cols)
{
    getmaxyx(stdscr, *rows, *cols);
}

int term_fd(void)
{
    return term.key_fd;
}

void term_repaint(void)
{
    term_draw_forget();
    clearok(stdscr, TRUE);
}

void term_resized(void)
{
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
        resizeterm(size.ws_row, size.ws_col);
    }
    /* In full: a frame for the old size may have met the new one, and terminals that wrap their
     * lines anew have moved what stood there. */
    term_repaint();
}

void term_suspend(void)
{
    curs_set(1);
    endwin();
    captured_stderr_pause(true);
    signals_stop_self();
    captured_stderr_pause(false);
    curs_set(0);
    term_resized();
}

/* ---- keys ---- */

static keycode from_curses(wint_t code)
{
    static const struct {
        wint_t curses;
        keycode key;
    } known[] = {
        {KEY_UP, KEYS_UP},         {KEY_DOWN, KEYS_DOWN},           {KEY_LEFT, KEYS_LEFT},
        {KEY_RIGHT, KEYS_RIGHT},   {KEY_HOME, KEYS_HOME},           {KEY_END, KEYS_END},
        {KEY_PPAGE, KEYS_PAGE_UP}, {KEY_NPAGE, KEYS_PAGE_DOWN},     {KEY_IC, KEYS_INSERT},
        {KEY_DC, KEYS_DELETE},     {KEY_BACKSPACE, KEYS_BACKSPACE}, {KEY_BTAB, KEYS_BACK_TAB},
        {KEY_ENTER, KEYS_ENTER},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].curses == code) {
            return known[i].key;
        }
    }
    if (code >= (wint_t)KEY_F(1) && code <= (wint_t)KEY_F(12)) {
        return KEYS_F1 + (keycode)code - (keycode)KEY_F(1);
    }
    return KEY_NONE;
}

/* What an event of the mouse is; false when it is none of ours. */
static bool take_mouse(void)
{
    return getmouse(&term.event) == OK &&
           (term.event.bstate & (BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED)) != 0;
}

bool term_mouse(bool on)
{
    const mmask_t ours = BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED;
    if (on) {
        mouseinterval(0); /* a press is a click: nothing waits for a second one */
    }
    term.mouse = mousemask(on ? ours : 0, NULL) != 0 && on;
    return term.mouse || !on;
}

struct mouse term_mouse_event(void)
{
    mmask_t what = term.event.bstate;
    return (struct mouse){.kind = (what & BUTTON4_PRESSED) != 0   ? MOUSE_WHEEL_UP
                                  : (what & BUTTON5_PRESSED) != 0 ? MOUSE_WHEEL_DOWN
                                                                  : MOUSE_CLICK,
                          .y = term.event.y,
                          .x = term.event.x};
}

/* Readable, but nothing comes: the terminal has gone. */
static bool has_hung_up(void)
{
    struct pollfd fd = {term.key_fd, POLLIN, 0};
    int waiting = 0;
    if (poll(&fd, 1, 0) <= 0) {
        return false;
    }
    return (fd.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0 ||
           ioctl(term.key_fd, FIONREAD, &waiting) != 0 || waiting == 0;
}

/* Takes one byte; true when a character is whole. A byte that belongs to none is dropped alone:
 * get_wch() would drop all that was read with it. */
static bool take_byte(char byte, wchar_t *character)
{
    mbstate_t state = {0};
    term.part[term.n_part++] = byte;
    size_t used = mbrtowc(character, term.part, term.n_part, &state);
    if (used == (size_t)-2 && term.n_part < MB_LEN_MAX) {
        return false;
    }
    bool alone = term.n_part == 1;
    term.n_part = 0;
    if (used != (size_t)-1 && used != (size_t)-2) {
        return true;
    }
    return !alone && take_byte(byte, character); /* what was before it was no character */
}

keycode term_key(void)
{
    for (;;) {
        int code = getch();
        if (code == ERR) {
            return has_hung_up() ? KEY_HANGUP : KEY_NONE;
        }
        if (code < KEY_MIN) {
            wchar_t character;
            if (!take_byte((char)code, &character)) {
                continue;
            }
            return character == 0x7F   ? KEYS_BACKSPACE
                   : character == '\n' ? KEYS_ENTER
                                       : (keycode)character;
        }
        term.n_part = 0;
        if (code == KEY_MOUSE) {
            if (take_mouse()) {
                return KEY_MOUSE_EVENT;
            }
            continue;
        }
        /* KEY_RESIZE is none: term_resized() has been called. */
        keycode key = from_curses((wint_t)code);
        if (key != KEY_NONE) {
            return key;
        }
    }
}
