import JSON

/// A payment that was started: to the PSP's site, back, and its outcome.
extension PortalApp {
    static let attemptRoutes: [Route] = [
        .get("/return") { _, visit in
            guard let id = Segment(visit.query["attempt_id"]) else { throw APIError.notFound }
            return .redirect("/attempts/\(id.text)")
        },
        .get("/attempts/:id") { app, visit in try await app.showAttempt(visit) },
        .get("/attempts/:id/go") { app, visit in try await app.goToPSP(visit) },
        .get("/attempts/:id/poll") { app, visit in try await app.pollAttempt(visit) },
        .post("/attempts/:id/cancel") { app, visit in try await app.cancelAttempt(&visit) },
        .get("/attempts/:id/receipts/:receipt") { app, visit in try await app.sendReceipt(visit) },
    ]

    static let waitSeconds: Int64 = 20

    private func caller(of attempt: String, _ visit: Visit) throws(APIError) -> APICaller {
        if visit.session.guestAttempts.contains(attempt) { return visit.caller.asGuest }
        guard visit.session.isSignedIn else { throw .signedOut }
        return visit.caller
    }

    private func attempt(_ visit: Visit, waitSeconds: Int64? = nil) async throws -> JSONValue {
        let id = try visit.parameter("id").text
        var request = APIRequest(
            path: "/v1/payment-attempts/\(id)" + APIClient.query([("wait_seconds", waitSeconds.map(String.init))]))
        if let waitSeconds { request.timeoutSeconds = waitSeconds + 10 }
        return try await api.json(request, as: try caller(of: id, visit))
    }

    private func showAttempt(_ visit: Visit) async throws -> PageResponse {
        .page(AttemptPage(attempt: try await attempt(visit), visit: visit).page)
    }

    private func goToPSP(_ visit: Visit) async throws -> PageResponse {
        let attempt = try await attempt(visit)
        guard let url = attempt.text("redirect_url"), !attempt.flag("is_final") else {
            return .redirect("/attempts/\(attempt.text("id") ?? "")")
        }
        let name = attempt["psp"]?.text("business_name") ?? ""
        let texts = visit.texts
        return .page(
            Page(title: texts[.goTitle, name]) {
                element("p", ["class": "hint"], texts[.step, "3", "3"])
                element("p", ["class": "sum"], texts.euro(attempt.integer("total_cents") ?? 0))
                element("p", ["class": "lead"], texts[.goText, name])
                element("p", ["class": "actions"]) {
                    element("a", ["href": url, "class": "button primary", "data-go": ""], texts[.goButton, name])
                }
            })
    }

    /// Answers when the status differs from what the page shows, or after some seconds.
    private func pollAttempt(_ visit: Visit) async throws -> PageResponse {
        var hasChanged = false
        do {
            let attempt = try await attempt(visit, waitSeconds: Self.waitSeconds)
            hasChanged = attempt.flag("is_final") || attempt.text("status") != visit.query["status"]
        } catch APIError.signedOut {
            hasChanged = true
        }
        return .json(JSONWriter.object { $0.field("reload", hasChanged) })
    }

    private func cancelAttempt(_ visit: inout Visit) async throws -> PageResponse {
        let id = try visit.parameter("id").text
        do {
            let request = APIRequest(method: "POST", path: "/v1/payment-attempts/\(id)/cancel", timeoutSeconds: 25)
            _ = try await api.reply(request, as: try caller(of: id, visit))
        } catch APIError.refused {
            visit.session.flash = .cancelTooLate
        }
        return .redirect("/attempts/\(id)")
    }

    /// The payer's receipt, also without an account: only one of this attempt.
    private func sendReceipt(_ visit: Visit) async throws -> PageResponse {
        let id = try visit.parameter("id").text
        let receipt = try visit.parameter("receipt").text
        let attempt = try await attempt(visit)
        guard attempt.list("receipts").contains(where: { $0.text("id") == receipt }) else { throw APIError.notFound }
        return try await pdf(receipt, visit, as: try caller(of: id, visit), query: [("for", "payer")])
    }

