import Accounts
import Cryptography
import HTTPTypes
import Requests
import Synchronization
import Text

/// The caller's correlation id when it is well formed, otherwise a new one; and the trace of a valid `traceparent`.
struct CorrelationID: Sendable {
    let text: String
    let trace: TraceContext?

    init(_ headers: HTTPFields) {
        if let given = headers[.correlationID], (1...128).contains(given.utf8.count),
            given.utf8.allSatisfy({
                $0.isAlphanumeric || "-_.:".utf8.contains($0)
            })
        {
            text = given
        } else {
            text = RandomIDs.shared.next()
        }
        trace = headers[.traceParent].flatMap(TraceContext.init(traceparent:))
    }
}

/// Creates random UUIDs (version 4) in lower case. The random bytes are drawn in blocks, because `UUID()` opens /dev/urandom for each one.
final class RandomIDs: Sendable {
    static let shared = RandomIDs()
    static let blockBytes = 4_096
    private static let idBytes = 16

    /// Random bytes that no id contains yet.
    private let unused = Mutex<ArraySlice<UInt8>>([])

    func next() -> String {
        let bytes = unused.withLock { unused in
            if unused.count < Self.idBytes { unused = Self.block()[...] }
            defer { unused = unused.dropFirst(Self.idBytes) }
            return unused.prefix(Self.idBytes)
        }
        return String(unsafeUninitializedCapacity: 36) { text in
            var length = 0
            for (index, byte) in bytes.enumerated() {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    text[length] = UInt8(ascii: "-")
                    length += 1
                }
                // Version and variant of RFC 9562.
                let byte = index == 6 ? byte & 0x0F | 0x40 : index == 8 ? byte & 0x3F | 0x80 : byte
                text[length] = Hex.digit(byte >> 4)
                text[length + 1] = Hex.digit(byte & 15)
                length += 2
            }
            return length
        }
    }

    private static func block() -> [UInt8] {
        if let bytes = try? SecureRandom.bytes(blockBytes) { return bytes }
        // An id only has to be unique.
        return (0..<blockBytes).map { _ in UInt8.random(in: 0...255) }
    }
}
