"""Small accounting files of ours."""

FEC_HEADER = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate|"
    "EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise"
)


def fec_line(journal: str, number: int, day: str, account: str, *rest: str) -> str:
    """Return a line; ``rest``: customer, document, words, debit, credit, letter."""
    customer, document, words, debit, credit, letter = rest
    head = f"{journal}|{journal}|{number}|{day}|{account}|X|{customer}|Nom {customer}|{document}|{day}"
    return f"{head}|{words}|{debit}|{credit}|{letter}||{day}||"


FEC_LINES = (
    fec_line("VE", 1, "20260105", "411000", "C1", "F1", "Facture 1", "120,00", "0,00", "A"),
    fec_line("VE", 1, "20260105", "707000", "", "F1", "Facture 1", "0,00", "100,00", ""),
    fec_line("VE", 2, "20260110", "411000", "C1", "F2", "Facture 2", "60,00", "0,00", "A"),
    fec_line("VE", 3, "20260112", "411000", "C2", "F2", "Facture 2 bis", "30,00", "0,00", ""),
    fec_line("BQ", 4, "20260201", "411000", "C1", "V9", "Virement", "0,00", "180,00", "A"),
    fec_line("BQ", 4, "20260201", "512000", "", "V9", "Virement", "180,00", "0,00", ""),
    fec_line("VE", 5, "20260203", "411000", "C2", "A1", "Avoir 1", "0,00", "10,00", ""),
    fec_line("BQ", 6, "20260204", "411000", "C2", "R1", "Remboursement", "5,00", "0,00", ""),
    fec_line("BQ", 6, "20260204", "512000", "", "R1", "Remboursement", "0,00", "5,00", ""),
)


def fec(*lines: str) -> bytes:
    return "\n".join([FEC_HEADER, *(lines or FEC_LINES), ""]).encode()


def portugal() -> bytes:
    return b"""<?xml version="1.0" encoding="UTF-8"?>
<AuditFile xmlns="urn:OECD:StandardAuditFile-Tax:PT_1.04_01"><Header><CompanyName>Padaria Trigo Lda</CompanyName>
<StartDate>2026-01-01</StartDate><CurrencyCode>EUR</CurrencyCode></Header><MasterFiles><Customer>
<CustomerID>C1</CustomerID><CustomerTaxID>501234560</CustomerTaxID><CompanyName>Hotel Mar Lda</CompanyName>
<BillingAddress><AddressDetail>Desconhecido</AddressDetail><City>Porto</City><PostalCode>4000-001</PostalCode>
<Country>PT</Country></BillingAddress></Customer></MasterFiles><SourceDocuments><SalesInvoices>
<Invoice><InvoiceNo>FT A/1</InvoiceNo><DocumentStatus><InvoiceStatus>N</InvoiceStatus></DocumentStatus>
<InvoiceDate>2026-01-05</InvoiceDate><InvoiceType>FT</InvoiceType><CustomerID>C1</CustomerID><DocumentTotals>
<GrossTotal>123.00</GrossTotal></DocumentTotals></Invoice>
<Invoice><InvoiceNo>FR A/1</InvoiceNo><DocumentStatus><InvoiceStatus>N</InvoiceStatus></DocumentStatus>
<InvoiceDate>2026-01-06</InvoiceDate><InvoiceType>FR</InvoiceType><CustomerID>C1</CustomerID><DocumentTotals>
<GrossTotal>61.50</GrossTotal></DocumentTotals></Invoice>
<Invoice><InvoiceNo>NC A/1</InvoiceNo><DocumentStatus><InvoiceStatus>N</InvoiceStatus></DocumentStatus>
<InvoiceDate>2026-01-07</InvoiceDate><InvoiceType>NC</InvoiceType><CustomerID>C1</CustomerID><Line><References>
<Reference>FT A/1</Reference></References></Line>
<DocumentTotals><GrossTotal>23.00</GrossTotal></DocumentTotals></Invoice>
<Invoice><InvoiceNo>FT A/2</InvoiceNo><DocumentStatus><InvoiceStatus>A</InvoiceStatus></DocumentStatus>
<InvoiceDate>2026-01-08</InvoiceDate><InvoiceType>FT</InvoiceType><CustomerID>C1</CustomerID><DocumentTotals>
<GrossTotal>999.00</GrossTotal></DocumentTotals></Invoice>
</SalesInvoices><Payments><Payment><PaymentRefNo>RG A/1</PaymentRefNo><TransactionDate>2026-02-01</TransactionDate>
<DocumentStatus><PaymentStatus>N</PaymentStatus></DocumentStatus><CustomerID>C1</CustomerID><Line><SourceDocumentID>
<OriginatingON>FT A/1</OriginatingON></SourceDocumentID><SettlementAmount>10.00</SettlementAmount>
<CreditAmount>90.00</CreditAmount></Line><DocumentTotals><GrossTotal>100.00</GrossTotal></DocumentTotals></Payment>
</Payments></SourceDocuments></AuditFile>
"""


