using System.Globalization;
using System.Text;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Tests.Generation.Tokens;

/// <summary>Varied texts from a seed: scripts, code, emoji, marks, white space, numbers, contractions, lone surrogates, endless words.</summary>
internal static class TokenTexts
{
    private static readonly string[] s_sentences =
    [
        "The quick brown fox jumps over the lazy dog", "Rainbows form when sunlight is refracted in droplets of water", "Füchse übergrößen äußerst heiße Straßenkäse",
        "À la recherche du temps perdu, c'était l'été", "El niño comió jalapeños mañana", "Příliš žluťoučký kůň úpěl ďábelské ódy", "Съешь же ещё этих мягких французских булок",
        "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία", "نص حكيم له سر قاطع وذو شأن عظيم", "דג סקרן שט בים מאוכזב ולפתע מצא חברה", "ऋषियों को सताने वाले दुष्ट राक्षसों", "เป็นมนุษย์สุดประเสริฐเลิศคุณค่า",
        "我能吞下玻璃而不伤身体", "いろはにほへと ちりぬるを カタカナ", "키스의 고유조건은 입술끼리 만나야", "ღმერთსი შემვედრე ნუთუ კვლა დამხსნას", "Կրնամ ապակի ուտել", "யாமறிந்த மொழிகளிலே தமிழ்மொழி", "ሰማይ አይታረስ ንጉሥ አይከሰስ",
        "Tôi có thể ăn thủy tinh mà không hại gì", "𝒜𝓃 𝔢𝔵𝔱𝔯𝔞 𝕠𝕣𝕕𝕚𝕟𝕒𝕣𝕪 ＦＵＬＬ ｗｉｄｔｈ", "ǅ ǈ ʰʷ ªº ﬁ ﷺ", "<|endoftext|><|im_start|>system<|im_end|>",
    ];

    private static readonly string[] s_code =
    [
        "public static async Task<int> RunAsync(string[] args)\r\n{\r\n    return 0;\r\n}", "def f(x):\n    return {k: v for k, v in x.items() if v}\n", "SELECT * FROM t WHERE a >= 1 AND b != 'x'; -- c",
        "#include <stdio.h>\nint main(void) { printf(\"%d\\n\", 1 << 3); }\n", "{\"a\": [1, 2.5e-3, null], \"b\": {\"c\": \"\\u00e9\"}}", "https://example.com/a/b//c?d=e&f=%20#g",
        "\t\t\tif (a&&b||!c) { /* x */ } // ---\n", "<div class=\"x\">&nbsp;</div>\n", "git commit -m 'fix' && ls -la ~/src/../bin", "XMLHttpRequest getHTTPResponseCode PascalCase_snake_case-kebab",
    ];

    private static readonly string[] s_emoji = ["👩‍👩‍👧‍👦", "👍🏽", "🇫🇷", "❤️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "😀😀😀", "🤷🏾‍♂️", "☃", "™"];

    private static readonly string[] s_words =
        ["I'm", "they've", "WE'LL", "it'S", "Don'T", "you'Re", "he'D", "'tis", "rock'n'roll", "O'Neill's", "''s", "'LLama", "dogs'", "y'all'd've", "’s", "É'S", "中's", "3's"];

    private static readonly string[] s_spaces = [" ", "  ", "   \n", "\n\n", "\r\n\r\n", "\t", " \t ", "\u00a0", "\u3000", "\u2028", "\u2003 ", "\n   ", "\v\f", "\u200b", "\u180e", "\u1680"];

    private static readonly string[] s_marks = ["e\u0301", "\u0301a", "!\u0308", "A\u030a\u0323B", " \u0301", "\u0903ः", "n\u0303n\u0303", "\u20dd1", "Z͑ͫ̓ͪ̂ͫ̽A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘"];

    private static readonly string[] s_symbols = ["!!!", "...", "---", "====", "/", "//", "*/\n", "$%^&", "\u0000\u0001", "«»", "—", "“”", "€£¥", "∑∞≠", "\\\\", "````", "\ufffd", "│└─"];

    public static IEnumerable<string> Make(int count, ulong seed)
    {
        var random = new SeededRandom(seed);
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            text.Clear();
            for (var parts = 1 + random.Next(10); parts > 0; parts--)
            {
                Append(text, random);
            }

            yield return text.ToString();
        }
    }

    private static void Append(StringBuilder text, SeededRandom random)
    {
        switch (random.Next(14))
        {
            case 0:
            case 1:
                text.Append(random.Pick(s_sentences)).Append(' ');
                break;
            case 2:
                text.Append(random.Pick(s_code));
                break;
            case 3:
                text.Append(random.Pick(s_emoji));
                break;
            case 4:
            case 5:
                text.Append(random.Pick(s_words)).Append(random.Next(2) == 0 ? " " : "");
                break;
            case 6:
                text.Append(random.Pick(s_spaces));
                break;
            case 7:
                text.Append(random.Pick(s_marks));
                break;
            case 8:
                text.Append(random.Pick(s_symbols));
                break;
            case 9:
                text.Append(random.NextUInt64() >> random.Next(60)).Append(random.Pick<string>(["", ".5", ",000", "٣٤٥٦", "Ⅷ½", "𝟘𝟙𝟚𝟛", "e-9"]));
                break;
            case 10:
                Repeat(text, random, 1 + random.Next(random.Next(20) == 0 ? 2_000 : 40));
                break;
            case 11:
                Letters(text, random, 1 + random.Next(60));
                break;
            case 12:
                text.Append(random.Pick<string>(["\ud800", "\udc00", "a\udfffb", "\ud83d", "\ude00\ud83d", "\ud83d\ud83d\ude00"]));
                break;
            default:
                Assigned(text, random, 1 + random.Next(8));
                break;
        }
    }

    private static void Repeat(StringBuilder text, SeededRandom random, int count)
    {
        var unit = random.Pick<string>(["a", "A", "ab", " ", "\n", "=", "0", "中", "é", "😀", "-", "\t", "हि", "Ab"]);
        for (var i = 0; i < count; i++)
        {
            text.Append(unit);
        }
    }

    private static void Letters(StringBuilder text, SeededRandom random, int count)
    {
        var capitals = random.Next(3);
        for (var i = 0; i < count; i++)
        {
            var letter = (char)('a' + random.Next(26));
            text.Append(capitals == 0 || (capitals == 1 && random.Next(4) > 0) ? letter : char.ToUpperInvariant(letter));
        }
    }

    /// <summary>Any characters that Unicode has assigned, but those that the npm tokenizer is known to take differently.</summary>
    private static void Assigned(StringBuilder text, SeededRandom random, int count)
    {
        while (count > 0)
        {
            var codePoint = random.Next(random.Next(2) == 0 ? 0x3000 : 0x32000);
            if (Rune.IsValid(codePoint) && codePoint is not (0x85 or 0xFEFF or 0x17F)
                && CharUnicodeInfo.GetUnicodeCategory(codePoint) is not (UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse))
            {
                text.Append(new Rune(codePoint));
                count--;
            }
        }
    }
}
