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
        let values = transfers.compactMap { $0[keyPath: text] }
        return values.count == transfers.count && !values.isEmpty
            ? values.map(composedText).sorted() : nil
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
        var fields = Meaning()
        func add(_ name: String, _ value: String?) { fields.add(name, value) }
        func add(_ name: String, _ subject: RTSubject?) {
            add(name + ".kind", subject?.kind?.rawValue)
            add(name + ".code", subject?.taxCode)
            add(name + ".name", subject?.fullName)
            add(name + ".email", subject?.email?.mailbox)
        }
        add("receipt_id", receiptID)
        add("outcome", String(outcome.rawValue))
        add("creditor", creditor.value)
        add("iuv", iuv.value)
        add("notice", noticeNumber?.value)
        add("attempt", attempt?.description)
        add("context", paymentContext)
        add("amount", String(amount.cents))
        add("fee", fee.map { String($0.cents) })
        add("psp", psp.id.value)
        add("psp.name", psp.businessName)
        add("psp.code", psp.taxCode)
        add("psp.channel", psp.channel)
        add("method", method?.code.asciiUppercased)
        switch time {
        case .instant: add("at", String(paidAt.microseconds))
        case .day(let day): add("day", day.description)
        case .document: break
        }
        let parts = transfers.map { transfer in
            [transfer.creditor.value, String(transfer.amount.cents), transfer.iban ?? "", transfer.remittance ?? ""]
                .map(composedText).map { "\($0.utf8.count):\($0)" }.joined()
        }
        for transfer in parts.sorted() { add("transfer", transfer) }
        add("payer", payer)
        add("debtor", debtor)
        for text in singleOutcomes.sorted() { add("single", text) }
        add("failure", failureReason)
        return fields.bytes
    }
}
