#include "views/view.h"

const struct view_ops *const views[] = {
    &view_run,     &view_data,   &view_scores, &view_topk,  &view_user,
    &view_compare, &view_review, &view_log,    &view_users, NULL,
};
