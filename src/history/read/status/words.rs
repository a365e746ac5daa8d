//! The words of states in the languages of exports, as [`fold_words`](super::fold_words) makes them: small letters without
//! accents. A word stands in one list; what means another thing in company stands among the phrases.

use super::Meaning;

pub(super) const PURCHASE: &str = "gewonnen gagne gagnee ganado ganada vinto vinta ganho ganha kazanildi wygrana wygrane выиграна выиграно production live aprobado aprobada acreditado acreditada liquidado liquidada paid complete completed delivered shipped fulfilled succeeded success successful approved captured settled done \
    ok processed processing sent confirmed finished invoiced accepted dispatched won unshipped unfulfilled collected cleared \
    bezahlt abgeschlossen versendet versandt geliefert zugestellt erledigt bestatigt fakturiert ausgeliefert \
    paye payee expedie expediee livre livree termine terminee confirme confirmee valide validee accepte reglee regle \
    pagado pagada completado completada enviado enviada entregado entregada confirmado confirmada cobrado facturado \
    pagato pagata completato completata spedito spedita consegnato consegnata confermato confermata evaso evasa fatturato \
    pago paga concluido concluida entregue faturado aprovado aprovada \
    odendi tamamlandi gonderildi kargolandi kargoda onaylandi basarili faturalandi teslim tamam odenmis \
    betaald voltooid verzonden geleverd afgerond afgehandeld bevestigd verstuurd bezorgd \
    oplacone oplacony oplacona zaplacone zrealizowane zrealizowany zrealizowana wyslane wyslany wyslana dostarczone dostarczony \
    zakonczone zakonczony zakonczona potwierdzone \
    оплачен оплачено оплачена выполнен выполнено выполнена доставлен доставлено отправлен отправлено завершен завершено \
    завершена получен проведен проведено подтвержден закрыт успешно \
    vyrizena vyrizeno vyrizene zaplaceno zaplacena dokonceno dokoncena odeslano odeslana dorucena doruceno expedovano vybavena \
    zaplatene dorucene teljesitve teljesitett fizetve kifizetve kiszallitva lezarva betald betalt skickad levererad slutford afsluttet \
    leveret sendt fullfort maksettu toimitettu valmis platit platita achitat livrata livrat finalizata oplaceno atendido tahsil \
    сплачено виконано доставлений \
    payed redeemed billed charged received settling ordered booked attended checkedout checkedin seated served picked \
    collected selesai lunas dibayar terbayar terkirim dikirim dihantar diproses diterima berhasil berjaya sukses lengkap \
    مكتمل مكتمله مدفوع مدفوعه مشحون مشحونه مسلم موصل ناجح ناجحه موكد موكده منفذ منفذه پرداخت تكميل שולם שולמה הושלם הושלמה \
    נשלח נשלחה נמסר נמסרה סופק סופקה אושר אושרה בוצע בוצעה הצליח הצליחה ολοκληρωθηκε ολοκληρωμενη ολοκληρωμενο πληρωθηκε \
    πληρωμενη πληρωμενο εξοφληθηκε εξοφλημενη απεσταλη εσταλη αποσταλθηκε παραδοθηκε παραδομενη τιμολογηθηκε επιβεβαιωμενη \
    επιτυχησ επιτυχια оплачений виконаний виконане завершений завершене доставлено доставлена відправлено відправлений \
    отримано підтверджено успішний выдан выдано доставлена отправлена выполнена платена платено завършена завършено \
    изпратена изпратено доставена доставено изпълнена успешна placeno placena isporuceno isporucena zavrseno zavrsena \
    poslano dostavljeno dostavljena zaprimljeno placano zakljuceno odposlano izvrseno पूर्ण पूरा सफल डिलीवर वितरित \
    apmoketa apmoketas ivykdyta ivykdytas pristatyta isiusta apmaksats izpildits piegadats nosutits makstud tasutud \
    tarnitud saadetud taidetud avslutad bekraftad hanterad behandlad genomford gennemfort bekraeftet gjennomfort levert \
    bekreftet lahetetty hyvaksytty suoritettu uhrazeno uhrazena uhrazene vybaveno vybavene dokoncene odoslane zaplateno \
    potvrzeno sikeres feladva atveve befejezett befejezve finalizata platita achitat confirmat confirmata procesat \
    procesata expediat expediata incasat incasata livrate dostarczono wyslano oplacono zrealizowano zakonczono \
    zaksiegowano";

