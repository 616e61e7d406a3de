import Accounts
import PagoPA
import Requests
import Storage

package struct HelpAnswer: Sendable {
    package let topic: HelpTopic
    /// Whether the creditor wrote the text.
    package let isCreditors: Bool
}

/// Help texts of creditors and built-in ones.
package struct HelpOperations: Sendable {
    let creditors: CreditorOperations

    /// Returns one text per topic, in the requested language or else in Italian. The creditor's own text overrides the built-in one.
    package func list(of creditor: OrganizationTaxCode?, in language: Language, for caller: Caller)
        async throws
        -> [HelpAnswer]
    {
        var own: [HelpTopic] = []
        if let creditor { own = try await creditors.show(creditor, for: caller).helpTopics }
        let names = Set((own + BuiltInHelp.topics).map(\.topic)).sorted()
        return names.compactMap { name in
            for wanted in [language, .it] {
                if let text = own.first(where: { $0.topic == name && $0.language == wanted }) {
                    return HelpAnswer(topic: text, isCreditors: true)
                }
                if let text = BuiltInHelp.topics.first(where: { $0.topic == name && $0.language == wanted }) {
                    return HelpAnswer(topic: text, isCreditors: false)
                }
            }
            return own.first { $0.topic == name }.map { HelpAnswer(topic: $0, isCreditors: true) }
        }
    }

    package func show(
        _ name: String, of creditor: OrganizationTaxCode?, in language: Language, for caller: Caller
    ) async throws -> HelpAnswer {
        let all = try await list(of: creditor, in: language, for: caller)
        guard let found = all.first(where: { $0.topic.topic == name }) else { throw Refusal.notFound }
        return found
    }
}
