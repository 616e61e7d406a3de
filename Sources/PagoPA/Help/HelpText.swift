/// The texts of the default *Help online*.
package enum HelpText: String, TextTable {
    case paymentsTitle, payments, receiptsTitle, receipts, inProgressTitle, inProgress, searchTitle, search

    package var texts: Texts {
        switch self {
        case .paymentsTitle:
            Texts(it: "Come pagare", en: "How to pay", de: "So bezahlen Sie", fr: "Comment payer", sl: "Kako plačati")
        case .payments:
            Texts(
                it: """
                    Scegli il debito da pagare, poi la modalità di pagamento: carta di credito, debito o prepagata, \
                    bonifico bancario o altro. L'elenco mostra i prestatori di servizi di pagamento (PSP) che \
                    accettano l'importo, ciascuno con la propria commissione. Dopo la scelta completi il pagamento sul \
                    portale del PSP.

                    Quando torni, l'operazione risulta "in corso" fino all'arrivo della ricevuta telematica (RT). Non \
                    pagare una seconda volta mentre l'operazione è in corso.
                    """,
                en: """
                    Choose what to pay, then how: credit, debit or prepaid card, bank transfer or another way. The \
                    list shows the payment service providers (PSPs) that accept the amount, each with its fee. You \
                    then complete the payment on the PSP's portal.

                    When you come back, the payment is "in progress" until the electronic receipt (RT) arrives. Do not \
                    pay a second time while the payment is in progress.
                    """,
                de: """
                    Wählen Sie die Forderung, die Sie bezahlen möchten, und dann die Zahlungsart: Kredit-, Debit- oder \
                    Prepaidkarte, Banküberweisung oder eine andere. Die Liste zeigt die Zahlungsdienstleister (PSP), \
                    die den Betrag annehmen, jeweils mit ihrer Gebühr. Danach schließen Sie die Zahlung auf dem Portal \
                    des PSP ab.

                    Wenn Sie zurückkommen, läuft die Zahlung, bis die elektronische Quittung (RT) eintrifft. Zahlen \
                    Sie nicht ein zweites Mal, solange die Zahlung läuft.
                    """,
                fr: """
                    Choisissez la dette à payer, puis le mode de paiement : carte de crédit, de débit ou prépayée, \
                    virement bancaire ou autre. La liste montre les prestataires de services de paiement (PSP) qui \
                    acceptent le montant, chacun avec sa commission. Vous terminez ensuite le paiement sur le portail \
                    du PSP.

                    À votre retour, le paiement est « en cours » jusqu'à l'arrivée du reçu électronique (RT). Ne payez \
                    pas une seconde fois tant que le paiement est en cours.
                    """,
                sl: """
                    Izberite dolg, ki ga želite plačati, nato način plačila: kreditna, debetna ali predplačniška \
                    kartica, bančno nakazilo ali drugo. Seznam prikazuje ponudnike plačilnih storitev (PSP), ki \
                    sprejmejo znesek, vsakega z njegovo provizijo. Nato plačilo dokončate na portalu PSP.

                    Ko se vrnete, plačilo poteka, dokler ne prispe elektronsko potrdilo (RT). Medtem ne plačajte \
                    znova.
                    """)
        case .receiptsTitle:
            Texts(
                it: "Dove trovi la ricevuta",
                en: "Where to find the receipt",
                de: "Wo Sie die Quittung finden",
                fr: "Où trouver le reçu",
                sl: "Kje najdete potrdilo")
        case .receipts:
            Texts(
                it:
                    "Quando arriva la ricevuta telematica, ricevi un'e-mail all'indirizzo che hai indicato al momento del pagamento: la ricevuta è allegata in formato PDF. Puoi vederla, scaricarla e stamparla dalla pagina dell'operazione e in ogni momento dalla sezione «Archivio», insieme ai pagamenti fatti allo sportello.",
                en:
                    "When the electronic receipt arrives, you receive an e-mail at the address that you gave for the payment: the receipt is attached as a PDF. You can view, download and print it from the payment's page and at any time from the archive, together with payments made at the counter.",
                de:
                    "Wenn die elektronische Quittung eintrifft, erhalten Sie eine E-Mail an die Adresse, die Sie bei der Zahlung angegeben haben: Die Quittung ist als PDF beigefügt. Sie können sie auf der Seite der Zahlung und jederzeit im Archiv ansehen, herunterladen und drucken, zusammen mit den Zahlungen am Schalter.",
                fr:
                    "Quand le reçu électronique arrive, vous recevez un e-mail à l'adresse que vous avez indiquée lors du paiement : le reçu est joint au format PDF. Vous pouvez le consulter, le télécharger et l'imprimer depuis la page du paiement et à tout moment depuis les archives, avec les paiements faits au guichet.",
                sl:
                    "Ko prispe elektronsko potrdilo, prejmete e-sporočilo na naslov, ki ste ga navedli ob plačilu: potrdilo je priloženo v obliki PDF. Ogledate si ga, prenesete in natisnete ga lahko na strani plačila in kadar koli v arhivu, skupaj s plačili na blagajni."
            )
        case .inProgressTitle:
            Texts(
                it: "Che cosa significa «in corso»",
                en: "What \"in progress\" means",
                de: "Was „Zahlung läuft“ bedeutet",
                fr: "Que signifie « en cours » ?",
                sl: "Kaj pomeni »plačilo poteka«")
        case .inProgress:
            Texts(
                it:
                    "Solo la ricevuta telematica del PSP attesta l'esito definitivo di un pagamento. Di norma arriva in pochi secondi; per alcune modalità, come il bonifico, può servire più tempo. Se non arriva entro il termine indicato, il debito si può pagare di nuovo; se il pagamento era stato eseguito, la ricevuta sarà comunque registrata.",
                en:
                    "Only the PSP's electronic receipt confirms how a payment ended. It usually arrives within seconds; a bank transfer may take longer. If it does not arrive by the deadline shown, the debt can be paid again; if the payment had been made, its receipt is recorded all the same.",
                de:
                    "Nur die elektronische Quittung des PSP bestätigt, wie eine Zahlung ausgegangen ist. Meist trifft sie in wenigen Sekunden ein; eine Banküberweisung kann länger dauern. Trifft sie bis zur angegebenen Frist nicht ein, kann die Forderung erneut bezahlt werden; wurde die Zahlung doch ausgeführt, wird die Quittung trotzdem erfasst.",
                fr:
                    "Seul le reçu électronique du PSP confirme le résultat d'un paiement. Il arrive en général en quelques secondes ; un virement peut demander plus de temps. S'il n'arrive pas dans le délai indiqué, la dette peut être payée à nouveau ; si le paiement avait été effectué, le reçu sera tout de même enregistré.",
                sl:
                    "Le elektronsko potrdilo PSP potrjuje, kako se je plačilo končalo. Običajno prispe v nekaj sekundah; bančno nakazilo lahko traja dlje. Če ne prispe v navedenem roku, je dolg mogoče plačati znova; če je bilo plačilo izvedeno, bo potrdilo vseeno zabeleženo."
            )
        case .searchTitle:
            Texts(
                it: "Cercare un debito",
                en: "Finding a debt",
                de: "Eine Forderung suchen",
                fr: "Rechercher une dette",
                sl: "Iskanje dolga")
        case .search:
            Texts(
                it:
                    "Con la funzione «Cerca» puoi trovare tutti i debiti, pagati e da pagare, per tipo, anno e numero del documento, scadenza, stato, codice IUV, codice avviso o parole della causale.",
                en:
                    "With \"Search\" you can find every debt, paid or to be paid, by type, year and number of the document, due date, status, IUV, notice number or words of the reason for payment.",
                de:
                    "Mit „Suchen“ finden Sie alle Forderungen, bezahlte und offene, nach Art, Jahr und Nummer des Dokuments, Fälligkeit, Status, IUV, Nummer der Zahlungsmitteilung oder Wörtern des Zahlungsgrundes.",
                fr:
                    "Avec « Rechercher », vous pouvez trouver toutes les dettes, payées ou à payer, par type, année et numéro du document, échéance, état, code IUV, numéro d'avis ou mots du motif du paiement.",
                sl:
                    "Z možnostjo »Išči« lahko najdete vse dolgove, plačane in neplačane, po vrsti, letu in številki dokumenta, roku plačila, stanju, oznaki IUV, številki obvestila ali besedah namena plačila."
            )
        }
    }
}
