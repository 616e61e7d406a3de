import Foundation
import TestSupport
import Testing

@testable import Gateways

/// Every failure of a mail server, at every stage. Only a rejection of the recipient or the message is permanent; failures that
/// the operator can fix (TLS, login, a server that rejects this service) are retried.
@Suite struct MailGatewayTests {
    private static let message = Array("Message-ID: <a@example.org>\r\nSubject: x\r\n\r\nciao\r\n".utf8)

    /// The result in one word, and whether the mail is dead.
    private static func outcome(_ gateway: MailGateway, _ timeoutMilliseconds: Int) async -> String {
        do {
            try await gateway.send(
                message, from: "quietanza@example.org", to: "mario@example.org",
                timeoutMilliseconds: timeoutMilliseconds)
            return "sent"
        } catch {
            let kind =
                switch error {
                case .transient(let code, _): "transient \(code)"
                case .permanent(let code, _): "permanent \(code)"
                case .refusesUs(let code, _): "refuses us \(code)"
                case .unreachable: "unreachable"
                case .timedOut: "timed out"
                case .tls: "tls"
                case .authentication(let code): "authentication \(code)"
                case .unsureIfAccepted: "unsure"
                case .stopped: "stopped"
                case .badAddress: "bad address"
                case .busy: "busy"
                }
            return kind + (error.isPermanent ? ", dead" : "")
        }
    }

    @Test func `each failure has the kind of its stage, and only rejections of the recipient or message are permanent`()
        async throws
    {
        let sink = try await MailSink()
        defer { sink.end() }
        let gateway = MailGateway(server: try MailServer("smtp://127.0.0.1:\(sink.port)?tls=none"), threads: 1)
        defer { gateway.stop() }
        let table: [(mode: String, outcome: String)] = [
            ("ok", "sent"), ("greet4", "transient 421"), ("greet5", "refuses us 554"), ("greetdrop", "unreachable"),
            ("greetsilent", "timed out"), ("ehlo4", "transient 421"), ("ehlo5", "refuses us 550"),
            ("ehlodrop", "unreachable"), ("ehlosilent", "timed out"), ("mail4", "transient 451"),
            ("mail5", "refuses us 550"), ("maildrop", "unreachable"), ("mailsilent", "timed out"),
            ("rcpt4", "transient 450"), ("rcpt5", "permanent 550, dead"), ("rcptdrop", "unreachable"),
            ("rcptsilent", "timed out"), ("data4", "transient 451"), ("data5", "permanent 554, dead"),
            ("datadrop", "unreachable"), ("datasilent", "timed out"), ("dropdata", "unsure"), ("dot4", "transient 451"),
            ("dot5", "permanent 554, dead"), ("dotdrop", "unsure"), ("dotsilent", "unsure"), ("lostack", "unsure"),
            ("ok", "sent"),
        ]
        for (mode, expected) in table {
            try sink.mode(mode)
            let patience = mode.hasSuffix("silent") ? 700 : 20_000
            // One thread runs all cases in order, which shows that a late reply is never read as the reply to the next message.
            #expect(await Self.outcome(gateway, patience) == expected, "\(mode)")
        }
        // The two that were sent, and the one without a confirmation.
        #expect(try sink.count() == 3)
    }

    @Test func `without trusted TLS and an accepted login nothing is sent, and the failure is not permanent`()
        async throws
    {
        let sink = try await MailSink(speaksTLS: true)
        defer { sink.end() }
        let authority = try #require(sink.authority)
        let gateway = MailGateway(
            server: try MailServer("smtp://user:secret@localhost:\(sink.port)?tls=starttls&ca=\(authority)"), threads: 1
        )
        defer { gateway.stop() }
        let table: [(mode: String, outcome: String)] = [
            ("ok", "sent"), ("nostarttls", "tls"), ("starttls4", "tls"), ("starttls5", "tls"), ("starttlsjunk", "tls"),
            ("starttlsdrop", "unreachable"), ("starttlssilent", "timed out"), ("auth4", "authentication 454"),
            ("auth5", "authentication 535"), ("authdrop", "unreachable"), ("authsilent", "timed out"), ("ok", "sent"),
        ]
        for (mode, expected) in table {
            try sink.mode(mode)
            let patience = mode.hasSuffix("silent") ? 1_500 : 20_000
            #expect(await Self.outcome(gateway, patience) == expected, "\(mode)")
        }
        let trusting = MailGateway(server: try MailServer("smtp://localhost:\(sink.port)?tls=starttls"), threads: 1)
        defer { trusting.stop() }
        #expect(await Self.outcome(trusting, 20_000) == "tls")
        #expect(try sink.count() == 2)
    }

    @Test func `an unreachable server and an unknown host name are not permanent failures`() async throws {
        for host in ["127.0.0.1:\(try Proxy.freePort())", "no-such-host.invalid:25"] {
            let gateway = MailGateway(server: try MailServer("smtp://\(host)?tls=none"), threads: 1)
            defer { gateway.stop() }
            #expect(await Self.outcome(gateway, 20_000) == "unreachable", "\(host)")
        }
    }

    @Test func `one silent connection does not block the others`() async throws {
        let sink = try await MailSink()
        defer { sink.end() }
        let gateway = MailGateway(server: try MailServer("smtp://127.0.0.1:\(sink.port)?tls=none"))
        defer { gateway.stop() }
        try sink.mode("onesilent")

        let outcomes = await withTaskGroup(of: String.self) { group in
            for _ in 0..<MailGateway.threads * 5 { group.addTask { await Self.outcome(gateway, 20_000) } }
            var outcomes: [String] = []
            for await outcome in group {
                outcomes.append(outcome)
                // All but the silent one have finished, so end the test's wait.
                if outcomes.count == MailGateway.threads * 5 - 1 { group.cancelAll() }
            }
            return outcomes
        }

        #expect(outcomes.dropLast().allSatisfy { $0 == "sent" })
        #expect(outcomes.last == "stopped")
    }

    @Test(arguments: [("mailsilent", "stopped", 3), ("dotsilent", "unsure", 9)])
    func `a cancelled delivery ends and reports whether the server may have accepted the message`(
        mode: String, expected: String, seconds: Int
    ) async throws {
        let sink = try await MailSink()
        defer { sink.end() }
        let gateway = MailGateway(server: try MailServer("smtp://127.0.0.1:\(sink.port)?tls=none"), threads: 1)
        defer { gateway.stop() }
        try sink.mode(mode)
        let sending = Task { await Self.outcome(gateway, MailGateway.totalTimeoutMilliseconds) }
        while try !sink.isKeepingSilence { await Task.yield() }
        let began = ContinuousClock.now

        sending.cancel()

        #expect(await sending.value == expected)
        #expect(ContinuousClock.now - began < .seconds(seconds))
    }
}
