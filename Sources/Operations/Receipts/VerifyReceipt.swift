import Accounts
import PagoPA
import Storage

/// What everybody may know who holds the document of a receipt: nobody's name or code.
package struct VerifiedReceipt: Sendable, Equatable {
    package let state: ReceiptState
    package let creditor: OrganizationTaxCode
    package let creditorName: String
    package let amount: Amount
    /// The day in Rome.
    package let paidOn: CalendarDate
}

extension ReceiptOperations {
    /// Checks the code on the document of a receipt.
    /// - Returns: `nil` for a code that no document has.
    package func verify(_ code: String) async throws -> VerifiedReceipt? {
        guard let id = verificationCodes.receipt(of: code) else { return nil }
        // The code is the permission to read these members.
        let (found, decision) = try await store.read(
            within: .everyCreditor, Receipts.show(id, within: .everyCreditor), Decisions.about(id))
        guard let receipt = found, receipt.hasPDF else { return nil }
        return VerifiedReceipt(
            state: receipt.isReplaced ? .replaced : receipt.state(after: decision), creditor: receipt.creditor,
            creditorName: receipt.creditorName ?? receipt.creditor.value, amount: receipt.amount,
            paidOn: CalendarDate(romeDayOf: receipt.paidAt))
    }
}
