import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA

func helpRoutes(_ help: HelpOperations) -> [Route] {
    let handlers = HelpHandlers(help: help)
    let query: Set<String> = ["creditor_tax_code", "language"]
    return [
        Route(.get, "/v1/help", "list_help_topics", scope: nil, query: query, handlers.listHelpTopics),
        Route(.get, "/v1/help/{topic}", "show_help_topic", scope: nil, query: query, handlers.showHelpTopic),
    ]
}

private struct HelpHandlers: Sendable {
    let help: HelpOperations

    private func read(_ request: KeyRequest) throws -> (OrganizationTaxCode?, Language) {
        var reader = QueryReader(request)
        let creditor = reader.value("creditor_tax_code") { try OrganizationTaxCode(unchecked: $0) }
        let language = reader.word("language", Language.self) ?? request.language
        try reader.finish()
        return (creditor, language)
    }

    func listHelpTopics(_ request: KeyRequest) async throws -> Reply {
        let (creditor, language) = try read(request)
        let texts = try await help.list(of: creditor, in: language, for: request.caller)
        return .json { json in
            json.array("items", texts) { json, text in
                json.beginObject()
                json.field("topic", text.topic.topic)
                json.field("language", text.topic.language.rawValue)
                json.field("title", text.topic.title)
                json.endObject()
            }
        }
    }

    func showHelpTopic(_ request: KeyRequest) async throws -> Reply {
        let (creditor, language) = try read(request)
        let text = try await help.show(
            request.parameter("topic"), of: creditor, in: language, for: request.caller)
        return .json { json in
            json.field("topic", text.topic.topic)
            json.field("language", text.topic.language.rawValue)
            json.field("title", text.topic.title)
            json.field("text", text.topic.text)
            json.field("source", text.isCreditors ? "creditor" : "built_in")
        }
    }
}
