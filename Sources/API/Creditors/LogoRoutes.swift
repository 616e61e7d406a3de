import Accounts
import Foundation
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

func logoRoutes(_ creditors: CreditorOperations) -> [Route] {
    let handlers = LogoHandlers(creditors: creditors)
    return [
        Route(
            .get, "/v1/creditors/{tax_code}/logo", "show_logo", scope: .positionsRead, or: [.operations],
            produces: ["application/json", "image/png"], handlers.showLogo),
        Route(
            .put, "/v1/creditors/{tax_code}/logo", "save_logo", scope: .positionsWrite, or: [.operations],
            handlers.saveLogo),
        Route(
            .delete, "/v1/creditors/{tax_code}/logo", "remove_logo", scope: .positionsWrite, or: [.operations],
            handlers.removeLogo),
        Route(
            .get, "/v1/creditors/{tax_code}/receipt-preview", "preview_receipt", scope: .positionsWrite,
            or: [.operations], produces: ["application/pdf"], handlers.previewReceipt),
    ]
}

private struct LogoHandlers: Sendable {
    let creditors: CreditorOperations

    private func taxCode(_ request: KeyRequest) throws -> OrganizationTaxCode {
        guard let code = try? OrganizationTaxCode(unchecked: request.parameter("tax_code")) else {
            throw Refusal.notFound
        }
        return code
    }

    /// The logo with its texts, or the picture alone for callers who prefer that.
    func showLogo(_ request: KeyRequest) async throws -> Reply {
        let logo = try await creditors.showLogo(of: taxCode(request), for: request.caller)
        if request.accept.prefers("image/png", to: "application/json") {
            return Reply(.ok, headers: [.contentType: "image/png"], body: logo.png)
        }
        return logo.reply(.ok)
    }

    func saveLogo(_ request: KeyRequest) async throws -> Reply {
        let taxCode = try taxCode(request)
        let json = try request.json()
        let saved = try await withSnapshot {
            try await creditors.showLogo(of: taxCode, for: request.caller)
        } write: { old in
            try await creditors.saveLogo(
                of: taxCode, as: try json.decodeObject { LogoRequest.read(&$0, old: old) }, by: request.caller)
        }
        switch saved {
        case .created(let logo): return logo.reply(.created)
        case .changed(let logo): return logo.reply(.ok)
        }
    }

    func previewReceipt(_ request: KeyRequest) async throws -> Reply {
        let pdf = try await creditors.previewReceipt(
            in: request.language, of: taxCode(request), for: request.caller)
        return Reply(
            .ok,
            headers: [.contentType: "application/pdf", .contentDisposition: "inline; filename=\"esempio.pdf\""],
            body: pdf)
    }

    func removeLogo(_ request: KeyRequest) async throws -> Reply {
        try await creditors.removeLogo(of: taxCode(request), by: request.caller)
        return Reply(.noContent)
    }
}

extension LogoRequest {
    /// `{"png": "<base64>", "alternative_text": …, "color": "#0066CC"}`, or with `svg` instead of `png`.
    fileprivate static func read(_ reader: inout ObjectReader, old: CreditorLogo?) -> LogoRequest? {
        let file = file(&reader)
        let text = reader.required("alternative_text") { try boundedText($0, 1...CreditorLogo.alternativeTextLength) }
        let color = reader.optional("color") { try BrandColor($0) }
        reader.readOnly("created_at", old?.createdAt.rfc3339)
        reader.readOnly("updated_at", old?.updatedAt.rfc3339)
        guard let file, let text else { return nil }
        return LogoRequest(file: file, alternativeText: text, color: color)
    }

    private static func file(_ reader: inout ObjectReader) -> LogoFile? {
        guard reader.has("svg") else { return reader.required("png", text: bytes).map { .png($0) } }
        if reader.has("png") {
            reader.refuse("svg", code: FaultCode.notAllowed.rawValue, "must not be sent together with png")
            _ = reader.optional("png", text: bytes)
        }
        return reader.required("svg", text: bytes).map { .svg($0) }
    }

    private static func bytes(_ text: String) throws -> [UInt8] {
        guard let data = Data(base64Encoded: text), !data.isEmpty else {
            throw InvalidValue(.badFormat, "must be base64 of at least one byte")
        }
        guard data.count <= CreditorLogo.maximumBytes else {
            throw InvalidValue(.tooLong, "must be of at most \(CreditorLogo.maximumBytes) bytes")
        }
        return [UInt8](data)
    }
}

extension CreditorLogo {
    fileprivate func reply(_ status: HTTPResponse.Status) -> Reply {
        Reply.json(status) { json in
            json.field("png", Data(png).base64EncodedString())
            json.field("alternative_text", alternativeText)
            json.field("color", color?.value)
            json.field("created_at", createdAt.rfc3339)
            json.field("updated_at", updatedAt.rfc3339)
        }
    }
}
