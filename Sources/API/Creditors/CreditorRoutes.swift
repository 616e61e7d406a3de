import Accounts
import Cryptography
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests
import Text

func creditorRoutes(_ creditors: CreditorOperations) -> [Route] {
    let handlers = RegistryHandlers(creditors: creditors)
    return [
        Route(
            .get, "/v1/creditors", "list_creditors", scope: .positionsRead, or: [.operations],
            query: QueryReader.pageNames, handlers.listCreditors),
        Route(
            .get, "/v1/creditors/{tax_code}", "show_creditor", scope: .positionsRead, or: [.operations],
            handlers.showCreditor),
        Route(
            .put, "/v1/creditors/{tax_code}", "save_creditor", scope: .operations, isConditional: true,
            handlers.saveCreditor),
        Route(
            .get, "/v1/creditors/{tax_code}/debt-types", "list_debt_types", scope: .positionsRead, or: [.operations],
            handlers.listDebtTypes),
        Route(
            .get, "/v1/creditors/{tax_code}/debt-types/{key}", "show_debt_type", scope: .positionsRead,
            or: [.operations], handlers.showDebtType),
        Route(
            .put, "/v1/creditors/{tax_code}/debt-types/{key}", "save_debt_type", scope: .positionsWrite,
            or: [.operations], isConditional: true,
            handlers.saveDebtType),
    ]
}

private struct RegistryHandlers: Sendable {
    let creditors: CreditorOperations

    private func taxCode(_ request: KeyRequest) throws -> OrganizationTaxCode {
        guard let code = try? OrganizationTaxCode(unchecked: request.parameter("tax_code")) else {
            throw Refusal.notFound
        }
        return code
    }

    func listCreditors(_ request: KeyRequest) async throws -> Reply {
        var reader = QueryReader(request)
        let page = try reader.page(.creditors, for: request)
        try reader.finish()
        return try await creditors.list(page: page, for: request.caller).reply(.creditors, for: request) {
            json, creditor in
            json.beginObject()
            creditor.write(into: &json)
            json.endObject()
        }
    }

    func showCreditor(_ request: KeyRequest) async throws -> Reply {
        request.unlessCached(try await creditors.show(taxCode(request), for: request.caller).reply(.ok))
    }

    func saveCreditor(_ request: KeyRequest) async throws -> Reply {
        let taxCode = try taxCode(request)
        let json = try request.json()
        let now = creditors.clock()
        let saved = try await withSnapshot {
            try await creditors.show(taxCode, for: request.caller)
        } write: { old in
            try await creditors.save(
                taxCode,
                as: Result { try json.decodeObject { Creditor.read(&$0, taxCode: taxCode, old: old, now: now) } },
                by: request.caller, demanding: request.headers.condition(.forChanges, on: old) { $0.reply(.ok).tag })
        }
        switch saved {
        case .created(let creditor): return creditor.reply(.created)
        case .changed(let creditor): return creditor.reply(.ok)
        }
    }

    func listDebtTypes(_ request: KeyRequest) async throws -> Reply {
        let types = try await creditors.listDebtTypes(of: taxCode(request), for: request.caller)
        return Reply.items(types) { json, type in
            json.beginObject()
            type.write(into: &json)
            json.endObject()
        }
    }

    func showDebtType(_ request: KeyRequest) async throws -> Reply {
        let type = try await creditors.showDebtType(
            request.parameter("key"), of: taxCode(request), for: request.caller)
        return request.unlessCached(type.reply(.ok))
    }

    func saveDebtType(_ request: KeyRequest) async throws -> Reply {
        let creditor = try taxCode(request)
        let key: String
        do { key = try shortName(request.parameter("key")) } catch {
            throw Problem.invalid([Violation("/key", error.code, error.detail)])
        }
        let json = try request.json()
        let now = creditors.clock()
        let saved = try await withSnapshot {
            try await creditors.showDebtType(key, of: creditor, for: request.caller)
        } write: { old in
            try await creditors.saveDebtType(
                key, of: creditor,
                as: Result {
                    try json.decodeObject { DebtType.read(&$0, creditor: creditor, key: key, old: old, now: now) }
                }, by: request.caller, demanding: request.headers.condition(.forChanges, on: old) { $0.reply(.ok).tag })
        }
        switch saved {
        case .created(let type): return type.reply(.created)
        case .changed(let type): return type.reply(.ok)
        }
    }
}

extension Reply {
    /// With an ETag that is the digest of the body.
    func tagged() -> Reply {
        with(.eTag, "\"\(Hex.encode(Array(SHA256.digest(body).prefix(12))))\"")
    }
}

