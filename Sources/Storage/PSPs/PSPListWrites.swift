import Foundation
import PagoPA
import Postgres
import Requests

extension Transaction {
    /// The current version, locked so that no other transaction replaces it before the commit.
    package func lockPSPList() async throws -> Int? {
        send("SELECT pg_advisory_xact_lock(7304001)")
        return try await ask(PSPLists.currentVersion)
    }

    /// Queues the list and makes it the current version.
    package func replacePSPList(with list: PSPList) {
        send("UPDATE psp_lists SET is_current = false WHERE is_current")
        send(
            "INSERT INTO psp_lists (version, is_current, created_at) VALUES (\(list.version), true, \(list.createdAt.sql))"
        )
        for (ordinal, psp) in list.psps.enumerated() {
            send(
                """
                INSERT INTO psps (version, ordinal, psp_id, business_name, tax_code, is_enabled)
                VALUES (\(list.version), \(ordinal), \(psp.id.value), \(psp.businessName), \(psp.taxCode?.value), \(psp.isEnabled))
                """)
            for (number, channel) in psp.channels.enumerated() {
                send(
                    """
                    INSERT INTO psp_channels (version, psp_id, ordinal, channel_id, payment_method, start_url, names,
                        band_limits, band_fees)
                    VALUES (\(list.version), \(psp.id.value), \(number), \(channel.id.value), \(channel.method.code),
                        \(channel.startURL), \(languageText(channel.names))::jsonb,
                        \(channel.feeBands.map(\.upTo.cents)), \(channel.feeBands.map(\.fee.cents)))
                    """)
            }
        }
    }
}
