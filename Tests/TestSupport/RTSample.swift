/// An official RT composed of its parts. By default it is an executed payment for a school canteen.
package struct RTSample {
    package var prolog = #"<?xml version="1.0" encoding="UTF-8"?>"#
    package var outcome: String
    package var total: String
    package var iuv: String
    package var context: String
    package var domain: String
    package var singles: [Single]
    package var beforePayment: String
    package var contextName: String
    package var namespace: String
    package var sentAt: String

    package init(
        outcome: String = "0", total: String = "59.80", iuv: String = "02260618143027134",
        context: String = "7f0c9b1e5d2a4c3b8e6f10a2b3c4d5e6", domain: String = "12345678903",
        singles: [Single] = [Single()], beforePayment: String = "", contextName: String = "CodiceContestoPagamento",
        namespace: String = "http://www.digitpa.gov.it/schemas/2011/Pagamenti/", sentAt: String = "2026-10-09T14:31:00"
    ) {
        self.outcome = outcome
        self.total = total
        self.iuv = iuv
        self.context = context
        self.domain = domain
        self.singles = singles
        self.beforePayment = beforePayment
        self.contextName = contextName
        self.namespace = namespace
        self.sentAt = sentAt
    }

    package struct Single {
        package init(
            amount: String = "59.80", outcome: String? = "ESEGUITO", date: String = "2026-10-09",
            fee: String? = "1.50", attachment: String = ""
        ) {
            self.amount = amount
            self.outcome = outcome
            self.date = date
            self.fee = fee
            self.attachment = attachment
        }

        package var amount: String
        package var outcome: String?
        package var date: String
        package var fee: String?
        package var attachment: String
    }

    package var text: String {
        let payments = singles.enumerated().map { index, single in
            """
            <datiSingoloPagamento><singoloImportoPagato>\(single.amount)</singoloImportoPagato>\
            \(single.outcome.map { "<esitoSingoloPagamento>\($0)</esitoSingoloPagamento>" } ?? "")\
            <dataEsitoSingoloPagamento>\(single.date)</dataEsitoSingoloPagamento>\
            <identificativoUnivocoRiscossione>IUR\(index)</identificativoUnivocoRiscossione>\
            <causaleVersamento>/RFB/\(iuv)/\(single.amount)/TXT/Mensa &amp; trasporto</causaleVersamento>\
            <datiSpecificiRiscossione>9/0101002IM/</datiSpecificiRiscossione>\
            \(single.fee.map { "<commissioniApplicatePSP>\($0)</commissioniApplicatePSP>" } ?? "")\(single.attachment)</datiSingoloPagamento>
            """
        }.joined()
        return """
            \(prolog)
            <pay_i:RT xmlns:pay_i="\(namespace)">
            <pay_i:versioneOggetto>6.2.0</pay_i:versioneOggetto>
            <pay_i:dominio><pay_i:identificativoDominio>\(domain)</pay_i:identificativoDominio></pay_i:dominio>
            <pay_i:identificativoMessaggioRicevuta>RT-1</pay_i:identificativoMessaggioRicevuta>
            <pay_i:dataOraMessaggioRicevuta>\(sentAt)</pay_i:dataOraMessaggioRicevuta>
            <pay_i:riferimentoMessaggioRichiesta>RPT-1</pay_i:riferimentoMessaggioRichiesta>
            <pay_i:riferimentoDataRichiesta>2026-10-09</pay_i:riferimentoDataRichiesta>
            <pay_i:istitutoAttestante><pay_i:identificativoUnivocoAttestante><pay_i:tipoIdentificativoUnivoco>G</pay_i:tipoIdentificativoUnivoco><pay_i:codiceIdentificativoUnivoco>15376371009</pay_i:codiceIdentificativoUnivoco></pay_i:identificativoUnivocoAttestante><pay_i:denominazioneAttestante>Banca Alfa</pay_i:denominazioneAttestante></pay_i:istitutoAttestante>
            <pay_i:enteBeneficiario><pay_i:identificativoUnivocoBeneficiario><pay_i:tipoIdentificativoUnivoco>G</pay_i:tipoIdentificativoUnivoco><pay_i:codiceIdentificativoUnivoco>\(domain)</pay_i:codiceIdentificativoUnivoco></pay_i:identificativoUnivocoBeneficiario><pay_i:denominazioneBeneficiario>Comune</pay_i:denominazioneBeneficiario></pay_i:enteBeneficiario>
            <pay_i:soggettoPagatore><pay_i:identificativoUnivocoPagatore><pay_i:tipoIdentificativoUnivoco>F</pay_i:tipoIdentificativoUnivoco><pay_i:codiceIdentificativoUnivoco>RSSMRA80A01H501U</pay_i:codiceIdentificativoUnivoco></pay_i:identificativoUnivocoPagatore><pay_i:anagraficaPagatore>Niccolò D’Angelo</pay_i:anagraficaPagatore><pay_i:e-mailPagatore>n.dangelo@example.org</pay_i:e-mailPagatore></pay_i:soggettoPagatore>\(beforePayment)
            <pay_i:datiPagamento><pay_i:codiceEsitoPagamento>\(outcome)</pay_i:codiceEsitoPagamento><pay_i:importoTotalePagato>\(total)</pay_i:importoTotalePagato><pay_i:identificativoUnivocoVersamento>\(iuv)</pay_i:identificativoUnivocoVersamento><pay_i:\(contextName)>\(context)</pay_i:\(contextName)>\(prefixed(payments))</pay_i:datiPagamento>
            </pay_i:RT>
            """
    }

    private func prefixed(_ xml: String) -> String {
        xml.replacing("</", with: "\u{1}").replacing("<", with: "<pay_i:").replacing("\u{1}", with: "</pay_i:")
            .replacing("<pay_i:!", with: "<!")
    }
}
