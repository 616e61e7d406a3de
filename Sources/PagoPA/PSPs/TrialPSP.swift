/// The PSPs of trials. The choice of one decides the outcome of a payment to a test creditor. They have no portal, and no list of operators
/// contains them.
package enum TrialPSP: String, Sendable, CaseIterable {
    case pay = "QZTEST_PAY"
    /// The payment fails.
    case refuse = "QZTEST_REFUSE"
    /// The same RT arrives twice.
    case twice = "QZTEST_TWICE"
    /// The RT states one cent too much.
    case wrongAmount = "QZTEST_WRONG_AMOUNT"
    /// A second RT has the key of the first one and another amount.
    case conflict = "QZTEST_CONFLICT"
    /// The RT arrives after the attempt has expired.
    case late = "QZTEST_LATE"
    /// No RT arrives.
    case silent = "QZTEST_SILENT"

    package init?(_ id: PSPID) { self.init(rawValue: id.value) }

    /// Whether an id begins like those of the PSPs of trials, so that no real PSP may have it. Operators may make a webhook secret for any
    /// such id: who has it tries the webhook as a PSP, with RTs of test creditors only.
    package static func isReserved(_ id: PSPID) -> Bool { id.value.hasPrefix("QZTEST") }

    package static let all: [PSP] = allCases.compactMap { try? $0.psp() }

    private static let methods = ["CP", "BBT", "PPAL"]

    private func psp() throws -> PSP {
        let fees = [FeeBand(upTo: .maximum, fee: try Amount(cents: 100))]
        return PSP(
            id: try PSPID(rawValue), businessName: "PSP di prova \(rawValue)", taxCode: nil, isEnabled: true,
            channels: try Self.methods.map {
                Channel(
                    id: try ChannelID("QZTEST"), method: try PaymentMethod($0), startURL: "", names: [:], feeBands: fees
                )
            })
    }
}

extension PSPList {
    /// The PSPs of payments to test creditors: those of the list, and those of trials.
    package static func ofTrials(_ list: PSPList?) -> PSPList {
        PSPList(
            version: list?.version ?? 0, psps: (list?.psps ?? []) + TrialPSP.all,
            createdAt: list?.createdAt ?? Instant(microseconds: 0))
    }
}
