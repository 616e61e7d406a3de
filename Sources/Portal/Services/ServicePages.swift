import JSON

extension PortalApp {
    static let serviceRoutes: [Route] = [
        .get("/services", .signedIn) { app, visit in try await app.listServices(visit) },
        .get("/services/:service", .signedIn) { app, visit in try await app.listDocuments(visit) },
        .get("/documents/:id", .signedIn) { app, visit in try await app.showDocument(visit) },
        .get("/documents/:id/notices/:number", .signedIn) { app, visit in try await app.sendNotice(visit) },
    ]

    private static let maximumCreditors = 20

    /// The services of the debt types of every creditor of the key.
    private func listServices(_ visit: Visit) async throws -> PageResponse {
        let creditors = try await api.get(
            "/v1/creditors", query: [("limit", "\(Self.maximumCreditors)")], as: visit.caller)
        var names: [String: [String]] = [:]
        for taxCode in creditors.list("items").compactMap({ $0.text("tax_code") }) {
            let types = try await api.get("/v1/creditors/\(APIClient.encoded(taxCode))/debt-types", as: visit.caller)
            for type in types.list("items") {
                guard let service = type.text("service"), let texts = type["descriptions"] else { continue }
                let name = texts.text(visit.language.rawValue) ?? texts.text("it") ?? service
                if !(names[service, default: []].contains(name)) { names[service, default: []].append(name) }
            }
        }
        let items = names.sorted { $0.key < $1.key }.map { service, types in
            (ServicePages.name(service, visit.texts), types.joined(separator: ", "), "/services/\(service)")
        }
        return .page(ServicePages.services(visit, items))
    }

    private func listDocuments(_ visit: Visit) async throws -> PageResponse {
        let service = try visit.parameter("service").text
        let page = try await api.get(
            "/v1/positions",
            query: [
                ("service", service), ("sort", "-document"), ("limit", "20"), ("cursor", visit.query["cursor"]),
            ], as: visit.caller)
        let title = ServicePages.name(service, visit.texts)
        return .page(
            Page(title: title, trail: [(visit.texts[.services], "/services")]) {
                PositionList(
                    caption: visit.texts[.documents], page: page, texts: visit.texts,
                    nextPath: { "/services/\(service)?cursor=\(APIClient.encoded($0))" }, empty: .noDocuments
                ).html
            })
    }

    private func showDocument(_ visit: Visit) async throws -> PageResponse {
        let id = try visit.parameter("id").text
        let position = try await api.get("/v1/positions/\(id)", as: visit.caller)
        return .page(PositionPage(position: position, visit: visit).page)
    }

    private func sendNotice(_ visit: Visit) async throws -> PageResponse {
        let id = try visit.parameter("id").text
        let number = try visit.parameter("number").text
        let request = APIRequest(
            path: "/v1/positions/\(id)/installments/\(number)/notice", headers: [("Accept", "application/pdf")],
            timeoutSeconds: 20, maximumBytes: 8 << 20)
        let reply = try await api.reply(request, as: visit.caller)
        return .file(reply.body, type: "application/pdf", disposition: "inline; filename=\"avviso.pdf\"")
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