pub(super) const UNDONE: &str = "restocked refunded refund refunds returned return returns reversed reversal chargeback reimbursed \
    erstattet ruckerstattet gutgeschrieben gutschrift retourniert retoure zuruckgegeben ruckgabe \
    rembourse remboursee remboursement retourne retournee retour avoir \
    reembolsado reembolsada reembolso devuelto devuelta devolucion \
    rimborsato rimborsata rimborso reso restituito restituita \
    devolvido devolvida estornado estornada estorno devolucao \
    iade terugbetaald terugbetaling geretourneerd retourzending \
    zwrocone zwrocony zwrot zwroty \
    возвращен возвращено возврат возмещен \
    vraceno vracena refundovano vratene visszateritve visszakuldve aterbetald returnerad refunderet refunderad returneret \
    palautettu hyvitetty returnat rambursat повернуто \
    reimburse chargedback clawback dikembalikan pengembalian retur direfund dipulangkan pemulangan مسترد مسترده مسترجع \
    مسترجعه مرتجع مرتجعه استرداد استرجاع מוחזר הוחזר הוחזרה זוכה החזר זיכוי επιστραφηκε επιστροφη επεστραφη повернено \
    повернення повернутий відшкодовано върната върнато възстановена vraceno vracena vrnjeno vrnjena povrat वापस वापसी \
    रिफंड grazinta grazintas atgriezts atmaksats tagastatud krediterad krediteret kreditert refundert returnert \
    aterbetalad palautus vratena visszafizetve visszaru returnata rambursata zwrocona remboursees retournees";

/// Called off: nothing was bought, or what was paid went back.
pub(super) const CALLED_OFF: &str = "cancelled canceled cancel cancellation void voided storniert stornierung storno annule annulee annulation cancelado \
    cancelada cancelacion cancelamento anulado anulada anulacion annullato annullata annullamento iptal geannuleerd annulering avbruten makulerad annullerad annulleret avbestilt kansellert peruttu \
    peruutettu anulata anulat zrusena zruseny zrusene lemondva lemondott sztornozva скасовано anulowane anulowany anulowana anulowanie zruseno stornovano torolve отменен отменено отменена отмена аннулирован \
    rescinded noshow dibatalkan batal pembatalan ملغي ملغيه ملغاه الغاء لغو בוטל בוטלה מבוטל מבוטלת ביטול ακυρωθηκε \
    ακυρωμενη ακυρωμενο ακυρωση скасований скасована скасоване анульовано отказана отказано анулирана анулирано otkazano \
    otkazana ponisteno preklicano storno रद्द atsaukta atsauktas atsaukts atcelts tuhistatud stornovana zrusen stornovano \
    lemondas visszavonva torolt anulati avbrutt makulerat avbokad avlyst cancellata disdetta cancelled anulowano";
/// Of those the ones that may also have been asked for only, and what became of that.
pub(super) const CALLING_OFF: &str = "cancel cancellation void storno stornierung annulation anulacion annullamento cancelamento cancelacion iptal \
    annulering anulowanie отмена \
    pembatalan الغاء ביטול ακυρωση";
pub(super) const REFUSED: &str = "declined rejected refused denied failed requested abgelehnt angefragt refusee refuse rechazada rechazado rifiutato \
    recusado reddedildi geweigerd odrzucone отклонена отклонено";

