import Accounts
import PagoPA

/// A "no" that is the caller's to read: a value with its facts, never a string made for a log.
///
/// One exhaustive `switch` in the API room gives each case its HTTP status and its stable code. Whatever else is thrown is our own fault.
package enum Refusal: Error, Sendable, Equatable {
    /// The request is understood but breaks these rules; all of them at once.
    case invalid([Fault])
    /// Unknown, or not the caller's to know: both answer alike.
    case notFound
    /// No credential, or one that is unknown, expired or revoked.
    case unauthenticated
    /// The citizen's token is unknown, expired, ended, or another front end's.
    case citizenTokenInvalid
    /// No account has this name and password; which of the two is wrong is not told.
    case signInFailed
    /// Too many tries; the next one may be made after so many seconds.
    case signInThrottled(retryAfterSeconds: Int)
    /// No smart card, or one that opens nothing: which rule it broke is ours to know.
    case smartCardRefused
    /// The citizen's account is not proved by a smart card, and this shows contact data.
    case proofRequired
    /// The credential is good but lacks this scope.
    case forbidden(Scope)
    /// The same external id was used before with other content.
    case externalIDTaken
    /// The creditor has another installment with this IUV or notice number.
    case noticeNumberTaken(pointer: String)
    /// The next numbers of the creditor are all used, or longer than its notice numbers allow.
    case noticeNumbersExhausted
    /// The position's state does not allow the change.
    case positionNotEditable(PositionStatus)
    /// A payment of this installment is under way; it ends by itself after so many seconds.
    case paymentInProgress(secondsLeft: Int)
    /// The installment can not be paid now.
    case installmentNotPayable(InstallmentStatus, pointer: String)
    /// Money has arrived for the position and people look at it.
    case positionUnderReview([AnomalyKind], pointer: String)
    case attemptNotCancellable(AttemptStatus)
    /// A write needs `If-Match`.
    case preconditionMissing
    /// The entity changed since the caller read it.
    case preconditionFailed
    case pspRefused
    case pspUnreachable
    case pspTimedOut
    /// The first request with this Idempotency-Key is still running.
    case idempotencyKeyInUse
    /// The key was used with another request.
    case idempotencyKeyReused
    case idempotencyKeyMissing
    /// The first answer held a secret, which is shown once only.
    case secretShownOnce
    /// An RT that is neither XML nor JSON that may be read; the text says why.
    case rtUnreadable(RTSyntax, String)
    /// An RT in which members that decide are missing or mean nothing; all of them at once.
    case rtRefused(RTSyntax, [Fault])
    /// The same RT key arrived with other content; both are kept.
    case receiptConflict(anomaly: Identifier<Anomaly>)
    case notificationNotRetryable(NotificationState)
    /// It has been resolved before.
    case anomalyNotOpen
    /// The books do not allow this resolution; the text says why.
    case resolutionNotPossible(String)
    /// The counter payment cannot be voided; the text says why.
    case voidNotPossible(String)
    /// The receipt's money cannot go back; the text says why.
    case refundNotPossible(String)
    /// The refund's status does not allow the change.
    case refundNotChangeable(RefundStatus)
    /// Our own capacity is used up for the moment.
    case busy(retryAfterSeconds: Int)
}
