//! What the words of a status mean: was this a purchase, was it undone, was it none? In the languages of the exports.

use super::vocabulary::fold_words;

/// What a status, or the kind of a row, says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// It is a purchase.
    Purchase,
    /// It was one, and was given back or paid back; or the row is itself a return.
    Undone,
    /// Nothing was bought.
    Nothing,
    /// Not known here.
    Unknown,
}

const PURCHASE: &str = "paid complete completed delivered shipped fulfilled succeeded success successful approved captured settled done \
    ok processed processing sent confirmed finished invoiced accepted dispatched won unshipped unfulfilled collected cleared \
    bezahlt abgeschlossen versendet versandt geliefert zugestellt erledigt bestatigt fakturiert ausgeliefert \
    paye payee payé expedie expediee livre livree termine terminee confirme confirmee valide validee accepte reglee regle \
    pagado pagada completado completada enviado enviada entregado entregada confirmado confirmada cobrado facturado \
    pagato pagata completato completata spedito spedita consegnato consegnata confermato confermata evaso evasa fatturato \
    pago paga concluido concluida entregue faturado aprovado aprovada \
    odendi tamamlandi gonderildi kargolandi kargoda onaylandi basarili faturalandi teslim tamam odenmis \
    betaald voltooid verzonden geleverd afgerond afgehandeld bevestigd verstuurd bezorgd \
    oplacone oplacony oplacona zaplacone zrealizowane zrealizowany zrealizowana wyslane wyslany wyslana dostarczone dostarczony \
    zakonczone zakonczony zakonczona potwierdzone \
    оплачен оплачено оплачена выполнен выполнено выполнена доставлен доставлено отправлен отправлено завершен завершено \
    завершена получен проведен проведено подтвержден закрыт успешно";

const UNDONE: &str = "refunded refund refunds returned return returns reversed reversal chargeback reimbursed \
    erstattet ruckerstattet gutgeschrieben gutschrift retourniert retoure zuruckgegeben ruckgabe \
    rembourse remboursee remboursement retourne retournee retour avoir \
    reembolsado reembolsada reembolso devuelto devuelta devolucion \
    rimborsato rimborsata rimborso reso restituito restituita \
    devolvido devolvida estornado estornada estorno devolucao \
    iade terugbetaald terugbetaling geretourneerd retourzending \
    zwrocone zwrocony zwrot zwroty \
    возвращен возвращено возврат возмещен";

const NOTHING: &str = "failed failure fail declined decline cancelled canceled cancel cancellation void voided pending expired abandoned draft \
    rejected error denied hold onhold withdrawn invalid incomplete unavailable blocked fraud fraudulent deleted uncaptured unpaid lost \
    refused trash timeout disputed unsuccessful awaiting unconfirmed quote quotation archived \
    storniert storno abgebrochen fehlgeschlagen abgelehnt ausstehend offen unbezahlt abgelaufen geloscht entwurf angefragt \
    annule annulee echoue echouee refuse refusee attente expire expiree impaye impayee brouillon abandonne abandonnee \
    cancelado cancelada anulado anulada fallido fallida rechazado rechazada pendiente vencido vencida caducado impagado borrador \
    annullato annullata fallito fallita rifiutato rifiutata attesa scaduto scaduta bozza sospeso \
    falhou recusado recusada pendente expirado expirada aguardando rascunho \
    iptal basarisiz reddedildi bekliyor beklemede bekleniyor taslak odenmedi \
    geannuleerd mislukt geweigerd afgewezen wacht openstaand verlopen onbetaald concept \
    anulowane anulowany anulowana nieudane nieudana odrzucone odrzucony oczekuje oczekujace oczekujacy nieoplacone wygasle \
    отменен отменено отменена отмена аннулирован ошибка отклонен отклонено ожидает ожидание просрочен черновик удален \
    неоплачен удалено";

