import Accounts
import Documents
import PagoPA
import Requests
import Storage

/// Which positions a batch contains.
package enum NoticeBatchSelection: Sendable, Equatable {
    case positions([Identifier<Position>])
    /// Those that can be paid, oldest first.
    case filter(PositionFilter)
}

extension PositionOperations {
    /// Accepts a batch of notices, which `drawNextNotices()` draws.
    /// - Throws: `Refusal.invalid` for a creditor that the caller may not act for and for more positions than a batch may have;
    ///   `.tooManyNoticeBatches`.
    package func makeNoticeBatch(
        of creditor: OrganizationTaxCode, _ selection: NoticeBatchSelection, language: Language, by caller: Caller,
        repeating: Repeating<NoticeBatch>?
    ) async throws -> Once<NoticeBatch> {
        let found = try await positions(of: selection, creditor, for: caller)
        return try await once(repeating, within: caller.tenancy) { tx, now in
            let (known, unfinished) = try await tx.ask(
                Creditors.show(creditor, within: caller.tenancy), NoticeBatches.unfinished(of: creditor))
            guard known != nil else {
                throw Refusal.invalid([
                    Fault("/creditor_tax_code", .unknownReference, "is not a creditor that this key may act for")
                ])
            }
            guard unfinished < NoticeBatch.maximumUnfinished else {
                throw Refusal.tooManyNoticeBatches(maximum: NoticeBatch.maximumUnfinished)
            }
            let batch = NoticeBatch(
                id: newID(), creditor: creditor, key: caller.key.id, language: language, status: .waiting,
                total: found.count, createdAt: now, updatedAt: now)
            tx.insert(batch, of: found)
            return batch
        }
    }

    /// The ids of the selected positions. A filter is read page by page before the transaction.
    private func positions(
        of selection: NoticeBatchSelection, _ creditor: OrganizationTaxCode, for caller: Caller
    ) async throws -> [Identifier<Position>] {
        switch selection {
        case .positions(let ids): return ids
        case .filter(var filter):
            filter.statuses = [.open, .partiallyPaid]
            var ids: [Identifier<Position>] = []
            var after: Cursor?
            repeat {
                let page = try await list(
                    filter, creditor: creditor, order: .created,
                    page: PageRequest(limit: PageRequest.exportLimit, after: after), for: caller)
                ids += page.items.map(\.id)
                after = page.next
            } while after != nil && ids.count <= NoticeBatch.maximumPositions
            guard ids.count <= NoticeBatch.maximumPositions else {
                throw Refusal.invalid([
                    Fault("", .tooMany, "selects more than \(NoticeBatch.maximumPositions) positions")
                ])
            }
            return ids
        }
    }

    package func showNoticeBatch(_ id: Identifier<NoticeBatch>, for caller: Caller) async throws -> NoticeBatch {
        guard let found = try await store.read(within: caller.tenancy, NoticeBatches.show(id, within: caller.tenancy))
        else { throw Refusal.notFound }
        return found
    }

    /// Returns one page of the positions that have no notice, in the order of the batch.
    package func listLeftOutNotices(
        of id: Identifier<NoticeBatch>, page: PageRequest, for caller: Caller
    ) async throws -> Page<NoticeBatchItem> {
        let (found, items) = try await store.read(
            within: caller.tenancy, NoticeBatches.show(id, within: caller.tenancy),
            NoticeBatches.leftOut(of: id, page: page))
        guard found != nil else { throw Refusal.notFound }
        return items
    }

    /// Returns one page of the notices.
    /// - Throws: `Refusal.notFound`; `.noticesNotReady` until all of them are drawn.
    package func readNotices(
        of id: Identifier<NoticeBatch>, page: PageRequest, for caller: Caller
    ) async throws -> Page<NoticeBatchItem> {
        let (found, items) = try await store.read(
            within: caller.tenancy, NoticeBatches.show(id, within: caller.tenancy),
            NoticeBatches.notices(of: id, page: page))
        guard let found else { throw Refusal.notFound }
        guard found.status == .done else { throw Refusal.noticesNotReady(found.status) }
        return items
    }
}
