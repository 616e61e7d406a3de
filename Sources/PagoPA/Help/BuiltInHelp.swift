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

    private static func topic(_ name: String, _ title: HelpText, _ text: HelpText, _ language: Language) -> HelpTopic {
        HelpTopic(topic: name, language: language, title: title.text(in: language), text: text.text(in: language))
    }
}
