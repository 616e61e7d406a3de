import JSON

extension PortalApp {
    static let serviceRoutes: [Route] = [
        .get("/services", .signedIn) { app, visit in try await app.listServices(visit) },
        .get("/services/:service", .signedIn) { app, visit in try await app.listDocuments(visit) },
        .get("/documents/:id", .signedIn) { app, visit in try await app.showDocument(visit) },
        .get("/documents/:id/notices", .signedIn) { app, visit in try await app.notice("/notices", visit) },
        .get("/documents/:id/notices/:number", .signedIn) { app, visit in try await app.sendNotice(visit) },
    ]

    private static let maximumCreditors = 20
    private static let maximumAlternatives = 20

    /// The services of the debt types of every creditor of the key.
    private func listServices(_ visit: Visit) async throws -> PageResponse {
        var names: [String: [String]] = [:]
        for type in try await debtTypes(visit) {
            guard let service = type.text("service") else { continue }
            let name = type.localized("descriptions", visit.language) ?? service
            if !(names[service, default: []].contains(name)) { names[service, default: []].append(name) }
        }
        let items = names.sorted { $0.key < $1.key }.map { service, types in
            (ServicePages.name(service, visit.texts), types.joined(separator: ", "), "/services/\(service)")
        }
        return .page(ServicePages.services(visit, items))
    }

    /// The debt types of the creditors of the key, in the order of the creditors.
    func debtTypes(_ visit: Visit) async throws -> [JSONValue] {
        let creditors = try await api.get(
            "/v1/creditors", query: [("limit", "\(Self.maximumCreditors)")], as: visit.caller.asGuest)
        let codes = creditors.list("items").compactMap { $0.text("tax_code") }
        return try await each(of: codes) { code in
            try await api.get("/v1/creditors/\(APIClient.encoded(code))/debt-types", as: visit.caller.asGuest)
                .list("items")
        }.flatMap { $0 }
    }

    /// Calls for several values at the same time; the results are in their order.
    func each<Value: Sendable, Result: Sendable>(
        of values: [Value], _ call: @escaping @Sendable (Value) async throws -> Result
    ) async throws -> [Result] {
        try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            for (index, value) in values.enumerated() { group.addTask { (index, try await call(value)) } }
            var results: [(Int, Result)] = []
            for try await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func listDocuments(_ visit: Visit) async throws -> PageResponse {
        let service = try visit.parameter("service").text
        let page = try await api.get(
            "/v1/positions",
            query: [
                ("service", service), ("sort", "-document"), ("limit", "20"), ("cursor", visit.query["cursor"]),
            ] + visit.onBehalfOf, as: visit.caller)
        let title = ServicePages.name(service, visit.texts)
        return .page(
            Page(title: title, trail: [(visit.texts[.services], "/services")]) {
                PositionList(
                    caption: visit.texts[.documents], page: page, texts: visit.texts,
                    nextPath: { "/services/\(service)?cursor=\(APIClient.encoded($0))" }, empty: .noDocuments
                ).html
            })
    }

    private func ownPosition(_ id: String, _ visit: Visit) async throws -> JSONValue {
        try await api.get("/v1/positions/\(id)", query: visit.onBehalfOf, as: visit.caller)
    }

    private func showDocument(_ visit: Visit) async throws -> PageResponse {
        let position = try await ownPosition(try visit.parameter("id").text, visit)
        return .page(
            PositionPage(position: position, alternatives: try await alternatives(to: position, visit), visit: visit)
                .page)
    }

    /// The other ways to pay the same debt. A page names their number of installments, which only the positions themselves have.
    private func alternatives(to position: JSONValue, _ visit: Visit) async throws -> [JSONValue] {
        guard let group = position.text("alternative_group"), let id = position.text("id"),
            ["open", "partially_paid"].contains(position.text("status"))
        else { return [] }
        let list = try await api.get(
            "/v1/positions",
            query: [
                ("creditor_tax_code", position.text("creditor_tax_code")), ("alternative_group", group),
                ("status", "open"), ("sort", "due_date"), ("limit", "\(Self.maximumAlternatives)"),
            ] + visit.onBehalfOf, as: visit.caller)
        let ids = list.list("items").compactMap { $0.text("id") }.filter { $0 != id }
        return try await each(of: ids.compactMap { Segment($0)?.text }) { try await ownPosition($0, visit) }
    }

    private func sendNotice(_ visit: Visit) async throws -> PageResponse {
        try await notice("/installments/\(try visit.parameter("number").text)/notice", visit)
    }

    private func notice(_ path: String, _ visit: Visit) async throws -> PageResponse {
        let id = try visit.parameter("id").text
        let request = APIRequest(
            path: "/v1/positions/\(id)\(path)" + APIClient.query(visit.onBehalfOf),
            headers: [("Accept", "application/pdf")], timeoutSeconds: 20,
            maximumBytes: 8 << 20)
        let reply = try await api.reply(request, as: visit.caller)
        return .file(reply.body, type: "application/pdf", disposition: "inline; filename=\"avviso.pdf\"")
    }
}

extension JSONValue {
    /// A text in the language, or else in Italian.
    func localized(_ key: String, _ language: Language) -> String? {
        self[key].flatMap { $0.text(language.rawValue) ?? $0.text("it") }
    }
}

enum ServicePages {
    static func services(_ visit: Visit, _ items: [(title: String, text: String?, path: String)]) -> Page {
        Page(title: visit.texts[.servicesTitle]) {
            element("p", ["class": "lead"], visit.texts[items.isEmpty ? .noServices : .servicesIntro])
            Tiles(items: items).html
        }
    }

    /// The services that creditors commonly have; any other by its own key.
    static func name(_ service: String, _ texts: Texts) -> String {
        switch service {
        case "school": return texts[.serviceSchool]
        case "waste": return texts[.serviceWaste]
        case "traffic": return texts[.serviceTraffic]
        case "sport": return texts[.serviceSport]
        case "other": return texts[.serviceOther]
        default:
            let words = service.replacing("_", with: " ").replacing("-", with: " ")
            return words.prefix(1).uppercased() + words.dropFirst()
        }
    }

    static func status(_ status: String?) -> TextKey {
        switch status {
        case "partially_paid": .statusPartiallyPaid
        case "paid": .statusPaid
        case "expired": .statusExpired
        case "cancelled": .statusCancelled
        case "draft": .statusDraft
        default: .statusOpen
        }
    }
}
