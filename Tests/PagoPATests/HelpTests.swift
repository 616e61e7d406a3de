import PagoPA
import Testing

/// Which help text a reader sees.
@Suite struct HelpTests {
    private func topic(_ name: String, _ language: Language) -> HelpTopic {
        HelpTopic(topic: name, language: language, title: "own", text: "own")
    }

    private func shown(_ own: [HelpTopic], _ language: Language) -> [String] {
        BuiltInHelp.answers(overriddenBy: own, in: language).map {
            "\($0.topic.topic) \($0.topic.language) \($0.isCreditors ? "own" : "built-in")"
        }
    }

    @Test(arguments: Language.allCases) func `every built-in topic is shown in the reader's language`(
        language: Language
    ) {
        #expect(
            shown([], language)
                == ["in-progress", "payments", "receipts", "search"].map { "\($0) \(language) built-in" })
    }

    @Test func `the reader's language comes before the creditor's own text in Italian`() {
        let own = [topic("payments", .it)]
        #expect(shown(own, .it).contains("payments it own"))
        #expect(shown(own, .de).contains("payments de built-in"))
    }

    @Test func `a topic of the creditor alone is shown in Italian, else in its first language`() {
        let own = [topic("parking", .fr), topic("parking", .sl), topic("school", .de), topic("school", .it)]
        #expect(shown(own, .en).filter { $0.hasSuffix("own") } == ["parking fr own", "school it own"])
        #expect(shown(own, .sl).contains("parking sl own"))
    }
}
