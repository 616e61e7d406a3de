import JSON

/// One debt with the timeline of its payments.
extension PortalApp {
    static let deskPositionRoutes: [Route] = [
        .get("/desk/positions/:id", .staff([.positionsRead])) { app, visit in
            let (record, _) = try await app.record(ofPosition: try visit.parameter("id").text, visit)
            return .page(DeskPositionPage(visit: visit, record: record).page)
        }
    ]
}

struct DeskPositionPage: Sendable {
    let visit: Visit
    let record: DeskRecord
    private var texts: Texts { visit.texts }
    private var position: JSONValue { record.position ?? .null }

    var page: Page {
        Page(title: texts[.deskPosition], trail: [(texts[.search], "/desk/search")]) {
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
                    HTML("\(item.integer("number") ?? 0)"), HTML(item.text("notice_number").map(texts.notice) ?? ""),
                    HTML(item.text("iuv") ?? ""), HTML(item.text("due_date").map(texts.day) ?? ""),
                    HTML(texts.word("status", status)), HTML(texts.euro(item.integer("amount_cents") ?? 0)),
                ]
            }
        ).html
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
