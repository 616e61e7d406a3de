import JSON

/// A jsonb object whose values are strings.
func jsonText(_ map: [String: String]) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    for (key, value) in map.sorted(by: { $0.key < $1.key }) {
        writer.key(key)
        writer.value(value)
    }
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
}

/// Decodes a jsonb object whose values are strings.
func textMap(_ json: String) throws -> [String: String] {
    guard case .object(let members) = try JSONValue.parse(Array(json.utf8)) else {
        throw StorageError.fault("a jsonb column does not hold an object")
    }
    var map: [String: String] = [:]
    for member in members {
        guard case .string(let text) = member.value else {
            throw StorageError.fault("a jsonb object holds more than texts")
        }
        map[member.key] = text
    }
    return map
}
