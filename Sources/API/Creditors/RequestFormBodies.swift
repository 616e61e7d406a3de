import JSON
import PagoPA

extension RequestForm {
    static func read(_ reader: inout ObjectReader) -> RequestForm? {
        let bounds = 1...Amount.maximum.cents
        let minimum = reader.optional("minimum_cents", in: bounds) ?? bounds.lowerBound
        let maximum = reader.optional("maximum_cents", in: bounds) ?? bounds.upperBound
        if minimum > maximum { reader.refuse("minimum_cents", .mismatch, "must not be more than maximum_cents") }
        let dueDays = reader.optional("due_days", in: dueDaysRange) ?? Int64(defaultDueDays)
        let hasFields = reader.has("fields")
        let fields = reader.optional("fields", count: 0...maximumFields, items: RequestField.read)
        if let fields, Set(fields.map(\.key)).count != fields.count {
            reader.refuse("fields", .duplicate, "have a key twice")
        }
        guard minimum <= maximum, fields != nil || !hasFields, let least = try? Amount(cents: minimum),
            let most = try? Amount(cents: maximum)
        else { return nil }
        return RequestForm(minimum: least, maximum: most, dueDays: Int(dueDays), fields: fields ?? [])
    }
}

extension RequestField {
    static let integerRange: ClosedRange<Int64> = -9_007_199_254_740_991...9_007_199_254_740_991

    private enum Word: String { case text, integer, date }

    fileprivate static func read(_ value: JSONValue, _ pointer: String, _ violations: Violations) -> RequestField? {
        ObjectReader.object(value, pointer, violations) { reader in
            let key = reader.required("key") { try shortName($0) }
            let labels = reader.required("labels", localized: 1...140)
            let word = reader.required("kind") { (text: String) throws -> Word in
                guard let word = Word(rawValue: text) else {
                    throw InvalidValue(.unknownValue, "must be text, integer or date")
                }
                return word
            }
            let isRequired = reader.required(flag: "required")
            let kind = readKind(word, &reader)
            guard let key, let labels, let kind, let isRequired else { return nil }
            return RequestField(key: key, labels: labels, kind: kind, isRequired: isRequired)
        }
    }

    private static func readKind(_ word: Word?, _ reader: inout ObjectReader) -> Kind? {
        for name in ["max_length", "pattern"] where word != nil && word != .text && reader.has(name) {
            reader.refuse(name, .notAllowed, "is only for a text")
        }
        for name in ["minimum", "maximum"] where word != nil && word != .integer && reader.has(name) {
            reader.refuse(name, .notAllowed, "is only for an integer")
        }
        let lengths = 1...Int64(RequestForm.maximumValueLength)
        let length = reader.optional("max_length", in: lengths) ?? lengths.upperBound
        let pattern = reader.optional("pattern") { try FieldPattern($0) }
        let least = reader.optional("minimum", in: integerRange) ?? integerRange.lowerBound
        let most = reader.optional("maximum", in: integerRange) ?? integerRange.upperBound
        switch word {
        case .text: return .text(maximumLength: Int(length), pattern: pattern)
        case .integer:
            guard least <= most else {
                reader.refuse("minimum", .mismatch, "must not be more than maximum")
                return nil
            }
            return .integer(least...most)
        case .date: return .date
        case nil: return nil
        }
    }
}

extension JSONWriter {
    mutating func write(_ form: RequestForm) {
        object("request_form") { json in
            json.field("minimum_cents", form.minimum.cents)
            json.field("maximum_cents", form.maximum.cents)
            json.field("due_days", form.dueDays)
            json.array("fields", form.fields) { json, field in
                json.beginObject()
                json.field("key", field.key)
                json.write("labels", field.labels)
                switch field.kind {
                case .text(let maximumLength, let pattern):
                    json.field("kind", "text")
                    json.field("required", field.isRequired)
                    json.field("max_length", maximumLength)
                    json.field("pattern", pattern?.text)
                case .integer(let range):
                    json.field("kind", "integer")
                    json.field("required", field.isRequired)
                    json.field("minimum", range.lowerBound)
                    json.field("maximum", range.upperBound)
                case .date:
                    json.field("kind", "date")
                    json.field("required", field.isRequired)
                }
                json.endObject()
            }
        }
    }
}
