"""Small electronic invoices of ours, one for each syntax: a bakery bills a hotel 119.00 euros."""

import io

from pypdf import PdfWriter

CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
UBL_SPACE = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"


def ubl_party(name: str, vat: str) -> str:
    return f"""<cac:Party><cac:PostalAddress><cbc:StreetName>Markt 1</cbc:StreetName><cbc:CityName>Bonn</cbc:CityName>
    <cbc:PostalZone>53111</cbc:PostalZone><cac:Country><cbc:IdentificationCode>DE</cbc:IdentificationCode></cac:Country>
    </cac:PostalAddress><cac:PartyTaxScheme><cbc:CompanyID>{vat}</cbc:CompanyID></cac:PartyTaxScheme>
    <cac:PartyLegalEntity><cbc:RegistrationName>{name}</cbc:RegistrationName></cac:PartyLegalEntity>
    <cac:Contact><cbc:ElectronicMail>rechnung@example.com</cbc:ElectronicMail></cac:Contact></cac:Party>"""


def ubl(*, terms: str = "", code: str = "380", head: str = "", payable: str = "119.00", prepaid: str = "") -> bytes:
    """Return a UBL invoice; ``head`` goes before the parties, ``terms`` after them."""
    paid = f'<cbc:PrepaidAmount currencyID="EUR">{prepaid}</cbc:PrepaidAmount>' if prepaid else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="{UBL_SPACE}" xmlns:cac="{CAC}" xmlns:cbc="{CBC}">
  <cbc:ID>R-7</cbc:ID><cbc:IssueDate>2026-03-02</cbc:IssueDate><cbc:DueDate>2026-04-01</cbc:DueDate>
  <cbc:InvoiceTypeCode>{code}</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>{head}
  <cac:AccountingSupplierParty>{ubl_party("Backhaus Ähre GmbH", "DE123456789")}</cac:AccountingSupplierParty>
  <cac:AccountingCustomerParty>{ubl_party("Hotel Seeblick KG", "DE987654321")}</cac:AccountingCustomerParty>
  <cac:PaymentMeans><cbc:PaymentID>RF18539007547034</cbc:PaymentID><cac:PayeeFinancialAccount>
  <cbc:ID>DE89 3704 0044 0532 0130 00</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>{terms}
  <cac:TaxTotal><cbc:TaxAmount currencyID="EUR">19.00</cbc:TaxAmount></cac:TaxTotal>
  <cac:LegalMonetaryTotal>
    <cbc:LineExtensionAmount currencyID="EUR">100.00</cbc:LineExtensionAmount>
    <cbc:TaxExclusiveAmount currencyID="EUR">100.00</cbc:TaxExclusiveAmount>
    <cbc:TaxInclusiveAmount currencyID="EUR">119.00</cbc:TaxInclusiveAmount>{paid}
    <cbc:PayableAmount currencyID="EUR">{payable}</cbc:PayableAmount>
  </cac:LegalMonetaryTotal>
  <cac:InvoiceLine><cbc:LineExtensionAmount currencyID="EUR">100.00</cbc:LineExtensionAmount></cac:InvoiceLine>
