import JSON
import PagoPA

// The column `debt_types.request_form`.
extension RequestForm {
    var stored: String {
        let bytes = JSONWriter.object { json in
            json.field("minimum", minimum.cents)
            json.field("maximum", maximum.cents)
            json.field("due_days", dueDays)
            json.array("fields", fields) { json, field in
                json.beginObject()
                json.field("key", field.key)
                json.object("labels") { json in
                    for language in Language.allCases { json.field(language.rawValue, field.labels[language]) }
                }
                json.field("required", field.isRequired)
                switch field.kind {
                case .text(let maximumLength, let pattern):
                    json.field("kind", "text")
                    json.field("max_length", maximumLength)
                    json.field("pattern", pattern?.text)
                case .integer(let range):
                    json.field("kind", "integer")
                    json.field("minimum", range.lowerBound)
                    json.field("maximum", range.upperBound)
                case .date: json.field("kind", "date")
                }
                json.endObject()
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// - Throws: an error of JSON, of a value, or `StorageError.fault` for a text that `stored` does not write.
    init(stored text: String) throws {
        let json = try JSONValue.parse(Array(text.utf8))
        guard case .array(let items)? = json["fields"] else { throw json.fault }
        self.init(
            minimum: try Amount(cents: json.number("minimum")), maximum: try Amount(cents: json.number("maximum")),
            dueDays: Int(try json.number("due_days")), fields: try items.map(RequestField.init(stored:)))
    }
}

extension RequestField {
    fileprivate init(stored json: JSONValue) throws {
        guard case .object(let labels)? = json["labels"], case .bool(let isRequired)? = json["required"] else {
            throw json.fault
        }
        var texts: [Language: String] = [:]
        for label in labels {
            if case .string(let text) = label.value, let language = Language(rawValue: label.key) {
                texts[language] = text
            }
        }
        let kind: Kind
        switch try json.text("kind") {
        case "text":
            kind = .text(
                maximumLength: Int(try json.number("max_length")),
                pattern: json["pattern"] == nil ? nil : try FieldPattern(json.text("pattern")))
        case "integer":
            let (least, most) = (try json.number("minimum"), try json.number("maximum"))
            guard least <= most else { throw json.fault }
            kind = .integer(least...most)
        case "date": kind = .date
        default: throw json.fault
        }
        self.init(key: try json.text("key"), labels: texts, kind: kind, isRequired: isRequired)
    }
}

extension JSONValue {
    fileprivate var fault: StorageError { .fault("a stored form has another shape") }

    fileprivate func number(_ key: String) throws -> Int64 {
        guard case .integer(let number)? = self[key] else { throw fault }
        return number
    }

    fileprivate func text(_ key: String) throws -> String {
        guard case .string(let text)? = self[key] else { throw fault }
        return text
    }
}
