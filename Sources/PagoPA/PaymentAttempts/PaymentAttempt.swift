/// Tentativo di pagamento: an attempt to pay up to five installments of one creditor with one PSP.
package struct PaymentAttempt: Sendable, Equatable {
    package let id: Identifier<PaymentAttempt>
    package let creditor: OrganizationTaxCode
    package let status: AttemptStatus
    package let method: PaymentMethod
    package let psp: PSPID
    package let pspBusinessName: String
    package let channel: ChannelID
    package let amount: Amount
    package let fee: Amount
    package let items: [AttemptItem]
    package let payer: Payer?
    /// The e-mail address for the receipt.
    package let email: EmailAddress?
    /// Whether the service also sends an e-mail if the payment fails.
    package let notifiesFailure: Bool
    package let returnURL: String
    package let language: Language
    package let redirectURL: String?
    package let failureReason: String?
    package let createdAt: Instant
    package let expiresAt: Instant
    package let finishedAt: Instant?

    package init(
        id: Identifier<PaymentAttempt>, creditor: OrganizationTaxCode, status: AttemptStatus, method: PaymentMethod,
        psp: PSPID, pspBusinessName: String, channel: ChannelID, amount: Amount, fee: Amount, items: [AttemptItem],
        payer: Payer?, email: EmailAddress?, notifiesFailure: Bool, returnURL: String, language: Language,
        redirectURL: String?,
        failureReason: String?, createdAt: Instant, expiresAt: Instant, finishedAt: Instant?
    ) {
        self.id = id
        self.creditor = creditor
        self.status = status
        self.method = method
        self.psp = psp
        self.pspBusinessName = pspBusinessName
        self.channel = channel
        self.amount = amount
        self.fee = fee
        self.items = items
        self.payer = payer
        self.email = email
        self.notifiesFailure = notifiesFailure
        self.returnURL = returnURL
        self.language = language
        self.redirectURL = redirectURL
        self.failureReason = failureReason
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.finishedAt = finishedAt
    }

    package var totalCents: Int64 { Amount.cents(of: [amount, fee]) }

    /// The attempt in another status. It is finished at the instant at which it first enters a final status.
    package func with(status: AttemptStatus, redirectURL: String? = nil, failureReason: String? = nil, at now: Instant)
        -> PaymentAttempt
    {
        PaymentAttempt(
            id: id, creditor: creditor, status: status, method: method, psp: psp, pspBusinessName: pspBusinessName,
            channel: channel, amount: amount, fee: fee, items: items, payer: payer, email: email,
            notifiesFailure: notifiesFailure, returnURL: returnURL, language: language,
            redirectURL: redirectURL ?? self.redirectURL,
            failureReason: failureReason ?? self.failureReason, createdAt: createdAt, expiresAt: expiresAt,
            finishedAt: status.isFinal ? finishedAt ?? now : nil)
    }

    /// pagoPA's default lifetime of a token: thirty minutes from the start to the deadline.
    package static let defaultLifeSeconds = 1_800
}

/// One installment in an attempt, with its values when the attempt began.
package struct AttemptItem: Sendable, Equatable {
    package let installment: Identifier<Installment>
    package let position: Identifier<Position>
    package let iuv: IUV
    package let noticeNumber: NoticeNumber
    package let amount: Amount
    package let remittance: String
    package let outcome: ItemOutcome

    package init(
        installment: Identifier<Installment>, position: Identifier<Position>, iuv: IUV, noticeNumber: NoticeNumber,
        amount: Amount, remittance: String, outcome: ItemOutcome
    ) {
        self.installment = installment
        self.position = position
        self.iuv = iuv
        self.noticeNumber = noticeNumber
        self.amount = amount
        self.remittance = remittance
        self.outcome = outcome
    }
}

package enum ItemOutcome: String, Sendable, CaseIterable {
    case pending
    case paid
    case failed
    /// Another PSP or another channel reported the payment of the installment.
    case paidElsewhere = "paid_elsewhere"

    /// A payment by the attempt itself has precedence over all outcomes, and a payment elsewhere over a failure.
    package func after(_ other: ItemOutcome) -> ItemOutcome {
        switch (self, other) {
        case (.paid, _), (_, .paid): .paid
        case (.paidElsewhere, _), (_, .paidElsewhere): .paidElsewhere
        case (.failed, _), (_, .failed): .failed
        case (.pending, .pending): .pending
        }
    }
}

/// Soggetto versante: the payer, if known.
package struct Payer: Sendable, Equatable {
    package let kind: SubjectKind
    package let taxCode: TaxCode
    package let fullName: String
    package let email: EmailAddress?

    package init(kind: SubjectKind, taxCode: TaxCode, fullName: String, email: EmailAddress?) {
        self.kind = kind
        self.taxCode = taxCode
        self.fullName = fullName
        self.email = email
    }
}

extension PaymentAttempt {
    /// The e-mail address of the person who started the payment.
    package var payersEmail: EmailAddress? { email ?? payer?.email }

    /// Whether this attempt reserves the installment, so that no other attempt may pay it.
    package func holds(_ installment: Identifier<Installment>) -> Bool {
        !status.isFinal && items.contains { $0.installment == installment && $0.outcome == .pending }
    }

    /// The event of the whole attempt after the outcome of one item: paid if all items are paid; partly paid or refused if no
    /// item is pending, or if the attempt has ended and no outcome is awaited; otherwise `nil`.
    package func event(after outcome: ItemOutcome, of installment: Identifier<Installment>) -> AttemptEvent? {
        let outcomes = items.map { $0.installment == installment ? $0.outcome.after(outcome) : $0.outcome }
        if outcomes.allSatisfy({ $0 == .paid }) { return .paid }
        guard status.isFinal || !outcomes.contains(.pending) else { return nil }
        return outcomes.contains(.paid) ? .partlyPaid : .refused
    }

    /// The event that ends the attempt for this cause. If an item is paid, the attempt is partly paid, independent of the cause.
    package func event(ending cause: AttemptEvent) -> AttemptEvent {
        items.contains { $0.outcome == .paid } ? .partlyPaid : cause
    }
}
