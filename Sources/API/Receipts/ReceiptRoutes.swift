import Accounts
import Cryptography
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

func receiptRoutes(
    _ receipts: ReceiptOperations, _ rts: RTOperations, _ anomalies: AnomalyOperations,
    _ delegations: DelegationOperations, _ links: Links
) -> [Route] {
    let handlers = ReceiptHandlers(
        receipts: receipts, rts: rts, anomalies: anomalies, delegations: delegations, links: links)
    return [
        Route(.post, "/v1/psps/{psp_id}/receipts", "receive_rt", access: .psp, handlers.receiveRT),
        Route(.post, "/v1/receipts", "enter_rt", scope: .operations, handlers.enterRT),
        Route(
            .get, "/v1/receipts", "list_receipts", scope: .receiptsRead,
            query: ReceiptHandlers.filterNames.union(["documents", KeyRequest.onBehalfOf]),
            produces: ExportFormat.listMediaTypes + [DocumentArchive.mediaType], handlers.listReceipts),
        Route(.post, "/v1/receipts/search", "search_receipts", scope: .receiptsRead, handlers.searchReceipts),
        Route(
            .get, "/v1/receipts/{id}", "show_receipt", scope: .receiptsRead, query: [KeyRequest.onBehalfOf],
            handlers.showReceipt),
        Route(
            .get, "/v1/receipts/{id}/pdf", "show_receipt_pdf", scope: .receiptsRead,
            query: ["disposition", "for", KeyRequest.onBehalfOf],
            produces: ["application/pdf"],
            handlers.showReceiptPDF),
        Route(
            .get, "/v1/receipts/{id}/rt", "show_receipt_rt", scope: .receiptsRead,
            produces: ["application/json", "application/xml", "application/octet-stream"],
            handlers.showReceiptRT),
        Route(
            .get, "/v1/receipts/{id}/official-rt", "show_official_rt", scope: .receiptsRead,
            produces: ["application/xml"],
            handlers.showOfficialRT),
        Route(
            .get, "/v1/anomalies", "list_anomalies", scope: .anomaliesWrite, or: [.operations],
            query: QueryReader.pageNames.union([
                "status", "kind", "creditor_tax_code", "iuv", "psp_id", "amount_cents", "receipt_id", "position_id",
                "opened_from", "opened_to",
            ]), produces: ExportFormat.listMediaTypes, handlers.listAnomalies),
        Route(
            .get, "/v1/anomalies/{id}", "show_anomaly", scope: .anomaliesWrite, or: [.operations], handlers.showAnomaly),
        Route(
            .get, "/v1/anomalies/{id}/evidence", "show_anomaly_evidence", scope: .anomaliesWrite, or: [.operations],
            produces: ["application/json", "application/xml", "application/octet-stream"], handlers.showEvidence),
        Route(
            .post, "/v1/anomalies/{id}/resolve", "resolve_anomaly", scope: .anomaliesWrite, or: [.operations],
            isConditional: true,
            handlers.resolveAnomaly),
    ]
}

private struct ReceiptHandlers: Sendable {
    let receipts: ReceiptOperations
    let rts: RTOperations
    let anomalies: AnomalyOperations
    let delegations: DelegationOperations
    let links: Links

    static let filterNames: Set<String> = QueryReader.pageNames.union([
        "creditor_tax_code", "position_id", "paid_from", "paid_to", "debt_type", "iuv", "notice_number", "status",
        "origin", "document_year", "document_number", "psp_id", "receipt_id", "amount_cents",
    ])

    /// The webhook. The signature over these bytes has been verified.
    func receiveRT(_ request: PSPRequest) async throws -> Reply {
        let sender = request.psp
        let syntax: RTSyntax = request.contentType?.isXML == true ? .xml : .json
        var body = RTBody(
            psp: sender, messageID: request.messageID, contentType: syntax.rawValue, bytes: request.body,
            sha256: SHA256.digest(request.body), fingerprint: [])
        do {
            if syntax == .json { try request.demandMediaType("application/json", orElse: "application/xml") }
            try request.demandPlainBody()
            let rt = try rts.read(request.body, as: syntax, from: sender)
            body.fingerprint = SHA256.digest(rt.meaning)
            let taken = try await rts.receive(rt, body: body) { $0.answer }
            return .json(taken.isReplay ? .ok : .created, bytes: taken.answer)
        } catch {
            throw try await rts.answer(to: error, for: body)
        }
    }

    /// An RT that arrived outside the webhook, as an operator transcribes it.
    func enterRT(_ request: KeyRequest) async throws -> Reply {
        // As in the webhook, a member that decides nothing may contain any character.
        var limits = JSONLimits()
        limits.acceptsNUL = true
        let entered = try request.json(limits: limits).decodeObject { EnteredRT.read(&$0) }
        let taken = try await rts.enter(entered, by: request.caller) { $0.answer }
        return .json(taken.isReplay ? .ok : .created, bytes: taken.answer)
    }

