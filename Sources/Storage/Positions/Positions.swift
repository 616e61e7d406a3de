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

    /// The ids of the positions that contain them.
    fileprivate var positionIDs: SQL {
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
            "SELECT id, fingerprint FROM positions WHERE creditor_tax_code = \(creditor.value) AND external_id = \(externalID)",
            row: { row in
                PositionByExternalID(id: try row.identifier(), fingerprint: try row.next([UInt8].self))
            })
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
            """, rows: { UInt64(try $0.next(Int64.self)) })
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
                p.alternative_held_until
            FROM whole_positions p WHERE \(condition) ORDER BY p.id
            """, rows: { try $0.position() })
    }
}

extension Transaction {
    /// Queues the whole position. The next statement or the commit throws the violation of a constraint.
    package func insert(_ position: Position, fingerprint: [UInt8]) {
        let debtor = position.debtor
        send(
            """
            INSERT INTO positions (id, creditor_tax_code, external_id, fingerprint, debt_type, payable_after_due,
                document_year,
                document_number, description, debtor_kind, debtor_tax_code, debtor_full_name, debtor_email,
                debtor_address, metadata, state, total_cents, due_date, payable_until, version, created_at, updated_at,
                published_at, alternative_group)
            VALUES (\(position.id.uuid), \(position.creditor.value), \(position.externalID), \(fingerprint),
                \(position.debtTypeKey), \(position.payableAfterDue), \(position.document.year),
                \(position.document.number), \(position.description), \(debtor.kind.rawValue), \(debtor.taxCode.value), \(debtor.fullName), \(debtor.email?.value),
                \(debtor.address.map(addressText))::jsonb, \(jsonText(position.metadata))::jsonb,
                \(position.state.rawValue), \(position.totalCents), \(position.owedDueDate.sql),
                \(position.payableUntil?.sql), \(position.version), \(position.createdAt.sql), \(position.updatedAt.sql),
                \(position.publishedAt?.sql), \(position.alternativeGroup))
            """)
        insertParts(of: position)
    }

    /// Queues the claim of the generated IUVs of new installments, for their creditor and for each creditor that receives a share.
    /// `used_iuvs_pkey` rejects an IUV that one of them has used, even in a concurrent transaction.
    package func claimIUVs(of installments: [Installment], creditor: OrganizationTaxCode) {
        let claims = installments.filter(\.isIUVGenerated).flatMap { part in
            Set(part.transfers.map(\.creditor)).union([creditor]).map { ($0.value, part.iuv.value) }
        }.sorted { $0 < $1 }
        guard !claims.isEmpty else { return }
        send(
            """
            INSERT INTO used_iuvs (creditor_tax_code, iuv)
            SELECT * FROM unnest(\(claims.map(\.0))::text[], \(claims.map(\.1))::text[])
            """)
    }

    private func insertParts(of position: Position) {
        if !position.lines.isEmpty {
            let lines = position.lines
            send(
                """
                INSERT INTO position_lines (position_id, number, description, quantity, amount_cents)
                SELECT \(position.id.uuid), line.number, line.description, NULLIF(line.quantity, 0), line.amount_cents
                FROM unnest(\(lines.map(\.description))::text[], \(lines.map { Int64($0.quantity ?? 0) })::integer[],
                    \(lines.map(\.amount.cents))::bigint[])
                    WITH ORDINALITY AS line(description, quantity, amount_cents, number)
                """)
        }
        let parts = position.installments
        send(
            """
            INSERT INTO installments (id, position_id, creditor_tax_code, number, iuv, notice_number, amount_cents, due_date,
                iuv_generated)
            SELECT part.id, \(position.id.uuid), \(position.creditor.value), part.number, part.iuv, part.notice_number,
                part.amount_cents, part.due_date, part.iuv_generated
            FROM unnest(\(parts.map(\.id.uuid))::uuid[], \(parts.map { Int64($0.number) })::integer[],
                \(parts.map(\.iuv.value))::text[], \(parts.map(\.noticeNumber.value))::text[],
                \(parts.map(\.amount.cents))::bigint[], \(parts.map(\.dueDate.sql))::date[],
                \(parts.map(\.isIUVGenerated))::boolean[])
                AS part(id, number, iuv, notice_number, amount_cents, due_date, iuv_generated)
            ON CONFLICT ON CONSTRAINT installments_number_key
            DO UPDATE SET amount_cents = EXCLUDED.amount_cents, due_date = EXCLUDED.due_date
            """)
        let transfers = parts.flatMap { part in
            part.transfers.enumerated().map { (part.id.uuid, $0.offset + 1, $0.element) }
        }
        send(
            """
            INSERT INTO transfers (installment_id, number, creditor_tax_code, iban, amount_cents, taxonomy_code, remittance)
            SELECT * FROM unnest(\(transfers.map(\.0))::uuid[], \(transfers.map { Int64($0.1) })::smallint[],
                \(transfers.map(\.2.creditor.value))::text[], \(transfers.map(\.2.iban.value))::text[],
                \(transfers.map(\.2.amount.cents))::bigint[], \(transfers.map(\.2.taxonomyCode.value))::text[],
                \(transfers.map(\.2.remittance))::text[])
            """)
    }