</Invoice>
""".encode()


def ubl_terms(*parts: tuple[str, str]) -> str:
    """Return payment terms: a day and an amount for each instalment."""
    return "".join(
        f'<cac:PaymentTerms><cbc:InstallmentDueDate>{day}</cbc:InstallmentDueDate><cbc:Amount currencyID="EUR">'
        f"{amount}</cbc:Amount></cac:PaymentTerms>"
        for day, amount in parts
    )


def cii() -> bytes:
    return b"""<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
 <rsm:ExchangedDocument><ram:ID>R-7</ram:ID><ram:TypeCode>380</ram:TypeCode><ram:IssueDateTime>
 <udt:DateTimeString format="102">20260302</udt:DateTimeString></ram:IssueDateTime></rsm:ExchangedDocument>
 <rsm:SupplyChainTradeTransaction>
 <ram:ApplicableHeaderTradeAgreement>
  <ram:SellerTradeParty><ram:Name>Backhaus GmbH</ram:Name><ram:SpecifiedTaxRegistration>
   <ram:ID schemeID="VA">DE123456789</ram:ID></ram:SpecifiedTaxRegistration></ram:SellerTradeParty>
  <ram:BuyerTradeParty><ram:ID>K-12</ram:ID><ram:Name>Hotel Seeblick KG</ram:Name></ram:BuyerTradeParty>
 </ram:ApplicableHeaderTradeAgreement>
 <ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
  <ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><udt:DateTimeString format="102">20260401</udt:DateTimeString>
  </ram:DueDateDateTime><ram:PartialPaymentAmount>59.50</ram:PartialPaymentAmount></ram:SpecifiedTradePaymentTerms>
  <ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><udt:DateTimeString format="102">20260501</udt:DateTimeString>
  </ram:DueDateDateTime><ram:PartialPaymentAmount>59.50</ram:PartialPaymentAmount></ram:SpecifiedTradePaymentTerms>
  <ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:TaxBasisTotalAmount>100.00</ram:TaxBasisTotalAmount>
   <ram:TaxTotalAmount currencyID="EUR">19.00</ram:TaxTotalAmount><ram:GrandTotalAmount>119.00</ram:GrandTotalAmount>
   <ram:DuePayableAmount>119.00</ram:DuePayableAmount></ram:SpecifiedTradeSettlementHeaderMonetarySummation>
 </ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>
"""


def facturae(*, withheld: str = "15.00", executable: str = "106.00") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<fe:Facturae xmlns:fe="http://www.facturae.gob.es/formato/Versiones/Facturaev3_2_2.xml">
 <FileHeader><SchemaVersion>3.2.2</SchemaVersion></FileHeader>
 <Parties><SellerParty><TaxIdentification><PersonTypeCode>J</PersonTypeCode>
 <TaxIdentificationNumber>B12345674</TaxIdentificationNumber></TaxIdentification><LegalEntity>
 <CorporateName>Panadería Espiga SL</CorporateName></LegalEntity></SellerParty>
 <BuyerParty><TaxIdentification><PersonTypeCode>J</PersonTypeCode>
 <TaxIdentificationNumber>B76543214</TaxIdentificationNumber></TaxIdentification><LegalEntity>
 <CorporateName>Hotel Mirador SL</CorporateName><AddressInSpain><Address>Calle Mayor 1</Address>
 <PostCode>28013</PostCode><Town>Madrid</Town><CountryCode>ESP</CountryCode></AddressInSpain></LegalEntity></BuyerParty>
 </Parties><Invoices><Invoice><InvoiceHeader><InvoiceNumber>7</InvoiceNumber><InvoiceSeriesCode>A</InvoiceSeriesCode>
 <InvoiceClass>OO</InvoiceClass></InvoiceHeader><InvoiceIssueData><IssueDate>2026-03-02</IssueDate>
 <InvoiceCurrencyCode>EUR</InvoiceCurrencyCode></InvoiceIssueData><InvoiceTotals>
 <TotalGrossAmount>100.00</TotalGrossAmount><TotalGrossAmountBeforeTaxes>100.00</TotalGrossAmountBeforeTaxes>
 <TotalTaxOutputs>21.00</TotalTaxOutputs><TotalTaxesWithheld>{withheld}</TotalTaxesWithheld>
 <InvoiceTotal>106.00</InvoiceTotal><TotalOutstandingAmount>106.00</TotalOutstandingAmount>
 <TotalExecutableAmount>{executable}</TotalExecutableAmount></InvoiceTotals><PaymentDetails>
 <Installment><InstallmentDueDate>2026-04-01</InstallmentDueDate><InstallmentAmount>53.00</InstallmentAmount></Installment>
 <Installment><InstallmentDueDate>2026-05-01</InstallmentDueDate><InstallmentAmount>53.00</InstallmentAmount></Installment>
 </PaymentDetails></Invoice></Invoices></fe:Facturae>
""".encode()


