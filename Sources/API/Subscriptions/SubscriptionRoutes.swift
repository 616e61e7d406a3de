import Accounts
import Cryptography
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

func subscriptionRoutes(_ subscriptions: SubscriptionOperations, _ links: Links) -> [Route] {
    let handlers = SubscriptionHandlers(subscriptions: subscriptions, links: links)
    return [
        Route(
            .get, "/v1/webhook-subscriptions", "list_webhook_subscriptions", scope: .eventsRead,
            query: QueryReader.pageNames, handlers.listSubscriptions),
        Route(
            .post, "/v1/webhook-subscriptions", "make_webhook_subscription", scope: .eventsRead,
            handlers.makeSubscription),
        Route(
            .get, "/v1/webhook-subscriptions/{id}", "show_webhook_subscription", scope: .eventsRead,
            handlers.showSubscription),
        Route(
            .patch, "/v1/webhook-subscriptions/{id}", "change_webhook_subscription", scope: .eventsRead,
            handlers.changeSubscription),
        Route(
            .delete, "/v1/webhook-subscriptions/{id}", "end_webhook_subscription", scope: .eventsRead,
            handlers.deleteSubscription),
        Route(
            .post, "/v1/webhook-subscriptions/{id}/secrets", "make_webhook_subscription_secret", scope: .eventsRead,
            handlers.makeSecret),
        Route(
            .post, "/v1/webhook-subscriptions/{id}/test", "test_webhook_subscription", scope: .eventsRead,
            handlers.testSubscription),
        Route(
            .get, "/v1/webhook-subscriptions/{id}/deliveries", "list_webhook_deliveries", scope: .eventsRead,
            query: QueryReader.pageNames, handlers.listDeliveries),
        Route(
            .post, "/v1/webhook-subscriptions/{id}/redeliver", "redeliver_events", scope: .eventsRead,
            handlers.redeliverEvents),
        Route(
            .post, "/v1/webhook-subscriptions/{id}/events/{event_id}/redeliver", "redeliver_event", scope: .eventsRead,
            handlers.redeliverEvent),
    ]
}

private struct SubscriptionHandlers: Sendable {
    let subscriptions: SubscriptionOperations
    let links: Links

    func listSubscriptions(_ request: KeyRequest) async throws -> Reply {
        var reader = QueryReader(request)
        let page = try reader.page(.webhookSubscriptions, for: request)
        try reader.finish()
        return try await subscriptions.list(page: page, for: request.caller)
            .reply(.webhookSubscriptions, for: request) { json, found in
                json.beginObject()
                found.write(into: &json, links)
                json.endObject()
            }
    }

    func makeSubscription(_ request: KeyRequest) async throws -> Reply {
        let language = request.language
        let wanted = try request.object { SubscriptionRequest.read(&$0, language) }
        let path = request.path
        return try await subscriptions.make(
            wanted, by: request.caller, repeating: request.repeating { _ in .secretShownOnce(path, links) }
        ).reply { made in
            .json(.created) { json in
                made.subscription.write(into: &json, links)
                json.field("secret", made.secret.text)
            }.with(.location, links.webhookSubscription(made.subscription.id))
        }
    }

    func showSubscription(_ request: KeyRequest) async throws -> Reply {
        try await subscriptions.show(request.id(), for: request.caller).reply(.ok, links)
    }

    func changeSubscription(_ request: KeyRequest) async throws -> Reply {
        let change = try request.json("application/merge-patch+json").decodeObject(SubscriptionChange.read)
        return try await subscriptions.change(request.id(), change, by: request.caller).reply(.ok, links)
    }

    func deleteSubscription(_ request: KeyRequest) async throws -> Reply {
        try await subscriptions.delete(request.id(), by: request.caller)
        return Reply(.noContent)
    }

    func makeSecret(_ request: KeyRequest) async throws -> Reply {
        try request.demandNoBody()
        let path = request.path
        return try await subscriptions.makeSecret(
            of: request.id(), by: request.caller, repeating: request.repeating { _ in .secretShownOnce(path, links) }
        ).reply { made in
            .json(.created) { json in
                json.field("id", Identifier<WebhookSubscription>(uuid: made.secretID).description)
                json.field("secret", made.secret.text)
                json.field("created_at", made.madeAt.rfc3339)
                json.field(
                    "previous_until", made.madeAt.adding(seconds: WebhookSubscription.secretOverlapSeconds).rfc3339)
            }
        }
    }

    func testSubscription(_ request: KeyRequest) async throws -> Reply {
        try request.demandNoBody()
        let delivery = try await subscriptions.sendTest(to: request.id(), by: request.caller) { id, at in
            JSONWriter.object { json in
                json.field("id", id.description)
                json.field("type", WebhookDelivery.testType)
                json.field("at", at.rfc3339)
            }
        }
        return .json { delivery.write(into: &$0) }
    }

