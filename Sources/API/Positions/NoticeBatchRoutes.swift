import Accounts
import Cryptography
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests
import Text

/// Payment notices of many positions, drawn in the background.
func noticeBatchRoutes(_ positions: PositionOperations, _ links: Links) -> [Route] {
    let handlers = NoticeBatchHandlers(positions: positions, links: links)
    return [
        Route(
            .post, "/v1/notices/batches", "make_notice_batch", scope: .positionsWrite, handlers.makeNoticeBatch),
        Route(
            .get, "/v1/notices/batches/{id}", "show_notice_batch", scope: .positionsWrite, handlers.showNoticeBatch),
        Route(
            .get, "/v1/notices/batches/{id}/left-out", "list_left_out_notices", scope: .positionsWrite,
            query: QueryReader.pageNames, handlers.listLeftOutNotices),
        Route(
            .get, "/v1/notices/batches/{id}/zip", "show_notice_archive", scope: .positionsWrite,
            produces: [DocumentArchive.mediaType], handlers.showNoticeArchive),
    ]
}

private struct NoticeBatchHandlers: Sendable {
    let positions: PositionOperations
    let links: Links

    func makeNoticeBatch(_ request: KeyRequest) async throws -> Reply {
        let body = try request.object { NoticeBatchBody.read(&$0) }
        let render: Renderer<NoticeBatch, Reply> = { [links] batch in
            .json(.accepted) { batch.write(into: &$0, links) }.with(.location, links.noticeBatch(batch.id))
        }
        return try await positions.makeNoticeBatch(
            of: body.creditor, body.selection, language: body.language ?? request.language, by: request.caller,
            repeating: request.repeating(render)
        ).reply(render)
    }

    func showNoticeBatch(_ request: KeyRequest) async throws -> Reply {
        let found = try await positions.showNoticeBatch(request.id(), for: request.caller)
        let bytes = JSONWriter.object { found.write(into: &$0, links) }
        // Callers ask for the progress often.
        let digest = Hex.encode(Array(SHA256.digest(bytes).prefix(6)))
        return request.unlessCached(.json(bytes: bytes).with(.eTag, "\"\(digest)\""))
    }

    func listLeftOutNotices(_ request: KeyRequest) async throws -> Reply {
        var reader = QueryReader(request)
        let page = try reader.page(.leftOutNotices, for: request)
        try reader.finish()
        return try await positions.listLeftOutNotices(of: request.id(), page: page, for: request.caller)
            .reply(.leftOutNotices, for: request) { json, item in
                json.beginObject()
                json.field("position_id", item.position.description)
                if case .leftOut(let reason) = item.outcome { json.field("reason", reason) }
                json.endObject()
            }
    }

    func showNoticeArchive(_ request: KeyRequest) async throws -> Reply {
        let id: Identifier<NoticeBatch> = try request.id()
        let batch = try await positions.showNoticeBatch(id, for: request.caller)
        let day = CalendarDate(romeDayOf: batch.createdAt)
        return try await ListExport(
            fileName: "avvisi-\(id).zip", contentType: DocumentArchive.mediaType, pageRows: NoticeArchive.pageRows,
            read: {
                try await positions.readNotices(of: id, page: $0, for: request.caller).documents(of: batch.creditor)
            },
            file: { NoticeArchive(on: day) }
        ).reply(for: request.caller.key.id, within: request.content.exports)
    }
}

private struct NoticeBatchBody {
    let creditor: OrganizationTaxCode
    let selection: NoticeBatchSelection
    let language: Language?

    private static let filterNames = ["debt_type", "due_from", "due_to"]

    static func read(_ reader: inout ObjectReader) -> NoticeBatchBody? {
        let creditor = reader.required("creditor_tax_code") { try OrganizationTaxCode(unchecked: $0) }
        let language = reader.optional("language", text: Language.read)
        let namesPositions = reader.has("position_ids")
        if namesPositions {
            for name in filterNames where reader.has(name) {
                reader.refuse(name, .notAllowed, "is not allowed beside position_ids")
            }
        }
        let ids = reader.optional("position_ids", count: 1...NoticeBatch.maximumNamedPositions) {
            value, pointer, violations in
            ObjectReader.text(value, pointer, violations) { try Identifier<Position>($0) }
        }
        if let ids, Set(ids).count != ids.count {
            reader.refuse("position_ids", .duplicate, "hold a position twice")
        }
        var filter = PositionFilter()
        filter.debtTypeKey = reader.optional("debt_type") { try shortName($0) }
        filter.dueFrom = reader.optional("due_from") { try CalendarDate($0) }
        filter.dueTo = reader.optional("due_to") { try CalendarDate($0) }
        guard let creditor else { return nil }
        if namesPositions {
            return ids.map { NoticeBatchBody(creditor: creditor, selection: .positions($0), language: language) }
        }
        return NoticeBatchBody(creditor: creditor, selection: .filter(filter), language: language)
    }
}

extension Page<NoticeBatchItem> {
    fileprivate func documents(of creditor: OrganizationTaxCode) -> Page<NoticeDocument> {
        let drawn = items.compactMap { item -> NoticeDocument? in
            guard case .drawn(let number, let pdf) = item.outcome else { return nil }
            return NoticeDocument(creditor: creditor, noticeNumber: number, pdf: pdf)
        }
        return Page<NoticeDocument>(items: drawn, next: next)
    }
}

extension NoticeBatch {
    fileprivate func write(into json: inout JSONWriter, _ links: Links) {
        json.field("id", id.description)
        json.field("creditor_tax_code", creditor.value)
        json.field("language", language.rawValue)
        json.field("status", status.rawValue)
        json.field("total", total)
        json.field("made", made)
        json.field("left_out", leftOut)
        json.field("created_at", createdAt.rfc3339)
        json.field("updated_at", updatedAt.rfc3339)
        json.field("finished_at", finishedAt?.rfc3339)
        json.field("expires_at", expiresAt?.rfc3339)
        json.object("_links") {
            $0.field("self", links.noticeBatch(id))
            $0.field("left_out", links.noticeBatch(id) + "/left-out")
            $0.field("zip", links.noticeBatch(id) + "/zip")
        }
    }
}
