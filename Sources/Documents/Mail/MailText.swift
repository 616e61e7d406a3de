import Text

/// The content of a mail as plain text and as HTML, without address, sender or date.
package struct MailText: Sendable, Equatable {
    package let subject: String
    package let plain: String
    package let html: String

    /// - Parameters:
    ///   - paragraphs: the paragraphs in order.
    ///   - facts: label and value, shown as a list between the first paragraph and the others.
    ///   - link: an address to follow, shown after the facts.
    init(
        subject: String, language tag: String, paragraphs: [String], facts: [(label: String, value: String)],
        link: String? = nil
    ) {
        self.subject = subject
        let list = facts.map { "\($0.label): \($0.value)" }.joined(separator: "\n")
        let blocks = [paragraphs.first ?? "", list, link ?? ""] + paragraphs.dropFirst()
        plain = blocks.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
        let rows = facts.map { fact in
            "<tr><th scope=\"row\" style=\"text-align:left;padding:4px 12px 4px 0;font-weight:normal;color:#444\">"
                + "\(Markup.escape(fact.label))</th><td style=\"padding:4px 0\">\(Markup.escape(fact.value))</td></tr>\n"
        }
        let table = rows.isEmpty ? "" : "<table style=\"border-collapse:collapse\">\n\(rows.joined())</table>\n"
        let anchor = link.map { "<p><a href=\"\(Markup.escape($0))\">\(Markup.escape($0))</a></p>\n" } ?? ""
        let texts = paragraphs.map { "<p>\(Markup.escape($0))</p>\n" }
        html = """
            <!DOCTYPE html>
            <html lang="\(tag)">
            <head><meta charset="utf-8"><title>\(Markup.escape(subject))</title></head>
            <body style="font-family:sans-serif;color:#111;max-width:40em">
            \(texts.first ?? "")\(table)\(anchor)\(texts.dropFirst().joined())</body>
            </html>

            """
    }
}
