import Foundation
import PagoPA
import TestSupport
import Testing

/// Bounces: the body of a `message/delivery-status`, and return paths.
@Suite struct DeliveryStatusTests {
    private static let message = "Reporting-MTA: dns; mx.example.org\nArrival-Date: Sun, 29 Nov 2026 15:00:00 +0000\n"

    private static func recipient(_ action: String = "failed", _ status: String = "5.1.1") -> String {
        "\nFinal-Recipient: rfc822; mario@example.org\nAction: \(action)\nStatus: \(status)\n"
            + "Diagnostic-Code: smtp; 550 5.1.1 <mario@example.org>:\n   User unknown\n"
    }

    @Test func `a failure has the code of the first recipient in every spelling`() throws {
        for text in [
            Self.message + Self.recipient(), (Self.message + Self.recipient()).replacing("\n", with: "\r\n"),
            "\n\n" + Self.message + "\n\n" + Self.recipient("FAILED", "5.1.1 (unknown)") + "\n\n",
            (Self.message + Self.recipient()).replacing("Status:", with: "status :").replacing(
                "status :", with: "STATUS:"),
        ] {
            let status = try DeliveryStatus(text)
            #expect(status.failure == "5.1.1" && status.recipients.count == 1, "\(text)")
        }
        #expect(try DeliveryStatus(Self.message + Self.recipient("failed", "4.4.7")).failure == "4.4.7")
    }

    @Test(arguments: ["delayed", "delivered", "relayed", "expanded"])
    func `a report of another action is no failure, also beside one`(action: String) throws {
        #expect(try DeliveryStatus(Self.message + Self.recipient(action, "2.0.0")).failure == nil)
        #expect(try DeliveryStatus(Self.message + Self.recipient() + Self.recipient(action, "2.0.0")).failure == nil)
    }

    @Test(
        arguments: [
            "", "x", "Reporting-MTA: dns; a\n", recipient(), message + "\nAction: failed\nStatus: 5.1.1\n",
            message + recipient("gone"), message + recipient("failed", "5.1"), message + recipient("failed", "3.1.1"),
            message + recipient("failed", "5.1.1111"), message + recipient("failed", "a.b.c"), " a\n" + message,
            message + "\n: failed\n", message + "\nÀction: failed\n", String(repeating: "a: b\n", count: 60),
            message + String(repeating: recipient(), count: 51), String(repeating: "a", count: 16_385),
        ] as [String])
    func `another text is refused`(text: String) {
        #expect(throws: InvalidValue.self) { try DeliveryStatus(text) }
    }

    @Test func `any text is read or refused, never more`() {
        var random = SeededRandom(seed: 252)
        let pieces = [
            "\n", "\r\n", " ", "\t", ":", "Action: failed", "Status: 5.1.1", "Final-Recipient: rfc822; a", "a", "é",
        ]
        for _ in 0..<3_000 {
            let text = (0..<Int.random(in: 0...20, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined()
            if let status = try? DeliveryStatus(text) { #expect(!status.recipients.isEmpty) }
        }
    }

    @Test func `a return path with a placeholder names its e-mail, and one without names none`() throws {
        let id: Identifier<PagoPA.Notification> = try Identifier("0199c0de-0000-7000-8000-000000000001")
        let path = try ReturnPath("bounces+{id}@example.org")
        #expect(path.address(of: id) == "bounces+0199c0de000070008000000000000001@example.org")
        #expect(path.notification(at: try EmailAddress(path.address(of: id))) == id)
        #expect(path.notification(at: try EmailAddress(path.address(of: id).uppercased())) == id)
        for other in [
            "bounces@example.org", "bounces+x@example.org", "bounces+0199c0de000070008000000000000001@example.com",
        ] {
            #expect(path.notification(at: try EmailAddress(other)) == nil)
        }
        let plain = try ReturnPath("bounces@example.org")
        #expect(plain.address(of: id) == "bounces@example.org")
        #expect(plain.notification(at: try EmailAddress("bounces@example.org")) == nil)
    }

    @Test(arguments: [
        "", "x", "{id}", "a@{id}.example.org", "{id}{id}@example.org", "a b+{id}@example.org", "a@b@c", "a{id}",
    ])
    func `another return path is refused`(text: String) {
        #expect(throws: InvalidValue.self) { try ReturnPath(text) }
    }
}
