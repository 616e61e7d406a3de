import CLibPQ

/// A flush that failed before anything was sent, so the connection is unchanged.
struct NothingSent: Error {
    let reason: any Error
}

/// A statement with its parameters in the memory layout that libpq expects.
struct BoundStatement {
    let text: String
    /// Identifies a prepared statement: its text, and which parameters are raw bytes.
    private(set) var key: String
    private var bytes: [UInt8] = []
    /// The offset of each parameter in `bytes`; nil for NULL.
    private var offsets: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private var types: [Oid] = []

    init(_ sql: SQL) throws {
        text = sql.text
        key = text
        var rawPositions = ""
        for (index, parameter) in sql.parameters.enumerated() {
            switch parameter {
            case .null: add(offset: nil, length: 0, isRaw: false)
            case .text(let value): try add(text: value)
            case .bytes(let value):
                add(offset: bytes.count, length: value.count, isRaw: true)
                bytes.append(contentsOf: value)
                rawPositions += " \(index)"
            }
        }
        // libpq needs a pointer inside the buffer, even for an empty parameter.
        bytes.append(0)
        if !rawPositions.isEmpty { key += "\u{0}" + rawPositions }
    }

    /// libpq expects text that ends with a zero byte, so the text must not contain one. PostgreSQL cannot store one either.
    private mutating func add(text: String) throws {
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        guard !bytes[start...].contains(0) else {
            throw NothingSent(
                reason: PostgresError.server(sqlState: "22021", constraint: nil, message: "text with U+0000"))
        }
        add(offset: start, length: bytes.count - start, isRaw: false)
        bytes.append(0)
    }

    private mutating func add(offset: Int?, length: Int, isRaw: Bool) {
        offsets.append(offset)
        lengths.append(Int32(clamping: length))
        formats.append(isRaw ? 1 : 0)
        types.append(isRaw ? SQLType.bytea.oid : 0)
    }

    func prepare(on handle: OpaquePointer?, name: String) -> Bool {
        PQsendPrepare(handle, name, text, Int32(clamping: types.count), types) == 1
    }

    func execute(on handle: OpaquePointer?, name: String) -> Bool {
        bytes.withUnsafeBytes { buffer in
            let values = offsets.map { offset in
                offset.flatMap { buffer.baseAddress?.advanced(by: $0).assumingMemoryBound(to: CChar.self) }
            }
            return PQsendQueryPrepared(handle, name, Int32(clamping: values.count), values, lengths, formats, 1) == 1
        }
    }
}
