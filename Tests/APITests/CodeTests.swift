import HTTPTypes
import JSON
import PagoPA
import TestSupport
import Testing

@testable import API

/// The texts of codes, which every caller and cache may read.
@Suite struct CodeTests {
    private func items(_ language: Language) throws -> [(kind: String, code: String, text: String)] {
        let reply = CodeList.reply(in: language, unless: nil)
        let json = try JSONValue.parse(reply.body)
        #expect(json["language"] == .string(language.rawValue))
        guard case .array(let items)? = json["items"] else { return [] }
        return items.compactMap { item in
            guard case .string(let kind)? = item["kind"], case .string(let code)? = item["code"],
                case .string(let text)? = item["text"]
            else { return nil }
            return (kind, code, text)
        }
    }

    @Test(arguments: Language.allCases) func `each code has one text, and violations are those of the contract`(
        language: Language
    ) throws {
        let items = try items(language)
        #expect(Set(items.map { "\($0.kind) \($0.code)" }).count == items.count)
        let violations = items.filter { $0.kind == "violation" }.map(\.code)
        #expect(try Set(violations) == Set(Contract.project.get().violationCodes))
        #expect(items.filter { $0.kind == "installment_disabled" }.count == DisabledCode.allCases.count)
        #expect(items.contains { $0.kind == "payment_method" && $0.code == "CP" })
    }

    @Test func `any cache may store the list, and a known one is not sent again`() throws {
        let reply = CodeList.reply(in: .it, unless: nil)
        #expect(reply.headers[.cacheControl] == "public, max-age=3600" && reply.headers[.vary] == "Accept-Language")
        #expect(reply.headers[.accessControlAllowOrigin] == "*")
        let tag = try #require(reply.headers[.eTag])
        let again = CodeList.reply(in: .it, unless: tag)
        #expect(again.status == .notModified && again.body.isEmpty && again.headers[.eTag] == tag)
        #expect(CodeList.reply(in: .de, unless: tag).status == .ok)
    }

    @Test func `a stored reason of a failure has its code, and other words are the PSP's`() {
        for failure in AttemptFailure.allCases { #expect(AttemptFailure(reason: failure.reason) == failure) }
        #expect(AttemptFailure(reason: "Carta scaduta") == .paymentRefused)
    }
}
