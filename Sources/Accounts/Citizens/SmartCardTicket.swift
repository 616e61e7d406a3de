import PagoPA

/// What a browser carries from a front end to the smart cards' door and back, so that no API key is in a browser and the front end need
/// not be believed about a certificate: a ticket on the way there, a code on the way back, each good once.
package struct SmartCardTicket: Sendable, Equatable {
    /// The front end's that made it; its code is redeemed with this key alone.
    package let key: APIKeyID
    package let returnURL: ReturnURL

    /// Time to find the card and remember its PIN.
    package static let lifeSeconds = 600
    /// A browser's way back.
    package static let codeLifeSeconds = 60

    package init(key: APIKeyID, returnURL: ReturnURL) {
        self.key = key
        self.returnURL = returnURL
    }

    /// Back at the front end, with what came of it.
    package func address(adding name: String, _ value: String) -> String {
        let separator = returnURL.text.contains("?") ? "&" : "?"
        return "\(returnURL.text)\(separator)\(name)=\(value)"
    }
}
