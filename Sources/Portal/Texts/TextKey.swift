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
    case chooseInstallments, chooseInstallmentsHint, chooseInstallmentsError, tooManyInstallments
    case severalInstallments, allNotices, options, optionsText, optionShown, optionSingle, optionInstallments
    case optionReplaced, amountChanged, noLongerOwed
    // Why an installment cannot be paid
    case disabledDraft, disabledPaid, disabledCancelled, disabledWrittenOff, disabledOverdue, disabledValidityEnded
    case disabledUnderReview, disabledPaymentInProgress, disabledAlternativeInProgress, disabledSuspended
    // The profile
    case profile, profileData, profileDataText, profileSaved, profileChangedMeanwhile, save, fullName, address
    case mailLanguage, provedBy, provedMailbox, provedSmartCard, provedIdentityProvider, changeEmail, changeEmailText
    case changeEmailIntro, newEmail, emailCodeSent, emailChanged, changePassword, setPassword, changePasswordText
    case changePasswordIntro, currentPassword, currentPasswordWrong, passwordChanged, eraseAccount, eraseAccountText
    case eraseIntro, eraseConfirm, accountErased, signOutEverywhere, signOutEverywhereText, signedOutEverywhere
    // Delegations
    case delegations, delegationsText, delegationsIntro, delegationProof, delegationsReceived, delegationsGiven
    case delegator, delegate, giveDelegation, delegateTaxCode, delegationLastDay, delegationLastDayHint
    case delegationNoEnd, delegationNameLater, noDelegations, delegationActive, delegationInactive,
        delegationIsWithdrawn, delegationGiven
    case delegationWithdrawn, delegationEnded, delegationStopped, actFor, actingFor, stopActing, withdraw
    // Payments without a bill
    case spontaneous, spontaneousText, spontaneousIntro, noSpontaneous, spontaneousOwn, amountBounds, debtorKind
    case kindPerson, kindOrganization
    // The desk
    case desk, deskIntro, deskSignIn, deskSignInIntro, deskKey, deskKeyHint, deskKeyWrong, deskKeyKind
    case deskForbiddenTitle, deskForbiddenText, deskDone, deskRefused, deskNothing, deskSave, deskShow, deskWaiting
    case deskAnomalies, deskAnomalyKinds, deskAnomaliesIntro, deskUnreadable, deskUnreadableText, deskQuarantine
    case deskAttempts, deskAttemptsText, deskMails, deskMailsText, deskDeadJobs, deskKind, deskOldest, deskOpened
    case deskStateOpen, deskStateResolved, deskPSPID, deskSearchText, deskSearchHint, deskSearchKind, deskKindAny
    case deskKindIuv, deskKindNotice, deskKindNoticeEnd, deskKindTaxCode, deskKindName, deskKindDocument
    case deskPositions, deskPosition, deskDebtor, deskExternalID, deskWrittenOff, deskTimeline, deskHidden
    case deskCreated, deskAttemptStarted, deskAttemptEnded, deskRTArrived, deskAnomalyOpened, deskDecided
    case deskRefundDecided, deskMailOf, deskRecipient, deskJournal, deskWhy, deskWhyHint, deskWho, deskReference
    case deskRTBytes, deskOfficialRT, deskEvidence, deskNote, deskViolations, deskCandidate, deskDecide
    case deskDecision, deskDecidedAt, deskDebt, deskDebtHint, deskNoDebt, deskRefundAmount, deskRefundAmountHint
    case deskRefunds, deskRefund, deskRefundsIntro, deskRefundDecide, deskRefundText, deskRefundChange, deskDay
    case deskTime, deskCounter, deskTill, deskTillHint, deskReferenceHint, deskVoid, deskVoidText, deskEnterRT
    case deskEnterRTText, deskOutcome, deskOutcomeOK, deskOutcomeKO, deskEvidenceFile, deskEvidenceHint, deskImports
    case deskImport, deskImportsIntro, deskFile, deskFileHint, deskFileWrong, deskDryRun, deskDryRunHint, deskSend
    case deskSentAt, deskRows, deskLine, deskProgress, deskProgressText, deskStatistics, deskStatisticsIntro
    case deskGroup, deskPlotTitle, deskPlotText, deskWithoutPSP, deskPSPs, deskPSPList, deskHealth, deskHealthy
    case deskFailing, deskRefusedPayments, deskNotStarted, deskOn, deskOff, deskSuspensions, deskSubject
    case deskSuspend, deskSuspendHint, deskUntil, deskUntilHint, deskLift, deskCreditors, deskCreditorsIntro
    case deskLogo, deskLogoFile, deskLogoHint, deskLogoText, deskLogoTextHint, deskColor, deskColorHint, deskSample
    case deskSentence, deskWordings, deskWordingsText, deskWrite, deskWordingText, deskWordingHint, deskMailSubject
    case deskMailSentence, deskPreview, deskMail, deskMailResend, deskMailResendText, deskMailTo, deskMailToHint
    case deskMailRetry, deskMailRetryText, deskMailAttempts, deskMailResentOf, deskPublish, deskPublishText
    case deskCancel, deskCancelText, deskRestore, deskRestoreText, deskWriteOff, deskWriteOffText
    case deskUndoWriteOff, deskUndoWriteOffText
    // Codes at the desk
    case anomalyReceiptConflict, anomalyAmountMismatch, anomalyPartialPayment, anomalyAlreadyPaid
    case anomalyPositionCancelled, anomalyPositionExpired, anomalyPositionDraft, anomalyUnknownIuv
    case anomalyUnknownCreditor, anomalyUnreadableRt, anomalyContradictoryRt, anomalyUnexpectedBeneficiary
    case explainReceiptConflict, explainAmountMismatch, explainPartialPayment, explainAlreadyPaid
    case explainPositionCancelled, explainPositionExpired, explainPositionDraft, explainUnknownIuv
    case explainUnknownCreditor, explainUnreadableRt, explainContradictoryRt, explainUnexpectedBeneficiary
    case decideAccept, decideRefund, decideMatch, decideReject, resolutionAccept, resolutionRefund, resolutionReject
    case resolutionMatch, resolutionAppeared, resolutionEntered, attemptCreated, attemptRedirected
    case attemptInProgress, attemptSucceeded, attemptPartiallySucceeded, attemptFailed, attemptCancelled
    case attemptExpired, attemptPaidElsewhere, receiptRecorded, receiptAnomaly, receiptQuarantined, refundDecided
    case refundPaid, refundFailed, mailReceiptReady, mailCounterPayment, mailPaymentUnderReview, mailDoublePayment
    case mailPaymentFailed, mailRefundDecided, deliveryQueued, deliverySending, deliverySent, deliveryRetrying
    case deliveryDead, deliverySkipped, deliveryBounced, importReceiving, importWaiting, importRunning, importDone
    case importFailed, outcomeCreated, outcomeRepeated, outcomeRefused, groupDay, groupPsp, groupCreditor
    case groupDebtType, groupMethod, refusedAnomalyNotOpen, refusedResolutionNotPossible, refusedPreconditionFailed
    case refusedRefundNotPossible, refusedRefundNotChangeable, refusedVoidNotPossible, refusedPositionUnderReview
    case refusedUndoNotPossible
    case refusedInstallmentNotPayable, refusedPaymentInProgress, refusedReceiptConflict, refusedTooManyImports
    case refusedIdempotencyKeyReused, refusedPositionNotEditable, refusedNotificationNotResendable
    case refusedNotificationNotRetryable, mailNewNotice, mailDueReminder, mailPaymentNotice, mailTest
}
