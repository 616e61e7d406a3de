import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import PSPSimulator

/// What the simulator answers to a service, a browser and a tester.
@Suite struct RouteTests {
    @Test func `it is alive, and an unknown path is not found`() async throws {
        try await SimulatorClient.with { client async throws in
            #expect(try await client.get("/live").status == 204)
            for path in ["/", "/pay", "/pay/1/2", "/psps/A/channels/B/start/x", "/oidc"] {
                #expect(try await client.get(path).status == 404, "\(path)")
            }
        }
    }

    @Test func `a payment is started by a signed call only, and once for each attempt`() async throws {
        try await SimulatorClient.with { client async throws in
            let path = SimulatorClient.startPath
            let body = StartBody().text
            let other = "whsec_" + Data(repeating: 7, count: 32).base64EncodedString()
            #expect(try await client.send(.post, path, body).status == 401)
            #expect(try await client.signed(path, body, secret: other).status == 401)
            // Far from the bound, which `WebhookSignature` tests without a clock that runs on.
            #expect(try await client.signed(path, body, age: 3_600).status == 401)
            #expect(try await client.signed(path, body, age: -3_600).status == 401)
            #expect(try await client.get("/payments").json["items"] as? [String] == [])

            let first = try await client.signed(path, body)
            let again = try await client.signed(path, body, age: 10)
            let redirect = try #require(first.json["redirect_url"] as? String)
            #expect(first.status == 200 && redirect.hasPrefix("\(SimulatorClient.publicURL)/pay/"))
            #expect(again.json["redirect_url"] as? String == redirect)
            let id = try #require(redirect.split(separator: "/").last)
            #expect(
                first.json["cancel_url"] as? String
                    == "\(SimulatorClient.publicURL)/psps/ABCDITMM/payments/\(id)/cancel")
            let elsewhere = try await client.signed(path.replacing("ABCDITMM", with: "EFGHITMM"), body)
            #expect(elsewhere.json["redirect_url"] as? String != redirect)
            #expect(await client.book.latest(10).count == 2)
        }
    }

    private static let calls: [(StartBody, Int)] = {
        func body(_ change: (inout StartBody) -> Void) -> StartBody {
            var body = StartBody()
            change(&body)
            return body
        }
        let one = StartBody().installments
        let largest = one.map { $0.replacing("5980", with: "99999999999") }
        return [
            (body { $0.installments = [] }, 422), (body { $0.installments = one + one + one + one + one + one }, 422),
            (body { $0.amount = "5979" }, 422), (body { $0.amount = "0" }, 422), (body { $0.amount = "-5980" }, 422),
            (
                body {
                    $0.installments = one.map { $0.replacing("5980", with: "0") }
                    $0.amount = "0"
                }, 422
            ),
            (
                body {
                    $0.installments = one.map { $0.replacing("5980", with: "-1") }
                    $0.amount = "-1"
                }, 422
            ),
            (
                body {
                    $0.installments = one.map { $0.replacing("5980", with: "9223372036854775807") }
                    $0.amount = "9223372036854775807"
                }, 422
            ),
            (body { $0.fee = "-1" }, 422), (body { $0.fee = "100000000000" }, 422), (body { $0.fee = "1.5" }, 400),
            (body { $0.fee = "9223372036854775808" }, 400), (body { $0.amount = "\"5980\"" }, 400),
            (body { $0.returnURL = "javascript:alert(1)" }, 422), (body { $0.receiptsURL = "ftp://a/" }, 422),
            (body { $0.outcomesURL = "/relative" }, 422), (body { $0.outcomesURL = "http://" }, 422),
            (body { $0.installments = ["{}"] }, 400), (body { $0.installments = ["null"] }, 400),
            (
                body {
                    $0.installments = largest + largest + largest + largest + largest
                    $0.amount = "499999999995"
                    $0.fee = "99999999999"
                }, 200
            ),
            (body { $0.fee = "0" }, 200),
        ]
    }()

    @Test(arguments: calls.indices) func `a call with wrong members is refused, and the largest amounts are accepted`(
        index: Int
    ) async throws {
        let (body, status) = Self.calls[index]
        try await SimulatorClient.with { client async throws in
            let answer = try await client.signed(SimulatorClient.startPath, body.text)
            #expect(answer.status == status, "\(body.text): \(answer.text)")
            if status == 200 {
                let id = try #require((answer.json["redirect_url"] as? String)?.split(separator: "/").last)
                for language in PageLanguage.allCases {
                    #expect(try await client.get("/pay/\(id)?language=\(language.rawValue)").status == 200)
                }
            }
        }
    }

    @Test(arguments: ["", "{", "[]", "null", "7", "\"x\"", "{\"attempt_id\": 7}", "\u{0}", "{} {}"])
    func `a body that is no call is refused, however it is signed`(body: String) async throws {
        try await SimulatorClient.with { client async throws in
            #expect(try await client.signed(SimulatorClient.startPath, body).status == 400)
        }
    }

    @Test func `the page is for one payment, in the language of its reader, and loads nothing`() async throws {
        try await SimulatorClient.with { client async throws in
            let id = try await client.start(StartBody().text)
            let page = try await client.get("/pay/\(id)", headers: [.acceptLanguage: "de"])
            #expect(page.status == 200 && page.text.contains("<html lang=\"de\">"))
            #expect(page.headers[.contentLanguage] == "de" && page.headers[.cacheControl] == "no-store")
            #expect(page.headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none'") == true)
            #expect(page.text.contains("Comune &lt;b&gt;") && !page.text.contains("<script"))
            let chosen = try await client.get("/pay/\(id)?language=sl", headers: [.acceptLanguage: "de"])
            #expect(chosen.text.contains("<html lang=\"sl\">"))
            for path in ["/pay/x", "/pay/\(id)x", "/payments/x"] {
                #expect(try await client.get(path).status == 404, "\(path)")
            }
        }
    }

    @Test func `a payer who pays is sent back, and the service gets the outcome and the RT with signatures`()
        async throws
    {
        let service = try HostileServer(status: 201, body: "{}")
        try await SimulatorClient.with { client async throws in
            var body = StartBody()
            body.outcomesURL = "http://127.0.0.1:\(service.port)/outcomes"
            body.receiptsURL = "http://127.0.0.1:\(service.port)/receipts"
            let id = try await client.start(body.text)

            let paid = try await client.form("/pay/\(id)", "action=pay&delay_seconds=")
            #expect(paid.status == 303 && paid.headers[.location] == body.returnURL)
            let report = try await client.get("/payments/\(id)")
            let deliveries = try #require(report.json["deliveries"] as? [[String: Any]])
            #expect(deliveries.map { $0["kind"] as? String } == ["outcome", "receipt"])
            #expect(deliveries.allSatisfy { $0["status"] as? Int == 201 && $0["tries"] as? Int == 1 })
            #expect(report.json["last_action"] as? String == "pay" && report.json["cancelled_at"] == nil)
            let rt = try #require((deliveries.last?["sent"] as? String).map { Data($0.utf8) })
            #expect(try JSONDecoder().decode(RT.self, from: rt).amountCents == 5_980)
            for header in ["webhook-id: msg_", "webhook-timestamp: ", "webhook-signature: v1,"] {
                #expect(service.received.lowercased().contains(header), "\(header)")
            }
            // A payment is paid once, also if the second button is another one.
            for action in PortalAction.allCases {
                #expect(try await client.form("/pay/\(id)", "action=\(action.rawValue)").status == 409)
            }
        }
    }

    @Test(arguments: PortalAction.allCases.filter { $0 != .late })
    func `a tester gets the posts of an action as JSON`(action: PortalAction) async throws {
        let service = try HostileServer(status: 200, body: "{}")
        try await SimulatorClient.with { client async throws in
            var body = StartBody()
            body.outcomesURL = "http://127.0.0.1:\(service.port)/o"
            body.receiptsURL = "http://127.0.0.1:\(service.port)/r"
            let id = try await client.start(body.text)
            let answer = try await client.form("/pay/\(id)", "action=\(action.rawValue)", accept: "application/json")
            let deliveries = try #require(answer.json["deliveries"] as? [[String: Any]])
            let receipts =
                switch action {
                case .pay, .refuse, .cancel, .wrongAmount: 1
                case .twice, .conflict: 2
                case .never, .late: 0
                }
            #expect(deliveries.count == 1 + receipts && answer.json["delay_seconds"] == nil)
            #expect(answer.json["return_url"] as? String == body.returnURL)
            let outcome = try #require(deliveries.first?["sent"] as? String)
            #expect(outcome.contains("\"outcome\":\"\(action.outcome.rawValue)\""))
            #expect(outcome.contains("\"detail\"") == (action.failureReason != nil))
        }
    }

    @Test(arguments: [
        ("action=buy", 422), ("action=", 422), ("", 400), ("delay_seconds=1", 400),
        ("action=late&delay_seconds=-1", 422),
        ("action=late&delay_seconds=3601", 422), ("action=late&delay_seconds=99999999999999999999", 400),
        ("action=pay&delay_seconds=soon", 400), ("action=pay;x", 422),
    ])
    func `a choice that the page does not offer is refused, and nothing is paid`(fields: String, status: Int)
        async throws
    {
        try await SimulatorClient.with { client async throws in
            let id = try await client.start(StartBody().text)
            #expect(try await client.form("/pay/\(id)", fields).status == status)
            #expect(await client.book.payment(id)?.lastAction == nil)
            #expect(try await client.form("/pay/unknown", "action=pay").status == 404)
        }
    }

    @Test(arguments: [
        (#"{"action":"never"}"#, 303), (#"{"action":"never","delay_seconds":null}"#, 303),
        (#"{"action":"never","delay_seconds":"5"}"#, 400), (#"{"action":7}"#, 400), ("[]", 400), ("{", 400),
    ])
    func `a choice may be JSON`(body: String, status: Int) async throws {
        try await SimulatorClient.with { client async throws in
            var call = StartBody()
            let service = try HostileServer(status: 200, body: "{}")
            call.outcomesURL = "http://127.0.0.1:\(service.port)/o"
            let id = try await client.start(call.text)
            let answer = try await client.send(
                .post, "/pay/\(id)", body, headers: [.contentType: "application/json; charset=utf-8"])
            #expect(answer.status == status, "\(answer.text)")
        }
    }

    @Test func `the service ends a payment with a signed call, unless it is paid`() async throws {
        let service = try HostileServer(status: 200, body: "{}")
        try await SimulatorClient.with { client async throws in
            var body = StartBody()
            body.outcomesURL = "http://127.0.0.1:\(service.port)/o"
            body.receiptsURL = "http://127.0.0.1:\(service.port)/r"
            let id = try await client.start(body.text)
            let path = "/psps/ABCDITMM/payments/\(id)/cancel"
            let cancel = #"{"action": "cancel", "attempt_id": "\#(body.attempt)"}"#
            #expect(try await client.send(.post, path, cancel).status == 401)
            #expect(try await client.signed(path, cancel.replacing("cancel", with: "refund")).status == 422)
            #expect(try await client.signed(path, "{}").status == 400)
            #expect(try await client.signed(path, cancel.replacing("0199", with: "0198")).status == 404)
            #expect(try await client.signed(path.replacing("ABCD", with: "EFGH"), cancel).status == 404)
            #expect(try await client.signed(path, cancel).json["status"] as? String == "cancelled")
            #expect(try await client.signed(path, cancel).status == 200)
            #expect(try await client.form("/pay/\(id)", "action=pay").status == 409)
            #expect(try await client.get("/pay/\(id)").text.contains("<form") == false)

            body.attempt = "0199b0aa-2222-7abc-8def-001122334455"
            let paid = try await client.start(body.text)
            #expect(try await client.form("/pay/\(paid)", "action=pay").status == 303)
            let late = #"{"action": "cancel", "attempt_id": "\#(body.attempt)"}"#
            #expect(try await client.signed("/psps/ABCDITMM/payments/\(paid)/cancel", late).status == 409)
        }
    }

    @Test func `an RT of a tester is signed and posted as it was given`() async throws {
        let service = try HostileServer(status: 422, body: #"{"code": "invalid-request"}"#)
        try await SimulatorClient.with { client async throws in
            let rt = #"{"a":"<è>/","psp":{"id":"ABCDITMM"}}"#
            let answer = try await client.send(
                .post, "/rts", #"{"receipts_url": "http://127.0.0.1:\#(service.port)/r", "rt": \#(rt)}"#)
            #expect(answer.json["status"] as? Int == 422 && answer.json["tries"] as? Int == 1)
            #expect(answer.json["sent"] as? String == rt && service.received.hasSuffix(rt))
            for body in [
                "", "[]", #"{"rt": {}}"#, #"{"receipts_url": "file:///etc/passwd", "rt": {}}"#,
                #"{"receipts_url": "http://127.0.0.1:9/", "rt": []}"#,
            ] {
                #expect(try await client.send(.post, "/rts", body).status == 422, "\(body)")
            }
        }
    }

    @Test func `a redirect is not followed, and a service that is away is a delivery without a status`() async throws {
        let target = try HostileServer(status: 200, body: "{}")
        let redirect = try HostileServer(
            status: 302, headers: "Location: http://127.0.0.1:\(target.port)/\r\n", body: "")
        let signer = try WebhookSigner(secret: SimulatorClient.secret)
        let delivery = await Courier().post(
            .receipt, Array("{}".utf8), to: "http://127.0.0.1:\(redirect.port)/", signer: signer)
        #expect(delivery.status == 302 && delivery.tries == 1 && target.connectionCount == 0)
    }

    @Test func `the list has the newest payments first, and a payment is listed as it is shown`() async throws {
        try await SimulatorClient.with { client async throws in
            var ids: [String] = []
            for number in 0..<(PortalRoutes.listLength + 3) {
                var body = StartBody()
                body.attempt = "0199b0aa-0000-7abc-8def-\(100_000_000_000 + number)"
                ids.append(try await client.start(body.text))
            }
            let items = try #require(try await client.get("/payments").json["items"] as? [[String: Any]])
            #expect(items.compactMap { $0["id"] as? String } == Array(ids.reversed().prefix(PortalRoutes.listLength)))
            let last = try #require(ids.last)
            let shown = try await client.get("/payments/\(last)").json
            let listed = try #require(items.first)
            #expect(NSDictionary(dictionary: shown) == NSDictionary(dictionary: listed))
        }
    }
}
