import Foundation

/// The trace to which a request belongs (W3C Trace Context): a caller gives all calls of one business step the same id, and the service hands
/// it on to the systems that it calls because of the request.
package struct TraceContext: Sendable, Equatable {
    /// That of the request which this task handles.
    @TaskLocal package static var current: TraceContext?

    /// 128 bits, not all of them zero.
    package let id: UUID
    /// Whether the caller may have recorded its part of the trace.
    package let isSampled: Bool

    /// - Parameter isSampled: a stored id has no flags, and the service logged its part.
    package init(id: UUID, isSampled: Bool = true) {
        self.id = id
        self.isSampled = isSampled
    }

    /// Reads the header `traceparent`: version, trace id, span id and flags, `00-4bf9…-00f0…-01`. Later versions may append members.
    /// - Returns: `nil` for an ill-formed value, and for ids of zeros: the recommendation asks to ignore them.
    package init?(traceparent header: String) {
        let parts = header.utf8.split(separator: UInt8(ascii: "-"), maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.prefix(4).map(\.count) == [2, 32, 16, 2], parts.prefix(4).allSatisfy(Self.areHexDigits),
            let version = parts.first.map({ String(Substring($0)) }), version != "ff",
            parts.count == 4 || version != "00",
            let trace = parts.dropFirst().first, let span = parts.dropFirst(2).first, !Self.areZeros(span),
            let flags = parts.dropFirst(3).first,
            let bits = UInt8(String(Substring(flags)), radix: 16)  // reads two hex digits
        else { return nil }
        var digits = Substring(trace)
        let groups = [8, 4, 4, 4, 12].map { length in
            defer { digits = digits.dropFirst(length) }
            return digits.prefix(length)
        }
        guard !Self.areZeros(trace), let id = UUID(uuidString: groups.joined(separator: "-")) else { return nil }
        self.init(id: id, isSampled: bits & 1 == 1)
    }

    /// The trace id as in the header: 32 hexadecimal digits in lower case.
    package var text: String { id.uuidString.lowercased().replacing("-", with: "") }

    /// The header of a call of the service: the same trace, and a new span id for each call.
    package func traceparent() -> String {
        let span = String(UInt64.random(in: 1...UInt64.max), radix: 16)
        return "00-\(text)-\(String(repeating: "0", count: max(0, 16 - span.utf8.count)))\(span)-0\(isSampled ? 1 : 0)"
    }

    private static func areHexDigits(_ text: Substring.UTF8View) -> Bool {
        text.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private static func areZeros(_ text: Substring.UTF8View) -> Bool { text.allSatisfy { $0 == UInt8(ascii: "0") } }
}
