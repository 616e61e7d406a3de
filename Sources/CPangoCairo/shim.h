#ifndef QUIETANZA_CPANGOCAIRO_H
#define QUIETANZA_CPANGOCAIRO_H

#include <cairo/cairo-pdf.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>

/* GObject's casts are macros, which Swift does not import. */
static inline void quietanza_use_fonts(PangoFontMap *map, FcConfig *config) {
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map), config);
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(map), 72);
}

static inline void quietanza_unref(void *object) { g_object_unref(object); }

/* Names of properties that fontconfig declares as macros. */
static inline FcBool quietanza_font_characters(const FcPattern *pattern, FcCharSet **characters) {
    return FcPatternGetCharSet(pattern, FC_CHARSET, 0, characters) == FcResultMatch;
}

static inline const char *quietanza_font_family(const FcPattern *pattern) {
    FcChar8 *family = NULL;
    return FcPatternGetString(pattern, FC_FAMILY, 0, &family) == FcResultMatch ? (const char *)family : NULL;
}

#endif
