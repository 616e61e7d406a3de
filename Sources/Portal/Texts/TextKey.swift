/// The names of the texts in the tables.
enum TextKey: String, Sendable, CaseIterable {
    // Every page
    case skip, language, menu, breadcrumb, home, signIn, signOut, services, payments, archive, help, payNotice
    case optional, footer, back, search, details, pay, print, proceed, amount, fee, total, dueDate, status, creditor
    case reason, document, documentOf, year, number, iuv, noticeNumber, paidAt, psp, method, action, nextPage
    case firstPage, email, from, to, errorPrefix, errorsTitle, errorRequired, errorInvalid, notFoundTitle
    case notFoundText, unavailableTitle, unavailableText, retry, tooManyText, formExpiredTitle, formExpiredText
    case badRequestTitle, badRequestText, refusedText, homeTitle, homeIntro, homeServices, homePayments, homeArchive
    case homeNotice, homeSignIn, homeHelp, helpIntro, helpContacts, phone, welcome
    // Accounts
    case signInTitle, username, password, forgotPassword, noAccount, register, signInFailed, signInNeeded
    case sessionEnded, signedOut, otherWays, withOIDC, withCard, cardTitle, cardText, cardFailed, oidcFailed
    case registerTitle, registerIntro, kind, kindResident, kindAire, kindNonResident, taxCode, taxCodeHint
    case givenName, familyName, birthDate, birthPlace, street, civicNumber, postalCode, city, province, country
    case countryHint, passwordHint, consentPrivacy, consentTerms, errorTaxCode, errorEmail, errorPassword
    case errorBirthDate, errorCountry, errorConsent, registeredText, verifyTitle, code, verify, codeWrong, verified
    case resetTitle, resetIntro, resetSend, resetSent, newPasswordTitle, newPassword, savePassword, passwordSaved
    // Payments
    case servicesTitle, servicesIntro, serviceSchool, serviceWaste, serviceTraffic, serviceSport, serviceOther
    case noServices, documents, noDocuments, statusOpen, statusPartiallyPaid, statusPaid, statusExpired
    case statusCancelled, statusDraft, statusInProgress, underReview, lines, quantity, installments, installment
    case noticePDF, receipts, receipt, paid, residual, searchIntro, filterAll, filterToPay, filterPaid, documentYear
    case documentNumber, results, noResults, step, chooseMethod, groupCard, groupBank, groupOther, feeRange
    case feeExact, noMethods, choosePSP, choosePSPIntro, pspChoice, receiptEmail, startPayment, goTitle, goText
    case goButton, cancelPayment, cancelTooLate, progressTitle, progressText, refresh, doneTitle, failedTitle
    case cancelledTitle, expiredTitle, elsewhereTitle, payAgain, viewReceipt, downloadReceipt, payInProgress
    case notPayable, pspFailed, suspended, choosePSPError, archiveIntro, noReceipts, origin, originPagopa
    case originCounter, originOther, receiptSettled, receiptReview, receiptVoided, receiptFailed, refunded
    case receiptID, guestTitle, guestIntro, guestNoticeHint, guestFind, guestNotFound
}