def norway() -> bytes:
    return b"""<?xml version="1.0" encoding="UTF-8"?>
<n1:AuditFile xmlns:n1="urn:StandardAuditFile-Taxation-Financial:NO"><n1:Header>
<n1:AuditFileCountry>NO</n1:AuditFileCountry><n1:DefaultCurrencyCode>NOK</n1:DefaultCurrencyCode><n1:SelectionCriteria>
<n1:PeriodStart>1</n1:PeriodStart><n1:PeriodStartYear>2026</n1:PeriodStartYear></n1:SelectionCriteria></n1:Header>
<n1:MasterFiles><n1:Customers><n1:Customer><n1:Name>Hotell Fjord AS</n1:Name><n1:CustomerID>1000</n1:CustomerID>
<n1:OpeningDebitBalance>50</n1:OpeningDebitBalance><n1:ClosingDebitBalance>150</n1:ClosingDebitBalance><n1:PartyInfo>
<n1:PaymentTerms><n1:Days>14</n1:Days></n1:PaymentTerms></n1:PartyInfo></n1:Customer></n1:Customers></n1:MasterFiles>
<n1:GeneralLedgerEntries><n1:Journal><n1:Transaction><n1:TransactionID>1</n1:TransactionID>
<n1:TransactionDate>2026-01-05</n1:TransactionDate><n1:Line><n1:RecordID>1</n1:RecordID><n1:AccountID>1500</n1:AccountID>
<n1:SourceDocumentID>77</n1:SourceDocumentID><n1:CustomerID>1000</n1:CustomerID><n1:DebitAmount><n1:Amount>100</n1:Amount>
</n1:DebitAmount><n1:CrossReference>X1</n1:CrossReference></n1:Line><n1:Line><n1:AccountID>3000</n1:AccountID>
<n1:CreditAmount><n1:Amount>100</n1:Amount></n1:CreditAmount></n1:Line></n1:Transaction><n1:Transaction>
<n1:TransactionID>2</n1:TransactionID><n1:TransactionDate>2026-01-06</n1:TransactionDate><n1:Line><n1:RecordID>1</n1:RecordID>
<n1:AccountID>1500</n1:AccountID><n1:SourceDocumentID>78</n1:SourceDocumentID><n1:CustomerID>1000</n1:CustomerID>
<n1:DebitAmount><n1:Amount>100</n1:Amount></n1:DebitAmount></n1:Line></n1:Transaction><n1:Transaction>
<n1:TransactionID>3</n1:TransactionID><n1:TransactionDate>2026-01-20</n1:TransactionDate><n1:Line><n1:RecordID>1</n1:RecordID>
<n1:AccountID>1500</n1:AccountID><n1:SourceDocumentID>9</n1:SourceDocumentID><n1:CustomerID>1000</n1:CustomerID>
<n1:CreditAmount><n1:Amount>100</n1:Amount></n1:CreditAmount><n1:CrossReference>X1</n1:CrossReference></n1:Line><n1:Line>
<n1:AccountID>1920</n1:AccountID><n1:DebitAmount><n1:Amount>100</n1:Amount></n1:DebitAmount></n1:Line></n1:Transaction>
</n1:Journal></n1:GeneralLedgerEntries></n1:AuditFile>
"""


