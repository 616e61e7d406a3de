import PagoPA
import Postgres

/// Queries for bodies that cannot be parsed as an RT.
package enum UnreadableRTs {
    /// The anomaly under which these bytes of this PSP are stored.
    package static func known(_ body: RTBody) -> Query<Identifier<Anomaly>?> {
        Query(
            "SELECT anomaly_id FROM unreadable_rts WHERE psp_id = \(body.psp.value) AND sha256 = \(body.sha256)",
            row: { try $0.identifier() })
    }

    /// The number and size of the bodies from this PSP that were stored since then.
    package static func stored(of psp: PSPID, since start: Instant) -> Query<(bodies: Int, bytes: Int)> {
        Query<[(bodies: Int, bytes: Int)]>(
            """
            SELECT count(*), coalesce(sum(octet_length(body)), 0)::bigint FROM unreadable_rts
            WHERE psp_id = \(psp.value) AND received_at > \(start.sql)
            """, rows: { (bodies: try $0.int(), bytes: try $0.int()) }
        ).map { $0.first ?? (bodies: 0, bytes: 0) }
    }
}

/// Queries for the bytes of an anomaly.
package enum Evidences {
    /// The unreadable body, the conflicting body, or the body that its receipt was read from; `nil` when there is none or it has
    /// expired.
    package static func of(_ anomaly: Anomaly) -> Query<Evidence?> {
        let unreadable: SQL =
            """
            SELECT 0 AS rank, body, content_type, sha256, psp_id, message_id, received_at, violations::text AS violations
            FROM unreadable_rts WHERE anomaly_id = \(anomaly.id.uuid)
            """
        var which: SQL = "receipt_id = \(anomaly.receipt?.uuid) AND is_first"
        if let body = anomaly.conflictingBody { which = "id = \(body.uuid)" }
        let read: SQL =
            "SELECT 1, body, content_type, sha256, psp_id, message_id, received_at, '[]' FROM rts WHERE \(which)"
        return Query(
            """
            SELECT body, content_type, sha256, psp_id, message_id, received_at, violations
            FROM (\(unreadable) UNION ALL \(read)) AS found ORDER BY rank LIMIT 1
            """, row: { try $0.evidence() })
    }
}

extension Transaction {
    /// Queues an unreadable body; insert its anomaly first. `unreadable_rts_body_key` rejects the same bytes a second time.
    package func insert(_ unreadable: UnreadableRT, _ body: RTBody, of anomaly: Identifier<Anomaly>, at now: Instant) {
        send(
            """
            INSERT INTO unreadable_rts (anomaly_id, psp_id, message_id, content_type, body, sha256, violations, received_at)
            VALUES (\(anomaly.uuid), \(body.psp.value), \(body.messageID), \(body.contentType), \(body.bytes),
                \(body.sha256), \(faultsText(unreadable.faults))::jsonb, \(now.sql))
            """)
    }
}

extension Row {
    fileprivate mutating func evidence() throws -> Evidence {
        Evidence(
            bytes: try next([UInt8].self), mediaType: try text(), sha256: try next([UInt8].self),
            sender: try value { try PSPID($0) }, messageID: try text(), receivedAt: try instant(),
            faults: try Storage.faults(text()))
    }
}
