import Foundation
import PagoPA
import Postgres
import Requests

/// Queries for the list of PSPs.
package enum PSPLists {
    /// The current version; `nil` before the first list.
    package static var currentVersion: Query<Int?> {
        Query("SELECT version FROM psp_lists WHERE is_current", row: { try $0.int() })
    }

    package static func show(_ version: Int) -> Query<PSPList?> {
        Query([
            "SELECT created_at FROM psp_lists WHERE version = \(version)",
            "SELECT psp_id, business_name, tax_code, is_enabled FROM psps WHERE version = \(version) ORDER BY ordinal",
            """
            SELECT psp_id, channel_id, payment_method, start_url, names::text, band_limits, band_fees
            FROM psp_channels WHERE version = \(version) ORDER BY psp_id, ordinal
            """,
        ]) { answers in
            guard var head = answers[0].first else { return nil }
            var channels: [String: [Channel]] = [:]
            for var row in answers[2] { channels[try row.text(), default: []].append(try row.channel()) }
            let psps = try answers[1].map { row in
                var row = row
                let id: PSPID = try row.value { try PSPID($0) }
                return PSP(
                    id: id, businessName: try row.text(),
                    taxCode: try row.optionalValue { try OrganizationTaxCode(unchecked: $0) },
                    isEnabled: try row.bool(), channels: channels[id.value] ?? [])
            }
            return PSPList(version: version, psps: psps, createdAt: try head.instant())
        }
    }

    /// The enabled PSPs of the current list that have no valid webhook secret, by id.
    package static var withoutSecret: Query<[PSPID]> {
        Query(
            """
            SELECT p.psp_id FROM psps p JOIN psp_lists l ON l.version = p.version AND l.is_current
            WHERE p.is_enabled AND NOT EXISTS (
                SELECT FROM webhook_secrets s WHERE s.psp_id = p.psp_id AND s.revoked_at IS NULL)
            ORDER BY p.psp_id
            """, rows: { try $0.value { try PSPID($0) } })
    }

    /// One page of versions, newest first.
    package static func list(page: PageRequest) -> Query<Page<PSPListSummary>> {
        let below = page.after.map { Int(truncatingIfNeeded: $0.key) } ?? Int.max
        let found = Query(
            """
            SELECT l.version, l.created_at, l.is_current,
                (SELECT count(*) FROM psps p WHERE p.version = l.version),
                (SELECT count(*) FROM psp_channels c WHERE c.version = l.version)
            FROM psp_lists l WHERE l.version < \(below) ORDER BY l.version DESC LIMIT \(page.limit + 1)
            """,
            rows: { row in
                PSPListSummary(
                    version: try row.int(), createdAt: try row.instant(), isCurrent: try row.bool(),
                    pspCount: try row.int(), channelCount: try row.int())
            })
        return .page(
            page, of: found, total: "SELECT count(*) FROM psp_lists",
            cursor: { Cursor(order: "psp_lists", key: Int64($0.version), id: Cursor.noID) })
    }
}

extension Row {
    fileprivate mutating func channel() throws -> Channel {
        let id: ChannelID = try value { try ChannelID($0) }
        let method: PaymentMethod = try value { try PaymentMethod($0) }
        let startURL = try text()
        let names = try languageMap(text())
        let limits = try next([Int64].self)
        let fees = try next([Int64].self)
        return Channel(
            id: id, method: method, startURL: startURL, names: names,
            feeBands: try zip(limits, fees).map { FeeBand(upTo: try Amount(cents: $0), fee: try Amount(cents: $1)) })
    }
}
