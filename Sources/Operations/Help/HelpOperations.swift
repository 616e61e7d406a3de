import Accounts
import PagoPA
import Requests

/// The texts of *Help online*.
package struct HelpOperations: Sendable {
    let creditors: CreditorOperations

    /// Returns one text per topic; see `BuiltInHelp.answers`.
    package func list(of creditor: OrganizationTaxCode?, in language: Language, for caller: Caller) async throws
        -> [HelpAnswer]
    {
        var own: [HelpTopic] = []
        if let creditor { own = try await creditors.show(creditor, for: caller).helpTopics }
        return BuiltInHelp.answers(overriddenBy: own, in: language)
    }

    package func show(
        _ name: String, of creditor: OrganizationTaxCode?, in language: Language, for caller: Caller
    ) async throws -> HelpAnswer {
        let all = try await list(of: creditor, in: language, for: caller)
        guard let found = all.first(where: { $0.topic.topic == name }) else { throw Refusal.notFound }
        return found
    }
}