/// Words that are several, or that mean another thing than their parts: what they mean, and the phrases.
const PHRASES: &[(Meaning, &str)] = &[
    (
        Meaning::Purchase,
        "closed won, closedwon, pending shipment, pending fulfillment, pending fulfilment, pending delivery, pending pickup, awaiting \
         shipment, awaiting fulfillment, awaiting fulfilment, awaiting pickup, payment complete, payment accepted, remote payment \
         accepted, payment received, partially shipped, picked up, teslim edildi, kargoya verildi, hazirlaniyor, in attesa di spedizione, \
         en cours de livraison, en cours de preparation, in bearbeitung, en preparacion, en proceso, in lavorazione, in behandeling, w \
         realizacji, w trakcie realizacji, сделка успешна, успешно реализовано, на доставке, delivered to customer, preparation in \
         progress, processing in progress, vente conclue",
    ),
    (
        Meaning::Nothing,
        "closed lost, closedlost, requires payment method, requires confirmation, requires action, requires capture, not paid, payment \
         error, on hold, pending payment, awaiting payment, payment pending, timed out, manual verification required, checkout draft, on \
         backorder not paid, nicht bezahlt, non paye, no pagado, non pagato, nao pago, niet betaald, nie oplacone, не оплачен, не \
         оплачено, не реализовано, закрыто и не реализовано, wc failed, en attente, pago pendiente, in sospeso",
    ),
    (
        Meaning::Undone,
        "charged back, refunded in full, fully refunded, credit note, credit memo, nota de credito, nota di credito, creditnota, faktura \
        korygujaca, note de credit, iade edildi, in arrivo reso, сделан возврат, dispute lost",
    ),
];

/// Parts of words where words are not apart.
const PARTS: &[(Meaning, &str)] = &[
    (Meaning::Undone, "退款 退货 退貨 返品 返金 환불 반품"),
    (
        Meaning::Nothing,
        "未付款 未支付 待付款 待支付 取消 失败 失敗 关闭 キャンセル 未払 未入金 保留 취소 실패 미결제 대기",
    ),
    (
        Meaning::Purchase,
        "已完成 完成 已付款 已支付 已发货 已發貨 已收货 成功 发货 完了 済 出荷 発送 支払済 入金済 配達 완료 배송 결제 성공 구매확정",
    ),
];

/// Kinds of rows that are purchases, and that are something else: movements of money, events of a visit.
const SALES: &str = "payment payments sale sales charge order orders purchase purchases invoice receipt checkout transaction donation verkauf \
    bestellung rechnung kauf zahlung vente achat commande paiement facture venta compra pedido pago vendita acquisto ordine pagamento venda \
    satis siparis odeme alisveris verkoop bestelling aankoop betaling sprzedaz zamowienie zakup platnosc продажа покупка заказ оплата";
const OTHERS: &str = "payout payouts transfer withdrawal fee fees deposit adjustment conversion reserve topup loan interest expense bill \
    view visit pageview click scroll search login signup cart impression wishlist auszahlung gebuhr uberweisung virement frais retrait \
    retiro transferencia comision prelievo bonifico commissione ucret havale uitbetaling wyplata oplata prowizja вывод комиссия перевод";
const EVENTS: &str = "page view, view item, view item list, select item, add to cart, addtocart, remove from cart, view cart, begin checkout, \
    add shipping info, add payment info, session start, first visit, user engagement, sign up, product view, product viewed, checkout \
    started, start checkout, initiate checkout, general withdrawal, bank deposit to pp account, account hold for open authorization, general \
    currency conversion, hold on balance for dispute investigation, order shipped, shopping cart item, void of authorization, general \
    authorization";

