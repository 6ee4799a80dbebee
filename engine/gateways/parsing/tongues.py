"""What mail programs write of themselves, in the languages that they speak: absences, bounces, quotations."""

# ruff: noqa: E501, RUF001 - words of other languages, as long and with the letters that they have

import re

# Written as they are compared: lower case, without accents.
ABSENT = (
    # English
    "automatic reply", "automatic response", "automated reply", "automated response", "automated message", "auto reply",
    "auto response", "auto responder", "autoreply", "autoresponse", "out of office", "out of office autoreply", "out of the office", "oof", "ooo",
    "away from my desk", "away from my mail", "away from the office", "i am away", "i'm away", "i am out of the office",
    "i'm out of the office", "i am currently out of the office", "i am currently away", "currently out of the office",
    "currently out of office", "on vacation", "vacation reply", "vacation response", "vacation notice", "on holiday",
    "on annual leave", "annual leave", "on leave", "maternity leave", "on maternity leave", "parental leave",
    "absence notice", "notice of absence", "no longer with the company",
    # German
    "automatische antwort", "automatische ruckmeldung", "automatische ruckantwort", "automatische nachricht",
    "automatisch generierte antwort", "automatische eingangsbestatigung", "automatische empfangsbestatigung",
    "abwesenheitsnotiz", "abwesenheitsmeldung", "abwesenheitsbenachrichtigung", "abwesenheitsnachricht",
    "abwesenheitsagent", "abwesenheitsassistent", "abwesenheit", "ich bin abwesend", "ich bin nicht im buro",
    "ich bin im urlaub", "nicht im buro", "nicht im haus", "ausser haus", "urlaubsbedingt abwesend", "urlaubsmeldung",
    "urlaubsnotiz", "im urlaub", "autoantwort", "auto-antwort", "elternzeit", "mutterschutz",
    # French
    "reponse automatique", "reponse auto", "reponse d'absence", "message automatique", "message d'absence",
    "absence du bureau", "absent du bureau", "absente du bureau", "notification d'absence", "avis d'absence",
    "je suis absent", "je suis absente", "je suis en conge", "en conge", "en conges", "en vacances", "conge maternite",
    "accuse de reception automatique", "hors du bureau", "absence jusqu'au",
    # Spanish
    "respuesta automatica", "respuesta auto", "mensaje automatico", "contestacion automatica", "fuera de la oficina",
    "fuera de oficina", "ausente de la oficina", "ausencia de la oficina", "estoy fuera de la oficina", "autorespuesta",
    "estoy de vacaciones", "de vacaciones", "aviso de ausencia", "baja por maternidad",
    # Italian
    "risposta automatica", "messaggio automatico", "fuori ufficio", "fuori sede", "assenza dall'ufficio", "in ferie",
    "avviso di assenza", "sono fuori ufficio", "sono in ferie", "assente dall'ufficio",
    # Dutch
    "automatisch antwoord", "automatische reactie", "automatisch bericht", "afwezigheidsbericht", "afwezigheidsmelding",
    "afwezigheidsassistent", "afwezig", "niet op kantoor", "buiten kantoor", "ik ben niet op kantoor", "op vakantie",
    "ik ben afwezig", "met verlof",
    # Portuguese
    "resposta automatica", "mensagem automatica", "fora do escritorio", "ausente do escritorio", "ausencia temporaria",
    "ausencia do escritorio", "estou de ferias", "de ferias", "estou fora do escritorio", "aviso de ausencia",
    # Polish
    "automatyczna odpowiedz", "odpowiedz automatyczna", "autoodpowiedz", "poza biurem", "jestem poza biurem",
    "nieobecnosc", "nieobecnosc w biurze", "jestem na urlopie", "na urlopie", "nieobecna", "nieobecny",
    # Swedish, Danish, Norwegian, Finnish
    "autosvar", "automatiskt svar", "automatisk svar", "fravaro", "fravaromeddelande", "fravaer", "fravær", "franvaro",
    "franvaromeddelande", "fraværsmelding", "fraværsassistent", "ikke pa kontoret", "ej pa kontoret", "pa semester",
    "pa ferie", "automaattinen vastaus", "poissaoloilmoitus", "poissa toimistosta",
    # Czech, Slovak, Hungarian, Romanian, Turkish
    "automaticka odpoved", "mimo kancelar", "nepritomnost", "automatikus valasz", "hazon kivul", "raspuns automat",
    "otomatik yanıt", "otomatik yanit", "ofis dısında", "ofis dısı",
    # Russian, Ukrainian, Greek
    "автоматическии ответ", "автоответ", "вне офиса", "нет на работе", "отсутствую", "автоматична відповідь",
    "αυτοματη απαντηση",
    # Japanese, Chinese, Korean
    "自動応答", "自動返信", "不在通知", "不在のお知らせ", "自动回复", "自动答复", "自動回覆", "不在办公室", "자동 회신", "자동회신", "부재중",
)  # fmt: skip
END_OF_NOTICE = r"(?:\s*$|\s*[:：!|()\[\]【】.,\-–—]|\s*re\b|\s+(?:from|until|till|bis|vom|von|ab|du|jusqu|hasta|del|dal|fino|tot|van|ate|od|do|zu|zur)\b)"
# Notes writes `AUTO: Ann Lee is out of the office (returning 2 March)`; a car is an `auto`, too.
NOTES = re.compile(
    r"auto\s*:.{0,100}(?:out of|is away|ausser haus|ist nicht|abwesend|absent|fuera de|fuori|niet|fora d|poza|\(return)"
)

