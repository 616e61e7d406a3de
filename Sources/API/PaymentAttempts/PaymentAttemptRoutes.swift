import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

func attemptRoutes(_ attempts: AttemptOperations, _ sandbox: SandboxOperations, _ links: Links) -> [Route] {
    let handlers = AttemptHandlers(attempts: attempts, sandbox: sandbox, links: links)
    return [
        Route(
            .post, "/v1/payment-attempts", "start_payment_attempt", scope: .paymentsWrite, handlers.startPaymentAttempt),
        Route(
            .get, "/v1/payment-attempts", "list_payment_attempts", scope: .paymentsWrite, or: [.positionsRead],
            query: AttemptHandlers.filterNames, handlers.listPaymentAttempts),
        Route(
            .post, "/v1/payment-attempts/search", "search_payment_attempts", scope: .paymentsWrite,
            or: [.positionsRead], handlers.searchPaymentAttempts),
        Route(
            .get, "/v1/payment-attempts/{id}", "show_payment_attempt", scope: .paymentsWrite, or: [.positionsRead],
            query: ["wait_seconds"],
            handlers.showPaymentAttempt),
        Route(
            .post, "/v1/payment-attempts/{id}/cancel", "cancel_payment_attempt", scope: .paymentsWrite,
            handlers.cancelPaymentAttempt),
        Route(.post, "/v1/psps/{psp_id}/outcomes", "receive_outcome", access: .psp, handlers.receiveOutcome),
        Route(.get, "/return/{attempt_id}", "come_back", access: .open, query: nil, handlers.comeBack),
    ]
}

private struct AttemptHandlers: Sendable {
    let attempts: AttemptOperations
    let sandbox: SandboxOperations
    let links: Links

    func startPaymentAttempt(_ request: KeyRequest) async throws -> Reply {
        guard let key = try request.idempotencyKey() else { throw Refusal.idempotencyKeyMissing }
        let fallback = request.language
        let attemptRequest = try request.object { AttemptRequest.read(&$0, language: fallback) }
        let path = request.path
        let correlationID = Correlation.id ?? "-"
        let render: Renderer<StartedAttempt, Reply> = { started in
            switch started {
            case .redirected(let attempt):
                AttemptDetail(attempt: attempt).reply(.created, in: attempt.language, links)
                    .with(.location, links.attempt(attempt.id))
            case .failed(_, let refusal):
                Problem(refusal).reply(instance: path, correlationID: correlationID, links: links)
            }
        }
        return try await attempts.start(
            attemptRequest, by: request.caller, repeating: Repeating(key: key) { StoredAnswer(render($0)) }
        ).reply(render)
    }

    func showPaymentAttempt(_ request: KeyRequest) async throws -> Reply {
        var reader = QueryReader(request)
        let wait =
            reader.integer("wait_seconds", in: 0...Int64(AttemptOperations.maximumWaitSeconds)).map(Int.init) ?? 0
        try reader.finish()
        return try await attempts.show(request.id(), waitSeconds: wait, for: request.caller)
            .reply(in: request.requestedLanguage, links)
    }

    static let filterNames: Set<String> = QueryReader.pageNames.union([
        "status", "position_id", "installment_id", "creditor_tax_code", "iuv", "notice_number", "psp_id",
        "created_from", "created_to",
    ])

    func listPaymentAttempts(_ request: KeyRequest) async throws -> Reply {
        var reader = QueryReader(request)
        let (filter, creditor) = filter(&reader)
        let page = try reader.page(.attempts, for: request)
        try reader.finish()
        return try await list(filter, creditor, page, for: request)
    }

    func searchPaymentAttempts(_ request: KeyRequest) async throws -> Reply {
        var reader = try QueryReader(request.json(), knowing: Self.filterNames.union(["payer_tax_code"]))
        var (filter, creditor) = filter(&reader)
        filter.payer = reader.code("payer_tax_code") { try TaxCode($0) }
        let page = try reader.page(.attempts, for: request)
        try reader.finishBody()
        return try await list(filter, creditor, page, for: request)
    }

