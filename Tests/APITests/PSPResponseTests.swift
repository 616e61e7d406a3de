import JSON
import PagoPA
import Testing

@testable import API

@Suite struct PSPResponseTests {
    @Test(arguments: Language.allCases)
    func `a payment method that no PSP offers says so in the caller's language`(language: Language) throws {
        func written(_ fees: ClosedRange<Int64>?) throws -> JSONValue {
            let offer = MethodOffer(method: try PaymentMethod("CP"), fees: fees, pspCount: fees == nil ? 0 : 1)
            var json = JSONWriter()
            offer.write(into: &json, language)
            return try JSONValue.parse(json.bytes)
        }
        let missing = try written(nil)
        #expect(missing["enabled"] == .bool(false))
        #expect(missing["disabled_code"] == .string("not_offered"))
        #expect(missing["disabled_reason"] == .string(PSPText.notOffered.text(in: language)))
        #expect(try written(100...150)["disabled_reason"] == nil)
    }
}
