//! Documents that are no sales: credit notes with positive amounts, payments of bills, fees, offers; and what becomes of one
//! refund however an export puts it. Expected values are by hand, beside the data. Before there were kinds in these
//! languages every one of these rows was a purchase.

use std::path::PathBuf;

use clv::history::{self, Fate, LogOptions, Summary};

fn open(log: &str) -> Summary {
    let dir = tempfile::tempdir().unwrap();
    let path: PathBuf = dir.path().join("log.csv");
    std::fs::write(&path, log).unwrap();
    history::open(&[path], &LogOptions::default(), &()).unwrap_or_else(|e| panic!("{e}\n{log}"))
}

/// Purchases and their amount, returns and their amount, rows that are neither.
fn account(summary: &Summary) -> (u64, f64, u64, f64, u64) {
    let account = &summary.meta.account;
    assert!(account.adds_up(), "{account:?}");
    let of = |fate| account.entry(fate).map_or((0, 0.0), |entry| (entry.rows, entry.amount.unwrap_or(0.0)));
    let ((bought, worth), (back, off)) = (of(Fate::Purchase), of(Fate::ReturnNetted));
    (bought, worth, back, off, account.rows(Fate::NoPurchase))
}

/// 90 rows of 9 customers, each 10 but every third, whose 4 are taken off what the customer bought before.
fn log(column: &str, kinds: [&str; 3], sign: &str) -> String {
    let row = |n: usize| {
        let amount = if n % 3 == 2 { format!("{sign}4") } else { "10".to_owned() };
        format!("k{},2023-{:02}-{:02},{amount},{}\n", n / 3 % 9, 1 + n / 28, 1 + n % 28, kinds[n % 3])
    };
    format!("customer_id,date,amount,{column}\n") + &(0..90).map(row).collect::<String>()
}

#[test]
fn credit_notes_with_positive_amounts_are_returns() {
    for (column, kinds) in [
        ("Typ", ["Rechnung", "Rechnung", "Gutschrift"]),
        ("Belegart", ["Rechnung", "Rechnung", "Storno"]),
        ("Belegtyp", ["Ausgangsrechnung", "Ausgangsrechnung", "Stornorechnung"]),
        ("Vorgang", ["Verkauf", "Verkauf", "Retoure"]),
        ("Art", ["RECHNUNG", "RECHNUNG", "RECHNUNGSKORREKTUR"]),
        ("Tipo", ["Venta", "Venta", "Devolución"]),
        ("Tipo de documento", ["Factura", "Boleta", "Nota de Crédito"]),
        ("Tipo de comprobante", ["Factura", "Factura", "Factura rectificativa"]),
        ("Type de pièce", ["Facture", "Facture", "Avoir"]),
        ("Type", ["Vente", "Vente", "Remboursement"]),
        ("Tipo documento", ["Fattura", "Fattura", "Nota di credito"]),
        ("Tipo", ["Vendita", "Vendita", "Reso"]),
        ("Tipo Documento", ["TD01", "TD01", "TD04"]),
        ("Tipo de operação", ["Venda", "Venda", "Devolução"]),
        ("Tür", ["Satış", "Satış", "İade"]),
        ("Fatura Tipi", ["Satış Faturası", "Satış", "İade Faturası"]),
        ("Soort", ["Factuur", "Factuur", "Creditnota"]),
        ("Soort document", ["Verkoop", "Verkoop", "Retour"]),
        ("Rodzaj dokumentu", ["Faktura", "Paragon", "Faktura korygująca"]),
        ("Rodzaj", ["Sprzedaż", "Sprzedaż", "Zwrot"]),
        ("Вид документа", ["Реализация", "Реализация", "Возврат от покупателя"]),
        ("Typ dokladu", ["Faktura", "Faktura", "Dobropis"]),
        ("Document Type", ["Invoice", "Invoice", "Credit Memo"]),
        ("Type", ["Sale", "Sale", "Return"]),
        ("kind", ["sale", "capture", "refund"]),
        ("event_name", ["purchase", "purchase", "refund"]),
        ("取引区分", ["売上", "売上", "返品"]),
        ("交易类型", ["销售", "销售", "退货"]),
        ("거래유형", ["판매", "판매", "환불"]),
        // A name that says nothing, and values that say all; what is bought by a name that is not known here.
        ("Bezeichnung", ["Rechnung", "Rechnung", "Gutschrift"]),
        ("Doc", ["Tax invoice", "Invoice", "Credit note"]),
        ("Typ", ["Kassenzettel", "Kassenzettel", "Gutschrift"]),
        ("Status", ["Rechnung", "Rechnung", "Gutschrift"]),
    ] {
        for sign in ["", "-"] {
            let summary = open(&log(column, kinds, sign));
            assert_eq!(account(&summary), (60, 600.0, 30, -120.0, 0), "{column} {kinds:?} '{sign}'");
            assert_eq!(summary.meta.customers, Some(9));
        }
    }
}

