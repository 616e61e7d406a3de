import Text

/// The portal's page, in Italian: payment, creditor and the possible actions.
struct PortalPage: Sendable {
    let payment: Payment

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="it">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Pagamento a \(Markup.escape(payment.call.creditor.name)) – Simulatore PSP</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <main>
        <h1>Simulatore PSP: pagamento</h1>
        <p>Pagina di prova: nessun denaro viene trasferito.</p>
        \(details)
        \(payment.lastAction.map { "<p role=\"status\">Ultima azione: \(Markup.escape($0.label)).</p>" } ?? "")
        \(payment.cancelledAt == nil ? form : "<p role=\"status\">L'ente ha annullato il pagamento: non puoi più pagare.</p>")
        </main>
        </body>
        </html>

        """
    }

    private var details: String {
        let call = payment.call
        let remittances = call.installments.map { installment in
            "<li>\(Markup.escape(installment.description)): \(Self.euro(installment.amountCents)), "
                + "codice avviso <span class=\"code\">\(Markup.escape(installment.noticeNumber))</span></li>"
        }
        return """
            <dl>
            <dt>Ente creditore</dt><dd>\(Markup.escape(call.creditor.name)) (\(Markup.escape(call.creditor.taxCode)))</dd>
            <dt>Causale</dt><dd><ul>\(remittances.joined())</ul></dd>
            <dt>Importo</dt><dd>\(Self.euro(call.amountCents))</dd>
            <dt>Commissione</dt><dd>\(Self.euro(call.feeCents))</dd>
            <dt>Totale</dt><dd><strong>\(Self.euro(payment.totalCents))</strong></dd>
            </dl>
            """
    }

    private var form: String {
        let trials: [PortalAction] = [.late, .twice, .wrongAmount, .never, .conflict]
        return """
            <form method="post" action="/pay/\(Markup.escape(payment.id))">
            <p>\(Self.button(.pay)) \(Self.button(.refuse)) \(Self.button(.cancel))</p>
            <fieldset>
            <legend>Casi di prova</legend>
            <p><label for="delay">Ritardo della RT, in secondi</label>
            <input id="delay" name="delay_seconds" type="number" inputmode="numeric" min="0" max="3600"
             value="\(Portal.defaultDelaySeconds)"></p>
            \(trials.map { "<p>\(Self.button($0))</p>" }.joined(separator: "\n"))
            </fieldset>
            </form>
            """
    }

    private static func button(_ action: PortalAction) -> String {
        "<button type=\"submit\" name=\"action\" value=\"\(action.rawValue)\">\(Markup.escape(action.label))</button>"
    }

    /// `1.059,80 €`.
    static func euro(_ cents: Int64) -> String {
        let digits = Array(String(cents / 100))
        let grouped = digits.enumerated().map { index, digit in
            index > 0 && (digits.count - index).isMultiple(of: 3) ? ".\(digit)" : "\(digit)"
        }
        let rest = cents % 100
        return "\(grouped.joined()),\(rest < 10 ? "0" : "")\(rest) €"
    }

    private static let style = """
        body{font:1.1rem/1.5 system-ui,sans-serif;margin:0;color:#17212b;background:#fff}
        main{max-width:42rem;margin:0 auto;padding:1rem}
        dt{font-weight:bold}dd{margin:0 0 .6rem}dd ul{margin:0;padding-left:1.2rem}.code{font-family:monospace}
        button{font:inherit;padding:.5rem .9rem;border:2px solid #0050a0;border-radius:.3rem;background:#fff;color:#0050a0}
        button[value=pay]{background:#0050a0;color:#fff}
        button:focus-visible,input:focus-visible{outline:3px solid #b85c00;outline-offset:2px}
        input{font:inherit;padding:.3rem;width:6rem}
        """
}
