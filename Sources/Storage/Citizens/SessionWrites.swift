import Accounts
import Foundation
import PagoPA
import Postgres

extension Transaction {
    package func insert(_ session: CitizenSession, access: [UInt8], refresh: [UInt8]) {
        send(
            """
            INSERT INTO citizen_sessions (id, citizen_id, api_key_id, access_digest, access_expires_at, refresh_digest,
                refresh_expires_at, created_at)
            VALUES (\(session.id.uuid), \(session.citizen.uuid), \(session.key.uuid), \(access),
                \(session.accessExpiresAt.sql), \(refresh), \(session.refreshExpiresAt.sql), \(session.createdAt.sql))
            """)
    }

    /// The session of this refresh token, locked.
    package func session(refresh digest: [UInt8], key: APIKeyID, at now: Instant) async throws -> FoundSession {
        let answers = try await queryAll([
            """
            SELECT s.id, s.citizen_id, s.api_key_id, s.created_at, s.access_expires_at, s.refresh_expires_at
            FROM citizen_sessions s
            WHERE s.refresh_digest = \(digest) AND s.refresh_expires_at > \(now.sql) AND s.ended_at IS NULL
                AND \(Self.isOpened(by: key))
            FOR UPDATE
            """,
            """
            SELECT s.id, s.citizen_id FROM spent_refresh_tokens t JOIN citizen_sessions s ON s.id = t.session_id
            WHERE t.digest = \(digest) AND s.ended_at IS NULL AND \(Self.isOpened(by: key))
            """,
        ])
        if var row = answers[0].first {
            return .open(
                CitizenSession(
                    id: try row.identifier(), citizen: try row.identifier(), key: try row.identifier(),
                    createdAt: try row.instant(), accessExpiresAt: try row.instant(),
                    refreshExpiresAt: try row.instant()))
        }
        if var row = answers[1].first {
            return .reused(session: try row.identifier(), citizen: try row.identifier())
        }
        return .unknown
    }

    /// Whether the key may use the session: keys that replaced the one that opened it may do so.
    static func isOpened(by key: APIKeyID) -> SQL { isSameCaller("s.api_key_id", key) }

    /// Whether the key in this column and this key are the same, or one replaced the other through any number of rotations.
    static func isSameCaller(_ column: SQL, _ key: APIKeyID) -> SQL {
        """
        (\(column) = \(key.uuid)::uuid OR (SELECT coalesce(o.lineage, o.id) FROM api_keys o WHERE o.id = \(column))
            = (SELECT coalesce(k.lineage, k.id) FROM api_keys k WHERE k.id = \(key.uuid)::uuid))
        """
    }

    /// Stores the next pair of tokens. The old access token becomes invalid, and the old refresh token is recorded as used.
    package func renew(_ session: CitizenSession, spent: [UInt8], access: [UInt8], refresh: [UInt8]) {
        send("INSERT INTO spent_refresh_tokens (digest, session_id) VALUES (\(spent), \(session.id.uuid))")
        send(
            """
            UPDATE citizen_sessions SET api_key_id = \(session.key.uuid), access_digest = \(access),
                access_expires_at = \(session.accessExpiresAt.sql), refresh_digest = \(refresh),
                refresh_expires_at = \(session.refreshExpiresAt.sql)
            WHERE id = \(session.id.uuid)
            """)
    }

    package func end(_ session: Identifier<CitizenSession>, by end: CitizenSession.End, at now: Instant) {
        send(
            """
            UPDATE citizen_sessions SET ended_at = \(now.sql), ended_by = \(end.rawValue)
            WHERE id = \(session.uuid) AND ended_at IS NULL
            """)
    }

    /// Ends the citizen's sessions of all front ends, except `session` if it is not nil.
    package func endSessions(
        of citizen: CitizenID, except session: Identifier<CitizenSession>? = nil, by end: CitizenSession.End,
        at now: Instant
    ) {
        send(
            """
            UPDATE citizen_sessions SET ended_at = \(now.sql), ended_by = \(end.rawValue)
            WHERE citizen_id = \(citizen.uuid) AND ended_at IS NULL AND id IS DISTINCT FROM \(session?.uuid)
            """)
    }

    // MARK: Throttles

    /// The throttle state of each subject, in the order of the arguments, locked until the transaction ends.
    package func throttles(_ subjects: [[UInt8]], at now: Instant) async throws -> [(throttle: Throttle, isKnown: Bool)]
    {
        // All transactions lock in the same order, so that two requests cannot deadlock.
        let ordered = subjects.sorted { $0.lexicographicallyPrecedes($1) }
        for subject in ordered {
            send(
                """
                INSERT INTO throttles (subject, tries, last_at) VALUES (\(subject), 0, \(now.sql))
                ON CONFLICT ON CONSTRAINT throttles_pkey DO NOTHING
                """)
        }
        let answers = try await queryAll(
            ordered.map {
                "SELECT tries, last_at, succeeded_at IS NOT NULL FROM throttles WHERE subject = \($0) FOR UPDATE"
            })
        var found: [[UInt8]: (Throttle, Bool)] = [:]
        for (subject, rows) in zip(ordered, answers) {
            guard var row = rows.first else { continue }
            found[subject] = (Throttle(tries: try row.int(), lastAt: try row.instant()), try row.bool())
        }
        return subjects.map { found[$0] ?? (Throttle(tries: 0, lastAt: now), false) }
    }

    package func save(_ throttle: Throttle, for subject: [UInt8]) {
        send(
            "UPDATE throttles SET tries = \(throttle.tries), last_at = \(throttle.lastAt.sql) WHERE subject = \(subject)"
        )
    }

    /// Records a correct password: the address becomes known for this name and its failures are deleted, as is this attempt in the
    /// account's count.
    package func succeed(from pair: [UInt8], on account: [UInt8], at now: Instant) {
        // The order is the same as in all other transactions, so that two requests cannot deadlock.
        let pairUpdate: SQL =
            "UPDATE throttles SET tries = 0, last_at = \(now.sql), succeeded_at = \(now.sql) WHERE subject = \(pair)"
        let accountUpdate: SQL = "UPDATE throttles SET tries = GREATEST(tries - 1, 0) WHERE subject = \(account)"
        for update in pair.lexicographicallyPrecedes(account)
            ? [pairUpdate, accountUpdate] : [accountUpdate, pairUpdate]
        { send(update) }
    }
}
