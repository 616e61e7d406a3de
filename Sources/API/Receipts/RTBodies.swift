import JSON
import PagoPA

extension RT {
    /// The webhook's JSON. `iuv` may be left to the notice number, `outcome` to the RT's own code.
    static func read(_ reader: inout ObjectReader) -> RT? {
        let receiptID = reader.required("receipt_id") { try boundedText($0, 1...35) }
        let outcome = readOutcome(&reader)
        let creditor = reader.required("creditor_tax_code") { try OrganizationTaxCode(unchecked: $0) }
        let notice = reader.optional("notice_number") { try NoticeNumber($0) }
        if !reader.has("iuv"), notice == nil { reader.refuse("iuv", "is required when there is no notice_number") }
        let iuv = reader.optional("iuv") { try IUV($0) } ?? notice?.iuv
        let attempt = reader.optional("attempt_id") { try Identifier<PaymentAttempt>($0) }
        let context = reader.optional("payment_context") { try boundedText($0, 1...35) }
        let amount = reader.required("amount_cents", in: 0...Amount.maximum.cents)
        let fee = reader.optional("fee_cents", in: 0...Amount.maximum.cents)
        let psp = reader.required("psp", object: RTPSP.read)
        let method = reader.optional("payment_method") { try PaymentMethod($0) }
        let paidAt = reader.required("paid_at") { try Instant(rfc3339: $0) }
        let transfers = reader.optional("transfers", count: 0...5, items: RTTransfer.read)
        let payer = reader.optional("payer", object: RTSubject.read)
        let debtor = reader.optional("debtor", object: RTSubject.read)
        let failureReason = reader.optional("failure_reason") { try boundedText($0, 1...500) }
        guard let receiptID, let outcome, let creditor, let iuv,
            let amount = amount.flatMap({ try? Amount(cents: $0) }),
            let psp, let paidAt
        else { return nil }
        return RT(
            receiptID: receiptID, outcome: outcome, creditor: creditor, iuv: iuv, noticeNumber: notice,
            paymentContext: context, attempt: attempt, amount: amount, fee: fee.flatMap { try? Amount(cents: $0) },
            psp: psp, method: method, paidAt: paidAt, transfers: transfers ?? [], payer: payer, debtor: debtor,
            failureReason: failureReason)
    }

    private static func readOutcome(_ reader: inout ObjectReader) -> RTOutcome? {
        let isGiven = reader.has("outcome") || reader.has("outcome_code")
        if !isGiven { reader.refuse("outcome", "is required when there is no outcome_code") }
        let word = reader.optional("outcome") { (text: String) throws -> String in
            guard text == "OK" || text == "KO" else { throw InvalidValue(detail: "must be OK or KO") }
            return text
        }
        let code = reader.optional("outcome_code", in: 0...4).flatMap { RTOutcome(rawValue: Int($0)) }
        if let word, let code, word != code.word { reader.refuse("outcome_code", "contradicts outcome") }
        return code ?? word.map { $0 == "OK" ? .executed : .notExecuted }
    }
}

extension RTPSP {
    static func read(_ reader: inout ObjectReader) -> RTPSP? {
        let id = reader.required("id") { try PSPID($0) }
        let name = reader.required("business_name") { try boundedText($0, 1...140) }
        let taxCode = reader.optional("tax_code") { try boundedText($0, 1...35) }
        let channel = reader.optional("channel_id") { try boundedText($0, 1...35) }
        guard let id, let name else { return nil }
        return RTPSP(id: id, businessName: name, taxCode: taxCode, channel: channel)
    }
}

extension RTTransfer {
    static func read(_ value: JSONValue, _ place: String, _ violations: Violations) -> RTTransfer? {
        ObjectReader.object(value, place, violations) { reader in
            let index = reader.required("index", in: 1...5)
            let creditor = reader.required("creditor_tax_code") { try OrganizationTaxCode(unchecked: $0) }
            let iban = reader.optional("iban") { try boundedText($0, 1...35) }
            let amount = reader.required("amount_cents", in: 0...Amount.maximum.cents)
            let remittance = reader.optional("remittance") { try boundedText($0, 1...140) }
            guard let index, let creditor, let amount = amount.flatMap({ try? Amount(cents: $0) }) else { return nil }
            return RTTransfer(index: Int(index), creditor: creditor, iban: iban, amount: amount, remittance: remittance)
        }
    }
}

extension RTSubject {
    static func read(_ reader: inout ObjectReader) -> RTSubject? {
        RTSubject(
            kind: reader.optional("kind", text: SubjectKind.read),
            taxCode: reader.optional("tax_code") { try boundedText($0, 1...35) },
            fullName: reader.optional("full_name") { try boundedText($0, 1...140) },
            email: reader.optional("email") { try EmailAddress($0) })
    }
}
