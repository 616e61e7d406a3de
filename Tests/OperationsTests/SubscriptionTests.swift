import Accounts
import Cryptography
import Foundation
import Gateways
import Operations
import PagoPA
import Postgres
import Requests
import Storage
import Synchronization
import TestSupport
import Testing

/// Events that are sent to webhooks: all of them, in order, after any failure.
@Suite(.serialized) struct SubscriptionTests {
    /// An endpoint that records the ids of the events that it has accepted.
    private final class Endpoint: Sendable {
        let accepted = Mutex<[String]>([])
        let calls = Mutex<[WebhookCall]>([])
        /// The outcome of a call, by the number of the call.
        private let outcome = Mutex<@Sendable (Int) throws -> Int>({ _ in 204 })

        func answer(_ outcome: @escaping @Sendable (Int) throws -> Int) { self.outcome.withLock { $0 = outcome } }

        func call(_ call: WebhookCall) throws -> Int {
            let number = calls.withLock {
                $0.append(call)
                return $0.count
            }
            let outcome = outcome.withLock { $0 }
            let status = try outcome(number)
            if status == 204 { accepted.withLock { $0.append(call.id) } }
            return status
        }
    }

    private struct Fixture {
        let test: TestIntermediary
        let service: Intermediary
        let endpoint: Endpoint
        /// A stored key with the scope.
        let owner: Caller

        func deliver() async throws {
            try await test.waitForHorizon()
            while try await service.subscriptions.deliverNext(writing: Self.body) {}
        }

        /// Lets the next try be due now.
        func endWaits() async throws {
            _ = try await test.pool.query("UPDATE webhook_subscriptions SET next_try_at = now() - interval '1 second'")
        }

        func subscribe(_ types: [EventType] = []) async throws -> MadeSubscription {
            let made = try await service.subscriptions.make(
                SubscriptionRequest(
                    url: "https://portale.example.org/eventi", types: types, creditors: nil,
                    contact: try EmailAddress("it@example.org"), language: .it), by: owner)
            guard case .done(let subscription) = made else { throw TestIntermediary.Unexpected() }
            return subscription
        }

        /// The ids of all events of the owner, in the order of the feed.
        func feed(_ types: [EventType] = []) async throws -> [String] {
            try await test.waitForHorizon()
            var (ids, cursor): ([String], FeedProgress?) = ([], nil)
            while true {
                let part = try await service.events.read(after: cursor, limit: 100, for: owner)
                ids += part.events.filter { types.isEmpty || types.contains($0.type) }.map(\.id.description)
                cursor = part.next
                if part.events.count < 100 { return ids }
            }
        }

        func status(_ made: MadeSubscription) async throws -> String {
            let found = try await service.subscriptions.show(made.subscription.id, for: owner)
            return "\(found.status.rawValue) \(found.pausedReason?.rawValue ?? "-") \(found.failures)"
        }

        static let body: EventRenderer = { Array($0.type.rawValue.utf8) }
    }

