import Foundation

/// The members of an RT that a sender is graded by.
struct SentRT {
    private(set) var receiptID = ""
    private(set) var outcome = ""
    private(set) var creditor = ""
    /// The IUV, or the notice number.
    private(set) var reference = ""
    private(set) var amountCents: Int64?
    private(set) var transferCents: [Int64] = []
    /// `nil` in XML, which has the day of the payment only.
    private(set) var paidAt: String?
    /// `nil` in XML, which names no PSP by its id.
    private(set) var psp: String?
    /// Whether every amount is written as the contract words it.
    private(set) var hasContractAmounts = true

    /// `nil` for a body that is no RT.
    init?(_ post: SentPost) {
        if post.mediaType.hasSuffix("xml") {
            guard let text = String(bytes: post.body, encoding: .utf8), text.contains("RT") else { return nil }
            read(xml: text)
        } else {
            guard let object = (try? JSONSerialization.jsonObject(with: Data(post.body))) as? [String: Any] else {
                return nil
            }
            read(object, String(decoding: post.body, as: UTF8.self))
        }
    }

    /// Whether money moved; `nil` for another outcome.
    var isExecuted: Bool? {
        switch outcome {
        case "OK", "0", "2", "4": true
        case "KO", "1", "3": false
        default: nil
        }
    }

    /// RFC 3339 with a zone.
    static func isInstant(_ text: String) -> Bool {
        text.wholeMatch(
            of: #/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})/#)
            != nil
    }

    private mutating func read(_ object: [String: Any], _ text: String) {
        receiptID = object["receipt_id"] as? String ?? ""
        outcome = object["outcome"] as? String ?? (object["outcome_code"] as? NSNumber).map { "\($0)" } ?? ""
        creditor = object["creditor_tax_code"] as? String ?? ""
        reference = object["iuv"] as? String ?? object["notice_number"] as? String ?? ""
        paidAt = object["paid_at"] as? String ?? ""
        psp = (object["psp"] as? [String: Any])?["id"] as? String ?? ""
        amountCents = (object["amount_cents"] as? NSNumber)?.int64Value
        let transfers = object["transfers"] as? [[String: Any]] ?? []
        transferCents = transfers.map { ($0["amount_cents"] as? NSNumber)?.int64Value ?? -1 }
        // As written: a parser makes 4550.0 and 4550 the same number.
        let amounts = text.matches(of: #/"(?:amount|fee)_cents"\s*:\s*([^,}\s]+)/#).map { String($0.1) }
        hasContractAmounts =
            amountCents != nil && amounts.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    }

    private mutating func read(xml text: String) {
        func values(_ element: String) -> [String] {
            guard
                let pattern = try? Regex(
                    "<(?:[A-Za-z_][A-Za-z0-9_.-]*:)?\(element)>([^<]*)</", as: (Substring, Substring).self)
            else { return [] }
            return text.matches(of: pattern).map { String($0.1).trimmingCharacters(in: .whitespacesAndNewlines) }
        }
        receiptID = values("CodiceContestoPagamento").first ?? ""
        outcome = values("codiceEsitoPagamento").first ?? ""
        creditor = values("identificativoDominio").first ?? ""
        reference = values("identificativoUnivocoVersamento").first ?? ""
        let (total, singles) = (values("importoTotalePagato"), values("singoloImportoPagato"))
        amountCents = total.first.flatMap(Self.cents)
        transferCents = singles.map { Self.cents($0) ?? -1 }
        hasContractAmounts = total.count == 1 && (total + singles).allSatisfy { Self.cents($0) != nil }
    }

    /// Euros with two decimals, in cents.
    private static func cents(_ text: String) -> Int64? {
        guard text.wholeMatch(of: #/[0-9]{1,9}\.[0-9]{2}/#) != nil else { return nil }
        return Int64(text.filter { $0 != "." })
    }
}
