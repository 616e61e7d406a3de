import Accounts
import Foundation
import JSON
import PagoPA
import Postgres

/// The fingerprint of a stored position, which distinguishes a repeated request from a conflict.
package struct PositionByExternalID: Sendable, Equatable {
    package let id: Identifier<Position>
    package let fingerprint: [UInt8]
}

/// References to installments, by id or by creditor and notice number.
package struct InstallmentSet: Sendable {
    private let ids: [Identifier<Installment>]
    private let notices: [(creditor: OrganizationTaxCode, number: NoticeNumber)]

    package init(
        ids: [Identifier<Installment>], notices: [(creditor: OrganizationTaxCode, number: NoticeNumber)]
    ) {
        self.ids = ids
        self.notices = notices
    }

    /// The creditors of the notices; `nil` if an installment is referred to by its id.
    package var payees: [OrganizationTaxCode]? { ids.isEmpty ? notices.map(\.creditor) : nil }

    /// The ids of the positions that contain them.
    var positionIDs: SQL {
        """
        SELECT position_id FROM installments WHERE id = ANY(\(ids.map(\.uuid)))
        UNION ALL
        SELECT i.position_id FROM unnest(\(notices.map(\.creditor.value))::text[], \(notices.map(\.number.value))::text[])
            AS k(creditor_tax_code, notice_number)
            JOIN installments i ON i.creditor_tax_code = k.creditor_tax_code AND i.notice_number = k.notice_number
        """
    }
}