def romania() -> bytes:
    return b"""<?xml version="1.0" encoding="UTF-8"?>
<nsSAFT:AuditFile xmlns:nsSAFT="mfp:anaf:dgti:d406:declaratie:v1"><nsSAFT:Header>
<nsSAFT:AuditFileCountry>RO</nsSAFT:AuditFileCountry><nsSAFT:DefaultCurrencyCode>RON</nsSAFT:DefaultCurrencyCode>
</nsSAFT:Header><nsSAFT:MasterFiles><nsSAFT:Customers><nsSAFT:Customer><nsSAFT:CompanyStructure>
<nsSAFT:RegistrationNumber>RO123</nsSAFT:RegistrationNumber><nsSAFT:Name>Hotel Munte SRL</nsSAFT:Name>
</nsSAFT:CompanyStructure><nsSAFT:CustomerID>00123</nsSAFT:CustomerID></nsSAFT:Customer></nsSAFT:Customers></nsSAFT:MasterFiles>
<nsSAFT:SourceDocuments><nsSAFT:SalesInvoices><nsSAFT:Invoice><nsSAFT:InvoiceNo>F1</nsSAFT:InvoiceNo><nsSAFT:CustomerInfo>
<nsSAFT:CustomerID>00123</nsSAFT:CustomerID></nsSAFT:CustomerInfo><nsSAFT:InvoiceDate>2026-01-05</nsSAFT:InvoiceDate>
<nsSAFT:InvoiceType>380</nsSAFT:InvoiceType><nsSAFT:InvoiceDocumentTotals><nsSAFT:GrossTotal>119.00</nsSAFT:GrossTotal>
</nsSAFT:InvoiceDocumentTotals></nsSAFT:Invoice></nsSAFT:SalesInvoices><nsSAFT:PurchaseInvoices><nsSAFT:Invoice>
<nsSAFT:InvoiceNo>P1</nsSAFT:InvoiceNo></nsSAFT:Invoice></nsSAFT:PurchaseInvoices><nsSAFT:Payments><nsSAFT:Payment>
<nsSAFT:PaymentRefNo>OP1</nsSAFT:PaymentRefNo><nsSAFT:TransactionDate>2026-01-20</nsSAFT:TransactionDate>
<nsSAFT:PaymentLine><nsSAFT:SourceDocumentID>F1</nsSAFT:SourceDocumentID><nsSAFT:CustomerID>00123</nsSAFT:CustomerID>
<nsSAFT:DebitCreditIndicator>C</nsSAFT:DebitCreditIndicator><nsSAFT:PaymentLineAmount><nsSAFT:Amount>100.00</nsSAFT:Amount>
</nsSAFT:PaymentLineAmount></nsSAFT:PaymentLine></nsSAFT:Payment></nsSAFT:Payments></nsSAFT:SourceDocuments>
</nsSAFT:AuditFile>
"""


DATEV_HEAD = (
    '"EXTF";700;21;"Buchungsstapel";12;20260401120000000;;"RE";"";"";1001;1;20260101;4;20260101;20260331'
    ';"Q1";"";1;0;1;"EUR"'
)
DATEV_COLUMNS = (
    "Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ Umsatz;Konto;Gegenkonto (ohne BU-Schlüssel);BU-Schlüssel;"
    "Belegdatum;Belegfeld 1;Belegfeld 2;Buchungstext;Generalumkehr (GU)"
)
DATEV_LINES = (
    '100,00;"S";"EUR";10001;8400;;0501;"R1";"040226";"Brot";0',
    '20,00;"S";"EUR";10001;8300;;0501;"R1";"040226";"Milch";0',
    '60,00;"H";"EUR";8400;10002;;1001;"R2";"";"Brot";0',
    '50,00;"S";"EUR";1200;10001;;2002;"R1";"";"Zahlung";0',
    '10,00;"H";"EUR";10002;8400;;0103;"R2";"";"Gutschrift";0',
    '5,00;"S";"EUR";10002;1200;;0203;"X";"";"Erstattung";0',
    '99,00;"S";"EUR";4930;1200;;0203;"Y";"";"Porto";0',
    '30,00;"S";"EUR";10003;9000;;0101;"R9";"";"Saldenvortrag";0',
)


def datev(*lines: str) -> bytes:
    return "\r\n".join([DATEV_HEAD, DATEV_COLUMNS, *(lines or DATEV_LINES), ""]).encode("cp1252")
