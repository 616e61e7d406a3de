import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests
import Text

/// The page that ends e-mails about debts, and the call by which mail programs do so (RFC 8058). Both need no credential.
func unsubscribeRoutes(_ notifications: NotificationOperations) -> [Route] {
    let handlers = UnsubscribeHandlers(notifications: notifications)
    return [
        Route(
            .get, "/unsubscribe/{token}", "show_unsubscription", access: .open, produces: ["text/html"],
            handlers.showUnsubscription),
        Route(
            .post, "/unsubscribe/{token}", "end_debt_mails", access: .open, produces: ["text/html"],
            handlers.endDebtMails),
    ]
}

private struct UnsubscribeHandlers: Sendable {
    let notifications: NotificationOperations

    /// Asks by a button, because mail servers follow the links of e-mails.
    func showUnsubscription(_ request: OpenRequest) async throws -> Reply {
        do {
            let found = try await notifications.showUnsubscription(request.parameter("token"))
            return UnsubscribePage(found, request).question
        } catch Refusal.notFound where request.accept.prefersHTML {
            // A person cannot read a problem in JSON, and the contract allows no other form of an error.
            return UnsubscribePage.unknown(in: request.language)
        }
    }

    func endDebtMails(_ request: OpenRequest) async throws -> Reply {
        try request.demandOneClick()
        return UnsubscribePage(try await notifications.unsubscribe(request.parameter("token")), request).confirmation
    }
}

extension OpenRequest {
    /// Mail programs send one field, as a form of either kind.
    fileprivate func demandOneClick() throws {
        let (simple, multipart) = ("application/x-www-form-urlencoded", "multipart/form-data")
        let text = String(decoding: body, as: UTF8.self)
        let isOneClick: Bool
        switch mediaType {
        case simple: isOneClick = text == UnsubscribeForm.body
        case multipart: isOneClick = UnsubscribeForm.body.split(separator: "=").allSatisfy { text.contains($0) }
        default: throw Problem.unsupportedMediaType("\(simple) or \(multipart)")
        }
        guard isOneClick else {
            throw Problem.invalid([Violation("", .unknownValue, "must be \(UnsubscribeForm.body)")])
        }
    }
}

private struct UnsubscribePage {
    private static let frame = HTMLPage(
        style: """
            :root{color-scheme:light dark}
            body{margin:0 auto;max-width:40rem;padding:1rem;font:1.1rem/1.5 system-ui,sans-serif;color:#1b1b1b;background:#fff}
            main{border-top:6px solid #0059b3;padding-top:.5rem;overflow-wrap:anywhere}
            button{font:inherit;font-weight:700;padding:.75rem 1.25rem;border:0;border-radius:4px;color:#fff;background:#0059b3}
            button:focus-visible{outline:3px solid #ff9900;outline-offset:2px}
            @media(prefers-color-scheme:dark){body{color:#eee;background:#16181d}button{color:#0b1c30;background:#9cc7ff}}
            """, hasForm: true)

    private let creditorName: String
    private let words: Wording<UnsubscribeText>

    /// In the language of the browser, or else of the e-mail.
    init(_ found: Unsubscription, _ request: OpenRequest) {
        creditorName = found.creditorName
        words = Wording(request.requestedLanguage ?? found.language)
    }

    var question: Reply {
        Self.page(
            words, .title,
            """
            <p>\(text(.question))</p>
            <p>\(text(.unchanged))</p>
            <form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">
            <button type="submit">\(text(.button))</button></form>
            """)
    }

    var confirmation: Reply {
        Self.page(
            words, .title,
            """
            <p role="status"><strong>\(text(.done))</strong></p>
            <p>\(text(.unchanged))</p>
            <p>\(text(.doneNext))</p>
            """)
    }

    static func unknown(in language: Language) -> Reply {
        let words = Wording<UnsubscribeText>(language)
        return page(words, .unknownTitle, "<p>\(Markup.escape(words[.unknown]))</p>")
    }

    private func text(_ key: UnsubscribeText) -> String {
        Markup.escape(words[key, ["creditor": creditorName]])
    }

    private static func page(_ words: Wording<UnsubscribeText>, _ title: UnsubscribeText, _ content: String) -> Reply {
        frame.reply(words[title], content, language: words.language.rawValue, isPersonal: true)
    }
}