    func listReceipts(_ request: KeyRequest) async throws -> Reply {
        let request = try await request.acting(by: delegations, to: "list_receipts")
        var reader = QueryReader(request)
        let (filter, creditor) = filter(&reader)
        let documents = Set(reader.words("documents", ReceiptDocument.self))
        if request.accept.prefersArchive {
            reader.rejectPages(for: DocumentArchive.mediaType)
            try reader.finish()
            return try await send(documents.isEmpty ? [.rt] : documents, of: filter, creditor, for: request)
        }
        let listing = try reader.listing(.receipts, for: request)
        try reader.finish()
        return try await list(filter, creditor, listing, for: request)
    }

    /// The documents of the receipts that match, in one archive.
    private func send(
        _ documents: Set<ReceiptDocument>, of filter: ReceiptFilter, _ creditor: OrganizationTaxCode?,
        for request: KeyRequest
    ) async throws -> Reply {
        let language = request.language
        return try await ListExport(
            fileName: documents == [.rt] ? "rts.zip" : "ricevute.zip", contentType: DocumentArchive.mediaType,
            pageRows: documents.contains(.pdf) ? DocumentArchive.pageRowsWithPDFs : DocumentArchive.pageRows,
            read: {
                try await receipts.listDocuments(
                    documents, of: filter, creditor: creditor, page: $0, language: language, for: request.caller)
            }, file: { DocumentArchive() }
        ).reply(for: request.caller.key.id, within: request.content.exports)
    }

    func searchReceipts(_ request: KeyRequest) async throws -> Reply {
        var reader = try QueryReader(request.json(), knowing: Self.filterNames.union(["tax_code"]))
        var (filter, creditor) = filter(&reader)
        filter.taxCode = reader.code("tax_code") { try TaxCode($0) }
        let page = try reader.page(.receipts, for: request)
        try reader.finishBody()
        return try await list(filter, creditor, .page(page), for: request)
    }

    private func list(
        _ filter: ReceiptFilter, _ creditor: OrganizationTaxCode?, _ listing: Listing, for request: KeyRequest
    ) async throws -> Reply {
        try await request.reply(listing, of: .receipts) { page in
            try await receipts.list(filter, creditor: creditor, page: page, for: request.caller)
        } write: { json, receipt in
            receipt.writeSummary(into: &json, links)
        }
    }

    private func filter(_ reader: inout QueryReader) -> (ReceiptFilter, OrganizationTaxCode?) {
        var filter = ReceiptFilter()
        filter.statuses = reader.words("status")
        filter.origins = reader.words("origin")
        filter.debtTypeKey = reader.value("debt_type") { try shortName($0) }
        filter.iuv = reader.code("iuv") { try IUV(unchecked: $0) }
        filter.noticeNumber = reader.code("notice_number") { try NoticeNumber($0) }
        filter.documentYear = reader.integer("document_year", in: 1_900...2_999).map(Int.init)
        filter.documentNumber = reader.value("document_number") { try boundedText($0, 1...35) }
        filter.paidFrom = reader.value("paid_from") { try CalendarDate($0) }
        filter.paidTo = reader.value("paid_to") { try CalendarDate($0) }
        filter.position = reader.id("position_id")
        filter.psp = reader.value("psp_id") { try PSPID($0) }
        filter.receiptID = reader.value("receipt_id") { try boundedText($0, 1...140) }
        filter.amount = reader.amount("amount_cents")
        return (filter, reader.code("creditor_tax_code") { try OrganizationTaxCode(unchecked: $0) })
    }

    func showReceipt(_ request: KeyRequest) async throws -> Reply {
        let request = try await request.acting(by: delegations, to: "show_receipt")
        return try await receipts.show(request.id(), for: request.caller).reply(.ok, links)
    }

    func showReceiptPDF(_ request: KeyRequest) async throws -> Reply {
        let request = try await request.acting(by: delegations, to: "show_receipt_pdf")
        var reader = QueryReader(request)
        let disposition = reader.word("disposition", PDFDisposition.self) ?? .inline
        let audience = reader.word("for", ReceiptAudience.self)
        try reader.finish()
        let id: Identifier<Receipt> = try request.id()
        let pdf = try await receipts.showPDF(
            id, for: audience, language: request.language, by: request.caller)
        return Reply(
            .ok,
            headers: [
                .contentType: "application/pdf",
                .contentDisposition: "\(disposition.rawValue); filename=\"ricevuta-\(id).pdf\"",
            ], body: pdf)
    }

    func showReceiptRT(_ request: KeyRequest) async throws -> Reply {
        let rt = try await receipts.showRT(request.id(), for: request.caller)
        return Reply(
            .ok,
            headers: [.contentType: safeMediaType(rt.contentType, rt.bytes), .contentDisposition: "attachment"],
            body: rt.bytes)
    }

