import Accounts
import Foundation
import PagoPA
import Postgres
import Requests

extension PositionOrder {
    fileprivate var columns: SQL {
        switch self {
        case .created, .createdDescending: "created_at, id"
        case .due, .dueDescending: "due_date, id"
        case .updated, .updatedDescending: "updated_at, id"
        case .document, .documentDescending: "document_year, document_number, id"
        }
    }

    fileprivate var ordering: SQL {
        switch self {
        case .created: "created_at, id"
        case .createdDescending: "created_at DESC, id DESC"
        case .due: "due_date, id"
        case .dueDescending: "due_date DESC, id DESC"
        case .updated: "updated_at, id"
        case .updatedDescending: "updated_at DESC, id DESC"
        case .document: "document_year, document_number, id"
        case .documentDescending: "document_year DESC, document_number DESC, id DESC"
        }
    }

    fileprivate var sign: SQL {
        switch self {
        case .created, .due, .updated, .document: ">"
        case .createdDescending, .dueDescending, .updatedDescending, .documentDescending: "<"
        }
    }

    fileprivate func place(_ cursor: Cursor) -> SQL {
        switch self {
        case .created, .createdDescending, .updated, .updatedDescending:
            "\(Microseconds(cursor.key))::timestamptz, \(cursor.id)::uuid"
        case .due, .dueDescending: "\(EpochDays(Int32(truncatingIfNeeded: cursor.key)))::date, \(cursor.id)::uuid"
        case .document, .documentDescending:
            "\(Int(truncatingIfNeeded: cursor.key))::integer, \(cursor.subkey)::text, \(cursor.id)::uuid"
        }
    }

    fileprivate func cursor(_ row: PositionSummary) -> Cursor {
        switch self {
        case .created, .createdDescending: Cursor(order: rawValue, key: row.createdAt.microseconds, id: row.id.uuid)
        case .updated, .updatedDescending: Cursor(order: rawValue, key: row.updatedAt.microseconds, id: row.id.uuid)
        case .due, .dueDescending: Cursor(order: rawValue, key: Int64(row.dueDate.epochDays), id: row.id.uuid)
        case .document, .documentDescending:
            Cursor(order: rawValue, key: Int64(row.document.year), subkey: row.document.number, id: row.id.uuid)
        }
    }
}

extension Positions {
    /// One page of positions; `today` (in Rome) decides which are expired, as in the detail.
    package static func list(
        _ filter: PositionFilter, within tenancy: Tenancy, order: PositionOrder, page: PageRequest, today: CalendarDate
    ) -> Query<Page<PositionSummary>> {
        let conditions = filter.conditions(today: today, within: tenancy)
        let after: [SQL] = page.after.map { ["(\(order.columns)) \(order.sign) (\(order.place($0)))"] } ?? []
        let dueDays = DueDays(filter, order: order, within: tenancy)
        let rows = tenancy.merged(.positions("p")) { tenant in
            if let dueDays { return dueDays.selection(where: ([tenant] + after).conjunction, page: page) }
            return filter.selection(
                where: ([tenant] + conditions + after).conjunction, within: tenancy, order: order, page: page)
        }
        let found = Query(
            """
            SELECT p.id, p.creditor_tax_code, c.name, p.external_id, p.debt_type, p.document_year, p.document_number,
                p.description, p.state, p.total_cents, p.paid_cents,
                p.written_off_cents, p.due_date, p.payable_until,
                \(reviewReasons(where: "a.position_id = p.id")), p.created_at, p.updated_at,
                \(Suspensions.ofPosition)
            FROM (\(rows)) AS p JOIN creditors c ON c.tax_code = p.creditor_tax_code
            ORDER BY \(order.qualified) LIMIT \(page.limit + 1)
            """, rows: { try $0.positionSummary() })
        return .page(
            page, of: found,
            total: """
                SELECT count(*) FROM positions p
                WHERE \(tenancy.condition(on: .positions("p"))) AND \(filter.complete(conditions).conjunction)
                """, hasOnePlan: filter.hasOnePlan(within: tenancy), cursor: order.cursor)
    }
}

extension PositionOrder {
    fileprivate var qualified: SQL {
        switch self {
        case .created: "p.created_at, p.id"
        case .createdDescending: "p.created_at DESC, p.id DESC"
        case .due: "p.due_date, p.id"
        case .dueDescending: "p.due_date DESC, p.id DESC"
        case .updated: "p.updated_at, p.id"
        case .updatedDescending: "p.updated_at DESC, p.id DESC"
        case .document: "p.document_year, p.document_number, p.id"
        case .documentDescending: "p.document_year DESC, p.document_number DESC, p.id DESC"
        }
    }
}

