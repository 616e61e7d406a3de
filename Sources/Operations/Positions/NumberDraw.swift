import PagoPA
import Requests
import Storage

/// Generates notice numbers for installments that have none, with IUVs that the creditor has not used.
///
/// The first try uses the next numbers without a check, because the constraint `used_iuvs_pkey` rejects a used one. After a rejection the
/// numbers are checked in growing batches. So the usual case needs no query, and a range of used numbers is skipped quickly.
struct NumberDraw: Sendable {
    /// How often the creation of a position is retried because a number was used at the same time.
    static let maximumTries = 3
    /// How many more numbers than needed each batch reads.
    private static let spareNumbers = [32, 512, 8_192]

    private let count: Int
    private let creditor: OrganizationTaxCode
    private let isChecked: Bool
    private(set) var notices: [NoticeNumber] = []

    init(_ count: Int, of creditor: OrganizationTaxCode, afterTries tries: Int) {
        self.count = count
        self.creditor = creditor
        isChecked = tries > 0
    }

    /// The caller sends this query together with others and passes its result to ``complete(_:for:in:)``.
    var query: Query<[UInt64]> { Positions.nextIUVBases(count, of: creditor) }

    /// - Throws: `Refusal.noticeNumbersExhausted` when none of the next numbers is free.
    mutating func complete(_ bases: [UInt64], for creditor: Creditor, in tx: Transaction) async throws {
        guard count > 0 else { return }
        notices = try await usable(bases, for: creditor, in: tx)
        // The creditor's start number may have changed while this connection had cached older numbers.
        let batches = isChecked ? Self.spareNumbers : [Positions.cachedIUVBases]
        for spare in batches where notices.count < count {
            let more = try await tx.ask(Positions.nextIUVBases(count - notices.count + spare, of: creditor.taxCode))
            notices += try await usable(more, for: creditor, in: tx)
        }
        guard notices.count >= count else { throw Refusal.noticeNumbersExhausted }
        notices = Array(notices.prefix(count))
    }

    /// Drops numbers that are too long for the creditor's notices and, if they are checked, used ones.
    private func usable(_ bases: [UInt64], for creditor: Creditor, in tx: Transaction) async throws -> [NoticeNumber] {
        let drawn = bases.compactMap { try? creditor.noticeCodes.notice(base: $0) }
        guard isChecked, !drawn.isEmpty else { return drawn }
        let free = Set(try await tx.ask(Positions.unused(drawn.map(\.iuv), of: creditor.taxCode)))
        return drawn.filter { free.contains($0.iuv) }
    }
}