    func showOfficialRT(_ request: KeyRequest) async throws -> Reply {
        let rt = try await receipts.showOfficialRT(request.id(), for: request.caller)
        return Reply(
            .ok, headers: [.contentType: "application/xml; charset=utf-8", .contentDisposition: "attachment"], body: rt)
    }

    func listAnomalies(_ request: KeyRequest) async throws -> Reply {
        var reader = QueryReader(request)
        var filter = AnomalyFilter()
        let statuses: Set<AnomalyStatus> = Set(reader.words("status"))
        if statuses.count == 1 { filter.isOpen = statuses.contains(.open) }
        filter.kinds = reader.words("kind")
        filter.iuv = reader.code("iuv") { try IUV(unchecked: $0) }
        filter.psp = reader.value("psp_id") { try PSPID($0) }
        filter.amount = reader.amount("amount_cents")
        filter.receipt = reader.id("receipt_id")
        filter.position = reader.id("position_id")
        filter.openedFrom = reader.value("opened_from") { try CalendarDate($0) }
        filter.openedTo = reader.value("opened_to") { try CalendarDate($0) }
        let creditor = reader.code("creditor_tax_code") { try OrganizationTaxCode(unchecked: $0) }
        let listing = try reader.listing(.anomalies, for: request)
        try reader.finish()
        return try await request.reply(listing, of: .anomalies) { [filter] page in
            try await anomalies.list(filter, creditor: creditor, page: page, for: request.caller)
        } write: { json, anomaly in
            json.beginObject()
            anomaly.write(into: &json)
            json.write(violations: anomaly.firstFaults)
            json.endObject()
        }
    }

    func resolveAnomaly(_ request: KeyRequest) async throws -> Reply {
        let (resolution, reason) = try request.object { reader in ResolutionRequest.read(&reader) }
        let render: Renderer<Anomaly, Reply> = { $0.reply }
        let id: Identifier<Anomaly> = try request.id()
        let repeating = try request.repeating(render)
        return try await request.underPrecondition {
            try await anomalies.show(id, for: request.caller)
        } tag: {
            $0.reply.tag
        } write: {
            try await anomalies.resolve(
                id, resolution, reason: reason, by: request.caller, demanding: $0, repeating: repeating,
                acknowledge: { $0.answer })
        }.reply(render)
    }

    func showAnomaly(_ request: KeyRequest) async throws -> Reply {
        let anomaly = try await anomalies.show(request.id(), for: request.caller)
        let evidence = try await anomalies.findEvidence(of: anomaly, for: request.caller)
        // The ETag covers the anomaly only, because its evidence never changes.
        return request.unlessCached(
            Reply.json { json in
                anomaly.write(into: &json)
                evidence?.write(into: &json)
            }.with(.eTag, anomaly.reply.tag))
    }

    /// Untrusted bytes: a browser must download them and not show them.
    func showEvidence(_ request: KeyRequest) async throws -> Reply {
        let id: Identifier<Anomaly> = try request.id()
        let evidence = try await anomalies.showEvidence(of: id, for: request.caller)
        return Reply(
            .ok,
            headers: [
                .contentType: evidence.servedMediaType, .contentDisposition: "attachment; filename=\"evidence-\(id)\"",
            ], body: evidence.bytes)
    }
}

extension Anomaly {
    fileprivate var reply: Reply { Reply.json { write(into: &$0) }.tagged() }
}

private enum AnomalyStatus: String, CaseIterable {
    case open
    case resolved
}

extension ResolutionRequest {
    fileprivate static func read(_ reader: inout ObjectReader) -> (ResolutionRequest, String)? {
        let kind = reader.required("resolution") { (text: String) throws -> ResolutionKind in
            guard let kind = ResolutionKind(rawValue: text), kind != .appeared, kind != .entered else {
                throw InvalidValue(.unknownValue, "must be accept, refund, reject or match")
            }
            return kind
        }
        let reason = reader.required("reason") { try boundedText($0, 1...500) }
        let isGiven = reader.has("position_id")
        let position = reader.optional("position_id") { try Identifier<Position>($0) }
        let number = reader.optional("installment", in: 1...1_000)
        let amount = reader.optional("amount_cents", in: 1...Amount.maximum.cents).flatMap { try? Amount(cents: $0) }
        if kind == .match, !isGiven {
            reader.refuse("position_id", .required, "is required to match")
        }
        if let kind, kind != .match {
            if position != nil { reader.refuse("position_id", .notAllowed, "is for match only") }
            if number != nil { reader.refuse("installment", .notAllowed, "is for match only") }
        }
        if let kind, kind != .refund, amount != nil { reader.refuse("amount_cents", .notAllowed, "is for refund only") }
        guard let kind, let reason else { return nil }
        switch kind {
        case .accept: return (.accept, reason)
        case .refund: return (.refund(amount), reason)
        case .reject: return (.reject, reason)
        case .match, .appeared, .entered:
            return position.map { (.match(position: $0, installmentNumber: number.map(Int.init)), reason) }
        }
    }
}
