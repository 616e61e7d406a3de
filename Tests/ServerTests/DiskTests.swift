import Foundation
import TestSupport
import Testing

/// A database whose disk is full.
extension ServerTests {
    @Suite struct DiskTests {
        @Test(.enabled(if: SmallDisk.isAllowed, "mounting a small disk is not allowed here"))
        func `while the disk is full RTs get 503, and the service recovers when there is space`() async throws {
            try await Deployment.with(diskMegabytes: 200) { live in
                let disk = try #require(live.cluster.disk)
                let (position, iuv) = try await live.position()
                let rt = Deployment.rt(iuv: iuv, receipt: "KEPT")
                disk.fill()

                // RTs that fit into existing pages are accepted until the pages are full.
                var refused: Deployment.Answer?
                for number in 0..<3_000 where refused == nil {
                    let filler = Deployment.rt(iuv: "77\(number)", receipt: "FILL-\(number)")
                    let answer = try await live.post(rt: filler)
                    if answer.status != 201 { refused = answer }
                }
                #expect(refused?.status == 503)
                #expect(refused?.headers["retry-after"] != nil)
                let settled = try await live.post(rt: rt)
                #expect([201, 503].contains(settled.status))
                let counts = try? live.query(Self.halves)

                disk.free()
                try live.cluster.restartIfEnded()
                try await live.waitUntil("the RT is accepted") {
                    [200, 201].contains(try await live.post(rt: rt).status)
                }

                #expect(counts == nil || counts == ["0"])
                #expect(try live.query(Self.halves) == ["0"])
                #expect(try await live.status(of: position) == "paid")
                #expect(live.service.isRunning)
                try await live.waitUntil("the mail was sent") {
                    try await live.mailCount(to: "canarino@example.org") == 1
                }
            }
        }

        /// Receipts without their RT or journal entry, and settled receipts without their mail.
        private static let halves = """
            SELECT count(*) FROM receipts r WHERE NOT EXISTS (SELECT FROM rts t WHERE t.receipt_id = r.id)
                OR (SELECT count(*) FROM journal j WHERE j.receipt_id = r.id AND j.kind = 'rt_received') <> 1
                OR r.status = 'settled' AND NOT EXISTS (SELECT FROM notifications n WHERE n.receipt_id = r.id)
            """
    }
}
