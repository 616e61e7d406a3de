import Accounts
import Foundation
import HTTPTypes
import Text

/// The caller's correlation id when it is well formed, otherwise a new one; and the trace id of a valid `traceparent`.
struct CorrelationID: Sendable {
    let text: String
    let traceID: String?

    init(_ headers: HTTPFields) {
        if let given = headers[.correlationID], (1...128).contains(given.utf8.count),
            given.utf8.allSatisfy({
                $0.isAlphanumeric || "-_.:".utf8.contains($0)
            })
        {
            text = given
        } else {
            text = UUID().uuidString.lowercased()
        }
        traceID = headers[.traceParent].flatMap(Self.trace)
    }

    /// W3C trace context, version 00; zeros and ill-formed values are ignored, as the recommendation asks.
    private static func trace(_ header: String) -> String? {
        let parts = header.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == [2, 32, 16, 2], parts.allSatisfy({ $0.allSatisfy(\.isLowerHexDigit) }),
            parts.first?.elementsEqual("00".utf8) == true, let trace = parts.dropFirst().first,
            parts.dropFirst().prefix(2).allSatisfy({ $0.contains { $0 != UInt8(ascii: "0") } })
        else { return nil }
        return String(trace)
    }
}

extension UInt8 {
    fileprivate var isLowerHexDigit: Bool { isDigit || (0x61...0x66).contains(self) }
}