/// What is in the log besides sales and returns: 40 sales of 10, 20 rows of something else, 20 returns of 4.
#[test]
fn payments_fees_offers_and_transfers_are_no_purchases() {
    for (column, kinds) in [
        ("Type", ["charge", "charge", "stripe_fee", "refund"]),
        ("Reporting Category", ["charge", "charge", "payout", "refund"]),
        ("Type", ["Website Payment", "Mobile Payment", "General Withdrawal", "Payment Refund"]),
        (
            "Type",
            [
                "Express Checkout Payment",
                "Subscription Payment",
                "General Currency Conversion",
                "Payment Reversal",
            ],
        ),
        ("Typ", ["Website-Zahlung", "Handyzahlung Verkauf", "Allgemeine Währungsumrechnung", "Rückzahlung"]),
        ("Transaction Type", ["Invoice", "Invoice", "Payment", "Credit Memo"]),
        ("Belegart", ["Rechnung", "Rechnung", "Zahlungseingang", "Gutschrift"]),
        ("Dokumenttyp", ["Rechnung", "Rechnung", "Angebot", "Gutschrift"]),
        ("Kind", ["sale", "sale", "authorization", "refund"]),
        ("event_name", ["purchase", "purchase", "add_to_cart", "refund"]),
        ("Tipo documento", ["Fattura", "Fattura", "Preventivo", "Nota di credito"]),
        ("Type de document", ["Facture", "Facture", "Devis", "Avoir"]),
        ("Rodzaj", ["Sprzedaż", "Sprzedaż", "Prowizja", "Zwrot"]),
    ] {
        let row = |n: usize| {
            let amount = ["10", "10", "90", "4"][n % 4];
            format!("k{},2023-{:02}-{:02},{amount},{}\n", n / 4 % 5, 1 + n / 28, 1 + n % 28, kinds[n % 4])
        };
        let log = format!("customer_id,date,amount,{column}\n") + &(0..80).map(row).collect::<String>();
        let summary = open(&log);
        assert_eq!(account(&summary), (40, 400.0, 20, -80.0, 20), "{column} {kinds:?}");
        let said = summary.meta.assumptions.join("\n");
        assert!(
            said.contains(&format!("returns, taken off earlier purchases: '{}' (20 rows, 80.00)", kinds[3])),
            "{said}"
        );
    }
}

/// Where credit notes are negative by themselves, a positive one takes a credit note back.
#[test]
fn a_sign_that_is_written_is_kept() {
    let row = |n: usize| {
        let (amount, kind) = match n {
            0..30 => ("10", "Faktura"),
            30..39 => ("-4", "Korekta"),
            _ => ("3", "Korekta"),
        };
        format!("k{},2023-{:02}-{:02},{amount},{kind}\n", n % 3, 1 + n / 28, 1 + n % 28)
    };
    let log = "customer_id,date,amount,Rodzaj\n".to_owned() + &(0..40).map(row).collect::<String>();
    assert_eq!(account(&open(&log)), (31, 303.0, 9, -36.0, 0));
}

/// Columns that are like kinds and are none change nothing.
#[test]
fn other_columns_of_few_words_decide_nothing() {
    for (column, words) in [
        ("Zahlungsart", ["Rechnung", "Gutschrift", "Karte"]),
        ("Payment Type", ["invoice", "bank transfer", "card"]),
        ("Customer type", ["new", "return", "return"]),
        ("Product type", ["Sale", "Return", "Fee"]),
        ("Type", ["retail", "wholesale", "online"]),
        ("Art", ["Hemd", "Hose", "Schuh"]),
        ("Category", ["Refund insurance", "Invoice book", "Gutschrift"]),
    ] {
        let summary = open(&log(column, words, ""));
        assert_eq!(account(&summary), (90, 720.0, 0, 0.0, 0), "{column} {words:?}");
    }
}

