import Foundation
import TestSupport
import Testing

/// Lists and searches over HTTP beside a plain reading of the same items: random rows, random filters, pages of any length.
extension ServerTests {
    @Suite struct ListModelTests {
        private typealias Item = [String: any Sendable]

        /// A parameter, and the items that have its value.
        private struct Choice {
            let name: String
            let value: String
            let fits: (Item) -> Bool
        }

        /// The day in Rome.
        private static func day(_ instant: String?) -> String? {
            guard let instant, let date = try? Date(instant, strategy: .iso8601) else { return nil }
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = TimeZone(identifier: "Europe/Rome") ?? .gmt
            let parts = calendar.dateComponents([.year, .month, .day], from: date)
            return String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
        }

        /// An instant with six decimals, which are compared as texts.
        private static func padded(_ instant: String) -> String {
            let parts = instant.dropLast().split(separator: ".")
            return "\(parts.first ?? "").\(((parts.dropFirst().first ?? "") + "000000").prefix(6))"
        }

        private static func json(_ value: Any) throws -> String {
            String(
                decoding: try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed]),
                as: UTF8.self)
        }

        private static func items(
            _ live: Deployment, _ path: String, _ parameters: [(String, String)], search: Bool, limit: Int
        ) async throws -> (items: [Item], total: Int?) {
            var (items, total, cursor): ([Item], Int?, String?) = ([], nil, nil)
            repeat {
                var all = parameters + [("limit", "\(limit)"), ("include_total", "true")]
                if let cursor { all.append(("cursor", cursor)) }
                let answer: Deployment.Answer
                if search {
                    answer = try await live.call(
                        "POST", "\(path)/search", key: live.creditorKey,
                        json: try json(Dictionary(all) { first, _ in first }))
                } else {
                    var address = URLComponents()
                    address.queryItems = all.map { URLQueryItem(name: $0.0, value: $0.1) }
                    answer = try await live.call(
                        "GET", "\(path)?\(address.percentEncodedQuery ?? "")", key: live.creditorKey)
                }
                try #require(answer.status == 200, "\(parameters): \(String(decoding: answer.body, as: UTF8.self))")
                let page = try answer.json
                let found = try #require(page["items"] as? [Item])
                items += found
                total = page["total_count"] as? Int
                cursor = page["next_cursor"] as? String
                #expect(found.count <= limit && (cursor == nil || found.count == limit))
            } while cursor != nil
            return (items, total)
        }

        /// Random combinations must find exactly what the plain reading finds, by GET and by POST.
        private static func check(
            _ live: Deployment, _ path: String, all: [Item], choices: [[Choice]], rounds: Int, seed: UInt64,
            orders: [Order], isShown: (Item) -> Bool = { _ in true }
        ) async throws {
            var random = SeededRandom(seed: seed)
            var someFound = 0
            for round in 0..<rounds {
                let groups = choices.shuffled(using: &random).prefix(
                    round < 2 ? 0 : Int.random(in: 1...3, using: &random))
                let chosen = groups.compactMap { $0.randomElement(using: &random) }
                guard let order = orders.randomElement(using: &random) else { return }
                let parameters = chosen.map { ($0.name, $0.value) } + (order.name.map { [("sort", $0)] } ?? [])
                let namesStatus = chosen.contains { $0.name == "status" }
                let expected = all.filter { item in
                    chosen.allSatisfy { $0.fits(item) } && (namesStatus || isShown(item))
                }.sorted(by: order.isBefore)
                let found = try await items(
                    live, path, parameters, search: round.isMultiple(of: 2),
                    limit: Int.random(in: 1...100, using: &random))
                #expect(
                    found.items.map { $0["id"] as? String } == expected.map { $0["id"] as? String }, "\(parameters)")
                #expect(found.total == expected.count, "\(parameters)")
                if !expected.isEmpty, expected.count < all.count { someFound += 1 }
            }
            #expect(someFound > rounds / 4)
        }

        private static func text(_ name: String) -> (Item) -> String { { $0[name] as? String ?? "" } }

        private static func document(_ item: Item) -> (year: Int, number: String) {
            let document = item["document"] as? Item
            return (document?["year"] as? Int ?? 0, document?["number"] as? String ?? "")
        }

        private static func installments(_ item: Item) -> [Item] { item["installments"] as? [Item] ?? [] }

        private static let dueDays = ["2030-01-31", "2030-02-28", "2030-03-31", "2030-12-31"]
        /// A second before and at midnight in Rome, in winter and in summer.
        private static let payments = [
            "2026-03-28T22:59:59Z", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z",
            "2026-11-20T10:00:00Z",
        ]

        /// Positions in every status that a creditor can reach, some paid in part, some under review. Returns their ids.
        private static func fill(_ live: Deployment, _ random: inout SeededRandom) async throws {
            for number in 0..<36 {
                let parts = (1...Int.random(in: 1...3, using: &random)).map { part in
                    let due = dueDays.randomElement(using: &random) ?? "2030-01-31"
                    let end = Bool.random(using: &random) ? #","valid_until":"\#(due)""# : ""
                    return #"{"amount_cents":\#(100 * part),"due_date":"\#(due)"\#(end)}"#
                }
                let answer = try await live.call(
                    "POST", "/v1/positions", key: live.creditorKey,
                    json: """
                        {"creditor_tax_code":"\(Deployment.creditor)","external_id":"M-\(number)",
                        "debt_type":"\(["mensa", "trasporto"].randomElement(using: &random) ?? "mensa")",
                        "document":{"year":\(Int.random(in: 2_024...2_026, using: &random)),"number":"\(["A1", "A2", "B"].randomElement(using: &random) ?? "B")"},
                        "description":"Prova \(number)","debtor":{"kind":"person",
                        "tax_code":"\(["RSSMRA80A01H501U", "VRDNNA85M41F205G"].randomElement(using: &random) ?? "")",
                        "full_name":"Canarino"},"installments":[\(parts.joined(separator: ","))],
                        "draft":\(number % 6 == 0)}
                        """)
                try #require(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
                let position = try answer.json
                let id = try #require(position["id"] as? String)
                if number % 6 == 0 { continue }
                if number % 6 == 1 {
                    #expect(
                        try await live.call("POST", "/v1/positions/\(id)/cancel", key: live.creditorKey).status == 200)
                    continue
                }
                for (index, part) in installments(position).enumerated() where Bool.random(using: &random) {
                    let iuv = try #require(part["iuv"] as? String)
                    // One in five pays a cent too much.
                    let cents = 100 * (index + 1) + (Int.random(in: 0..<5, using: &random) == 0 ? 1 : 0)
                    let rt = Deployment.rt(
                        iuv: iuv, receipt: "R-\(number)-\(index)", cents: cents,
                        outcome: Int.random(in: 0..<6, using: &random) == 0 ? "KO" : "OK",
                        paidAt: payments.randomElement(using: &random) ?? payments[0])
                    // An RT without money has an amount of nothing.
                    let body =
                        rt.contains(#""KO""#)
                        ? rt.replacing(#""amount_cents":\#(cents)"#, with: #""amount_cents":0"#) : rt
                    #expect([200, 201].contains(try await live.post(rt: body).status), "\(body)")
                }
            }
        }

        private static func days(_ name: String, _ days: [String], _ of: @escaping (Item) -> [String]) -> [[Choice]] {
            [
                days.map { day in Choice(name: "\(name)_from", value: day) { of($0).contains { $0 >= day } } },
                days.map { day in Choice(name: "\(name)_to", value: day) { of($0).contains { $0 <= day } } },
            ]
        }

        @Test
        func `positions and receipts are found by any combination of parameters, in every order and page by page`()
            async throws
        {
            try await Deployment.with { live in
                var random = SeededRandom(seed: 901)
                try await Self.fill(live, &random)
                // The whole list, and each position as it is shown.
                var positions: [Item] = []
                for row in try await Self.items(live, "/v1/positions", [], search: false, limit: 100).items {
                    let id = try #require(row["id"] as? String)
                    let shown = try await live.call("GET", "/v1/positions/\(id)", key: live.creditorKey).json
                    for (name, value) in row where !["creditor_name", "due_date", "_links"].contains(name) {
                        #expect(try Self.json(value) == Self.json(shown[name] ?? ""), "\(name)")
                    }
                    positions.append(row.merging(shown) { first, _ in first })
                }
                #expect(
                    Set(positions.map(Self.text("status"))).isSuperset(of: [
                        "open", "draft", "cancelled", "paid", "partially_paid",
                    ]))
                try await Self.check(
                    live, "/v1/positions", all: positions, choices: try Self.choices(ofPositions: positions),
                    rounds: 110,
                    seed: 902, orders: Self.orders())
                let receipts = try await Self.items(
                    live, "/v1/receipts", [("status", "settled,anomaly,recorded,quarantined")], search: false,
                    limit: 100
                ).items
                #expect(Set(receipts.map(Self.text("status"))).count >= 3)
                try await Self.check(
                    live, "/v1/receipts", all: receipts, choices: Self.choices(ofReceipts: receipts, positions),
                    rounds: 60, seed: 903,
                    orders: [
                        Order(name: nil) { first, second in
                            (Self.padded(Self.text("paid_at")(first)), Self.text("id")(first))
                                > (Self.padded(Self.text("paid_at")(second)), Self.text("id")(second))
                        }
                    ], isShown: { ["settled", "anomaly"].contains(Self.text("status")($0)) })
            }
        }

        private struct Order {
            let name: String?
            let isBefore: (Item, Item) -> Bool
        }

        private static func orders() -> [Order] {
            let keys: [(String, (Item) -> String)] = [
                ("created_at", { padded(text("created_at")($0)) }), ("updated_at", { padded(text("updated_at")($0)) }),
                ("due_date", text("due_date")), ("document", { "\(document($0).year) \(document($0).number)" }),
            ]
            return keys.flatMap { name, key -> [Order] in
                let isBefore = { (first: Item, second: Item) in
                    (key(first), text("id")(first)) < (key(second), text("id")(second))
                }
                return [Order(name: name, isBefore: isBefore), Order(name: "-" + name) { isBefore($1, $0) }]
            }
        }

        private static func choices(ofPositions all: [Item]) throws -> [[Choice]] {
            let some = try #require(all.first { installments($0).count > 1 })
            let part = try #require(installments(some).last)
            let (iuv, notice) = (text("iuv")(part), text("notice_number")(part))
            let updated = text("updated_at")(all[all.count / 2])
            func word(_ name: String, _ member: String, _ values: [String]) -> [Choice] {
                values.map { value in Choice(name: name, value: value) { text(member)($0) == value } }
            }
            func holds(_ name: String, _ value: String, _ fits: @escaping (Item) -> Bool) -> Choice {
                Choice(name: name, value: value, fits: fits)
            }
            var groups: [[Choice]] = []
            groups.append(
                word("status", "status", ["open", "draft", "cancelled", "paid", "partially_paid", "expired"])
                    + [holds("status", "open,paid") { ["open", "paid"].contains(text("status")($0)) }])
            groups.append(word("external_id", "external_id", ["M-7", "M-35", "m-7"]))
            groups.append(word("debt_type", "debt_type", ["mensa", "trasporto", "other"]))
            groups.append([holds("service", "school") { _ in true }, holds("service", "police") { _ in false }])
            groups.append(
                [2_024, 2_025, 2_027].map { (year: Int) in
                    holds("document_year", "\(year)") { document($0).year == year }
                })
            groups.append(
                ["A1", "B", "C"].map { number in
                    holds("document_number", number) { document($0).number == number }
                })
            groups.append([holds("iuv", iuv) { installments($0).contains { text("iuv")($0) == iuv } }])
            groups.append([
                holds("notice_number", notice) { installments($0).contains { text("notice_number")($0) == notice } }
            ])
            groups.append(
                [true, false].map { (flag: Bool) in
                    holds("under_review", "\(flag)") { $0["under_review"] as? Bool == flag }
                })
            groups.append([
                holds("updated_since", updated) { padded(text("updated_at")($0)) >= padded(updated) }
            ])
            groups += days("due", dueDays) { [text("due_date")($0)] }
            // Of a range, one end: both must hold for the same installment.
            groups += days("paid", ["2026-03-28", "2026-03-29", "2026-03-30"]) { item in
                installments(item).compactMap { day($0["paid_at"] as? String) }
            }.prefix(1)
            groups += days("valid_until", dueDays) { item in
                installments(item).compactMap { $0["valid_until"] as? String }
            }.suffix(1)
            return groups
        }

        private static func choices(ofReceipts all: [Item], _ positions: [Item]) -> [[Choice]] {
            func word(_ name: String, _ values: [String]) -> [Choice] {
                values.map { value in Choice(name: name, value: value) { text(name)($0) == value } }
            }
            let documents = Dictionary(positions.map { (text("id")($0), document($0)) }) { first, _ in first }
            let first = all.first ?? [:]
            var groups = [
                word("debt_type", ["mensa", "trasporto"]), word("iuv", [text("iuv")(first)]),
                word("position_id", [text("position_id")(first)]), word("origin", ["pagopa", "counter"]),
            ]
            groups.append(
                ["2024", "2026"].map { year in
                    Choice(name: "document_year", value: year) {
                        documents[text("position_id")($0)].map { "\($0.year)" } == year
                    }
                })
            groups.append(
                ["A1", "B"].map { number in
                    Choice(name: "document_number", value: number) {
                        documents[text("position_id")($0)]?.number == number
                    }
                })
            groups.append(
                [0, 100, 101, 200].map { (cents: Int) in
                    Choice(name: "amount_cents", value: "\(cents)") { $0["amount_cents"] as? Int == cents }
                })
            groups.append([
                Choice(name: "psp_id", value: "ABCDITMM") { _ in true },
                Choice(name: "psp_id", value: "BETAITRR") { _ in false },
            ])
            groups.append([
                Choice(name: "status", value: "recorded") { text("status")($0) == "recorded" },
                Choice(name: "status", value: "settled,anomaly,recorded,quarantined") { _ in true },
            ])
            return groups
        }
    }
}
