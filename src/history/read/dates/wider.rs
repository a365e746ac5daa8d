//! Months and weekdays of further languages, as [`fold`](super::names::fold) makes them. Their source is Unicode CLDR (as in
//! Babel 2.19): wide and abbreviated names, in the cases that dates have and standing alone, of the languages that
//! `fixtures/months_cldr.csv` lists; and what these countries say besides (the months of the Levant and of the Maghreb, Serbian in
//! Cyrillic letters). Names of two words are one here. Croatian is left out: its October is November in Czech and Polish.

/// Names of the twelve months, apart by `/`.
pub(super) const MONTHS: &str = "сту студзень студзеня яну януари januara tammi tammikuu tammikuuta jaan jaanuar janvaris saus sausio sausis มค \
    มกราคม يناير ינואר ינו जनवरी जन janvar كانونالثاني جانفي јануар јан /\
    лютага люты февруари februara helmi helmikuu helmikuuta veebr veebruar februaris vas vasario vasaris กพ \
    กุมภาพันธ فبراير פברואר פבר फरवरी फर شباط فيفري фебруар феб /\
    сак сакавик сакавика marec maalis maaliskuu maaliskuuta mac kov kovas kovo มีค มีนาคม مارس מרץ मारच اذار /\
    кра красавик красавика април aprila huhti huhtikuu huhtikuuta aprill bal balandis balandzio เมย เมษายน ابريل \
    אפריל אפר अपरैल نيسان افريل /\
    touko toukokuu toukokuuta maijs geg geguze geguzes พค พฤษภาคม مايو מאי मई ايار ماي мај /\
    чэр чэрвень чэрвеня юни juna kesa kesakuu kesakuuta juuni junijs birz birzelio birzelis junij มิย มิถุนายน يونيو \
    יוני जून حزيران جوان јун /\
    липеня юли jula heina heinakuu heinakuuta julai juuli julijs liep liepa liepos julij กค กรกฎาคม يوليو יולי जुलाई \
    जुल تموز جويليه جويلية јул /\
    жни жнивень жниуня augusta elo elokuu elokuuta ogo ogos augusts rugp rugpjutis rugpjucio avg avgust สค สิงหาคม \
    اغسطس אוגוסט אוג अगसत अग اب اوت /\
    верасень верасня сеп септември septembra syys syyskuu syyskuuta septembris rugs rugsejis rugsejo septembar กย \
    กันยายน سبتمبر ספטמבר ספט सितंबर सित ايلول септембар септ /\
    кас кастрычник кастрычника октомври oktobra loka lokakuu lokakuuta oktoober oktobris spal spalio spalis oktobar \
    ตค ตุลาคม اكتوبر אוקטובר אוק अकटूबर अकटू تشرينالاول октобар /\
    лис листапад листапада ное ноември novembra marras marraskuu marraskuuta novembris lapkr lapkritis lapkricio \
    novembar พย พฤศจิกายน نوفمبر נובמבר נוב नवंबर नव تشرينالثاني новембар /\
    сне снежань снежня декември decembra joulu joulukuu joulukuuta dis disember dets detsember decembris gruod \
    gruodis gruodzio decembar ธค ธันวาคม ديسمبر דצמבר דצמ दिसंबर दिस كانونالاول децембар";

/// Days of the week.
pub(super) const WEEKDAYS: &str = "понедилок вивторок середа четвер ятниця субота недиля нд панядзелак ауторак серада чацвер нядзеля ау чц \
    понеделник сряда четвъртък петък събота неделя luni marti miercuri joi vineri sambata duminica vin dum pondeli \
    utery streda ctvrtek patek nedele po ut ct pa ne pondelok utorok stvrtok piatok nedela pi hetfo kedd szerda \
    csutortok pentek szombat vasarnap sze cs szo δευτερα τριτη τεταρτη πεμπτη παρασκευη σαββατο κυριακη δευ τρι τετ \
    πεμ παρ σαβ κυρ man tis ons tors fre lor son tirs tir tor maanantaina tiistaina keskiviikkona torstaina \
    perjantaina lauantaina sunnuntaina ti ke to pe su maanantai tiistai keskiviikko torstai perjantai lauantai \
    sunnuntai senin selasa rabu kamis jumat sabtu minggu sen sel rab kam jum min isnin khamis jumaat ahad isn kha \
    ahd esmaspaev teisipaev kolmapaev neljapaev reede laupaev puhapaev pirmdiena otrdiena tresdiena ceturtdiena \
    piektdiena sestdiena svetdiena pirmd otrd tresd ceturtd piektd sestd svetd pirmadienis antradienis treciadienis \
    ketvirtadienis penktadienis sestadienis sekmadienis pr an tr kt pn sk ponedeljak utorak sreda cetvrtak petak \
    subota nedelja uto sre cet pet sub ned ponedeljek torek cetrtek petek วันจันทร วันอังคาร วันพุธ วันพฤหัสบดี \
    วันศุกร วันเสาร วันอาทิตย จันทร อังคาร พุธ พฤหัส ศุกร เสาร อาทิตย الاثنين الثلاثاء الاربعاء الخميس الجمعة السبت \
    الاحد יום שני שלישי רביעי חמישי שישי שבת ראשון सोमवार मंगलवार बुधवार गुरुवार शुकरवार शनिवार रविवार सोम मंगल बुध \
    गुरु शुकर शनि रवि";
