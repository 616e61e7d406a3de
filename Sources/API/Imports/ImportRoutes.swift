import Accounts
import Cryptography
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests
import Text

func importRoutes(_ imports: ImportOperations, _ links: Links) -> [Route] {
    let handlers = ImportHandlers(imports: imports, links: links)
    return [
        Route(
            .post, "/v1/position-imports", "import_positions", scope: .positionsWrite,
            query: ["creditor_tax_code", "dry_run"], streamingUpTo: PositionImport.maximumBytes,
            handlers.importPositions),
        Route(
            .get, "/v1/position-imports", "list_position_imports", scope: .positionsWrite,
            query: QueryReader.pageNames.union(["status", "creditor_tax_code"]), handlers.listPositionImports),
        Route(
            .get, "/v1/position-imports/{id}", "show_position_import", scope: .positionsWrite,
            handlers.showPositionImport),
        Route(
            .get, "/v1/position-imports/{id}/results", "list_position_import_results", scope: .positionsWrite,
            query: QueryReader.pageNames.union(["outcome"]), handlers.listPositionImportResults),
    ]
}

private struct ImportHandlers: Sendable {
    let imports: ImportOperations
    let links: Links

    /// About how much of a file is staged in one transaction. It bounds the memory of an upload.
    private static let stagingBytes = 1_024 * 1_024

    func importPositions(_ request: KeyRequest, _ body: RequestBodyStream) async throws -> Reply {
        var reader = QueryReader(request)
        let creditor = reader.code("creditor_tax_code") { try OrganizationTaxCode(unchecked: $0) }
        let isDryRun = reader.flag("dry_run") ?? false
        try reader.finish()
        guard let creditor else {
            throw Problem.badParameters([Violation("creditor_tax_code", .required, "is required")])
        }
        guard let format = request.mediaType.flatMap(ImportFormat.init(rawValue:)) else {
            throw Problem.unsupportedMediaType(ImportFormat.allCases.map(\.rawValue).joined(separator: " or "))
        }
        guard request.contentType?.readsAsUTF8(request.body) != false else {
            throw Problem(.unsupportedMediaType, detail: "Send the file in UTF-8.")
        }
        let begun = try await imports.begin(of: creditor, isDryRun: isDryRun, by: request.caller)
        do {
            let file = try await stage(body, as: format, begun, request.caller)
            return try await accept(file, begun, request)
        } catch {
            // Not cancelled with the request. If it fails too, a background job deletes the rows later.
            await Task { try? await imports.abandon(begun, by: request.caller) }.value
            throw error
        }
    }

    private func stage(
        _ body: RequestBodyStream, as format: ImportFormat, _ begun: PositionImport, _ caller: Caller
    ) async throws -> ImportFile {
        var file = ImportFile(format)
        var rows: [StagedRow] = []
        var bytes = 0
        do {
            try await body.read { part in
                rows += try file.read(part)
                bytes += part.count
                guard bytes >= Self.stagingBytes, !rows.isEmpty else { return }
                // The next part is read when these rows are stored, so a fast sender does not fill the memory.
                try await imports.stage(rows, of: begun, by: caller)
                rows = []
                bytes = 0
            }
            rows += try file.finish()
        } catch let unreadable as UnreadableFile {
            throw Problem(
                unreadable.isTooLong ? .contentTooLarge : .malformedRequest,
                detail: "Line \(unreadable.line): \(unreadable.detail)")
        }
        if !rows.isEmpty { try await imports.stage(rows, of: begun, by: caller) }
        return file
    }

    private func accept(_ file: ImportFile, _ begun: PositionImport, _ request: KeyRequest) async throws -> Reply {
        let render: Renderer<PositionImport, Reply> = { [links] found in
            .json(.accepted) { found.write(into: &$0, links) }.with(.location, links.positionImport(found.id))
        }
        // The path does not contain the parameters of the query, which have a meaning of their own.
        let meaning = SHA256.digest(Array("\(begun.creditor.value) \(begun.isDryRun)\n".utf8) + file.digest)
        return try await imports.accept(
            begun, digest: file.digest, rows: file.rows, refused: file.refused, by: request.caller,
            repeating: request.repeating(digest: meaning, render)
        ).reply(render)
    }

    func listPositionImports(_ request: KeyRequest) async throws -> Reply {
        var reader = QueryReader(request)
        let statuses: [ImportStatus] = reader.words("status")
        let creditor = reader.code("creditor_tax_code") { try OrganizationTaxCode(unchecked: $0) }
        let page = try reader.page(.positionImports, for: request)
        try reader.finish()
        return try await imports.list(statuses, creditor: creditor, page: page, for: request.caller)
            .reply(.positionImports, for: request) { json, found in
                json.beginObject()
                found.write(into: &json, links)
                json.endObject()
            }
    }

    func showPositionImport(_ request: KeyRequest) async throws -> Reply {
        let found = try await imports.show(request.id(), for: request.caller)
        let bytes = JSONWriter.object { found.write(into: &$0, links) }
        // Callers ask for the progress often.
        let digest = Hex.encode(Array(SHA256.digest(bytes).prefix(6)))
        return request.unlessCached(.json(bytes: bytes).with(.eTag, "\"\(digest)\""))
    }

    func listPositionImportResults(_ request: KeyRequest) async throws -> Reply {
        var reader = QueryReader(request)
        let outcome: ImportOutcome? = reader.word("outcome")
        let page = try reader.page(.importResults, for: request)
        try reader.finish()
        return try await imports.listResults(of: request.id(), outcome, page: page, for: request.caller)
            .reply(.importResults, for: request) { json, row in row.write(into: &json) }
    }
}

extension PositionImport {
    fileprivate func write(into json: inout JSONWriter, _ links: Links) {
        json.field("id", id.description)
        json.field("creditor_tax_code", creditor.value)
        json.field("status", status.rawValue)
        json.field("dry_run", isDryRun)
        json.field("rows", rows)
        json.field("created", counts[.created] ?? 0)
        json.field("repeated", counts[.repeated] ?? 0)
        json.field("refused", counts[.refused] ?? 0)
        json.field("created_at", createdAt.rfc3339)
        json.field("updated_at", updatedAt.rfc3339)
        json.field("finished_at", finishedAt?.rfc3339)
        json.object("_links") {
            $0.field("self", links.positionImport(id))
            $0.field("results", links.positionImport(id) + "/results")
        }
    }
}

extension ImportedRow {
    fileprivate func write(into json: inout JSONWriter) {
        json.beginObject()
        json.field("line", line)
        json.field("external_id", externalID)
        json.field("outcome", outcome.rawValue)
        json.field("position_id", position?.description)
        if !faults.isEmpty {
            json.array("violations", faults) { json, fault in
                json.beginObject()
                json.field("pointer", plainText(fault.pointer, upTo: 300))
                json.field("code", fault.code.rawValue)
                json.field("detail", plainText(fault.detail, upTo: 500))
                json.endObject()
            }
        }
        json.endObject()
    }
}
