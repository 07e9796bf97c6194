using System.Collections.Frozen;

namespace FakeAi.Engine.Media.Images;

/// <summary>
/// A font of strokes for ASCII and Latin-1. A glyph lies on a grid of 5 columns; row 0 is a capital's top, row 6 the base
/// line, row 8 the lowest descender, row −2 the top of a capital's accent. Every other character is a box.
/// </summary>
internal static class StrokeFont
{
    /// <summary>Units from one character to the next.</summary>
    public const int Advance = 6;

    /// <summary>Units from one line to the next.</summary>
    public const int LineHeight = 12;

    /// <summary>Units above row 0 that accents need.</summary>
    public const int Ascent = 2;

    // Polylines of digit pairs, column and row, parted by commas.
    private const string Ascii =
        "! 2024,2626|\" 1012,3032|# 1016,3036,0242,0444|$ 413010010213334445361605,2026|% 4006,0010110100,3545463635|& 4612112031320405163644|"
        + "' 2022|( 30212536|) 10212516|* 2125,0244,0442|+ 2125,0343|, 252617|- 0343|. 2626|/ 4006|0 103041453616050110,1432|1 112026,1636|"
        + "2 01103041420646|3 01103041423313,334445361605|4 36300444|5 400002324345361605|6 4130100105163645443303|7 004016|"
        + "8 103041423313020110,3344453616050413|9 0516364541301001021343|: 2323,2626|; 2323,252617|< 410345|= 0242,0444|> 014305|"
        + "? 01103041422324,2626|@ 3616050110304144242242|A 0602204246,0444|B 003041423303,334445360600|C 4130100105163645|D 00304145360600|"
        + "E 40000646,0333|F 400006,0333|G 41301001051636454323|H 0006,4046,0343|I 1030,2026,1636|J 4045361605|K 0006,400346|L 000646|"
        + "M 0600234046|N 06004640|O 103041453616050110|P 06003041423303|Q 103041453616050110,2446|R 06003041423303,2346|"
        + "S 413010010213334445361605|T 0040,2026|U 000516364540|V 002640|W 0016233640|X 0046,4006|Y 002340,2326|Z 00400646|[ 30101636|"
        + "\\ 0046|] 10303616|^ 022042|_ 0747|` 1021|a 0312324346,441405163645|b 0006,0312324345361605|c 4332120305163645|"
        + "d 4046,4332120305163645|e 04444332120305163645|f 41302126,1333|g 4332120305163645,4247381807|h 0006,0312324346|i 2226,2020|"
        + "j 32372818,3030|k 0006,420446|l 102026,1636|m 0206,03122326,23324346|n 0206,0312324346|o 123243453616050312|"
        + "p 0208,0312324345361605|q 4248,4332120305163645|r 0206,03123243|s 43321203143445361605|t 20253645,1232|u 0205163645,4246|v 022642|"
        + "w 0216243642|x 0246,4206|y 0205163645,4247381807|z 02420646|{ 30212213242536|~ 03123443|} 10212233242516";

    private const string Latin =
        "¡ 2121,2326|¢ 4332120305163645,2127|£ 4130211606,1646,0333|¤ 1232341412,0112,3241,1405,3445|¥ 002340,2326,0343,0545|¦ 2022,2426|"
        + "§ 4130101134,1234361605|¨ 1111,3131|© 103041453616050110,32222434|ª 1131331311|« 210325,412345|¬ 034345|® 103041453616050110,1412323313,2334|"
        + "¯ 0040|° 1030321210|± 2024,0242,0646|² 1020311333|³ 1030213223|´ 3021|µ 0208,0516364542|¶ 401001021323,2026,4046|· 2323|¸ 262718|"
        + "¹ 112023|º 1030331310|» 012305,214325|¼ 1012,4006,333545,4346|½ 1012,4006,3444453646|¾ 0010110212,4006,333545,4346|¿ 45361605042322,2020|"
        + "Æ 062040,202646,2343,1323|Ð 00304145360600,0323|× 1335,3315|Ø 103041453616050110,0640|Þ 0006,013142433404|ß 06011020312344453626|"
        + "æ 03122326,2414051625,2444433223,253645|ð 123243453616050312,3210,1130|÷ 0343,2121,2525|ø 123243453616050312,0642|þ 0008,0312324345361605";

    /// <summary>Accented letters: the letter, its base, its accent.</summary>
    private const string Composed =
        "ÀA`ÁA´ÂA^ÃA~ÄA¨ÅA°ÇC¸ÈE`ÉE´ÊE^ËE¨ÌI`ÍI´ÎI^ÏI¨ÑN~ÒO`ÓO´ÔO^ÕO~ÖO¨ÙU`ÚU´ÛU^ÜU¨ÝY´àa`áa´âa^ãa~äa¨åa°çc¸èe`ée´êe^ëe¨ìi`íi´îi^ïi¨ñn~òo`óo´ôo^õo~öo¨ùu`úu´ûu^üu¨ýy´ÿy¨";

    private const string Accents = "` 1021|´ 3021|^ 112031|~ 01103140|¨ 1111,3131|° 1030311110|¸ 262718";

    private static readonly Stroke[] s_box = Parse("0040460600");
    private static readonly FrozenDictionary<char, Stroke[]> s_glyphs = Build();

    /// <summary>The strokes of a character; none for blanks.</summary>
    public static ReadOnlySpan<Stroke> Of(char c) => c is ' ' or '\u00A0' or '\u00AD' ? [] : s_glyphs.TryGetValue(c, out var strokes) ? strokes : s_box;

    private static FrozenDictionary<char, Stroke[]> Build()
    {
        var glyphs = Entries(Ascii).Concat(Entries(Latin)).ToDictionary(e => e.Char, e => e.Strokes);
        glyphs['|'] = Parse("2027");
        var accents = Entries(Accents).ToDictionary(e => e.Char, e => e.Strokes);
        for (var i = 0; i < Composed.Length; i += 3)
        {
            var (letter, accent) = (Composed[i + 1], Composed[i + 2]);

            // An accent above stands on a capital, and in place of an i's dot; a cedilla hangs on either.
            var rise = char.IsUpper(letter) && accent != '¸' ? -2 : 0;
            var body = letter == 'i' ? glyphs['i'][..1] : glyphs[letter];
            glyphs[Composed[i]] = [.. body, .. accents[accent].Select(s => s.Moved(rise))];
        }

        return glyphs.ToFrozenDictionary();
    }

    private static IEnumerable<(char Char, Stroke[] Strokes)> Entries(string table) =>
        table.Split('|').Select(static entry => (entry[0], Parse(entry[2..])));

    private static Stroke[] Parse(string text)
    {
        var strokes = new List<Stroke>();
        foreach (var line in text.Split(','))
        {
            for (var i = 0; i + 4 <= line.Length; i += 2)
            {
                strokes.Add(new Stroke(line[i] - '0', line[i + 1] - '0', line[i + 2] - '0', line[i + 3] - '0'));
            }
        }

        return [.. strokes];
    }
}

/// <summary>A straight stroke between two points of the grid.</summary>
internal readonly record struct Stroke(int X1, int Y1, int X2, int Y2)
{
    public Stroke Moved(int rows) => new(X1, Y1 + rows, X2, Y2 + rows);
}