pub(super) const NOTHING: &str = "verloren perdu perdue perdido perdida perso persa kaybedildi przegrana przegrane проиграна проиграно appointmentscheduled qualifiedtobuy presentationscheduled decisionmakerboughtin contractsent angebot offerte devis \
    presupuesto cotizacion preventivo orcamento teklif sandbox staging failed failure fail declined decline pending expired abandoned draft \
    rejected error denied hold onhold withdrawn invalid incomplete unavailable blocked fraud fraudulent deleted uncaptured unpaid lost \
    refused trash timeout disputed unsuccessful awaiting unconfirmed quote quotation archived \
    abgebrochen fehlgeschlagen abgelehnt ausstehend offen unbezahlt abgelaufen geloscht entwurf angefragt \
    echoue echouee refuse refusee attente expire expiree impaye impayee brouillon abandonne abandonnee \
    fallido fallida rechazado rechazada pendiente vencido vencida caducado impagado borrador \
    fallito fallita rifiutato rifiutata attesa scaduto scaduta bozza sospeso \
    falhou recusado recusada pendente expirado expirada aguardando rascunho \
    basarisiz reddedildi bekliyor beklemede bekleniyor taslak odenmedi \
    mislukt geweigerd afgewezen wacht openstaand verlopen onbetaald concept \
    nieudane nieudana odrzucone odrzucony oczekuje oczekujace oczekujacy nieoplacone wygasle \
    ошибка отклонен отклонено ожидает ожидание просрочен черновик удален \
    неоплачен удалено \
    bounced lapsed aborted chargeable unapproved dishonored dishonoured insufficient gagal menunggu tertunda kedaluwarsa \
    kadaluarsa kadaluwarsa ditolak فشل فاشل فاشله مرفوض مرفوضه معلق معلقه منتهي منتهيه ناموفق נכשל נכשלה נדחה נדחתה ממתין \
    ממתינה טיוטה απετυχε αποτυχια αποτυχημενη αποτυχημενο απορριφθηκε εκκρεμει εκκρεμησ ληγμενη προχειρο відхилено \
    відхилений помилка очікує чернетка невдало прострочено неуспішно невдала отказ невыкуп неуспешна очаква чакаща \
    odbijeno odbijena neplaceno neuspjesno neuspesno zavrnjeno असफल विफल लंबित अस्वीकृत neapmoketa laukiama atmesta \
    neapmaksats gaida noraidits maksmata ootel ebaonnestunud misslyckad misslyckades misslyckat nekad vantar vantande \
    avvisad obetald utgangen afvist fejlet mislykket afventer ubetalt udlobet avvist mislyktes feilet venter hylatty \
    epaonnistui epaonnistunut odottaa maksamatta neuhrazeno nezaplaceno nezaplatene zamitnuto selhalo neuspesna neuspesne \
    cekajici caka sikertelen elutasitva elutasitott fuggoben varakozik lejart kifizetetlen respins respinsa esuat esuata \
    neplatit neplatita expirat odrzucono nieudany nieoplacony nieoplacona";