    /// Queues the changes of the creditor. With `replacingParts`, lines and transfers are replaced. Installments keep their id and
    /// numbers, and an installment that an attempt or a receipt references cannot be removed.
    package func update(_ position: Position, replacingParts: Bool) {
        let debtor = position.debtor
        send(
            """
            UPDATE positions SET debt_type = \(position.debtTypeKey),
                payable_after_due = \(position.payableAfterDue), document_year = \(position.document.year),
                document_number = \(position.document.number), description = \(position.description),
                debtor_kind = \(debtor.kind.rawValue), debtor_tax_code = \(debtor.taxCode.value),
                debtor_full_name = \(debtor.fullName), debtor_email = \(debtor.email?.value),
                debtor_address = \(debtor.address.map(addressText))::jsonb, metadata = \(jsonText(position.metadata))::jsonb,
                alternative_group = \(position.alternativeGroup),
                total_cents = \(position.totalCents), due_date = \(position.owedDueDate.sql),
                payable_until = \(position.payableUntil?.sql), version = \(position.version),
                updated_at = \(position.updatedAt.sql)
            WHERE id = \(position.id.uuid)
            """)
        guard replacingParts else { return }
        send("DELETE FROM position_lines WHERE position_id = \(position.id.uuid)")
        send(
            "DELETE FROM transfers WHERE installment_id IN (SELECT id FROM installments WHERE position_id = \(position.id.uuid))"
        )
        send(
            "DELETE FROM installments WHERE position_id = \(position.id.uuid) AND number > \(position.installments.count)"
        )
        insertParts(of: position)
    }

    /// Queues a change of state that a person requested; `pay` handles changes by payments.
    package func setState(_ state: PositionState, of position: Position, at now: Instant) {
        let cancelledAt = state == .cancelled ? position.cancelledAt ?? now : nil
        let publishedAt = state == .open ? position.publishedAt ?? now : position.publishedAt
        send(
            """
            UPDATE positions SET state = \(state.rawValue), cancelled_at = \(cancelledAt?.sql),
                published_at = \(publishedAt?.sql), updated_at = \(now.sql), version = version + 1,
                replaced_by = CASE WHEN \(state == .cancelled) THEN replaced_by END
            WHERE id = \(position.id.uuid)
            """)
    }

    /// Queues that this installment is paid, and the new totals and state of the position.
    /// - Parameter writtenOff: the unpaid part of the installment that is no longer owed.
    package func pay(
        _ installment: Installment, of position: Position, becoming state: PositionState, paidAt: Instant,
        writtenOff: Amount, at now: Instant
    ) {
        send(
            """
            UPDATE installments SET paid_at = \(paidAt.sql), written_off_cents = \(writtenOff.cents)
            WHERE id = \(installment.id.uuid) AND paid_at IS NULL
            """)
        let paid = installment.amount.cents - writtenOff.cents  // neither is negative
        move(
            position, to: state, paid: paid, writtenOff: writtenOff.cents,
            owed: position.installments.filter { $0.paidAt == nil && $0.id != installment.id }, at: now)
    }

    /// Queues that the payment of this installment was voided, so that it is owed again, and the new totals and state of the position.
    /// Void the receipt first, because otherwise `installments_unpaid_by_void` rejects the change.
    package func unpay(
        _ installment: Installment, of position: Position, becoming state: PositionState, at now: Instant
    ) {
        send(
            """
            UPDATE installments SET paid_at = NULL, written_off_cents = 0
            WHERE id = \(installment.id.uuid) AND paid_at IS NOT NULL
            """)
        let paid = installment.writtenOff.cents - installment.amount.cents  // neither is negative
        let writtenOff = 0 - installment.writtenOff.cents  // not negative, so that it can be negated
        move(
            position, to: state, paid: paid, writtenOff: writtenOff,
            owed: position.installments.filter { $0.paidAt == nil || $0.id == installment.id }, at: now)
    }

    /// - Parameters:
    ///   - paid: the cents to add to the paid amount; negative after a void.
    ///   - owed: the installments that are owed after this change.
    private func move(
        _ position: Position, to state: PositionState, paid: Int64, writtenOff: Int64, owed: [Installment],
        at now: Instant
    ) {
        let dueDate = owed.map(\.dueDate).min() ?? position.installments.map(\.dueDate).max() ?? position.owedDueDate
        let payableUntil = position.payableAfterDue ? nil : owed.map(\.dueDate).max()
        send(
            """
            UPDATE positions SET state = \(state.rawValue), paid_cents = paid_cents + \(paid),
                written_off_cents = written_off_cents + \(writtenOff), due_date = \(dueDate.sql),
                payable_until = \(payableUntil?.sql), updated_at = \(now.sql), version = version + 1
            WHERE id = \(position.id.uuid)
            """)
    }
}

extension Position {
    /// The earliest due date of an owed installment, or the last due date when none is owed.
    package var owedDueDate: CalendarDate {
        installments.filter { $0.paidAt == nil }.map(\.dueDate).min()
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
            alternativeHeldUntil: try optionalInstant())
    }

    private mutating func installment() throws -> Installment {
        Installment(
            id: try identifier(), number: try int(), iuv: try value { try IUV($0) },
            noticeNumber: try value { try NoticeNumber($0) }, amount: try amount(), dueDate: try date(),
            transfers: try nextRows { try $0.transfer() }, paidAt: try optionalInstant(), writtenOff: try amount(),
            heldUntil: try optionalInstant(), isIUVGenerated: try bool())
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
