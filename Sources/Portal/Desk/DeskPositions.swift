import JSON

/// One debt with the timeline of its payments, and the changes of its state.
extension PortalApp {
    static let deskPositionRoutes: [Route] =
        [
            .get("/desk/positions/:id", .staff([.positionsRead])) { app, visit in
                try await app.showDeskPosition(visit)
            }
        ]
        + DeskStateChange.allCases.map { change -> Route in
            .post("/desk/positions/:id/\(change.rawValue)", .staff([.positionsWrite])) { app, visit in
                try await app.apply(change, &visit)
            }
        }

    func showDeskPosition(
        _ visit: Visit, _ state: FormState = FormState(), rest: (DeskRestChange, FormState)? = nil, status: Int = 200
    ) async throws -> PageResponse {
        let (record, tag) = try await record(ofPosition: try visit.parameter("id").text, visit)
        return .page(
            DeskPositionPage(visit: visit, record: record, tag: tag, change: state, rest: rest).page, status: status)
    }

    private func apply(_ change: DeskStateChange, _ visit: inout Visit) async throws -> PageResponse {
        let id = try visit.parameter("id").text
        do {
            let path = "/v1/positions/\(id)/\(change.rawValue)"
            _ = try await api.json(visit.request(path), as: visit.caller)
        } catch APIError.refused(let problem) {
            // The page shows the state as it is now, with what can be done with it.
            return try await showDeskPosition(
                visit, await refused(problem, visit), status: Self.status(of: problem))
        }
        visit.session.flash = .deskDone
        return .redirect("/desk/positions/\(id)")
    }
}

/// What staff do with the state of a position, as the service names it.
enum DeskStateChange: String, Sendable, CaseIterable {
    case publish, cancel, restore

    /// The change that is possible; nothing that concerns money already paid.
    init?(_ position: JSONValue) {
        let isPaid = position.list("installments").contains { $0.text("paid_at") != nil }
        let isBusy = position.list("installments").contains { $0.flag("payment_in_progress") }
        switch position.text("status") {
        case "draft": self = .publish
        case "open", "expired":
            guard !isPaid, !isBusy, !position.flag("under_review") else { return nil }
            self = .cancel
        case "cancelled":
            // A position whose alternative was paid is settled.
            guard !isPaid, position.text("replaced_by") == nil else { return nil }
            self = .restore
        default: return nil
        }
    }

    var button: TextKey {
        switch self {
        case .publish: .deskPublish
        case .cancel: .deskCancel
        case .restore: .deskRestore
        }
    }

    var text: TextKey {
        switch self {
        case .publish: .deskPublishText
        case .cancel: .deskCancelText
        case .restore: .deskRestoreText
        }
    }
}

struct DeskPositionPage: Sendable {
    let visit: Visit
    let record: DeskRecord
    /// The version that a change of the state applies to.
    let tag: String
    /// The change of the state that was refused.
    var change = FormState()
    /// The change of the rest that was refused.
    var rest: (change: DeskRestChange, state: FormState)?
    private var texts: Texts { visit.texts }
    private var position: JSONValue { record.position ?? .null }

    var page: Page {
        Page(
            title: texts[.deskPosition], trail: [(texts[.search], "/desk/search")],
            isError: change.hasErrors || rest?.state.hasErrors == true
        ) {
            element("p", ["class": "sum"], texts.euro(position.integer("total_cents") ?? 0))
            if position.flag("under_review") {
                element("div", ["class": "notice"]) {
                    element("p") {
                        "\(texts[.receiptReview]): "
                        position.strings("review_reasons").map { texts.word("anomaly", $0) }.joined(separator: ", ")
                    }
                }
            }
            facts.html
            installments
            actions
            stateChange
            DeskRestForms(visit: visit, position: position, tag: tag, refused: rest).html
            element("h2", [:], texts[.deskTimeline])
            Timeline(record: record, texts: texts).html
        }
    }

    private var facts: Facts {
        var facts = Facts()
        let debtor = position["debtor"]
        facts.add(texts[.reason], html: element("bdi", [:], position.text("description") ?? ""))
        facts.add(texts[.status], texts.word("status", position.text("status")))
        facts.add(texts[.paid], position.integer("paid_cents").map(texts.euro))
        facts.add(texts[.residual], position.integer("residual_cents").map(texts.euro))
        facts.add(
            texts[.deskWrittenOff], position.integer("written_off_cents").flatMap { $0 > 0 ? texts.euro($0) : nil })
        if let name = debtor?.text("full_name") { facts.add(texts[.deskDebtor], html: element("bdi", [:], name)) }
        facts.add(texts[.taxCode], debtor?.text("tax_code"))
        facts.add(texts[.email], debtor?.text("email"))
        facts.add(texts[.creditor], position.text("creditor_tax_code"))
        if let document = position["document"] {
            let number = document.text("number") ?? ""
            facts.add(texts[.document], texts[.documentOf, number, "\(document.integer("year") ?? 0)"])
        }
        facts.add(texts[.deskExternalID], position.text("external_id"))
        return facts
    }

    private var installments: HTML {
        Table(
            caption: texts[.installments],
            columns: [
                .init(title: texts[.number]), .init(title: texts[.noticeNumber]), .init(title: texts[.iuv]),
                .init(title: texts[.dueDate]), .init(title: texts[.status]),
                .init(title: texts[.amount], isAmount: true),
            ],
            rows: position.list("installments").map { item in
                let status = item.flag("payment_in_progress") ? "in_progress" : item.text("status")
                return [
                    HTML("\(item.integer("number") ?? 0)"), item.text("notice_number").map(texts.notice) ?? .empty,
                    HTML(item.text("iuv") ?? ""), HTML(item.text("due_date").map(texts.day) ?? ""),
                    HTML(texts.word("status", status)), HTML(texts.euro(item.integer("amount_cents") ?? 0)),
                ]
            }
        ).html
    }

    private var stateChange: HTML? {
        guard visit.allows(.positionsWrite) else { return nil }
        guard let possible = DeskStateChange(position) else {
            // Without a change that is possible now, the page still says why the last one was refused.
            guard change.hasErrors else { return nil }
            return element("div", ["class": "notice error", "role": "alert", "id": "errors", "tabindex": "-1"]) {
                element("h2", [:], change.message ?? texts[.deskRefused])
                for detail in change.details { element("p", ["lang": "en"], detail) }
            }
        }
        let path = "/desk/positions/\(position.text("id") ?? "")/\(possible.rawValue)"
        return group {
            element("p", ["class": "hint"], texts[possible.text])
            visit.decision(path, [], submit: texts[possible.button], tag: tag, state: change).secondary
        }
    }

    private var actions: HTML? {
        let isOwed = position.list("installments").contains {
            $0.text("paid_at") == nil && $0.text("status") != "cancelled"
        }
        guard isOwed, visit.allows(.positionsWrite), position.text("status") != "draft", !position.flag("under_review")
        else {
            return nil
        }
        return element("p", ["class": "actions"]) {
            element(
                "a", ["href": "/desk/positions/\(position.text("id") ?? "")/counter", "class": "button"],
                texts[.deskCounter])
        }
    }
}
