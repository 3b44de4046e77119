#define _GNU_SOURCE
#include "events/log_reading.h"

#include <string.h>

#include "base/zone.h"

bool log_reading_open(struct log_reading *reading, const struct log_format *format,
                      const char *zone, int year, struct status *status)
{
    const struct log_description *description = format->description;
    const bool named = zone != NULL && zone[0] != '\0';
    *reading = (struct log_reading){.local = NULL};
    if (description == NULL) {
        return true;
    }
    if (named && (reading->shown = zone_load(zone, status)) == NULL) {
        return false;
    }
    if (!named && description->zone.length > 0 &&
        (reading->local = zone_load(description->zone.bytes, status)) == NULL) {
        return false;
    }
    reading->settings = (struct finding_settings){
        .local = named ? reading->shown : reading->local,
        .shown = reading->shown,
        .year = year,
    };
    return true;
}

void log_reading_close(struct log_reading *reading)
{
    zone_free(reading->local);
    zone_free(reading->shown);
    reading->local = reading->shown = NULL;
}

bool log_reading_lacks_year(const struct log_format *format)
{
    const struct log_description *description = format->description;
    for (size_t i = 0; description != NULL && i < description->n_times; i++) {
        const struct time_pick *pick = &description->times[i];
        if (pick->as == TIME_AS_SYSLOG ||
            (pick->as == TIME_AS_FORM &&
             memmem(pick->form.bytes, pick->form.length, "%Y", 2) == NULL &&
             memmem(pick->form.bytes, pick->form.length, "%y", 2) == NULL)) {
            return true;
        }
    }
    return false;
}
