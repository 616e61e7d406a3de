import Accounts
import Foundation
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

func pspRoutes(_ psps: PSPOperations) -> [Route] {
    let handlers = PSPHandlers(psps: psps)
    return [
        Route(
            .get, "/v1/payment-methods", "list_payment_methods", scope: .positionsRead, or: [.paymentsWrite],
            query: ["amount_cents"], handlers.listPaymentMethods),
        Route(
            .get, "/v1/psps", "list_psps", scope: .positionsRead, or: [.paymentsWrite],
            query: QueryReader.pageNames.union([
                "payment_method", "amount_cents", "sort", "language", "payer_reference",
            ]),
            handlers.listPSPs),
        Route(
            .get, "/v1/psp-list", "show_psp_list", scope: .positionsRead, or: [.pspListWrite, .operations],
            handlers.showPSPList),
        Route(
            .put, "/v1/psp-list", "replace_psp_list", scope: .pspListWrite, isConditional: true, handlers.replacePSPList
        ),
        Route(
            .get, "/v1/psp-lists", "list_psp_lists", scope: .pspListWrite, query: QueryReader.pageNames,
            handlers.listPSPLists),
        Route(
            .get, "/v1/psp-lists/{version}", "show_psp_list_version", scope: .pspListWrite, handlers.showPSPListVersion),
    ]
}

private struct PSPHandlers: Sendable {
    let psps: PSPOperations

    func listPaymentMethods(_ request: KeyRequest) async throws -> Reply {
        var reader = QueryReader(request)
        let amount = reader.integer("amount_cents", in: 1...Amount.maximum.cents).flatMap { try? Amount(cents: $0) }
        try reader.finish()
        let offers = try await psps.listPaymentMethods(amount: amount, for: request.caller)
        let language = request.language
        return .json { json in
            json.array("groups", PaymentMethodGroup.allCases) { json, group in
                json.beginObject()
                json.field("group", group.rawValue)
                json.array("methods", offers.filter { $0.method.group == group }) { $1.write(into: &$0, language) }
                json.endObject()
            }
        }
    }

    /// Pages are slices of the list in memory. The cursor is an index into an order that only a new list version changes.
    func listPSPs(_ request: KeyRequest) async throws -> Reply {
        var reader = QueryReader(request)
        let method = reader.value("payment_method") { try PaymentMethod($0) }
        let cents = reader.integer("amount_cents", in: 1...Amount.maximum.cents)
        let order = reader.word("sort", ChoiceOrder.self) ?? .fee
        let language = reader.word("language", Language.self) ?? request.language
        let payer = reader.value("payer_reference") { try boundedText($0, 1...64) }
        let page = try reader.page(.psps, for: request)
        if cents == nil, reader.violations.items.isEmpty {
            reader.violations.add("amount_cents", .required, "is required")
        }
        try reader.finish()
        let amount = try Amount(cents: cents ?? 0)
        let found = try await psps.list(
            method: method, amount: amount, order: order, payer: payer, for: request.caller)
        let start = page.after.map { Int(clamping: $0.key) } ?? 0
        // A new list version may be shorter than the index of the cursor.
        let rows = found.choices.dropFirst(max(0, min(start, found.choices.count))).prefix(page.limit)
        let cursors = request.cursors
        return .json { json in
            json.array("items", rows) { $1.write(into: &$0, amount, language) }
            if rows.endIndex < found.choices.endIndex, !rows.isEmpty {
                let next = Cursor(order: ListName.psps.rawValue, key: Int64(rows.endIndex), id: .init())
                json.field("next_cursor", cursors.text(of: next, in: .psps))
            }
            json.field("total_count", page.includeTotal ? found.choices.count : nil)
            json.field("psp_list_version", found.version > 0 ? found.version : nil)
        }
    }

    func showPSPList(_ request: KeyRequest) async throws -> Reply {
        request.unlessCached(try await psps.showList(for: request.caller).reply())
    }

    func replacePSPList(_ request: KeyRequest) async throws -> Reply {
        let list = try await withSnapshot {
            try await psps.showList(for: request.caller)
        } write: { current in
            let precondition = request.headers.condition(.always, on: current) { $0.reply().tag }
            _ = try precondition.isMissing(for: current)
            let wanted = try request.object { reader in
                let psps = reader.required("psps", count: 0...2_000, items: PSP.read)
                reader.readOnly("version", current.map { .integer(Int64($0.version)) })
                reader.readOnly("created_at", (current?.createdAt.rfc3339).map(JSONValue.string))
                return psps
            }
            return try await psps.replaceList(with: wanted, by: request.caller, demanding: precondition)
        }
        return list.reply(list.version == 1 ? .created : .ok)
    }

    func listPSPLists(_ request: KeyRequest) async throws -> Reply {
        var reader = QueryReader(request)
        let page = try reader.page(.pspLists, for: request)
        try reader.finish()
        return try await psps.listVersions(page: page, for: request.caller).reply(.pspLists, for: request) {
            json, list in
            json.beginObject()
            json.field("version", list.version)
            json.field("created_at", list.createdAt.rfc3339)
            json.field("current", list.isCurrent)
            json.field("psp_count", list.pspCount)
            json.field("channel_count", list.channelCount)
            json.endObject()
        }
    }

    func showPSPListVersion(_ request: KeyRequest) async throws -> Reply {
        guard let version = Int(request.parameter("version")), version > 0 else { throw Refusal.notFound }
        return request.unlessCached(try await psps.showVersion(version, for: request.caller).reply())
    }
}

