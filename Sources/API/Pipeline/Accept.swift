import Accounts
import Foundation
import HTTPFraming
import Text

/// The media ranges of an `Accept` header (RFC 9110, 12.5.1). Elements that are not a media range are ignored, because
/// callers send them by mistake.
struct Accept: Sendable, Equatable {
    struct Range: Sendable, Equatable {
        /// Lower case; `*` for any.
        let type: String
        let subtype: String
        /// In thousandths, 0…1000. 0: not acceptable.
        let quality: Int
    }

    let ranges: [Range]

    /// The elements after these are ignored.
    static let maximumElements = 64

    init(_ header: String) {
        ranges = header.split(separator: ",").prefix(Self.maximumElements).compactMap(Self.range)
    }

    /// Whether the media type `type/subtype`, in lower case and without parameters, is acceptable. Quality 0 is a refusal.
    func accepts(_ mediaType: String) -> Bool { quality(of: mediaType) > 0 }

    /// In thousandths. The most specific range decides; of several like it, the highest quality. A header without a single media range
    /// accepts everything.
    func quality(of mediaType: String) -> Int {
        guard !ranges.isEmpty else { return 1_000 }
        let parts = mediaType.split(separator: "/", maxSplits: 1)
        guard let type = parts.first, let subtype = parts.dropFirst().first else { return 0 }
        let exact = ranges.filter { $0.type == type && $0.subtype == subtype }
        let ofType = ranges.filter { $0.type == type && $0.subtype == "*" }
        let any = ranges.filter { $0.type == "*" && $0.subtype == "*" }
        let deciding = [exact, ofType, any].first { !$0.isEmpty } ?? []
        return deciding.map(\.quality).max() ?? 0
    }

    /// Whether the header names a media type and prefers it to another one: by quality, then by order. A wildcard names nothing.
    func prefers(_ mediaType: String, to other: String) -> Bool {
        func index(_ name: String) -> Int? { ranges.firstIndex { "\($0.type)/\($0.subtype)" == name } }
        guard let own = index(mediaType), accepts(mediaType) else { return false }
        let qualities = (quality(of: mediaType), quality(of: other))
        guard qualities.0 == qualities.1 else { return qualities.0 > qualities.1 }
        return index(other).map { own < $0 } ?? true
    }

    /// - Throws: 406 when the caller accepts none of the route's media types.
    func demandAny(of route: Route) throws(Problem) {
        // An RT is stored also if its sender accepts none of the service's media types.
        guard route.access != .psp else { return }
        guard (route.produces + ["application/problem+json"]).contains(where: accepts) else {
            throw Problem(.notAcceptable, detail: "This answers \(route.produces.joined(separator: ", ")).")
        }
    }

    private static func range(_ element: Substring) -> Range? {
        let pieces = element.split(separator: ";", omittingEmptySubsequences: false).map { $0.trimmed.lowercased() }
        guard let name = pieces.first else { return nil }
        // Older Java clients send a bare `*`.
        let parts = (name == "*" ? "*/*" : name).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let type = parts.first, let subtype = parts.last, isToken(type), isToken(subtype),
            type != "*" || subtype == "*"
        else { return nil }
        guard let quality = HTTPWeight.thousandths(in: pieces.dropFirst()) else { return nil }
        return Range(type: String(type), subtype: String(subtype), quality: quality)
    }

    private static func isToken(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(\.isToken)
    }
}
