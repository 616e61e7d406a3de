import JSON
import Text

/// Search by IUV, notice number, name or tax code. What was typed is sent in the body, so that it is in no address.
extension PortalApp {
    static let deskSearchRoutes: [Route] = [
        .get("/desk/search", .desk(.search)) { _, visit in
            .page(DeskSearch(visit.form).page(visit, positions: nil, receipts: nil))
        },
        .post("/desk/search", .desk(.search)) { app, visit in try await app.searchDesk(visit) },
    ]

    private func searchDesk(_ visit: Visit) async throws -> PageResponse {
        let search = DeskSearch(visit.form)
        guard !search.text.isEmpty else {
            let state = FormState(values: visit.form, errors: ["q": visit.texts[.errorRequired]])
            return .page(search.page(visit, positions: nil, receipts: nil, state), status: 422)
        }
        do {
            async let positions = positions(search, visit)
            async let receipts = receipts(search, visit)
            return .page(search.page(visit, positions: try await positions, receipts: try await receipts))
        } catch APIError.refused(let problem) {
            var state = await refused(problem, visit) { _ in "q" }
            state.details = []
            return .page(search.page(visit, positions: nil, receipts: nil, state), status: 422)
        }
    }

    private func positions(_ search: DeskSearch, _ visit: Visit) async throws -> JSONValue? {
        guard visit.allows(.positionsRead) else { return nil }
        return try await api.post("/v1/positions/search", search.positionsBody, as: visit.caller)
    }

    /// Also payments without a debt; names are not searched in them.
    private func receipts(_ search: DeskSearch, _ visit: Visit) async throws -> JSONValue? {
        guard visit.allows(.receiptsRead), search.cursor == nil, let body = search.receiptsBody else { return nil }
        return try await api.post("/v1/receipts/search", body, as: visit.caller)
    }
}

/// What was typed, and what kind of value it is.
struct DeskSearch: Sendable {
    enum Kind: String, Sendable, CaseIterable {
        case iuv
        case notice
        case noticeEnd = "notice_end"
        case taxCode = "tax_code"
        case name
        case document
    }

    let text: String
    /// What the staff member chose; nil means that the text decides.
    let chosen: Kind?
    let cursor: String?