extension Creditor {
    fileprivate static func read(
        _ reader: inout ObjectReader, taxCode: OrganizationTaxCode, old: Creditor?, now: Instant
    ) -> Creditor? {
        let given = reader.required("tax_code") { try OrganizationTaxCode(unchecked: $0) }
        if let given, given != taxCode { reader.refuse("tax_code", .mismatch, "is not the one in the path") }
        let name = reader.required("name") { try boundedText($0, 1...70) }
        let codes = readCodes(&reader)
        let iban = reader.required("iban") { try IBAN($0) }
        let postalIBAN = reader.optional("postal_iban") { (text: String) throws -> IBAN in
            let iban = try IBAN(text)
            guard iban.isPostal else { throw InvalidValue(.badFormat, "is not a postal account's IBAN (ABI 07601)") }
            return iban
        }
        let cbill = reader.optional("cbill_code") { try cbillCode($0) }
        let contacts = reader.optional("contacts") { reader -> (EmailAddress?, String?)? in
            (
                reader.optional("email") { try EmailAddress($0) },
                reader.optional("phone") { try boundedText($0, 5...30) }
            )
        }
        let address = reader.optional("address", object: PostalAddress.read)
        let texts = reader.optional("receipt_texts", localized: 1...receiptTextLength)
        let sender = reader.optional("mail_sender_name") { try boundedText($0, 1...70) }
        let replyTo = reader.optional("mail_reply_to") { try EmailAddress($0) }
        let origins = reader.optional("return_url_origins", count: 0...20) { value, pointer, violations in
            ObjectReader.text(value, pointer, violations) { try WebOrigin($0) }
        }
        let languages = reader.optional("languages", count: 1...5) { value, pointer, violations in
            ObjectReader.text(value, pointer, violations, Language.read)
        }
        let topics = reader.optional("help_topics", count: 0...200, items: HelpTopic.read)
        if let topics, Set(topics.map { "\($0.topic)/\($0.language)" }).count != topics.count {
            reader.refuse("help_topics", .duplicate, "hold a topic twice in one language")
        }
        let iuvStart = reader.optional("iuv_start", in: Creditor.iuvStartRange)
        let isTest = reader.optional(flag: "test")
        reader.readOnly("created_at", old?.createdAt.rfc3339)
        reader.readOnly("updated_at", old?.updatedAt.rfc3339)
        guard let name, let codes, let iban else { return nil }
        return Creditor(
            taxCode: taxCode, name: name, noticeCodes: codes, iban: iban, postalIBAN: postalIBAN, cbillCode: cbill,
            contactEmail: contacts?.0, contactPhone: contacts?.1, address: address, receiptTexts: texts ?? [:],
            mailSenderName: sender, mailReplyTo: replyTo, returnURLOrigins: origins ?? [],
            languages: languages ?? [.it], helpTopics: topics ?? [],
            iuvStart: iuvStart, createdAt: old?.createdAt ?? now, updatedAt: now,
            isTest: isTest ?? old?.isTest ?? false)
    }

    private static func readCodes(_ reader: inout ObjectReader) -> NoticeCodes? {
        let digit = reader.required("aux_digit", in: 0...3)
        let application = reader.optional("application_code") { $0 }
        let segregation = reader.optional("segregation_code") { $0 }
        guard let digit else { return nil }
        do {
            return try NoticeCodes(auxDigit: Int(digit), applicationCode: application, segregationCode: segregation)
        } catch {
            reader.refuse("aux_digit", error.code, error.detail)
            return nil
        }
    }

    private static func cbillCode(_ text: String) throws(InvalidValue) -> String {
        guard text.utf8.count == 5, text.utf8.allSatisfy({ $0.isUpper || $0.isDigit })
        else {
            throw InvalidValue(.badFormat, "must be 5 capital letters or digits")
        }
        return text
    }

    fileprivate func reply(_ status: HTTPResponse.Status) -> Reply {
        Reply.json(status) { write(into: &$0) }.tagged()
    }

