#ifndef QUIETANZA_CLIBPQ_SHIM_H
#define QUIETANZA_CLIBPQ_SHIM_H

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>
// The event loop that waits for libpq's sockets.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

// Function-like and enum-typed macros that Swift does not import.
static inline unsigned int quietanza_epoll_read(void) { return EPOLLIN | EPOLLRDHUP; }
static inline unsigned int quietanza_epoll_write(void) { return EPOLLOUT; }
static inline unsigned int quietanza_epoll_once(void) { return EPOLLONESHOT; }

// libpq prints notices on stderr by default; their texts may contain personal data. One notice counts: the server reports a
// COMMIT as successful when its wait for the synchronous standby is cancelled, and only a warning of this function tells the difference.
static void quietanza_receive_notice(void *unreplicated, const PGresult *notice) {
    const char *function = PQresultErrorField(notice, PG_DIAG_SOURCE_FUNCTION);
    if (unreplicated && function && strcmp(function, "SyncRepWaitForLSN") == 0) *(int *)unreplicated = 1;
}
// Returns a flag that becomes 1 at that warning, or NULL without memory. Free it after PQfinish.
static inline int *quietanza_receive_notices(PGconn *connection) {
    int *unreplicated = calloc(1, sizeof(int));
    PQsetNoticeReceiver(connection, quietanza_receive_notice, unreplicated);
    return unreplicated;
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
