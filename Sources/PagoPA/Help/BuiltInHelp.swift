/// A text of *Help online* as it is shown.
package struct HelpAnswer: Sendable, Equatable {
    package let topic: HelpTopic
    /// Whether the creditor wrote the text.
    package let isCreditors: Bool
}

/// The default *Help online* of creditors that have not written their own, in every language.
package enum BuiltInHelp {
    package static let topics: [HelpTopic] = Language.allCases.flatMap { language in
        [
            topic("payments", .paymentsTitle, .payments, language),
            topic("receipts", .receiptsTitle, .receipts, language),
            topic("in-progress", .inProgressTitle, .inProgress, language),
            topic("search", .searchTitle, .search, language),
        ]
    }

    /// One text per topic, in the requested language or else in Italian. The creditor's own text overrides the built-in one, and a topic
    /// that the creditor wrote in other languages only is shown in the first of them.
    package static func answers(overriddenBy own: [HelpTopic], in language: Language) -> [HelpAnswer] {
        let names = Set((own + topics).map(\.topic)).sorted()
        return names.compactMap { name in
            for wanted in [language, .it] {
                if let text = own.first(where: { $0.topic == name && $0.language == wanted }) {
                    return HelpAnswer(topic: text, isCreditors: true)
                }
                if let text = topics.first(where: { $0.topic == name && $0.language == wanted }) {
                    return HelpAnswer(topic: text, isCreditors: false)
                }
            }
            return own.first { $0.topic == name }.map { HelpAnswer(topic: $0, isCreditors: true) }
        }
    }

    private static func topic(_ name: String, _ title: HelpText, _ text: HelpText, _ language: Language) -> HelpTopic {
        HelpTopic(topic: name, language: language, title: title.text(in: language), text: text.text(in: language))
    }
}
