/* ecod: how far out in the tails a row's values are, feature by feature. Li, Zhao, Hu, Botta,
 * Ionescu and Chen, "ECOD: Unsupervised Outlier Detection Using Empirical Cumulative
 * Distribution Functions" (TKDE 2022).
 *
 * The score is the sum over features of -log of the smaller tail: the share of rows with at
 * most the value, or with at least it. No parameters, nothing drawn, values as they are. It
 * takes features for independent, and says which of them stand out.
 *
 * The paper takes the largest of three sums (all left tails, all right ones, those of the side
 * on which a feature is skewed); the authors' library, PyOD, takes the larger term feature by
 * feature, as here. That ranks better on 10 of 13 labelled sets (docs/PARITY.md).
 */
#ifndef ODDHOURS_MODELS_ECOD_H
#define ODDHOURS_MODELS_ECOD_H

#include "models/detector.h"

extern const struct detector ecod_detector;

#endif
