import JSON
import PagoPA

/// What was found at a place of a document, as it is stored: in a jsonb array of objects.
struct StoredFinding {
    let pointer: String
    let code: String
    let detail: String

    static func text(_ findings: [StoredFinding]) -> String {
        var json = JSONWriter()
        json.beginArray()
        for finding in findings {
            json.beginObject()
            json.field("pointer", finding.pointer)
            json.field("code", finding.code)
            json.field("detail", finding.detail)
            json.endObject()
        }
        json.endArray()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// - Throws: `StorageError.fault`.
    static func findings(_ text: String) throws -> [StoredFinding] {
        guard case .array(let items) = try? JSONValue.parse(Array(text.utf8)) else {
            throw StorageError.fault("findings are not stored as an array")
        }
        return try items.map { item in
            guard case .string(let pointer)? = item["pointer"], case .string(let code)? = item["code"],
                case .string(let detail)? = item["detail"]
            else { throw StorageError.fault("a finding is not stored as an object of texts") }
            return StoredFinding(pointer: pointer, code: code, detail: detail)
        }
    }
}

func notesText(_ notes: [RTNote]) -> String {
    StoredFinding.text(notes.map { StoredFinding(pointer: $0.pointer, code: $0.code.rawValue, detail: $0.detail) })
}

func notes(_ text: String) throws -> [RTNote] {
    try StoredFinding.findings(text).map { found in
        guard let code = RTNoteCode(rawValue: found.code) else {
            throw StorageError.fault("a note of a receipt has an unknown code")
        }
        return RTNote(found.pointer, code, found.detail)
    }
}

func faultsText(_ faults: [Fault]) -> String {
    StoredFinding.text(faults.map { StoredFinding(pointer: $0.pointer, code: $0.code.rawValue, detail: $0.detail) })
}

/// A code that only a newer build has is read as `bad_format`.
func faults(_ text: String) throws -> [Fault] {
    try StoredFinding.findings(text).map { found in
        Fault(found.pointer, FaultCode(rawValue: found.code) ?? .badFormat, found.detail)
    }
}
