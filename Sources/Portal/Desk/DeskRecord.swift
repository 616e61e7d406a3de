import JSON

/// Everything that the service has about one payment, as far as the key may read it.
struct DeskRecord: Sendable {
    var position: JSONValue?
    var attempts: [JSONValue] = []
    var receipts: [JSONValue] = []
    var anomalies: [JSONValue] = []
    var refunds: [JSONValue] = []
    var mails: [JSONValue] = []
    var journal: [JSONValue] = []
    /// What the key may not read.
    var hidden: [TextKey] = []
}

extension PortalApp {
    /// - Throws: `APIError`; `.notFound` for a position that is not of the key's creditors.
    func record(ofPosition id: String, _ visit: Visit) async throws -> (record: DeskRecord, tag: String) {
        let (position, tag) = try await tagged("/v1/positions/\(id)", visit)
        var record = try await record([("position_id", id)], visit)
        record.position = position
        record.receipts = try await details(of: record.receipts, visit)
        return (record, tag)
    }

    /// Items of lists do not say when an RT arrived.
    private func details(of receipts: [JSONValue], _ visit: Visit) async throws -> [JSONValue] {
        var details: [JSONValue] = []
        for receipt in receipts.prefix(20) {
            do {
                details.append(try await api.get("/v1/receipts/\(receipt.text("id") ?? "")", as: visit.caller))
            } catch APIError.notFound {
                details.append(receipt)
            }
        }
        return details + receipts.dropFirst(20)
    }

    /// The record of a payment that may have no position.
    func record(ofReceipt id: String, _ visit: Visit) async throws -> DeskRecord {
        let receipt = try await api.get("/v1/receipts/\(id)", as: visit.caller)
        var record = try await record([("receipt_id", id)], visit)
        record.receipts = [receipt]
        if let attempt = receipt.text("attempt_id"), visit.allows(.positionsRead) {
            do {
                record.attempts = [try await api.get("/v1/payment-attempts/\(attempt)", as: visit.caller)]
            } catch APIError.notFound {
                record.attempts = []
            }
        }
        return record
    }

    /// Lists with one filter. `receipt_id` of the list of receipts is the PSP's name of a payment, and attempts have no such filter.
    private func record(_ filter: [(String, String?)], _ visit: Visit) async throws -> DeskRecord {
        let isPosition = filter.contains { $0.0 == "position_id" }
        async let attempts =
            isPosition ? items("/v1/payment-attempts", filter, visit, scopes: [.positionsRead]) : []
        async let receipts = isPosition ? items("/v1/receipts", filter, visit, scopes: [.receiptsRead]) : []
        async let anomalies = items("/v1/anomalies", filter, visit, scopes: [.anomaliesWrite, .operations])
        async let mails = items("/v1/notifications", filter, visit, scopes: [.notificationsRead, .operations])
        async let journal = items("/v1/journal", filter, visit, scopes: [.operations])
        var record = DeskRecord()
        func add(_ list: [JSONValue]?, _ name: TextKey) -> [JSONValue] {
            if list == nil { record.hidden.append(name) }
            return list ?? []
        }
        record.attempts = add(try await attempts, .deskAttempts)
        record.receipts = add(try await receipts, .receipts)
        record.anomalies = add(try await anomalies, .deskAnomalies)
        record.mails = add(try await mails, .deskMails)
        record.journal = add(try await journal, .deskJournal)
        let ids =
            isPosition
            ? record.receipts.filter { !$0.list("refunds").isEmpty }.compactMap { $0.text("id") }
            : filter.compactMap(\.1)
        if let refunds = try await refunds(of: ids, visit) {
            record.refunds = refunds
        } else {
            record.hidden.append(.deskRefunds)
        }
        return record
    }

    private func refunds(of receipts: [String], _ visit: Visit) async throws -> [JSONValue]? {
        guard visit.allows(.refundsWrite, .operations) else { return nil }
        var refunds: [JSONValue] = []
        for id in receipts.prefix(20) {
            refunds +=
                try await items("/v1/refunds", [("receipt_id", id)], visit, scopes: DeskMenu.refunds.scopes) ?? []
        }
        return refunds
    }
}