/// A credit note that names its order is taken off that order, not off the last one.
#[test]
fn credit_notes_find_their_order() {
    let mut log = String::from("Order,Email,Date,Amount,Kind\n");
    for n in 0..30 {
        log += &format!("#{n},u{}@x.org,2023-{:02}-{:02},{},sale\n", n % 5, 1 + n / 10, 1 + n % 10, 10 + n);
    }
    log += "#0,u0@x.org,2023-06-01,10,refund\n#6,u1@x.org,2023-06-01,6,refund\n";
    let summary = open(&log);
    let mut spent = Vec::new();
    for batch in summary.batches() {
        let batch = batch.unwrap();
        for row in 0..batch.len() {
            let x = batch.frequency.value(row);
            let mean = batch.monetary_value.as_ref().unwrap().value(row);
            spent.push((batch.customer_id.value(row).to_owned(), x, (mean * f64::from(x)).round()));
        }
    }
    // u1 bought #1, #6, #11, .., #26: 11, 16 - 6, 21, 26, 31, 36; the first is no repeat.
    assert!(spent.contains(&("u1@x.org".to_owned(), 5, 124.0)), "{spent:?}");
}

/// Totals and sums, wherever the word stands and without any; whatever else has a cell and no customer stays a bad row.
#[test]
fn totals_are_no_rows() {
    let rows = "a,2023-01-02,x,20\nb,2023-01-09,y,30.25\na,2023-02-09,z,10.25\n";
    for (end, lines) in [
        (",,Total,60.50\n", 1),
        (",,TOTAL:,60.50\n", 1),
        (",,Gesamtsumme,60.50\n", 1),
        (",,Итого,\n", 1),
        (",,Total February,10.25\n", 1),
        (",,,60.50\n", 1),
        (",,3,60.50\n", 1),
        // Between groups, then of all.
        (",,,60.50\nb,2023-03-01,x,2\nb,2023-03-02,x,3.5\n,,,5.5\n,,,66\n", 3),
    ] {
        let summary = open(&format!("customer_id,date,product,amount\n{rows}{end}"));
        let account = &summary.meta.account;
        assert!(account.adds_up());
        assert_eq!((account.rows(Fate::NoRow), account.bad_rows()), (lines, 0), "{end}");
        assert_eq!(account.rows(Fate::Purchase), 3 + if lines > 1 { 2 } else { 0 });
    }
    // What was cancelled is in a sum of all that stands there, and what came back by its kind, too.
    let log = "customer_id,date,Typ,Status,amount\na,2023-01-02,Rechnung,bezahlt,20\nb,2023-01-09,Rechnung,bezahlt,30.25\n\
               a,2023-02-09,Rechnung,storniert,10.25\nb,2023-02-10,Gutschrift,bezahlt,5\n,,,,65.50\n";
    assert_eq!(account(&open(log)), (2, 50.25, 1, -5.0, 1));
    for end in [",,,61.50\n", ",,w,10.25\n", ",2023-01-03,,60.50\n", ",,,0\n"] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.csv");
        std::fs::write(&path, format!("customer_id,date,product,amount\n{rows}{end}")).unwrap();
        let error = history::open(&[path], &LogOptions::default(), &()).err().unwrap().to_string();
        assert!(error.contains("the customer id is empty"), "{end}: {error}");
    }
}

/// PayPal's download in other languages: customers are who sends the money, and who gets it back where it goes back.
#[test]
fn lists_of_payments_have_senders_and_recipients() {
    for header in [
        "Datum,Uhrzeit,Name,Typ,Status,Währung,Brutto,Gebühr,Netto,Absender E-Mail-Adresse,Empfänger E-Mail-Adresse",
        "Date,Heure,Nom,Type,État,Devise,Avant commission,Commission,Net,De l'adresse email,À l'adresse email",
        "Fecha,Hora,Nombre,Tipo,Estado,Divisa,Bruto,Comisión,Neto,Correo electrónico del remitente,Correo electrónico del destinatario",
        "Data,Orario,Nome,Tipo,Stato,Valuta,Lordo,Tariffa,Netto,Indirizzo email mittente,Indirizzo email destinatario",
        "Datum,Tijd,Naam,Type,Status,Valuta,Bruto,Kosten,Net,Van e-mailadres,Naar e-mailadres",
    ] {
        let row = |n: usize| {
            let customer = format!("u{}@x.org", n % 6);
            let day = format!("2023-{:02}-{:02}", 1 + n / 20, 1 + n % 20);
            match n % 10 {
                9 => format!("{day},10:00,X,Refund,Completed,EUR,-4.00,0.20,-3.80,shop@x.org,{customer}\n"),
                _ => format!("{day},10:00,X,Payment,Completed,EUR,10.00,-0.50,9.50,{customer},shop@x.org\n"),
            }
        };
        let summary = open(&format!("{header}\n{}", (0..60).map(row).collect::<String>()));
        assert_eq!(account(&summary), (54, 540.0, 6, -24.0, 0), "{header}");
        assert_eq!(summary.meta.customers, Some(6), "{header}");
    }
}
