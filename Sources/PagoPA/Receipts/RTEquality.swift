import Foundation

// Compares two RTs by their meaning, independent of their spelling.
extension RT {
    /// The maximum length of ids and payment contexts in official RTs, in Unicode scalars.
    package static let maximumOfficialIDLength = 35

    /// The id in the form of an official RT: a UUID without its hyphens; any other id is truncated.
    package static func officialID(_ id: String) -> String {
        guard id.unicodeScalars.count > maximumOfficialIDLength else { return id }
        if let uuid = try? Identifier<RT>(id.asciiLowercased) { return uuid.withoutHyphens }
        return cutText(id, upTo: maximumOfficialIDLength)
    }

    /// The ids under which the same payment may be stored: the other syntax identifies it by its payment context.
    package var possibleIDs: [String] {
        let own = [receiptID] + (paymentContext.map { [$0] } ?? []) + collectionIDs.prefix(5)
        return Array(Set(own + own.map(Self.officialID)))
    }

    /// The contract's names of the members that both RTs contain with different values; empty if one RT was sent twice.
    ///
    /// Members about the payment itself are always compared. Descriptive texts are compared only within one syntax, because an
    /// official RT is too short for all of them and is written from our data about the debt. A member that one of the two omits
    /// is never a difference.
    package func differences(from other: RT) -> [String] {
        var names: [String] = []
        func compare<T: Equatable>(_ name: String, _ own: T?, _ others: T?) {
            if let own, let others, own != others { names.append(name) }
        }
        compare("creditor_tax_code", creditor, other.creditor)
        compare("iuv", iuv, other.iuv)
        compare("outcome_code", outcome, other.outcome)
        if outcome.movedMoney {
            compare("amount_cents", amount, other.amount)
            compare("fee_cents", fee, other.fee)
        }
        if !hasSameTime(as: other) { names.append("paid_at") }
        if outcome.movedMoney, !transfers.isEmpty, !other.transfers.isEmpty, parts(other) != other.parts(self) {
            names.append("transfers")
        }
        guard syntax == other.syntax else { return names }
        compare("notice_number", noticeNumber, other.noticeNumber)
        compare("attempt_id", attempt, other.attempt)
        compare("payment_context", paymentContext, other.paymentContext)
        compare("payment_method", method?.code.asciiUppercased, other.method?.code.asciiUppercased)
        compare("psp/business_name", psp.businessName, other.psp.businessName)
        compare("psp/tax_code", psp.taxCode, other.psp.taxCode)
        compare("psp/channel_id", psp.channel, other.psp.channel)
        compare("failure_reason", failureReason, other.failureReason)
        compareSubject("payer", payer, other.payer, &names)
        compareSubject("debtor", debtor, other.debtor, &names)
        compare("transfers/remittance", texts(\.remittance), other.texts(\.remittance))
        compare("transfers/iban", texts(\.iban), other.texts(\.iban))
        if singleOutcomes.count == other.singleOutcomes.count {
            compare("esitoSingoloPagamento", singleOutcomes.sorted(), other.singleOutcomes.sorted())
        }
        return names
    }

    private func compareSubject(_ name: String, _ own: RTSubject?, _ others: RTSubject?, _ names: inout [String]) {
        guard let own, let others else { return }
        func differ<T: Equatable>(_ one: T?, _ two: T?) -> Bool { one != nil && two != nil && one != two }
        if differ(own.kind, others.kind) || differ(own.taxCode, others.taxCode) || differ(own.fullName, others.fullName)
            || differ(own.email?.mailbox, others.email?.mailbox)
        {
            names.append(name)
        }
    }

    private func hasSameTime(as other: RT) -> Bool {
        switch (time, other.time) {
        case (.instant, .instant): paidAt == other.paidAt
        case (.day(let own), .day(let others)): own == others
        case (.day(let own), .instant): own == other.romeDay || romeDay == other.romeDay
        case (.instant, .day(let others)): others == romeDay || romeDay == other.romeDay
        case (.document, _), (_, .document): true
        }
    }

    private var romeDay: CalendarDate { CalendarDate(romeDayOf: paidAt) }

    /// The amount paid to each beneficiary, sorted, because the order of transfers has no meaning; transfers of zero are omitted.
    /// An official RT names only one beneficiary, so beneficiaries are compared only within one syntax.
    private func parts(_ other: RT) -> [String] {
        transfers.filter { $0.amount != .zero }.map {
            (syntax == other.syntax && syntax == .json ? $0.creditor.value + " " : "") + String($0.amount.cents)
        }.sorted()
    }

    /// `nil` unless every transfer has it.
    private func texts(_ text: KeyPath<RTTransfer, String?>) -> [String]? {
        let told = transfers.compactMap { $0[keyPath: text] }
        return told.count == transfers.count && !told.isEmpty
            ? told.map(\.precomposedStringWithCanonicalMapping).sorted() : nil
    }

    /// Whether this RT and the other one, written in another syntax with another id, are the same: an official RT is identified
    /// by the payment context and contains the receipt id as the id of its collection (IUR).
    package func isSamePayment(as other: RT) -> Bool {
        guard syntax != other.syntax, differences(from: other).isEmpty else { return false }
        let (official, plain) = syntax == .xml ? (self, other) : (other, self)
        guard official.receiptID == Self.officialID(plain.paymentContext ?? plain.receiptID) else { return false }
        let id = Self.officialID(plain.receiptID)
        return official.collectionIDs.allSatisfy { $0 == id }
    }

    /// Input of the fingerprint, equal for every spelling of one RT. Texts are NFC, and each is preceded by its length in bytes.
    package var meaning: [UInt8] {
        var said = Meaning()
        func say(_ name: String, _ value: String?) { said.add(name, value) }
        func say(_ name: String, _ subject: RTSubject?) {
            say(name + ".kind", subject?.kind?.rawValue)
            say(name + ".code", subject?.taxCode)
            say(name + ".name", subject?.fullName)
            say(name + ".email", subject?.email?.mailbox)
        }
        say("receipt_id", receiptID)
        say("outcome", String(outcome.rawValue))
        say("creditor", creditor.value)
        say("iuv", iuv.value)
        say("notice", noticeNumber?.value)
        say("attempt", attempt?.description)
        say("context", paymentContext)
        say("amount", String(amount.cents))
        say("fee", fee.map { String($0.cents) })
        say("psp", psp.id.value)
        say("psp.name", psp.businessName)
        say("psp.code", psp.taxCode)
        say("psp.channel", psp.channel)
        say("method", method?.code.asciiUppercased)
        switch time {
        case .instant: say("at", String(paidAt.microseconds))
        case .day(let day): say("day", day.description)
        case .document: break
        }
        let told = transfers.map { transfer in
            [transfer.creditor.value, String(transfer.amount.cents), transfer.iban ?? "", transfer.remittance ?? ""]
                .map(\.precomposedStringWithCanonicalMapping).map { "\($0.utf8.count):\($0)" }.joined()
        }
        for transfer in told.sorted() { say("transfer", transfer) }
        say("payer", payer)
        say("debtor", debtor)
        for text in singleOutcomes.sorted() { say("single", text) }
        say("failure", failureReason)
        return said.bytes
    }
}