def fattura_body(number: str, payments: str, code: str = "TD01", due: str = "I") -> str:
    return f"""<FatturaElettronicaBody><DatiGenerali><DatiGeneraliDocumento><TipoDocumento>{code}</TipoDocumento>
 <Divisa>EUR</Divisa><Data>2026-03-02</Data><Numero>{number}</Numero></DatiGeneraliDocumento></DatiGenerali>
 <DatiBeniServizi><DatiRiepilogo><ImponibileImporto>100.00</ImponibileImporto><Imposta>22.00</Imposta>
 <EsigibilitaIVA>{due}</EsigibilitaIVA></DatiRiepilogo></DatiBeniServizi>
 <DatiPagamento>{payments}</DatiPagamento></FatturaElettronicaBody>"""


def fattura_payment(day: str, amount: str) -> str:
    return (
        f"<DettaglioPagamento><DataScadenzaPagamento>{day}</DataScadenzaPagamento>"
        f"<ImportoPagamento>{amount}</ImportoPagamento></DettaglioPagamento>"
    )


def fatturapa(*bodies: str) -> bytes:
    both = fattura_payment("2026-04-01", "61.00") + fattura_payment("2026-05-01", "61.00")
    inner = "\n".join(bodies or (fattura_body("7", both),))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<p:FatturaElettronica versione="FPR12" xmlns:p="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2">
 <FatturaElettronicaHeader><DatiTrasmissione><FormatoTrasmissione>FPR12</FormatoTrasmissione></DatiTrasmissione>
 <CedentePrestatore><DatiAnagrafici><IdFiscaleIVA><IdPaese>IT</IdPaese><IdCodice>01234567890</IdCodice></IdFiscaleIVA>
 <Anagrafica><Denominazione>Forno Spiga SRL</Denominazione></Anagrafica></DatiAnagrafici></CedentePrestatore>
 <CessionarioCommittente><DatiAnagrafici><IdFiscaleIVA><IdPaese>IT</IdPaese><IdCodice>09876543210</IdCodice>
 </IdFiscaleIVA><Anagrafica><Denominazione>Albergo Vista SRL</Denominazione></Anagrafica></DatiAnagrafici>
 <Sede><Indirizzo>Via Roma 1</Indirizzo><CAP>00100</CAP><Comune>Roma</Comune><Nazione>IT</Nazione></Sede>
 </CessionarioCommittente></FatturaElettronicaHeader>
{inner}
</p:FatturaElettronica>
""".encode()


def pdf(*attachments: tuple[str, bytes]) -> bytes:
    """Return a PDF of one blank page with ``attachments``."""
    writer = PdfWriter()
    writer.add_blank_page(width=72, height=72)
    for name, content in attachments:
        writer.add_attachment(name, content)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 + len(size)]) + size + content


def _ber(tag: int, content: bytes) -> bytes:
    return bytes([tag, 0x80]) + content + b"\0\0"


SIGNED_DATA = _der(0x06, bytes.fromhex("2a864886f70d010702"))
DATA = _der(0x06, bytes.fromhex("2a864886f70d010701"))


def p7m(content: bytes) -> bytes:
    """Return an envelope around ``content`` without a signature, in DER."""
    inner = _der(0x30, DATA + _der(0xA0, _der(0x04, content)))
    signed = _der(0x30, _der(0x02, b"\x01") + _der(0x31, b"") + inner + _der(0x31, b""))
    return _der(0x30, SIGNED_DATA + _der(0xA0, signed))


def p7m_streamed(content: bytes) -> bytes:
    """Return an envelope as programs write that do not know the length yet: BER, the content in two parts."""
    half = len(content) // 2
    parts = _der(0x04, content[:half]) + _der(0x04, content[half:])
    inner = _ber(0x30, DATA + _ber(0xA0, _ber(0x24, parts)))
    signed = _ber(0x30, _der(0x02, b"\x01") + _der(0x31, b"") + inner + _der(0x31, b""))
    return _ber(0x30, SIGNED_DATA + _ber(0xA0, signed))
