import Crypto
import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import PSPSimulator

/// The simulated identity provider: the page, the code and the token.
@Suite struct SignInTests {
    private static let redirect = "http://127.0.0.1:8070/oidc/back"
    private static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    /// The example of RFC 7636, appendix B.
    private static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

    private static func demand(_ redirect: String = SignInTests.redirect, state: String = "s", challenge: String? = nil)
        -> String
    {
        func encoded(_ text: String) -> String {
            text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        }
        return "client_id=portale&redirect_uri=\(encoded(redirect))&state=\(encoded(state))&nonce=n-1"
            + (challenge.map { "&code_challenge=\(encoded($0))" } ?? "")
    }

    /// Signs a person in and returns the address that the browser goes to.
    private static func signIn(_ client: SimulatorClient, _ demand: String) async throws -> URLComponents {
        let answer = try await client.form(
            "/oidc/authorize", demand + "&tax_code=VRDNNA85M41F205G&given_name=Anna&family_name=D%27Angel%C3%B2")
        #expect(answer.status == 303)
        let location = try #require(answer.headers[.location])
        return try #require(URLComponents(string: location))
    }

    private static func value(_ name: String, of address: URLComponents) -> String? {
        address.queryItems?.first { $0.name == name }?.value
    }

    @Test func `a person signs in, and the token of the code is signed and names the person`() async throws {
        try await SimulatorClient.with { client async throws in
            let demand = Self.demand(state: "a b&c=d/è", challenge: Self.challenge)
            let page = try await client.get("/oidc/authorize?" + demand)
            #expect(page.status == 200 && page.text.contains("name=\"nonce\" value=\"n-1\""))
            let address = try await Self.signIn(client, demand)
            #expect(Self.value("state", of: address) == "a b&c=d/è")
            #expect(address.string?.hasPrefix(Self.redirect + "?") == true)
            let code = try #require(Self.value("code", of: address))
            let exchange = "code=\(code)&redirect_uri=\(Self.redirect)&code_verifier=\(Self.verifier)"

            let answer = try await client.form("/oidc/token", exchange)
            let token = try #require(answer.json["id_token"] as? String)
            let parts = token.split(separator: ".").map(String.init)
            let claims = try #require(
                try JSONSerialization.jsonObject(with: Self.bytes(parts[1])) as? [String: Any])
            #expect(claims["fiscal_number"] as? String == "TINIT-VRDNNA85M41F205G")
            #expect(claims["nonce"] as? String == "n-1" && claims["aud"] as? String == "portale")
            #expect(claims["family_name"] as? String == "D'Angelò")
            let keys = try #require(try await client.get("/oidc/jwks").json["keys"] as? [[String: String]])
            let key = try #require(keys.first)
            let point = try Self.bytes(#require(key["x"])) + Self.bytes(#require(key["y"]))
            let signature = try P256.Signing.ECDSASignature(rawRepresentation: Self.bytes(parts[2]))
            #expect(
                try P256.Signing.PublicKey(rawRepresentation: point).isValidSignature(
                    signature, for: Data("\(parts[0]).\(parts[1])".utf8)))
            #expect(try await client.form("/oidc/token", exchange).status == 400, "a code is good once")
        }
    }

    private static func bytes(_ text: String) throws -> Data {
        let padded = text.replacing("-", with: "+").replacing("_", with: "/")
        return try #require(Data(base64Encoded: padded + String(repeating: "=", count: (4 - text.count % 4) % 4)))
    }

    @Test(arguments: [
        ("redirect_uri=\(redirect)&code_verifier=x", false), ("redirect_uri=\(redirect)", false),
        ("redirect_uri=http://127.0.0.1:8070/other&code_verifier=\(verifier)", false),
        ("redirect_uri=\(redirect)&code_verifier=\(verifier)", true),
    ])
    func `a code is good for its redirect address and the verifier of its challenge`(fields: String, isGood: Bool)
        async throws
    {
        try await SimulatorClient.with { client async throws in
            let address = try await Self.signIn(client, Self.demand(challenge: Self.challenge))
            let code = try #require(Self.value("code", of: address))
            let answer = try await client.form("/oidc/token", "code=\(code)&\(fields)")
            #expect(answer.status == (isGood ? 200 : 400))
            #expect(try await client.form("/oidc/token", "code=unknown&\(fields)").status == 400)
        }
    }

    @Test func `only the last hundred codes are good`() async throws {
        try await SimulatorClient.with { client async throws in
            var codes: [String] = []
            for _ in 0..<101 {
                codes.append(
                    try #require(Self.value("code", of: try await Self.signIn(client, Self.demand()))))
            }
            for (code, status) in [(codes[0], 400), (codes[1], 200), (codes[100], 200)] {
                let answer = try await client.form("/oidc/token", "code=\(code)&redirect_uri=\(Self.redirect)")
                #expect(answer.status == status)
            }
        }
    }

    @Test(arguments: ["javascript:alert(1)", "/relative", "ftp://a/", "http:", "http://a b/", ""])
    func `a browser is sent to web addresses only`(redirect: String) async throws {
        try await SimulatorClient.with { client async throws in
            let demand = Self.demand(redirect)
            #expect(try await client.get("/oidc/authorize?" + demand).status == 400)
            #expect(try await client.form("/oidc/authorize", demand + "&tax_code=X").status == 400)
        }
    }

    @Test(arguments: ["client_id", "redirect_uri", "state", "nonce"])
    func `a demand without one of its members is refused`(name: String) async throws {
        let demand = Self.demand().split(separator: "&").filter { !$0.hasPrefix(name) }.joined(separator: "&")
        try await SimulatorClient.with { client async throws in
            #expect(try await client.get("/oidc/authorize?" + demand).status == 400)
            #expect(try await client.form("/oidc/authorize", demand + "&tax_code=X").status == 400)
        }
    }

    @Test func `the page escapes every member of the demand`() async throws {
        let hostile = "\"><script>alert('1')</script>&amp;"
        let page = SignInFlow.page(
            SignInFlow.Demand(
                clientID: hostile, redirectURI: hostile, state: hostile, nonce: hostile, challenge: hostile))
        #expect(!page.contains("<script") && page.components(separatedBy: "&lt;script&gt;").count == 6)
        #expect(!page.contains("value=\"\">"))
    }

    @Test func `a redirect address with a query gets the code as a further parameter`() async throws {
        try await SimulatorClient.with { client async throws in
            let address = try await Self.signIn(client, Self.demand(Self.redirect + "?a=1"))
            #expect(address.queryItems?.map(\.name) == ["a", "code", "state"])
        }
    }

    @Test func `a token is given to anyone who asks, and a person without a tax code has none`() async throws {
        try await SimulatorClient.with { client async throws in
            let answer = try await client.send(
                .post, "/oidc/tokens", #"{"nonce": "n", "tax_code": "RSSMRA80A01H501U"}"#)
            #expect((answer.json["id_token"] as? String)?.split(separator: ".").count == 3)
            for body in ["", "{}", #"{"nonce": "n"}"#, #"{"nonce": 1, "tax_code": "X"}"#, "[]"] {
                #expect(try await client.send(.post, "/oidc/tokens", body).status == 400, "\(body)")
            }
        }
    }
}