    func listDeliveries(_ request: KeyRequest) async throws -> Reply {
        var reader = QueryReader(request)
        let page = try reader.page(.webhookDeliveries, for: request)
        try reader.finish()
        return try await subscriptions.listDeliveries(of: request.id(), page: page, for: request.caller)
            .reply(.webhookDeliveries, for: request) { json, delivery in
                json.beginObject()
                delivery.write(into: &json)
                json.endObject()
            }
    }

    func redeliverEvent(_ request: KeyRequest) async throws -> Reply {
        try request.demandNoBody()
        guard let event = try? Identifier<Event>(request.parameter("event_id")) else { throw Refusal.notFound }
        let delivery = try await subscriptions.redeliver(
            event, to: request.id(), by: request.caller, writing: EventBody.write)
        return .json { delivery.write(into: &$0) }
    }

    func redeliverEvents(_ request: KeyRequest) async throws -> Reply {
        let period = try request.object { reader -> (Instant, Instant)? in
            let after = reader.required("after") { try Instant(rfc3339: $0) }
            let before = reader.required("before") { try Instant(rfc3339: $0) }
            guard let after, let before else { return nil }
            return (after, before)
        }
        let render: Renderer<WebhookSubscription, Reply> = { [links] in $0.reply(.accepted, links) }
        return try await subscriptions.sendAgain(
            request.id(), after: period.0, before: period.1, by: request.caller, repeating: request.repeating(render)
        ).reply(render)
    }
}

extension SubscriptionRequest {
    fileprivate static func read(_ reader: inout ObjectReader, _ language: Language) -> SubscriptionRequest? {
        let url = reader.required("url", text: WebhookSubscription.parseURL)
        let contact = reader.required("contact_email") { try EmailAddress($0) }
        let types = EventType.readList(from: &reader)
        let creditors = reader.optional("creditors", count: 0...1_000) { value, pointer, violations in
            ObjectReader.text(value, pointer, violations) { try OrganizationTaxCode(unchecked: $0) }
        }
        if let creditors, Set(creditors).count < creditors.count {
            reader.refuse("creditors", .duplicate, "must be unique")
        }
        guard let url, let contact else { return nil }
        return SubscriptionRequest(
            url: url, types: types ?? [], creditors: creditors, contact: contact, language: language)
    }
}

extension SubscriptionChange {
    fileprivate static func read(_ reader: inout ObjectReader) -> SubscriptionChange? {
        let status = reader.optional("status") { (text: String) throws -> SubscriptionStatus.Event in
            switch SubscriptionStatus(rawValue: text) {
            case .active: return .resume
            case .paused: return .pause
            case nil: throw InvalidValue(.unknownValue, "must be active or paused")
            }
        }
        return SubscriptionChange(
            url: reader.optional("url", text: WebhookSubscription.parseURL),
            types: EventType.readList(from: &reader),
            contact: reader.optional("contact_email") { try EmailAddress($0) }, event: status)
    }
}

extension EventType {
    fileprivate static func readList(from reader: inout ObjectReader) -> [EventType]? {
        let types = reader.optional("types", count: 0...allCases.count, items: read)
        if let types, Set(types).count < types.count { reader.refuse("types", .duplicate, "must be unique") }
        return types
    }

    private static func read(_ value: JSONValue, _ pointer: String, _ violations: Violations) -> EventType? {
        ObjectReader.text(value, pointer, violations) { (text: String) throws -> EventType in
            guard let type = EventType(rawValue: text) else {
                throw InvalidValue(.unknownValue, "is not a type of event")
            }
            return type
        }
    }
}

extension WebhookSubscription {
    fileprivate static func parseURL(_ text: String) throws -> String {
        guard (1...maximumURLBytes).contains(text.utf8.count) else {
            throw InvalidValue(.tooLong, "must have 1 to \(maximumURLBytes) bytes")
        }
        return text
    }

    fileprivate func reply(_ status: HTTPResponse.Status, _ links: Links) -> Reply {
        .json(status) { write(into: &$0, links) }
    }

    fileprivate func write(into json: inout JSONWriter, _ links: Links) {
        json.field("id", id.description)
        json.field("url", url)
        json.array("types", types) { $0.value($1.rawValue) }
        json.array("creditors", creditors) { $0.value($1.value) }
        json.field("contact_email", contact.value)
        json.field("status", status.rawValue)
        json.field("paused_reason", pausedReason?.rawValue)
        json.field("failures", failures)
        json.field("delivered_at", deliveredAt?.rfc3339)
        json.field("created_at", createdAt.rfc3339)
        json.field("updated_at", updatedAt.rfc3339)
        json.object("_links") { $0.field("self", links.webhookSubscription(id)) }
    }
}

extension WebhookDelivery {
    fileprivate func write(into json: inout JSONWriter) {
        json.field("id", id.description)
        json.field("event_id", event?.description)
        json.field("event_type", type)
        json.field("try", number)
        json.field("redelivery", isAgain)
        json.field("outcome", outcome.rawValue)
        json.field("status_code", statusCode)
        json.field("duration_ms", durationMilliseconds)
        json.field("at", at.rfc3339)
    }
}
