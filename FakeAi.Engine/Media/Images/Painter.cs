using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Media.Images;

/// <summary>Paints a picture for a prompt: a gradient, a few shapes, and the prompt's own text on a panel.</summary>
internal static class Painter
{
    private const ulong Purpose = 0x1A6E;
    private const int Bands = 48;
    private const int MostLetters = 400;
    private const int LeastScale = 2;

    /// <summary>Paints.</summary>
    /// <param name="prompt">What to show.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="transparent">Whether the background is left transparent.</param>
    /// <param name="seed">The seed of colours and shapes.</param>
    public static Canvas Paint(string prompt, int width, int height, bool transparent, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var random = new SeededRandom(SeedHash.Derive(seed, Purpose));
        var canvas = new Canvas(width, height);
        var hue = random.Next(1536);
        Background(canvas, hue, transparent);
        Shapes(canvas, random, hue);
        Caption(canvas, prompt);
        return canvas;
    }

    private static void Background(Canvas canvas, int hue, bool transparent)
    {
        if (transparent)
        {
            canvas.FillRectangle(0, 0, canvas.Width, canvas.Height, canvas.Add(new Rgba(0, 0, 0, 0)));
            return;
        }

        var (top, bottom) = (Colour(hue, 90, 235), Colour(hue + 220, 150, 150));
        for (var band = 0; band < Bands; band++)
        {
            var colour = canvas.Add(Mix(top, bottom, band, Bands - 1));
            canvas.FillRectangle(0, canvas.Height * band / Bands, canvas.Width, canvas.Height * (band + 1) / Bands, colour);
        }
    }

    private static void Shapes(Canvas canvas, SeededRandom random, int hue)
    {
        var unit = Math.Min(canvas.Width, canvas.Height);
        var count = 6 + random.Next(5);
        for (var i = 0; i < count; i++)
        {
            var colour = canvas.Add(Colour(hue + 350 + random.Next(700), 130 + random.Next(110), 150 + random.Next(105)));
            var (x, y) = (random.Next(canvas.Width), random.Next(canvas.Height * 7 / 10));
            var size = (unit / 14) + random.Next(unit / 6);
            switch (random.Next(4))
            {
                case 0:
                    canvas.FillCircle(x, y, size, colour);
                    break;
                case 1:
                    canvas.FillRectangle(x - size, y - (size * 2 / 3), x + size, y + (size * 2 / 3), colour);
                    break;
                case 2:
                    canvas.FillTriangle(x, y + size, size * 2, colour);
                    break;
                default:
                    canvas.DrawLine(x, y, (x + random.Next(unit) - (unit / 2)), (y + random.Next(unit) - (unit / 2)), Math.Max(2, size / 3), colour);
                    break;
            }
        }
    }

    /// <summary>The prompt on a panel of at most the lower 2/5, in the largest letters with which it fits; what does not fit is cut.</summary>
    private static void Caption(Canvas canvas, string prompt)
    {
        var text = prompt.Length > MostLetters ? string.Concat(prompt.AsSpan(0, MostLetters - 3), "...") : prompt;
        var margin = canvas.Width / 24;
        var (room, most) = (canvas.Width - (4 * margin), canvas.Height * 2 / 5);
        var scale = Math.Max(LeastScale, canvas.Width / 110);
        var lines = Wrap(text, room / (StrokeFont.Advance * scale));
        while (scale > LeastScale && lines.Count * StrokeFont.LineHeight * scale > most)
        {
            scale--;
            lines = Wrap(text, room / (StrokeFont.Advance * scale));
        }

        var line = StrokeFont.LineHeight * scale;
        var shown = Math.Min(lines.Count, Math.Max(1, most / line));
        var bottom = canvas.Height - margin;
        var top = bottom - (shown * line) - margin;
        canvas.FillRectangle(margin, top, canvas.Width - margin, bottom, canvas.Add(new Rgba(24, 26, 38)));
        var ink = canvas.Add(new Rgba(244, 244, 236));
        for (var i = 0; i < shown; i++)
        {
            canvas.DrawText(lines[i], 2 * margin, top + (margin / 2) + (i * line), scale, ink);
        }
    }

    private static List<string> Wrap(string text, int columns)
    {
        var lines = new List<string>();
        foreach (var paragraph in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var rest = paragraph.Replace('\t', ' ').Replace("\r", "", StringComparison.Ordinal).Trim();
            while (rest.Length > columns)
            {
                var cut = rest.LastIndexOf(' ', columns);
                cut = cut <= 0 ? columns : cut;
                lines.Add(rest[..cut]);
                rest = rest[cut..].TrimStart();
            }

            lines.Add(rest);
        }

        return lines;
    }

    private static Rgba Mix(Rgba from, Rgba to, int step, int steps)
    {
        return new Rgba(Part(from.R, to.R), Part(from.G, to.G), Part(from.B, to.B));

        byte Part(int a, int b) => (byte)(a + ((b - a) * step / steps));
    }

    /// <summary>A colour of the circle of hues (0 to 1535), saturation and brightness from 0 to 255.</summary>
    private static Rgba Colour(int hue, int saturation, int brightness)
    {
        hue %= 1536;
        var rise = hue % 256;
        var (r, g, b) = (hue / 256) switch
        {
            0 => (255, rise, 0),
            1 => (255 - rise, 255, 0),
            2 => (0, 255, rise),
            3 => (0, 255 - rise, 255),
            4 => (rise, 0, 255),
            _ => (255, 0, 255 - rise),
        };
        return new Rgba(Part(r), Part(g), Part(b));

        byte Part(int pure) => (byte)((255 - ((255 - pure) * saturation / 255)) * brightness / 255);
    }
}
