#ifndef QUIETANZA_CQRENCODE_H
#define QUIETANZA_CQRENCODE_H

#include <qrencode.h>

#endif