    fileprivate func write(into json: inout JSONWriter) {
        json.field("tax_code", taxCode.value)
        json.field("name", name)
        json.field("aux_digit", noticeCodes.auxDigit)
        switch noticeCodes {
        case .aux0(let code): json.field("application_code", code)
        case .aux3(let code): json.field("segregation_code", code)
        case .aux1, .aux2: break
        }
        json.field("iban", iban.value)
        json.field("postal_iban", postalIBAN?.value)
        json.field("cbill_code", cbillCode)
        if contactEmail != nil || contactPhone != nil {
            json.object("contacts") { json in
                json.field("email", contactEmail?.value)
                json.field("phone", contactPhone)
            }
        }
        if let address { json.write(address) }
        if !receiptTexts.isEmpty { json.write("receipt_texts", receiptTexts) }
        json.field("mail_sender_name", mailSenderName)
        json.field("mail_reply_to", mailReplyTo?.value)
        json.array("return_url_origins", returnURLOrigins) { $0.value($1.description) }
        json.array("languages", languages) { $0.value($1.rawValue) }
        json.field("iuv_start", iuvStart)
        if isTest { json.field("test", true) }
        json.array("help_topics", helpTopics) { json, topic in
            json.beginObject()
            json.field("topic", topic.topic)
            json.field("language", topic.language.rawValue)
            json.field("title", topic.title)
            json.field("text", topic.text)
            json.endObject()
        }
        json.field("created_at", createdAt.rfc3339)
        json.field("updated_at", updatedAt.rfc3339)
    }
}

extension HelpTopic {
    fileprivate static func read(_ value: JSONValue, _ pointer: String, _ violations: Violations) -> HelpTopic? {
        ObjectReader.object(value, pointer, violations) { reader in
            let topic = reader.required("topic") { try shortName($0) }
            let language = reader.required("language", text: Language.read)
            let title = reader.required("title") { try boundedText($0, 1...140) }
            let text = reader.required("text") { try boundedText($0, 1...10_000, multiline: true) }
            guard let topic, let language, let title, let text else { return nil }
            return HelpTopic(topic: topic, language: language, title: title, text: text)
        }
    }
}

extension DebtType {
    fileprivate static func read(
        _ reader: inout ObjectReader, creditor: OrganizationTaxCode, key: String, old: DebtType?, now: Instant
    ) -> DebtType? {
        let descriptions = reader.required("descriptions", localized: 1...140)
        let service = reader.required("service") { try shortName($0) }
        let taxonomy = reader.required("taxonomy_code") { try TaxonomyCode($0) }
        let payableAfterDue = reader.required(flag: "payable_after_due")
        let requestForm = reader.optional("request_form", object: RequestForm.read)
        let amountSource = AmountSource.read(&reader)
        reader.readOnly("key", key)
        reader.readOnly("creditor_tax_code", creditor.value)
        reader.readOnly("created_at", old?.createdAt.rfc3339)
        reader.readOnly("updated_at", old?.updatedAt.rfc3339)
        guard let descriptions, let service, let taxonomy, let payableAfterDue else { return nil }
        return DebtType(
            creditor: creditor, key: key, descriptions: descriptions, service: service, taxonomyCode: taxonomy,
            payableAfterDue: payableAfterDue, requestForm: requestForm,
            amountSource: amountSource, createdAt: old?.createdAt ?? now, updatedAt: now
        )
    }

    fileprivate func reply(_ status: HTTPResponse.Status) -> Reply {
        Reply.json(status) { write(into: &$0) }.tagged()
    }

    fileprivate func write(into json: inout JSONWriter) {
        json.field("key", key)
        json.field("creditor_tax_code", creditor.value)
        json.write("descriptions", descriptions)
        json.field("service", service)
        json.field("taxonomy_code", taxonomyCode.value)
        json.field("payable_after_due", payableAfterDue)
        if let requestForm { json.write(requestForm) }
        json.field("amount_url", amountSource?.url)
        json.field("amount_fallback", amountSource?.fallback.rawValue)
        json.field("created_at", createdAt.rfc3339)
        json.field("updated_at", updatedAt.rfc3339)
    }
}

extension AmountSource {
    fileprivate static func read(_ reader: inout ObjectReader) -> AmountSource? {
        let hasURL = reader.has("amount_url")
        if !hasURL, reader.has("amount_fallback") {
            reader.refuse("amount_fallback", .notAllowed, "is only for an amount_url")
        }
        let url = reader.optional("amount_url") { (text: String) throws -> String in
            guard (1...maximumURLLength).contains(text.utf8.count) else {
                throw InvalidValue(
                    text.isEmpty ? .tooShort : .tooLong, "must be 1 to \(maximumURLLength) characters long")
            }
            return text
        }
        let fallback = reader.optional("amount_fallback") { (text: String) throws -> AmountFallback in
            guard let fallback = AmountFallback(rawValue: text) else {
                throw InvalidValue(.unknownValue, "must be last_known or refuse")
            }
            return fallback
        }
        return url.map { AmountSource(url: $0, fallback: fallback ?? .refuse) }
    }
}
