import PagoPA

extension MailTexts {
    /// The address is to be confirmed.
    /// - Parameters:
    ///   - code: eight characters to type.
    ///   - link: a page of the front end, with a token.
    ///   - hours: how long it is valid.
    package static func verifyEmail(code: String, link: String?, hours: Int, language: Language) -> MailText {
        withCode(.verifySubject, .verify, code: code, link: link, hours: hours, language)
    }

    /// A new password may be chosen.
    package static func passwordReset(code: String, link: String?, hours: Int, language: Language) -> MailText {
        withCode(.resetSubject, .reset, code: code, link: link, hours: hours, language)
    }

    /// A registration was attempted although the account exists.
    package static func registrationAttempt(language: Language) -> MailText {
        text(.attemptSubject, [.attempt, .forgotten], language)
    }

    /// The new address of an existing account is to be confirmed.
    package static func changeEmail(code: String, link: String?, hours: Int, language: Language) -> MailText {
        withCode(.changeSubject, .change, code: code, link: link, hours: hours, language)
    }

    /// To the address that an account had until now.
    package static func emailChanged(language: Language) -> MailText {
        text(.changedSubject, [.changed, .changedNotYou], language)
    }

    /// To the address of an account that a smart card has removed from it.
    package static func smartCardProved(language: Language) -> MailText {
        text(.provedSubject, [.proved, .provedNext], language)
    }

    /// To the address of an account that an identity provider (SPID, CIE) has removed from it.
    package static func identityProved(language: Language) -> MailText {
        text(.identitySubject, [.identityProved, .identityNext], language)
    }

    private static func text(_ subject: AccountMailText, _ paragraphs: [AccountMailText], _ language: Language)
        -> MailText
    {
        let words = Wording<AccountMailText>(language)
        return MailText(
            subject: words[subject], language: language.tag, blocks: paragraphs.map { .paragraph(words[$0]) })
    }

    private static func withCode(
        _ subject: AccountMailText, _ first: AccountMailText, code: String, link: String?, hours: Int,
        _ language: Language
    ) -> MailText {
        let words = Wording<AccountMailText>(language)
        let valid = hours == 1 ? words[.validHour] : words[.validHours, ["hours": String(hours)]]
        return MailText(
            subject: words[subject], language: language.tag,
            blocks: [
                .paragraph("\(words[first]) \(words[link == nil ? .enterCode : .followLink])")
            ] + (link.map { [.link($0), .paragraph(words[.orCode])] } ?? [])
                + [.code(label: words[.code], value: code), .paragraph(valid), .paragraph(words[.notYou])])
    }
}
