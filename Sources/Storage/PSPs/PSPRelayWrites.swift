import PagoPA
import Postgres

extension Transaction {
    /// - Returns: whether the relay was new.
    package func register(_ relay: PSPRelay) async throws -> Bool {
        try await execute(
            """
            INSERT INTO psp_relays (psp_id, registered_at) VALUES (\(relay.psp.value), \(relay.registeredAt.sql))
            ON CONFLICT (psp_id) DO NOTHING
            """) == 1
    }

    /// - Returns: whether the relay was registered.
    package func endRelay(_ psp: PSPID) async throws -> Bool {
        try await execute("DELETE FROM psp_relays WHERE psp_id = \(psp.value)") == 1
    }
}
