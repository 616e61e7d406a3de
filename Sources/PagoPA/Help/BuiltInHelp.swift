/// The *Help online* that every creditor has until it writes its own.
package enum BuiltInHelp {
    package static let topics: [HelpTopic] = [
        HelpTopic(
            topic: "payments", language: .it, title: "Come pagare",
            text: """
                Scelga il dovuto da pagare, poi la modalità di pagamento: carta di credito, debito o prepagata, bonifico bancario o altro. \
                L'elenco mostra i prestatori di servizi di pagamento (PSP) che accettano l'importo, ciascuno con la propria commissione. \
                Dopo la scelta il pagamento si completa sul portale del PSP.

                Al ritorno l'operazione risulta "in corso" fino all'arrivo della Ricevuta Telematica. Non paghi una seconda volta mentre \
                l'operazione è in corso.
                """),
        HelpTopic(
            topic: "receipts", language: .it, title: "Dove trovo la ricevuta",
            text: """
                Quando arriva la Ricevuta Telematica, un messaggio di posta elettronica all'indirizzo indicato al momento del pagamento \
                avvisa che la ricevuta è disponibile, in formato PDF. La ricevuta si può vedere, salvare e stampare dalla pagina \
                dell'operazione e in ogni momento da Archivio, insieme ai pagamenti fatti allo sportello.
                """),
        HelpTopic(
            topic: "in-progress", language: .it, title: "L'operazione è in corso: che cosa significa",
            text: """
                L'esito definitivo di un pagamento è attestato soltanto dalla Ricevuta Telematica del PSP. Di norma arriva in pochi secondi; \
                per alcune modalità, come il bonifico, può servire più tempo. Se entro il termine indicato non arriva nulla, il dovuto \
                torna pagabile; se il pagamento era stato eseguito, la ricevuta sarà comunque registrata.
                """),
        HelpTopic(
            topic: "search", language: .it, title: "Cercare un dovuto",
            text: """
                Cerca trova tutte le posizioni, pagate e da pagare, per tipo, anno e numero del documento, scadenza, stato, codice IUV, \
                numero di avviso o parole della causale.
                """),
        HelpTopic(
            topic: "payments", language: .en, title: "How to pay",
            text: """
                Choose what to pay, then how: credit, debit or prepaid card, bank transfer or another way. The list shows the payment \
                service providers (PSPs) that take the amount, each with its fee. The payment is then completed on the PSP's portal.

                When you come back the operation is "in progress" until the electronic receipt (RT) arrives. Do not pay again meanwhile.
                """),
        HelpTopic(
            topic: "receipts", language: .en, title: "Where to find the receipt",
            text: """
                When the electronic receipt arrives, an e-mail to the address given at payment tells that the receipt is ready as a PDF. \
                It can be viewed, saved and printed from the operation's page and at any time from the archive, together with payments \
                made at the counter.
                """),
        HelpTopic(
            topic: "in-progress", language: .en, title: "What \"in progress\" means",
            text: """
                Only the PSP's electronic receipt tells for certain how a payment ended. It usually arrives within seconds; a bank \
                transfer may take longer. If nothing arrives by the deadline shown, the debt can be paid again; if the payment had been \
                made, its receipt is recorded all the same.
                """),
        HelpTopic(
            topic: "search", language: .en, title: "Finding a debt",
            text: """
                The search finds every position, paid or to pay, by type, year and number of the document, due date, status, IUV, \
                notice number or words of its description.
                """),
    ]
}
