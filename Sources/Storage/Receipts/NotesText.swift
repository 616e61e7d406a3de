import JSON
import PagoPA

/// Encodes notes as a jsonb array of objects.
func notesText(_ notes: [RTNote]) -> String {
    var json = JSONWriter()
    json.beginArray()
    for note in notes {
        json.beginObject()
        json.field("pointer", note.pointer)
        json.field("code", note.code.rawValue)
        json.field("detail", note.detail)
        json.endObject()
    }
    json.endArray()
    return String(decoding: json.bytes, as: UTF8.self)
}

func notes(_ text: String) throws -> [RTNote] {
    guard case .array(let items) = try? JSONValue.parse(Array(text.utf8)) else {
        throw StorageError.fault("the notes of a receipt are not an array")
    }
    return try items.map { item in
        guard case .string(let pointer) = item["pointer"], case .string(let code) = item["code"],
            case .string(let detail) = item["detail"], let code = RTNoteCode(rawValue: code)
        else { throw StorageError.fault("a note of a receipt is not an object of texts") }
        return RTNote(pointer, code, detail)
    }
}
