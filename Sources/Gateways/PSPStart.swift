import Cryptography
import JSON

/// The request that asks a PSP to start a payment.
package struct PSPStart: Sendable {
    package struct Installment: Sendable {
        package let iuv: String
        package let noticeNumber: String
        package let amountCents: Int64
        package let description: String
        /// The accounts that receive the money.
        package let transfers: [Transfer]

        package init(
            iuv: String, noticeNumber: String, amountCents: Int64, description: String, transfers: [Transfer] = []
        ) {
            self.iuv = iuv
            self.noticeNumber = noticeNumber
            self.amountCents = amountCents
            self.description = description
            self.transfers = transfers
        }
    }

    package struct Transfer: Sendable {
        package let creditorTaxCode: String
        package let iban: String
        package let amountCents: Int64
        package let remittance: String

        package init(creditorTaxCode: String, iban: String, amountCents: Int64, remittance: String) {
            self.creditorTaxCode = creditorTaxCode
            self.iban = iban
            self.amountCents = amountCents
            self.remittance = remittance
        }
    }

    package struct Payer: Sendable {
        package let kind: String
        package let taxCode: String
        package let fullName: String
        package let email: String?

        package init(kind: String, taxCode: String, fullName: String, email: String?) {
            self.kind = kind
            self.taxCode = taxCode
            self.fullName = fullName
            self.email = email
        }
    }

    package let psp: String
    package let startURL: String
    /// The valid secrets, newest first. The call carries one signature for each.
    package let secrets: [WebhookSecret]
    package let attemptID: String
    package let creditorTaxCode: String
    package let creditorName: String
    package let installments: [Installment]
    package let amountCents: Int64
    package let feeCents: Int64
    package let payer: Payer?
    package let returnURL: String
    package let receiptsURL: String
    package let outcomesURL: String
    package let expiresAt: String
    package let language: String
    /// The header of the request's trace, if it has one.
    package let traceparent: String?

    package init(
        psp: String, startURL: String, secrets: [WebhookSecret], attemptID: String, creditorTaxCode: String,
        creditorName: String, installments: [Installment], amountCents: Int64, feeCents: Int64, payer: Payer?,
        returnURL: String,
        receiptsURL: String, outcomesURL: String, expiresAt: String, language: String, traceparent: String? = nil
    ) {
        self.psp = psp
        self.startURL = startURL
        self.secrets = secrets
        self.attemptID = attemptID
        self.creditorTaxCode = creditorTaxCode
        self.creditorName = creditorName
        self.installments = installments
        self.amountCents = amountCents
        self.feeCents = feeCents
        self.payer = payer
        self.returnURL = returnURL
        self.receiptsURL = receiptsURL
        self.outcomesURL = outcomesURL
        self.expiresAt = expiresAt
        self.language = language
        self.traceparent = traceparent
    }

    var body: [UInt8] {
        JSONWriter.object { json in
            json.field("attempt_id", attemptID)
            json.object("creditor") { json in
                json.field("tax_code", creditorTaxCode)
                json.field("name", creditorName)
            }
            json.array("installments", installments) { json, installment in
                json.beginObject()
                json.field("iuv", installment.iuv)
                json.field("notice_number", installment.noticeNumber)
                json.field("amount_cents", installment.amountCents)
                json.field("description", installment.description)
                if !installment.transfers.isEmpty {
                    json.array("transfers", installment.transfers) { json, transfer in
                        json.beginObject()
                        json.field("creditor_tax_code", transfer.creditorTaxCode)
                        json.field("iban", transfer.iban)
                        json.field("amount_cents", transfer.amountCents)
                        json.field("remittance", transfer.remittance)
                        json.endObject()
                    }
                }
                json.endObject()
            }
            json.field("amount_cents", amountCents)
            json.field("fee_cents", feeCents)
            if let payer {
                json.object("payer") { json in
                    json.field("kind", payer.kind)
                    json.field("tax_code", payer.taxCode)
                    json.field("full_name", payer.fullName)
                    json.field("email", payer.email)
                }
            }
            json.field("return_url", returnURL)
            json.field("receipts_url", receiptsURL)
            json.field("outcomes_url", outcomesURL)
            json.field("expires_at", expiresAt)
            json.field("language", language)
        }
    }
}