/// What a status says.
pub(crate) fn of_status(text: &str) -> Meaning {
    let words = words(text);
    let phrase = words.join(" ");
    if words.iter().any(|word| {
        word.starts_with("partial")
            || word.starts_with("parcial")
            || word.starts_with("parzial")
            || matches!(
                &**word,
                "teilweise"
                    | "partiel"
                    | "partielle"
                    | "partiellement"
                    | "kismen"
                    | "kismi"
                    | "gedeeltelijk"
                    | "czesciowo"
                    | "частично"
            )
    }) {
        return Meaning::Purchase;
    }
    for (meaning, phrases) in PHRASES {
        if phrases.split(',').any(|one| one.trim() == phrase) {
            return *meaning;
        }
    }
    for (meaning, parts) in PARTS {
        if parts.split(' ').any(|part| phrase.contains(part)) {
            return *meaning;
        }
    }
    if words
        .iter()
        .any(|word| matches!(&**word, "not" | "no" | "non" | "nicht" | "niet" | "nie" | "не" | "nao"))
    {
        return Meaning::Unknown;
    }
    let any = |list: &str| words.iter().any(|word| list.split(' ').any(|one| one == word));
    match (any(UNDONE), any(NOTHING), any(PURCHASE)) {
        (true, false, _) => Meaning::Undone,
        (false, true, false) => Meaning::Nothing,
        (false, false, true) => Meaning::Purchase,
        // "Payment failed after delivery" is anybody's guess; "canceled, completed" too.
        (false, true, true) if words.len() == 2 => Meaning::Nothing,
        _ if phrase == "test" => Meaning::Nothing,
        _ => Meaning::Unknown,
    }
}

/// What the kind of a row says.
pub(crate) fn of_kind(text: &str) -> Meaning {
    let status = of_status(text);
    if matches!(status, Meaning::Undone | Meaning::Nothing) {
        return status;
    }
    let words = words(text);
    let phrase = words.join(" ");
    let any = |list: &str| words.iter().any(|word| list.split(' ').any(|one| one == word));
    let event = EVENTS.split(',').any(|one| one.trim() == phrase || phrase.starts_with("general withdrawal"));
    match (event || any(OTHERS), any(SALES)) {
        (true, false) => Meaning::Nothing,
        (true, true) if event => Meaning::Nothing,
        (_, true) => Meaning::Purchase,
        _ => status,
    }
}

/// Yes or no.
pub(crate) fn truth(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" | "ja" | "oui" | "si" | "sí" | "sì" | "sim" | "evet" | "tak"
        | "да" | "истина" | "wahr" | "vrai" | "verdadero" | "是" | "はい" | "예" => Some(true),
        "false" | "f" | "no" | "n" | "0" | "nein" | "non" | "não" | "nao" | "nee" | "nie" | "hayır"
        | "нет" | "ложь" | "falsch" | "faux" | "falso" | "none" | "-" | "否" | "いいえ" | "아니오" => {
            Some(false)
        }
        _ => None,
    }
}

fn words(text: &str) -> Vec<String> {
    let mut words = fold_words(text);
    // WooCommerce writes wc-completed.
    if words.len() > 1 && words[0] == "wc" {
        words.remove(0);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_ten_languages_mean_what_they_say() {
        use Meaning::{Nothing, Purchase, Undone, Unknown};
        for (text, meaning) in [
            ("paid", Purchase),
            ("wc-completed", Purchase),
            ("Closed Won", Purchase),
            ("closedlost", Nothing),
            ("partially_refunded", Purchase),
            ("PartiallyShipped", Purchase),
            ("refunded", Undone),
            ("return_pending", Unknown),
            ("Cancelled by customer", Nothing),
            ("requires_payment_method", Nothing),
            ("Payment accepted", Purchase),
            ("Awaiting Fulfillment", Purchase),
            ("Awaiting payment", Nothing),
            ("Storniert", Nothing),
            ("Ödendi", Purchase),
            ("İptal edildi", Nothing),
            ("İade", Undone),
            ("Annulée", Nothing),
            ("Zrealizowane", Purchase),
            ("Отменён", Nothing),
            ("Не оплачен", Nothing),
            ("已取消", Nothing),
            ("交易成功", Purchase),
            ("キャンセル", Nothing),
            ("배송완료", Purchase),
            ("gold", Unknown),
            ("not cancelled", Unknown),
            ("returning customer", Unknown),
        ] {
            assert_eq!(of_status(text), meaning, "{text}");
        }
        for (text, meaning) in [
            ("Payment Refund", Undone),
            ("Express Checkout Payment", Purchase),
            ("General Withdrawal - Bank account", Nothing),
            ("charge", Purchase),
            ("payout", Nothing),
            ("view", Nothing),
            ("add_to_cart", Nothing),
            ("purchase", Purchase),
            ("online", Unknown),
            ("CA", Unknown),
        ] {
            assert_eq!(of_kind(text), meaning, "{text}");
        }
    }
}