/// Words that are several, or that mean another thing than their parts: what they mean, and the phrases.
pub(super) const PHRASES: &[(Meaning, &str)] = &[
    (
        Meaning::Purchase,
        "closed won, closedwon, pending shipment, pending fulfillment, pending fulfilment, pending delivery, pending pickup, awaiting \
         shipment, awaiting fulfillment, awaiting fulfilment, awaiting pickup, payment complete, payment accepted, remote payment \
         accepted, payment received, partially shipped, picked up, teslim edildi, kargoya verildi, hazirlaniyor, in attesa di spedizione, \
         en cours de livraison, en cours de preparation, in bearbeitung, en preparacion, en proceso, in lavorazione, in behandeling, w \
         realizacji, w trakcie realizacji, сделка успешна, успешно реализовано, на доставке, delivered to customer, preparation in \
         progress, processing in progress, vente conclue, \
         submitted for settlement, to confirm receive, retry ship, settlement confirmed, in transit, out for delivery, ready to ship, ready for pickup, ready \
         for pick up, to ship, to receive, checked out, checked in, payment successful, pendiente de envio, por enviar, en \
         camino, en transito, a caminho, pronto para envio, pronto para retirada, aguardando envio, aguardando retirada, em \
         transito, em preparacao, spedizione in corso, wird versendet, versandbereit, en livraison, pret a expedier, perlu \
         dikirim, sedang dikirim, siap dikirim, telah dibayar, sudah dibayar, تم الدفع, تم التوصيل, تم التسليم, تم الشحن, تم \
         التنفيذ, قيد التنفيذ, قيد الشحن, قيد التجهيز, قيد التوصيل, تحويل شده, تكميل شده, ارسال شده, پرداخت شده, भुगतान किया \
         गया, भेजा गया, 待发货, 待收货, 待出貨, 待收貨, 待评价, 运输中, 已签收, 已签收货, 배송대기, 배송 대기, 배송대기중, 발송대기, 상품준비중, 상품 준비중, σε επεξεργασια, \
         under behandling, kasittelyssa, zpracovava se, folyamatban, in curs de livrare, in curs de procesare, в обработке, в \
         пути, готов к выдаче, у дорозі, в обробці, \
         closed, check out, check in, checkout, checkin",
    ),
    (
        Meaning::Nothing,
        "closed lost, closedlost, requires payment method, requires confirmation, requires action, requires capture, not paid, payment \
         error, on hold, pending payment, awaiting payment, payment pending, timed out, manual verification required, checkout draft, on \
         backorder not paid, nicht bezahlt, non paye, no pagado, non pagato, nao pago, niet betaald, nie oplacone, не оплачен, не \
         оплачено, не реализовано, закрыто и не реализовано, wc failed, en attente, pago pendiente, in sospeso, \
         belum dibayar, belum bayar, in cancel, unknown error, menunggu pembayaran, dalam penantian, do not honor, insufficient funds, not captured, no \
         show, did not attend, aguardando pagamento, pendiente de pago, in attesa di pagamento, في الانتظار, قيد الانتظار, \
         بانتظار الدفع, تم الالغاء, تم الرفض, غير مدفوع, غير مكتمل, غير ناجح, در انتظار پرداخت, لغو شده, לא שולם, לא שולמה, \
         פג תוקף, בהמתנה, σε αναμονη, ожидает оплаты, не выкуплен, очікує оплати, не оплачено, не сплачено, na cekanju, ceka \
         na platbu, caka na platbu, fizetesre var, in asteptare, भुगतान लंबित, ej betald, inte betald, ikke betalt, ei \
         maksettu, zahlung offen, zahlung ausstehend, wacht op betaling, oczekuje na platnosc, odeme bekliyor, odeme \
         bekleniyor, \
         contract sent, proposal sent, quote sent, quotation sent, offer sent, estimate sent, appointment scheduled, \
         qualified to buy, presentation scheduled, decision maker bought in, proposal price quote, negotiation review, needs \
         analysis, value proposition, id decision makers, perception analysis, prospecting, qualification, negotiation, \
         pipeline, best case, omitted, commit, gateway rejected, processor declined",
    ),
    (
        Meaning::Undone,
        "charged back, refunded in full, fully refunded, credit note, credit memo, nota de credito, nota di credito, creditnota, faktura \
        korygujaca, note de credit, iade edildi, in arrivo reso, сделан возврат, dispute lost, \
         returned to seller, to return, return to sender, money back, dana dikembalikan, تم الاسترداد, تم الارجاع, تم الاسترجاع, بازگشت \
         وجه, धन वापसी, επιστροφη χρηματων, כסף הוחזר, гроші повернено, geld zuruck, argent rembourse, devuelto \
         al remitente",
    ),
];

/// Parts of words where words are not apart.
pub(super) const PARTS: &[(Meaning, &str)] = &[
    (Meaning::Undone, "退款 退货 退貨 返品 返金 환불 반품 退費 退货 คืนเงิน คืนสินค้า धनवापसी"),
    (
        Meaning::Nothing,
        "未付款 未支付 待付款 待支付 取消 失败 失敗 关闭 キャンセル 未払 未入金 保留 취소 실패 미결제 대기 關閉 作废 作廢 无效 無效 拒绝 拒絕 过期 過期 未決済 却下 期限切 入金待 거절 만료 \
         ยกเลิก ไม่สำเร็จ ล้มเหลว รอชำระ ยังไม่ชำระ รอการชำระ หมดอายุ ปฏิเสธ",
    ),
    (
        Meaning::Purchase,
        "已完成 完成 已付款 已支付 已发货 已發貨 已收货 成功 发货 完了 済 出荷 発送 支払済 入金済 配達 완료 배송 결제 성공 구매확정 签收 簽收 已出貨 送達 成立 納品 確定 \
         สำเร็จ เสร็จสิ้น เสร็จสมบูรณ์ ชำระแล้ว ชำระเงินแล้ว จัดส่ง ส่งแล้ว",
    ),
];

/// Words of several syllables that are written apart (Vietnamese), wherever they stand in a text.
pub(super) const SYLLABLES: &[(Meaning, &str)] = &[
    (Meaning::Undone, "tra hang, hoan tien, hoan tra, da tra lai"),
    (
        Meaning::Nothing,
        "huy, da huy, that bai, khong thanh cong, chua thanh toan, cho thanh toan, cho xac nhan, het han, tu choi",
    ),
    (
        Meaning::Purchase,
        "hoan thanh, hoan tat, thanh cong, da giao, da thanh toan, dang giao, cho giao hang, cho lay hang, da nhan, dang van chuyen",
    ),
];
