import Accounts
import Documents
import PagoPA
import Requests
import Storage

/// What an archive of receipts contains of each of them.
package enum ReceiptDocument: String, Sendable, CaseIterable {
    /// The RT as it was received.
    case rt
    case pdf
}

/// A receipt with those documents that were requested and exist.
package struct ReceiptWithDocuments: Sendable, Equatable {
    package let receipt: Receipt
    package let rt: RTBytes?
    package let pdf: [UInt8]?
}

extension ReceiptOperations {
    /// Returns the receipts of one page that have one of these documents.
    /// - Throws: `Refusal.proofRequired`, see `showRT`; `.busy` when other documents leave no turn for a long time.
    package func listDocuments(
        _ documents: Set<ReceiptDocument>, of filter: ReceiptFilter, creditor: OrganizationTaxCode?,
        page: PageRequest, language: Language, for caller: Caller
    ) async throws -> Page<ReceiptWithDocuments> {
        guard caller.seesContactData else { throw Refusal.proofRequired }
        let found = try await list(filter, creditor: creditor, page: page, for: caller)
        let bytes =
            documents.contains(.rt)
            ? try await store.read(
                within: caller.tenancy, Receipts.bytes(of: found.items.map(\.id), within: caller.tenancy)) : [:]
        var items: [ReceiptWithDocuments] = []
        for receipt in found.items {
            try Task.checkCancellation()
            let pdf = documents.contains(.pdf) ? try await pdf(of: receipt, language, for: caller) : nil
            guard pdf != nil || bytes[receipt.id] != nil else { continue }
            items.append(ReceiptWithDocuments(receipt: receipt, rt: bytes[receipt.id], pdf: pdf))
        }
        return Page(items: items, next: found.next)
    }

    /// - Returns: `nil` if the receipt has no PDF for this caller.
    private func pdf(of receipt: Receipt, _ language: Language, for caller: Caller) async throws -> [UInt8]? {
        let shown = caller.seesSenders ? receipt : receipt.withoutSender
        guard shown.hasPDF, let version = shown.audience(asked: nil, by: caller.person) else { return nil }
        return try await drawInTurn { try await draw(shown, for: version, language: language) }
    }
}
