import Accounts
import PagoPA

/// An operation rejected for a reason that the caller can read. It carries facts, not a text for a log.
///
/// An exhaustive `switch` in the module API maps each case to its HTTP status and stable code. Any other error is an internal
/// error.
package enum Refusal: Error, Sendable, Equatable {
    /// The request can be parsed but violates these rules; all violations are listed.
    case invalid([Fault])
    /// The object does not exist, or the caller may not know that it exists. Both get the same response.
    case notFound
    /// The credential is missing, unknown, expired or revoked.
    case unauthenticated
    /// The citizen's token is unknown, expired, ended, or belongs to another front end.
    case citizenTokenInvalid
    /// No account has this name and password. The response does not say which of the two is wrong.
    case signInFailed
    /// Too many attempts; the next one is allowed after this many seconds.
    case signInThrottled(retryAfterSeconds: Int)
    /// No smart card, or an invalid one. Only the log says which rule it violated.
    case smartCardRefused
    /// An ID token that opens no session. Only the log says which rule it violated.
    case idTokenRefused
    /// The keys of the identity provider cannot be fetched; the next attempt is possible after this many seconds.
    case identityProviderUnavailable(retryAfterSeconds: Int)
    /// The response contains contact data, but the account was not proved by a smart card, SPID or CIE.
    case proofRequired
    /// The credential is valid but lacks this scope.
    case forbidden(Scope)
    /// The external id was used before with different content.
    case externalIDTaken
    /// The creditor has another installment with this IUV or notice number.
    case noticeNumberTaken(pointer: String)
    /// The creditor has no free notice number left in its range.
    case noticeNumbersExhausted
    /// The position's current state does not allow the change.
    case positionNotEditable(PositionStatus)
    /// Only a draft that was never published can be deleted; the text says why this position is none.
    case positionNotDeletable(String)
    /// A payment of this installment is in progress; it expires after this many seconds.
    case paymentInProgress(secondsLeft: Int)
    /// The installment cannot be paid in its current state.
    case installmentNotPayable(InstallmentStatus, pointer: String)
    /// A payment arrived for the position, and an operator must resolve its anomalies.
    case positionUnderReview([AnomalyKind], pointer: String)
    /// The installments have another sum than the payer saw or accepted.
    case amountChanged(from: Amount, to: Amount)
    /// The creditor says that an installment is not owed any more.
    case noLongerOwed
    /// The creditor does not say what is owed now, and its debt type allows no payment of the stored amount.
    case amountUnavailable
    case attemptNotCancellable(AttemptStatus)
    /// A write requires `If-Match`.
    case preconditionMissing
    /// The entity changed after the caller read it.
    case preconditionFailed
    case pspRefused
    case pspUnreachable
    case pspTimedOut
    /// The first request with this Idempotency-Key is still running.
    case idempotencyKeyInUse
    /// The key was used with a different request.
    case idempotencyKeyReused
    case idempotencyKeyMissing
    /// The first response contained a secret, which is shown only once.
    case secretShownOnce
    /// The RT is not valid XML or JSON; the text says why.
    case rtUnreadable(RTSyntax, String)
    /// Required members of the RT are missing or invalid; all of them are listed.
    case rtRefused(RTSyntax, [Fault])
    /// Another RT with the same key but different content arrived before; both are stored.
    case receiptConflict(anomaly: Identifier<Anomaly>)
    case notificationNotRetryable(NotificationState)
    /// The e-mail cannot be sent again; the text says why.
    case notificationNotResendable(String)
    /// The anomaly is already resolved.
    case anomalyNotOpen
    /// The state of the payment does not allow this resolution; the text says why.
    case resolutionNotPossible(String)
    /// The counter payment cannot be voided; the text says why.
    case voidNotPossible(String)
    /// The write-off can no longer be undone; the text says why.
    case undoNotPossible(String)
    /// There is no payment notice of this installment.
    case noticeNotPossible(String)
    /// The receipt cannot be refunded; the text says why.
    case refundNotPossible(String)
    /// The refund's status does not allow the change.
    case refundNotChangeable(RefundStatus)
    /// Operations switched off the creditor, debt type, PSP or channel.
    case suspended(Suspension)
    /// Events after the given place may have expired; they are stored for this many days.
    case eventsExpired(days: Int)
    /// The key has as many webhook subscriptions as it may have.
    case tooManySubscriptions(maximum: Int)
    /// The key has as many unfinished imports as it may have.
    case tooManyImports(maximum: Int)
    /// The creditor has as many unfinished batches of notices as it may have.
    case tooManyNoticeBatches(maximum: Int)
    /// Not all notices of the batch are drawn, or its key was revoked before.
    case noticesNotReady(NoticeBatchStatus)
    /// The key requested as many positions of the creditor as it may within an hour.
    case tooManyPositionRequests(retryAfterSeconds: Int)
    /// The server's capacity is exhausted at the moment.
    case busy(retryAfterSeconds: Int)
}
