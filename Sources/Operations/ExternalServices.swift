import Accounts
import Documents
import Gateways
import PagoPA

/// Whom we call. The real gateways in service; in tests, whatever answers as they do.
package struct ExternalServices: Sendable {
    /// Asks a PSP to begin a payment. Nothing is sent after the deadline, and no answer is waited for beyond it.
    /// - Throws: `PSPPortalFailure`.
    package let startPayment: @Sendable (PSPStart, _ deadline: ContinuousClock.Instant) async throws -> PSPPortalPage
    /// Tells a PSP that a payment is over.
    /// - Throws: `PSPPortalFailure`.
    package let cancelPayment: @Sendable (PSPCancellation) async throws -> Void
    /// Hands one message to the mail server, within the time given.
    /// - Throws: `MailFailure`.
    package let deliver:
        @Sendable (_ message: [UInt8], _ from: String, _ to: String, _ timeoutMilliseconds: Int) async throws -> Void
    /// Whether an address may be called at all, when it is saved.
    /// - Throws: `InvalidValue`-like errors whose text is for the caller.
    package let checkURL: @Sendable (String) throws -> Void
    /// Draws a receipt.
    package let drawReceipt: @Sendable (ReceiptContent) async throws -> [UInt8]

    package init(
        startPayment:
            @escaping @Sendable (PSPStart, _ deadline: ContinuousClock.Instant) async throws -> PSPPortalPage,
        cancelPayment: @escaping @Sendable (PSPCancellation) async throws -> Void,
        deliver:
            @escaping @Sendable (_ message: [UInt8], _ from: String, _ to: String, _ timeoutMilliseconds: Int)
            async throws -> Void,
        checkURL: @escaping @Sendable (String) throws -> Void,
        drawReceipt: @escaping @Sendable (ReceiptContent) async throws -> [UInt8]
    ) {
        self.startPayment = startPayment
        self.cancelPayment = cancelPayment
        self.deliver = deliver
        self.checkURL = checkURL
        self.drawReceipt = drawReceipt
    }
}
