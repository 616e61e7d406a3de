import Foundation
import Testing

@testable import PSPSimulator

@Suite struct IdentityProviderTests {
    @Test func `a token names the key of the key set and states what was asked for`() throws {
        let provider = IdentityProvider(publicURL: "http://127.0.0.1:8090")
        let person = try JSONDecoder().decode(
            IdentityProvider.Person.self,
            from: Data(#"{"nonce":"n","tax_code":"RSSMRA80A01H501U","given_name":"MARIO"}"#.utf8))
        let token = try provider.token(for: person, at: Date(timeIntervalSince1970: 1_800_000_000))
        let parts = try token.split(separator: ".").map { part in
            let padded = part.replacing("-", with: "+").replacing("_", with: "/")
            return try #require(Data(base64Encoded: padded + String(repeating: "=", count: (4 - part.count % 4) % 4)))
        }
        let header = try #require(try JSONSerialization.jsonObject(with: parts[0]) as? [String: String])
        let claims = try #require(try JSONSerialization.jsonObject(with: parts[1]) as? [String: Any])

        #expect(header["kid"] == provider.keySet["keys"]?.first?["kid"] && header["alg"] == "ES256")
        #expect(claims["iss"] as? String == "http://127.0.0.1:8090/oidc" && claims["aud"] as? String == "portale")
        #expect(claims["fiscal_number"] as? String == "TINIT-RSSMRA80A01H501U" && claims["family_name"] == nil)
        #expect(claims["exp"] as? Int == 1_800_000_300 && parts[2].count == 64)
    }
}
