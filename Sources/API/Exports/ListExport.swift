import Accounts
import HTTPTypes
import JSON
import PagoPA
import Requests

/// All rows of a list as one file. The rows are read page by page while the client takes them, each page in a transaction of its own, so that
/// a slow client occupies no connection to the database, and no more than a page is in memory.
struct ListExport<Item: Sendable>: Sendable {
    let fileName: String
    let contentType: String
    /// The number of rows that are read at once.
    let pageRows: Int
    /// Reads one page of the list.
    let read: @Sendable (PageRequest) async throws -> Page<Item>
    /// Makes an empty file.
    let file: @Sendable () -> any ExportFile<Item>

    /// About how many bytes are sent at once.
    static var partBytes: Int { 64 * 1_024 }

    /// Reads the first page at once, so that a request that cannot be answered gets a problem.
    /// - Throws: 429 over a limit of exports; errors of `read`.
    func reply(for key: APIKeyID, within limits: ExportLimits) async throws -> Reply {
        let slot = try limits.begin(for: key)
        let first = try await read(PageRequest(limit: pageRows))
        let credential = RequestCredential.current
        var reply = Reply(
            .ok,
            headers: [
                .contentType: contentType, .contentDisposition: "attachment; filename=\"\(fileName)\"",
            ])
        reply.stream = StreamedBody { send in
            // The slot is in use until the body has been sent.
            defer { withExtendedLifetime(slot) {} }
            try await self.send(from: first, send) { after in
                // A key that is revoked meanwhile gets no further page.
                try await RequestCredential.$current.withValue(credential?.unconfirmed) {
                    try await self.read(PageRequest(limit: pageRows, after: after))
                }
            }
        }
        return reply
    }

    private func send(
        from first: Page<Item>, _ send: ([UInt8]) async throws -> Void,
        next: (Cursor) async throws -> Page<Item>
    ) async throws {
        var file = self.file()
        var bytes = file.beginning()
        var page = first
        while true {
            for item in page.items {
                bytes += try file.bytes(of: item)
                guard bytes.count >= Self.partBytes else { continue }
                try await Self.send(bytes, send)
                bytes = []
            }
            guard let after = page.next else { break }
            try Task.checkCancellation()
            page = try await next(after)
        }
        try await Self.send(bytes + file.ending(), send)
    }

    /// A client has some time for each part, so large ones are divided.
    private static func send(_ bytes: [UInt8], _ send: ([UInt8]) async throws -> Void) async throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            try await send(Array(rest.prefix(2 * partBytes)))
            rest = rest.dropFirst(2 * partBytes)
        }
    }
}

extension ListExport {
    /// - Parameter write: writes an item as on a page of the list.
    init(
        list: ExportedList, format: ExportFormat, read: @escaping @Sendable (PageRequest) async throws -> Page<Item>,
        write: @escaping @Sendable (inout JSONWriter, Item) -> Void
    ) {
        self.init(
            fileName: "\(list.rawValue).\(format.fileExtension)", contentType: format.contentType,
            pageRows: PageRequest.exportLimit, read: read
        ) {
            switch format {
            case .ndjson: NDJSONFile(write: write)
            case .csv: CSVFile(table: CSVTable(list.columns), write: write)
            }
        }
    }
}

extension KeyRequest {
    /// One page of a list, or an export of it.
    /// - Parameters:
    ///   - read: reads one page.
    ///   - write: writes one item.
    func reply<Item: Sendable>(
        _ listing: Listing, of list: ExportedList, read: @escaping @Sendable (PageRequest) async throws -> Page<Item>,
        write: @escaping @Sendable (inout JSONWriter, Item) -> Void
    ) async throws -> Reply {
        switch listing {
        case .page(let page): try await read(page).reply(list.list, for: self, write)
        case .export(let format):
            try await ListExport(list: list, format: format, read: read, write: write)
                .reply(for: caller.key.id, within: content.exports)
        }
    }
}
