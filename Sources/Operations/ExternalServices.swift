import Accounts
import Documents
import Gateways
import PagoPA

/// The external services that the operations call. Production injects the real gateways; tests inject replacements.
package struct ExternalServices: Sendable {
    /// Asks a PSP to start a payment. The call sends nothing after the deadline and does not wait for a response beyond it.
    /// - Throws: `PSPPortalFailure`.
    package let startPayment: @Sendable (PSPStart, _ deadline: ContinuousClock.Instant) async throws -> PSPPortalPage
    /// Notifies a PSP that a payment has ended.
    /// - Throws: `PSPPortalFailure`.
    package let cancelPayment: @Sendable (PSPCancellation) async throws -> Void
    /// Sends an event to the endpoint of a subscriber.
    /// - Returns: the status of the answer.
    /// - Throws: `WebhookFailure`.
    package let callWebhook: @Sendable (WebhookCall) async throws -> Int
    /// Asks a creditor for the present amount of an installment.
    /// - Throws: `AmountFailure`.
    package let askAmount: @Sendable (AmountCall) async throws -> AmountAnswer
    /// Sends one message to the mail server within the timeout.
    /// - Throws: `MailFailure`.
    package let deliver:
        @Sendable (_ message: [UInt8], _ from: String, _ to: String, _ timeoutMilliseconds: Int) async throws -> Void
    /// Checks, when a URL is saved, that the service may call it.
    /// - Throws: an error like `InvalidValue`, whose text is shown to the caller.
    package let checkURL: @Sendable (String) throws -> Void
    /// Resolves the host of a URL that is being saved, so it takes up to half a second. `checkURL` comes before it.
    /// - Returns: false if the host has an address that the service may not call.
    package let mayCallHost: @Sendable (_ url: String, _ caller: String) async -> Bool
    /// Verifies the signature of an ID token with the keys of its issuer, which it may have to fetch.
    /// - Throws: `IDTokenFailure`.
    package let verifySignature: @Sendable (IDToken) async throws -> Void
    /// Draws a receipt as a PDF.
    package let drawReceipt: @Sendable (ReceiptContent) async throws -> [UInt8]
    /// Draws a payment notice as a PDF.
    package let drawNotice: @Sendable (NoticeContent) async throws -> [UInt8]
    /// Decodes or draws a logo, and encodes it again.
    /// - Throws: `LogoFault`; `DocumentFailure.busy`.
    package let decodeLogo: @Sendable (LogoFile) async throws -> LogoImage

    package init(
        startPayment:
            @escaping @Sendable (PSPStart, _ deadline: ContinuousClock.Instant) async throws -> PSPPortalPage,
        cancelPayment: @escaping @Sendable (PSPCancellation) async throws -> Void,
        callWebhook: @escaping @Sendable (WebhookCall) async throws -> Int,
        askAmount: @escaping @Sendable (AmountCall) async throws -> AmountAnswer = { _ in
            throw AmountFailure.unreachable
        },
        deliver:
            @escaping @Sendable (_ message: [UInt8], _ from: String, _ to: String, _ timeoutMilliseconds: Int)
            async throws -> Void,
        checkURL: @escaping @Sendable (String) throws -> Void,
        mayCallHost: @escaping @Sendable (_ url: String, _ caller: String) async -> Bool = { _, _ in true },
        verifySignature: @escaping @Sendable (IDToken) async throws -> Void = { _ in throw IDTokenFailure.unknownIssuer
        },
        drawReceipt: @escaping @Sendable (ReceiptContent) async throws -> [UInt8],
        drawNotice: @escaping @Sendable (NoticeContent) async throws -> [UInt8],
        decodeLogo: @escaping @Sendable (LogoFile) async throws -> LogoImage = { _ in throw DocumentFailure.busy }
    ) {
        self.startPayment = startPayment
        self.cancelPayment = cancelPayment
        self.callWebhook = callWebhook
        self.askAmount = askAmount
        self.deliver = deliver
        self.checkURL = checkURL
        self.mayCallHost = mayCallHost
        self.verifySignature = verifySignature
        self.drawReceipt = drawReceipt
        self.drawNotice = drawNotice
        self.decodeLogo = decodeLogo
    }
}

extension ExternalServices {
    /// The fault of a URL that is being saved and that the service will call; none if it may. Not for use in a transaction: it may resolve the
    /// host.
    func faults(of url: String, at pointer: String, savedBy caller: Caller) async -> [Fault] {
        do { try checkURL(url) } catch { return [Fault(pointer, .badFormat, "\(error)")] }
        guard await mayCallHost(url, caller.name) else {
            return [Fault(pointer, .badFormat, "must not lead to a private or reserved address")]
        }
        return []
    }
}
