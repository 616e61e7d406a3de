#pragma once
#include <curl/curl.h>

// Swift does not import variadic functions: one plain function for each kind of argument.
static inline CURLcode quietanza_set_long(CURL *h, CURLoption o, long v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode quietanza_set_text(CURL *h, CURLoption o, const char *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode quietanza_set_pointer(CURL *h, CURLoption o, void *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode quietanza_set_list(CURL *h, CURLoption o, struct curl_slist *v) { return curl_easy_setopt(h, o, v); }

typedef size_t (*quietanza_data_callback)(char *data, size_t size, size_t count, void *context);
static inline CURLcode quietanza_set_write(CURL *h, quietanza_data_callback f) { return curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, f); }
static inline CURLcode quietanza_set_header(CURL *h, quietanza_data_callback f) { return curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, f); }
static inline CURLcode quietanza_set_read(CURL *h, quietanza_data_callback f) { return curl_easy_setopt(h, CURLOPT_READFUNCTION, f); }

typedef int (*quietanza_debug_callback)(CURL *h, curl_infotype type, char *data, size_t size, void *context);
static inline CURLcode quietanza_set_debug(CURL *h, quietanza_debug_callback f) { return curl_easy_setopt(h, CURLOPT_DEBUGFUNCTION, f); }

typedef int (*quietanza_progress_callback)(void *context, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
static inline CURLcode quietanza_set_progress(CURL *h, quietanza_progress_callback f) { return curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, f); }

typedef curl_socket_t (*quietanza_socket_callback)(void *context, curlsocktype purpose, struct curl_sockaddr *address);
static inline CURLcode quietanza_set_socket(CURL *h, quietanza_socket_callback f) { return curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, f); }

static inline CURLcode quietanza_response_code(CURL *h, long *code) { return curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, code); }
static inline CURLcode quietanza_new_connections(CURL *h, long *count) { return curl_easy_getinfo(h, CURLINFO_NUM_CONNECTS, count); }
static inline CURLcode quietanza_active_socket(CURL *h, curl_socket_t *s) { return curl_easy_getinfo(h, CURLINFO_ACTIVESOCKET, s); }
static inline CURLcode quietanza_content_type(CURL *h, char **type) { return curl_easy_getinfo(h, CURLINFO_CONTENT_TYPE, type); }

// CURL_SOCKET_BAD is a macro with a cast.
static inline curl_socket_t quietanza_no_socket(void) { return CURL_SOCKET_BAD; }
