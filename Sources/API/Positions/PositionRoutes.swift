import Accounts
import Cryptography
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests
import Text

func positionRoutes(_ positions: PositionOperations, _ delegations: DelegationOperations, _ links: Links) -> [Route] {
    let handlers = PositionHandlers(positions: positions, delegations: delegations, links: links)
    return [
        Route(
            .get, "/v1/positions", "list_positions", scope: .positionsRead,
            query: PositionHandlers.filterNames.union(["sort", KeyRequest.onBehalfOf]),
            produces: ExportFormat.listMediaTypes + [DocumentArchive.mediaType], handlers.listPositions),
        Route(.post, "/v1/positions", "create_position", scope: .positionsWrite, handlers.createPosition),
        Route(.post, "/v1/positions/search", "search_positions", scope: .positionsRead, handlers.searchPositions),
        Route(
            .get, "/v1/positions/{id}", "show_position", scope: .positionsRead, query: [KeyRequest.onBehalfOf],
            handlers.showPosition),
        Route(
            .patch, "/v1/positions/{id}", "change_position", scope: .positionsWrite, isConditional: true,
            handlers.changePosition),
        Route(
            .delete, "/v1/positions/{id}", "discard_draft", scope: .positionsWrite, isConditional: true,
            handlers.discardDraft),
        Route(.post, "/v1/positions/{id}/publish", "publish_position", scope: .positionsWrite, isConditional: true) {
            try await handlers.move($0, .publish)
        },
        Route(.post, "/v1/positions/{id}/cancel", "cancel_position", scope: .positionsWrite, isConditional: true) {
            try await handlers.move($0, .cancel)
        },
        Route(.post, "/v1/positions/{id}/restore", "restore_position", scope: .positionsWrite, isConditional: true) {
            try await handlers.move($0, .restore)
        },
        Route(
            .get, "/v1/positions/by-external-id/{tax_code}/{external_id}", "show_position_by_external_id",
            scope: .positionsRead, handlers.showPositionByExternalID),
        Route(
            .put, "/v1/positions/by-external-id/{tax_code}/{external_id}", "save_position", scope: .positionsWrite,
            isConditional: true, handlers.savePosition),
        Route(
            .get, "/v1/positions/by-notice-number/{tax_code}/{notice_number}", "show_position_by_notice_number",
            scope: .positionsRead, handlers.showPositionByNoticeNumber),
        Route(
            .post, "/v1/positions/{id}/counter-payments", "record_counter_payment", scope: .positionsWrite,
            isConditional: true,
            handlers.recordCounterPayment),
        Route(
            .post, "/v1/positions/{id}/counter-payments/{receipt_id}/void", "void_counter_payment",
            scope: .positionsWrite,
            handlers.voidCounterPayment),
    ]
}

private struct PositionHandlers: Sendable {
    let positions: PositionOperations
    let delegations: DelegationOperations
    let links: Links

    static let filterNames: Set<String> = QueryReader.pageNames.union([
        "status", "creditor_tax_code", "external_id", "debt_type", "alternative_group", "service", "document_year",
        "document_number", "iuv", "notice_number", "due_from", "due_to", "valid_until_from", "valid_until_to",
        "paid_from", "paid_to",
        "updated_since", "under_review",
    ])

    private static let searchNames = [
        "sort", "q", "debtor_tax_code", "debtor_name", "metadata_key", "metadata_value", "notice_number_end",
        "notice_number_part",
    ]

    private static func partOfNoticeNumber(_ text: String) throws(InvalidValue) -> String {
        guard (6...18).contains(text.utf8.count), text.utf8.allSatisfy(\.isDigit) else {
            throw InvalidValue(.badFormat, "must be 6 to 18 digits of a notice number")
        }
        return text
    }

    func createPosition(_ request: KeyRequest) async throws -> Reply {
        let json = try request.json()
        let draft = try json.decodeObject(PositionDraft.read)
        let now = positions.clock()
        let render: Renderer<CreatedPosition, Reply> = { created in
            switch created {
            case .created(let position):
                PositionDetail(position: position).reply(201, at: now, links)
                    .with(.location, links.position(position.id))
            case .existing(let detail):
                detail.reply(200, at: now, links).with(.location, links.position(detail.position.id))
            }
        }
        return try await positions.create(
            draft, fingerprint: SHA256.digest(draft.meaning),
            formerFingerprint: SHA256.digest(JSONWriter.canonical(json)), by: request.caller,
            repeating: request.repeating(render)
        ).reply(render)
    }

    func showPosition(_ request: KeyRequest) async throws -> Reply {
        let request = try await request.acting(by: delegations, to: "show_position")
        let detail = try await positions.show(request.id(), for: request.caller)
        return request.unlessCached(detail.reply(at: positions.clock(), links))
    }

    func showPositionByExternalID(_ request: KeyRequest) async throws -> Reply {
        let path = try PositionPath(request)
        let detail = try await positions.show(
            externalID: path.externalID, of: path.creditor, for: request.caller)
        return request.unlessCached(detail.reply(at: positions.clock(), links))
    }

