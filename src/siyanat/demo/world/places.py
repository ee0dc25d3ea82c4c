"""Names of places and people that the demo's country is made of. Values alone; nothing here decides anything.

Provinces and counties are those of Iran. Stations, posts, officers and their numbers are invented: a station's
name is a common street or district name, its number is drawn, and combinations of names belong to nobody.
"""

from __future__ import annotations

# code, Persian, English, share of the roll-out (weight), counties (Persian/English)
PROVINCES: tuple[tuple[str, str, str, int, str], ...] = (
    ("EAZ", "آذربایجان شرقی", "East Azerbaijan", 5, "تبریز/Tabriz مراغه/Maragheh مرند/Marand اهر/Ahar"),
    ("WAZ", "آذربایجان غربی", "West Azerbaijan", 4, "ارومیه/Urmia خوی/Khoy مهاباد/Mahabad بوکان/Bukan"),
    ("ARD", "اردبیل", "Ardabil", 2, "اردبیل/Ardabil مشگین‌شهر/Meshgin_Shahr خلخال/Khalkhal"),
    ("ESF", "اصفهان", "Isfahan", 6, "اصفهان/Isfahan کاشان/Kashan نجف‌آباد/Najafabad شاهین‌شهر/Shahin_Shahr"),
    ("ALB", "البرز", "Alborz", 4, "کرج/Karaj ساوجبلاغ/Savojbolagh فردیس/Fardis"),
    ("ILM", "ایلام", "Ilam", 1, "ایلام/Ilam دهلران/Dehloran مهران/Mehran"),
    ("BUS", "بوشهر", "Bushehr", 2, "بوشهر/Bushehr دشتستان/Dashtestan کنگان/Kangan"),
    (
        "THR",
        "تهران",
        "Tehran",
        14,
        "تهران/Tehran ری/Rey شمیرانات/Shemiranat اسلامشهر/Eslamshahr ورامین/Varamin",
    ),
    (
        "CHB",
        "چهارمحال و بختیاری",
        "Chaharmahal and Bakhtiari",
        1,
        "شهرکرد/Shahrekord بروجن/Borujen لردگان/Lordegan",
    ),
    ("SKH", "خراسان جنوبی", "South Khorasan", 1, "بیرجند/Birjand قائنات/Qaenat طبس/Tabas"),
    (
        "RKH",
        "خراسان رضوی",
        "Razavi Khorasan",
        7,
        "مشهد/Mashhad نیشابور/Nishapur سبزوار/Sabzevar تربت_حیدریه/Torbat-e_Heydarieh",
    ),
    ("NKH", "خراسان شمالی", "North Khorasan", 1, "بجنورد/Bojnord شیروان/Shirvan اسفراین/Esfarayen"),
    ("KHZ", "خوزستان", "Khuzestan", 6, "اهواز/Ahvaz دزفول/Dezful آبادان/Abadan بهبهان/Behbahan"),
    ("ZNJ", "زنجان", "Zanjan", 1, "زنجان/Zanjan ابهر/Abhar خدابنده/Khodabandeh"),
    ("SMN", "سمنان", "Semnan", 1, "سمنان/Semnan شاهرود/Shahrud دامغان/Damghan"),
    (
        "SBL",
        "سیستان و بلوچستان",
        "Sistan and Baluchestan",
        4,
        "زاهدان/Zahedan زابل/Zabol چابهار/Chabahar ایرانشهر/Iranshahr",
    ),
    ("FRS", "فارس", "Fars", 6, "شیراز/Shiraz مرودشت/Marvdasht جهرم/Jahrom فسا/Fasa"),
    ("QZV", "قزوین", "Qazvin", 2, "قزوین/Qazvin تاکستان/Takestan البرز/Alborz"),
    ("QOM", "قم", "Qom", 2, "قم/Qom کهک/Kahak"),
    ("KRD", "کردستان", "Kurdistan", 2, "سنندج/Sanandaj سقز/Saqqez مریوان/Marivan"),
    ("KRM", "کرمان", "Kerman", 4, "کرمان/Kerman رفسنجان/Rafsanjan سیرجان/Sirjan جیرفت/Jiroft"),
    (
        "KSH",
        "کرمانشاه",
        "Kermanshah",
        3,
        "کرمانشاه/Kermanshah اسلام‌آباد_غرب/Eslamabad-e_Gharb کنگاور/Kangavar",
    ),
    (
        "KBA",
        "کهگیلویه و بویراحمد",
        "Kohgiluyeh and Boyer-Ahmad",
        1,
        "یاسوج/Yasuj دهدشت/Dehdasht گچساران/Gachsaran",
    ),
    ("GLS", "گلستان", "Golestan", 2, "گرگان/Gorgan گنبد_کاووس/Gonbad-e_Kavus علی‌آباد/Aliabad"),
    ("GIL", "گیلان", "Gilan", 4, "رشت/Rasht انزلی/Anzali لاهیجان/Lahijan لنگرود/Langarud"),
    ("LRS", "لرستان", "Lorestan", 2, "خرم‌آباد/Khorramabad بروجرد/Borujerd دورود/Dorud"),
    ("MZN", "مازندران", "Mazandaran", 4, "ساری/Sari بابل/Babol آمل/Amol نوشهر/Nowshahr"),
    ("MRK", "مرکزی", "Markazi", 2, "اراک/Arak ساوه/Saveh خمین/Khomein"),
    ("HRM", "هرمزگان", "Hormozgan", 3, "بندرعباس/Bandar_Abbas قشم/Qeshm میناب/Minab"),
    ("HMD", "همدان", "Hamadan", 2, "همدان/Hamadan ملایر/Malayer نهاوند/Nahavand"),
    ("YZD", "یزد", "Yazd", 2, "یزد/Yazd میبد/Meybod اردکان/Ardakan"),
)

