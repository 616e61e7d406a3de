import JSON

/// One e-mail: where it stands, and sending it again.
extension PortalApp {
    static let deskMailRoutes: [Route] = [
        .get("/desk/mails/:id", .staff([.notificationsRead, .operations])) { app, visit in
            try await app.showMail(visit)
        },
        .post("/desk/mails/:id/resend", .staff([.notificationsWrite, .operations])) { app, visit in
            try await app.resendMail(&visit)
        },
        .post("/desk/mails/:id/retry", .staff([.notificationsWrite, .operations])) { app, visit in
            try await app.retryMail(&visit)
        },
    ]

    private func showMail(
        _ visit: Visit, resend: FormState = FormState(), retry: FormState = FormState(), status: Int = 200
    ) async throws -> PageResponse {
        // A key that may send but not read has no page to show.
        let mail = try await api.get("/v1/notifications/\(try visit.parameter("id").text)", as: visit.caller)
        return .page(DeskMailPage(visit: visit, mail: mail, resend: resend, retry: retry).page, status: status)
    }

    /// The new e-mail has an id of its own. The address is in the request only.
    private func resendMail(_ visit: inout Visit) async throws -> PageResponse {
        let id = try visit.parameter("id").text
        let to = visit.field("to")
        let body = JSONWriter.object { $0.field("to", to) }
        do {
            let mail = try await api.json(visit.request("/v1/notifications/\(id)/resend", body), as: visit.caller)
            visit.session.flash = .deskDone
            return .redirect("/desk/mails/\(mail.text("id") ?? id)")
        } catch APIError.refused(let problem) {
            return try await showMail(visit, resend: await refused(problem, visit), status: Self.status(of: problem))
        }
    }

    private func retryMail(_ visit: inout Visit) async throws -> PageResponse {
        let id = try visit.parameter("id").text
        do {
            _ = try await api.json(visit.request("/v1/notifications/\(id)/retry"), as: visit.caller)
            visit.session.flash = .deskDone
            return .redirect("/desk/mails/\(id)")
        } catch APIError.refused(let problem) {
            return try await showMail(visit, retry: await refused(problem, visit), status: Self.status(of: problem))
        }
    }

    static func status(of problem: APIProblem) -> Int { [409, 412].contains(problem.status) ? 409 : 422 }
}

struct DeskMailPage: Sendable {
    let visit: Visit
    let mail: JSONValue
    var resend = FormState()
    var retry = FormState()

    private var texts: Texts { visit.texts }
    private var id: String { mail.text("id") ?? "" }

    var page: Page {
        let kind = texts.word("mail", mail.text("kind"))
        return Page(
            title: texts[.deskMailOf, kind], trail: [(texts[.search], "/desk/search")],
            isError: resend.hasErrors || retry.hasErrors
        ) {
            facts.html
            links
            if visit.allows(.notificationsWrite, .operations) { forms }
        }
    }

    private var facts: Facts {
        var facts = Facts()
        facts.add(texts[.status], texts.word("delivery", mail.text("status")))
        facts.add(texts[.deskRecipient], mail.text("recipient_masked"))
        facts.add(texts[.language], mail.text("language").flatMap(Language.init)?.name)
        facts.add(texts[.deskMailAttempts], mail.integer("attempts").map(String.init))
        facts.add(texts[.deskSentAt], mail.text("sent_at").map(texts.instant))
        for reason in [mail.text("skipped_reason"), mail.text("last_error"), mail.text("bounce_code")] {
            if let reason { facts.add(texts[.deskWhy], html: english(reason) ?? .empty) }
        }
        return facts
    }

    private var links: HTML {
        element("p", ["class": "links"]) {
            if let position = mail.text("position_id") {
                element("a", ["href": "/desk/positions/\(position)"], texts[.deskPosition])
            }
            if let receipt = mail.text("receipt_id") {
                element("a", ["href": "/desk/receipts/\(receipt)"], texts[.receipt])
            }
            if let other = mail.text("resent_of") {
                element("a", ["href": "/desk/mails/\(other)"], texts[.deskMailResentOf])
            }
        }
    }

    private var forms: HTML {
        let to = Field(
            name: "to", kind: .email, label: texts[.deskMailTo], hint: texts[.deskMailToHint], autocomplete: "off",
            isRequired: false, maximum: 254)
        return group {
            if ["queued", "retrying", "dead"].contains(mail.text("status")) || retry.hasErrors {
                element("h2", [:], texts[.deskMailRetry])
                element("p", [:], texts[.deskMailRetryText])
                visit.decision("/desk/mails/\(id)/retry", [], submit: texts[.deskMailRetry], state: retry).secondary
            }
            element("h2", [:], texts[.deskMailResend])
            element("p", [:], texts[.deskMailResendText])
            visit.decision("/desk/mails/\(id)/resend", [to], submit: texts[.deskMailResend], state: resend).html
        }
    }
}
