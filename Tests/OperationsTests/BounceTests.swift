import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Testing

/// E-mails that the recipient's mail server returns.
@Suite(.serialized) struct BounceTests {
    private func report(_ mail: PagoPA.Notification, _ action: String = "failed", id: String? = nil) throws
        -> BounceReport
    {
        BounceReport(
            subject: .messageID(id ?? mail.messageID),
            status: try DeliveryStatus(
                "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; mario@example.org\nAction: \(action)\nStatus: 5.1.1\n"
            ))
    }

    private func queued(_ service: Intermediary) async throws -> PagoPA.Notification {
        let once = try await service.notifications.sendTest(
            to: EmailAddress("mario@example.org"), language: .it, by: .ops)
        guard case .done(let mail) = once else { throw TestIntermediary.Unexpected() }
        return mail
    }

    @Test func `a returned e-mail has its code and no address, and a second report changes nothing`() async throws {
        try await TestIntermediary.with { test in
            let service = try test.instance()
            let mail = try await queued(service)
            #expect(try await service.notifications.recordBounce(report(mail), by: .ops).state == .queued)
            #expect(try await service.notifications.sendNext())
            for action in ["delayed", "delivered", "relayed"] {
                #expect(try await service.notifications.recordBounce(report(mail, action), by: .ops).state == .sent)
            }

            let bounced = try await service.notifications.recordBounce(report(mail), by: .ops)

            #expect(bounced.state == .bounced && bounced.bounce?.code == "5.1.1" && bounced.recipient == nil)
            #expect(try await service.notifications.recordBounce(report(mail), by: .ops) == bounced)
            #expect(
                try await test.ask(
                    "SELECT from_state || to_state || note FROM journal WHERE kind = 'notification_bounced'")
                    == ["sentbounced5.1.1"])
            await #expect(throws: Refusal.notificationNotRetryable(.bounced)) {
                _ = try await service.notifications.retry(mail.id, by: .ops)
            }
        }
    }

    @Test func `a report about an unknown e-mail or another creditor's is not found`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let mail = try await queued(service)
            await #expect(throws: Refusal.notFound) {
                _ = try await service.notifications.recordBounce(report(mail, id: "x@example.org"), by: .ops)
            }
            await #expect(throws: Refusal.notFound) {
                _ = try await service.notifications.recordBounce(report(mail), by: .office)
            }
            // Without a placeholder, the return path names no e-mail.
            await #expect(throws: Refusal.notFound) {
                let status = try report(mail).status
                let path = try EmailAddress("quietanza@example.org")
                _ = try await service.notifications.recordBounce(
                    BounceReport(subject: .returnPath(path), status: status), by: .ops)
            }
        }
    }
}
