import Crypto
import Foundation
import Hummingbird
import Text

/// The simulated identity provider's authorization code flow: a page that asks who signs in, a code for the browser, and the ID token for
/// the code.
actor SignInFlow {
    /// What a front end asks for in the address of the page.
    struct Demand: Decodable, Sendable {
        let clientID: String
        let redirectURI: String
        let state: String
        let nonce: String
        let challenge: String?

        enum CodingKeys: String, CodingKey {
            case clientID = "client_id"
            case redirectURI = "redirect_uri"
            case state, nonce
            case challenge = "code_challenge"
        }
    }

    /// The form of the page: the demand, and the person.
    struct Answer: Decodable, Sendable {
        let demand: Demand
        let taxCode: String
        let givenName: String?
        let familyName: String?

        enum CodingKeys: String, CodingKey {
            case taxCode = "tax_code"
            case givenName = "given_name"
            case familyName = "family_name"
        }

        init(from decoder: any Decoder) throws {
            demand = try Demand(from: decoder)
            let members = try decoder.container(keyedBy: CodingKeys.self)
            taxCode = try members.decode(String.self, forKey: .taxCode)
            givenName = try members.decodeIfPresent(String.self, forKey: .givenName)
            familyName = try members.decodeIfPresent(String.self, forKey: .familyName)
        }
    }

    /// What a front end sends for the token.
    struct Exchange: Decodable, Sendable {
        let code: String
        let redirectURI: String
        let verifier: String?

        enum CodingKeys: String, CodingKey {
            case code
            case redirectURI = "redirect_uri"
            case verifier = "code_verifier"
        }
    }

    private static let maximumCodes = 100
    private var answers: [(code: String, answer: Answer)] = []

    /// The address that takes the browser back, with a code that is good once.
    func accept(_ answer: Answer) -> String {
        let code = UUID().uuidString.lowercased()
        answers = Array(([(code, answer)] + answers).prefix(Self.maximumCodes))
        let state = answer.demand.state.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let mark = answer.demand.redirectURI.contains("?") ? "&" : "?"
        return "\(answer.demand.redirectURI)\(mark)code=\(code)&state=\(state)"
    }

    /// Nil for an unknown code, another redirect URI, or a verifier that does not fit the challenge (RFC 7636, S256).
    func redeem(_ exchange: Exchange) -> Answer? {
        guard let entry = answers.first(where: { $0.code == exchange.code }) else { return nil }
        answers.removeAll { $0.code == exchange.code }
        guard entry.answer.demand.redirectURI == exchange.redirectURI else { return nil }
        if let challenge = entry.answer.demand.challenge {
            let digest = Base64URL.encode(SHA256.hash(data: Data((exchange.verifier ?? "").utf8)))
            guard digest == challenge else { return nil }
        }
        return entry.answer
    }

    static func page(_ demand: Demand) -> String {
        let hidden = [
            ("client_id", demand.clientID), ("redirect_uri", demand.redirectURI), ("state", demand.state),
            ("nonce", demand.nonce), ("code_challenge", demand.challenge ?? ""),
        ].filter { !$0.1.isEmpty }.map { name, value in
            "<input type=\"hidden\" name=\"\(name)\" value=\"\(Markup.escape(value))\">"
        }.joined()
        return """
            <!DOCTYPE html>
            <html lang="it">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Simulatore SPID e CIE</title>
            <style>body{font:1.1rem/1.5 system-ui,sans-serif;margin:0;color:#17212b;background:#fff}
            main{max-width:34rem;margin:0 auto;padding:1rem}label{display:block;font-weight:bold}
            input,button{font:inherit;padding:.5rem;min-height:2.75rem}
            button{border:2px solid #0050a0;background:#0050a0;color:#fff;padding:.5rem 1.25rem}</style>
            </head>
            <body>
            <main>
            <h1>Simulatore SPID e CIE</h1>
            <p>Pagina di prova: accedi come chiunque.</p>
            <form method="post" action="/oidc/authorize">
            \(hidden)
            <p><label for="t">Codice fiscale</label><input id="t" name="tax_code" value="RSSMRA80A01H501U" required></p>
            <p><label for="g">Nome</label><input id="g" name="given_name" value="Mario"></p>
            <p><label for="f">Cognome</label><input id="f" name="family_name" value="Rossi"></p>
            <p><button type="submit">Accedi</button></p>
            </form>
            </main>
            </body>
            </html>

            """
    }
}
