import Accounts
import Foundation
import PagoPA
import Postgres
import Requests

extension ReceiptFilter {
    fileprivate func conditions(within tenancy: Tenancy) -> [SQL] {
        let shown = statuses.isEmpty ? [.settled, .anomaly] : statuses
        var all: [SQL] = ["r.status = ANY(\(shown.map(\.rawValue)))"]
        if !origins.isEmpty { all.append("r.origin = ANY(\(origins.map(\.rawValue)))") }
        if let debtTypeKey { all.append("r.debt_type = \(debtTypeKey)") }
        if let iuv { all.append("r.iuv = \(iuv.value)") }
        if let noticeNumber {
            all.append("r.iuv = \(noticeNumber.iuv.value) AND r.notice_number = \(noticeNumber.value)")
        }
        var document: [SQL] = []
        if let documentYear { document.append("p.document_year = \(documentYear)") }
        if let documentNumber { document.append("p.document_number = \(documentNumber)") }
        switch tenancy {
        // Few positions have a number, so they are read once and their receipts are found by id.
        case .everyCreditor where documentNumber != nil, .only where documentNumber != nil:
            document.append(tenancy.condition(on: .positions("p")))
            all.append("r.position_id = ANY(ARRAY(SELECT p.id FROM positions p WHERE \(document.conjunction)))")
        default:
            if !document.isEmpty {
                all.append("EXISTS (SELECT FROM positions p WHERE p.id = r.position_id AND \(document.conjunction))")
            }
        }
        if let paidFrom { all.append("r.paid_at >= \(paidFrom.romeStart.sql)") }
        if let paidTo { all.append("r.paid_at < \(paidTo.nextDay.romeStart.sql)") }
        if let position { all.append("r.position_id = \(position.uuid)") }
        if let psp { all.append("r.psp_id = \(psp.value)") }
        if let receiptID { all.append("r.receipt_id = \(receiptID)") }
        if let amount { all.append("r.amount_cents = \(amount.cents)") }
        if let taxCode { all.append("(r.debtor_tax_code = \(taxCode.value) OR r.payer_tax_code = \(taxCode.value))") }
        return all
    }
}

extension Receipts {
    /// One page of receipts, newest payment first.
    package static func list(_ filter: ReceiptFilter, within tenancy: Tenancy, page: PageRequest) -> Query<
        Page<Receipt>
    > {
        let conditions = filter.conditions(within: tenancy)
        var paged = conditions
        if let after = page.after {
            paged.append("(r.paid_at, r.id) < (\(Microseconds(after.key))::timestamptz, \(after.id)::uuid)")
        }
        let ids = tenancy.merged(.receipts("r")) { tenant in
            "SELECT r.id, r.paid_at FROM receipts r WHERE \(tenant) AND \(paged.conjunction) ORDER BY r.paid_at DESC, r.id DESC LIMIT \(page.limit + 1)"
        }
        return .page(
            page,
            of: several(
                where:
                    "r.id = ANY(ARRAY(SELECT s.id FROM (\(ids)) AS s ORDER BY s.paid_at DESC, s.id DESC LIMIT \(page.limit + 1)))"
            ),
            total:
                "SELECT count(*) FROM receipts r WHERE \(tenancy.condition(on: .receipts("r"))) AND \(conditions.conjunction)",
            cursor: { Cursor(order: "receipts", key: $0.paidAt.microseconds, id: $0.id.uuid) })
    }
}
