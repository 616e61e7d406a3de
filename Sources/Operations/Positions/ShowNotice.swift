import Accounts
import Documents
import PagoPA
import Requests
import Storage

extension PositionOperations {
    /// Returns the payment notice of an installment that can be paid.
    /// - Throws: `Refusal.notFound`, `.noticeNotPossible`.
    package func showNotice(
        of number: Int, on id: Identifier<Position>, for caller: Caller
    ) async throws -> PaymentNotice {
        let position = try await show(id, for: caller).position
        guard let installment = position.installments.first(where: { $0.number == number }) else {
            throw Refusal.notFound
        }
        if let why = PaymentNotice.obstacle(printing: installment, of: position, now: clock()) {
            throw Refusal.noticeNotPossible(why)
        }
        // Whoever may see the position may see what its creditor prints on every notice.
        guard
            let creditor = try await store.read(
                within: .everyCreditor, Creditors.show(position.creditor, within: .everyCreditor))
        else { throw Refusal.notFound }
        return PaymentNotice(
            creditor: creditor, position: position, installment: installment,
            showsContactData: caller.seesContactData)
    }

    /// - Throws: `Refusal.busy` when too many documents are being drawn.
    package func draw(_ notice: PaymentNotice, language: Language) async throws -> [UInt8] {
        do {
            return try await receipts.externalServices.drawNotice(NoticeContent(notice, language: language))
        } catch DocumentFailure.busy {
            throw Refusal.busy(retryAfterSeconds: ReceiptOperations.drawingRetryAfterSeconds)
        }
    }
}
