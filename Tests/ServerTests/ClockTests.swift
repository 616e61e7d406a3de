import Foundation
import TestSupport
import Testing

/// Clocks that differ: those of senders, and those of two instances.
extension ServerTests {
    @Suite(.alone) struct ClockTests {
        @Test func `a sender's clock may differ by five minutes, and a larger skew is rejected and logged`()
            async throws
        {
            try await Deployment.with { live in
                @Sendable func lines() throws -> [Substring] {
                    try live.log().split(separator: "\n").filter { $0.contains("skew_seconds") }
                }
                var logged = 0
                for (offset, status) in [(310, 401), (-310, 401), (290, 201), (-290, 201)] {
                    let (position, iuv) = try await live.position()
                    let rt = Deployment.rt(iuv: iuv, receipt: "CLOCK\(offset)")

                    let answer = try await live.call(
                        "POST", "/v1/psps/ABCDITMM/receipts", json: rt,
                        headers: live.signed(rt, clockOffBySeconds: offset))

                    #expect(answer.status == status, "\(offset)")
                    #expect(try await live.status(of: position) == (status == 201 ? "paid" : "open"), "\(offset)")
                    if status == 401 {
                        // The log is written by a thread of its own, so its line may come after the response.
                        try await live.waitUntil("the log has the skew") { [logged] in try lines().count == logged + 1 }
                        let line = try #require(try lines().last)
                        #expect(line.contains(#""reason":"webhook-timestamp""#))
                        let skew = line.firstMatch(of: /"skew_seconds":"(-?\d+)"/).flatMap { Int($0.1) }
                        #expect(abs((skew ?? 0) - offset) <= 5, "\(line)")
                        logged += 1
                    }
                    #expect(try lines().count == logged, "\(offset)")
                }
            }
        }

        @Test(arguments: [600, -600])
        func `an instance whose clock is off by ten minutes settles and sends correctly beside a correct one`(
            skew: Int
        ) async throws {
            // The correct instance runs no background jobs, so all mails and expiries here are due to the wrong one.
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

                // A request signed with the correct time is rejected by the wrong instance and accepted by the correct one.
                let (position, iuv) = try await live.position()
                let rt = Deployment.rt(iuv: iuv, receipt: "SKEW")
                #expect(try await post(rt, offset: 0, to: wrong.url) == 401)
                // The log is written by a thread of its own, so its line may come after the response.
                try await live.waitUntil("the log has the skew") {
                    wrong.log.contains(#""skew_seconds":"\#(-skew)"#.dropLast(2))
                }
                #expect(try await live.status(of: position) == "open")
                #expect(try await post(rt, offset: 0, to: live.api) == 201)
                #expect(try await post(rt, offset: skew, to: wrong.url) == 200)
                #expect(try await post(rt, offset: skew, to: live.api) == 401)
                #expect(try await live.status(of: position) == "paid")

                // An attempt of the correct instance is open until its deadline and is not ended by the wrong one.
                let held = try await live.position()
                #expect(try await live.pay(iuv: held.iuv).status == 201)
                let lapsed = try await live.position()
                #expect(try await live.pay(iuv: lapsed.iuv).status == 201)
                _ = try live.query(
                    """
                    UPDATE payment_attempts SET expires_at = now() - interval '1 s'
                    WHERE id IN (SELECT attempt_id FROM attempt_items WHERE iuv = '\(lapsed.iuv)')
                    """)
                try await live.waitUntil("the wrong instance has ended the expired attempt") {
                    try live.query("SELECT status FROM payment_attempts WHERE status = 'expired'") == ["expired"]
                }
                #expect(
                    try live.query(
                        "SELECT a.status FROM payment_attempts a JOIN attempt_items t ON t.attempt_id = a.id WHERE t.iuv = '\(held.iuv)'"
                    ) == ["redirected"])

                // Mails of both instances, sent by both when the correct one runs background jobs too: each is sent once.
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
                    try live.query("SELECT count(*) FROM notifications WHERE state <> 'sent'") == ["0"]
                }
                #expect(try live.query("SELECT count(*) FROM notifications WHERE attempts <> 1") == ["0"])
                #expect(try await live.mailCount(to: "canarino@example.org") == 11)
            }
        }
    }
}
