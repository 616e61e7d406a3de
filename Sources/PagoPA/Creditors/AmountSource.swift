/// Where the service asks the creditor for the present amount of an installment, when its payment starts.
package struct AmountSource: Sendable, Equatable {
    package static let maximumURLLength = 2_048
    /// A replaced secret signs calls for one more day, so that the creditor can change it meanwhile.
    package static let secretOverlapSeconds = 86_400

    package let url: String
    package let fallback: AmountFallback

    package init(url: String, fallback: AmountFallback) {
        self.url = url
        self.fallback = fallback
    }
}

/// What happens to a payment when the creditor does not answer with an amount. The wire names are `rawValue`.
package enum AmountFallback: String, Sendable, CaseIterable {
    /// The stored amount is paid.
    case lastKnown = "last_known"
    /// The payment does not start.
    case refuse
}

/// The creditor's answer about one installment.
package enum PresentAmount: Sendable, Equatable {
    /// - Parameter fee: the cost of the notification, which is paid on top of the amount.
    case payable(Amount, fee: Amount)
    /// Nothing is owed any more.
    case notPayable
}
