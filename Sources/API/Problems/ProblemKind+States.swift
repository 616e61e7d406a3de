import HTTPTypes

extension ProblemKind {
    /// Problems of a resource's state, of a PSP, or of the service.
    static let ofStates: [ProblemKind] = [
        .externalIDTaken, .noticeNumberTaken, .noticeNumbersExhausted, .positionNotEditable, .positionNotDeletable,
        .paymentInProgress,
        .installmentNotPayable, .positionUnderReview,
        .attemptNotCancellable, .notificationNotRetryable, .notificationNotResendable,
        .anomalyNotOpen, .resolutionNotPossible, .receiptConflict,
        .voidNotPossible, .undoNotPossible, .noticeNotPossible, .refundNotPossible, .refundNotChangeable,
        .tooManyImports,
        .tooManyNoticeBatches,
        .noticesNotReady, .suspended,
        .eventsExpired, .tooManySubscriptions, .amountChanged, .noLongerOwed, .amountUnavailable,
        .pspRefused, .pspUnreachable, .pspTimedOut, .unavailable, .internalError,
    ]

    static let externalIDTaken = ProblemKind(
        "external-id-taken", .conflict, "External id already used",
        cause: "A position of this creditor with the same external_id and other content exists.",
        cure: "Read the existing position, or use another external_id.",
        example: "Another position of this creditor has this external id and other content.")
    static let noticeNumberTaken = ProblemKind(
        "notice-number-taken", .conflict, "Notice number already used",
        cause: "Another position of this creditor has this notice number or IUV; an IUV is never used twice.",
        cure: "Use another number, or leave iuv and notice_number out to have them generated.",
        example: "Another position of this creditor uses it; an IUV is never used twice.")
    static let noticeNumbersExhausted = ProblemKind(
        "notice-numbers-exhausted", .conflict, "No free notice number",
        cause: "The next numbers of this creditor have all been used, or are too long for its notice numbers.",
        cure: "Set iuv_start of the creditor to a free range, or send a notice number of your own.",
        example: "The next numbers of this creditor have all been used, or are too long for its notice numbers.")
    static let positionNotEditable = ProblemKind(
        "position-not-editable", .conflict, "Position cannot be changed in its current state",
        cause: "The status of the position, named in detail, does not allow this change.",
        cure: "Read the position. What is paid or in payment is not changed any more.",
        example: "The position is paid.")
    static let paymentInProgress = ProblemKind(
        "payment-in-progress", .conflict, "Payment in progress",
        cause: "Another payment attempt holds the installment until it ends.",
        cure: "Wait for the seconds in Retry-After, follow the other attempt, or cancel it.",
        example: "Another attempt holds the installment for at most 1740 seconds more.")
    static let installmentNotPayable = ProblemKind(
        "installment-not-payable", .conflict, "Installment not payable",
        cause: "The status of the installment, named in detail, does not allow a payment.",
        cure: "Read the position and offer only installments that are payable.",
        example: "The installment is paid.")
    static let positionUnderReview = ProblemKind(
        "position-under-review", .conflict, "Position under review",
        cause: "Money has arrived for the position and does not fit, so a second payment could be one too many.",
        cure:
            "Tell the payer not to pay again. The position can be paid once its open anomalies are resolved, if it is still owed.",
        example: "The position has open anomalies: amount_mismatch.")
    static let positionNotDeletable = ProblemKind(
        "position-not-deletable", .conflict, "Position cannot be deleted",
        cause: "Only a draft that was never published, and to which no payment refers, can be deleted.",
        cure: "Cancel the position: it then stays as a record and cannot be paid.",
        example: "The position is open.")
    static let suspended = ProblemKind(
        "suspended", .conflict, "Switched off",
        cause:
            "Operations switched off the creditor, the debt type, the PSP or the channel, for the reason in detail. It gets no new positions and payments.",
        cure: "Choose another PSP, or try again when it is switched on. Payments that were started are not affected.",
        example: "The PSP ABCDITMM is switched off: Maintenance.")
    static let attemptNotCancellable = ProblemKind(
        "attempt-not-cancellable", .conflict, "Payment attempt cannot be cancelled",
        cause: "The attempt has ended, or the payment can no longer be stopped.",
        cure: "Read the attempt and show its status.",
        example: "The attempt is succeeded.")
    static let notificationNotRetryable = ProblemKind(
        "notification-not-retryable", .conflict, "E-mail cannot be retried",
        cause: "Only an e-mail whose delivery failed for good can be sent again.",
        cure: "Read the notification; its status tells what happens next. Send it as a new e-mail with resend.",
        example: "The e-mail is sent.")
    static let notificationNotResendable = ProblemKind(
        "notification-not-resendable", .conflict, "E-mail cannot be sent again",
        cause:
            "The e-mail is a test, contains a code for the mailbox of an account, or is about a receipt that was replaced.",
        cure: "Find the e-mails of the receipt that counts, or have the citizen request a new code.",
        example: "Only an e-mail about a receipt can be sent again.")
    static let anomalyNotOpen = ProblemKind(
        "anomaly-not-open", .conflict, "Anomaly already resolved",
        cause: "The anomaly has been resolved before, so it cannot be resolved again.",
        cure: "Read the anomaly to see how it was resolved, by whom and why.",
        example: "It has been resolved before.")
    static let resolutionNotPossible = ProblemKind(
        "resolution-not-possible", .conflict, "Resolution not possible",
        cause:
            "This kind of anomaly, or the state of the position, does not allow this resolution; detail gives "
            + "the reason.",
        cure: "Choose another resolution, or another position.",
        example: "Only a receipt in quarantine can be matched.")
    static let noticeNotPossible = ProblemKind(
        "notice-not-possible", .conflict, "No payment notice",
        cause:
            "The installment cannot be paid now, as detail says, or its amount has more digits than the codes of a notice.",
        cure: "Publish a draft first. An installment that is paid, cancelled or expired needs no notice.",
        example: "The installment is paid.")
    static let voidNotPossible = ProblemKind(
        "void-not-possible", .conflict, "Counter payment cannot be voided",
        cause:
            "A PSP reported the payment, it has a refund, or it pays no installment of this position; detail says which.",
        cure: "Refund what a PSP reported. Mark a refund as failed before you void its payment.",
        example: "A PSP reported this payment: refund it.")
    static let undoNotPossible = ProblemKind(
        "undo-not-possible", .conflict, "Write-off cannot be undone",
        cause: "The position has changed since its rest was written off, or nothing was written off.",
        cure: "Read the position. Create a new one for a debt that is claimed after all.",
        example: "The last change of the position is no write-off of its rest.")
    static let refundNotPossible = ProblemKind(
        "refund-not-possible", .conflict, "Receipt cannot be refunded",
        cause: "No money was received, the payment was voided, or the whole amount is refunded already.",
        cure: "Read the receipt and its refunds.",
        example: "The whole amount is refunded already.")
    static let refundNotChangeable = ProblemKind(
        "refund-not-changeable", .conflict, "Refund cannot be changed in its current state",
        cause: "A refund that failed is final.",
        cure: "Decide another refund if the money still has to go back.",
        example: "The refund is failed.")
    static let receiptConflict = ProblemKind(
        "receipt-conflict", .conflict, "Receipt conflict",
        cause:
            "An RT with the same key and other content was received before. Both bodies are stored and an "
            + "anomaly is open; nothing else changed.",
        cure: "Do not send it again. People resolve the anomaly that anomaly_id names.",
        example: "Both bodies are stored and the first one counts until people have resolved the anomaly.")
    static let tooManyImports = ProblemKind(
        "too-many-imports", .conflict, "Too many unfinished imports",
        cause:
            "Files of this key are still arriving or waiting to be processed, and there may be no more of them at a time.",
        cure: "Wait until one of the key's imports is done, then send the file again.",
        example: "A key may have 5 unfinished imports.")
    static let tooManyNoticeBatches = ProblemKind(
        "too-many-notice-batches", .conflict, "Too many unfinished batches of notices",
        cause:
            "The notices of other batches of this creditor are still being drawn, and there may be no more at a time.",
        cure: "Wait until one of the creditor's batches is done, then send the request again.",
        example: "A creditor may have 2 unfinished batches of notices.")
    static let noticesNotReady = ProblemKind(
        "notices-not-ready", .conflict, "Notices not ready",
        cause: "The notices of the batch are still being drawn, or its API key was revoked before all of them were.",
        cure: "Read the batch until its status is done. Make another one if it is failed.",
        example: "The batch is running.")
    static let eventsExpired = ProblemKind(
        "events-expired", .gone, "Events expired",
        cause:
            "Events after this place may have been missed: it was read too long ago, or the database has been replaced by an older copy.",
        cure: "Read the objects with their lists, then read the feed without after, and continue with its next_after.",
        example: "Events can be read for 30 days. Read the objects with their lists, then the feed without after.")
    static let tooManySubscriptions = ProblemKind(
        "too-many-subscriptions", .conflict, "Too many webhook subscriptions",
        cause: "The key, with those that it replaced, has as many webhook subscriptions as it may have.",
        cure: "Delete a subscription, or send the events of several creditors to one of them.",
        example: "A key may have 20 webhook subscriptions.")
    static let amountChanged = ProblemKind(
        "amount-changed", .conflict, "Amount changed",
        cause:
            "The creditor says that another amount is owed than the payer saw or accepted. The new amount is stored.",
        cure: "Show the payer present_amount_cents. If they agree, start again with accepted_amount_cents.",
        example: "The amount is 6280 cents now; it was 5980 cents.")
    static let noLongerOwed = ProblemKind(
        "no-longer-owed", .conflict, "Installment not owed any more",
        cause: "The creditor, asked when the payment started, says that nothing is owed for an installment.",
        cure: "Tell the payer that there is nothing to pay, and to ask the creditor.",
        example: "The creditor says that an installment is not owed any more.")
    static let amountUnavailable = ProblemKind(
        "amount-unavailable", .serviceUnavailable, "Present amount not available",
        cause: "The creditor does not answer what is owed now, and allows no payment of the stored amount.",
        cure: "Try again later. Nothing was reserved.",
        example: "The creditor does not say what is owed now. Nothing was reserved.")
    static let pspRefused = ProblemKind(
        "psp-refused", .badGateway, "Payment not accepted by the PSP",
        cause: "The PSP answered the start of the payment with a refusal, or in a way that cannot be understood.",
        cure: "Start a new attempt, with another PSP if it happens again. The installments are free.",
        example: "The attempt has failed and its installments are free.")
    static let pspUnreachable = ProblemKind(
        "psp-unreachable", .badGateway, "PSP not reachable",
        cause: "No connection to the PSP could be made.",
        cure: "Start a new attempt later or with another PSP. The installments are free.",
        example: "The attempt has failed and its installments are free.")
    static let pspTimedOut = ProblemKind(
        "psp-timed-out", .gatewayTimeout, "PSP did not answer in time",
        cause: "The PSP did not answer the start of the payment within the time allowed.",
        cure: "Start a new attempt later or with another PSP. The installments are free.",
        example: "The attempt has failed and its installments are free.")
    static let unavailable = ProblemKind(
        "unavailable", .serviceUnavailable, "Service temporarily unavailable",
        cause: "The database does not answer, the service is stopping, or its capacity is used up for the moment.",
        cure:
            "Wait for the seconds in Retry-After and send the same request again, with the same "
            + "Idempotency-Key.",
        example: "The request was applied completely or not at all. Send it again, with the same Idempotency-Key.")
    static let internalError = ProblemKind(
        "internal-error", .internalServerError, "Internal error",
        cause: "A fault of the service. It is logged under correlation_id.",
        cure: "Send the request again later; if it fails again, report the correlation_id to the operator.",
        example: "The service logged it under the correlation id.")
}
