import JSON

/// Positions of a list or a search, with the link to the next page.
struct PositionList: Sendable {
    let caption: String
    let page: JSONValue
    let texts: Texts
    let nextPath: @Sendable (String) -> String
    let empty: TextKey

    var html: HTML {
        let items = page.list("items")
        return group {
            if items.isEmpty {
                element("p", ["class": "notice", "role": "status"], texts[empty])
            } else {
                Table(caption: caption, columns: columns, rows: items.map(row)).html
            }
            if let cursor = page.text("next_cursor") {
                element("p", ["class": "actions"]) {
                    element("a", ["href": nextPath(cursor), "class": "button", "rel": "next"], texts[.nextPage])
                }
            }
        }
    }

    private var columns: [Table.Column] {
        [
            .init(title: texts[.reason]), .init(title: texts[.creditor]), .init(title: texts[.dueDate]),
            .init(title: texts[.status]), .init(title: texts[.amount], isAmount: true), .init(title: texts[.action]),
        ]
    }

    private func row(_ item: JSONValue) -> [HTML] {
        let id = item.text("id") ?? ""
        let description = item.text("description") ?? ""
        let status = item.text("status")
        let isPayable = ["open", "partially_paid"].contains(status) && !item.flag("under_review")
        let amount = isPayable ? item.integer("residual_cents") : item.integer("total_cents")
        return [
            element("a", ["href": "/documents/\(id)"]) { element("bdi", [:], description) },
            element("bdi", [:], item.text("creditor_name") ?? ""),
            HTML(item.text("due_date").map(texts.day) ?? ""),
            element(
                "span", ["class": "status"],
                texts[item.flag("under_review") ? .receiptReview : ServicePages.status(status)]),
            HTML(texts.euro(amount ?? 0)),
            isPayable
                ? element(
                    "a",
                    [
                        "href": "/pay/\(id)", "class": "button primary small",
                        "aria-label": texts.labelled(texts[.pay], description),
                    ], texts[.pay])
                : element(
                    "a", ["href": "/documents/\(id)", "aria-label": texts.labelled(texts[.details], description)],
                    texts[.details]),
        ]
    }
}

/// One position: its lines, its installments with what can be done, and its receipts.
struct PositionPage: Sendable {
    let position: JSONValue
    /// Other positions that pay the same debt.
    let alternatives: [JSONValue]
    let visit: Visit

    private var texts: Texts { visit.texts }
    private var id: String { position.text("id") ?? "" }

    var page: Page {
        let document = position["document"]
        let title = texts[
            .documentOf, document?.text("number") ?? "", document?.integer("year").map(String.init) ?? ""]
        return Page(title: title, trail: [(texts[.payments], "/payments")]) {
            if position.flag("under_review") {
                element("div", ["class": "notice", "role": "status"]) { texts[.underReview] }
            }
            facts
            choice
            lines
            Table(
                caption: texts[.installments],
                columns: [
                    .init(title: texts[.number]), .init(title: texts[.dueDate]), .init(title: texts[.noticeNumber]),
                    .init(title: texts[.status]), .init(title: texts[.amount], isAmount: true),
                    .init(title: texts[.action]),
                ], rows: position.list("installments").map(row)
            ).html
            allInstallments
            receipts
        }
    }

    private var facts: HTML {
        var facts = Facts()
        facts.add(texts[.reason], html: element("bdi", [:], position.text("description") ?? ""))
        facts.add(texts[.status], texts[ServicePages.status(position.text("status"))])
        facts.add(texts[.total], position.integer("total_cents").map(texts.euro))
        if let paid = position.integer("paid_cents"), paid > 0 { facts.add(texts[.paid], texts.euro(paid)) }
        if let left = position.integer("residual_cents"), left > 0 { facts.add(texts[.residual], texts.euro(left)) }
        return facts.html
    }

