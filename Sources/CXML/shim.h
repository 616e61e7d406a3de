#ifndef QUIETANZA_CXML_H
#define QUIETANZA_CXML_H

#include <libxml/xmlversion.h>
// ICU's types would clash with those of Swift's Foundation; libxml2 shows them in converters only, which we do not touch.
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/tree.h>

#endif
