import PagoPA
import TestSupport
import Testing

/// The list of PSPs against a plain reading of its rows.
@Suite struct PSPListTests {
    private static let methods = ["CP", "BBT", "MYBK"]

    private static func list(_ random: inout SeededRandom) throws -> PSPList {
        let psps = try (0..<Int.random(in: 1...6, using: &random)).map { number in
            let channels = try (0..<Int.random(in: 1...4, using: &random)).map { channel in
                var upTo: Int64 = 0
                let bands = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                    upTo += Int64.random(in: 1...5_000, using: &random)
                    return FeeBand(
                        upTo: Given.amount(upTo), fee: Given.amount(Int64.random(in: 0...3, using: &random) * 50))
                }
                return Channel(
                    id: try ChannelID("c\(channel)"),
                    method: try PaymentMethod(methods.randomElement(using: &random) ?? "CP"),
                    startURL: "https://psp.example.org", names: [:], feeBands: bands)
            }
            return PSP(
                id: try PSPID("PSP_00\(number)"), businessName: "Banca \(Int.random(in: 0...2, using: &random))",
                taxCode: nil, isEnabled: Int.random(in: 0..<4, using: &random) > 0, channels: channels)
        }
        return PSPList(version: 1, psps: psps, createdAt: Given.now)
    }

    /// Rows of PSP, channel, method and fee that accept the amount.
    private static func rows(_ list: PSPList, _ method: PaymentMethod?, _ amount: Amount) -> [(key: String, fee: Int64)]
    {
        list.psps.filter(\.isEnabled).flatMap { psp in
            psp.channels.filter { method == nil || $0.method == method }.compactMap { channel in
                let band = channel.feeBands.first { amount.cents <= $0.upTo.cents }
                return band.map { ("\(psp.id)/\(channel.id)/\(channel.method)", $0.fee.cents) }
            }
        }
    }

    @Test func `the choices are the rows that accept the amount, in the order that was asked for`() throws {
        var random = SeededRandom(seed: 111)
        for _ in 0..<300 {
            let list = try Self.list(&random)
            let amount = Given.amount(Int64.random(in: 0...12_000, using: &random))
            let code = (Self.methods + [nil]).randomElement(using: &random) ?? nil
            let method = try code.map { try PaymentMethod($0) }
            let rows = Self.rows(list, method, amount)
            for order in ChoiceOrder.allCases {
                let choices = list.choices(method: method, amount: amount, order: order, payer: "a")
                #expect(choices.map(\.key).sorted() == rows.map(\.key).sorted())
                for (one, next) in zip(choices, choices.dropFirst()) {
                    switch order {
                    case .fee: #expect(one.fee <= next.fee)
                    case .name: #expect(one.psp.businessName <= next.psp.businessName)
                    }
                }
                #expect(Set(choices.map { "\($0.key) \($0.fee.cents)" }) == Set(rows.map { "\($0.key) \($0.fee)" }))
            }
        }
    }

    @Test func `a chosen row is found with the same fee as in the choices, and no other row is`() throws {
        var random = SeededRandom(seed: 112)
        for _ in 0..<100 {
            let list = try Self.list(&random)
            let amount = Given.amount(Int64.random(in: 0...12_000, using: &random))
            let choices = list.choices(method: nil, amount: amount, order: .fee, payer: "a")
            for psp in list.psps {
                for channel in psp.channels {
                    let found = list.choice(psp: psp.id, channel: channel.id, method: channel.method, amount: amount)
                    let offered = choices.filter { $0.key == "\(psp.id)/\(channel.id)/\(channel.method)" }
                    #expect(found.map { [$0.fee] } ?? [] == Array(offered.map(\.fee).prefix(1)))
                }
            }
            #expect(
                try list.choice(
                    psp: PSPID("PSP_XXX"), channel: ChannelID("c0"), method: PaymentMethod("CP"), amount: amount) == nil
            )
        }
    }

    @Test func `a method shows the smallest and the largest fee of its rows, and how many PSPs have it`() throws {
        var random = SeededRandom(seed: 113)
        for _ in 0..<200 {
            let list = try Self.list(&random)
            let amount = Given.amount(Int64.random(in: 0...12_000, using: &random))
            let offers = list.methods(amount: amount)
            let all = Set(list.psps.filter(\.isEnabled).flatMap { $0.channels.map(\.method.code) })
            #expect(offers.map(\.method.code) == all.sorted())
            for offer in offers {
                let rows = Self.rows(list, offer.method, amount)
                #expect(
                    offer.fees?.lowerBound == rows.map(\.fee).min() && offer.fees?.upperBound == rows.map(\.fee).max())
                #expect(offer.pspCount == Set(rows.map { $0.key.prefix(7) }).count)
            }
            for offer in list.methods(amount: nil) { #expect(offer.fees != nil && offer.pspCount > 0) }
        }
    }

    @Test func `a list with two equal PSPs, two equal rows or bands out of order is refused at their places`() throws {
        func channel(_ id: String, _ method: String = "CP", _ bands: [Int64] = [100]) throws -> Channel {
            Channel(
                id: try ChannelID(id), method: try PaymentMethod(method), startURL: "https://psp.example.org",
                names: [:],
                feeBands: bands.map { FeeBand(upTo: Given.amount($0), fee: .zero) })
        }
        func psp(_ id: String, _ channels: [Channel]) throws -> PSP {
            PSP(id: try PSPID(id), businessName: "x", taxCode: nil, isEnabled: true, channels: channels)
        }
        #expect(
            try PSPList.faults([psp("PSP_001", [channel("a"), channel("a", "BBT"), channel("b", "CP", [1, 2, 3])])])
                == [])
        let faults = try PSPList.faults([
            psp("PSP_001", [channel("a"), channel("a")]), psp("PSP_002", [channel("a", "CP", [5, 5, 9, 8])]),
            psp("PSP_001", []),
        ])
        #expect(
            faults.map(\.pointer) == [
                "/psps/0/channels/1", "/psps/1/channels/0/fee_bands/1/up_to_cents",
                "/psps/1/channels/0/fee_bands/3/up_to_cents", "/psps/2/psp_id",
            ])
        #expect(faults.map(\.code) == [.duplicate, .outOfRange, .outOfRange, .duplicate])
    }

    @Test func `a payment method has its name in every language, and an unknown word is shown as it is`() throws {
        for text in PaymentMethodText.allCases {
            for language in Language.allCases {
                #expect(try PaymentMethod(text.rawValue).name(in: language) == text.text(in: language))
                #expect(
                    try PaymentMethod(inRT: text.rawValue.lowercased()).name(in: language) == text.text(in: language))
            }
        }
        #expect(try PaymentMethod(inRT: "creditCard").name(in: .it) == PaymentMethodText.card.text(in: .it))
        #expect(try PaymentMethod(inRT: " bonifico\n").name(in: .it) == "bonifico")
        for code in ["", "cp", "ABCDEF", "C-P", "È"] { #expect(throws: InvalidValue.self) { try PaymentMethod(code) } }
        for word in ["", " \n", "\u{202E}"] { #expect(throws: InvalidValue.self) { try PaymentMethod(inRT: word) } }
    }

    @Test func `a description falls back to Italian and then to the key`() throws {
        func type(_ descriptions: [Language: String]) throws -> DebtType {
            DebtType(
                creditor: Given.comune, key: "mensa", descriptions: descriptions, service: "school",
                taxonomyCode: try TaxonomyCode("9/0101002IM/"), payableAfterDue: false, createdAt: Given.now,
                updatedAt: Given.now)
        }
        #expect(try type([.it: "Mensa", .de: "Mensaessen"]).description(in: .de) == "Mensaessen")
        #expect(try type([.it: "Mensa", .de: "Mensaessen"]).description(in: .sl) == "Mensa")
        #expect(try type([:]).description(in: .it) == "mensa")
    }
}