extension PositionFilter {
    /// Few positions match one of these values, so that its index is right beside any other filter; or there is no filter at all, or
    /// only a status of the creditors' positions, which is a literal in the statement. The debtor ANONIMO may have many.
    fileprivate func hasOnePlan(within tenancy: Tenancy) -> Bool {
        let isNarrow =
            externalID != nil || iuv != nil || noticeNumber != nil || debtor.map { !$0.isAnonymous } ?? false
        var others = self
        if case .only = tenancy, statuses.count == 1 { others.statuses = [] }
        return isNarrow || others == PositionFilter()
    }

    /// The first rows that fit `condition`, and the filters that it does not contain: the service and the words.
    fileprivate func selection(where condition: SQL, within tenancy: Tenancy, order: PositionOrder, page: PageRequest)
        -> SQL
    {
        switch tenancy {
        case .citizen, .registry, .psp:
            // A citizen has few positions.
            return page.first(
                of: "SELECT * FROM positions p WHERE \(complete([condition]).conjunction) ORDER BY \(order.ordering)")
        case .everyCreditor:
            let service = service.map { [Self.hasService($0)] } ?? []
            return selection(
                where: ([condition] + service).conjunction, creditor: "NULL::text", order: order, page: page)
        case .only(let creditors, _):
            guard let service, debtTypeKey == nil else {
                let service = service.map { [Self.hasService($0)] } ?? []
                return selection(
                    where: ([condition] + service).conjunction, creditor: Tenancy.mergedCreditor, order: order,
                    page: page)
            }
            // The index on debt types returns the first rows of each debt type in order, so a rare service costs the same.
            let typed = selection(
                where: "\(condition) AND p.creditor_tax_code = d.creditor_tax_code AND p.debt_type = d.key",
                creditor: Tenancy.mergedCreditor, order: order, page: page)
            return """
                SELECT typed.* FROM debt_types d CROSS JOIN LATERAL (\(typed)) AS typed
                WHERE d.service = \(service) AND d.creditor_tax_code = ANY(\(creditors.map(\.value)))
                """
        }
    }

    /// A text that many rows have is found among the first ones; the index returns the rows that have a rare text. Row level security
    /// lets a statement of the service not use that index, so a function of the owner reads it and applies the policy itself.
    /// - Parameter creditor: the creditor of all rows, or NULL.
    private func selection(where condition: SQL, creditor: SQL, order: PositionOrder, page: PageRequest) -> SQL {
        let texts = textConditions
        guard let first = texts.first else {
            return page.first(of: "SELECT * FROM positions p WHERE \(condition) ORDER BY \(order.ordering)")
        }
        let near: SQL =
            first.isRare
            ? "SELECT p.id FROM positions p WHERE false"
            : page.first(
                of: """
                    SELECT p.id FROM (SELECT p.* FROM positions p WHERE \(condition) ORDER BY \(order.ordering)
                        LIMIT \(first.rowsBeforeIndex)) AS p
                    WHERE \(texts.map(\.row).conjunction) ORDER BY \(order.ordering)
                    """)
        let others: [SQL] = texts.dropFirst().map(\.row)
        let found = page.first(
            of: """
                SELECT * FROM positions p
                WHERE \(([condition, "p.id = ANY(matching.ids)"] + others).conjunction) ORDER BY \(order.ordering)
                """)
        // OFFSET 0: each array is computed once, and not for each row.
        return """
            SELECT page.* FROM (SELECT ARRAY(\(near)) AS ids OFFSET 0) AS near
            CROSS JOIN LATERAL (
                SELECT CASE WHEN cardinality(near.ids) > \(page.limit)::integer THEN near.ids
                    ELSE \(first.ids(creditor)) END AS ids OFFSET 0) AS matching
            CROSS JOIN LATERAL (\(found)) AS page
            """
    }

    /// All conditions as one, for few rows or for a count.
    fileprivate func complete(_ conditions: [SQL]) -> [SQL] {
        conditions + (service.map { [Self.hasService($0)] } ?? []) + textConditions.map(\.row)
    }

    private static func hasService(_ service: String) -> SQL {
        """
        EXISTS (SELECT FROM debt_types d WHERE d.creditor_tax_code = p.creditor_tax_code AND d.key = p.debt_type
            AND d.service = \(service))
        """
    }

