import PagoPA

/// A single-use ticket that the browser carries from a front end to the smart-card port; it returns with a single-use code. No
/// API key reaches the browser, and the front end is not trusted to report a certificate.
package struct SmartCardTicket: Sendable, Equatable {
    /// The key of the front end that created the ticket; only this key can redeem its code.
    package let key: APIKeyID
    package let returnURL: ReturnURL

    /// Time to find the card and remember its PIN.
    package static let lifeSeconds = 600
    /// Time for the browser to return to the front end.
    package static let codeLifeSeconds = 60

    package init(key: APIKeyID, returnURL: ReturnURL) {
        self.key = key
        self.returnURL = returnURL
    }

    /// The return URL of the front end with the result added as a query parameter.
    package func address(adding name: String, _ value: String) -> String {
        let separator = returnURL.text.contains("?") ? "&" : "?"
        return "\(returnURL.text)\(separator)\(name)=\(value)"
    }
}