STATION_NAMES = (
    "آزادی/Azadi بهار/Bahar گلستان/Golestan نیایش/Niayesh بهارستان/Baharestan ولیعصر/Valiasr فردوسی/Ferdowsi "
    "سعدی/Saadi حافظ/Hafez خیام/Khayyam مولوی/Molavi شریعتی/Shariati مطهری/Motahari بهشتی/Beheshti "
    "امام_رضا/Imam_Reza جمهوری/Jomhuri انقلاب/Enghelab پارک_شهر/Park-e_Shahr بازار/Bazar راه‌آهن/Railway "
    "میدان_بار/Meydan-e_Bar کوهسنگی/Kuhsangi لاله/Laleh یاس/Yas نارون/Narvan سپیدار/Sepidar"
)
POST_NAMES = (
    "چشمه‌سار/Cheshmehsar ده‌نو/Deh-e_Now سرآسیاب/Sarasiab باغستان/Baghestan کوشک/Kushk رودبار/Rudbar "
    "پل_سنگی/Pol-e_Sangi گردنه/Gardaneh دوراهی/Dorahi کاریز/Kariz"
)

MEN = (
    "آرش/Arash بابک/Babak محمد/Mohammad علی/Ali حسین/Hossein رضا/Reza مهدی/Mehdi امیر/Amir سعید/Saeed "
    "حمید/Hamid مجید/Majid کاوه/Kaveh سینا/Sina پیمان/Peyman نادر/Nader بهرام/Bahram داوود/Davood "
    "یاسر/Yaser مصطفی/Mostafa احسان/Ehsan فرهاد/Farhad کیان/Kian جواد/Javad هادی/Hadi ناصر/Naser"
)
WOMEN = "مریم/Maryam زهرا/Zahra نرگس/Narges لیلا/Leila سمیه/Somayeh پریسا/Parisa الهام/Elham شیرین/Shirin"
FAMILIES = (
    "رستگار/Rastegar نیک‌پی/Nikpey فرهمند/Farahmand پارسا/Parsa صدرایی/Sadraei کریمی/Karimi مرادی/Moradi "
    "جلالی/Jalali نوری/Nouri بهرامی/Bahrami شریفی/Sharifi توکلی/Tavakoli رحیمی/Rahimi قاسمی/Ghasemi "
    "یوسفی/Yousefi حیدری/Heidari سلطانی/Soltani اکبری/Akbari زمانی/Zamani کاظمی/Kazemi عباسی/Abbasi "
    "صالحی/Salehi موسوی/Mousavi حسنی/Hasani فتحی/Fathi دهقان/Dehghan میرزایی/Mirzaei آذری/Azari "
    "خسروی/Khosravi بیات/Bayat افشار/Afshar رضوانی/Rezvani کیانی/Kiani سپهری/Sepehri وحدت/Vahdat "
    "امینی/Amini درویش/Darvish پناهی/Panahi راد/Rad شکوهی/Shokouhi"
)

BEATS = (
    ("میدان ولیعصر", "Valiasr Square"),
    ("بازار شب", "Night market"),
    ("خیابان بهار", "Bahar Street"),
    ("پایانه مسافربری", "Coach terminal"),
    ("پارک لاله", "Laleh Park"),
    ("محدوده مترو", "Metro area"),
)


def pairs(text: str) -> list[tuple[str, str]]:
    """Persian and English from ``فارسی/English ...``; an underscore stands for a space inside a name."""
    return [
        (word.partition("/")[0].replace("_", " "), word.partition("/")[2].replace("_", " "))
        for word in text.split()
    ]
