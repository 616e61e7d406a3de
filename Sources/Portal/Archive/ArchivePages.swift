import JSON

/// 'Archivio': the citizen's receipts.
extension PortalApp {
    static let archiveRoutes: [Route] = [
        .get("/archive", .signedIn) { app, visit in try await app.listReceipts(visit) },
        .get("/archive/:id", .signedIn) { app, visit in try await app.showReceipt(visit) },
        .get("/archive/:id/pdf", .signedIn) { app, visit in
            try await app.pdf(try visit.parameter("id").text, visit, as: visit.caller, query: visit.onBehalfOf)
        },
    ]

    private func listReceipts(_ visit: Visit) async throws -> PageResponse {
        let names = ["paid_from", "paid_to", "iuv", "notice_number"]
        // Notices print the number in groups of four digits.
        let codes: Set = ["iuv", "notice_number"]
        let values = names.map { name in
            (name, codes.contains(name) ? visit.query[name]?.withoutBlanks : visit.query[name]?.trimmingBlanks)
        }
        var page = JSONValue.object([])
        var isWrong = false
        do {
            page = try await api.get(
                "/v1/receipts",
                query: values + [("limit", "20"), ("cursor", visit.query["cursor"])] + visit.onBehalfOf,
                as: visit.caller)
        } catch APIError.refused {
            isWrong = true
        }
        let form = Dictionary(
            values.compactMap { pair in pair.1.map { (pair.0, $0) } }, uniquingKeysWith: { first, _ in first })
        let next = page.text("next_cursor").map { "/archive" + APIClient.query(values + [("cursor", $0)]) }
        return .page(
            ArchivePages.list(visit, page.list("items"), form, next: next, isWrong: isWrong),
            status: isWrong ? 422 : 200)
    }

    private func showReceipt(_ visit: Visit) async throws -> PageResponse {
        let receipt = try await api.get(
            "/v1/receipts/\(try visit.parameter("id").text)", query: visit.onBehalfOf, as: visit.caller)
        return .page(ArchivePages.receipt(visit, receipt))
    }
}

enum ArchivePages {
    static func list(
        _ visit: Visit, _ receipts: [JSONValue], _ values: [String: String], next: String?, isWrong: Bool
    ) -> Page {
        let texts = visit.texts
        let fields = [
            Field(name: "paid_from", kind: .date, label: texts[.from], isRequired: false, maximum: nil),
            Field(name: "paid_to", kind: .date, label: texts[.to], isRequired: false, maximum: nil),
            Field(name: "iuv", label: texts[.iuv], isRequired: false, maximum: 35),
            Field(name: "notice_number", label: texts[.noticeNumber], isRequired: false, maximum: 24),
        ].map { field in
            var field = field
            field.marksOptional = false
            return field
        }
        return Page(title: texts[.archive], isError: isWrong) {
            element("p", ["class": "lead"], texts[.archiveIntro])
            if isWrong {
                element("div", ["class": "notice error", "role": "alert", "id": "errors", "tabindex": "-1"]) {
                    texts[.refusedText]
                }
            }
            SearchForm(action: "/archive", fields: fields, submit: texts[.search], values: values, texts: texts).html
            if receipts.isEmpty {
                element("p", ["class": "notice", "role": "status"], texts[.noReceipts])
            } else {
                table(receipts, texts)
            }
            if let next {
                element("p", ["class": "actions"]) {
                    element("a", ["href": next, "class": "button", "rel": "next"], texts[.nextPage])
                }
            }
        }
    }

    private static func table(_ receipts: [JSONValue], _ texts: Texts) -> HTML {
        Table(
            caption: texts[.receipts],
            columns: [
                .init(title: texts[.reason]), .init(title: texts[.paidAt]), .init(title: texts[.iuv]),
                .init(title: texts[.status]), .init(title: texts[.amount], isAmount: true),
                .init(title: texts[.action]),
            ],
            rows: receipts.map { receipt in
                let id = receipt.text("id") ?? ""
                let description = receipt.text("description") ?? ""
                return [
                    element("bdi", [:], description), HTML(receipt.text("paid_at").map(texts.instant) ?? ""),
                    HTML(receipt.text("iuv") ?? ""), HTML(texts[status(receipt)]),
                    HTML(texts.euro(receipt.integer("amount_cents") ?? 0)),
                    element(
                        "a", ["href": "/archive/\(id)", "aria-label": texts.labelled(texts[.details], description)],
                        texts[.details]),
                ]
            }
        ).html
    }

    static func receipt(_ visit: Visit, _ receipt: JSONValue) -> Page {
        let texts = visit.texts
        let id = receipt.text("id") ?? ""
        var facts = Facts()
        facts.add(texts[.creditor], receipt.text("creditor_name") ?? receipt.text("creditor_tax_code"))
        facts.add(texts[.reason], html: element("bdi", [:], receipt.text("description") ?? ""))
        facts.add(texts[.paidAt], receipt.text("paid_at").map(texts.instant))
        facts.add(texts[.status], texts[status(receipt)])
        facts.add(texts[.fee], receipt.integer("fee_cents").map(texts.euro))
        facts.add(texts[.psp], receipt["psp"]?.text("business_name"))
        facts.add(texts[.origin], texts[origin(receipt.text("origin"))])
        facts.add(texts[.iuv], receipt.text("iuv"))
        facts.add(texts[.noticeNumber], html: receipt.text("notice_number").map(texts.notice))
        facts.add(texts[.receiptID], receipt.text("receipt_id"))
        for refund in receipt.list("refunds") {
            facts.add(texts[.refunded], refund.integer("amount_cents").map(texts.euro))
        }
        return Page(title: texts[.receipt], trail: [(texts[.archive], "/archive")]) {
            element("p", ["class": "sum"], texts.euro(receipt.integer("amount_cents") ?? 0))
            facts.html
            element("p", ["class": "actions"]) {
                if receipt.text("pdf_url") != nil {
                    element("a", ["href": "/archive/\(id)/pdf", "class": "button primary"], texts[.viewReceipt])
                    element("a", ["href": "/archive/\(id)/pdf?download=1", "class": "button"], texts[.downloadReceipt])
                }
                element("button", ["type": "button", "data-print": "", "hidden": ""], texts[.print])
            }
        }
    }

    private static func status(_ receipt: JSONValue) -> TextKey {
        if receipt.text("outcome") == "KO" { return .receiptFailed }
        if receipt.flag("under_review") { return .receiptReview }
        return receipt.text("status") == "voided" ? .receiptVoided : .receiptSettled
    }

    private static func origin(_ origin: String?) -> TextKey {
        switch origin {
        case "pagopa": .originPagopa
        case "counter": .originCounter
        default: .originOther
        }
    }
}
