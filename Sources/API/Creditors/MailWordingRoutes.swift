import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

func mailWordingRoutes(_ creditors: CreditorOperations) -> [Route] {
    let handlers = MailWordingHandlers(creditors: creditors)
    return [
        Route(
            .get, "/v1/creditors/{tax_code}/mail-wordings", "list_mail_wordings", scope: .positionsWrite,
            or: [.operations], handlers.listMailWordings),
        Route(
            .put, "/v1/creditors/{tax_code}/mail-wordings", "save_mail_wordings", scope: .positionsWrite,
            or: [.operations], isConditional: true, handlers.saveMailWordings),
        Route(
            .post, "/v1/creditors/{tax_code}/mail-preview", "preview_mail", scope: .positionsWrite, or: [.operations],
            handlers.previewMail),
    ]
}

private struct MailWordingHandlers: Sendable {
    let creditors: CreditorOperations

    private func taxCode(_ request: KeyRequest) throws -> OrganizationTaxCode {
        guard let code = try? OrganizationTaxCode(unchecked: request.parameter("tax_code")) else {
            throw Refusal.notFound
        }
        return code
    }

    func listMailWordings(_ request: KeyRequest) async throws -> Reply {
        request.unlessCached(try await creditors.listMailWordings(of: taxCode(request), for: request.caller).reply)
    }

    func saveMailWordings(_ request: KeyRequest) async throws -> Reply {
        let taxCode = try taxCode(request)
        let json = try request.json()
        return try await withSnapshot {
            try await creditors.listMailWordings(of: taxCode, for: request.caller)
        } write: { present in
            try await creditors.saveMailWordings(
                of: taxCode, as: Result { try json.decodeObject { [MailWording].read(&$0) } }, by: request.caller,
                demanding: request.headers.condition(.optional, on: present) { $0.reply.tag })
        }.reply
    }

    func previewMail(_ request: KeyRequest) async throws -> Reply {
        let taxCode = try taxCode(request)
        let (kind, language, draft) = try request.object { reader -> (NotificationKind, Language, MailWording?)? in
            let hasDraft = reader.has("subject") || reader.has("sentence")
            return MailWording.read(&reader).map { ($0.kind, $0.language, hasDraft ? $0 : nil) }
        }
        let preview = try await creditors.previewMail(
            kind, in: language, draft: draft, of: taxCode, for: request.caller)
        return .json { json in
            json.field("subject", preview.subject)
            json.field("text", preview.text)
            json.field("html", preview.html)
        }
    }
}

extension [MailWording] {
    fileprivate static func read(_ reader: inout ObjectReader) -> [MailWording]? {
        let items = reader.required("items", count: 0...MailWording.maximumCount) { value, pointer, violations in
            ObjectReader.object(value, pointer, violations) { reader -> MailWording? in
                if !reader.has("subject"), !reader.has("sentence") {
                    reader.refuse("subject", .required, "or sentence is required")
                }
                return MailWording.read(&reader)
            }
        }
        if let items, Set(items.map { "\($0.kind)/\($0.language)" }).count != items.count {
            reader.refuse("items", .duplicate, "hold a kind twice in one language")
        }
        return items
    }

    fileprivate var reply: Reply {
        Reply.json { json in
            json.array("items", self) { json, wording in
                json.beginObject()
                json.field("kind", wording.kind.rawValue)
                json.field("language", wording.language.rawValue)
                json.field("subject", wording.subject?.text)
                json.field("sentence", wording.sentence?.text)
                json.endObject()
            }
        }.tagged()
    }
}

extension MailWording {
    fileprivate static func read(_ reader: inout ObjectReader) -> MailWording? {
        let kind = reader.required("kind") { (text: String) throws -> NotificationKind in
            guard let kind = NotificationKind(rawValue: text), kind.isWorded else {
                let names = NotificationKind.worded.map(\.rawValue).joined(separator: ", ")
                throw InvalidValue(.unknownValue, "must be one of \(names)")
            }
            return kind
        }
        let language = reader.required("language", text: Language.read)
        let subject = reader.optional("subject") { try MailTemplate($0, MailWording.subjectLengths) }
        let sentence = reader.optional("sentence") { try MailTemplate($0, MailWording.sentenceLengths) }
        guard let kind, let language else { return nil }
        return MailWording(kind: kind, language: language, subject: subject, sentence: sentence)
    }
}
