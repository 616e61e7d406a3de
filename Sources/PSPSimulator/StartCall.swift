/// The body of the call that starts a payment, as the PSP contract defines it. The simulator reads only the members that it needs.
struct StartCall: Codable, Sendable {
    let attemptID: String
    let creditor: Creditor
    let installments: [Installment]
    let amountCents: Int64
    let feeCents: Int64
    let payer: Subject?
    let returnURL: String
    let receiptsURL: String
    let outcomesURL: String
    let expiresAt: String?

    struct Creditor: Codable, Sendable {
        let taxCode: String
        let name: String

        enum CodingKeys: String, CodingKey {
            case taxCode = "tax_code"
            case name
        }
    }

    struct Installment: Codable, Sendable {
        let iuv: String
        let noticeNumber: String
        let amountCents: Int64
        let description: String
        let transfers: [Transfer]?

        enum CodingKeys: String, CodingKey {
            case iuv, description, transfers
            case noticeNumber = "notice_number"
            case amountCents = "amount_cents"
        }
    }

    /// A beneficiary's part of the installment.
    struct Transfer: Codable, Sendable {
        let creditorTaxCode: String
        let amountCents: Int64

        enum CodingKeys: String, CodingKey {
            case creditorTaxCode = "creditor_tax_code"
            case amountCents = "amount_cents"
        }
    }

    struct Subject: Codable, Sendable {
        let kind: String?
        let taxCode: String?
        let fullName: String?
        let email: String?

        enum CodingKeys: String, CodingKey {
            case kind, email
            case taxCode = "tax_code"
            case fullName = "full_name"
        }
    }

    enum CodingKeys: String, CodingKey {
        case creditor, installments, payer
        case attemptID = "attempt_id"
        case amountCents = "amount_cents"
        case feeCents = "fee_cents"
        case returnURL = "return_url"
        case receiptsURL = "receipts_url"
        case outcomesURL = "outcomes_url"
        case expiresAt = "expires_at"
    }

    /// Why a PSP would reject the call; `nil` if it is acceptable.
    var fault: String? {
        if !(1...5).contains(installments.count) { return "installments must contain 1 to 5" }
        if installments.contains(where: { !(1...99_999_999_999).contains($0.amountCents) }) {
            return "installments must be of 1 to 99999999999 cents"
        }
        if installments.reduce(0, { $0 + $1.amountCents }) != amountCents {
            return "amount_cents is not the installments' sum"
        }
        if !(0...99_999_999_999).contains(feeCents) { return "fee_cents must be 0 to 99999999999" }
        let links = [("return_url", returnURL), ("receipts_url", receiptsURL), ("outcomes_url", outcomesURL)]
        for (name, link) in links where !WebLink.isUsable(link) {
            return "\(name) must be an absolute http or https URL"
        }
        return nil
    }
}