RULE = re.compile(
    r"^[\s>]*[-_=*]{2,}\s*(?:original message|forwarded message|begin forwarded message|reply message|"
    r"urspr(?:ü|ue)ngliche nachricht|original-nachricht|weitergeleitete nachricht|message d.origine|message original|"
    r"message transf[ée]r[ée]|mensaje original|mensaje reenviado|messaggio originale|messaggio inoltrato|"
    r"oorspronkelijk bericht|doorgestuurd bericht|mensagem original|mensagem encaminhada|wiadomość oryginalna|"
    r"wiadomość przekazana dalej|ursprungligt meddelande|oprindelig meddelelse|opprinnelig melding|původní zpráva|"
    r"исходное сообщение|пересылаемое сообщение|元のメッセージ|原始邮件|原始郵件)\s*[-_=*]{0,}\s*$",
    re.IGNORECASE,
)
HEAD = re.compile(
    r"^\s*\*?(?:from|von|de|da|van|od|från|fra|expéditeur|remitente|mittente|от|差出人|发件人|寄件者)\s*:\*?\s*\S",
    re.IGNORECASE,
)
FORWARD = re.compile(r"^\s*(?:begin forwarded message|anfang der weitergeleiteten nachricht)\s*:\s*$", re.IGNORECASE)
SAID = re.compile(
    r"(?:wrote|writes|schrieb|schreibt|a écrit|escribió|escribio|ha scritto|schreef|escreveu|napisał\w*|nadesłał|"
    r"skrev|kirjoitti|napsal\w*|írta|a scris|yazdı|писал\w*|написал\w*|пише|έγραψε|写道|のメール|님이 작성)"
    r"[^\n]{0,120}[:：]?\s*$",
    re.IGNORECASE,
)
SENT_FROM = re.compile(
    r"^\s*(?:sent from (?:my |mail|outlook|yahoo|proton)|get outlook for|von meinem \S+ gesendet|gesendet von|gesendet mit|"
    r"envoyé (?:de|depuis)|enviado (?:desde|do|a partir)|inviato da|verzonden (?:vanaf|met|vanuit)|wysłan[eo] z|"
    r"skickat från|sendt fra|lähetetty|отправлено (?:с|из)|iphone(?:から|か ら)送信|发自我的|나의 iphone)",
    re.IGNORECASE,
)

DAEMON = re.compile(
    r"(?:mailer[-_.]?daemon|postmaster|mail[-_.]?delivery|bounces?|mdaemon|mmdf|smtp|mailsystem)@", re.I
)
RETURNED = re.compile(
    r"(?:re:\s*)?(?:undeliver|undelivered|returned mail|return(?:ed)? to sender|mail delivery (?:fail|status|system|error|"
    r"report|problem)|delivery (?:status|fail|notif|report|problem|has failed|unsuccessful|delayed)|failure notice|"
    r"delivery incomplete|mail (?:system|could not be|returned|failure)|message (?:you sent|could not|delivery|not delivered)|"
    r"warning: (?:message|could not send)|nondeliverable|non[- ]?delivery|unzustellbar|nicht zustellbar|zustellung|"
    r"unzustellbarkeitsbericht|nicht zugestellt|non remis|non distribu|échec de la|echec de la|notification d.échec|"
    r"no se puede entregar|no entregado|error de entrega|fallo de entrega|devuelto|mancato recapito|mancata consegna|"
    r"impossibile recapitare|onbestelbaar|niet bezorgd|mislukte bezorging|não entregue|nao entregue|falha na entrega|"
    r"falha de entrega|niedostarczon|nie można dostarczyć|niedoręczon|kan ikke leveres|kan inte levereras|olevererbart|"
    r"недоставлен|配信不能|配信不可|无法送达|退信|無法傳遞|系统退信)",
    re.IGNORECASE,
)
UNKNOWN = re.compile(
    r"user unknown|unknown user|no such user|does ?n.t exist|not exist|unknown (?:recipient|mailbox|address)|"
    r"no mailbox|mailbox (?:not found|unavailable)|address (?:rejected|not found|unknown)|recipient (?:not found|unknown)|"
    r"invalid (?:recipient|mailbox|address)|account (?:is )?(?:disabled|inactive|closed)|no longer (?:valid|active|available)",
    re.IGNORECASE,
)
# The lines at the head of a quotation in Outlook and programs like it; three of them in a row are one.
HEAD_LINE = re.compile(
    r"^\s*\*?(?:from|sent|date|to|cc|subject|von|gesendet|datum|an|betreff|de|enviad[oa](?: em)?|envoyé|para|à|assunto|asunto|"
    r"objet|data|fecha|od|wysłano|do|dw|temat|van|verzonden|aan|onderwerp|da|inviato|a|oggetto|från|skickat|till|ämne|fra|"
    r"sendt|til|emne|lähettäjä|lähetetty|vastaanottaja|aihe|odesláno|komu|předmět|feladó|küldve|címzett|tárgy|kimden|"
    r"gönderildi|kime|konu|от|отправлено|кому|тема|дата|差出人|送信日時|宛先|件名|发件人|发送时间|收件人|主题)\s*[:：]\*?\s*\S",
    re.IGNORECASE,
)
COLONS = (":", "：")
