import Accounts
import PagoPA
import Postgres
import Requests

/// Queries for delegations.
package enum Delegations {
    package static func show(_ id: Identifier<Delegation>, within tenancy: Tenancy, locking: Bool = false) -> Query<
        Delegation?
    > {
        several("d.id = \(id.uuid) AND \(tenancy.ofDelegations)", locking: locking).map(\.first)
    }

    /// How many delegations this person has given and not withdrawn. It waits for other transactions that asked the same for this person, so
    /// that the number holds until the end of the transaction.
    package static func lockGiven(by delegator: TaxCode) -> Query<Int> {
        Query(
            [
                "SELECT pg_advisory_xact_lock(hashtextextended('delegations ' || \(delegator.value), 0))",
                "SELECT count(*) FROM delegations WHERE delegator_tax_code = \(delegator.value) AND withdrawn_at IS NULL",
            ]
        ) { results in
            var row = try results[1].only
            return try row.int()
        }
    }

    /// One page of delegations, newest first, with those that ended: a citizen's are those given and received.
    package static func list(within tenancy: Tenancy, page: PageRequest) -> Query<Page<Delegation>> {
        var after: SQL = "TRUE"
        if let cursor = page.after {
            after = "(d.created_at, d.id) < (\(Microseconds(cursor.key))::timestamptz, \(cursor.id)::uuid)"
        }
        // Each index returns its first rows in order, so the cost of a page does not depend on the number of rows.
        let rows: [SQL] = tenancy.disjointDelegations.map { own in
            """
            (SELECT * FROM delegations d WHERE \(own) AND \(after) ORDER BY d.created_at DESC, d.id DESC
                LIMIT \(page.limit + 1))
            """
        }
        return .page(
            page, of: several("TRUE", of: "(\(rows.joined(separator: " UNION ALL ")))", limit: page.limit + 1),
            total: "SELECT count(*) FROM delegations d WHERE \(tenancy.ofDelegations)",
            cursor: { Cursor(order: "delegations", key: $0.createdAt.microseconds, id: $0.id.uuid) })
    }

    private static func several(
        _ condition: SQL, of table: SQL = "delegations", limit: Int? = nil, locking: Bool = false
    ) -> Query<[Delegation]> {
        Query(
            """
            SELECT d.id, d.delegator_tax_code, d.delegate_tax_code, d.starts_at, d.ends_at, d.created_at, d.withdrawn_at,
                d.first_used_at
            FROM \(table) AS d WHERE \(condition) ORDER BY d.created_at DESC, d.id DESC
            \(limit.map { "LIMIT \($0)" } ?? "" as SQL) \(locking ? "FOR UPDATE" : "" as SQL)
            """, rows: { try $0.delegation() })
    }
}

extension Tenancy {
    /// The delegations that a caller may see, as disjoint conditions with one index each: an operator every one, a citizen those given and
    /// those received. Nobody gives a delegation to themselves.
    fileprivate var disjointDelegations: [SQL] {
        switch self {
        case .everyCreditor: ["TRUE"]
        case .citizen(let taxCode, _):
            ["d.delegator_tax_code = \(taxCode.value)", "d.delegate_tax_code = \(taxCode.value)"]
        case .only, .registry, .psp: ["FALSE"]
        }
    }

    fileprivate var ofDelegations: SQL { "(\(disjointDelegations.joined(separator: " OR ")))" }
}

extension Row {
    fileprivate mutating func delegation() throws -> Delegation {
        Delegation(
            id: try identifier(), delegator: try value { try TaxCode($0) }, delegate: try value { try TaxCode($0) },
            startsAt: try instant(), endsAt: try optionalInstant(), createdAt: try instant(),
            withdrawnAt: try optionalInstant(), firstUsedAt: try optionalInstant())
    }
}