    init(_ form: [String: String]) {
        text = (form["q"] ?? "").trimmingBlanks
        chosen = form["kind"].flatMap(Kind.init)
        cursor = form["cursor"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// 18 digits are a notice number, 11 digits and the 16 characters of a person are tax codes, a text with a digit is an IUV.
    var kind: Kind {
        if let chosen { return chosen }
        let code = compact
        let hasOnlyDigits = code.utf8.allSatisfy { (0x30...0x39).contains($0) }
        if hasOnlyDigits { return code.count == 18 ? .notice : code.count == 11 ? .taxCode : .iuv }
        return isTaxCodeOfPerson(code) ? .taxCode : text.contains(where: \.isNumber) ? .iuv : .name
    }

    /// Whether letters are where a tax code of a person always has them. The other places have a digit, or a letter instead of one.
    private func isTaxCodeOfPerson(_ code: String) -> Bool {
        let letters: Set = [0, 1, 2, 3, 4, 5, 8, 11, 15]
        return code.utf8.count == 16
            && code.utf8.enumerated().allSatisfy { letters.contains($0) ? $1.isLetter : $1.isAlphanumeric }
    }

    private var compact: String { text.filter { !$0.isWhitespace } }

    var positionsBody: [UInt8] {
        JSONWriter.object { json in
            switch kind {
            case .iuv: json.field("iuv", compact)
            case .notice: json.field("notice_number", compact)
            case .noticeEnd: json.field("notice_number_end", compact)
            case .taxCode: json.field("debtor_tax_code", compact.uppercased())
            case .name: json.field("debtor_name", text)
            case .document: json.field("document_number", text)
            }
            json.field("limit", 20)
            json.field("cursor", cursor)
        }
    }

    var receiptsBody: [UInt8]? {
        switch kind {
        case .noticeEnd, .name: nil
        case .iuv, .notice, .taxCode, .document:
            JSONWriter.object { json in
                switch kind {
                case .iuv: json.field("iuv", compact)
                case .notice: json.field("notice_number", compact)
                case .taxCode: json.field("tax_code", compact.uppercased())
                default: json.field("document_number", text)
                }
                json.field("limit", 20)
            }
        }
    }

    // MARK: The page

    func form(_ visit: Visit, _ state: FormState? = nil) -> Form {
        let texts = visit.texts
        let kinds =
            [("", texts[.deskKindAny])] + Kind.allCases.map { ($0.rawValue, texts.word("desk_kind", $0.rawValue)) }
        let fields = [
            Field(name: "q", label: texts[.deskSearchText], hint: texts[.deskSearchHint], maximum: 70),
            Field(name: "kind", kind: .select(kinds), label: texts[.deskSearchKind], isRequired: false, maximum: nil),
        ].map { field in
            var field = field
            field.marksOptional = false
            return field
        }
        return visit.form(
            "/desk/search", fields, submit: texts[.search],
            state: state ?? FormState(values: ["q": text, "kind": chosen?.rawValue ?? ""]))
    }

    func page(_ visit: Visit, positions: JSONValue?, receipts: JSONValue?, _ state: FormState? = nil) -> Page {
        let texts = visit.texts
        let found = (positions?.list("items") ?? [], receipts?.list("items") ?? [])
        return Page(title: texts[.search], isError: state?.hasErrors == true) {
            form(visit, state).html
            if positions != nil || receipts != nil {
                if found.0.isEmpty, found.1.isEmpty { nothing(texts[.noResults]) }
                if !found.0.isEmpty { DeskTables.positions(found.0, texts) }
                if let next = positions?.text("next_cursor") { more(next, visit) }
                if !found.1.isEmpty { DeskTables.receipts(found.1, texts) }
            }
        }
    }

    private func more(_ cursor: String, _ visit: Visit) -> HTML {
        visit.form(
            "/desk/search", [], submit: visit.texts[.nextPage],
            hidden: [("q", text), ("kind", chosen?.rawValue ?? ""), ("cursor", cursor)]
        ).secondary
    }
}

/// Tables that several pages show.
enum DeskTables {
    static func positions(_ positions: [JSONValue], _ texts: Texts) -> HTML {
        Table(
            caption: texts[.deskPositions],
            columns: [
                .init(title: texts[.reason]), .init(title: texts[.document]), .init(title: texts[.creditor]),
                .init(title: texts[.dueDate]), .init(title: texts[.status]),
                .init(title: texts[.amount], isAmount: true),
            ],
            rows: positions.map { position in
                let document = position["document"]
                return [
                    element("a", ["href": "/desk/positions/\(position.text("id") ?? "")"]) {
                        element("bdi", [:], position.text("description") ?? "")
                    },
                    HTML("\(document?.text("number") ?? "") (\(document?.integer("year") ?? 0))"),
                    HTML(position.text("creditor_name") ?? ""), HTML(position.text("due_date").map(texts.day) ?? ""),
                    HTML(texts.word("status", position.text("status"))),
                    HTML(texts.euro(position.integer("total_cents") ?? 0)),
                ]
            }
        ).html
    }

    static func receipts(_ receipts: [JSONValue], _ texts: Texts) -> HTML {
        Table(
            caption: texts[.receipts],
            columns: [
                .init(title: texts[.reason]), .init(title: texts[.iuv]), .init(title: texts[.paidAt]),
                .init(title: texts[.status]), .init(title: texts[.amount], isAmount: true),
            ],
            rows: receipts.map { receipt in
                let description = receipt.text("description") ?? ""
                return [
                    element("a", ["href": "/desk/receipts/\(receipt.text("id") ?? "")"]) {
                        element("bdi", [:], description.isEmpty ? texts[.receipt] : description)
                    },
                    HTML(receipt.text("iuv") ?? ""), HTML(receipt.text("paid_at").map(texts.instant) ?? ""),
                    HTML(texts.word("receipt", receipt.text("status"))),
                    HTML(texts.euro(receipt.integer("amount_cents") ?? 0)),
                ]
            }
        ).html
    }
}
