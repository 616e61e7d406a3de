/// The lists that can be exported.
enum ExportedList: String, Sendable, CaseIterable {
    case positions, receipts, anomalies, refunds, journal

    var list: ListName {
        switch self {
        case .positions: .positions
        case .receipts: .receipts
        case .anomalies: .anomalies
        case .refunds: .refunds
        case .journal: .journal
        }
    }

    /// The columns of its CSV in order: the members of an item, those of objects after a dot. New ones are added at the end, because
    /// spreadsheets refer to columns by their place.
    var columns: [String] {
        switch self {
        case .positions:
            [
                "id", "creditor_tax_code", "creditor_name", "external_id", "debt_type", "document.year",
                "document.number", "description", "status", "total_cents", "paid_cents", "written_off_cents",
                "residual_cents", "under_review", "review_reasons", "due_date", "created_at", "updated_at",
                "_links.self", "suspended",
            ]
        case .receipts:
            [
                "id", "position_id", "creditor_tax_code", "debt_type", "description", "iuv", "notice_number", "paid_at",
                "amount_cents", "fee_cents", "status", "origin", "under_review", "review_reasons", "outcome",
                "is_beneficiary_copy", "superseded_by", "supersedes", "voided_at", "refunds", "pdf_url", "_links.self",
            ]
        case .anomalies:
            [
                "id", "kind", "status", "receipt_id", "position_id", "creditor_tax_code", "iuv", "psp_id",
                "amount_cents", "payer_known", "opened_at", "detail", "candidate.position_id", "candidate.installment",
                "candidate.amount_cents", "candidate.is_paid", "candidate.iuv_is_generated", "resolution", "reason",
                "resolved_at", "resolved_by", "written_off_cents", "refund_id", "violations",
            ]
        case .refunds:
            [
                "id", "receipt_id", "anomaly_id", "creditor_tax_code", "amount_cents", "status", "date", "reference",
                "reason", "decided_by", "created_at", "updated_at", "_links.self", "_links.receipt",
            ]
        case .journal:
            [
                "number", "at", "kind", "actor", "correlation_id", "creditor_tax_code", "position_id", "attempt_id",
                "receipt_id", "from", "to", "note",
            ]
        }
    }
}
