package main

import (
	"time"
)

type instant time.Time

func (i instant) MarshalJSON() ([]byte, error) {
	return []byte(time.Time(i).UTC().Format(`"2006-01-02T15:04:05.999999Z"`)), nil
}

func instantOrNil(t *time.Time) *instant {
	if t == nil {
		return nil
	}
	i := instant(*t)
	return &i
}

type day time.Time

func (d day) MarshalJSON() ([]byte, error) {
	return []byte(time.Time(d).Format(`"2006-01-02"`)), nil
}

type document struct {
	Year   int    `json:"year"`
	Number string `json:"number"`
}

type debtor struct {
	Kind     string         `json:"kind"`
	TaxCode  string         `json:"tax_code"`
	FullName string         `json:"full_name"`
	Email    *string        `json:"email,omitempty"`
	Address  *rawJSONObject `json:"address,omitempty"`
}

type rawJSONObject string

func (r rawJSONObject) MarshalJSON() ([]byte, error) { return []byte(r), nil }

type line struct {
	Description string `json:"description"`
	Quantity    *int   `json:"quantity,omitempty"`
	AmountCents int64  `json:"amount_cents"`
}

type transfer struct {
	Creditor     string `json:"creditor_tax_code"`
	IBAN         string `json:"iban"`
	AmountCents  int64  `json:"amount_cents"`
	TaxonomyCode string `json:"taxonomy_code"`
	Remittance   string `json:"remittance"`
}

type installment struct {
	ID                string     `json:"id"`
	Number            int        `json:"number"`
	IUV               string     `json:"iuv"`
	NoticeNumber      string     `json:"notice_number"`
	AmountCents       int64      `json:"amount_cents"`
	DueDate           day        `json:"due_date"`
	Status            string     `json:"status"`
	Payable           bool       `json:"payable"`
	DisabledCode      string     `json:"disabled_code,omitempty"`
	PaymentInProgress bool       `json:"payment_in_progress"`
	PaidAt            *instant   `json:"paid_at,omitempty"`
	WrittenOffCents   int64      `json:"written_off_cents,omitempty"`
	Transfers         []transfer `json:"transfers"`
}

type attempt struct {
	ID           string  `json:"id"`
	Status       string  `json:"status"`
	Installments []int   `json:"installments"`
	CreatedAt    instant `json:"created_at"`
}

type receiptReference struct {
	ID           string  `json:"id"`
	Status       string  `json:"status"`
	AmountCents  int64   `json:"amount_cents"`
	PaidAt       instant `json:"paid_at"`
	UnderReview  bool    `json:"under_review"`
	SupersededBy *string `json:"superseded_by,omitempty"`
	PDFURL       string  `json:"pdf_url,omitempty"`
}

type positionLinks struct {
	Self            string `json:"self"`
	Receipts        string `json:"receipts"`
	PaymentAttempts string `json:"payment_attempts"`
}

type position struct {
	ID               string             `json:"id"`
	Creditor         string             `json:"creditor_tax_code"`
	ExternalID       string             `json:"external_id"`
	DebtType         string             `json:"debt_type"`
	Document         document           `json:"document"`
	Description      string             `json:"description"`
	Debtor           debtor             `json:"debtor"`
	Lines            []line             `json:"lines"`
	Status           string             `json:"status"`
	TotalCents       int64              `json:"total_cents"`
	PaidCents        int64              `json:"paid_cents"`
	WrittenOffCents  int64              `json:"written_off_cents"`
	ResidualCents    int64              `json:"residual_cents"`
	UnderReview      bool               `json:"under_review"`
	ReviewReasons    []string           `json:"review_reasons"`
	Suspended        bool               `json:"suspended"`
	Installments     []installment      `json:"installments"`
	Attempts         []attempt          `json:"attempts"`
	Receipts         []receiptReference `json:"receipts"`
	Metadata         rawJSONObject      `json:"metadata"`
	CreatedAt        instant            `json:"created_at"`
	UpdatedAt        instant            `json:"updated_at"`
	PublishedAt      *instant           `json:"published_at,omitempty"`
	CancelledAt      *instant           `json:"cancelled_at,omitempty"`
	AlternativeGroup *string            `json:"alternative_group,omitempty"`
	ReplacedBy       *string            `json:"replaced_by,omitempty"`
	Links            positionLinks      `json:"_links"`
}

type selfLink struct {
	Self string `json:"self"`
}

type summary struct {
	ID              string   `json:"id"`
	Creditor        string   `json:"creditor_tax_code"`
	CreditorName    string   `json:"creditor_name"`
	ExternalID      string   `json:"external_id"`
	DebtType        string   `json:"debt_type"`
	Document        document `json:"document"`
	Description     string   `json:"description"`
	Status          string   `json:"status"`
	TotalCents      int64    `json:"total_cents"`
	PaidCents       int64    `json:"paid_cents"`
	WrittenOffCents int64    `json:"written_off_cents"`
	ResidualCents   int64    `json:"residual_cents"`
	UnderReview     bool     `json:"under_review"`
	ReviewReasons   []string `json:"review_reasons"`
	Suspended       bool     `json:"suspended"`
	DueDate         day      `json:"due_date"`
	CreatedAt       instant  `json:"created_at"`
	UpdatedAt       instant  `json:"updated_at"`
	Links           selfLink `json:"_links"`
}

type page struct {
	Items      []summary `json:"items"`
	NextCursor string    `json:"next_cursor,omitempty"`
}

func emptyIfNil(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}
