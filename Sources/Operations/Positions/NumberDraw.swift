import PagoPA
import Requests
import Storage

/// Notice numbers for installments that bring none, of which no IUV has been used by the creditor.
///
/// The first try takes the next numbers as they come, because the claim in the database (`used_iuvs_pkey`) refuses a used one.
/// After a refusal the numbers are checked, in growing batches, so that a range full of used numbers is passed quickly and the usual
/// case costs no query.
struct NumberDraw: Sendable {
    /// How often a position is created again because a number was used in the same moment.
    static let maximumTries = 3
    /// More numbers than needed, batch by batch.
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

    /// Sent together with other queries; its answer goes to ``complete(_:for:in:)``.
    var query: Query<[UInt64]> { Positions.nextIUVBases(count, of: creditor) }

    /// - Throws: `Refusal.noticeNumbersExhausted` when none of the next numbers is free.
    mutating func complete(_ bases: [UInt64], for creditor: Creditor, in tx: Transaction) async throws {
        guard count > 0 else { return }
        notices = try await usable(bases, for: creditor, in: tx)
        // The creditor's start may have been set a moment ago, while this connection had cached older numbers.
        let batches = isChecked ? Self.spareNumbers : [Positions.cachedIUVBases]
        for spare in batches where notices.count < count {
            let more = try await tx.ask(Positions.nextIUVBases(count - notices.count + spare, of: creditor.taxCode))
            notices += try await usable(more, for: creditor, in: tx)
        }
        guard notices.count >= count else { throw Refusal.noticeNumbersExhausted }
        notices = Array(notices.prefix(count))
    }

    /// Without the numbers that are too long for the creditor's notices, and without used ones once they are checked.
    private func usable(_ bases: [UInt64], for creditor: Creditor, in tx: Transaction) async throws -> [NoticeNumber] {
        let drawn = bases.compactMap { try? creditor.noticeCodes.notice(base: $0) }
        guard isChecked, !drawn.isEmpty else { return drawn }
        let free = Set(try await tx.ask(Positions.unused(drawn.map(\.iuv), of: creditor.taxCode)))
        return drawn.filter { free.contains($0.iuv) }
    }
}
