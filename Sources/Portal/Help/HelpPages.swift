import JSON

/// 'Help online': the topics of the service and of its creditor.
extension PortalApp {
    static let helpRoutes: [Route] = [
        .get("/help") { app, visit in try await app.listHelp(visit) },
        .get("/help/:topic") { app, visit in try await app.showHelp(visit) },
    ]

    private func listHelp(_ visit: Visit) async throws -> PageResponse {
        let list = try await api.get(
            "/v1/help", query: [("language", visit.language.rawValue)], as: visit.caller.asGuest)
        let creditors = try await api.get("/v1/creditors", query: [("limit", "20")], as: visit.caller.asGuest)
        let texts = visit.texts
        return .page(
            Page(title: texts[.help]) {
                element("p", ["class": "lead"], texts[.helpIntro])
                Tiles(
                    items: list.list("items").map { topic in
                        (topic.text("title") ?? "", nil, "/help/\(topic.text("topic") ?? "")")
                    }
                ).html
                element("h2", [:], texts[.helpContacts])
                for creditor in creditors.list("items") { HelpPages.contacts(creditor, texts) }
            })
    }

    private func showHelp(_ visit: Visit) async throws -> PageResponse {
        let topic = try await api.get(
            "/v1/help/\(try visit.parameter("topic").text)", query: [("language", visit.language.rawValue)],
            as: visit.caller.asGuest)
        let paragraphs = (topic.text("text") ?? "").split(separator: "\n\n").map { String($0).trimmingBlanks }
        let texts = visit.texts
        return .page(
            Page(title: topic.text("title") ?? texts[.help], trail: [(texts[.help], "/help")]) {
                element("div", ["lang": topic.text("language")]) {
                    for paragraph in paragraphs where !paragraph.isEmpty { element("p", ["class": "lead"], paragraph) }
                }
            })
    }
}

enum HelpPages {
    static func contacts(_ creditor: JSONValue, _ texts: Texts) -> HTML {
        let contacts = creditor["contacts"]
        var facts = Facts()
        facts.add(texts[.creditor], creditor.text("name"))
        if let email = contacts?.text("email") {
            facts.add(texts[.email], html: element("a", ["href": "mailto:\(email)"], email))
        }
        if let phone = contacts?.text("phone") {
            let number = phone.filter { !$0.isWhitespace }
            facts.add(texts[.phone], html: element("a", ["href": "tel:\(number)", "class": "number"], phone))
        }
        return facts.html
    }
}
