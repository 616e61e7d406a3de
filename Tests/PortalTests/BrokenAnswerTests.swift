import Foundation
import JSON
import Testing

@testable import Portal

/// Documents of the service that lack members, or have them in another form: a newer or an older service, or a mistake in it.
@Suite struct BrokenAnswerTests {
    /// A document with one of its values removed, emptied or turned into another kind.
    private static func broken(_ json: JSONValue, _ generator: inout SeededGenerator) -> JSONValue {
        switch json {
        case .object(let members) where !members.isEmpty:
            guard let index = members.indices.randomElement(using: &generator) else { return json }
            var changed = members
            if Int.random(in: 0..<3, using: &generator) == 0 {
                changed.remove(at: index)
            } else {
                changed[index] = JSONValue.Member(members[index].key, broken(members[index].value, &generator))
            }
            return .object(changed)
        case .array(let items) where !items.isEmpty && Int.random(in: 0..<4, using: &generator) > 0:
            guard let index = items.indices.randomElement(using: &generator) else { return json }
            var changed = items
            changed[index] = broken(items[index], &generator)
            return .array(changed)
        default:
            return [
                .null, .bool(true), .integer(0), .integer(-1), .integer(.max), .integer(.min), .number("1.5e300"),
                .string(""), .string("x"), .string(String(repeating: "à", count: 3_000)), .array([]), .array([.null]),
                .object([]),
            ].randomElement(using: &generator) ?? .null
        }
    }

    @Test(arguments: PageCase.all) func `a document that lacks something ends no page in an error`(page: PageCase) async
    {
        for seed in 0..<12 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let browser = await page.open { _, json in
                (0..<3).reduce(json) { json, _ in Self.broken(json, &generator) }
            }
            let status = browser.last.status
            // 303: to what can be shown instead, or to sign in. 503: an answer that nothing can be made of.
            #expect([200, 303, 403, 404, 409, 422, 503].contains(status), "seed \(seed): \(status)")
            if status != 303 { #expect(browser.markup.faults == [], "seed \(seed)") }
        }
    }

    @Test(arguments: PageCase.all, ["", "{", "[]", "null", "7", "\"x\"", "{}", "<html></html>", "\u{FEFF}{}"])
    func `an answer of another form gives a page`(page: PageCase, text: String) async {
        let browser = Browser.inWorld()
        if page.isSignedIn { await browser.signIn(for: page.path) }
        for call in World.answers.keys { browser.service.answer(call, text) }
        await browser.get(page.path)
        #expect([200, 303, 404, 503].contains(browser.last.status), "\(browser.last.status)")
        if browser.last.status != 303 { #expect(browser.markup.faults == []) }
    }

    @Test func `amounts at the edges of their type are written and not added up wrongly`() async {
        for amount in [Int64.max, .max - 1, 99_999_999_999, 1, 0, -1, .min] {
            let browser = Browser.inWorld { call, json in
                guard call == "GET /v1/positions/p1", case .object(let members) = json else { return json }
                return .object(
                    members.map { member in
                        guard case .array(let items) = member.value, member.key == "installments" else { return member }
                        let changed = items.map { item -> JSONValue in
                            guard case .object(let parts) = item else { return item }
                            return .object(
                                parts.map { $0.key == "amount_cents" ? JSONValue.Member($0.key, .integer(amount)) : $0 }
                            )
                        }
                        return JSONValue.Member(member.key, .array(changed))
                    })
            }
            await browser.signIn()
            for path in ["/documents/p1", "/pay/p1", "/pay/p1/1", "/pay/p1/1-2", "/pay/p1/1-2/CP"] {
                await browser.get(path)
                #expect([200, 303, 404].contains(browser.last.status), "\(path) \(amount)")
            }
            // Two of the largest do not fit into one sum, so they are no bill.
            if amount > 99_999_999_999 {
                await browser.get("/pay/p1/1-2")
                #expect(browser.last.status == 404)
            }
        }
    }
}
