import Foundation
import TestSupport
import Testing

/// Clocks that differ: the senders', and our instances' from each other.
extension ServerTests {
    @Suite struct ClockTests {
        @Test(arguments: [(310, 401), (-310, 401), (290, 201), (-290, 201)])
        func `a sender's clock may be five minutes off, and what is more is refused with the skew in the log`(
            offset: Int, status: Int
        ) async throws {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position()
                let rt = Deployment.rt(iuv: iuv, receipt: "CLOCK")

                let answer = try await live.call(
                    "POST", "/v1/psps/ABCDITMM/receipts", json: rt,
                    headers: live.signed(rt, clockOffBySeconds: offset))

                #expect(answer.status == status)
                #expect(try await live.status(of: position) == (status == 201 ? "paid" : "open"))
                let told = try live.log().split(separator: "\n").filter { $0.contains("skew_seconds") }
                #expect(told.count == (status == 201 ? 0 : 1))
                for line in told {
                    #expect(line.contains(#""reason":"webhook-timestamp""#))
                    let skew = line.firstMatch(of: /"skew_seconds":"(-?\d+)"/).flatMap { Int($0.1) }
                    #expect(abs((skew ?? 0) - offset) <= 5, "\(line)")
                }
            }
        }

        @Test(arguments: [600, -600])
        func `an instance whose clock is ten minutes wrong beside one that is right settles and sends nothing wrong`(
            skew: Int
        ) async throws {
            // The right one runs no loops: whatever is sent or expired here, the wrong one did.
            try await Deployment.with(settings: ["ATTEMPT_LIFE_SECONDS": "300"], serviceArguments: ["--no-loops"]) {
                live in
                let wrong = try Instance(of: live, skewSeconds: skew, settings: ["LOG_LEVEL": "debug"])
                defer { wrong.kill() }
                try wrong.start()
                try await live.waitUntil("the wrong one is ready") { await wrong.isReady(live) }
                func post(_ rt: String, offset: Int, to url: String) async throws -> Int {
                    try await live.send(
                        "POST", url: url + "/v1/psps/ABCDITMM/receipts",
                        headers: live.signed(rt, clockOffBySeconds: offset), body: Data(rt.utf8)
                    ).status
                }

                // What was signed by the right time: refused by the one, taken by the other.
                let (position, iuv) = try await live.position()
                let rt = Deployment.rt(iuv: iuv, receipt: "SKEW")
                #expect(try await post(rt, offset: 0, to: wrong.url) == 401)
                #expect(wrong.log.contains(#""skew_seconds":"\#(-skew)"#.dropLast(2)), "\(wrong.log)")
                #expect(try await live.status(of: position) == "open")
                #expect(try await post(rt, offset: 0, to: live.api) == 201)
                #expect(try await post(rt, offset: skew, to: wrong.url) == 200)
                #expect(try await post(rt, offset: skew, to: live.api) == 401)
                #expect(try await live.status(of: position) == "paid")

                // An attempt made by the right one is held as long as it was promised, and not ended by the wrong one.
                let held = try await live.position()
                #expect(try await live.pay(iuv: held.iuv).status == 201)
                let lapsed = try await live.position()
                #expect(try await live.pay(iuv: lapsed.iuv).status == 201)
                _ = try live.ask(
                    """
                    UPDATE payment_attempts SET expires_at = now() - interval '1 s'
                    WHERE id IN (SELECT attempt_id FROM attempt_items WHERE iuv = '\(lapsed.iuv)')
                    """)
                try await live.waitUntil("the wrong one's loop has ended what had lapsed") {
                    try live.ask("SELECT status FROM payment_attempts WHERE status = 'expired'") == ["expired"]
                }
                #expect(
                    try live.ask(
                        "SELECT a.status FROM payment_attempts a JOIN attempt_items t ON t.attempt_id = a.id WHERE t.iuv = '\(held.iuv)'"
                    ) == ["redirected"])

                // Mail put in by both, sent by both once the right one's loops run too: each once, and none stuck.
                let other = try Instance(of: live)
                defer { other.kill() }
                try other.start()
                for number in 0..<10 {
                    let (_, iuv) = try await live.position()
                    let rt = Deployment.rt(iuv: iuv, receipt: "MAIL-\(number)")
                    let (offset, url) = number % 2 == 0 ? (0, live.api) : (skew, wrong.url)
                    #expect(try await post(rt, offset: offset, to: url) == 201)
                }
                try await live.waitUntil("every mail is sent", seconds: 25) {
                    try live.ask("SELECT count(*) FROM notifications WHERE state <> 'sent'") == ["0"]
                }
                #expect(try live.ask("SELECT count(*) FROM notifications WHERE attempts <> 1") == ["0"])
                #expect(try await live.mailCount(to: "canarino@example.org") == 11)
            }
        }
    }
}
