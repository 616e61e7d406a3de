import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

func notificationRoutes(_ notifications: NotificationOperations) -> [Route] {
    let handlers = NotificationHandlers(notifications: notifications)
    return [
        Route(
            .get, "/v1/notifications", "list_notifications", scope: .notificationsRead, or: [.operations],
            query: NotificationHandlers.filterNames, handlers.listNotifications),
        Route(
            .post, "/v1/notifications/search", "search_notifications", scope: .notificationsRead, or: [.operations],
            handlers.searchNotifications),
        Route(
            .get, "/v1/notifications/{id}", "show_notification", scope: .notificationsRead, or: [.operations],
            handlers.showNotification),
        Route(
            .post, "/v1/notifications/{id}/retry", "retry_notification", scope: .notificationsWrite, or: [.operations],
            handlers.retryNotification),
        Route(
            .post, "/v1/notifications/{id}/resend", "resend_notification", scope: .notificationsWrite,
            or: [.operations], handlers.resendNotification),
        Route(
            .post, "/v1/mail-bounces", "report_mail_bounce", scope: .notificationsWrite, or: [.operations],
            handlers.reportMailBounce),
        Route(
            .post, "/v1/notifications/test", "send_test_notification", scope: .operations, handlers.sendTestNotification
        ),
    ]
}

private struct NotificationHandlers: Sendable {
    let notifications: NotificationOperations

    static let filterNames: Set<String> = QueryReader.pageNames.union([
        "status", "skipped_reason", "receipt_id", "position_id", "creditor_tax_code", "iuv", "created_from",
        "created_to",
    ])

    func listNotifications(_ request: KeyRequest) async throws -> Reply {
        var reader = QueryReader(request)
        let (filter, creditor) = filter(&reader)
        let page = try reader.page(.notifications, for: request)
        try reader.finish()
        return try await list(filter, creditor, page, for: request)
    }

    func searchNotifications(_ request: KeyRequest) async throws -> Reply {
        var reader = try QueryReader(request.json(), knowing: Self.filterNames.union(["recipient"]))
        var (filter, creditor) = filter(&reader)
        filter.recipient = reader.value("recipient") { try EmailAddress($0) }
        let page = try reader.page(.notifications, for: request)
        try reader.finishBody()
        return try await list(filter, creditor, page, for: request)
    }

    private func filter(_ reader: inout QueryReader) -> (NotificationFilter, OrganizationTaxCode?) {
        var filter = NotificationFilter()
        filter.states = reader.words("status")
        filter.skipReason = reader.word("skipped_reason")
        filter.receipt = reader.id("receipt_id")
        filter.position = reader.id("position_id")
        filter.iuv = reader.code("iuv") { try IUV(unchecked: $0) }
        filter.createdFrom = reader.value("created_from") { try CalendarDate($0) }
        filter.createdTo = reader.value("created_to") { try CalendarDate($0) }
        return (filter, reader.code("creditor_tax_code") { try OrganizationTaxCode(unchecked: $0) })
    }

    private func list(
        _ filter: NotificationFilter, _ creditor: OrganizationTaxCode?, _ page: PageRequest, for request: KeyRequest
    ) async throws -> Reply {
        try await notifications.list(filter, creditor: creditor, page: page, for: request.caller)
            .reply(.notifications, for: request) { json, mail in
                json.beginObject()
                mail.write(into: &json)
                json.endObject()
            }
    }

    func showNotification(_ request: KeyRequest) async throws -> Reply {
        try await notifications.show(request.id(), for: request.caller).reply(.ok)
    }

    func retryNotification(_ request: KeyRequest) async throws -> Reply {
        try request.demandNoBody()
        let render: Renderer<PagoPA.Notification, Reply> = { $0.reply(.accepted) }
        return try await notifications.retry(
            request.id(), by: request.caller, repeating: request.repeating(render)
        ).reply(render)
    }

    func resendNotification(_ request: KeyRequest) async throws -> Reply {
        var recipient: EmailAddress?
        if !request.body.isEmpty { recipient = try request.object(Recipient.read).address }
        let render: Renderer<PagoPA.Notification, Reply> = { $0.reply(.accepted) }
        return try await notifications.resend(
            request.id(), to: recipient, by: request.caller, repeating: request.repeating(render)
        ).reply(render)
    }

    func reportMailBounce(_ request: KeyRequest) async throws -> Reply {
        let report = try request.object { BounceReport.read(&$0) }
        return try await notifications.recordBounce(report, by: request.caller).reply(.ok)
    }

    func sendTestNotification(_ request: KeyRequest) async throws -> Reply {
        let recipient = try request.object { reader in reader.required("to") { try EmailAddress($0) } }
        let render: Renderer<PagoPA.Notification, Reply> = { $0.reply(.accepted) }
        return try await notifications.sendTest(
            to: recipient, language: request.language, by: request.caller, repeating: request.repeating(render)
        ).reply(render)
    }
}

/// The body of a mail that is sent again.
private struct Recipient {
    /// `nil`: the address of the first mail.
    let address: EmailAddress?

    static func read(_ reader: inout ObjectReader) -> Recipient? {
        Recipient(address: reader.optional("to") { try EmailAddress($0) })
    }
}

extension BounceReport {
    fileprivate static func read(_ reader: inout ObjectReader) -> BounceReport? {
        let isNamed = reader.has("message_id") || reader.has("return_path")
        let messageID = reader.optional("message_id") { (text: String) throws -> String in
            let id = try boundedText(text, 1...255)
            guard id.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw InvalidValue(.badFormat, "must be visible ASCII characters")
            }
            return id.hasPrefix("<") && id.hasSuffix(">") ? String(id.dropFirst().dropLast()) : id
        }
        let returnPath = reader.optional("return_path") { try EmailAddress($0) }
        let status = reader.required("delivery_status") { try DeliveryStatus($0) }
        switch (messageID, returnPath) {
        case (let id?, nil): return status.map { BounceReport(subject: .messageID(id), status: $0) }
        case (nil, let address?): return status.map { BounceReport(subject: .returnPath(address), status: $0) }
        case (nil, nil):
            if !isNamed { reader.refuse("message_id", .required, "or return_path is required") }
            return nil
        case (_?, _?):
            reader.refuse("return_path", .notAllowed, "is not allowed beside message_id")
            return nil
        }
    }
}

extension PagoPA.Notification {
    func reply(_ status: HTTPResponse.Status) -> Reply {
        .json(status) { write(into: &$0) }
    }

    fileprivate func write(into json: inout JSONWriter) {
        json.field("id", id.description)
        json.field("receipt_id", receipt?.description)
        json.field("position_id", position?.description)
        json.field("creditor_tax_code", creditor?.value)
        json.field("kind", kind.rawValue)
        json.field("recipient_masked", recipient?.masked)
        json.field("language", language.rawValue)
        json.field("status", state.rawValue)
        json.field("skipped_reason", skipReason?.rawValue)
        json.field("resent_of", resentOf?.description)
        json.field("attempts", attempts)
        json.field("next_attempt_at", state == .queued || state == .retrying ? nextAttemptAt?.rfc3339 : nil)
        json.field("sent_at", sentAt?.rfc3339)
        json.field("last_error", lastError)
        json.field("bounced_at", bounce?.at.rfc3339)
        json.field("bounce_code", bounce?.code)
        json.field("message_id", messageID)
        json.field("created_at", createdAt.rfc3339)
    }
}

extension EmailAddress {
    /// `m…@example.org`
    var masked: String {
        "\(value.prefix(1))…\(value.drop { $0 != "@" })"
    }
}