    func showPositionByNoticeNumber(_ request: KeyRequest) async throws -> Reply {
        guard let creditor = try? OrganizationTaxCode(unchecked: request.parameter("tax_code")),
            let notice = try? NoticeNumber(request.parameter("notice_number"))
        else { throw Refusal.notFound }
        let detail = try await positions.show(noticeNumber: notice, of: creditor, for: request.caller)
        return request.unlessCached(detail.reply(at: positions.clock(), links))
    }

    func savePosition(_ request: KeyRequest) async throws -> Reply {
        let json = try request.json()
        let path = try PositionPath(request)
        let wanted = Result { try json.decodeObject { PositionDraft.read(&$0, at: path) } }
        let now = positions.clock()
        let saved = try await request.underPrecondition {
            try await positions.show(externalID: path.externalID, of: path.creditor, for: request.caller)
        } tag: {
            $0.reply(at: now, links).tag
        } write: {
            try await positions.save(
                wanted, as: path.externalID, of: path.creditor, by: request.caller, demanding: $0)
        }
        switch saved {
        case .created(let position):
            return PositionDetail(position: position).reply(201, at: now, links)
                .with(.location, links.position(position.id))
        case .changed(let detail), .unchanged(let detail): return detail.reply(at: now, links)
        }
    }

    func listPositions(_ request: KeyRequest) async throws -> Reply {
        let request = try await request.acting(by: delegations, to: "list_positions")
        var reader = QueryReader(request)
        let order = reader.word("sort", PositionOrder.self) ?? .createdDescending
        let (filter, creditor) = filter(&reader)
        if request.accept.prefersArchive {
            reader.rejectPages(for: DocumentArchive.mediaType)
            try reader.finish()
            return try await sendNotices(filter, creditor, order, for: request)
        }
        let listing = try reader.listing(.positions, order: order.rawValue, for: request)
        try reader.finish()
        return try await list(filter, creditor, order, listing, for: request)
    }

    /// The payment notices of the positions that match, in one archive.
    private func sendNotices(
        _ filter: PositionFilter, _ creditor: OrganizationTaxCode?, _ order: PositionOrder, for request: KeyRequest
    ) async throws -> Reply {
        let (language, today) = (request.language, positions.today)
        return try await ListExport(
            fileName: "avvisi.zip", contentType: DocumentArchive.mediaType, pageRows: NoticeArchive.pageRows,
            read: {
                try await positions.drawNotices(
                    filter, creditor: creditor, order: order, page: $0, language: language, for: request.caller)
            }, file: { NoticeArchive(on: today) }
        ).reply(for: request.caller.key.id, within: request.content.exports)
    }

    /// Search by the debtor's tax code and by words too. It is a POST, so that personal data never appear in URLs or logs.
    func searchPositions(_ request: KeyRequest) async throws -> Reply {
        var reader = try QueryReader(request.json(), knowing: Self.filterNames.union(Self.searchNames))
        let order = reader.word("sort", PositionOrder.self) ?? .createdDescending
        var (filter, creditor) = filter(&reader)
        filter.debtor = reader.code("debtor_tax_code") { try TaxCode($0) }
        filter.words = reader.value("q") { try boundedText($0, 1...140) }
        filter.debtorName = reader.value("debtor_name") { try boundedText($0, 2...70) }
        filter.noticeNumberEnd = reader.value("notice_number_end") { try Self.partOfNoticeNumber($0) }
        filter.noticeNumberPart = reader.value("notice_number_part") { try Self.partOfNoticeNumber($0) }
        let key = reader.value("metadata_key") { try boundedText($0, 1...140) }
        let value = reader.value("metadata_value") { try boundedText($0, 0...140) }
        if let key, let value { filter.metadata = MetadataPair(key: key, value: value) }
        if (key == nil) != (value == nil) {
            let missing = key == nil ? "metadata_key" : "metadata_value"
            reader.violations.add(missing, .required, "is required: the two name a pair")
        }
        let page = try reader.page(.positions, order: order.rawValue, for: request)
        try reader.finishBody()
        return try await list(filter, creditor, order, .page(page), for: request)
    }

    private func list(
        _ filter: PositionFilter, _ creditor: OrganizationTaxCode?, _ order: PositionOrder, _ listing: Listing,
        for request: KeyRequest
    ) async throws -> Reply {
        try await request.reply(listing, of: .positions) { page in
            try await positions.list(filter, creditor: creditor, order: order, page: page, for: request.caller)
        } write: { json, row in
            row.write(into: &json, at: positions.clock(), links)
        }
    }

