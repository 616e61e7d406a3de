import Cryptography
import TestSupport
import Testing

@testable import Gateways

extension PSPStart {
    static func sample(_ url: String, psp: String = "ABCDITMM", secrets: [WebhookSecret]? = nil) throws -> PSPStart {
        PSPStart(
            psp: psp, startURL: url, secrets: try secrets ?? [WebhookSecret.make()], attemptID: "a",
            creditorTaxCode: "12345678903", creditorName: "Comune", installments: [], amountCents: 1, feeCents: 0,
            payer: nil, returnURL: "https://a.example/", receiptsURL: "https://a.example/",
            outcomesURL: "https://a.example/", expiresAt: "2030-01-01T00:00:00Z", language: "it")
    }
}

/// Limits, deadlines and signatures of calls to PSPs.
@Suite struct PSPPortalTests {
    private static let accepts = #"{"redirect_url":"https://pay.example.org/a"}"#

    private func portal(callsPerPSP: Int = 2, waitingPerPSP: Int = 2) throws -> PSPPortal {
        PSPPortal(
            policy: try OutboundPolicy(allowing: ["127.0.0.0/8"]), threads: 4, callsPerPSP: callsPerPSP,
            waitingPerPSP: waitingPerPSP
        ) { 1_700_000_000 }
    }

    /// The result of a start.
    private func outcome(
        _ portal: PSPPortal, _ server: HostileServer, psp: String, until deadline: ContinuousClock.Instant
    ) async throws -> Result<PSPPortalPage, PSPPortalFailure> {
        let start = try PSPStart.sample("http://127.0.0.1:\(server.port)/start", psp: psp)
        do { return .success(try await portal.start(start, until: deadline)) } catch { return .failure(error) }
    }

    @Test
    func `a hanging PSP gets no calls beyond its limits, further starts fail at once, and other PSPs are not delayed`()
        async throws
    {
        let portal = try portal()
        defer { portal.stop() }
        let hanging = try HostileServer(.isSilent)
        defer { hanging.close() }
        let good = try HostileServer(body: Self.accepts)
        defer { good.close() }
        let deadline = ContinuousClock.now + .seconds(60)

        let late = try await withThrowingTaskGroup(of: Result<PSPPortalPage, PSPPortalFailure>.self) { group in
            for _ in 0..<60 {
                group.addTask { try await outcome(portal, hanging, psp: "HANGS", until: deadline) }
            }
            // Of the sixty, at most 2 run and 2 wait; fewer when the threads start slower than the flood.
            for _ in 0..<56 { #expect(try await group.next() == .failure(.busy)) }
            for _ in 0..<10 {
                #expect(
                    try await outcome(portal, good, psp: "GOOD", until: deadline)
                        == .success(PSPPortalPage(redirectURL: "https://pay.example.org/a", cancelURL: nil)))
            }
            #expect(hanging.connectionCount <= 2)
            // The two running calls end, and the two that waited find a closed server.
            hanging.close()
            hanging.closeConnections()
            return try await group.reduce(into: []) { $0.append($1) }
        }

        #expect(late.count == 4)
        let ended = late.filter { if case .failure(.unreachable) = $0 { true } else { false } }
        #expect(ended.count >= 2 && late.count == ended.count + late.filter { $0 == .failure(.busy) }.count)
        #expect(good.connectionCount == 10)
    }

    @Test func `a call carries a signature for every valid secret, newest first`() async throws {
        let secrets = try (0..<3).map { _ in try WebhookSecret.make() }
        let header = WebhookSignature.sign(id: "start_a", timestamp: 1_700_000_000, body: [1, 2], secrets: secrets)

        #expect(header.split(separator: " ").count == 3)
        let lines = WebhookSignature.Lines(id: ["start_a"], timestamp: ["1700000000"], signature: [header])
        for secret in secrets {
            #expect(
                WebhookSignature.verify(lines, body: [1, 2], secrets: [secret], nowUnixSeconds: 1_700_000_000) == .valid
            )
        }
        let stranger = try WebhookSecret.make()
        #expect(
            WebhookSignature.verify(lines, body: [1, 2], secrets: [stranger], nowUnixSeconds: 1_700_000_000) == .noMatch
        )
    }

    @Test func `a call sends all signatures in one header`() async throws {
        let portal = try portal()
        defer { portal.stop() }
        let server = try HostileServer(body: Self.accepts)
        defer { server.close() }
        let secrets = try (0..<2).map { _ in try WebhookSecret.make() }
        let start = try PSPStart.sample("http://127.0.0.1:\(server.port)/start", secrets: secrets)

        _ = try await portal.start(start, until: .now + .seconds(9))

        let expected = WebhookSignature.sign(
            id: "start_a", timestamp: 1_700_000_000, body: start.body, secrets: secrets)
        #expect(server.received.contains("webhook-signature: \(expected)\r\n"))
    }

    @Test(arguments: [
        (#""cancel_url":"https://pay.example.org/cancel""#, "https://pay.example.org/cancel"),
        (#""cancel_url":"https://169.254.169.254/""#, nil), (#""cancel_url":"javascript:alert(1)""#, nil),
        (#""cancel_url":7"#, nil), (#""cancel_url":null"#, nil), (#""other":true"#, nil),
    ])
    func `the portal accepts a cancel URL only if the policy allows it`(member: String, url: String?)
        async throws
    {
        let portal = try portal()
        defer { portal.stop() }
        let server = try HostileServer(body: #"{"redirect_url":"https://pay.example.org/a",\#(member)}"#)
        defer { server.close() }

        let result = try await outcome(portal, server, psp: "A", until: .now + .seconds(9))

        #expect(result == .success(.init(redirectURL: "https://pay.example.org/a", cancelURL: url)))
    }

    @Test(arguments: [
        (200, true), (202, true), (204, true), (404, true), (409, true), (410, true), (302, false), (400, false),
        (401, false), (500, false),
    ])
    func `a cancellation succeeds when the PSP accepts it or has nothing to cancel`(status: Int, isDelivered: Bool)
        async throws
    {
        let portal = try portal()
        defer { portal.stop() }
        let server = try HostileServer(status: status, body: "")
        defer { server.close() }
        let cancellation = PSPCancellation(
            psp: "A", cancelURL: "http://127.0.0.1:\(server.port)/cancel", secrets: [try WebhookSecret.make()],
            attemptID: "a", traceparent: isDelivered ? "00-1-2-01" : nil)
        do {
            try await portal.cancel(cancellation)
            #expect(isDelivered)
        } catch {
            #expect(!isDelivered && error == .refused(status: status))
        }
        #expect(server.received.hasSuffix(#"{"action":"cancel","attempt_id":"a"}"#))
        #expect(server.received.contains("\r\ntraceparent: 00-1-2-01\r\n") == isDelivered)
        #expect(server.received.contains("traceparent") == isDelivered)
    }
}
