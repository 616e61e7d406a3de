import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Synchronization
import Testing

/// E-mails about receipts that are sent again, and environments that send only to some recipients.
@Suite(.serialized) struct ResendTests {
    private static let office = Caller(
        key: APIKey(
            id: Caller.office.key.id, name: "office", kind: .creditor, prefix: "qz_office",
            scopes: [.notificationsRead, .notificationsWrite], creditors: [TestIntermediary.comune],
            createdAt: Instant(microseconds: 0)))

    private func paid(_ test: TestIntermediary, _ service: Intermediary, _ name: String = "one") async throws {
        let position = try await test.create(test.draft(name), with: service)
        try await test.receive(TestIntermediary.rt("R-\(name)", iuv: position.installments[0].iuv), with: service)
    }

    private func mails(_ service: Intermediary) async throws -> [PagoPA.Notification] {
        try await service.notifications.list(NotificationFilter(), page: PageRequest(limit: 100), for: .ops).items
            .reversed()
    }

    private func resent(
        _ mail: PagoPA.Notification, to address: String?, _ service: Intermediary, by caller: Caller = office
    ) async throws -> PagoPA.Notification {
        let again = try await service.notifications.resend(
            mail.id, to: address.map { try EmailAddress($0) }, by: caller)
        guard case .done(let queued) = again else { throw TestIntermediary.Unexpected() }
        return queued
    }

    private func sendAll(_ service: Intermediary) async throws {
        while try await service.notifications.sendNext() {}
    }

    @Test func `a sent mail is sent again as a new one, to the same and to another address`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let sent = Mutex<[String]>([])
            let service = try test.instance { to in sent.withLock { $0.append(to) } }
            try await paid(test, service)
            try await sendAll(service)
            let first = try #require(try await mails(service).first)
            #expect(first.state == .sent)

            let same = try await resent(first, to: nil, service)
            let other = try await resent(first, to: "nuova@example.org", service)
            #expect(same.recipient == first.recipient && same.audience == first.audience)
            #expect(Set([first.messageID, same.messageID, other.messageID]).count == 3)
            sent.withLock { $0 = [] }
            try await sendAll(service)

            #expect(Set(sent.withLock(\.self)) == [first.recipient?.value, "nuova@example.org"])
            let again = try await service.notifications.show(first.id, for: Self.office)
            #expect(again == first, "the first mail is not changed")
            let notes = try await test.ask(
                "SELECT from_state || ' ' || to_state || ' ' || note FROM journal WHERE kind = 'notification_resent'")
            #expect(notes == ["sent queued \(same.id)", "sent queued \(other.id)"])
        }
    }

    @Test func `a mail without an address is sent to one given now, and not without one`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let sent = Mutex<[String]>([])
            let service = try test.instance { to in sent.withLock { $0.append(to) } }
            try await paid(test, service)
            _ = try await test.pool.query(
                "UPDATE notifications SET state = 'skipped', recipient = NULL, next_attempt_at = NULL")
            let skipped = try #require(try await mails(service).first)
            #expect(skipped.skipReason == .noAddress)

            await #expect(
                throws: Refusal.invalid([Fault("/to", .required, "is required: the e-mail has no address")])
            ) { try await resent(skipped, to: nil, service) }
            #expect(try await resent(skipped, to: "nuova@example.org", service).resentOf == skipped.id)
            try await sendAll(service)
            #expect(sent.withLock(\.self) == ["nuova@example.org"])
        }
    }

    @Test func `only mails about receipts of the own creditor are sent again`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            try await paid(test, service)
            let mail = try #require(try await mails(service).first)
            let other = Caller(
                key: APIKey(
                    id: Caller.office.key.id, name: "other", kind: .creditor, prefix: "qz_other",
                    scopes: [.notificationsWrite], creditors: [TestIntermediary.provincia],
                    createdAt: Instant(microseconds: 0)))
            await #expect(throws: Refusal.notFound) {
                try await resent(mail, to: "altri@example.org", service, by: other)
            }
            let probe = try await service.notifications.sendTest(
                to: EmailAddress("ops@example.org"), language: .it, by: .ops)
            guard case .done(let mail) = probe else { throw TestIntermediary.Unexpected() }
            await #expect(
                throws: Refusal.notificationNotResendable("Only an e-mail about a receipt can be sent again.")
            ) { try await resent(mail, to: "ops@example.org", service, by: .ops) }
        }
    }

    @Test func `a test environment sends to allowed recipients and skips the others with the reason`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let sent = Mutex<[String]>([])
            let allowed = try AllowedRecipients("debitore@example.org,@test.example.org")
            let service = try test.instance(allowedRecipients: allowed) { to in sent.withLock { $0.append(to) } }
            try await paid(test, service)
            try await sendAll(service)

            #expect(sent.withLock(\.self) == ["debitore@example.org"])
            let skipped = try #require(try await mails(service).first { $0.state == .skipped })
            #expect(skipped.skipReason == .recipientNotAllowed && skipped.recipient == nil)

            _ = try await resent(skipped, to: "pagante@test.example.org", service)
            _ = try await resent(skipped, to: "pagante@example.com", service)
            try await sendAll(service)
            #expect(sent.withLock(\.self) == ["debitore@example.org", "pagante@test.example.org"])
            #expect(try await mails(service).count { $0.skipReason == .recipientNotAllowed } == 2)
        }
    }
}
