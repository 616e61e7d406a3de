import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests
import Seals

func positionRoutes(_ intermediary: Intermediary, _ links: Links) -> [Route] {
    let handlers = PositionHandlers(intermediary: intermediary, links: links)
    return [
        Route(
            .get, "/v1/positions", "list_positions", query: PositionHandlers.filterNames.union(["sort"]),
            handlers.listPositions),
        Route(.post, "/v1/positions", "create_position", handlers.createPosition),
        Route(.post, "/v1/positions/search", "search_positions", handlers.searchPositions),
        Route(.get, "/v1/positions/{id}", "show_position", handlers.showPosition),
        Route(.patch, "/v1/positions/{id}", "change_position", isConditional: true, handlers.changePosition),
        Route(.post, "/v1/positions/{id}/publish", "publish_position", isConditional: true) {
            try await handlers.move($0, .publish)
        },
        Route(.post, "/v1/positions/{id}/cancel", "cancel_position", isConditional: true) {
            try await handlers.move($0, .cancel)
        },
        Route(.post, "/v1/positions/{id}/restore", "restore_position", isConditional: true) {
            try await handlers.move($0, .restore)
        },
        Route(
            .post, "/v1/positions/{id}/counter-payments", "record_counter_payment", isConditional: true,
            handlers.recordCounterPayment),
        Route(
            .post, "/v1/positions/{id}/counter-payments/{receipt_id}/void", "void_counter_payment",
            handlers.voidCounterPayment),
    ]
}

private struct PositionHandlers: Sendable {
    let intermediary: Intermediary
    let links: Links

    static let filterNames: Set<String> = QueryReader.pageNames.union([
        "status", "creditor_tax_code", "debt_type", "service", "document_year", "document_number", "iuv",
        "notice_number", "due_from", "due_to", "paid_from", "paid_to", "updated_since", "under_review",
    ])

    func createPosition(_ inbound: Inbound) async throws -> Reply {
        let caller = try inbound.caller()
        try caller.demand(.positionsWrite)
        let json = try inbound.json()
        let draft = try Inbound.object(json, PositionDraft.read)
        let render: @Sendable (CreatedPosition) -> Reply = { created in
            switch created {
            case .created(let position):
                PositionDetail(position: position).reply(201, today: intermediary.today, links)
                    .with(.location, links.position(position.id))
            case .existing(let detail):
                detail.reply(200, today: intermediary.today, links).with(.location, links.position(detail.position.id))
            }
        }
        return try await intermediary.createPosition(
            draft, fingerprint: SHA256.digest(draft.meaning),
            formerFingerprint: SHA256.digest(JSONWriter.canonical(json)), by: caller,
            repeating: inbound.repeating(render)
        ).reply(render)
    }

    func showPosition(_ inbound: Inbound) async throws -> Reply {
        let detail = try await intermediary.showPosition(inbound.id(), for: inbound.caller())
        return inbound.unlessHeld(detail.reply(today: intermediary.today, links))
    }

    func listPositions(_ inbound: Inbound) async throws -> Reply {
        let caller = try inbound.caller()
        try caller.demand(.positionsRead)
        var reader = QueryReader(inbound)
        let order = reader.word("sort", PositionOrder.self) ?? .createdDescending
        let (filter, creditor) = filter(&reader)
        let page = try reader.page(.positions, order: order.rawValue, for: inbound)
        try reader.finish()
        return try await list(filter, creditor, order, page, for: inbound)
    }

    /// 'Cerca': the same with the debtor's tax code and words, in a body because personal data stay out of addresses.
    func searchPositions(_ inbound: Inbound) async throws -> Reply {
        let caller = try inbound.caller()
        try caller.demand(.positionsRead)
        var reader = try QueryReader(inbound.json(), knowing: Self.filterNames.union(["sort", "q", "debtor_tax_code"]))
        let order = reader.word("sort", PositionOrder.self) ?? .createdDescending
        var (filter, creditor) = filter(&reader)
        filter.debtor = reader.code("debtor_tax_code") { try TaxCode($0) }
        filter.words = reader.value("q") { try boundedText($0, 1...140) }
        let page = try reader.page(.positions, order: order.rawValue, for: inbound)
        try reader.finishBody()
        return try await list(filter, creditor, order, page, for: inbound)
    }