    func pdf(_ receipt: String, _ visit: Visit, as caller: APICaller, query: [(String, String?)] = []) async throws
        -> PageResponse
    {
        let isDownload = visit.query["download"] == "1"
        let request = APIRequest(
            path: "/v1/receipts/\(receipt)/pdf" + APIClient.query(query),
            headers: [("Accept", "application/pdf")], timeoutSeconds: 20, maximumBytes: 8 << 20)
        let reply = try await api.reply(request, as: caller)
        let name = "ricevuta-\(receipt.suffix(12)).pdf"
        return .file(
            reply.body, type: "application/pdf",
            disposition: "\(isDownload ? "attachment" : "inline"); filename=\"\(name)\"")
    }
}

/// The outcome as it is now; while it is open the script waits for news, and a link shows them without it.
struct AttemptPage: Sendable {
    let attempt: JSONValue
    let visit: Visit

    private var texts: Texts { visit.texts }
    private var id: String { attempt.text("id") ?? "" }
    private var status: String { attempt.text("status") ?? "" }
    private var isGuest: Bool { visit.session.guestAttempts.contains(id) }

    var page: Page {
        Page(title: texts[title]) {
            element("div", ["class": attempt.flag("is_final") ? "notice ok" : "notice", "role": "status"]) {
                element("p") { element("bdi", [:], attempt.text("message") ?? "") }
            }
            if !attempt.flag("is_final") { waiting }
            facts
            receipts
            if attempt.flag("is_final") { afterwards }
        }
    }

    private var title: TextKey {
        switch status {
        case "succeeded", "partially_succeeded": .doneTitle
        case "failed": .failedTitle
        case "cancelled": .cancelledTitle
        case "expired": .expiredTitle
        case "paid_elsewhere": .elsewhereTitle
        default: .progressTitle
        }
    }

    private var waiting: HTML {
        group {
            element("div", ["data-poll": "/attempts/\(id)/poll?status=\(status)"]) {
                element("div", ["class": "spinner", "aria-hidden": "true"]) {}
                element("p", [:], texts[.progressText])
            }
            element("p", ["class": "actions"]) {
                element("a", ["href": "/attempts/\(id)", "class": "button primary"], texts[.refresh])
                if let url = attempt.text("redirect_url"), status != "in_progress" {
                    element(
                        "a", ["href": url, "class": "button"],
                        texts[.goButton, attempt["psp"]?.text("business_name") ?? ""])
                }
            }
            visit.form("/attempts/\(id)/cancel", [], submit: texts[.cancelPayment]).secondary
        }
    }

    private var facts: HTML {
        var facts = Facts()
        facts.add(texts[.psp], attempt["psp"]?.text("business_name"))
        facts.add(texts[.amount], attempt.integer("amount_cents").map(texts.euro))
        facts.add(texts[.fee], attempt.integer("fee_cents").map(texts.euro))
        facts.add(texts[.total], attempt.integer("total_cents").map(texts.euro))
        for item in attempt.list("installments") {
            facts.add(texts[.noticeNumber], html: item.text("notice_number").map(texts.notice))
        }
        return facts.html
    }

    private var receipts: HTML? {
        let receipts = attempt.list("receipts").filter { $0.text("pdf_url") != nil }
        guard !receipts.isEmpty else { return nil }
        return group {
            element("h2", [:], texts[.receipt])
            for receipt in receipts {
                let path = "/attempts/\(id)/receipts/\(receipt.text("id") ?? "")"
                element("p", ["class": "actions"]) {
                    element("a", ["href": path, "class": "button primary"], texts[.viewReceipt])
                    element("a", ["href": path + "?download=1", "class": "button"], texts[.downloadReceipt])
                    element("button", ["type": "button", "data-print": "", "hidden": ""], texts[.print])
                }
            }
        }
    }

    private var afterwards: HTML {
        element("p", ["class": "actions"]) {
            if status != "succeeded", let position = attempt.list("installments").first?.text("position_id") {
                element("a", ["href": "/pay/\(position)", "class": "button primary"], texts[.payAgain])
            }
            if isGuest {
                element("a", ["href": "/notice", "class": "button"], texts[.payNotice])
            } else {
                element("a", ["href": "/archive", "class": "button"], texts[.archive])
                element("a", ["href": "/payments", "class": "button"], texts[.payments])
            }
        }
    }
}
