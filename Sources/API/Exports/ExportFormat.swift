import Requests

/// The formats in which a list is exported as a whole.
enum ExportFormat: String, Sendable, CaseIterable {
    /// The list's items, each on a line.
    case ndjson = "application/x-ndjson"
    /// RFC 4180 in UTF-8, with a header.
    case csv = "text/csv"

    /// The media types of a list: a page in JSON, or an export.
    static let listMediaTypes = Route.json + allCases.map(\.rawValue)

    /// The format that a request prefers to a page in JSON. A format must be named: `*/*` asks for JSON.
    init?(preferredBy accept: Accept) {
        let page = "application/json"
        let preferred = Self.allCases.filter { accept.prefers($0.rawValue, to: page) }
        let best = preferred.first { format in
            preferred.allSatisfy { $0 == format || accept.prefers(format.rawValue, to: $0.rawValue) }
        }
        guard let found = best ?? preferred.first ?? Self.onlyAcceptable(accept, besides: page) else { return nil }
        self = found
    }

    /// For a wildcard that covers a format but no page, such as `text/*`.
    private static func onlyAcceptable(_ accept: Accept, besides page: String) -> ExportFormat? {
        accept.accepts(page) ? nil : allCases.first { accept.accepts($0.rawValue) }
    }

    var contentType: String {
        switch self {
        case .ndjson: "application/x-ndjson"
        case .csv: "text/csv; charset=utf-8; header=present"
        }
    }

    var fileExtension: String {
        switch self {
        case .ndjson: "ndjson"
        case .csv: "csv"
        }
    }
}

extension Accept {
    /// Whether the caller names the media type of `DocumentArchive` and prefers it to a page and to the other files.
    var prefersArchive: Bool {
        (Route.json + ExportFormat.allCases.map(\.rawValue)).allSatisfy { prefers(DocumentArchive.mediaType, to: $0) }
    }
}

/// What a caller asks of a list.
enum Listing: Sendable {
    case page(PageRequest)
    /// All rows that match the filters.
    case export(ExportFormat)
}
