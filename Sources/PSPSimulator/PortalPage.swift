import Text

/// The portal's page in the reader's language: payment, creditor, the possible actions and what they do.
struct PortalPage: Sendable {
    let payment: Payment
    var language = PageLanguage.it

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="\(language.rawValue)">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(text(.title)) \(Markup.escape(payment.call.creditor.name)) – PSP</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        \(languages)
        <main>
        <h1>\(text(.heading))</h1>
        <p>\(text(.noMoney))</p>
        \(details)
        \(payment.lastAction.map { "<p role=\"status\">\(text(.lastAction))\(colon)\(text($0.label)).</p>" } ?? "")
        \(payment.cancelledAt == nil ? form : "<p role=\"status\">\(text(.cancelled))</p>")
        \(help)
        </main>
        </body>
        </html>

        """
    }

    private var colon: String { Spacing.colon(language.rawValue) }

    private func text(_ text: PageText) -> String { Markup.escape(text[language]) }

    private var languages: String {
        let links = PageLanguage.allCases.map { other in
            "<a href=\"?language=\(other.rawValue)\" lang=\"\(other.rawValue)\" hreflang=\"\(other.rawValue)\""
                + "\(other == language ? " aria-current=\"true\"" : "")>\(Markup.escape(other.name))</a>"
        }
        return "<nav aria-label=\"\(text(.languages))\">\(links.joined(separator: "\n"))</nav>"
    }

    private var details: String {
        let call = payment.call
        let remittances = call.installments.map { installment in
            "<li>\(Markup.escape(installment.description))\(colon)\(euro(installment.amountCents)), "
                + "\(text(.notice)) <span class=\"code\">\(Markup.escape(installment.noticeNumber))</span></li>"
        }
        return """
            <dl>
            <dt>\(text(.creditor))</dt><dd>\(Markup.escape(call.creditor.name)) (\(Markup.escape(call.creditor.taxCode)))</dd>
            <dt>\(text(.reason))</dt><dd><ul>\(remittances.joined())</ul></dd>
            <dt>\(text(.amount))</dt><dd>\(euro(call.amountCents))</dd>
            <dt>\(text(.fee))</dt><dd>\(euro(call.feeCents))</dd>
            <dt>\(text(.total))</dt><dd><strong class="total">\(euro(payment.totalCents))</strong></dd>
            </dl>
            """
    }

    private static let trials: [PortalAction] = [.late, .twice, .wrongAmount, .never, .conflict]

    private var form: String {
        """
        <form method="post" action="/pay/\(Markup.escape(payment.id))">
        <p class="actions">\(button(.pay)) \(button(.refuse)) \(button(.cancel))</p>
        <fieldset>
        <legend>\(text(.trials))</legend>
        <p><label for="delay">\(text(.delay))</label>
        <input id="delay" name="delay_seconds" type="number" inputmode="numeric" min="0" max="3600"
         value="\(Portal.defaultDelaySeconds)"></p>
        \(Self.trials.map { "<p>\(button($0))</p>" }.joined(separator: "\n"))
        </fieldset>
        </form>
        """
    }

    private var help: String {
        let actions = PortalAction.allCases.map { "<dt>\(text($0.label))</dt><dd>\(text($0.help))</dd>" }
        return """
            <section aria-labelledby="help"><h2 id="help">\(text(.help))</h2>
            <p>\(text(.aboutPage))</p>
            <dl>\(actions.joined(separator: "\n"))</dl></section>
            """
    }

    private func button(_ action: PortalAction) -> String {
        "<button type=\"submit\" name=\"action\" value=\"\(action.rawValue)\">\(text(action.label))</button>"
    }

    private func euro(_ cents: Int64) -> String { Self.euro(cents, in: language) }

    /// `1.059,80 €`, in English `€1,059.80`, in French `1 059,80 €`.
    static func euro(_ cents: Int64, in language: PageLanguage = .it) -> String {
        let separators: (group: String, decimal: String) =
            switch language {
            case .it, .de, .sl: (".", ",")
            case .en: (",", ".")
            case .fr: ("\u{202F}", ",")
            }
        let digits = Array(String(cents / 100))
        let grouped = digits.enumerated().map { index, digit in
            index > 0 && (digits.count - index).isMultiple(of: 3) ? "\(separators.group)\(digit)" : "\(digit)"
        }
        let rest = cents % 100
        let number = "\(grouped.joined())\(separators.decimal)\(rest < 10 ? "0" : "")\(rest)"
        return language == .en ? "€\(number)" : "\(number)\u{A0}€"
    }

    private static let style = """
        :root{color-scheme:light dark;--text:#17212b;--page:#fff;--accent:#0050a0;--on-accent:#fff;--focus:#b85c00}
        @media (prefers-color-scheme:dark){:root{--text:#f2f4f6;--page:#12161b;--accent:#9cc7ff;--on-accent:#0b1c30;--focus:#ffb366}}
        body{font:1.1rem/1.5 system-ui,sans-serif;margin:0;color:var(--text);background:var(--page);overflow-wrap:break-word}
        main,nav{max-width:42rem;margin:0 auto;padding:1rem}nav{display:flex;flex-wrap:wrap;gap:.3rem 1rem}
        nav a{padding:.4rem 0}nav a[aria-current]{font-weight:bold;text-decoration:none}a{color:var(--accent)}
        h1{font-size:1.6rem;line-height:1.25}h2{font-size:1.3rem}
        dt{font-weight:bold}dd{margin:0 0 .6rem}dd ul{margin:0;padding-left:1.2rem}
        .code{font-family:monospace}.total{font-size:1.5rem}
        .actions{display:flex;flex-wrap:wrap;gap:.6rem}
        button{font:inherit;min-height:2.75rem;padding:.5rem .9rem;border:2px solid var(--accent);border-radius:.3rem}
        button{background:var(--page);color:var(--accent);text-align:left}
        button[value=pay]{background:var(--accent);color:var(--on-accent)}
        button:focus-visible,input:focus-visible,a:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
        input{font:inherit;padding:.3rem;width:6rem;min-height:2.75rem;box-sizing:border-box}
        """
}
