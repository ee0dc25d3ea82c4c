"""The first edition of the catalogue, as data: what every deployment starts with. Changed by a new version, never here.

Bases are named in general terms, by the act that they rest on, so that each force can put its own articles in a
version of its own.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standard:
    """One standard: code, theme, gravity, then title and basis in both languages."""

    code: str
    theme: str
    gravity: str
    title_fa: str
    title_en: str
    basis_fa: str
    basis_en: str


_CONSTITUTION = ("قانون اساسی، اصول ۲۲، ۳۲، ۳۸ و ۳۹", "Constitution, principles 22, 32, 38 and 39")
_CITIZENS = (
    "قانون احترام به آزادی‌های مشروع و حفظ حقوق شهروندی (۱۳۸۳)",
    "Act on respect for lawful freedoms and citizens' rights (1383)",
)
_PROCEDURE = ("قانون آیین دادرسی کیفری (۱۳۹۲)", "Code of Criminal Procedure (1392)")
_ARMS = (
    "قانون به‌کارگیری سلاح توسط مأموران نیروهای مسلح (۱۳۷۳)",
    "Act on the use of arms by officers of the armed forces (1373)",
)
_OFFENCES = ("قانون مجازات جرایم نیروهای مسلح (۱۳۸۲)", "Act on offences of the armed forces (1382)")
_ADMINISTRATIVE = (
    "قانون ارتقای سلامت نظام اداری و مقابله با فساد (۱۳۹۰)",
    "Act on the health of administration and against corruption (1390)",
)
_DISCIPLINE = ("آیین‌نامه انضباطی نیروهای مسلح", "Disciplinary code of the armed forces")
_CLIENTS = ("مصوبه تکریم ارباب رجوع", "Resolution on the dignified treatment of clients")
_CAMERA = ("دستورالعمل دوربین البسه", "Body-worn camera instruction")

STANDARDS: tuple[Standard, ...] = (
    Standard(
        "R-01",
        "respect",
        "serious",
        "خودداری از توهین، تحقیر و ناسزا",
        "No insult, humiliation or abuse",
        *_CITIZENS,
    ),
    Standard(
        "R-02",
        "respect",
        "coaching",
        "سلام، معرفی خود و بیان علت توقف",
        "Greet, give your name and the reason for the stop",
        *_CLIENTS,
    ),
    Standard(
        "R-03",
        "respect",
        "minor",
        "خودداری از تهدید و لحن تند بی‌دلیل",
        "No threats and no harsh tone without cause",
        *_CITIZENS,
    ),
    Standard(
        "R-04",
        "respect",
        "serious",
        "برخورد برابر، بدون تبعیض قومی، مذهبی یا جنسیتی",
        "Equal treatment, whatever origin, faith or sex",
        *_CONSTITUTION,
    ),
    Standard(
        "R-05",
        "respect",
        "minor",
        "رعایت حریم زنان، کودکان و سالمندان",
        "Care with women, children and the old",
        *_CITIZENS,
    ),
    Standard(
        "F-01",
        "force",
        "serious",
        "تناسب زور با مقاومت و خطر",
        "Force in proportion to resistance and danger",
        *_ARMS,
    ),
    Standard(
        "F-02",
        "force",
        "serious",
        "خودداری از ضرب‌وجرح فرد مهارشده",
        "No blows at a person who is under control",
        *_CONSTITUTION,
    ),
    Standard(
        "F-03", "force", "serious", "اخطار پیش از به‌کارگیری سلاح", "Warning before a weapon is used", *_ARMS
    ),
    Standard(
        "F-04",
        "force",
        "minor",
        "ثبت هر مورد به‌کارگیری زور در همان نوبت",
        "Every use of force reported within the shift",
        *_ARMS,
    ),
    Standard(
        "F-05", "force", "serious", "کمک فوری به فرد مجروح", "Immediate help for whoever is hurt", *_ARMS
    ),
    Standard(
        "L-01",
        "legality",
        "minor",
        "خودداری از گرفتن بی‌مورد مدارک",
        "No needless taking of papers",
        *_PROCEDURE,
    ),
    Standard(
        "L-02",
        "legality",
        "serious",
        "بازرسی بدنی، خودرو و منزل تنها با مجوز یا در جرم مشهود",
        "Searches only with a warrant or in a flagrant offence",
        *_PROCEDURE,
    ),
    Standard(
        "L-03",
        "legality",
        "serious",
        "تفهیم علت دستگیری و حقوق متهم",
        "The reason for an arrest and the rights are explained",
        *_PROCEDURE,
    ),
    Standard(
        "L-04",
        "legality",
        "minor",
        "تنظیم صورت‌جلسه و ثبت اشیای گرفته‌شده",
        "A record of the act and of things taken",
        *_PROCEDURE,
    ),
    Standard(
        "L-05",
        "legality",
        "serious",
        "بازگرداندن اشیا و وجوه مردم",
        "People's belongings and money are given back",
        *_PROCEDURE,
    ),
    Standard(
        "I-01",
        "integrity",
        "serious",
        "خودداری از درخواست یا پذیرش رشوه و هدیه",
        "No asking for or taking of bribes and gifts",
        *_ADMINISTRATIVE,
    ),
    Standard(
        "I-02",
        "integrity",
        "serious",
        "خودداری از دستکاری پرونده و گزارش خلاف واقع",
        "No tampering with files and no false report",
        *_OFFENCES,
    ),
    Standard(
        "I-03",
        "integrity",
        "serious",
        "حفظ اسرار پرونده و داده‌های مردم",
        "Files and people's data are kept secret",
        *_OFFENCES,
    ),
    Standard(
        "I-04",
        "integrity",
        "minor",
        "خودداری از اعمال نفوذ و کار برای آشنایان",
        "No favors for acquaintances",
        *_ADMINISTRATIVE,
    ),
    Standard(
        "S-01",
        "service",
        "minor",
        "ثبت شکایت در مهلت مقرر (یک ساعت)",
        "A complaint is filed within its limit (one hour)",
        *_CLIENTS,
    ),
    Standard(
        "S-02",
        "service",
        "coaching",
        "خودداری از حواله مردم به روز دیگر",
        "People are not put off to another day",
        *_CLIENTS,
    ),
    Standard(
        "S-03",
        "service",
        "minor",
        "اجرای بهنگام دستور قضایی",
        "Court orders are carried out in time",
        *_PROCEDURE,
    ),
    Standard(
        "S-04",
        "service",
        "coaching",
        "پاسخ‌گویی هنگام غذا، نماز و مراسم",
        "Somebody answers during meals, prayer and ceremonies",
        *_CLIENTS,
    ),
    Standard(
        "C-01",
        "camera",
        "minor",
        "روشن بودن دوربین در تمام مدت گشت",
        "The camera is on for the whole patrol",
        *_CAMERA,
    ),
    Standard(
        "C-02",
        "camera",
        "serious",
        "خودداری از پوشاندن یا خاموش کردن عمدی دوربین",
        "The camera is not covered or switched off on purpose",
        *_CAMERA,
    ),
    Standard(
        "C-03",
        "camera",
        "coaching",
        "اعلام ضبط به شهروند در نخستین فرصت",
        "The citizen is told of the recording as soon as possible",
        *_CAMERA,
    ),
    Standard(
        "C-04",
        "camera",
        "coaching",
        "نصب درست و نگهداری از تجهیزات",
        "Equipment is worn rightly and cared for",
        *_DISCIPLINE,
    ),
    Standard(
        "T-01",
        "recognition",
        "recognition",
        "آرام کردن موقعیت بدون زور",
        "Calmed a situation without force",
        *_DISCIPLINE,
    ),
    Standard(
        "T-02",
        "recognition",
        "recognition",
        "کمک به مردم بیش از وظیفه",
        "Helped people beyond duty",
        *_DISCIPLINE,
    ),
    Standard(
        "T-03",
        "recognition",
        "recognition",
        "شجاعت و نجات جان",
        "Courage and the saving of life",
        *_DISCIPLINE,
    ),
    Standard(
        "T-04",
        "recognition",
        "recognition",
        "رد رشوه و گزارش آن",
        "Refused a bribe and reported it",
        *_ADMINISTRATIVE,
    ),
)
