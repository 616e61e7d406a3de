import Foundation

@testable import PSPSimulator

extension Payment {
    /// A cart of two school documents: 59,80 and 80,60 euro, fee 1,50.
    static func sample(attempt: String = "0199b0aa-1111-7abc-8def-001122334455", description: String = "Mensa") throws
        -> Payment
    {
        Payment(
            id: "1", pspID: "ABCDITMM", channelID: "12345678903_01",
            call: try .sample(attempt: attempt, description: description),
            startedAt: Date(timeIntervalSince1970: 0))
    }
}

extension StartCall {
    static func sample(
        attempt: String = "0199b0aa-1111-7abc-8def-001122334455", description: String = "Mensa",
        amountCents: Int64 = 14_040,
        returnURL: String = "http://127.0.0.1:8080/return/x"
    ) throws -> StartCall {
        let document: [String: Any] = [
            "attempt_id": attempt,
            "creditor": ["tax_code": "01234567890", "name": "Comune di Prova"],
            "installments": [
                [
                    "iuv": "01000000000000101", "notice_number": "301000000000000101", "amount_cents": 5_980,
                    "description": description,
                ],
                [
                    "iuv": "01000000000000202", "notice_number": "301000000000000202", "amount_cents": 8_060,
                    "description": "Scuolabus",
                ],
            ],
            "amount_cents": amountCents, "fee_cents": 150,
            "payer": ["kind": "person", "tax_code": "RSSMRA80A01H501U", "full_name": "Mario Rossi"],
            "return_url": returnURL, "receipts_url": "http://127.0.0.1:8080/v1/psps/ABCDITMM/receipts",
            "outcomes_url": "http://127.0.0.1:8080/v1/psps/ABCDITMM/outcomes", "a_later_field": true,
        ]
        return try JSONDecoder().decode(StartCall.self, from: JSONSerialization.data(withJSONObject: document))
    }
}
