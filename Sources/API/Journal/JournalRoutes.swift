import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA

func journalRoutes(_ journal: JournalOperations) -> [Route] {
    let handlers = JournalHandlers(journal: journal)
    return [
        Route(
            .get, "/v1/journal", "list_journal", scope: .operations, query: ["limit", "cursor", "position_id"],
            handlers.listJournal)
    ]
}

private struct JournalHandlers: Sendable {
    let journal: JournalOperations

    func listJournal(_ request: KeyRequest) async throws -> Reply {
        var reader = QueryReader(request)
        let position: Identifier<Position>? = reader.id("position_id")
        let page = try reader.page(.journal, for: request)
        try reader.finish()
        return try await journal.list(of: position, page: page, for: request.caller)
            .reply(.journal, for: request) { json, record in
                json.beginObject()
                record.write(into: &json)
                json.endObject()
            }
    }
}

extension JournalRecord {
    fileprivate func write(into json: inout JSONWriter) {
        json.field("number", number)
        json.field("at", at.rfc3339)
        json.field("kind", kind)
        json.field("actor", actor)
        json.field("correlation_id", correlationID)
        json.field("creditor_tax_code", creditor)
        json.field("position_id", position?.description)
        json.field("attempt_id", attempt?.description)
        json.field("receipt_id", receipt?.description)
        json.field("from", from)
        json.field("to", to)
        json.field("note", note)
    }
}
