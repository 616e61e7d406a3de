#ifndef QUIETANZA_CLIBPQ_SHIM_H
#define QUIETANZA_CLIBPQ_SHIM_H

#include <libpq-fe.h>
// The event loop that waits for libpq's sockets.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

// Function-like and enum-typed macros that Swift does not import.
static inline unsigned int quietanza_epoll_read(void) { return EPOLLIN | EPOLLRDHUP; }
static inline unsigned int quietanza_epoll_write(void) { return EPOLLOUT; }
static inline unsigned int quietanza_epoll_once(void) { return EPOLLONESHOT; }

// libpq prints notices on stderr by default; their texts may contain personal data.
static void quietanza_ignore_notice(void *argument, const PGresult *notice) {
    (void)argument;
    (void)notice;
}
static inline void quietanza_silence_notices(PGconn *connection) {
    PQsetNoticeReceiver(connection, quietanza_ignore_notice, 0);
}

// The fields of an error, by name: the macros are characters, which Swift imports as Int32 of no use in a switch.
static inline const char *quietanza_sqlstate(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_SQLSTATE);
}
static inline const char *quietanza_constraint(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
}
static inline const char *quietanza_primary_message(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
}
static inline const char *quietanza_severity(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
}
static inline const char *quietanza_source_function(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
}

#endif
