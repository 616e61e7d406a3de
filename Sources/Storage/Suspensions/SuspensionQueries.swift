import Accounts
import PagoPA
import Postgres
import Requests

/// Queries for what is switched off. There are few suspensions that are not lifted, and indexes contain only these.
package enum Suspensions {
    /// Of a creditor and its debt types, not lifted.
    package static func of(_ creditor: OrganizationTaxCode) -> Query<[Suspension]> {
        several("s.creditor_tax_code = \(creditor.value) AND s.lifted_at IS NULL")
    }

    /// Of all PSPs and channels, not lifted.
    package static var ofPSPs: Query<[Suspension]> { several("s.psp_id IS NOT NULL AND s.lifted_at IS NULL") }

    /// Of the PSP and of the creditors of these installments, not lifted.
    package static func of(_ psp: PSPID, holding installments: InstallmentSet, within tenancy: Tenancy) -> Query<
        [Suspension]
    > {
        several(
            """
            s.lifted_at IS NULL AND (s.psp_id = \(psp.value) OR s.creditor_tax_code = ANY(ARRAY(
                SELECT p.creditor_tax_code FROM positions p WHERE p.id IN (\(installments.positionIDs))
                    AND \(tenancy.condition(on: .positions("p"))))))
            """)
    }

    /// The periods of the suspensions of `p`, a position, as an array.
    static var ofPosition: SQL {
        """
        ARRAY(SELECT ROW (s.starts_at, s.ends_at)::suspension_period FROM suspensions s
            WHERE s.creditor_tax_code = p.creditor_tax_code AND s.lifted_at IS NULL
                AND (s.debt_type IS NULL OR s.debt_type = p.debt_type))
        """
    }

    package static func show(_ id: Identifier<Suspension>, locking: Bool = false) -> Query<Suspension?> {
        several("s.id = \(id.uuid)", locking: locking).map(\.first)
    }

    /// One page of suspensions, newest first, with those that were lifted.
    package static func list(page: PageRequest) -> Query<Page<Suspension>> {
        var condition: SQL = "TRUE"
        if let after = page.after {
            condition = "(s.created_at, s.id) < (\(Microseconds(after.key))::timestamptz, \(after.id)::uuid)"
        }
        return .page(
            page, of: several(condition, limit: page.limit + 1), total: "SELECT count(*) FROM suspensions",
            cursor: { Cursor(order: "suspensions", key: $0.createdAt.microseconds, id: $0.id.uuid) })
    }

    private static func several(_ condition: SQL, limit: Int? = nil, locking: Bool = false) -> Query<[Suspension]> {
        Query(
            """
            SELECT s.id, s.creditor_tax_code, s.debt_type, s.psp_id, s.channel_id, s.reason, s.starts_at, s.ends_at,
                s.created_at, s.lifted_at
            FROM suspensions s WHERE \(condition) ORDER BY s.created_at DESC, s.id DESC
            \(limit.map { "LIMIT \($0)" } ?? "" as SQL) \(locking ? "FOR UPDATE" : "" as SQL)
            """, rows: { try $0.suspension() })
    }
}

extension Row {
    mutating func suspensionPeriod() throws -> SuspensionPeriod {
        SuspensionPeriod(startsAt: try instant(), endsAt: try optionalInstant())
    }

    fileprivate mutating func suspension() throws -> Suspension {
        let id: Identifier<Suspension> = try identifier()
        let creditor = try optionalValue { try OrganizationTaxCode(unchecked: $0) }
        let debtType = try optionalText()
        let psp = try optionalValue { try PSPID($0) }
        let channel = try optionalValue { try ChannelID($0) }
        let subject: Suspension.Subject
        switch (creditor, debtType, psp, channel) {
        case (let creditor?, nil, nil, nil): subject = .creditor(creditor)
        case (let creditor?, let key?, nil, nil): subject = .debtType(creditor, key: key)
        case (nil, nil, let psp?, nil): subject = .psp(psp)
        case (nil, nil, let psp?, let channel?): subject = .channel(psp, channel: channel)
        default: throw StorageError.fault("a suspension without a subject")
        }
        return Suspension(
            id: id, subject: subject, reason: try text(), startsAt: try instant(), endsAt: try optionalInstant(),
            createdAt: try instant(), liftedAt: try optionalInstant())
    }
}
