import Cryptography
import TestSupport
import Testing

@testable import Gateways

/// Calls that ask a creditor for the present amount of an installment.
@Suite struct AmountGatewayTests {
    private static func question(_ url: String, _ secrets: [WebhookSecret] = []) -> AmountCall {
        AmountCall(
            url: url, secrets: secrets, id: "amount_1", creditorTaxCode: "12345678903", debtType: "mensa",
            externalID: "M-1", installment: 1, noticeNumber: "301000000000000144", iuv: "01000000000000144",
            amountCents: 5_980, dueDate: "2030-10-10")
    }

    private func outcome(
        of body: String, status: Int = 200, type: String = "application/json", allowing: [String] = ["127.0.0.0/8"]
    ) async throws -> Result<AmountAnswer, AmountFailure> {
        let server = try HostileServer(status: status, headers: "Content-Type: \(type)\r\n", body: body)
        defer { server.close() }
        return try await ask("http://127.0.0.1:\(server.port)/a", allowing: allowing)
    }

    private func ask(_ url: String, allowing networks: [String]) async throws -> Result<AmountAnswer, AmountFailure> {
        let gateway = AmountGateway(policy: try OutboundPolicy(allowing: networks)) { 1_700_000_000 }
        defer { gateway.stop() }
        do { return .success(try await gateway.ask(Self.question(url, [WebhookSecret.make()]))) } catch let failure
            as AmountFailure
        { return .failure(failure) }
    }

    @Test func `a question names the installment and carries one signature for each secret`() async throws {
        let server = try HostileServer(
            status: 200, headers: "Content-Type: application/json\r\n", body: #"{"amount_cents":6280}"#)
        defer { server.close() }
        let gateway = AmountGateway(policy: try OutboundPolicy(allowing: ["127.0.0.0/8"])) { 1_700_000_000 }
        defer { gateway.stop() }
        let question = Self.question(
            "http://127.0.0.1:\(server.port)/a", try [WebhookSecret.make(), WebhookSecret.make()])

        let answer = try await gateway.ask(question)

        #expect(answer == AmountAnswer(isPayable: true, amountCents: 6_280, notificationFeeCents: nil))
        let signatures = WebhookSignature.sign(
            id: "amount_1", timestamp: 1_700_000_000, body: question.body, secrets: question.secrets)
        #expect(signatures.split(separator: " ").count == 2)
        #expect(server.received.contains("webhook-signature: \(signatures)\r\n"))
        #expect(server.received.contains(#""notice_number":"301000000000000144""#))
    }

    @Test(
        arguments: [
            (#"{"payable":false}"#, false, nil, nil), (#"{"amount_cents":1,"notification_fee_cents":2}"#, true, 1, 2),
            (#"{"payable":true,"amount_cents":5,"other":[]}"#, true, 5, nil),
        ] as [(String, Bool, Int64?, Int64?)])
    func `the members of an answer are read, and others are ignored`(
        body: String, isPayable: Bool, amount: Int64?, fee: Int64?
    ) async throws {
        #expect(
            try await outcome(of: body)
                == .success(AmountAnswer(isPayable: isPayable, amountCents: amount, notificationFeeCents: fee)))
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"payable":true}"#, #"{"payable":1,"amount_cents":5}"#, #"{"amount_cents":"5"}"#,
        #"{"amount_cents":5.5}"#, #"{"amount_cents":null}"#, #"{"amount_cents":5,"notification_fee_cents":"x"}"#,
    ])
    func `an answer without an amount is no answer`(body: String) async throws {
        #expect(try await outcome(of: body) == .failure(.malformedAnswer))
    }

    @Test func `another status, another type, a private address and an endless answer are failures`() async throws {
        let valid = #"{"amount_cents":5}"#
        #expect(try await outcome(of: valid, status: 500) == .failure(.malformedAnswer))
        #expect(try await outcome(of: valid, status: 302) == .failure(.malformedAnswer))
        #expect(try await outcome(of: valid, type: "text/html") == .failure(.malformedAnswer))
        #expect(try await outcome(of: valid, allowing: []) == .failure(.notAllowed))
        #expect(try await ask("https://169.254.169.254/", allowing: []) == .failure(.notAllowed))
        let endless = try HostileServer(.floods(head: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"))
        defer { endless.close() }
        #expect(
            try await ask("http://127.0.0.1:\(endless.port)/", allowing: ["127.0.0.0/8"]) == .failure(.malformedAnswer))
    }
}
