import JSON

/// 'Pagamenti pagoPA: Cerca': every position of the citizen, to pay and paid.
extension PortalApp {
    static let searchRoutes: [Route] = [
        .get("/payments", .signedIn) { app, visit in try await app.searchPositions(visit) }
    ]

    private func searchPositions(_ visit: Visit) async throws -> PageResponse {
        let search = PositionSearch(visit.query)
        var page = JSONValue.object([])
        var isWrong = false
        do {
            // Only the list has a parameter for a delegation.
            page =
                visit.session.delegator == nil
                ? try await api.post("/v1/positions/search", search.body, as: visit.caller)
                : try await api.get("/v1/positions", query: search.query + visit.onBehalfOf, as: visit.caller)
        } catch APIError.refused {
            isWrong = true
        }
        let texts = visit.texts
        return .page(
            Page(title: texts[.payments], isError: isWrong) {
                element("p", ["class": "lead"], texts[.searchIntro])
                if isWrong {
                    element("div", ["class": "notice error", "role": "alert", "id": "errors", "tabindex": "-1"]) {
                        texts[.refusedText]
                    }
                }
                SearchForm(
                    action: "/payments", fields: PositionSearch.fields(texts), submit: texts[.search],
                    values: search.values, texts: texts
                ).html
                PositionList(
                    caption: texts[.results], page: page, texts: texts, nextPath: search.nextPath, empty: .noResults
                ).html
            }, status: isWrong ? 422 : 200)
    }
}

/// The fields of the search, as typed.
struct PositionSearch: Sendable {
    let values: [String: String]
    let cursor: String?

    init(_ query: [String: String]) {
        var values: [String: String] = [:]
        for name in ["show", "document_year", "document_number", "iuv", "notice_number"] {
            if let value = query[name]?.trimmingBlanks, !value.isEmpty { values[name] = value }
        }
        self.values = values
        cursor = query["cursor"]
    }

    static func fields(_ texts: Texts) -> [Field] {
        [
            Field(
                name: "show",
                kind: .select([
                    ("", texts[.filterAll]), ("to_pay", texts[.filterToPay]), ("paid", texts[.filterPaid]),
                ]), label: texts[.status], isRequired: false),
            Field(
                name: "document_year", label: texts[.documentYear], isRequired: false, maximum: 4,
                inputMode: "numeric"),
            Field(name: "document_number", label: texts[.documentNumber], isRequired: false, maximum: 35),
            Field(name: "iuv", label: texts[.iuv], isRequired: false, maximum: 35),
            Field(
                name: "notice_number", label: texts[.noticeNumber], isRequired: false, maximum: 24,
                inputMode: "numeric"),
        ].map { field in
            var field = field
            field.marksOptional = false
            return field
        }
    }

    private var statuses: [String] {
        switch values["show"] {
        case "to_pay": ["open", "partially_paid", "expired"]
        case "paid": ["paid", "partially_paid"]
        default: ["open", "partially_paid", "paid", "expired", "cancelled"]
        }
    }

    private func code(_ name: String) -> String? { values[name]?.withoutBlanks }

    var body: [UInt8] {
        JSONWriter.object { json in
            json.array("status", statuses) { $0.value($1) }
            // A year that is no number is sent as it is, so that the service refuses it.
            if let year = values["document_year"] {
                if let number = Int64(year) {
                    json.field("document_year", number)
                } else {
                    json.field("document_year", year)
                }
            }
            json.field("document_number", values["document_number"])
            json.field("iuv", code("iuv"))
            json.field("notice_number", code("notice_number"))
            json.field("sort", "due_date")
            json.field("limit", 20)
            json.field("cursor", cursor)
        }
    }

    /// The same as parameters of the list.
    var query: [(String, String?)] {
        statuses.map { ("status", $0) } + [
            ("document_year", values["document_year"]), ("document_number", values["document_number"]),
            ("iuv", code("iuv")), ("notice_number", code("notice_number")), ("sort", "due_date"), ("limit", "20"),
            ("cursor", cursor),
        ]
    }

    func nextPath(_ cursor: String) -> String {
        let names = ["show", "document_year", "document_number", "iuv", "notice_number"]
        return "/payments" + APIClient.query(names.map { ($0, values[$0]) } + [("cursor", cursor)])
    }
}
