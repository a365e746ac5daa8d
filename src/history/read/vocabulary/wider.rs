//! The same table in further languages, one block a role: Indonesian and Malay, Vietnamese, Thai, Arabic, Persian, Hebrew,
//! Greek, Ukrainian, Bulgarian, Croatian with Serbian and Slovenian, Hindi, the Baltic and the Nordic languages, Czech,
//! Hungarian, Romanian, Japanese, Korean, Chinese. A word that means the number of things as well as the sum of money
//! (Indonesian `jumlah`) is listed as the former.

use super::{GROSS, MAIL, NET, PERSON, PHONE, Part, Rank};

pub(super) const TABLE: &[(Part, Rank, &str)] = &[
    (
        Part::Customer,
        1,
        "pelanggan, id pelanggan, kode pelanggan, no pelanggan, nomor pelanggan, pembeli, id pembeli, kode pembeli, konsumen, \
         kode konsumen, anggota, id anggota, no anggota, nasabah, kod pelanggan, ahli, no ahli, donatur, id donatur, khách hàng, \
         mã khách hàng, mã kh, mã khách, id khách hàng, người mua, tài khoản người mua, thành viên, mã thành viên, ลูกค้า, \
         รหัสลูกค้า, เลขที่ลูกค้า, หมายเลขลูกค้า, ไอดีลูกค้า, ผู้ซื้อ, ชื่อผู้ใช้, สมาชิก, รหัสสมาชิก, เลขสมาชิก",
    ),
    (
        Part::Customer,
        1,
        "العميل, عميل, رقم العميل, معرف العميل, كود العميل, رمز العميل, الزبون, زبون, رقم الزبون, المشتري, المستخدم, العضو, رقم \
         العضوية, المتبرع, مشتری, کد مشتری, شناسه مشتری, شماره مشتری, خریدار, לקוח, הלקוח, מספר לקוח, מזהה לקוח, קוד לקוח, מס לקוח, \
         קונה, תורם, חבר, מספר חבר, αριθμός πελάτη, αρ πελάτη, κωδ πελάτη, αγοραστής, μέλος, id покупця, код покупця, замовник, \
         контрагент, код на клиент, номер на клиент, клиентски номер, купувач, ग्राहक, ग्राहक आईडी, ग्राहक संख्या, ग्राहक कोड, खरीदार",
    ),
    (
        Part::Customer,
        1,
        "kupac, šifra kupca, broj kupca, id kupca, korisnik, kupec, stranka, številka kupca, naročnik, klientas, kliento kodas, \
         kliento numeris, kliento id, pirkėjas, pircējs, klients, klienta numurs, kliendi number, kliendi kood, ostja, kundid, \
         客戶代號, 客戶代碼, 買家, 買家帳號, 會員帳號, 会员账号, 买家账号, 买家昵称, 주문자 id, 주문자 아이디, 구매자 아이디, 고객 아이디, 회원 아이디, \
         会員no, 会員id, 顧客管理番号",
    ),
    (
        Part::Customer,
        MAIL,
        "surel, alamat email, email pelanggan, email pembeli, email khách hàng, email người mua, อีเมล, อีเมลลูกค้า, البريد \
         الالكتروني, بريد الكتروني, الايميل, بريد العميل, ایمیل, אימייל, דואל, מייל, כתובת מייל, כתובת אימייל, אימייל לקוח, \
         ηλεκτρονικό ταχυδρομείο, email πελάτη, имейл, ईमेल, el paštas, e pasts, e pošta, email kupca, e mail kupca, 電郵, 電子信箱, 信箱",
    ),
    (
        Part::Customer,
        PERSON,
        "nama pelanggan, nama pembeli, nama konsumen, nama lengkap, nama, tên khách hàng, tên người mua, họ tên, họ và tên, \
         ชื่อลูกค้า, ชื่อผู้ซื้อ, اسم العميل, اسم الزبون, اسم المشتري, نام مشتری, שם לקוח, שם הלקוח, שם מלא, όνομα πελάτη, ονοματεπώνυμο, \
         επωνυμία, піб, імя клієнта, назва контрагента, име на клиент, ग्राहक का नाम, ime kupca, naziv kupca, ime i prezime, 客戶名稱, \
         買家姓名, 訂購人",
    ),
    (
        Part::Customer,
        PHONE,
        "no telepon, nomor telepon, no hp, nomor hp, telepon, no telefon, số điện thoại, sđt, điện thoại, เบอร์โทร, โทรศัพท์, เบอร์โทรศัพท์, \
         หมายเลขโทรศัพท์, رقم الهاتف, الهاتف, هاتف, رقم الجوال, الجوال, جوال, موبایل, تلفن, شماره تماس, טלפון, נייד, מספר טלפון, \
         τηλέφωνο, κινητό, номер телефону, मोबाइल, मोबाइल नंबर, whatsapp",
    ),
    (
        Part::Date,
        1,
        "tanggal order, tanggal pemesanan, tanggal transaksi, tanggal pembelian, tanggal penjualan, tanggal faktur, tanggal nota, \
         tanggal donasi, waktu pemesanan, waktu transaksi, tgl, tgl transaksi, tgl order, tgl pesanan, tgl faktur, tarikh, tarikh \
         pesanan, tarikh jualan, tarikh invois, tarikh transaksi, ngày, ngày đặt hàng, ngày đặt, ngày đặt đơn, ngày mua, ngày mua \
         hàng, ngày bán, ngày hóa đơn, ngày giao dịch, ngày chứng từ, ngày lập, ngày tạo, ngày tạo đơn, thời gian đặt hàng, thời \
         gian tạo đơn, thời gian giao dịch, วันที่, วันที่สั่งซื้อ, วันที่ทำการสั่งซื้อ, วันสั่งซื้อ, เวลาสั่งซื้อ, วันที่ขาย, วันที่ซื้อ, วันที่ทำรายการ, \
         วันที่เอกสาร, วันที่ใบเสร็จ, วันเวลา",
    ),
    (
        Part::Date,
        1,
        "التاريخ, تاريخ, تاريخ الطلب, تاريخ الشراء, تاريخ الفاتورة, تاريخ البيع, تاريخ العملية, تاريخ المعاملة, تاريخ الانشاء, تاريخ \
         التبرع, تاریخ, تاریخ سفارش, تاریخ خرید, تاریخ فروش, תאריך, תאריך הזמנה, תאריך רכישה, תאריך עסקה, תאריך מכירה, תאריך חשבונית, \
         תאריך קנייה, תאריך תרומה, ημερομηνία αγοράς, ημερομηνία πώλησης, ημερομηνία τιμολογίου, ημερομηνία έκδοσης, ημ νία, дата \
         продажу, дата покупки, дата операції, дата створення, дата на поръчка, дата на поръчката, дата на покупка, дата на продажба, \
         дата на фактура, दिनांक, तारीख, तिथि, ऑर्डर की तारीख, ऑर्डर दिनांक, खरीद की तारीख, चालान तिथि, बिल दिनांक, बिक्री तिथि",
    ),
    (
        Part::Date,
        1,
        "datum narudžbe, datum kupnje, datum kupovine, datum prodaje, datum računa, datum fakture, datum izdavanja, datum \
         porudžbine, datum naročila, datum nakupa, užsakymo data, pirkimo data, datums, pasūtījuma datums, pirkuma datums, kuupäev, \
         tellimuse kuupäev, ostu kuupäev, ostukuupäev, arve kuupäev, ordredato, dagsetning, 建立日期, 成立時間, 訂單成立時間, 訂單日期, \
         下單時間, 下單日期, 주문 일시, 결제 일시, 주문 일자",
    ),
    (
        Part::Date,
        4,
        "waktu pembayaran, thời gian thanh toán, ngày thanh toán, วันที่ชำระเงิน, เวลาการชำระเงิน, تاريخ الدفع, תאריך תשלום",
    ),
    (
        Part::Amount,
        1,
        "total bayar, total belanja, total transaksi, total penjualan, total pembelian, total tagihan, total dibayar, jumlah bayar, \
         jumlah dibayar, jumlah pembayaran, jumlah harga, jumlah donasi, jumlah keseluruhan, jumlah jualan, nominal, nilai, nilai \
         transaksi, nilai pesanan, omzet, omset, pendapatan, amaun, số tiền, tổng tiền, thành tiền, tổng cộng, tổng thanh toán, \
         tổng giá trị, giá trị đơn hàng, tổng giá trị đơn hàng, doanh thu, doanh số, tổng số tiền, tiền thanh toán, số tiền thanh \
         toán, khách đã trả, khách phải trả, tổng tiền thanh toán, ยอดเงิน, จำนวนเงิน, จำนวนเงินทั้งหมด, ยอดรวม, ราคารวม, รวม, รวมเงิน, \
         รวมทั้งสิ้น, ยอดรวมทั้งสิ้น, ยอดขาย, ยอดชำระ, ยอดสุทธิ, มูลค่า, มูลค่าคำสั่งซื้อ, ยอดสั่งซื้อ, ราคาสุทธิ, ยอดบริจาค",
    ),
    (
        Part::Amount,
        1,
        "المبلغ, مبلغ, الاجمالي, اجمالي, المجموع, القيمة, قيمة الطلب, مبلغ الطلب, اجمالي الطلب, اجمالي المبلغ, المبلغ الاجمالي, المبلغ \
         المدفوع, المبلغ الكلي, المجموع الكلي, اجمالي الفاتورة, قيمة الفاتورة, الايرادات, المبيعات, مبلغ العملية, قيمة العملية, مبلغ \
         کل, مبلغ سفارش, جمع کل, مبلغ فاکتور, مبلغ پرداختی, סכום, סכום כולל, סהכ, סך הכל, סך הכל לתשלום, סכום העסקה, סכום עסקה, סכום \
         הזמנה, סכום לתשלום, סכום חשבונית, סכום ששולם, מחזור, הכנסה, συνολικό ποσό, αξία, συνολική αξία, γενικό σύνολο, πληρωτέο, \
         πληρωτέο ποσό, αξία παραγγελίας, σύνολο παραγγελίας, τζίρος, έσοδα, сума продажу, сума чека, загальна сума, разом, всього, \
         до сплати, вартість замовлення, виручка, обща сума, общо, стойност, крайна сума, сума на поръчката",
    ),
    (
        Part::Amount,
        1,
        "iznos, ukupno, ukupan iznos, ukupni iznos, iznos narudžbe, iznos računa, ukupna cijena, za platiti, svota, promet, ukupna \
         vrijednost, ukupna vrednost, vrijednost, vrednost, znesek, skupaj, skupni znesek, राशि, कुल राशि, कुल, रकम, कुल मूल्य, भुगतान \
         राशि, बिल राशि, बिक्री राशि, viso, iš viso, bendra suma, summa, kopā, kopsumma, kopējā summa, kokku, kogusumma, \
         payé par le client, 訂單金額, 付款金額, 實付金額, 訂單總金額, 결제 총액, 실결제금액, 총 결제 금액",
    ),
    (Part::Amount, NET, "ยอดก่อนภาษี, tổng tiền hàng, καθαρή αξία, neto iznos, 未稅金額"),
    (Part::Amount, GROSS, "ยอดรวมภาษี, μικτή αξία, bruto iznos, 含稅金額"),
    (
        Part::Amount,
        5,
        "harga, giá, giá bán, ราคา, السعر, سعر, قیمت, מחיר, τιμή, ціна, cijena, मूल्य, कीमत, pris, hinta, ár, preț, kaina, hind",
    ),
    (
        Part::Quantity,
        0,
        "jumlah, jumlah barang, jumlah produk, kuantitas, kuantiti, banyaknya, số lượng, จำนวน, จำนวนสินค้า, จำนวนชิ้น, الكمية, كمية, \
         العدد, تعداد, כמות, ποσότητα, τεμάχια, кількість, к сть, количество, брой, količina, kom, मात्रा, kiekis, daudzums, skaits, \
         kogus, antal, antall, mängd, mængde, määrä, kpl, množství, počet, počet kusů, množstvo, mennyiség, darab, darabszám, \
         cantitate, magn, 數目",
    ),
    (
        Part::Price,
        0,
        "harga, harga satuan, harga jual, đơn giá, giá, giá bán, ราคา, ราคาต่อหน่วย, ราคาต่อชิ้น, ราคาขาย, السعر, سعر, سعر الوحدة, قیمت, قیمت \
         واحد, מחיר, מחיר ליחידה, מחיר יחידה, τιμή, τιμή μονάδας, ціна, ціна за одиницю, единична цена, cijena, jedinična cijena, cena \
         na enoto, कीमत, इकाई मूल्य, pris, styckpris, stykpris, enhetspris, enhedspris, hinta, yksikköhinta, kappalehinta, jednotková \
         cena, cena za kus, ár, egységár, eladási ár, preț, preț unitar, kaina, vieneto kaina, hind",
    ),
    (
        Part::Order,
        0,
        "no pesanan, nomor pesanan, id pesanan, no order, nomor order, no transaksi, nomor transaksi, id transaksi, no faktur, \
         nomor faktur, nomor invoice, no nota, nomor nota, no invois, nombor pesanan, no resit, mã đơn hàng, mã đơn, số đơn hàng, số \
         hóa đơn, mã hóa đơn, mã giao dịch, số chứng từ, đơn hàng, หมายเลขคำสั่งซื้อ, เลขที่คำสั่งซื้อ, รหัสคำสั่งซื้อ, เลขที่ใบเสร็จ, เลขที่เอกสาร, \
         เลขที่บิล, เลขที่รายการ",
    ),
    (
        Part::Order,
        0,
        "رقم الطلب, معرف الطلب, رقم الفاتورة, رقم العملية, رقم المعاملة, رقم الايصال, شماره سفارش, کد سفارش, شماره فاکتور, מספר הזמנה, מס \
         הזמנה, מזהה הזמנה, מספר חשבונית, מספר עסקה, הזמנה, חשבונית, αριθμός παραγγελίας, κωδικός παραγγελίας, αρ παραγγελίας, \
         παραγγελία, αριθμός τιμολογίου, τιμολόγιο, αρ παραστατικού, αριθμός παραστατικού, № замовлення, id замовлення, замовлення, \
         номер чека, номер на поръчка, поръчка, номер на фактура, фактура, ऑर्डर आईडी, ऑर्डर नंबर, ऑर्डर संख्या, चालान संख्या, बिल नंबर, बिल \
         संख्या",
    ),
    (
        Part::Order,
        0,
        "broj narudžbe, narudžba, id narudžbe, broj računa, račun, broj porudžbine, številka naročila, naročilo, številka računa, \
         užsakymo numeris, užsakymo nr, pasūtījuma numurs, tellimuse number, tellimuse nr, objednávka, rendelésazonosító, 訂單號碼, 單號, \
         주문 번호, 상품주문번호",
    ),
    (
        Part::Customer,
        1,
        "relatiecode, relatie code, kod odbiorcy, bill to no, id contato, id do contato, debiteur code, debiteurcode, 取引先コード, \
         nome utente acquirente, nome utente dell acquirente, pseudo de l acheteur, nombre de usuario del comprador, nombre de \
         usuario comprador, nome de usuário do comprador, gebruikersnaam koper, gebruikersnaam van koper, nazwa użytkownika \
         kupującego, medical record number, mrn",
    ),
    (
        Part::Customer,
        MAIL,
        "customer email id, email client, e mail client, email du client, e mail du client, e mail klant, email klant, e mail \
         cliente, correo del cliente, correo electrónico del cliente, e mail do cliente, e mail do comprador",
    ),
    (
        Part::Customer,
        PERSON,
        "nome dell acquirente, nome acquirente, nome do comprador, nombre del comprador, nom de l acheteur, naam koper, naam van \
         koper, imię i nazwisko kupującego, 客户昵称, 买家昵称, 取引先",
    ),
    (
        Part::Customer,
        PHONE,
        "mobile no, mobile, 客户手机号, 手机号, 买家手机号, 收货人手机号, 电话, 電話番号, 전화번호, 휴대폰번호",
    ),
    (Part::Date, 1, "発生日, 取引日, 伝票日付, 売上計上日"),
    (
        Part::Amount,
        1,
        "totaal bestelling, besteltotaal, bestelling totaal, orderbedrag totaal, 价税合计, 含税金额, 用户实付, 用户实付金额, 총계, \
         합계금액, earnings, samlet total",
    ),
    (Part::Amount, NET, "不含税金额, nettobelopp, nettobeløb, netto beløp"),
    (Part::Amount, GROSS, "bruttobelopp, bruttobeløb, brutto beløp"),
    (
        Part::Amount,
        5,
        "bruttopreis, nettopreis, brutto preis, netto preis, preis brutto, preis netto, prix ttc, prix ht, prezzo lordo, prezzo \
         netto, cena brutto, cena netto, precio con iva, precio sin iva, preço bruto, brutoprijs, prijs incl btw, prijs excl btw, \
         gross price, net price, price incl tax, price excl tax, price including tax, price excluding tax, price inc vat, price ex vat",
    ),
    (
        Part::Price,
        1,
        "stuksprijs, bruttopreis, nettopreis, brutto preis, netto preis, preis brutto, preis netto, prix ttc, prix ht, prezzo \
         lordo, prezzo netto, cena brutto, cena netto, precio con iva, precio sin iva, preço bruto, brutoprijs, prijs incl btw, \
         prijs excl btw, gross price, net price, price incl tax, price excl tax, price including tax, price excluding tax, price \
         inc vat, price ex vat",
    ),
    (
        Part::Customer,
        1,
        "kontakt id, geschäftspartnercode, geschäftspartner, verk an deb nr, deb nr, teilnehmer id, teilnehmer, donatore, 客户账号, \
         用户标识, retailer id, контакт, основной контакт, abonent, abonnent, abonnentennummer, iscritto, adherent, adhérent",
    ),
    (
        Part::Date,
        1,
        "ordered, ordered on, ticketed, ticketed on, reserved on, booked on, booking made, booked at, buchungstag, prenotato il, \
         reservado el, réservé le, gebucht am, bestellt am, commandé le, ordinato il, besteld op",
    ),
    (Part::Amount, 1, "kursgebühr, teilnahmegebühr, honoraires, honorar, бюджет, бюджет сделки, 販売価格"),
    (
        Part::Quantity,
        0,
        "pcs, pieces, no of units, number of units, qty sold, ordered quantity, invoiced qty, invoiced quantity, billed quantity, \
         billed qty, shipped quantity, shipped qty, quantity shipped, stk, mng, uds, piezas, unid, szt, кол, 点数, 販売数, 販売数量, \
         销售数量, 판매수량, 주문수량, ks, buc, stck, quantidade vendida, cantidad vendida, quantité vendue, verkaufte menge",
    ),
    // Of these it is asked what the price beside them is of.
    (
        Part::Quantity,
        1,
        "items, item count, count, number, nights, seats, tickets, hours, sold, cases, boxes, nb, nombre, übernachtungen, nächte, \
         stunden, plätze, nuits, heures, places, noches, horas, notti, ore, posti, nachten, uren",
    ),
    (
        Part::Customer,
        1,
        "buyer login, buyer nick, buyer nickname, login, nick kupującego, login kupującego, buyer account, pseudo de l acheteur",
    ),
];
