import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests
import Text

/// The page to which the QR code of a receipt leads: HTML for browsers, JSON for programs. It needs no credential and names nobody.
func verificationRoutes(_ receipts: ReceiptOperations) -> [Route] {
    let handlers = VerificationHandlers(receipts: receipts)
    return [
        Route(
            .get, "/verify/{code}", "verify_receipt", access: .open, produces: ["application/json", "text/html"],
            handlers.verifyReceipt)
    ]
}

private struct VerificationHandlers: Sendable {
    let receipts: ReceiptOperations
    /// The most letters and digits that are read as a code; incomplete codes are shorter.
    private static let codeLength = 300

    func verifyReceipt(_ request: OpenRequest) async throws -> Reply {
        let code = request.parameter("code")
        guard code.utf8.count <= Self.codeLength, code.utf8.allSatisfy({ $0.isDigit || $0.isLetter }) else {
            throw Refusal.notFound
        }
        let verified = try await receipts.verify(code)
        if request.accept.prefersHTML { return VerificationPage(language: request.language).reply(verified) }
        return .json { json in
            json.field("genuine", verified != nil)
            guard let verified else { return }
            json.field("status", verified.state.rawValue)
            json.field("creditor_tax_code", verified.creditor.value)
            json.field("creditor_name", verified.creditorName)
            json.field("amount_cents", verified.amount.cents)
            json.field("paid_on", verified.paidOn.description)
        }
    }
}

private struct VerificationPage {
    let language: Language

    private static let frame = HTMLPage(
        style: """
            :root{color-scheme:light dark}
            body{margin:0 auto;max-width:40rem;padding:1rem;font:1.1rem/1.5 system-ui,sans-serif;color:#1b1b1b;background:#fff}
            main{border-top:6px solid #008055;padding-top:.5rem}main.unknown{border-color:#cc334d}
            dt{color:#5a5a5a}dd{margin:0 0 .75rem;font-weight:700;overflow-wrap:anywhere}.amount{font-size:1.8rem}
            @media(prefers-color-scheme:dark){body{color:#eee;background:#16181d}dt{color:#b8bcc4}}
            """)

    func reply(_ verified: VerifiedReceipt?) -> Reply {
        let words = Wording<VerificationText>(language)
        let content = verified.map { facts(of: $0, in: words) } ?? "<p>\(Markup.escape(words[.unknown]))</p>"
        return Self.frame.reply(
            words[.title], content, language: language.rawValue, isPersonal: true,
            mainClass: verified == nil ? "unknown" : nil)
    }

    private func facts(of verified: VerifiedReceipt, in words: Wording<VerificationText>) -> String {
        let formats = LocalFormats(language)
        let facts: [(VerificationText, String, String)] = [
            (.state, words[VerificationText(verified.state)], ""),
            (.amount, formats.money(verified.amount), " class=\"amount\""),
            (.creditor, "\(verified.creditorName), \(verified.creditor.value)", ""),
            (.paidOn, formats.day(verified.paidOn), ""),
        ]
        let rows = facts.map { label, text, style in
            "<dt>\(Markup.escape(words[label]))</dt><dd\(style)>\(Markup.escape(text))</dd>"
        }
        return """
            <p><strong>\(Markup.escape(words[.genuine]))</strong></p>
            <dl>\(rows.joined(separator: "\n"))</dl>
            <p>\(Markup.escape(words[.compare]))</p>
            """
    }
}
