import Cryptography
import HTTPTypes
import JSON
import Operations
import PagoPA
import Text

extension JSONWriter {
    mutating func write(_ document: Document) {
        object("document") { json in
            json.field("year", document.year)
            json.field("number", document.number)
        }
    }

    mutating func write(_ debtor: Debtor, hidingContactData: Bool = false) {
        field("kind", debtor.kind.rawValue)
        field("tax_code", debtor.taxCode.value)
        if hidingContactData { return }
        field("full_name", debtor.fullName)
        field("email", debtor.email?.value)
        if let address = debtor.address { write(address) }
    }

    mutating func write(_ address: PostalAddress) {
        object("address") { json in
            json.field("street", address.street)
            json.field("civic_number", address.civicNumber)
            json.field("postal_code", address.postalCode)
            json.field("city", address.city)
            json.field("province", address.province)
            json.field("country", address.country)
        }
    }

    mutating func write(_ lines: [PositionLine]) {
        array("lines", lines) { json, line in
            json.beginObject()
            json.field("description", line.description)
            json.field("quantity", line.quantity)
            json.field("amount_cents", line.amount.cents)
            json.endObject()
        }
    }

    mutating func write(_ transfer: Transfer) {
        beginObject()
        field("creditor_tax_code", transfer.creditor.value)
        field("iban", transfer.iban.value)
        field("amount_cents", transfer.amount.cents)
        field("taxonomy_code", transfer.taxonomyCode.value)
        field("remittance", transfer.remittance)
        endObject()
    }

    /// Whether money that does not fit has arrived, and why it does not fit.
    mutating func write(reviewReasons: [AnomalyKind]) {
        field("under_review", !reviewReasons.isEmpty)
        array("review_reasons", reviewReasons) { $0.value($1.rawValue) }
    }

    mutating func write(metadata: [String: String]) {
        object("metadata") { json in
            for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { json.field(key, value) }
        }
    }

    mutating func write(references receipts: [ReceiptSummary], _ links: Links) {
        array("receipts", receipts) { json, receipt in
            json.beginObject()
            json.field("id", receipt.id.description)
            json.field("status", receipt.status.rawValue)
            json.field("amount_cents", receipt.amount.cents)
            json.field("paid_at", receipt.paidAt.rfc3339)
            json.field("under_review", !receipt.reviewReasons.isEmpty)
            json.field("superseded_by", receipt.supersededBy?.description)
            json.field("pdf_url", receipt.hasPDF ? links.receipt(receipt.id) + "/pdf" : nil)
            json.endObject()
        }
    }
}

extension PositionDetail {
    func reply(_ status: Int = 200, at now: Instant, _ links: Links) -> Reply {
        let bytes = JSONWriter.object { write(into: &$0, at: now, links) }
        // The version protects writes. The digest also changes with attempts, receipts and due dates, which do not change the version.
        let digest = Hex.encode(Array(SHA256.digest(bytes).prefix(6)))
        return Reply.json(.init(code: status), bytes: bytes).with(.eTag, "\"\(position.version)-\(digest)\"")
    }

    func write(into json: inout JSONWriter, at now: Instant, _ links: Links) {
        json.field("id", position.id.description)
        json.field("creditor_tax_code", position.creditor.value)
        json.field("external_id", position.externalID)
        json.field("debt_type", position.debtTypeKey)
        json.write(position.document)
        json.field("description", position.description)
        json.object("debtor") { $0.write(position.debtor, hidingContactData: hidesContactData) }
        json.write(position.lines)
        json.field("status", position.status(today: CalendarDate(romeDayOf: now)).rawValue)
        json.field("total_cents", position.totalCents)
        json.field("paid_cents", position.paidCents)
        json.field("written_off_cents", position.writtenOffCents)
        json.field("residual_cents", position.residualCents)
        json.write(reviewReasons: position.reviewReasons)
        json.field("suspended", position.isSuspended(at: now))
        json.array("installments", position.installments) { write($1, into: &$0, at: now) }
        json.array("attempts", attempts) { json, attempt in
            json.beginObject()
            json.field("id", attempt.id.description)
            json.field("status", attempt.status.rawValue)
            let ids = attempt.installments
            json.array("installments", position.installments.filter { ids.contains($0.id) }) { $0.value($1.number) }
            json.field("created_at", attempt.createdAt.rfc3339)
            json.endObject()
        }
        json.write(references: receipts, links)
        json.write(metadata: position.metadata)
        json.field("created_at", position.createdAt.rfc3339)
        json.field("updated_at", position.updatedAt.rfc3339)
        json.field("published_at", position.publishedAt?.rfc3339)
        json.field("cancelled_at", position.cancelledAt?.rfc3339)
        json.field("alternative_group", position.alternativeGroup)
        json.field("replaced_by", position.replacedBy?.description)
        json.object("_links") { json in
            json.field("self", links.position(position.id))
            json.field("receipts", "\(links.publicURL)/v1/receipts?position_id=\(position.id)")
            json.field("payment_attempts", "\(links.publicURL)/v1/payment-attempts?position_id=\(position.id)")
        }
    }

    private func write(_ part: Installment, into json: inout JSONWriter, at now: Instant) {
        let status = position.status(of: part, today: CalendarDate(romeDayOf: now))
        let disabled = position.disabledCode(of: part, now: now)
        json.beginObject()
        json.field("id", part.id.description)
        json.field("number", part.number)
        json.field("iuv", part.iuv.value)
        json.field("notice_number", part.noticeNumber.value)
        json.field("amount_cents", part.amount.cents)
        json.field("due_date", part.dueDate.description)
        json.field("valid_until", part.validUntil?.description)
        json.field("status", status.rawValue)
        json.field("payable", disabled == nil)
        json.field("disabled_code", disabled?.rawValue)
        let heldUntil = part.heldUntil ?? (status == .open ? position.alternativeHeldUntil : nil)
        json.field("payment_in_progress", heldUntil != nil)
        json.field("paid_at", part.paidAt?.rfc3339)
        json.field("paid_late", part.isPaidLate ? true : nil)
        json.field("written_off_cents", part.writtenOff == .zero ? nil : part.writtenOff.cents)
        json.array("transfers", part.transfers) { $0.write($1) }
        json.endObject()
    }
}

extension PositionSummary {
    func write(into json: inout JSONWriter, at now: Instant, _ links: Links) {
        json.beginObject()
        json.field("id", id.description)
        json.field("creditor_tax_code", creditor.value)
        json.field("creditor_name", creditorName)
        json.field("external_id", externalID)
        json.field("debt_type", debtTypeKey)
        json.write(document)
        json.field("description", description)
        json.field("status", state.status(payableUntil: payableUntil, today: CalendarDate(romeDayOf: now)).rawValue)
        json.field("total_cents", totalCents)
        json.field("paid_cents", paidCents)
        json.field("written_off_cents", writtenOffCents)
        json.field("residual_cents", totalCents - paidCents - writtenOffCents)
        json.write(reviewReasons: reviewReasons)
        json.field("due_date", dueDate.description)
        json.field("created_at", createdAt.rfc3339)
        json.field("updated_at", updatedAt.rfc3339)
        json.field("suspended", isSuspended(at: now))
        json.object("_links") { $0.field("self", links.position(id)) }
        json.endObject()
    }
}
