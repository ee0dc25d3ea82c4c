"""What officers and citizens say in the demo, in Persian: no person's name, no place, no document's number.

Data only. A talk is a row of turns; ``who`` picks a voice, ``mood`` how loud, high and fast it speaks.
Changing a line changes the sound of every segment that uses it, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Who = Literal["officer", "partner", "citizen", "woman", "dispatch"]
Mood = Literal["calm", "firm", "raised"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance: its start in the segment in milliseconds, who says it, how, and the words."""

    at_ms: int
    who: Who
    mood: Mood
    text: str


CONTACTS: tuple[tuple[Turn, ...], ...] = (
    (
        Turn(600, "officer", "calm", "سلام، خسته نباشید. گواهینامه و کارت خودرو، لطفاً."),
        Turn(6000, "citizen", "calm", "سلام سرکار، بفرمایید. مشکلی پیش آمده؟"),
        Turn(9700, "officer", "calm", "خیر، بازدید معمولی است."),
    ),
    (
        Turn(500, "woman", "calm", "ببخشید، کیف من را همین جا بردند. چه کار باید بکنم؟"),
        Turn(5700, "officer", "calm", "نگران نباشید. مشخصات کیف را بفرمایید تا ثبت کنیم."),
    ),
    (
        Turn(700, "officer", "firm", "اینجا توقف ممنوع است. لطفاً خودرو را جابه‌جا کنید."),
        Turn(5600, "citizen", "calm", "چشم، الان حرکت می‌کنم. منتظر بارم بودم."),
        Turn(9900, "partner", "calm", "ممنون از همکاری شما."),
    ),
    (
        Turn(600, "citizen", "calm", "از دیشب صدای ساختمان کناری نگذاشته بخوابیم."),
        Turn(5000, "officer", "calm", "متوجه شدم. با صاحب ساختمان صحبت می‌کنیم و نتیجه را به شما می‌گوییم."),
    ),
    (
        Turn(500, "officer", "calm", "شب به خیر. مغازه را چه ساعتی می‌بندید؟"),
        Turn(4300, "citizen", "calm", "حدود ساعت یازده. این کوچه شب‌ها خیلی تاریک است."),
        Turn(9300, "partner", "calm", "گزارش می‌کنیم که چراغ‌ها را درست کنند."),
    ),
)
THANKS: tuple[Turn, ...] = (
    Turn(500, "woman", "calm", "خدا خیرتان بدهد. اگر شما نبودید پسرم را پیدا نمی‌کردم."),
    Turn(5600, "officer", "calm", "وظیفه بود. خدا را شکر که سالم است."),
    Turn(9500, "woman", "calm", "از شما خیلی ممنونم."),
)
QUARRELS: tuple[tuple[Turn, ...], ...] = (
    (
        Turn(400, "officer", "firm", "گفتم مدارک خودرو را بدهید."),
        Turn(2600, "citizen", "raised", "چرا همیشه جلوی من را می‌گیرید؟ من که کاری نکرده‌ام!"),
        Turn(5200, "officer", "raised", "صدایت را پایین بیاور! مدارک را بده!"),
        Turn(6600, "citizen", "raised", "داد نزن! حق نداری با من این طور حرف بزنی!"),
        Turn(9000, "officer", "raised", "از ماشین پیاده شو! همین الان پیاده شو!"),
    ),
    (
        Turn(200, "citizen", "raised", "پیاده نمی‌شوم! اول بگو جرم من چیست!"),
        Turn(1500, "officer", "raised", "گفتم پیاده شو! حرف نزن!"),
        Turn(3900, "citizen", "raised", "دست به من نزن! همه دارند می‌بینند!"),
        Turn(5000, "partner", "raised", "آرام باشید! عقب بایستید! عقب!"),
        Turn(7400, "officer", "raised", "دست‌هایت را بگذار روی ماشین!"),
        Turn(8800, "citizen", "raised", "شکایت می‌کنم! به صد و نود و هفت زنگ می‌زنم!"),
    ),
    (
        Turn(300, "partner", "raised", "بس کنید! هر دو آرام باشید!"),
        Turn(2200, "citizen", "raised", "تقصیر همکارت است! از اول بی‌احترامی کرد!"),
        Turn(3600, "officer", "raised", "من فقط مدارک خواستم! تمامش کن!"),
        Turn(6600, "partner", "firm", "بگذارید من با ایشان صحبت کنم."),
        Turn(9400, "citizen", "firm", "من فقط می‌خواهم محترمانه رفتار شود."),
    ),
)
RADIO: tuple[tuple[Turn, ...], ...] = (
    (
        Turn(1500, "dispatch", "calm", "مرکز به گشت، موقعیت خود را اعلام کنید."),
        Turn(6300, "partner", "calm", "گشت به مرکز، در مسیر هستیم. وضعیت عادی است."),
    ),
    (Turn(4000, "dispatch", "calm", "کلیه واحدها، وضعیت ترافیک میدان سنگین گزارش شده است."),),
    (
        Turn(2500, "dispatch", "calm", "گشت، یک مورد مزاحمت صوتی گزارش شده. بررسی کنید."),
        Turn(8000, "officer", "calm", "دریافت شد، اعزام می‌شویم."),
    ),
)
SMALL_TALK: tuple[tuple[Turn, ...], ...] = (
    (
        Turn(2000, "partner", "calm", "امشب هوا سردتر شده."),
        Turn(5200, "officer", "calm", "بله، آخر شیفت یک چای داغ می‌چسبد."),
    ),
    (Turn(5500, "officer", "calm", "تا سر خیابان برویم و برگردیم."),),
)
AFTER_BANG: tuple[Turn, ...] = (
    Turn(6400, "officer", "raised", "چی بود؟ مراقب باش!"),
    Turn(8500, "partner", "firm", "از آن طرف آمد. برو پشت ماشین."),
)
PRIVATE: tuple[Turn, ...] = (Turn(900, "officer", "calm", "دو دقیقه برای نماز. دوربین روشن می‌ماند."),)

TALKS: dict[str, tuple[Turn, ...]] = (
    {f"contact-{number}": talk for number, talk in enumerate(CONTACTS)}
    | {f"quarrel-{number}": talk for number, talk in enumerate(QUARRELS)}
    | {f"radio-{number}": talk for number, talk in enumerate(RADIO)}
    | {f"chat-{number}": talk for number, talk in enumerate(SMALL_TALK)}
    | {"thanks": THANKS, "bang": AFTER_BANG, "private": PRIVATE}
)