    private var lines: HTML? {
        let lines = position.list("lines")
        guard !lines.isEmpty else { return nil }
        return Table(
            caption: texts[.lines],
            columns: [
                .init(title: texts[.reason]), .init(title: texts[.quantity]),
                .init(title: texts[.amount], isAmount: true),
            ],
            rows: lines.map { line in
                [
                    element("bdi", [:], line.text("description") ?? ""),
                    HTML(line.integer("quantity").map(String.init) ?? "1"),
                    HTML(texts.euro(line.integer("amount_cents") ?? 0)),
                ]
            }
        ).html
    }

    private func row(_ item: JSONValue) -> [HTML] {
        let number = item.integer("number").map(String.init) ?? ""
        let obstacle = Bill.parts(of: position).first { String($0.number) == number }?.obstacle
        let status =
            item.flag("payment_in_progress") ? TextKey.statusInProgress : ServicePages.status(item.text("status"))
        let name = texts[.installment, number]
        return [
            HTML(name),
            HTML(item.text("due_date").map(texts.day) ?? ""),
            item.text("notice_number").map(texts.notice) ?? .empty,
            HTML(texts[status]),
            HTML(texts.euro(item.integer("amount_cents") ?? 0)),
            group {
                if let obstacle {
                    // The status says it already, or the page above the table.
                    if [.disabledPaid, .disabledCancelled, .disabledDraft, .underReview, .payInProgress].contains(
                        obstacle)
                    {
                        "–"
                    } else {
                        texts[obstacle]
                    }
                } else {
                    element(
                        "a",
                        [
                            "href": "/pay/\(id)/\(number)", "class": "button primary small",
                            "aria-label": texts.labelled(texts[.pay], name),
                        ], texts[.pay])
                    " "
                    element("a", ["href": "/documents/\(id)/notices/\(number)"], texts[.noticePDF])
                }
            },
        ]
    }

    /// What concerns several installments together.
    private var allInstallments: HTML? {
        guard Bill.parts(of: position).count(where: { $0.obstacle == nil }) > 1 else { return nil }
        return group {
            element("p", ["class": "hint"], texts[.severalInstallments, String(Bill.maximumParts)])
            element("p", ["class": "actions"]) {
                element("a", ["href": "/pay/\(id)", "class": "button primary"], texts[.chooseInstallments])
                element("a", ["href": "/documents/\(id)/notices", "class": "button"], texts[.allNotices])
            }
        }
    }

    /// A debt that can be paid in more than one way, such as at once or in installments.
    private var choice: HTML? {
        if let other = position.text("replaced_by") {
            return element("div", ["class": "notice", "role": "status"]) {
                element("p") {
                    texts[.optionReplaced] + " "
                    element("a", ["href": "/documents/\(other)"], texts[.details])
                }
            }
        }
        guard !alternatives.isEmpty else { return nil }
        return group {
            element("h2", [:], texts[.options])
            element("p", [:], texts[.optionsText])
            element("ul", ["class": "choices"]) {
                element("li") { element("p") { option(position, texts[.optionShown]) } }
                for other in alternatives {
                    element("li") {
                        element("a", ["href": "/documents/\(other.text("id") ?? "")"]) { option(other, nil) }
                    }
                }
            }
        }
    }

    private func option(_ position: JSONValue, _ note: String?) -> HTML {
        let count = position.list("installments").count
        let parts = count == 1 ? texts[.optionSingle] : texts[.optionInstallments, String(count)]
        return group {
            element("bdi", [:], position.text("description") ?? "")
            element("span", [:], " " + texts.labelled(parts, texts.euro(position.integer("residual_cents") ?? 0)))
            if let note { element("span", [:], " – \(note)") }
        }
    }

    private var receipts: HTML? {
        let receipts = position.list("receipts")
        guard !receipts.isEmpty else { return nil }
        return group {
            element("h2", [:], texts[.receipts])
            element("ul", ["class": "choices"]) {
                for receipt in receipts {
                    element("li") {
                        element("a", ["href": "/archive/\(receipt.text("id") ?? "")"]) {
                            "\(texts[.receipt]) – \(receipt.text("paid_at").map(texts.instant) ?? "")"
                            element("span", [:], texts.euro(receipt.integer("amount_cents") ?? 0))
                        }
                    }
                }
            }
        }
    }
}