    private func filter(_ reader: inout QueryReader) -> (AttemptFilter, OrganizationTaxCode?) {
        var filter = AttemptFilter()
        filter.statuses = reader.words("status")
        filter.position = reader.id("position_id")
        filter.installment = reader.id("installment_id")
        filter.iuv = reader.code("iuv") { try IUV(unchecked: $0) }
        filter.noticeNumber = reader.code("notice_number") { try NoticeNumber($0) }
        filter.psp = reader.value("psp_id") { try PSPID($0) }
        filter.createdFrom = reader.value("created_from") { try CalendarDate($0) }
        filter.createdTo = reader.value("created_to") { try CalendarDate($0) }
        return (filter, reader.code("creditor_tax_code") { try OrganizationTaxCode(unchecked: $0) })
    }

    private func list(
        _ filter: AttemptFilter, _ creditor: OrganizationTaxCode?, _ page: PageRequest, for request: KeyRequest
    ) async throws -> Reply {
        let language = request.requestedLanguage
        return try await attempts.list(filter, creditor: creditor, page: page, for: request.caller)
            .reply(.attempts, for: request) { json, detail in
                json.beginObject()
                detail.write(into: &json, in: language, links)
                json.endObject()
            }
    }

    func cancelPaymentAttempt(_ request: KeyRequest) async throws -> Reply {
        try request.demandNoBody()
        let language = request.requestedLanguage
        let render: Renderer<AttemptDetail, Reply> = { $0.reply(in: language, links) }
        return try await attempts.cancel(
            request.id(), by: request.caller, repeating: request.repeating(render)
        ).reply(render)
    }

    func receiveOutcome(_ request: PSPRequest) async throws -> Reply {
        let id = try request.object { reader -> Identifier<PaymentAttempt>? in
            let id = reader.required("attempt_id") { try Identifier<PaymentAttempt>($0) }
            let outcome = reader.required("outcome") { (text: String) throws -> String in
                guard ["completed", "refused", "cancelled", "unknown"].contains(text) else {
                    throw InvalidValue(.unknownValue, "must be completed, refused, cancelled or unknown")
                }
                return text
            }
            _ = reader.optional("detail") { try boundedText($0, 1...500) }
            return outcome == nil ? nil : id
        }
        let attempt = try await attempts.receiveOutcome(of: id, from: request.psp)
        return .json(.accepted) { json in
            json.field("attempt_id", attempt.id.description)
            json.field("status", attempt.status.rawValue)
        }
    }

    /// The PSP's portal may add query parameters. They are ignored.
    func comeBack(_ request: OpenRequest) async throws -> Reply {
        let id: Identifier<PaymentAttempt> = try request.id("attempt_id")
        let target = try await sandbox.comeBack(id)
        let separator = target.contains("?") ? "&" : "?"
        return Reply(.seeOther, headers: [.location: "\(target)\(separator)attempt_id=\(id)"])
    }
}

extension AttemptRequest {
    fileprivate static func read(_ reader: inout ObjectReader, language: Language) -> AttemptRequest? {
        let installments = reader.required("installments", count: 1...5, items: InstallmentReference.read)
        let method = reader.required("payment_method") { try PaymentMethod($0) }
        let psp = reader.required("psp_id") { try PSPID($0) }
        let channel = reader.required("channel_id") { try ChannelID($0) }
        let payer = reader.optional("payer", object: Payer.read)
        let hasEmail = reader.has("email")
        let email = reader.optional("email") { try EmailAddress($0) }
        let notifiesFailure = reader.optional(flag: "notify_failure") ?? false
        if notifiesFailure, !hasEmail { reader.refuse("email", .required, "is required to notify a failure") }
        let returnURL = reader.required("return_url") { try ReturnURL($0) }
        let wanted = reader.optional("language", text: Language.read)
        let accepted = reader.optional("accepted_amount_cents", in: 1...Amount.maximum.cents)
        guard let installments, let method, let psp, let channel, let returnURL else { return nil }
        return AttemptRequest(
            installments: installments, method: method, psp: psp, channel: channel, payer: payer, email: email,
            notifiesFailure: notifiesFailure, returnURL: returnURL, language: wanted ?? language,
            acceptedAmount: accepted.flatMap { try? Amount(cents: $0) })
    }
}

