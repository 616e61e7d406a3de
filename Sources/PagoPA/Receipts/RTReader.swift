import Text

/// Why an RT is not readable: all required members that are missing or invalid.
package struct RTReadFailure: Error, Sendable, Equatable {
    package let faults: [Fault]
}

/// Interprets RTs of both syntaxes by the same rules.
///
/// Receipt id, outcome, creditor, IUV or notice number, amount and instant are required; the service accepts the RT if they are
/// readable. Every other member is stored for display as far as the contract allows, with a note if it is invalid.
package struct RTReader {
    let statement: RTStatement
    let sender: PSPID
    let receivedAt: Instant
    var notes: RTNotes
    private var faults: [Fault] = []

    private init(_ statement: RTStatement, from sender: PSPID, receivedAt: Instant) {
        self.statement = statement
        self.sender = sender
        self.receivedAt = receivedAt
        notes = statement.notes
    }

    /// - Parameters:
    ///   - sender: the PSP that signed the RT, which is also the PSP of an RT that names none.
    ///   - receivedAt: the reader adds a note if the payment has a later time.
    package static func read(_ statement: RTStatement, from sender: PSPID, receivedAt: Instant) throws(RTReadFailure)
        -> RT
    {
        var reader = RTReader(statement, from: sender, receivedAt: receivedAt)
        return try reader.read()
    }

    private mutating func read() throws(RTReadFailure) -> RT {
        let receiptID = deciding(statement.receiptID, "must be 1 to \(RT.maximumReceiptIDLength) visible characters") {
            Self.receiptID($0)
        }
        let outcome = outcome()
        let creditor = deciding(statement.creditor, "must be 11 digits") { Self.organization($0) }
        let (iuv, noticeNumber) = iuvAndNotice()
        let amount = deciding(statement.amount, Self.amountRule(statement.syntax)) { [syntax = statement.syntax] in
            Self.amount($0, syntax)
        }
        let time = paymentTime()
        let (transfers, sum) = transfers(creditor)
        guard faults.isEmpty, let receiptID, let outcome, let creditor, let iuv, let amount, let time else {
            throw RTReadFailure(faults: faults)
        }
        noteContradictions(outcome, amount, time.paidAt, transfers, sum)
        return RT(
            receiptID: receiptID, outcome: outcome, creditor: creditor, iuv: iuv, noticeNumber: noticeNumber,
            paymentContext: context(), attempt: attempt(), amount: amount, fee: fee(), psp: psp(), method: method(),
            paidAt: time.paidAt, transfers: transfers, payer: statement.payer.flatMap { subject($0) },
            debtor: statement.debtor.flatMap { subject($0) }, failureReason: failureReason(outcome),
            syntax: statement.syntax, time: time.exactness, collectionIDs: statement.collectionIDs,
            singleOutcomes: statement.singleOutcomes, notes: notes.items)
    }

    // MARK: Deciding members

    /// Reads a required member.
    /// - Parameter make: returns the value, and whether its form follows the contract; `nil` if the text is invalid.
    private mutating func deciding<T>(
        _ member: RTStatement.Member, _ rule: String, _ make: (RTStatement.Value) -> (T, isStandard: Bool)?
    ) -> T? {
        switch member.value {
        case .absent: refuse(member, .required, "is required")
        case .null: refuse(member, .wrongType, "is required and must not be null")
        case .other(let kind): refuse(member, .wrongType, "\(rule), not \(kind)")
        case .text, .number:
            guard let (value, isStandard) = make(member.value) else {
                refuse(member, .badFormat, rule)
                return nil
            }
            if !isStandard {
                notes.add(member.pointer, .nonstandard, "does not have the form of the contract: \(rule)")
            }
            return value
        }
        return nil
    }

    private mutating func refuse(_ member: RTStatement.Member, _ code: FaultCode, _ detail: String) {
        if faults.count < Self.maximumFaults { faults.append(Fault(member.pointer, code, detail)) }
    }

    private static let maximumFaults = 100

    /// Returns a number as its original text.
    static func text(_ value: RTStatement.Value) -> String? {
        switch value {
        case .text(let text), .number(let text): text
        case .absent, .null, .other: nil
        }
    }

    private static func isText(_ value: RTStatement.Value) -> Bool {
        if case .text = value { true } else { false }
    }

    private static func receiptID(_ value: RTStatement.Value) -> (String, isStandard: Bool)? {
        guard let sent = text(value),
            let id = try? boundedText(trimmedText(sent), 1...RT.maximumReceiptIDLength)
        else { return nil }
        return (id, isText(value) && id == sent && id.unicodeScalars.count <= RT.maximumOfficialIDLength)
    }

    private static func organization(_ value: RTStatement.Value) -> (OrganizationTaxCode, isStandard: Bool)? {
        guard let sent = text(value) else { return nil }
        let plain = sent.withoutBlanks
        let digits = plain.asciiUppercased.hasPrefix("IT") ? String(plain.dropFirst(2)) : plain
        guard let code = try? OrganizationTaxCode(unchecked: digits) else { return nil }
        return (code, isText(value) && code.value == sent)
    }

    private static func amountRule(_ syntax: RTSyntax) -> String {
        switch syntax {
        case .json: "must be an integer of cents from 0 to \(Amount.maximum.cents)"
        case .xml: "must be digits, a dot and two decimals, at most \(Amount.maximum.decimal)"
        }
    }

    static func amount(_ value: RTStatement.Value, _ syntax: RTSyntax) -> (Amount, isStandard: Bool)? {
        guard let sent = text(value) else { return nil }
        switch syntax {
        case .json:
            guard let cents = integral(sent), let amount = try? Amount(cents: cents) else { return nil }
            return (amount, !isText(value) && String(cents) == sent)
        case .xml:
            guard let amount = Amount(lenientDecimal: sent) else { return nil }
            return (amount, (try? Amount(decimal: trimmedText(sent))) != nil)
        }
    }

    /// Parses digits, optionally with a fraction of zeros: `4550`, `4550.0`.
    static func integral(_ text: String) -> Int64? {
        let bytes = trimmedText(text).utf8
        let whole = bytes.prefix { $0.isDigit }
        let fraction = bytes.dropFirst(whole.count)
        guard bytes.count <= 40, !whole.isEmpty,
            fraction.isEmpty
                || fraction.first == UInt8(ascii: ".") && fraction.count > 1
                    && fraction.dropFirst().allSatisfy({ $0 == UInt8(ascii: "0") })
        else { return nil }
        return Int64(String(decoding: Array(whole), as: UTF8.self))
    }

    /// Reads the word, the number or both; the number is more precise.
    private mutating func outcome() -> RTOutcome? {
        let word = Self.text(statement.outcome.value).flatMap { Self.outcome($0) }
        let code = Self.text(statement.outcomeCode.value).flatMap { Self.outcome($0) }
        if let word, let code {
            let isWordAlone = Self.integral(Self.text(statement.outcome.value) ?? "") == nil
            guard word == code || isWordAlone && word.movedMoney == code.movedMoney else {
                refuse(statement.outcomeCode, .mismatch, "contradicts outcome")
                return nil
            }
        }
        guard let outcome = code ?? word else {
            let isSilent = statement.outcome.value == .absent
            if isSilent, statement.outcomeCode.value == .absent {
                refuse(statement.outcome, .required, "is required")
            } else if isSilent {
                refuse(statement.outcomeCode, .outOfRange, "must be an integer from 0 to 4")
            } else {
                refuse(statement.outcome, .unknownValue, "must be OK or KO")
            }
            return nil
        }
        let isWordStandard = ["OK", "KO"].contains(Self.text(statement.outcome.value))
        if statement.outcome.value != .absent, !isWordStandard {
            notes.add(statement.outcome.pointer, word == nil ? .omitted : .nonstandard, "must be OK or KO")
        }
        let isCodeStandard =
            Self.text(statement.outcomeCode.value) == String(outcome.rawValue)
            && (statement.syntax == .xml || !Self.isText(statement.outcomeCode.value))
        if statement.outcomeCode.value != .absent, !isCodeStandard {
            notes.add(
                statement.outcomeCode.pointer, code == nil ? .omitted : .nonstandard, "must be an integer from 0 to 4")
        }
        return outcome
    }

    private static func outcome(_ text: String) -> RTOutcome? {
        switch trimmedText(text).asciiUppercased {
        case "OK": .executed
        case "KO": .notExecuted
        default: integral(text).flatMap(Int.init(exactly:)).flatMap(RTOutcome.init)
        }
    }

    /// The IUV has precedence; a notice number that does not contain it is omitted. Without an IUV, the notice number determines
    /// it, even with wrong check digits: then no position has this IUV, and an operator must review the payment.
    private mutating func iuvAndNotice() -> (IUV?, NoticeNumber?) {
        let sentNotice = Self.text(statement.noticeNumber.value).map(\.withoutBlanks)
        let notice = sentNotice.flatMap { try? NoticeNumber($0) }
        let iuv = Self.text(statement.iuv.value).flatMap { Self.iuv($0) }
        let pointer = statement.noticeNumber.pointer
        if let iuv {
            if Self.text(statement.iuv.value) != iuv.value || !Self.isText(statement.iuv.value) {
                notes.add(statement.iuv.pointer, .nonstandard, "must be 1 to 35 letters or digits")
            } else if (try? IUV(iuv.value)) == nil {
                notes.add(statement.iuv.pointer, .nonstandard, "is an RF reference with wrong check digits")
            }
            guard statement.noticeNumber.value != .absent else { return (iuv, nil) }
            guard let notice else {
                notes.add(pointer, .omitted, "is not a notice number of 18 digits with valid check digits")
                return (iuv, nil)
            }
            guard notice.iuv == iuv else {
                notes.add(pointer, .inconsistent, "is not the notice number of the IUV; the IUV is used")
                return (iuv, nil)
            }
            noteSpelling(of: notice)
            return (iuv, notice)
        }
        if statement.iuv.value != .absent, sentNotice != nil {
            notes.add(statement.iuv.pointer, .omitted, "must be 1 to 35 letters or digits; the notice number is used")
        }
        if let notice {
            noteSpelling(of: notice)
            return (notice.iuv, notice)
        }
        guard let sentNotice, sentNotice.utf8.count == 18, sentNotice.utf8.allSatisfy(\.isDigit),
            let sent = try? IUV(unchecked: String(sentNotice.dropFirst(sentNotice.hasPrefix("0") ? 3 : 1)))
        else {
            refuseIUV(hasNotice: statement.noticeNumber.value != .absent)
            return (nil, nil)
        }
        notes.add(pointer, .inconsistent, "has wrong check digits or no auxiliary digit; its IUV is used")
        return (sent, nil)
    }

    private mutating func refuseIUV(hasNotice: Bool) {
        if statement.iuv.value == .absent {
            if hasNotice {
                refuse(statement.noticeNumber, .badFormat, "must be 18 digits")
            } else {
                refuse(
                    statement.iuv, .required,
                    statement.syntax == .json ? "is required if there is no notice_number" : "is required")
            }
        } else {
            refuse(statement.iuv, .badFormat, "must be 1 to 35 letters or digits")
            if hasNotice { refuse(statement.noticeNumber, .badFormat, "must be 18 digits") }
        }
    }

    private mutating func noteSpelling(of notice: NoticeNumber) {
        if statement.noticeNumber.value != .text(notice.value) {
            notes.add(statement.noticeNumber.pointer, .nonstandard, "must be a string of 18 digits")
        }
    }

    /// Removes blanks at the ends and inside; converts an RF reference to capital letters.
    private static func iuv(_ text: String) -> IUV? {
        let plain = text.withoutBlanks
        let capital = plain.asciiUppercased
        if plain.asciiLowercased.hasPrefix("rf"), plain != capital, let reference = try? IUV(capital),
            capital.dropFirst(2).prefix(2).utf8.allSatisfy(\.isDigit)
        {
            return reference
        }
        return try? IUV(unchecked: plain)
    }

    /// The instant of the payment. For an official RT it is the instant of the document if both have the same day, otherwise the
    /// start of the day of payment in Rome, because the schema has no member for the hour.
    private mutating func paymentTime() -> (paidAt: Instant, exactness: RT.Time)? {
        var days: [CalendarDate] = []
        for transfer in statement.transfers where transfer.valueDate.value != .absent {
            if let day = Self.text(transfer.valueDate.value).flatMap({ ExternalTime($0) })?.day {
                days.append(day)
            } else {
                notes.add(transfer.valueDate.pointer, .omitted, "must be a day such as 2026-06-18")
            }
        }
        let rule =
            statement.syntax == .json
            ? "must be an instant of RFC 3339 with seconds and zone" : "must be a time such as 2026-06-18T14:31:00"
        if let day = days.max(), Self.text(statement.paidAt.value).flatMap({ ExternalTime($0) }) == nil {
            notes.add(statement.paidAt.pointer, .omitted, rule)
            return (day.romeStart, .day(day))
        }
        let sent = deciding(statement.paidAt, rule) { [syntax = statement.syntax] value in
            Self.text(value).flatMap { text in
                ExternalTime(text).map { ($0, isStandard: syntax == .xml || (try? Instant(rfc3339: text)) != nil) }
            }
        }
        guard let sent else { return nil }
        let moment: Instant
        switch sent {
        case .instant(let instant): moment = instant
        case .day(let day): moment = day.romeStart
        }
        if let day = days.max() {
            if day > sent.day {
                notes.add(
                    statement.transfersPointer, .inFuture,
                    "are dated after the document; the time of the document is used")
            }
            return (day < sent.day ? day.romeStart : moment, .day(day))
        }
        if statement.syntax == .xml { return (moment, .document) }
        if case .day(let day) = sent { return (moment, .day(day)) }
        return (moment, .instant)
    }

    // MARK: Contradictions

    private mutating func noteContradictions(
        _ outcome: RTOutcome, _ amount: Amount, _ paidAt: Instant, _ transfers: [RTTransfer], _ sum: Int64?
    ) {
        let pointer = statement.transfersPointer
        if outcome.movedMoney {
            if amount == .zero {
                notes.add(statement.amount.pointer, .contradictsMoney, "is 0 although money was paid")
            }
            if statement.transfers.isEmpty {
                notes.add(pointer, .missing, "are expected when money was paid")
            } else if let sum, sum != amount.cents {
                notes.add(pointer, .contradictsMoney, "add up to \(sum) cents, the amount is \(amount.cents)")
            }
        } else if let sum, sum > 0 {
            notes.add(pointer, .contradictsMoney, "add up to \(sum) cents although nothing was paid")
        } else if amount != .zero {
            notes.add(
                statement.amount.pointer, .inconsistent,
                "is read as the amount owed, because the outcome is a failed payment")
        }
        if paidAt > receivedAt.adding(seconds: RT.futureLimitSeconds) {
            notes.add(statement.paidAt.pointer, .contradictsMoney, "is more than 7 days in the future")
        } else if paidAt > receivedAt.adding(seconds: RT.futureToleranceSeconds) {
            notes.add(statement.paidAt.pointer, .inFuture, "is in the future")
        }
    }
}
