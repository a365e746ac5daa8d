//! Names of columns by their role: the languages and programs that most exports are of ([`wider`](super::wider) has more).

use super::{BARE_ID, GROSS, MAIL, NET, PERSON, PHONE, Part, Rank};

/// The table: role, rank, names. Where a name is listed twice for a role the first counts.
pub(super) const TABLE: &[(Part, Rank, &str)] = &[
    // Customers: numbers and codes.
    (Part::Customer, 0, "customer id"),
    (
        Part::Customer,
        1,
        "customer, customer no, customer nr, customer number, customer num, customer key, customer code, customer ref, \
         customer reference, customer unique id, customer uuid, customer guid, customer account, customer account id, \
         customer account number, cust id, cust, cust no, cust code, client id, client, client no, client number, client code, \
         user id, user, userid, username, user name, user pseudo id, member id, member, member no, member number, membership \
         id, membership number, account id, buyer id, buyer, buyer user id, buyer \
         username, buyer user name, shopper id, company id, company no, company number, organization id, organisation id, org id, app user id, household id, household key, visitor id, full visitor id, contact id, contact, \
         associated contact id, associated company id, subscriber id, profile id, guest profile id, loyalty id, loyalty number, loyalty card, loyalty card \
         number, card holder id, bill to customer id, sold to, sold to party, ship to customer, customers, client ids, sales \
         account, patient id, donor id, guest id, player id, consumer id, person id, party id, stripe customer id, payer id",
    ),
    (
        Part::Customer,
        1,
        "kunden nr, kunden id, kundennummer, kundennr, kunden nummer, kundenid, kd nr, kdnr, kunde, kunden, debitor, \
         debitorennummer, debitor nr, debitoren nr, debitorennr, mitgliedsnummer, mitglieds nr, besteller, auftraggeber, käufer, \
         kundenkonto, kundennummern",
    ),
    (
        Part::Customer,
        1,
        "client, id client, identifiant client, numéro client, numéro de client, no client, n client, n° client, num client, \
         code client, réf client, référence client, compte client, clients, acheteur, id acheteur",
    ),
    (
        Part::Customer,
        1,
        "cliente, id cliente, id de cliente, id del cliente, código cliente, código de cliente, cod cliente, número de cliente, \
         nº cliente, n cliente, nro cliente, núm cliente, clientes, comprador, socio, nº socio, número de socio",
    ),
    (
        Part::Customer,
        1,
        "codice cliente, cod cliente, numero cliente, numero di cliente, nr cliente, clienti, acquirente, id acquirente, \
         codice cli, ragione sociale",
    ),
    (
        Part::Customer,
        1,
        "código do cliente, id do cliente, cod do cliente, número do cliente, nome de usuário, usuário, comprador, cpf, cnpj, \
         cpf cnpj, cliente cpf",
    ),
    (
        Part::Customer,
        1,
        "müşteri, müşteri id, müşteri no, müşteri numarası, müşteri kodu, müşteri nr, cari kodu, cari kod, cari hesap kodu, \
         cari no, üye no, üye id, alıcı, alıcı id, kullanıcı id, kullanıcı",
    ),
    (
        Part::Customer,
        1,
        "klantnummer, klant nr, klant id, klantnr, klant, klanten, klantcode, klant nummer, debiteur, debiteurnummer, \
         debiteur nr, debiteurnr, koper, relatienummer, relatie",
    ),
    (
        Part::Customer,
        1,
        "klient, klient id, id klienta, nr klienta, numer klienta, kod klienta, klienci, kontrahent, id kontrahenta, kod \
         kontrahenta, nabywca, kupujący, odbiorca",
    ),
    (
        Part::Customer,
        1,
        "клиент, код клиента, id клиента, номер клиента, идентификатор клиента, клиент id, контрагент, код контрагента, \
         покупатель, id покупателя, код покупателя, заказчик, номер карты, дисконтная карта, карта лояльности",
    ),
    (
        Part::Customer,
        1,
        "客户, 客户id, 客户编号, 客户号, 客户代码, 顾客, 顾客id, 顾客编号, 会员, 会员id, 会员号, 会员编号, 会员卡号, 买家, 买家id, \
         买家会员名, 用户, 用户id, 客戶, 客戶編號, 會員, 會員編號, 顧客, 顧客id, 顧客番号, 顧客コード, 顧客no, 会員番号, 会員コード, \
         お客様番号, 購入者, 購入者id, 得意先, 得意先コード, ユーザーid, 고객, 고객id, 고객번호, 고객 번호, 고객코드, 회원, 회원id, \
         회원번호, 회원 번호, 구매자, 구매자id, 사용자id",
    ),
    (
        Part::Customer,
        1,
        "kundnummer, kundnr, kund nr, kund id, kund, kunder, kundenr, kunde nr, kunde id, kundenummer, medlemsnummer, medlem, \
         debitornr, køber, kjøper, köpare, asiakasnumero, asiakasnro, asiakas nro, asiakas id, asiakas, asiakastunnus, ostaja",
    ),
    (
        Part::Customer,
        1,
        "číslo zákazníka, id zákazníka, kód zákazníka, zákazník, odběratel, kód odběratele, odberateľ, zákaznícke číslo, vevő, \
         vevőkód, vevő kód, vevő id, ügyfél, ügyfélszám, ügyfélkód, ügyfél id, ügyfél azonosító, vásárló, partner, partnerkód, \
         cod client, nr client, cumpărător, beneficiar, πελάτης, κωδικός πελάτη, id πελάτη, клієнт, код клієнта, id клієнта, \
         номер клієнта, покупець, cod cli, código do contato, sell to customer no, bill to customer no, sell to customer \
         number, loyalty card no, deal organization, organization, organisation, organization id, deal contact person",
    ),
    (
        Part::Customer,
        1,
        "karta lojalnościowa, nr karty, numer karty, kundenkarte, kundenkartennummer, kundenkarten nr, carte de fidélité, carte \
         fidélité, n° carte, numéro de carte, tarjeta cliente, tarjeta de fidelización, tarjeta, carta fedeltà, numero carta, \
         klantenkaart, klantenkaartnummer, cartão fidelidade, sadakat kartı, kart no, bonuskarte, kundkort, kanta asiakas, \
         törzsvásárlói kártya, card no, card number, loyalty card id, cust hash, customer hash, user hash, hashed email, \
         nutzername des käufers, nutzername, benutzername, käufername, pseudo acheteur, pseudo, username pembeli, 会员名, 구매자 id, \
         구매자명, shopper reference, consumer account, sales channel customer id",
    ),
    (
        Part::Customer,
        1,
        "会员id, 会員id, id de socio, código de socio, code tiers, tiers, compte tiers, p iva, partita iva, código de tercero",
    ),
    (
        Part::Customer,
        MAIL,
        "email, e mail, mail, email address, e mail address, customer email, customer e mail, customer email address, \
         buyer email, buyer e mail, buyer email address, from email address, billing email, billing e mail, billing email \
         address, email billing, client email, user email, contact email, contact emails, payer email, shopper email, \
         member email, e mail adresse, email adresse, kunden email, kunden e mail, adresse email, adresse e mail, courriel, \
         correo, correo electrónico, email cliente, e mail cliente, email del cliente, indirizzo email, posta elettronica, \
         endereço de email, email do cliente, e posta, eposta, e posta adresi, müşteri e posta, e mailadres, emailadres, \
         adres e mail, adres email, email klienta, электронная почта, эл почта, почта, email клиента, e mail клиента, 邮箱, \
         电子邮件, 電子郵件, メール, メールアドレス, 이메일, 이메일 주소, billing address email, user email address, customers email",
    ),
    (
        Part::Customer,
        MAIL,
        "e postadress, e post, epost, e postadresse, sähköposti, sähköpostiosoite, e mailová adresa, e mail zákazníka, e mail \
         cím, email cím, adresă email, електронна пошта, email klienta, contact e mail, shipping email",
    ),
    (
        Part::Customer,
        MAIL,
        "absender e mail adresse, absender email, de l adresse email, de l adresse e mail, correo electrónico del remitente, \
         indirizzo email mittente, endereço de e mail do remetente, van e mailadres, z adresu e mail, gönderen e posta adresi, \
         e mail des käufers, email des käufers, käufer e mail, email acheteur, e mail de l acheteur, correo del comprador, \
         email acquirente, e mail acquirente, e mail kupującego, 구매자 이메일, 구매자이메일, 주문자 이메일, 买家邮箱, 購入者メールアドレス, sender email, \
         guest email, consumer email",
    ),
    (Part::Customer, MAIL, "käufer e mail, vásárló e mail, vevő e mail, zákazník e mail"),
    (
        Part::Customer,
        PERSON,
        "customer name, client name, buyer name, member name, account name, contact name, company, company name, customer \
         full name, full name, billing name, billing full name, name of customer, bill to, bill to name, billed to, payer, \
         payer name, kundenname, kunden name, firma, nom client, nom du client, nom, nombre cliente, nombre del cliente, nome \
         cliente, nome do cliente, müşteri adı, müşteri adı soyadı, müşteri ünvanı, cari adı, cari ünvan, cari unvanı, \
         klantnaam, naam klant, nazwa klienta, nazwa kontrahenta, imię i nazwisko, наименование клиента, имя клиента, фио, \
         客户名称, 客户姓名, 顧客名, 氏名, お客様名, 고객명, 이름",
    ),
    (
        Part::Customer,
        PERSON,
        "kundnamn, kundenavn, asiakkaan nimi, jméno zákazníka, jméno, vevő neve, vevő név, ügyfél neve, nume client, bill full \
         name, delivery full name, sell to customer name, nome do contato, contato, comprador nome",
    ),
    // Of a ledger as often as of a customer.
    (
        Part::Customer,
        4,
        "particulars, account no, account number, konto, kontonummer, debitorenkonto, debitor konto",
    ),
    (
        Part::Customer,
        PERSON,
        "consumer name, shopper name, name des käufers, nom de l acheteur, nombre del comprador, nome acquirente, nadawca, \
         płatnik, zahler, auftraggeber name, ordenante, remitente, mittente, nombre, nome, naam, 注文者氏名, 注文者, 구매자 이름, 주문자, 주문자명",
    ),
    (
        Part::Customer,
        PERSON,
        "guest name, alıcı adı, alıcı adı soyadı, intitulé, party name, party ledger name, buyer s name, booked by",
    ),
    (
        Part::Customer,
        PHONE,
        "phone, phone number, mobile, mobile number, telephone, customer phone, telefon, telefonnummer, téléphone, teléfono, \
         telefono, telefone, telefoon, telefoonnummer, numer telefonu, телефон, 手机, 手机号, 电话, 電話, 電話番号, 전화번호, \
         휴대폰, billing phone",
    ),
    (Part::Customer, BARE_ID, "id"),
    // Dates: when it was bought, created, paid.
    (Part::Date, 0, "date"),
    (
        Part::Date,
        1,
        "order date, invoice date, transaction date, purchase date, sale date, sales date, order datetime, order date time, \
         invoice datetime, transaction datetime, transaction date time, purchase datetime, order timestamp, transaction \
         timestamp, purchase timestamp, order purchase timestamp, ordered at, purchased at, order time, transaction time, \
         purchase time, order placed at, placed at, date placed, order placed, purchased on, purchased date, date purchased, \
         date of purchase, date of order, date of sale, date of invoice, opened, opened at, opened date, order opened, order created, order created at, order created date, \
         order date created, orderdt, trans date, tran date, txn date, trx date, sold at, sold on, bought at, sales ymd, \
         booking date, visit date, receipt date, donation date, gift date, ticket date, date ordered, order day, purchase day, txn dt, trx dt, tran dt, trans dt, \
         transaction dt, order dt, inv dt, invoice dt, bill dt, sale dt, sales dt, purchase dt, pur dt, bill date, belegdat, rechdat, \
         bestelldat, buchdat, auftragsdat",
    ),
    (
        Part::Date,
        1,
        "bestelldatum, bestellt am, auftragsdatum, rechnungsdatum, kaufdatum, verkaufsdatum, belegdatum, buchungsdatum, \
         datum der bestellung, date de commande, date commande, date de la commande, date d achat, date achat, date facture, \
         date de facture, date de facturation, date de vente, date vente, fecha de pedido, fecha pedido, fecha del pedido, \
         fecha de compra, fecha compra, fecha de venta, fecha venta, fecha factura, fecha de factura, fecha de la compra, data \
         ordine, data dell ordine, data acquisto, data di acquisto, data fattura, data vendita, data do pedido, data pedido, \
         data da compra, data compra, data da venda, data venda, data da fatura, data de emissão, sipariş tarihi, satış \
         tarihi, fatura tarihi, alışveriş tarihi, işlem tarihi, fiş tarihi, belge tarihi, besteldatum, orderdatum, factuurdatum, \
         aankoopdatum, verkoopdatum, datum bestelling, data zamówienia, data złożenia zamówienia, data zakupu, data sprzedaży, \
         data faktury, data wystawienia, дата заказа, дата покупки, дата продажи, дата документа, дата чека, дата операции, \
         дата счета, 订单日期, 下单时间, 下单日期, 订单时间, 购买日期, 购买时间, 交易时间, 交易日期, 订单创建时间, 销售日期, 訂單日期, \
         購買日期, 注文日, 注文日時, 購入日, 購入日時, 売上日, 販売日, 受注日, 取引日, 주문일, 주문일자, 주문일시, 구매일, 구매일자, \
         결제일, 판매일, 거래일자",
    ),
    (
        Part::Date,
        2,
        "created at, created, created on, created date, created time, create date, create time, creation date, date created, \
         date add, created at utc, created utc, date created utc, erstellt am, erstellt, erstelldatum, date de création, créé le, \
         fecha de creación, creado el, fecha creación, data creazione, creato il, data di creazione, data de criação, criado \
         em, oluşturma tarihi, oluşturulma tarihi, aangemaakt op, aanmaakdatum, data utworzenia, utworzono, дата создания, \
         создан, 创建时间, 创建日期, 建立時間, 作成日, 作成日時, 생성일, posted date, posting date, post date, document date, doc \
         date, effective date",
    ),
    (
        Part::Date,
        3,
        "datetime, date time, timestamp, event time, event timestamp, event date, event datetime, time, day, transaction day, \
         datum, datum uhrzeit, datum zeit, jour, fecha, fecha hora, fecha y hora, dia, data, data e ora, data ora, data hora, \
         tarih, tarih saat, datum tijd, dzień, data i czas, дата, дата и время, дата время, 日期, 时间, 時間, 年月日, 日付, 日時, \
         날짜, 일자, 일시, when, ymd, dt, period, month, year month, month year, monat, mois, mes, mese, mês, ay, maand, miesiąc, \
         месяц, event time stamp, local time, local date, occurred at, occurred on",
    ),
    (
        Part::Date,
        4,
        "payment date, paid at, paid on, paid date, date paid, payment time, paid time, completed at, completed on, \
         completed date, date completed, processed at, processed on, closed at, close date, closed date, closedate, settlement \
         date, charge date, charged at, captured at, zahlungsdatum, bezahlt am, date de paiement, date paiement, fecha de pago, \
         data pagamento, data di pagamento, data do pagamento, ödeme tarihi, betaaldatum, data płatności, дата оплаты, 付款时间, \
         支付时间, 入金日, 결제일시, ship date, shipped at, delivery date, statement date",
    ),
    (
        Part::Date,
        5,
        "week, iso week, order week, year week, kalenderwoche, semaine, semana, settimana, hafta, tydzień, неделя, quarter, \
         quartal, trimestre",
    ),
    (
        Part::Date,
        1,
        "orderdatum, fakturadatum, köpdatum, beställningsdatum, inköpsdatum, bokföringsdatum, försäljningsdatum, dato, \
         ordredato, fakturadato, købsdato, salgsdato, bogføringsdato, bestillingsdato, päivämäärä, päiväys, tilauspäivä, \
         laskupäivä, ostopäivä, pvm",
    ),
    (
        Part::Date,
        1,
        "datum objednávky, datum vystavení, datum nákupu, datum prodeje, dátum, dátum objednávky, dátum vystavenia, rendelés \
         dátuma, megrendelés dátuma, vásárlás dátuma, számla kelte, teljesítés dátuma, kelt, számla dátuma, data comenzii, data \
         facturii, data comandă, ημερομηνία, ημερομηνία παραγγελίας, дата замовлення, bestellzeit, bestellzeitpunkt, \
         auftragszeit, kaufzeit, kaufzeitpunkt, erstellungsdatum, düzenleme tarihi, düzenlenme tarihi, data de emissão, fecha \
         de emisión, fecha emisión, data emissione, data documento, date d émission, date de pièce, data wystawienia, date \
         created, contract date",
    ),
    (
        Part::Date,
        1,
        "ts, verkauft am, bestellt am, gekauft am, gebucht am, vente du, vendu le, acheté le, commandé le, waktu pesanan \
         dibuat, tanggal, tanggal pesanan, tanggal pembayaran, data wpływu, data księgowania, purchased on, ordered on, sold \
         on, sold at, order placed, order created, datum van aankoop, date de création, date added, date add, datum uhrzeit, \
         datum zeit, date heure, fecha hora, fecha y hora, data ora, data e ora, data hora, data e hora, datum tijd, tarih \
         saat, дата и время",
    ),
    (
        Part::Date,
        1,
        "rendelés ideje, megrendelés ideje, vásárlás ideje, datum vytvoření, dátum vytvorenia, data plasării, sipariş oluşturma \
         tarihi, 注文確定日, 注文日, check in, purchase ts, order ts, event ts, created ts, transaction ts, 付款日期, 下单日期",
    ),
    // What was paid: the standard name; in all; net; gross; names of either.
    (Part::Amount, 0, "amount"),
    (
        Part::Amount,
        1,
        "revenue, sales, total, fare, fare amount, total fare, spend, spent, turnover, gmv, sale amount, sales amount, sales value, order amount, order total, \
         order value, order revenue, order total amount, order total inc tax, order total incl tax, order grand total, total \
         order amount, total order value, invoice amount, invoice total, transaction amount, transaction value, transaction \
         revenue, transaction total, purchase amount, purchase value, purchase revenue, total amount, total price, total \
         sales, total revenue, total value, total spend, total spent, total paid, total paid tax incl, total sum, payment \
         amount, payment value, payment total, amount spent, amount paid, amt, total amt, tran amount, tran amt, trans amount, \
         trans amt, trx amount, txn amount, txn amt, purchase amt, sales amt, sale amt, sale total, sales total, grand total, \
         grand total base, grand total purchased, total due paid, total charge, total charges, total charged, total collected, \
         line total, line amount, line revenue, item total, item revenue, item amount, extended price, extended amount, ext \
         price, paid amount, amount charged, charge amount, charged amount, monetary value, amount total, deal amount, deal \
         value, donation amount, gift amount, ticket total, receipt total, bill amount, bill total, basket value, basket total, \
         cart total, checkout total, gross order value, sum, conversion value, final price, price paid, revenue total, sales \
         revenue, dollar sales, sales dollars, order sum, total payment, amount in, ordertotal",
    ),
    (
        Part::Amount,
        1,
        "betrag, umsatz, summe, gesamt, gesamtbetrag, gesamtsumme, gesamtpreis, rechnungsbetrag, bestellwert, bestellsumme, \
         auftragswert, endbetrag, endsumme, zahlbetrag, umsätze, verkaufsbetrag, positionssumme, zeilensumme, montant, montant \
         total, total commande, total de la commande, montant commande, montant de la commande, chiffre d affaires, ca, ventes, \
         montant facture, montant payé, total payé, somme, importe, importe total, total pedido, total del pedido, monto, monto \
         total, valor total, ventas, total venta, total factura, ingresos, total pagado, importe pagado, importo, importo \
         totale, totale, totale ordine, totale fattura, fatturato, vendite, ricavi, totale pagato, valor, valor pago, valor do \
         pedido, valor da compra, total do pedido, faturamento, receita, vendas, valor da venda, tutar, toplam, toplam tutar, \
         genel toplam, sipariş tutarı, sipariş toplamı, satış tutarı, ödenen tutar, ciro, fatura tutarı, satır tutarı, bedrag, \
         totaal, totaalbedrag, omzet, orderbedrag, ordertotaal, factuurbedrag, totaalprijs, verkopen, betaald bedrag, kwota, \
         suma, razem, wartość, wartość zamówienia, kwota zamówienia, łączna kwota, przychód, obrót, sprzedaż, do zapłaty, сумма, \
         сумма заказа, итого, сумма продажи, сумма покупки, выручка, оборот, всего, сумма чека, стоимость заказа, к оплате, \
         оплачено, 金额, 总金额, 总价, 总额, 订单金额, 实付金额, 实付款, 支付金额, 销售额, 交易金额, 合计, 金額, 總金額, 總額, 合計, 合計金額, \
         売上, 売上金額, 売上高, 購入金額, 注文金額, 税込金額, お支払い金額, 支払金額, 請求金額, 금액, 총금액, 합계, 결제금액, 결제 금액, \
         주문금액, 주문 금액, 구매금액, 매출, 매출액, 판매금액, 총액",
    ),
    (
        Part::Amount,
        1,
        "belopp, totalt, totalbelopp, summa, ordersumma, ordervärde, total summa, att betala, fakturabelopp, beløb, total \
         beløb, totalbeløb, i alt, ordretotal, fakturabeløb, ordrebeløb, samlet beløb, totalsum, ordresum, yhteensä, \
         loppusumma, kokonaissumma, tilauksen summa, laskun summa, částka, celkem, celková částka, celková cena, cena celkem, \
         celkem s dph, čiastka, celková suma, spolu",
    ),
    (
        Part::Amount,
        1,
        "összeg, végösszeg, bruttó végösszeg, fizetendő, összesen, rendelés összege, bruttó összeg, sumă, total comandă, \
         valoare, valoare totală, total de plată, ποσό, σύνολο, сума, усього, сума замовлення, 买家实际支付金额, 买家应付货款, 实际支付金额, 实收金额, \
         实付, 订单总额, tot documento, totale documento, tot, importo documento, totale complessivo, totale da pagare, montant \
         réglé, net à payer, total documento, importe factura, total a pagar, valor da nota, total da nota, valor final, total \
         geral, te betalen, totaal incl btw, bedrag incl btw, rechnungssumme, auftragssumme, zu zahlen, total incl vat, total \
         inc vat, total including tax, total inc gst, total price with vat, order total inc vat, sale value, amount captured, \
         price total",
    ),
    (
        Part::Amount,
        1,
        "оплачено покупателем, сумма к оплате, 결제액, 결제 액, 총 결제액, 판매액, 支付总额, 付款金额, 支払額, 請求額, 決済金額, total \
         encaissé, montant encaissé, importe cobrado, importo incassato, tahsil edilen tutar, ödenecek tutar, kwota do zapłaty, \
         rev, total pembayaran, total pesanan, total harga, 총 결제금액, 총결제금액, 최종 결제금액, 총 주문금액, charged",
    ),
    (
        Part::Amount,
        1,
        "faturalanacak tutar, kdv dahil toplam, rendelés végösszege, 支払い合計, 支払合計, 订单实付, 实付款金额, 실결제금액, 실결제 금액",
    ),
    (
        Part::Amount,
        NET,
        "net sales, net revenue, net amount, net total, net value, n revenue, net paid, revenue net, total net, subtotal, sub \
         total, order subtotal, items subtotal, order net total, nettoumsatz, netto umsatz, nettobetrag, netto, netto betrag, \
         zwischensumme, montant net, total ht, montant ht, ca ht, ventes nettes, sous total, importe neto, neto, ventas netas, \
         importo netto, netto fattura, imponibile, vendite nette, subtotale, valor líquido, receita líquida, vendas líquidas, net \
         tutar, net satış, ara toplam, netto bedrag, netto omzet, subtotaal, kwota netto, wartość netto, сумма без ндс, 净额, \
         净销售额, 小计, 小計, 税抜金額, 공급가액",
    ),
    (
        Part::Amount,
        NET,
        "nettowert, netto wert, warenwert, total excl vat, total ex vat, amount excluding vat, amount excluding tax, total ohne \
         mwst, celkem bez dph, total price without vat, nettó összeg, importe sin iva, totale imponibile, base imponible, summa \
         exkl moms, beløb ekskl moms, beløb uden moms, untaxed amount, nettosumma, wert netto, kwota netto, totaal excl btw",
    ),
    (
        Part::Amount,
        NET,
        "betrag netto, umsatz netto, summe netto, gesamtbetrag netto, gesamt netto, amount net, total net amount, importe neto \
         total, wartość sprzedaży netto, bedrag excl btw, prix total ht, somme ht",
    ),
    (
        Part::Amount,
        GROSS,
        "gross, gross sales, gross revenue, gross amount, gross value, gross total, g revenue, revenue gross, total gross, \
         bruttoumsatz, brutto umsatz, bruttobetrag, brutto, brutto betrag, montant brut, total ttc, montant ttc, ca ttc, ventes \
         brutes, importe bruto, bruto, ventas brutas, importo lordo, lordo, vendite lorde, valor bruto, receita bruta, brüt \
         tutar, brüt satış, brutobedrag, bruto bedrag, bruto omzet, kwota brutto, wartość brutto, сумма с ндс, net gross",
    ),
    (
        Part::Amount,
        GROSS,
        "bruttowert, brutto wert, amount including vat, amount including tax, bruttosumma, celkem vč dph, brutto összeg, totaal \
         brutto",
    ),
    (
        Part::Amount,
        GROSS,
        "betrag brutto, umsatz brutto, summe brutto, gesamtbetrag brutto, gesamt brutto, amount gross, total brutto, avant \
         commission, prix total ttc, somme ttc, wartość sprzedaży brutto, lordo totale",
    ),
    (
        Part::Amount,
        4,
        "net, total to pay amount, total to pay, total due, paid price, settlement amount, amount submitted for settlement, amount \
         settled",
    ),
    (
        Part::Amount,
        5,
        "value, price, order price, sale price, sales price, item price, preis, verkaufspreis, prix, prix total, precio, precio \
         total, prezzo, prezzo totale, preço, preço total, fiyat, toplam fiyat, satış fiyatı, prijs, cena, цена, стоимость, 价格, \
         価格, 가격, wert",
    ),
    (
        Part::Quantity,
        0,
        "quantity, qty, units, quantity ordered, qty ordered, order quantity, order qty, units sold, quantity sold, quantity \
         purchased, item quantity, item qty, lineitem quantity, line item quantity, number of items, quantities, product qty, \
         product quantity, menge, anzahl, stückzahl, stück, bestellmenge, quantité, qté, nombre d articles, cantidad, cant, \
         unidades, quantità, qtà, qta, pezzi, quantidade, qtde, qtd, adet, miktar, aantal, hoeveelheid, stuks, ilość, liczba \
         sztuk, sztuk, количество, кол во, шт, 数量, 购买数量, 件数, 數量, 個数, 購入数, 수량, 구매수량",
    ),
    (
        Part::Price,
        0,
        "verkoopprijs, verkaufspreis, prix de vente, precio de venta, prezzo di vendita, preço de venda, satış fiyatı, cena sprzedaży, \
         unit price, price, price each, item price, unit cost, price per unit, lineitem price, line item price, product price, \
         unit selling price, selling price, unit sale price, einzelpreis, stückpreis, preis, preis pro stück, prix unitaire, prix, pu, \
         precio unitario, precio, prezzo unitario, prezzo, preço unitário, preço, valor unitário, birim fiyat, birim fiyatı, fiyat, \
         eenheidsprijs, stukprijs, prijs per stuk, prijs, cena jednostkowa, cena, cena za sztukę, цена, цена за единицу, цена за шт, \
         单价, 價格, 单位价格, 單價, 単価, 販売単価, 단가",
    ),
    (
        Part::Order,
        0,
        "order id, order number, order no, order nr, order num, order, order name, order key, order code, order ref, order \
         reference, order reference number, ordernumber, orders id, invoice, invoice no, invoice id, invoice number, invoice nr, \
         invoice num, invoice ref, transaction id, transaction no, transaction number, transaction, transactions, trans id, tran id, \
         txn id, receipt no, receipt id, receipt number, receipt, ticket id, ticket number, ticket no, sale id, sales id, sale \
         number, sales order id, sales order number, sales order no, sales record number, purchase id, basket id, basket key, \
         cart id, checkout id, increment id, amazon order id, merchant order id, shopify order id, order item order id, bill no, \
         bill number, document number, document no, document id, num, salesorderid, sales order",
    ),
    (
        Part::Order,
        0,
        "bestellnummer, bestell nr, bestellnr, bestellung, bestell id, auftragsnummer, auftragsnr, auftrag, auftrags nr, \
         rechnungsnummer, rechnungsnr, rechnung, rechnungs nr, belegnummer, beleg nr, belegnr, beleg, bonnummer, bon nr, \
         numéro de commande, numéro commande, no commande, n° commande, n commande, id commande, commande, réf commande, référence \
         commande, numéro de facture, n° facture, n facture, facture, número de pedido, nº pedido, n pedido, id pedido, pedido, \
         número de factura, nº factura, factura, numero ordine, n ordine, nr ordine, id ordine, ordine, numero fattura, n fattura, \
         fattura, número do pedido, nº do pedido, id do pedido, código do pedido, nota fiscal, sipariş no, sipariş numarası, sipariş \
         id, sipariş, fatura no, fatura numarası, fiş no, fiş numarası, belge no, işlem no, ordernummer, bestelnummer, bestelling, \
         factuurnummer, factuur, bonnr, numer zamówienia, nr zamówienia, id zamówienia, zamówienie, numer faktury, nr faktury, \
         numer paragonu, nr paragonu, номер заказа, № заказа, id заказа, заказ, № чека, № документа, номер чека, чек, номер документа, документ, номер счета, 订单号, \
         订单编号, 订单id, 交易号, 發票號碼, 訂單編號, 訂單號, 注文番号, 注文id, 受注番号, 伝票番号, 伝票no, レシート番号, 取引番号, 주문번호, 주문 \
         번호, 주문id, 영수증번호, 거래번호",
    ),
    (
        Part::Order,
        0,
        "fakturanummer, fakturanr, ordernr, ordrenummer, ordrenr, bestillingsnummer, beställningsnummer, tilausnumero, \
         laskunumero, číslo objednávky, číslo faktury, číslo dokladu, rendelésszám, rendelés száma, megrendelés, számlaszám, \
         bizonylatszám, număr comandă, nr comandă, nr factură, faktura, belegfeld 1, num doc, numéro du document, no de pièce, \
         n° de pièce, numéro de pièce, numer dokumentu, nr dokumentu, номер замовлення, transaktionscode, \
         transaktionsnummer, transaktions id, numéro de transaction, code de transaction, id transaction, id de transacción, \
         código de transacción, número de transacción, codice transazione, id transazione, código da transação, id da transação, \
         işlem kodu, işlem numarası, transactiereferentie, transactie id, transactiecode, numer transakcji, id transakcji, kod \
         transakcji, идентификатор транзакции, номер транзакции, код транзакции",
    ),
];
