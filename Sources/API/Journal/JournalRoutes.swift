import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

func journalRoutes(_ journal: JournalOperations) -> [Route] {
    let handlers = JournalHandlers(journal: journal)
    return [
        Route(
            .get, "/v1/journal", "list_journal", scope: .operations,
            query: [
                "limit", "cursor", "sort", "from", "to", "kind", "actor", "creditor_tax_code", "position_id",
                "attempt_id", "receipt_id",
            ],
            produces: ExportFormat.listMediaTypes, handlers.listJournal)
    ]
}

private struct JournalHandlers: Sendable {
    let journal: JournalOperations

    private enum Sort: String, CaseIterable {
        case oldestFirst = "at"
        case newestFirst = "-at"
    }

    func listJournal(_ request: KeyRequest) async throws -> Reply {
        var reader = QueryReader(request)
        var filter = JournalFilter()
        filter.position = reader.id("position_id")
        filter.attempt = reader.id("attempt_id")
        filter.receipt = reader.id("receipt_id")
        filter.creditor = reader.code("creditor_tax_code") { try OrganizationTaxCode(unchecked: $0) }
        filter.kind = reader.value("kind", kindText)
        filter.actor = reader.value("actor", actorText)
        filter.from = reader.value("from") { try Instant(rfc3339: $0) }
        filter.to = reader.value("to") { try Instant(rfc3339: $0) }
        let sort = reader.word("sort", Sort.self) ?? .oldestFirst
        let order = filter.order(isNewestFirst: sort == .newestFirst)
        let listing = try reader.listing(.journal, order: order.rawValue, for: request)
        try reader.finish()
        return try await request.reply(listing, of: .journal) { [filter] page in
            try await journal.list(filter, order: order, page: page, for: request.caller)
        } write: { json, record in
            json.beginObject()
            record.write(into: &json)
            json.endObject()
        }
    }
}

/// The text of an actor in the journal, such as `psp:ABCDITMM`.
private func actorText(_ text: String) throws(InvalidValue) -> String {
    guard (1...100).contains(text.utf8.count), text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
        throw InvalidValue(.badFormat, "is not an actor: key:ID, psp:ID, citizen:ID key:ID, loop or command-line")
    }
    return text
}

private func kindText(_ text: String) throws(InvalidValue) -> String {
    guard (1...40).contains(text.utf8.count), text.utf8.allSatisfy({ $0 == 0x5F || (0x61...0x7A).contains($0) }) else {
        throw InvalidValue(.badFormat, "is not a kind of change: letters in lower case and underscores")
    }
    return text
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