extension MethodOffer {
    func write(into json: inout JSONWriter, _ language: Language) {
        json.beginObject()
        json.field("payment_method", method.code)
        json.field("group", method.group.rawValue)
        if method.group == .card { json.array("kinds", ["credit", "debit", "prepaid"]) { $0.value($1) } }
        json.field("name", method.name(in: language))
        json.field("min_fee_cents", fees?.lowerBound)
        json.field("max_fee_cents", fees?.upperBound)
        json.field("psp_count", pspCount)
        json.field("enabled", fees != nil)
        if fees == nil {
            json.field("disabled_code", PSPText.notOffered.rawValue)
            json.field("disabled_reason", PSPText.notOffered.text(in: language))
        }
        json.endObject()
    }
}

extension PSPChoice {
    fileprivate func write(into json: inout JSONWriter, _ amount: Amount, _ language: Language) {
        json.beginObject()
        json.field("psp_id", psp.id.value)
        json.field("business_name", psp.businessName)
        json.field("channel_id", channel.id.value)
        json.field("payment_method", channel.method.code)
        json.field("name", channel.name(in: language))
        json.field("fee_cents", fee.cents)
        json.field("total_cents", Amount.cents(of: [amount, fee]))
        json.endObject()
    }
}

extension PSPList {
    fileprivate func reply(_ status: HTTPResponse.Status = .ok) -> Reply {
        Reply.json(status) { json in
            json.field("version", version)
            json.array("psps", psps) { $1.write(into: &$0) }
            json.field("created_at", createdAt.rfc3339)
        }.with(.eTag, "\"\(version)\"")
    }
}

extension PSP {
    fileprivate func write(into json: inout JSONWriter) {
        json.beginObject()
        json.field("psp_id", id.value)
        json.field("business_name", businessName)
        json.field("tax_code", taxCode?.value)
        json.field("enabled", isEnabled)
        json.array("channels", channels) { json, channel in
            json.beginObject()
            json.field("channel_id", channel.id.value)
            json.field("payment_method", channel.method.code)
            json.field("start_url", channel.startURL)
            json.write("names", channel.names)
            json.array("fee_bands", channel.feeBands) { json, band in
                json.beginObject()
                json.field("up_to_cents", band.upTo.cents)
                json.field("fee_cents", band.fee.cents)
                json.endObject()
            }
            json.endObject()
        }
        json.endObject()
    }

    fileprivate static func read(_ value: JSONValue, _ pointer: String, _ violations: Violations) -> PSP? {
        ObjectReader.object(value, pointer, violations) { reader in
            let id = reader.required("psp_id") { try PSPID($0) }
            let name = reader.required("business_name") { try boundedText($0, 1...140) }
            let taxCode = reader.optional("tax_code") { try OrganizationTaxCode(unchecked: $0) }
            let isEnabled = reader.optional(flag: "enabled") ?? true
            let channels = reader.required("channels", count: 0...200, items: Channel.read)
            guard let id, let name, let channels else { return nil }
            return PSP(id: id, businessName: name, taxCode: taxCode, isEnabled: isEnabled, channels: channels)
        }
    }
}

extension Channel {
    fileprivate static func read(_ value: JSONValue, _ pointer: String, _ violations: Violations) -> Channel? {
        ObjectReader.object(value, pointer, violations) { reader in
            let id = reader.required("channel_id") { try ChannelID($0) }
            let method = reader.required("payment_method") { try PaymentMethod($0) }
            let startURL = reader.required("start_url") { try boundedText($0, 1...2_048) }
            let names = reader.required("names", localized: 1...140)
            let bands = reader.required("fee_bands", count: 1...50, items: FeeBand.read)
            guard let id, let method, let startURL, let names, let bands else { return nil }
            return Channel(id: id, method: method, startURL: startURL, names: names, feeBands: bands)
        }
    }
}

extension FeeBand {
    fileprivate static func read(_ value: JSONValue, _ pointer: String, _ violations: Violations) -> FeeBand? {
        ObjectReader.object(value, pointer, violations) { reader in
            let upTo = reader.required("up_to_cents", in: 1...Amount.maximum.cents)
            let fee = reader.required("fee_cents", in: 0...Amount.maximum.cents)
            guard let upTo = upTo.flatMap({ try? Amount(cents: $0) }), let fee = fee.flatMap({ try? Amount(cents: $0) })
            else { return nil }
            return FeeBand(upTo: upTo, fee: fee)
        }
    }
}

extension JSONWriter {
    mutating func write(_ key: String, _ names: [Language: String]) {
        object(key) { json in
            for language in Language.allCases { json.field(language.rawValue, names[language]) }
        }
    }
}

extension ObjectReader {
    /// Reads one text for each language. Italian is required.
    mutating func required(_ key: String, localized range: ClosedRange<Int>) -> [Language: String]? {
        required(key) { value, pointer, violations in Self.localized(value, pointer, violations, range) }
    }

    /// Like `required(_:localized:)` for a member that may be absent.
    mutating func optional(_ key: String, localized range: ClosedRange<Int>) -> [Language: String]? {
        optional(key) { value, pointer, violations in Self.localized(value, pointer, violations, range) }
    }

    private static func localized(
        _ value: JSONValue, _ pointer: String, _ violations: Violations, _ range: ClosedRange<Int>
    ) -> [Language: String]? {
        object(value, pointer, violations) { reader in
            var names: [Language: String] = [:]
            for language in Language.allCases {
                names[language] =
                    language == .it
                    ? reader.required(language.rawValue) { try boundedText($0, range) }
                    : reader.optional(language.rawValue) { try boundedText($0, range) }
            }
            return names
        }
    }
}
