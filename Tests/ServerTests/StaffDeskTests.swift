import Foundation
import TestSupport
import Testing

/// The staff desk against the real service, through its HTML and without a browser.
extension ServerTests {
    @Suite struct StaffDeskTests {
        @Test
        func `staff find a payment, decide about it, record one at the counter, import debts and read the totals`()
            async throws
        {
            try await Deployment.with { live in
                let portal = try await PortalProcess(live)
                defer { portal.stop() }
                let visitor = PortalVisitor(portal.url)
                let (position, iuv) = try await live.position()
                let (other, _) = try await live.position()
                _ = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "D1", cents: 5_979))

                try await visitor.get("/desk/sign-in")
                try await visitor.post("/desk/sign-in", ["api_key": live.apiKey])
                #expect(visitor.path == "/desk/sign-in" && !visitor.text.contains(live.apiKey))
                try await visitor.post("/desk/sign-in", ["api_key": live.creditorKey])
                #expect(visitor.path == "/desk" && visitor.text.contains("Importo diverso dal dovuto"))

                try await visitor.post("/desk/search", ["q": iuv, "kind": ""])
                try await visitor.get(try visitor.link(#"/desk/positions/[0-9a-f-]+"#))
                #expect(visitor.path == "/desk/positions/\(position)" && visitor.text.contains("Mario Canarino"))
                try await visitor.get(try visitor.link(#"/desk/receipts/[0-9a-f-]+/rt"#))
                #expect(visitor.text.contains("\"D1\""))

                try await visitor.get("/desk/positions/\(position)")
                try await visitor.get(try visitor.link(#"/desk/anomalies/[0-9a-f-]+"#))
                let anomaly = visitor.path
                try await visitor.post(anomaly, try decision(visitor, "match", debt: "000", reason: "Prova"))
                #expect(visitor.text.contains("f-debt-error"))
                try await visitor.post(anomaly, try decision(visitor, "accept", reason: "Arrotondamento del PSP"))
                #expect(visitor.path == anomaly && visitor.text.contains("accettata"))
                #expect(visitor.text.contains("0,01\u{A0}€"))
                #expect(try await live.status(of: position) == "paid")

                try await visitor.get("/desk/positions/\(other)/counter")
                var fields = ["installment": "1", "amount": "59,80", "till": "Economato", "reference": "Q/1"]
                for name in ["day", "time", "key", "tag"] { fields[name] = visitor.value(of: name) }
                try await visitor.post("/desk/positions/\(other)/counter", fields)
                #expect(visitor.path == "/desk/positions/\(other)" && visitor.text.contains("Sportello"))

                try await importDebts(visitor, live)
                try await visitor.get("/desk/statistics?group=psp&from=2026-11-19&to=2026-11-21")
                #expect(visitor.text.contains("<svg") && visitor.text.contains("59,79"))
                try await refund(visitor, position)

                let log = try String(contentsOf: live.folder.appending(path: "portal.log"), encoding: .utf8)
                #expect(!log.contains(live.creditorKey) && !log.contains("RSSMRA") && !log.contains("Canarino"))
                try await visitor.post("/desk/sign-out", [:])
                try await visitor.get("/desk/anomalies")
                #expect(visitor.path == "/desk/sign-in")
            }
        }

        private func decision(
            _ visitor: PortalVisitor, _ resolution: String, debt: String = "", reason: String
        ) throws -> [String: String] {
            [
                "resolution": resolution, "debt": debt, "reason": reason,
                "key": try #require(visitor.value(of: "key")), "tag": try #require(visitor.value(of: "tag")),
            ]
        }

        private func importDebts(_ visitor: PortalVisitor, _ live: Deployment) async throws {
            try await visitor.get("/desk/imports")
            let csv = """
                external_id;debt_type;document/year;document/number;description;debtor/kind;debtor/tax_code;debtor/full_name;\
                installments/0/amount_cents;installments/0/due_date
                DESK-1;mensa;2026;1;Mensa scolastica;person;RSSMRA80A01H501U;Mario Rossi;5980;2030-10-10
                DESK-2;mensa;2026;2;Mensa scolastica;person;RSSMRA80A01H501X;Mario Rossi;5980;2030-10-10
                """
            try await visitor.upload(
                "/desk/imports", ["creditor": Deployment.creditor], file: ("file", "dovuti.csv", Data(csv.utf8)))
            let page = visitor.path
            #expect(page.hasPrefix("/desk/imports/"))
            try await live.waitUntil("the import is done") {
                try live.queryText("SELECT status FROM position_imports") == "done"
            }
            try await visitor.get(page + "?outcome=refused")
            #expect(visitor.text.contains("/debtor/tax_code") && !visitor.text.contains("DESK-1"))
            try await visitor.get(page + "?outcome=created")
            #expect(visitor.text.contains("DESK-1") && !visitor.text.contains("/debtor/tax_code"))
        }

        private func refund(_ visitor: PortalVisitor, _ position: String) async throws {
            try await visitor.get("/desk/positions/\(position)")
            try await visitor.get(try visitor.link(#"/desk/receipts/[0-9a-f-]+"#))
            let receipt = visitor.path
            let key = try #require(visitor.value(of: "key"))
            try await visitor.post(receipt + "/refund", ["amount": "900", "reason": "Troppo", "key": key])
            #expect(visitor.text.contains("role=\"alert\""))
            try await visitor.post(receipt + "/refund", ["amount": "9,00", "reason": "Sconto", "key": key])
            #expect(visitor.path.hasPrefix("/desk/refunds/") && visitor.text.contains("9,00"))
        }
    }
}
