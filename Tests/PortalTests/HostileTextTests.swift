import Foundation
import JSON
import Testing

@testable import Portal

/// Texts that would become markup, script or another address if a page did not escape them.
enum HostileText {
    static let pieces = [
        "<xss>", "\"><xss>", "'><xss>", "\" onxss=\"1", "' onxss='1", "</textarea><xss>", "</title><xss>",
        "</script><xss>",
        "--><xss>", "&lt;xss&gt;", "&#60;xss&#62;", "<!--", "]]>", "javascript:xss()", "//evil.example.org", "\\evil",
        "\u{202E}", "\u{0}", "\u{7}", "\r\nSet-Cookie: xss=1", "%00", "{0}", "{1}", "è", "😀", " ", "/", "?a=b#c",
    ]

    /// The same text for the same seed.
    static func text(_ seed: Int) -> String {
        var generator = SeededGenerator(seed: UInt64(seed))
        return (0..<4).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
    }

    /// A document whose texts are hostile; `keeps` names the members that stay as they are.
    static func replacing(_ json: JSONValue, seed: Int, keeps: Set<String>, key: String = "") -> JSONValue {
        switch json {
        case .string(let text):
            // The parser of the portal refuses a NUL, which no page can show.
            keeps.contains(key)
                ? .string(text) : .string(self.text(seed &+ key.utf8.count).replacing("\u{0}", with: ""))
        case .array(let items): .array(items.map { replacing($0, seed: seed, keeps: keeps, key: key) })
        case .object(let members):
            .object(
                members.enumerated().map { index, member in
                    JSONValue.Member(
                        member.key, replacing(member.value, seed: seed &+ index, keeps: keeps, key: member.key))
                })
        default: json
        }
    }

    /// What a page has that it would not have without the texts.
    static func faults(of browser: Browser) -> [String] {
        guard browser.last.values("content-type").first?.hasPrefix("text/html") == true else {
            return browser.page.contains("<xss>") ? ["not HTML: \(browser.page.prefix(80))"] : []
        }
        let markup = browser.markup
        var faults = markup.faults
        for element in markup.elements {
            for attribute in element.attributes where ["href", "src", "action"].contains(attribute.name) {
                let isKnown = ["/", "#", "?", "https://", "http://", "mailto:", "tel:"].contains(
                    where: attribute.value.hasPrefix)
                if !isKnown || attribute.value.hasPrefix("//") || attribute.value.hasPrefix("/\\") {
                    faults.append("\(attribute.name)=\(attribute.value)")
                }
            }
        }
        for scalar in browser.page.unicodeScalars {
            if [0x00, 0x07, 0x202E].contains(scalar.value) { faults.append("control \(scalar.value)") }
        }
        return faults
    }
}

/// SplitMix64: the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

@Suite struct HostileTextTests {
    /// Members that decide what a page shows: with them the page is whole.
    private static let structural: Set<String> = [
        "id", "status", "kind", "outcome", "origin", "group", "payment_method", "psp_id", "channel_id", "proved_by",
        "alternative_group", "tax_code", "delegator_tax_code", "delegate_tax_code", "creditor_tax_code", "key", "topic",
        "service", "language", "redirect_url", "presentation_url", "position_id", "receipt_id", "attempt_id", "from",
        "to",
        "day", "scopes",
    ]

    @Test(arguments: PageCase.all) func `a text of the service never becomes markup`(page: PageCase) async {
        for seed in 0..<3 {
            let browser = await page.open { HostileText.replacing($1, seed: seed, keeps: Self.structural) }
            #expect(browser.last.status == 200, "seed \(seed)")
            #expect(HostileText.faults(of: browser) == [], "seed \(seed)")
        }
    }

    @Test(arguments: PageCase.all) func `nor does an id, a code or an address of it`(page: PageCase) async {
        for seed in 100..<102 {
            let browser = await page.open { HostileText.replacing($1, seed: seed, keeps: ["scopes"]) }
            #expect([200, 303, 404, 409, 422, 503].contains(browser.last.status), "seed \(seed)")
            #expect(HostileText.faults(of: browser) == [], "seed \(seed)")
            #expect(
                browser.location.map { $0.hasPrefix("/") && !$0.hasPrefix("//") } != false, "\(browser.location ?? "")")
        }
    }

    @Test(arguments: PageCase.all) func `what was typed is written back as text`(page: PageCase) async {
        let browser = await page.open()
        let markup = browser.markup
        for index in markup.indices(of: "form") {
            let form = markup.elements[index]
            guard let action = form["action"], action.hasPrefix("/"), !action.hasSuffix("/sign-out") else { continue }
            let fields = markup.elements(in: index).filter { $0["name"] != nil && $0["name"] != "csrf" }
            for seed in 0..<2 {
                var typed: [String: String] = [:]
                for (number, field) in fields.enumerated() where field["name"] != "key" {
                    typed[field["name"] ?? ""] = HostileText.text(seed &* 31 &+ number).replacing("\u{0}", with: "")
                }
                for field in fields where field["name"] == "key" { typed["key"] = field["value"] }
                let other = await page.open()
                if form["method"] == "post" {
                    await other.post(action, typed)
                } else {
                    await other.get(action + APIClient.query(typed.map { ($0.key, $0.value) }))
                }
                #expect([200, 303, 404, 409, 415, 422].contains(other.last.status), "\(action): \(other.last.status)")
                #expect(HostileText.faults(of: other) == [], "\(action), seed \(seed)")
                #expect(other.location?.contains("xss") != true, "\(other.location ?? "")")
            }
        }
    }

    @Test(arguments: PageCase.all) func `parameters of an address are written back as text`(page: PageCase) async {
        for seed in 0..<2 {
            let browser = await page.open()
            let text = APIClient.encoded(HostileText.text(seed).replacing("\u{0}", with: ""))
            let names = [
                "cursor", "language", "show", "iuv", "status", "kind", "group", "from", "outcome", "psp_id", "anomaly",
            ]
            let query = names.map { "\($0)=\(text)" }.joined(separator: "&")
            await browser.get((page.path.split(separator: "?").first.map(String.init) ?? "/") + "?" + query)
            #expect([200, 422].contains(browser.last.status))
            #expect(HostileText.faults(of: browser) == [])
        }
    }

    @Test func `the service's words about a refusal are text`() async {
        for seed in 0..<20 {
            let browser = Browser.inWorld()
            await browser.signInStaff()
            let words = HostileText.text(seed).replacing("\u{0}", with: "")
            let body = JSONWriter.object { json in
                json.field(
                    "type", "https://api.example.org/problems/\(seed.isMultiple(of: 2) ? "void-not-possible" : "other")"
                )
                json.field("detail", words)
                json.array("violations", ["/reason", "/\(words)"]) { json, pointer in
                    json.beginObject()
                    json.field("pointer", pointer)
                    json.field("code", words)
                    json.endObject()
                }
            }
            browser.service.answer("POST /v1/refunds", status: 422, String(decoding: body, as: UTF8.self))
            await browser.get("/desk/receipts/r1")
            await browser.post("/desk/receipts/r1/refund", ["reason": words, "amount": "1"])
            #expect(browser.last.status == 422)
            #expect(HostileText.faults(of: browser) == [], "seed \(seed)")
        }
    }
}
