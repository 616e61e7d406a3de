import Cryptography
import HTTPTypes
import JSON
import Operations
import PagoPA
import Text

extension RTAcknowledgement {
    var answer: [UInt8] {
        JSONWriter.object { json in
            json.field("receipt_id", receiptID)
            json.field("id", receipt.description)
            json.field("disposition", disposition.rawValue)
            json.field("anomaly_kind", anomaly?.kind.rawValue)
            json.field("anomaly_id", anomaly?.id.description)
            json.field("position_id", position?.description)
            json.field("received_at", receivedAt.rfc3339)
            json.field("rt_sha256", Hex.encode(sha256))
            json.write(notes)
        }
    }
}

extension Receipt {
    func reply(_ status: HTTPResponse.Status, _ links: Links) -> Reply {
        .json(status) { write(into: &$0, links) }
    }

    private func pdfURL(_ links: Links) -> String? { hasPDF ? links.receipt(id) + "/pdf" : nil }

    private func write(into json: inout JSONWriter, _ links: Links) {
        json.field("id", id.description)
        json.field("receipt_id", receiptID)
        json.field("payment_context", paymentContext)
        json.field("creditor_tax_code", creditor.value)
        json.field("creditor_name", creditorName)
        json.field("position_id", position?.description)
        json.field("installment_number", installmentNumber)
        json.field("attempt_id", attempt?.description)
        json.field("debt_type", debtTypeKey)
        json.field("description", description)
        if let document { json.write(document) }
        writePayment(into: &json)
        json.field("outcome_code", outcome.rawValue)
        if let psp {
            json.object("psp") { json in
                json.field("id", psp.id.value)
                json.field("business_name", psp.businessName)
                json.field("tax_code", psp.taxCode)
                json.field("channel_id", psp.channel)
            }
        }
        json.field("sent_by", relay?.value)
        json.field("payment_method", method?.code)
        json.array("transfers", transfers) { json, transfer in
            json.beginObject()
            json.field("index", transfer.index)
            json.field("creditor_tax_code", transfer.creditor.value)
            json.field("iban", transfer.iban)
            json.field("amount_cents", transfer.amount.cents)
            json.field("remittance", transfer.remittance)
            json.endObject()
        }
        if copyOf != nil { json.field("is_beneficiary_copy", true) }
        json.field("superseded_by", supersededBy?.description)
        json.field("supersedes", supersedes?.description)
        json.field("failure_reason", failureReason)
        json.field("till", till)
        json.field("reference", reference)
        json.field("voided_at", voided?.at.rfc3339)
        json.field("void_reason", voided?.reason)
        json.write(refunds: refunds)
        json.field("rt_sha256", rtSHA256)
        json.write(notes)
        json.field("received_at", receivedAt.rfc3339)
        json.field("pdf_url", pdfURL(links))
        json.field("rt_url", rtSHA256 == nil ? nil : links.receipt(id) + "/rt")
        json.field("official_rt_url", psp == nil ? nil : links.receipt(id) + "/official-rt")
        json.object("_links") { json in
            json.field("self", links.receipt(id))
            json.field("position", position.map(links.position))
            json.field("payment_attempt", attempt.map(links.attempt))
        }
    }

    private func writePayment(into json: inout JSONWriter) {
        json.field("iuv", iuv.value)
        json.field("notice_number", noticeNumber?.value)
        json.field("paid_at", paidAt.rfc3339)
        json.field("amount_cents", amount.cents)
        json.field("fee_cents", fee?.cents)
        json.field("status", status.rawValue)
        json.field("origin", origin.rawValue)
        json.write(reviewReasons: reviewReasons)
        json.field("outcome", outcome.word)
    }

    func writeSummary(into json: inout JSONWriter, _ links: Links) {
        json.beginObject()
        json.field("id", id.description)
        json.field("position_id", position?.description)
        json.field("creditor_tax_code", creditor.value)
        json.field("debt_type", debtTypeKey)
        json.field("description", description)
        writePayment(into: &json)
        if copyOf != nil { json.field("is_beneficiary_copy", true) }
        json.field("superseded_by", supersededBy?.description)
        json.field("supersedes", supersedes?.description)
        json.field("voided_at", voided?.at.rfc3339)
        json.write(refunds: refunds)
        json.field("pdf_url", pdfURL(links))
        json.object("_links") { $0.field("self", links.receipt(id)) }
        json.endObject()
    }
}

extension JSONWriter {
    /// Writes the notes about unusual content of an RT, if there are any.
    fileprivate mutating func write(_ notes: [RTNote]) {
        guard !notes.isEmpty else { return }
        array("notes", notes) { json, note in
            json.beginObject()
            json.field("pointer", note.pointer)
            json.field("code", note.code.rawValue)
            json.field("detail", note.detail)
            json.endObject()
        }
    }
}

extension Anomaly {
    func write(into json: inout JSONWriter) {
        json.field("id", id.description)
        json.field("kind", kind.rawValue)
        json.field("status", isOpen ? "open" : "resolved")
        json.field("receipt_id", receipt?.description)
        json.field("position_id", position?.description)
        json.field("creditor_tax_code", creditor?.value)
        json.field("iuv", iuv?.value)
        json.field("psp_id", psp?.value)
        json.field("amount_cents", amount?.cents)
        json.field("payer_known", isPayerKnown)
        json.field("opened_at", openedAt.rfc3339)
        json.field("detail", kind.detail)
        if let candidate {
            json.object("candidate") { json in
                json.field("position_id", candidate.position.description)
                json.field("installment", candidate.installmentNumber)
                json.field("amount_cents", candidate.amount.cents)
                json.field("is_paid", candidate.paidAt != nil)
                json.field("iuv_is_generated", candidate.isIUVGenerated)
            }
        }
        if let resolution {
            json.field("resolution", resolution.kind.rawValue)
            json.field("reason", resolution.reason)
            json.field("resolved_at", resolution.resolvedAt.rfc3339)
            json.field("resolved_by", resolution.resolvedBy)
            json.field("written_off_cents", resolution.writtenOff?.cents)
            json.field("refund_id", resolution.refund?.description)
        }
    }
}

extension Evidence {
    var servedMediaType: String { safeMediaType(mediaType, bytes) }

    /// Writes the metadata of the evidence, without its bytes, and the reasons why it is not readable.
    func write(into json: inout JSONWriter) {
        json.object("evidence") { json in
            json.field("media_type", mediaType)
            json.field("size_bytes", bytes.count)
            json.field("sha256", Hex.encode(sha256))
            json.field("sender_psp_id", sender.value)
            json.field("webhook_id", messageID.isEmpty ? nil : plainText(messageID, upTo: 256))
            json.field("received_at", receivedAt.rfc3339)
        }
        json.write(violations: faults)
    }
}

extension JSONWriter {
    /// Writes why a body is not readable; nothing if there is no fault.
    mutating func write(violations faults: [Fault]) {
        guard !faults.isEmpty else { return }
        array("violations", faults) { json, fault in
            json.beginObject()
            json.field("pointer", fault.pointer)
            json.field("code", fault.code.rawValue)
            json.field("detail", fault.detail)
            json.endObject()
        }
    }
}

/// The media type under which untrusted bytes are served: valid JSON and XML under their own, anything else as plain bytes, so that no
/// client shows or parses it.
func safeMediaType(_ mediaType: String, _ bytes: [UInt8]) -> String {
    switch mediaType {
    case "application/json" where (try? JSONValue.parse(bytes)) != nil: mediaType
    case "application/xml": mediaType
    default: "application/octet-stream"
    }
}
