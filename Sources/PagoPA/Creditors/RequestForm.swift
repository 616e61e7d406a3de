/// What a debt type asks of a payer who requests a payment without a bill (pagamento spontaneo).
package struct RequestForm: Sendable, Equatable {
    package static let dueDaysRange: ClosedRange<Int64> = 0...365
    package static let defaultDueDays = 30
    package static let maximumFields = 10
    /// The longest value of a field, in Unicode scalars.
    package static let maximumValueLength = 140
    /// The requests that one key may make to one creditor within an hour.
    package static let maximumRequestsPerHour = 1_000

    /// The bounds of the amount. They are equal if the amount is fixed.
    package let minimum: Amount
    package let maximum: Amount
    /// The days from the request to the due date.
    package let dueDays: Int
    package let fields: [RequestField]

    package init(minimum: Amount, maximum: Amount, dueDays: Int, fields: [RequestField]) {
        self.minimum = minimum
        self.maximum = maximum
        self.dueDays = dueDays
        self.fields = fields
    }

    /// The amount, if the payer does not choose it.
    package var fixedAmount: Amount? { minimum == maximum ? minimum : nil }
}

package struct RequestField: Sendable, Equatable {
    /// `[a-z0-9_-]{1,35}`, unique in the form. The position's metadata has the value under this key.
    package let key: String
    /// Italian is required.
    package let labels: [Language: String]
    package let kind: Kind
    package let isRequired: Bool

    package enum Kind: Sendable, Equatable {
        case text(maximumLength: Int, pattern: FieldPattern?)
        case integer(ClosedRange<Int64>)
        case date
    }

    package init(key: String, labels: [Language: String], kind: Kind, isRequired: Bool) {
        self.key = key
        self.labels = labels
        self.kind = kind
        self.isRequired = isRequired
    }

    /// - Throws: `InvalidValue` that names the rule, never the value.
    func check(_ value: String) throws(InvalidValue) {
        switch kind {
        case .text(let maximumLength, let pattern):
            _ = try boundedText(value, 1...maximumLength)
            if let pattern, !pattern.matches(value) {
                throw InvalidValue(.badFormat, "does not match the pattern of the field")
            }
        case .integer(let range):
            guard let number = Int64(value), String(number) == value else {
                throw InvalidValue(.badFormat, "must be a whole number in digits")
            }
            guard range.contains(number) else {
                throw InvalidValue(.outOfRange, "must be from \(range.lowerBound) to \(range.upperBound)")
            }
        case .date: _ = try CalendarDate(value)
        }
    }
}

/// A payer's request for a position of a debt type that is open to them: parsed, but not compared with the form yet.
package struct PositionRequest: Sendable, Equatable {
    package let creditor: OrganizationTaxCode
    package let debtTypeKey: String
    /// `nil`: the fixed amount of the form.
    package let amount: Amount?
    /// `nil`: the signed-in citizen.
    package let debtor: Debtor?
    /// The values of the fields, by key.
    package let values: [String: String]

    package init(
        creditor: OrganizationTaxCode, debtTypeKey: String, amount: Amount?, debtor: Debtor?, values: [String: String]
    ) {
        self.creditor = creditor
        self.debtTypeKey = debtTypeKey
        self.amount = amount
        self.debtor = debtor
        self.values = values
    }

    /// Every violation of the form.
    package func faults(against form: RequestForm) -> [Fault] {
        var faults: [Fault] = []
        if let amount, !(form.minimum...form.maximum).contains(amount) {
            faults.append(
                Fault(
                    "/amount_cents", .outOfRange,
                    "must be from \(form.minimum.cents) to \(form.maximum.cents) cents"))
        } else if amount == nil, form.fixedAmount == nil {
            faults.append(Fault("/amount_cents", .required, "is required: the amount is not fixed"))
        }
        for field in form.fields {
            let pointer = "/fields/\(field.key)"
            guard let value = values[field.key] else {
                if field.isRequired { faults.append(Fault(pointer, .required, "is required")) }
                continue
            }
            do { try field.check(value) } catch { faults.append(Fault(pointer, error)) }
        }
        for key in values.keys.sorted() where !form.fields.contains(where: { $0.key == key }) {
            faults.append(Fault("/fields/\(key)", .unknownMember, "is not a field of this debt type"))
        }
        return faults
    }

    /// The position to create. Its numbers are generated, and its external id and document number are those of the request.
    /// - Parameter id: of this request.
    package func draft(
        of debtType: DebtType, _ form: RequestForm, amount: Amount, debtor: Debtor, id: Identifier<PositionRequest>,
        today: CalendarDate
    ) -> PositionDraft {
        PositionDraft(
            creditor: creditor, externalID: "request-\(id)", debtTypeKey: debtType.key,
            document: Document(year: today.year, number: id.withoutHyphens),
            description: debtType.description(in: .it), debtor: debtor, lines: [],
            installments: [
                InstallmentDraft(
                    amount: amount, dueDate: CalendarDate(epochDays: today.epochDays + form.dueDays), iuv: nil,
                    noticeNumber: nil, transfers: [])
            ], metadata: values, isDraft: false)
    }
}