    private func list(
        _ filter: PositionFilter, _ creditor: OrganizationTaxCode?, _ order: PositionOrder, _ page: PageRequest,
        for inbound: Inbound
    ) async throws -> Reply {
        let today = intermediary.today
        return try await intermediary.listPositions(
            filter, creditor: creditor, order: order, page: page, for: inbound.caller()
        ).reply(.positions, for: inbound) { json, row in row.write(into: &json, today: today, links) }
    }

    private func filter(_ reader: inout QueryReader) -> (PositionFilter, OrganizationTaxCode?) {
        var filter = PositionFilter()
        filter.statuses = reader.words("status")
        filter.debtTypeKey = reader.value("debt_type") { try shortName($0) }
        filter.service = reader.value("service") { try shortName($0) }
        filter.documentYear = reader.integer("document_year", in: 1_900...2_999).map(Int.init)
        filter.documentNumber = reader.value("document_number") { try boundedText($0, 1...35) }
        filter.iuv = reader.code("iuv") { try IUV($0) }
        filter.noticeNumber = reader.code("notice_number") { try NoticeNumber($0) }
        filter.dueFrom = reader.value("due_from") { try CalendarDate($0) }
        filter.dueTo = reader.value("due_to") { try CalendarDate($0) }
        filter.paidFrom = reader.value("paid_from") { try CalendarDate($0) }
        filter.paidTo = reader.value("paid_to") { try CalendarDate($0) }
        filter.isUnderReview = reader.flag("under_review")
        filter.updatedSince = reader.value("updated_since") { try Instant(rfc3339: $0) }
        return (filter, reader.code("creditor_tax_code") { try OrganizationTaxCode(unchecked: $0) })
    }

    func changePosition(_ inbound: Inbound) async throws -> Reply {
        let caller = try inbound.caller()
        try caller.demand(.positionsWrite)
        guard inbound.headers[.ifMatch] != nil else { throw Refusal.preconditionMissing }
        let patch = try inbound.json("application/merge-patch+json")
        let today = intermediary.today
        return try await intermediary.changePosition(
            inbound.id(), by: caller, demanding: ifMatch(inbound)
        ) { detail in
            try PositionPatch.apply(patch, to: detail, today: today, links)
        }.reply(today: today, links)
    }

    /// Judged on the position as GET answers it now.
    private func ifMatch(_ inbound: Inbound) -> Precondition<PositionDetail> {
        let today = intermediary.today
        return inbound.precondition(.optional) { [links] in $0.reply(today: today, links).tag }
    }

    func move(_ inbound: Inbound, _ event: PositionEvent) async throws -> Reply {
        try inbound.demandNoBody()
        let render: @Sendable (PositionDetail) -> Reply = { $0.reply(today: intermediary.today, links) }
        return try await intermediary.movePosition(
            inbound.id(), event, by: inbound.caller(), demanding: ifMatch(inbound),
            repeating: inbound.repeating(render)
        ).reply(render)
    }

    func recordCounterPayment(_ inbound: Inbound) async throws -> Reply {
        let caller = try inbound.caller()
        try caller.demand(.positionsWrite)
        let payment = try inbound.object(CounterPayment.read)
        let render: @Sendable (Receipt) -> Reply = { receipt in
            receipt.reply(.created, links).with(.location, links.receipt(receipt.id))
        }
        return try await intermediary.recordCounterPayment(
            payment, on: inbound.id(), by: caller, demanding: ifMatch(inbound),
            repeating: inbound.repeating(render)
        ).reply(render)
    }

    func voidCounterPayment(_ inbound: Inbound) async throws -> Reply {
        let caller = try inbound.caller()
        try caller.demand(.positionsWrite)
        let reason = try inbound.object { reader in reader.required("reason") { try boundedText($0, 1...500) } }
        let render: @Sendable (Receipt) -> Reply = { $0.reply(.ok, links) }
        return try await intermediary.voidCounterPayment(
            inbound.id("receipt_id"), on: inbound.id(), reason: reason, by: caller,
            repeating: inbound.repeating(render)
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
