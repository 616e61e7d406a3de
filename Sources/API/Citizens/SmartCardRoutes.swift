import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

/// The same operations for both transports.
func smartCardRoutes(_ citizens: CitizenOperations, _ reader: SmartCardReader, _ links: Links) -> [Route] {
    let handlers = SmartCardHandlers(citizens: citizens, reader: reader, links: links)
    return [
        Route(
            .post, "/v1/sessions/smart-card", "open_smart_card_session", scope: .citizens, isLimitedByAddress: true,
            handlers.openSmartCardSession),
        Route(
            .post, "/v1/sessions/smart-card/tickets", "make_smart_card_ticket", scope: .citizens,
            handlers.makeSmartCardTicket),
        Route(.post, "/smart-card", "present_smart_card", access: .open, handlers.presentSmartCard),
    ]
}

private struct SmartCardHandlers: Sendable {
    let citizens: CitizenOperations
    let reader: SmartCardReader
    let links: Links

    /// With the card itself, or with the code that a browser brought back.
    func openSmartCardSession(_ request: KeyRequest) async throws -> Reply {
        let path = request.path
        let repeating: Repeating<GivenTokens>? = try request.repeating { _ in .secretShownOnce(path, links) }
        if !request.body.isEmpty {
            let code = try request.object { $0.required("code") { try boundedText($0, 1...512) } }
            return try await citizens.openSmartCardSession(code: code, by: request.caller, repeating: repeating)
                .reply {
                    $0.reply
                }
        }
        let card = await reader.card(in: request, at: citizens.clock())
        return try await citizens.openSmartCardSession(
            card, language: request.language, by: request.caller, repeating: repeating
        ).reply { $0.reply }
    }

    func makeSmartCardTicket(_ request: KeyRequest) async throws -> Reply {
        let returnURL = try request.object { $0.required("return_url") { try ReturnURL($0) } }
        let path = request.path
        return try await citizens.makeSmartCardTicket(
            returningTo: returnURL, by: request.caller,
            repeating: request.repeating { _ in .secretShownOnce(path, links) }
        ).reply { made in
            .json(.created) { json in
                json.field("ticket", made.ticket)
                json.field("presentation_url", links.smartCardPresentation)
                json.field("expires_at", made.expiresAt.rfc3339)
            }
        }
    }

    func presentSmartCard(_ request: OpenRequest) async throws -> Reply {
        let ticket = try request.formField("ticket")
        let card = await reader.card(in: request, at: citizens.clock())
        let address = try await citizens.presentSmartCard(card, ticket: ticket, language: request.language)
        return Reply(.seeOther, headers: [.location: address])
    }
}

extension IncomingRequest {
    /// The only field of a browser's form. Tickets need no percent encoding in it.
    fileprivate func formField(_ name: String) throws -> String {
        let mediaType = "application/x-www-form-urlencoded"
        guard self.mediaType == mediaType else { throw Problem.unsupportedMediaType(mediaType) }
        try demandPlainBody()
        let text = String(decoding: body, as: UTF8.self)
        guard text.hasPrefix(name + "="), !text.contains("&"), text.utf8.count <= 512 else {
            throw Problem.invalid([Violation("/\(name)", .notAllowed, "must be the form's only field")])
        }
        return String(text.dropFirst(name.utf8.count + 1))
    }
}