extension Language {
    static func read(_ text: String) throws(InvalidValue) -> Language {
        guard let language = Language(rawValue: text) else {
            throw InvalidValue(.unknownValue, "must be it, en, de, fr or sl")
        }
        return language
    }
}

extension Payer {
    fileprivate static func read(_ reader: inout ObjectReader) -> Payer? {
        let kind = reader.required("kind", text: SubjectKind.read)
        let taxCode = reader.required("tax_code") { try TaxCode($0) }
        if let kind, let mismatch = taxCode?.mismatch(with: kind) { reader.refuse("tax_code", .mismatch, mismatch) }
        let fullName = reader.required("full_name") { try boundedText($0, 1...70) }
        let email = reader.optional("email") { try EmailAddress($0) }
        guard let kind, let taxCode, let fullName else { return nil }
        return Payer(kind: kind, taxCode: taxCode, fullName: fullName, email: email)
    }
}

extension InstallmentReference {
    fileprivate static func read(_ value: JSONValue, _ pointer: String, _ violations: Violations)
        -> InstallmentReference?
    {
        if case .string = value {
            return ObjectReader.text(value, pointer, violations) { .id(try Identifier<Installment>($0)) }
        }
        return ObjectReader.object(value, pointer, violations) { reader in
            let creditor = reader.required("creditor_tax_code") { try OrganizationTaxCode(unchecked: $0) }
            let notice = reader.required("notice_number") { try NoticeNumber($0.withoutBlanks) }
            guard let creditor, let notice else { return nil }
            return .notice(creditor, notice)
        }
    }
}

extension AttemptDetail {
    /// When a client should ask again while the attempt is not final.
    static let retryAfterSeconds = 2

    /// - Parameter language: of the message; `nil`: the language of the attempt.
    func reply(_ status: HTTPResponse.Status = .ok, in language: Language?, _ links: Links) -> Reply {
        Reply.json(status) { write(into: &$0, in: language, links) }
            .with(.retryAfter, attempt.status.isFinal ? nil : String(Self.retryAfterSeconds))
    }

    func write(into json: inout JSONWriter, in language: Language?, _ links: Links) {
        json.field("id", attempt.id.description)
        json.field("status", attempt.status.rawValue)
        json.field("is_final", attempt.status.isFinal)
        json.field("message", attempt.text(of: receipts, in: language ?? attempt.language))
        json.field("amount_cents", attempt.amount.cents)
        json.field("fee_cents", attempt.fee.cents)
        json.field("total_cents", attempt.totalCents)
        json.field("payment_method", attempt.method.code)
        json.object("psp") { json in
            json.field("psp_id", attempt.psp.value)
            json.field("business_name", attempt.pspBusinessName)
            json.field("channel_id", attempt.channel.value)
        }
        // The portal accepts no payment after the end of the attempt.
        json.field("redirect_url", attempt.status.isFinal ? nil : attempt.redirectURL)
        json.field("return_url", attempt.returnURL)
        json.field("language", attempt.language.rawValue)
        json.field("created_at", attempt.createdAt.rfc3339)
        json.field("expires_at", attempt.expiresAt.rfc3339)
        json.field("finished_at", attempt.finishedAt?.rfc3339)
        json.field("failure_reason", attempt.failureReason)
        json.field("failure_code", attempt.failureReason.map { AttemptFailure(reason: $0).rawValue })
        json.array("installments", attempt.items) { json, item in
            json.beginObject()
            json.field("id", item.installment.description)
            json.field("position_id", item.position.description)
            json.field("creditor_tax_code", attempt.creditor.value)
            json.field("notice_number", item.noticeNumber.value)
            json.field("iuv", item.iuv.value)
            json.field("amount_cents", item.amount.cents)
            json.field("status", item.outcome.rawValue)
            json.endObject()
        }
        json.write(references: receipts, links)
        json.object("_links") { $0.field("self", links.attempt(attempt.id)) }
    }
}