/// Queries for positions.
package enum Positions {
    /// The whole position, or `nil` when there is none within the tenancy. With `locking`, no other transaction changes it before the
    /// commit.
    package static func show(_ id: Identifier<Position>, within tenancy: Tenancy, locking: Bool = false) -> Query<
        Position?
    > {
        let condition: SQL = "p.id = \(id.uuid) AND \(tenancy.condition(on: .positions("p")))"
        return (locking ? locked(where: condition) : several(where: condition)).map(\.first)
    }

    /// The positions with these ids that belong to the tenancy, in the order of their ids.
    package static func list(_ ids: [Identifier<Position>], within tenancy: Tenancy) -> Query<[Position]> {
        several(where: "p.id = ANY(\(ids.map(\.uuid))) AND \(tenancy.condition(on: .positions("p")))")
    }

    /// The position with this notice number of this creditor.
    package static func holding(_ notice: NoticeNumber, of creditor: OrganizationTaxCode, within tenancy: Tenancy)
        -> Query<Position?>
    {
        several(
            where: """
                p.id = ANY(ARRAY(SELECT i.position_id FROM installments i
                    WHERE i.creditor_tax_code = \(creditor.value) AND i.notice_number = \(notice.value)))
                    AND \(tenancy.condition(on: .positions("p")))
                """
        ).map(\.first)
    }

    /// The position with this IUV of this creditor, locked.
    package static func lock(creditor: OrganizationTaxCode, iuv: IUV) -> Query<Position?> {
        locked(
            where: """
                p.id = (SELECT position_id FROM installments WHERE creditor_tax_code = \(creditor.value) AND iuv = \(iuv.value))
                """
        ).map(\.first)
    }

    /// The positions that contain any of these installments and belong to the tenancy, locked and read in the order of their ids.
    package static func lock(holding installments: InstallmentSet, within tenancy: Tenancy) -> Query<[Position]> {
        lockedAlone(
            where: """
                p.id = ANY(ARRAY(\(installments.positionIDs))) AND \(tenancy.condition(on: .positions("p")))
                """)
    }

    /// The creditors of the positions that contain any of these installments.
    package static func creditors(holding installments: InstallmentSet, within tenancy: Tenancy) -> Query<[Creditor]> {
        Creditors.several(
            where: """
                c.tax_code IN (SELECT p.creditor_tax_code FROM positions p WHERE p.id IN (\(installments.positionIDs))
                    AND \(tenancy.condition(on: .positions("p"))))
                    AND \(tenancy.condition(on: .registry("c.tax_code")))
                """)
    }

    package static func by(externalID: String, of creditor: OrganizationTaxCode) -> Query<PositionByExternalID?> {
        Query(
            "SELECT id, fingerprint FROM positions p WHERE \(named("\(externalID)::text", by: creditor))",
            row: { row in
                PositionByExternalID(id: try row.identifier(), fingerprint: try row.next([UInt8].self))
            })
    }

    /// Deletes a draft that was never published and to which nothing refers.
    /// - Returns: whether it was deleted.
    package static func discardDraft(_ id: Identifier<Position>) -> Query<Bool> {
        Query<Bool?>("SELECT discard_draft(\(id.uuid))", row: { try $0.bool() }).map { $0 ?? false }
    }

    /// The position with an installment that has this notice number.
    package static func id(noticeNumber: NoticeNumber, of creditor: OrganizationTaxCode) -> Query<
        Identifier<Position>?
    > {
        Query(
            """
            SELECT position_id FROM installments
            WHERE creditor_tax_code = \(creditor.value) AND notice_number = \(noticeNumber.value)
            """, row: { try $0.identifier() })
    }

    /// The numbers of the installments that the last change of the position wrote off; none if it was another change.
    package static func writtenOffLast(of id: Identifier<Position>) -> Query<[Int]> {
        Query(
            """
            SELECT i.number FROM installments i JOIN positions p ON p.id = i.position_id
            WHERE i.position_id = \(id.uuid) AND i.written_off_version = p.version ORDER BY i.number
            """, rows: { try $0.int() })
    }

    /// The positions with these external ids.
    package static func by(externalIDs: [String], of creditor: OrganizationTaxCode) -> Query<
        [String: PositionByExternalID]
    > {
        Query(
            """
            SELECT found.external_id, found.id, found.fingerprint FROM unnest(\(externalIDs)::text[]) AS given(name)
            CROSS JOIN LATERAL (
                SELECT p.external_id, p.id, p.fingerprint FROM positions p WHERE \(named("given.name", by: creditor)) OFFSET 0)
                AS found
            """,
            rows: { row in
                (
                    try row.text(),
                    PositionByExternalID(id: try row.identifier(), fingerprint: try row.next([UInt8].self))
                )
            }
        ).map { Dictionary($0) { first, _ in first } }
    }

    /// Whether `p` has this external id of the creditor. Only the unique index of both columns fits this condition. Of an equality of the creditor,
    /// PostgreSQL may use another index that begins with the creditor, and read all its positions, when the table has no statistics yet.
    private static func named(_ externalID: SQL, by creditor: OrganizationTaxCode) -> SQL {
        """
        p.external_id = \(externalID) AND (p.external_id, p.creditor_tax_code)
            BETWEEN (\(externalID), \(creditor.value)) AND (\(externalID), \(creditor.value))
        """
    }

    /// The IUVs in this list that an installment of the creditor has. Each is looked up by an index; a join could read all installments.
    package static func onInstallments(_ iuvs: [IUV], of creditor: OrganizationTaxCode) -> Query<Set<IUV>> {
        Query(
            """
            SELECT given.iuv FROM unnest(\(iuvs.map(\.value))::text[]) AS given(iuv) WHERE EXISTS (
                SELECT FROM installments i WHERE i.creditor_tax_code = \(creditor.value) AND i.iuv = given.iuv OFFSET 0)
            """, rows: { row in try row.value { try IUV($0) } }
        ).map { Set($0) }
    }

    /// Numbers for generated IUVs, at or above the creditor's start. They come from a sequence, so a number is never returned twice
    /// and no transaction waits for another one.
    /// - Returns: `count` numbers, or fewer right after the start was set, when this connection still caches older ones.
    package static func nextIUVBases(_ count: Int, of creditor: OrganizationTaxCode) -> Query<[UInt64]> {
        Query(
            """
            SELECT CASE WHEN c.iuv_start IS NULL THEN d.n ELSE c.iuv_start + (d.n - c.iuv_start_base - 1) END
            FROM (SELECT nextval('iuv_bases') AS n FROM generate_series(1, \(count)::integer)) AS d
            LEFT JOIN creditors c ON c.tax_code = \(creditor.value)
            WHERE c.iuv_start_base IS NULL OR d.n > c.iuv_start_base
            """, rows: { UInt64(try $0.bigInteger()) })
    }

    /// How many numbers of `iuv_bases` a connection may have cached (`CACHE 32`).
    package static let cachedIUVBases = 32

    /// The IUVs in this list that the creditor has not used yet, in the order of the list.
    package static func unused(_ iuvs: [IUV], of creditor: OrganizationTaxCode) -> Query<[IUV]> {
        Query(
            """
            SELECT k.iuv FROM unnest(\(iuvs.map(\.value))::text[]) WITH ORDINALITY AS k(iuv, ordinal)
            WHERE NOT EXISTS (SELECT FROM used_iuvs u WHERE u.creditor_tax_code = \(creditor.value) AND u.iuv = k.iuv)
            ORDER BY k.ordinal
            """, rows: { row in try row.value { try IUV($0) } })
    }

    /// The distinct kinds of open anomalies, by name.
    /// - Parameter condition: selects `a`, an anomaly.
    static func reviewReasons(where condition: SQL) -> SQL {
        "ARRAY(SELECT DISTINCT a.kind FROM anomalies a WHERE \(condition) AND a.is_open ORDER BY a.kind)"
    }

    /// Locks the position and its alternatives.
    private static func locked(where condition: SQL) -> Query<[Position]> {
        let positions = lockedAlone(where: condition)
        return Query([lockAlternatives(where: condition)] + positions.statements) {
            try positions.decode(Array($0.dropFirst()))
        }
    }

    /// A separate statement locks first, so that the next one reads the changes of a payment that had the lock.
    private static func lockedAlone(where condition: SQL) -> Query<[Position]> {
        let lock: SQL = "SELECT FROM positions p WHERE \(condition) ORDER BY p.id FOR UPDATE OF p"
        let positions = several(where: condition)
        return Query([lock] + positions.statements) { try positions.decode(Array($0.dropFirst())) }
    }

    /// - Parameter condition: selects `p`, rows of `whole_positions`. A subquery must be an array, because a join cannot reach the
    ///   indexes under the view.
    private static func several(where condition: SQL) -> Query<[Position]> {
        Query(
            """
            SELECT p.id, p.creditor_tax_code, p.external_id, p.debt_type, p.payable_after_due, p.document_year,
                p.document_number, p.description, p.debtor_kind, p.debtor_tax_code, p.debtor_full_name, p.debtor_email,
                p.debtor_address::text, p.lines, p.installments, p.metadata::text, p.state, p.version, p.created_at,
                p.updated_at, p.published_at, p.cancelled_at, p.review_reasons, p.alternative_group, p.replaced_by,
                p.alternative_held_until, p.suspensions
            FROM whole_positions p WHERE \(condition) ORDER BY p.id
            """, rows: { try $0.position() })
    }
}

