#include "table/time_words.h"

#include <string.h>

#include "base/ascii.h"

static bool is_letter(char c)
{
    return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (unsigned char)c >= 0x80;
}

size_t time_word_length(const char *text, size_t length)
{
    size_t n = 0;
    while (n < length && is_letter(text[n])) {
        n++;
    }
    return n;
}

/* Letters of Latin-1 in UTF-8 are C3 and a byte, in which capitals lack 0x20. */
static char fold(const char *word, size_t i)
{
    unsigned char c = (unsigned char)word[i];
    if (c >= 0x80 && c < 0x9f && i > 0 && (unsigned char)word[i - 1] == 0xc3) {
        return (char)(c + 0x20);
    }
    return ascii_lower(word[i]);
}

/* Whether a word is one of a list, whose words are separated by blanks. */
static bool is_one_of(const char *word, size_t length, const char *list)
{
    while (*list != '\0') {
        size_t n = strcspn(list, " "), i = 0;
        while (n == length && i < n && fold(word, i) == list[i]) {
            i++;
        }
        if (n == length && i == n) {
            return true;
        }
        list += n + (list[n] == ' ');
    }
    return false;
}

int time_word_month(const char *word, size_t length)
{
    static const char *const months[] = {
        "january jan januar jän jänner janvier janv enero ene gennaio gen janeiro januari",
        ("february feb februar febr février fév févr fevrier febrero febbraio fevereiro fev "
         "februari"),
        "march mar märz mär mrz maerz mars marzo março marco maart mrt",
        "april apr avril avr abril abr aprile",
        "may mai mayo maggio mag maio mei",
        "june jun juni juin junio giugno giu junho",
        "july jul juli juillet juil julio luglio lug julho",
        "august aug août aout agosto ago augustus",
        "september sep sept septembre septiembre settembre set setembro",
        "october oct oktober okt octobre octubre ottobre ott outubro out",
        "november nov novembre noviembre novembro",
        "december dec dezember dez décembre déc decembre diciembre dic dicembre dezembro"};
    for (int i = 0; i < 12 && length >= 3; i++) {
        if (is_one_of(word, length, months[i])) {
            return i + 1;
        }
    }
    return 0;
}

bool time_word_weekday(const char *word, size_t length)
{
    static const char days[] =
        "monday mon tuesday tue tues wednesday wed thursday thu thur thurs friday fri saturday "
        "sat sunday sun montag mo dienstag di mittwoch mi donnerstag do freitag fr samstag sa "
        "sonnabend sonntag so lundi lun mardi mar mercredi mer jeudi jeu vendredi ven samedi "
        "sam dimanche dim lunes martes miércoles mié miercoles jueves jue viernes vie sábado "
        "sáb sabado domingo dom lunedì martedì mercoledì giovedì gio venerdì sabato sab "
        "domenica segunda terça quarta quinta sexta maandag ma dinsdag woensdag wo donderdag "
        "vrijdag vr zaterdag za zondag zo";
    return length >= 2 && is_one_of(word, length, days);
}

bool time_word_zone(const char *word, size_t length, int32_t *offset)
{
    static const struct {
        const char *names;
        int32_t quarters; /* of an hour */
    } zones[] = {{"z ut utc gmt wet", 0},
                 {"west", 4},
                 {"cet mez", 4},
                 {"cest mesz", 8},
                 {"eet", 8},
                 {"eest", 12},
                 {"msk", 12},
                 {"jst kst", 36},
                 {"est", -20},
                 {"edt", -16},
                 {"cst", -24},
                 {"cdt", -20},
                 {"mst", -28},
                 {"mdt", -24},
                 {"pst", -32},
                 {"pdt", -28}};
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        if (is_one_of(word, length, zones[i].names)) {
            *offset = zones[i].quarters * 900;
            return true;
        }
    }
    return false;
}