    private func filter(_ reader: inout QueryReader) -> (PositionFilter, OrganizationTaxCode?) {
        var filter = PositionFilter()
        filter.statuses = reader.words("status")
        filter.externalID = reader.value("external_id") { try boundedText($0, 1...70) }
        filter.debtTypeKey = reader.value("debt_type") { try shortName($0) }
        filter.alternativeGroup = reader.value("alternative_group") { try boundedText($0, 1...35) }
        filter.service = reader.value("service") { try shortName($0) }
        filter.documentYear = reader.integer("document_year", in: 1_900...2_999).map(Int.init)
        filter.documentNumber = reader.value("document_number") { try boundedText($0, 1...35) }
        filter.iuv = reader.code("iuv") { try IUV($0) }
        filter.noticeNumber = reader.code("notice_number") { try NoticeNumber($0) }
        filter.dueFrom = reader.value("due_from") { try CalendarDate($0) }
        filter.dueTo = reader.value("due_to") { try CalendarDate($0) }
        filter.validUntilFrom = reader.value("valid_until_from") { try CalendarDate($0) }
        filter.validUntilTo = reader.value("valid_until_to") { try CalendarDate($0) }
        filter.paidFrom = reader.value("paid_from") { try CalendarDate($0) }
        filter.paidTo = reader.value("paid_to") { try CalendarDate($0) }
        filter.isUnderReview = reader.flag("under_review")
        filter.updatedSince = reader.value("updated_since") { try Instant(rfc3339: $0) }
        return (filter, reader.code("creditor_tax_code") { try OrganizationTaxCode(unchecked: $0) })
    }

    func changePosition(_ request: KeyRequest) async throws -> Reply {
        guard request.headers[.ifMatch] != nil else { throw Refusal.preconditionMissing }
        let patch = try request.json("application/merge-patch+json")
        let id: Identifier<Position> = try request.id()
        let now = positions.clock()
        return try await withSnapshot {
            try await positions.show(id, for: request.caller)
        } write: { detail in
            let wanted = Result {
                guard let detail else { throw Refusal.notFound }
                return try PositionPatch.apply(patch, to: detail, at: now, links)
            }
            return try await positions.change(
                id, to: wanted, by: request.caller,
                demanding: request.headers.condition(.optional, on: detail) { $0.reply(at: now, links).tag })
        }.reply(at: now, links)
    }

    func discardDraft(_ request: KeyRequest) async throws -> Reply {
        try await underPrecondition(request) { id, precondition in
            try await positions.discardDraft(id, by: request.caller, demanding: precondition)
        }
        return Reply(.noContent)
    }

    /// Runs a write under the If-Match of the request, if it has one, for the position as GET shows it now.
    private func underPrecondition<Written: Sendable>(
        _ request: KeyRequest, _ write: (Identifier<Position>, Precondition<PositionDetail>) async throws -> Written
    ) async throws -> Written {
        let id: Identifier<Position> = try request.id()
        let now = positions.clock()
        return try await request.underPrecondition {
            try await positions.show(id, for: request.caller)
        } tag: {
            $0.reply(at: now, links).tag
        } write: {
            try await write(id, $0)
        }
    }

    func move(_ request: KeyRequest, _ event: PositionEvent) async throws -> Reply {
        try request.demandNoBody()
        let now = positions.clock()
        let render: Renderer<PositionDetail, Reply> = { $0.reply(at: now, links) }
        let repeating = try request.repeating(render)
        return try await underPrecondition(request) { id, precondition in
            try await positions.move(
                id, event, by: request.caller, demanding: precondition, repeating: repeating)
        }.reply(render)
    }

    func recordCounterPayment(_ request: KeyRequest) async throws -> Reply {
        let payment = try request.object(CounterPayment.read)
        let render: Renderer<Receipt, Reply> = { receipt in
            receipt.reply(.created, links).with(.location, links.receipt(receipt.id))
        }
        let repeating = try request.repeating(render)
        return try await underPrecondition(request) { id, precondition in
            try await positions.recordCounterPayment(
                payment, on: id, by: request.caller, demanding: precondition, repeating: repeating)
        }.reply(render)
    }

    func voidCounterPayment(_ request: KeyRequest) async throws -> Reply {
        let reason = try request.object { reader in reader.required("reason") { try boundedText($0, 1...500) } }
        let render: Renderer<Receipt, Reply> = { $0.reply(.ok, links) }
        return try await positions.voidCounterPayment(
            request.id("receipt_id"), on: request.id(), reason: reason, by: request.caller,
            repeating: request.repeating(render)
        ).reply(render)
    }
}

extension CounterPayment {
    fileprivate static func read(_ reader: inout ObjectReader) -> CounterPayment? {
        let installment = reader.required("installment", in: 1...60)
        let amount = reader.required("amount_cents", in: 1...Amount.maximum.cents)
        let paidAt = reader.required("paid_at") { try Instant(rfc3339: $0) }
        let till = reader.required("till") { try boundedText($0, 1...70) }
        let reference = reader.required("reference") { try boundedText($0, 1...35) }
        guard let installment, let amount = amount.flatMap({ try? Amount(cents: $0) }), let paidAt, let till,
            let reference
        else { return nil }
        return CounterPayment(
            installmentNumber: Int(installment), amount: amount, paidAt: paidAt, till: till, reference: reference)
    }
}
