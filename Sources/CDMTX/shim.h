#ifndef QUIETANZA_CDMTX_H
#define QUIETANZA_CDMTX_H

#include <dmtx.h>

#endif
