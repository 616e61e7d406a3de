import PagoPA
import Postgres

/// Queries for senders that relay RTs of other PSPs.
package enum PSPRelays {
    /// Relays whose registration has not ended, by their id; at most `maximum`.
    package static var all: Query<[PSPRelay]> {
        Query(
            "SELECT psp_id, registered_at FROM psp_relays ORDER BY psp_id LIMIT \(maximum)", rows: { try $0.relay() })
    }

    /// An upper bound: fewer networks exist that could relay RTs.
    package static let maximum = 1_000

    /// Whether the PSP has ever had a webhook secret or been in a PSP list.
    package static func isKnown(_ psp: PSPID) -> Query<Bool> {
        Query<[Bool]>(
            """
            SELECT EXISTS (SELECT FROM webhook_secrets WHERE psp_id = \(psp.value))
                OR EXISTS (SELECT FROM psps WHERE psp_id = \(psp.value))
            """, rows: { try $0.bool() }
        ).map { $0.contains(true) }
    }

    package static func show(_ psp: PSPID) -> Query<PSPRelay?> {
        Query("SELECT psp_id, registered_at FROM psp_relays WHERE psp_id = \(psp.value)", row: { try $0.relay() })
    }
}

extension Row {
    fileprivate mutating func relay() throws -> PSPRelay {
        PSPRelay(psp: try value { try PSPID($0) }, registeredAt: try instant())
    }
}
