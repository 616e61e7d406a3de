import PagoPA
import Requests
import Storage

extension Transaction {
    /// Generates notice numbers with IUVs that the creditor has not used.
    /// - Parameter bases: the first batch, which the caller has read together with other rows.
    /// - Throws: `Refusal.noticeNumbersExhausted` when none of the next numbers is free.
    func notices(_ draw: NumberDraw, from bases: [UInt64], of creditor: Creditor) async throws -> [NoticeNumber] {
        var (draw, bases) = (draw, bases)
        while let more = draw.next(after: try await usable(bases, draw.isChecked, for: creditor)) {
            bases = try await ask(Positions.nextIUVBases(more, of: creditor.taxCode))
        }
        guard let notices = draw.result else { throw Refusal.noticeNumbersExhausted }
        return notices
    }

    /// Drops numbers that are too long for the creditor's notices and, if they are checked, used ones.
    private func usable(_ bases: [UInt64], _ isChecked: Bool, for creditor: Creditor) async throws -> [NoticeNumber] {
        let drawn = bases.compactMap { try? creditor.noticeCodes.notice(base: $0) }
        guard isChecked, !drawn.isEmpty else { return drawn }
        let free = Set(try await ask(Positions.unused(drawn.map(\.iuv), of: creditor.taxCode)))
        return drawn.filter { free.contains($0.iuv) }
    }
}