    private static func with(_ body: (Fixture) async throws -> Void) async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let endpoint = Endpoint()
            let service = try test.instance(callWebhook: { try endpoint.call($0) })
            let made = try await service.callers.makeAPIKey(
                APIKeyRequest(
                    name: "portale", kind: .frontend, scopes: [.eventsRead], creditors: [TestIntermediary.comune],
                    expiresAt: nil), by: nil)
            guard case .done(let key) = made else { throw TestIntermediary.Unexpected() }
            try await body(
                Fixture(test: test, service: service, endpoint: endpoint, owner: Caller(key: key.key)))
        }
    }

    @Test func `every event from the subscription on is sent once, signed, in the order of the feed`() async throws {
        try await Self.with { fixture in
            let (test, service) = (fixture.test, fixture.service)
            _ = try await test.create(test.draft("before"), with: service)
            let before = try await fixture.feed()
            let made = try await fixture.subscribe()
            let paid = try await fixture.subscribe([.positionPaid])
            for number in 0..<3 {
                let debt = try await test.create(test.draft("debt \(number)"), with: service)
                try await test.receive(
                    TestIntermediary.rt("R\(number)", iuv: debt.installments[0].iuv), with: service)
                _ = try await test.create(
                    test.draft("other \(number)", creditor: TestIntermediary.provincia), with: service)
            }

            try await fixture.deliver()

            let calls = fixture.endpoint.calls.withLock(\.self)
            let all = calls.filter { $0.subscription == made.subscription.id.description }
            let filtered = calls.filter { $0.subscription == paid.subscription.id.description }
            #expect(try await fixture.feed() == before + all.map(\.id))
            #expect(try await fixture.feed([.positionPaid]) == filtered.map(\.id))
            #expect(filtered.count == 3)
            #expect(all.allSatisfy { $0.secrets == [made.secret] })
            let log = try await service.subscriptions.listDeliveries(
                of: made.subscription.id, page: PageRequest(limit: 100), for: fixture.owner
            ).items
            #expect(Set(log.compactMap { $0.event?.description }) == Set(all.map(\.id)) && log.count == all.count)
            #expect(log.allSatisfy { $0.outcome == .delivered && $0.statusCode == 204 && $0.number == 1 })
            // Nothing is left, and an idle subscription is not claimed.
            #expect(try await service.subscriptions.deliverNext(writing: Fixture.body) == false)
        }
    }

    @Test func `a delivery carries the trace of the request that caused its event, with a span id of its own`()
        async throws
    {
        try await Self.with { fixture in
            let (test, service) = (fixture.test, fixture.service)
            _ = try await fixture.subscribe()
            let trace = TraceContext(id: UUID())
            try await TraceContext.$current.withValue(trace) {
                let debt = try await test.create(test.draft("traced"), with: service)
                try await test.receive(TestIntermediary.rt("R", iuv: debt.installments[0].iuv), with: service)
            }
            _ = try await test.create(test.draft("other"), with: service)

            try await fixture.deliver()

            let sent = fixture.endpoint.calls.withLock { $0.map(\.traceparent) }
            #expect(sent.map { $0.flatMap(TraceContext.init(traceparent:)) } == [trace, trace, trace, nil])
            #expect(Set(sent.compactMap(\.self)).count == 3)
        }
    }

    @Test func `an endpoint that fails and senders that stop lose no event and change no order`() async throws {
        try await Self.with { fixture in
            let (test, service) = (fixture.test, fixture.service)
            _ = try await fixture.subscribe()
            for number in 0..<12 { _ = try await test.create(test.draft("debt \(number)"), with: service) }
            struct Killed: Error {}
            fixture.endpoint.answer { number in
                switch number % 5 {
                case 1: return 500
                case 2: throw WebhookFailure.timedOut
                case 3: throw Killed()
                default: return 204
                }
            }
            for _ in 0..<80 where fixture.endpoint.accepted.withLock(\.count) < 12 {
                do { try await fixture.deliver() } catch is Killed {}
                try await fixture.endWaits()
            }

            #expect(try await fixture.feed() == fixture.endpoint.accepted.withLock(\.self))
        }
    }

    @Test func `a paused subscription continues with the first missing event, and its contact gets an e-mail`()
        async throws
    {
        try await Self.with { fixture in
            let (test, service) = (fixture.test, fixture.service)
            let made = try await fixture.subscribe()
            _ = try await test.create(test.draft("one"), with: service)
            fixture.endpoint.answer { _ in 410 }

            try await fixture.deliver()
            _ = try await test.create(test.draft("two"), with: service)
            try await fixture.deliver()

            #expect(fixture.endpoint.calls.withLock(\.count) == 1)
            #expect(try await fixture.status(made) == "paused gone 0")
            #expect(
                try await test.ask(
                    "SELECT recipient || ' ' || (link IS NOT NULL) FROM notifications WHERE kind = 'webhook_paused'")
                    == ["it@example.org true"])
            fixture.endpoint.answer { _ in 204 }
            let change = SubscriptionChange(url: nil, types: nil, contact: nil, event: .resume)
            _ = try await service.subscriptions.change(made.subscription.id, change, by: fixture.owner)
            try await fixture.deliver()
            #expect(try await fixture.feed() == fixture.endpoint.accepted.withLock(\.self))
        }
    }

    @Test func `after ten tries a subscription is paused, and without a valid key nothing is sent`() async throws {
        try await Self.with { fixture in
            let (test, service) = (fixture.test, fixture.service)
            let made = try await fixture.subscribe()
            _ = try await test.create(test.draft("one"), with: service)
            fixture.endpoint.answer { _ in throw WebhookFailure.unreachable }
            for number in 1...10 {
                try await fixture.deliver()
                let expected = number < 10 ? "active - \(number)" : "paused failing 9"
                #expect(try await fixture.status(made) == expected)
                try await fixture.endWaits()
            }
            try await fixture.deliver()
            #expect(fixture.endpoint.calls.withLock(\.count) == 10)

            let change = SubscriptionChange(url: nil, types: nil, contact: nil, event: .resume)
            _ = try await service.subscriptions.change(made.subscription.id, change, by: fixture.owner)
            _ = try await test.pool.query("UPDATE api_keys SET revoked_at = now() WHERE kind = 'frontend'")
            try await fixture.deliver()
            #expect(fixture.endpoint.calls.withLock(\.count) == 10)
            #expect(try await fixture.status(made) == "paused key_ended 0")
        }
    }

    @Test func `a URL whose host leads inside is refused when a subscription or a debt type is saved`() async throws {
        try await Self.with { fixture in
            let service = try fixture.test.instance(mayCallHost: { url, _ in !url.contains("inside") })
            let inside = "https://inside.example.org/eventi"
            func faults(at pointer: String, _ save: () async throws -> Void) async {
                let refusal = await #expect(throws: Refusal.self) { try await save() }
                #expect(
                    refusal
                        == .invalid([
                            Fault(pointer, .badFormat, "must not lead to a private or reserved address")
                        ]))
            }
            let made = try await fixture.subscribe()
            await faults(at: "/url") {
                _ = try await service.subscriptions.make(
                    SubscriptionRequest(
                        url: inside, types: [], creditors: nil, contact: try EmailAddress("it@example.org"),
                        language: .it), by: fixture.owner)
            }
            await faults(at: "/url") {
                _ = try await service.subscriptions.change(
                    made.subscription.id, SubscriptionChange(url: inside, types: nil, contact: nil, event: nil),
                    by: fixture.owner)
            }
            let now = service.clock()
            let type = DebtType(
                creditor: TestIntermediary.comune, key: "multe", descriptions: [.it: "Multe"], service: "fines",
                taxonomyCode: try TaxonomyCode("9/0301100TS/"), payableAfterDue: true,
                amountSource: AmountSource(url: inside, fallback: .refuse), createdAt: now, updatedAt: now)
            await faults(at: "/amount_url") {
                _ = try await service.creditors.saveDebtType(
                    "multe", of: TestIntermediary.comune, as: .success(type), by: .ops)
            }
        }
    }

    @Test func `calls are signed with both secrets while they overlap, and secrets survive a rotation of the key`()
        async throws
    {
        try await Self.with { fixture in
            let (test, service) = (fixture.test, fixture.service)
            let made = try await fixture.subscribe()
            let second = try await service.subscriptions.makeSecret(of: made.subscription.id, by: fixture.owner)
            guard case .done(let new) = second else { throw TestIntermediary.Unexpected() }
            _ = try await test.create(test.draft("one"), with: service)
            try await fixture.deliver()
            #expect(fixture.endpoint.calls.withLock(\.last)?.secrets == [new.secret, made.secret])

            let later = try test.instance(
                skewSeconds: WebhookSubscription.secretOverlapSeconds + 1,
                callWebhook: { [endpoint = fixture.endpoint] in try endpoint.call($0) })
            _ = try await later.subscriptions.sendTest(to: made.subscription.id, by: fixture.owner) { _, _ in [] }
            #expect(fixture.endpoint.calls.withLock(\.last)?.secrets == [new.secret])

            let stored = try await test.ask("SELECT encode(sealed, 'hex') FROM webhook_subscription_secrets")
            #expect(stored.count == 2 && !stored.contains { $0.contains(Hexadecimal.text(new.secret.bytes)) })
        }
    }

    @Test func `events of a period are sent again, in order, and then the newer ones`() async throws {
        try await Self.with { fixture in
            let (test, service) = (fixture.test, fixture.service)
            let made = try await fixture.subscribe()
            for name in ["one", "two"] { _ = try await test.create(test.draft(name), with: service) }
            try await fixture.deliver()
            let sent = fixture.endpoint.accepted.withLock(\.self)
            let now = service.clock()
            _ = try await test.create(test.draft("three"), with: service)
            _ = try await service.subscriptions.sendAgain(
                made.subscription.id, after: now.adding(seconds: -3_600), before: now.adding(seconds: 3_600),
                by: fixture.owner)

            try await fixture.deliver()

            let feed = try await fixture.feed()
            #expect(fixture.endpoint.accepted.withLock(\.self) == sent + feed && sent.count == 2 && feed.count == 3)
            await #expect(throws: Refusal.self) {
                try await service.subscriptions.sendAgain(
                    made.subscription.id, after: now, before: now, by: fixture.owner)
            }
        }
    }

    @Test func `one event is sent again, now and once, and the others stay in their order`() async throws {
        try await Self.with { fixture in
            let (test, service) = (fixture.test, fixture.service)
            let made = try await fixture.subscribe([.positionCreated])
            let id = made.subscription.id
            // Events of one transaction have the same instant.
            for name in ["one", "two"] { _ = try await test.create(test.draft(name), with: service) }
            try await fixture.deliver()
            let feed = try await fixture.feed()
            let cursor = try await service.subscriptions.show(id, for: fixture.owner).cursor
            func redeliver(_ event: String, by caller: Caller? = nil) async throws -> WebhookDelivery {
                try await service.subscriptions.redeliver(
                    Identifier(event), to: id, by: caller ?? fixture.owner, writing: Fixture.body)
            }

            let delivery = try await redeliver(feed[0])

            #expect(delivery.outcome == .delivered && delivery.isAgain && delivery.event?.description == feed[0])
            #expect(fixture.endpoint.accepted.withLock(\.self) == feed + [feed[0]])
            fixture.endpoint.answer { _ in 500 }
            #expect(try await redeliver(feed[1]).outcome == .refused)
            let after = try await service.subscriptions.show(id, for: fixture.owner)
            #expect(after.cursor == cursor && after.failures == 0 && after.status == .active)
            let log = try await service.subscriptions.listDeliveries(of: id, page: PageRequest(), for: fixture.owner)
            #expect(log.items.filter(\.isAgain).map(\.outcome) == [.refused, .delivered])
            await #expect(throws: Refusal.notFound) { try await redeliver("0199c0de-0000-7000-8000-000000000001") }
            await #expect(throws: Refusal.notFound) { try await redeliver("ffffffff-ffff-7fff-bfff-ffffffffffff") }
        }
    }

    @Test func `an event of another creditor or older than 30 days is not sent again, nor by a stranger`() async throws
    {
        try await Self.with { fixture in
            let (test, service) = (fixture.test, fixture.service)
            let made = try await fixture.subscribe()
            _ = try await test.create(test.draft("one"), with: service)
            let event = try #require(try await fixture.feed().first)
            func redeliver(_ service: Intermediary, by caller: Caller) async throws {
                _ = try await service.subscriptions.redeliver(
                    Identifier(event), to: made.subscription.id, by: caller, writing: Fixture.body)
            }
            let later = try test.instance(
                skewSeconds: 31 * 86_400, callWebhook: { [endpoint = fixture.endpoint] in try endpoint.call($0) })
            await #expect(throws: Refusal.notFound) { try await redeliver(later, by: fixture.owner) }
            await #expect(throws: Refusal.notFound) { try await redeliver(service, by: .office) }
            try await redeliver(service, by: .ops)
            _ = try await test.pool.query(
                "UPDATE webhook_subscriptions SET creditors = ARRAY[\(TestIntermediary.provincia.value)]")
            await #expect(throws: Refusal.notFound) { try await redeliver(service, by: fixture.owner) }
            #expect(fixture.endpoint.calls.withLock(\.count) == 1)
        }
    }

    @Test func `a subscription belongs to its key, and gets the events of the key's creditors only`() async throws {
        try await Self.with { fixture in
            let service = fixture.service
            let made = try await fixture.subscribe()
            let id = made.subscription.id
            let stranger = Caller(
                key: APIKey(
                    id: Caller.office.key.id, name: "other", kind: .creditor, prefix: "qz_other",
                    scopes: [.eventsRead], creditors: [TestIntermediary.comune], createdAt: service.clock()))
            await #expect(throws: Refusal.notFound) { try await service.subscriptions.show(id, for: stranger) }
            await #expect(throws: Refusal.notFound) { try await service.subscriptions.delete(id, by: stranger) }
            #expect(try await service.subscriptions.list(page: PageRequest(), for: stranger).items.isEmpty)
            #expect(try await service.subscriptions.list(page: PageRequest(), for: .ops).items.map(\.id) == [id])
            await #expect(
                throws: Refusal.invalid([Fault("/creditors/0", .unknownReference, "is not a creditor of this key")])
            ) {
                try await service.subscriptions.make(
                    SubscriptionRequest(
                        url: "https://a.example.org/", types: [], creditors: [TestIntermediary.provincia],
                        contact: try EmailAddress("it@example.org"), language: .it), by: fixture.owner)
            }
            for _ in 1..<WebhookSubscription.maximumOfKey { _ = try await fixture.subscribe() }
            await #expect(throws: Refusal.tooManySubscriptions(maximum: 20)) { try await fixture.subscribe() }
            try await service.subscriptions.delete(id, by: fixture.owner)
            #expect(
                try await fixture.test.ask("SELECT count(*)::text FROM webhook_subscription_secrets") == ["19"])
        }
    }
}

private enum Hexadecimal {
    static func text(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