extension Position {
    /// The earliest due date of an owed installment, or the last due date when none is owed.
    package var owedDueDate: CalendarDate {
        installments.filter(\.isOwed).map(\.dueDate).min()
            ?? installments.map(\.dueDate).max() ?? CalendarDate(romeDayOf: createdAt)
    }
}

func addressText(_ address: PostalAddress) -> String {
    var map = [
        "street": address.street, "postal_code": address.postalCode, "city": address.city, "country": address.country,
    ]
    map["civic_number"] = address.civicNumber
    map["province"] = address.province
    return jsonText(map)
}

func postalAddress(_ text: String) throws -> PostalAddress {
    let map = try textMap(text)
    return PostalAddress(
        street: map["street"] ?? "", civicNumber: map["civic_number"], postalCode: map["postal_code"] ?? "",
        city: map["city"] ?? "", province: map["province"], country: map["country"] ?? "IT")
}

extension Row {
    fileprivate mutating func position() throws -> Position {
        Position(
            id: try identifier(), creditor: try organization(), externalID: try text(), debtTypeKey: try text(),
            payableAfterDue: try bool(), document: Document(year: try int(), number: try text()),
            description: try text(), debtor: try debtor(), lines: try nextRows { try $0.positionLine() },
            installments: try nextRows { try $0.installment() }, metadata: try textMap(text()),
            state: try word(), version: try int(), createdAt: try instant(), updatedAt: try instant(),
            publishedAt: try optionalInstant(), cancelledAt: try optionalInstant(), reviewReasons: try anomalyKinds(),
            alternativeGroup: try optionalText(), replacedBy: try optionalIdentifier(),
            alternativeHeldUntil: try optionalInstant(), suspensions: try nextRows { try $0.suspensionPeriod() })
    }

    private mutating func installment() throws -> Installment {
        let (id, number): (Identifier<Installment>, Int) = (try identifier(), try int())
        let (iuv, notice) = (try value { try IUV($0) }, try value { try NoticeNumber($0) })
        let (amount, dueDate) = (try amount(), try date())
        let transfers = try nextRows { try $0.transfer() }
        let (paidAt, writtenOff) = (try optionalInstant(), try self.amount())
        let (heldUntil, isIUVGenerated) = (try optionalInstant(), try bool())
        return Installment(
            id: id, number: number, iuv: iuv, noticeNumber: notice, amount: amount, dueDate: dueDate,
            validUntil: try optionalDate(), transfers: transfers, paidAt: paidAt, writtenOff: writtenOff,
            heldUntil: heldUntil, isIUVGenerated: isIUVGenerated)
    }

    private mutating func debtor() throws -> Debtor {
        Debtor(
            kind: try word(), taxCode: try value { try TaxCode($0) }, fullName: try text(),
            email: try optionalValue { try EmailAddress($0) }, address: try optionalText().map(postalAddress))
    }

    private mutating func positionLine() throws -> PositionLine {
        PositionLine(description: try text(), quantity: try optionalInt(), amount: try amount())
    }

    private mutating func transfer() throws -> Transfer {
        Transfer(
            creditor: try organization(), iban: try value { IBAN(stored: $0) }, amount: try amount(),
            taxonomyCode: try value { try TaxonomyCode($0) }, remittance: try text())
    }
}
