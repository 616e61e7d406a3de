#ifndef QUIETANZA_CQPDF_H
#define QUIETANZA_CQPDF_H

#include <qpdf/qpdf-c.h>

#endif