    fileprivate func conditions(today: CalendarDate, within tenancy: Tenancy) -> [SQL] {
        var all: [SQL] = []
        if !statuses.isEmpty {
            let any: [SQL] = statuses.map { $0.condition(today: today) }
            all.append("(\(any.joined(separator: " OR ")))")
        }
        if let externalID { all.append("p.external_id = \(externalID)") }
        if let debtTypeKey { all.append("p.debt_type = \(debtTypeKey)") }
        if let alternativeGroup { all.append("p.alternative_group = \(alternativeGroup)") }
        if let documentYear { all.append("p.document_year = \(documentYear)") }
        if let documentNumber { all.append("p.document_number = \(documentNumber)") }
        if let iuv { all.append(holds("i.iuv = \(iuv.value)")) }
        // Without a creditor, the index on IUVs finds a notice number.
        if let noticeNumber {
            all.append(holds("i.iuv = \(noticeNumber.iuv.value) AND i.notice_number = \(noticeNumber.value)"))
        }
        if let dueFrom { all.append("p.due_date >= \(dueFrom.sql)") }
        if let dueTo { all.append("p.due_date <= \(dueTo.sql)") }
        var validUntil: [SQL] = []
        if let validUntilFrom { validUntil.append("i.valid_until >= \(validUntilFrom.sql)") }
        if let validUntilTo { validUntil.append("i.valid_until <= \(validUntilTo.sql)") }
        if !validUntil.isEmpty { all.append(holds(validUntil.conjunction)) }
        var paidAt: [SQL] = []
        if let paidFrom { paidAt.append("i.paid_at >= \(paidFrom.romeStart.sql)") }
        if let paidTo { paidAt.append("i.paid_at < \(paidTo.nextDay.romeStart.sql)") }
        // One payment lies between both days; two payments, one before and one after them, do not match.
        if !paidAt.isEmpty { all.append(holds(paidAt.conjunction)) }
        if let updatedSince { all.append("p.updated_at >= \(updatedSince.sql)") }
        if let debtor { all.append("p.debtor_tax_code = \(debtor.value)") }
        let isOpen: SQL = "EXISTS (SELECT FROM anomalies a WHERE a.position_id = p.id AND a.is_open)"
        switch (isUnderReview, tenancy) {
        case (nil, _): break
        case (false, _): all.append("NOT \(isOpen)")
        // A citizen has few positions.
        case (true, .citizen): all.append(isOpen)
        // There are few open anomalies, so they are read once and their positions are found by id.
        case (true, _): all.append("p.id = ANY(ARRAY(SELECT a.position_id FROM anomalies a WHERE a.is_open))")
        }
        return all
    }

    /// Uses the indexes on IUVs, notice numbers and payments, for each creditor of the rows.
    private func holds(_ condition: SQL) -> SQL {
        "EXISTS (SELECT FROM installments i WHERE i.position_id = p.id AND i.creditor_tax_code = p.creditor_tax_code AND \(condition))"
    }
}

extension PositionStatus {
    fileprivate func condition(today: CalendarDate) -> SQL {
        switch self {
        case .draft: "p.state = 'draft'"
        case .paid: "p.state = 'paid'"
        case .cancelled: "p.state = 'cancelled'"
        case .open: "(p.state = 'open' AND (p.payable_until IS NULL OR p.payable_until >= \(today.sql)))"
        case .partiallyPaid:
            "(p.state = 'partially_paid' AND (p.payable_until IS NULL OR p.payable_until >= \(today.sql)))"
        case .expired: "(p.state IN ('open', 'partially_paid') AND p.payable_until < \(today.sql))"
        }
    }
}

extension CalendarDate {
    var nextDay: CalendarDate { CalendarDate(epochDays: epochDays + 1) }
}

extension String {
    /// Escapes the wildcard characters of LIKE.
    var escapedForLike: String {
        replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
    }
}

extension Row {
    fileprivate mutating func positionSummary() throws -> PositionSummary {
        PositionSummary(
            id: try identifier(), creditor: try organization(), creditorName: try text(), externalID: try text(),
            debtTypeKey: try text(), document: Document(year: try int(), number: try text()), description: try text(),
            state: try word(), totalCents: try bigInteger(), paidCents: try bigInteger(),
            writtenOffCents: try bigInteger(), dueDate: try date(), payableUntil: try optionalDate(),
            reviewReasons: try anomalyKinds(),
            createdAt: try instant(), updatedAt: try instant(), suspensions: try nextRows { try $0.suspensionPeriod() })
    }
}
