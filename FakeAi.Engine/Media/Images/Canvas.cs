namespace FakeAi.Engine.Media.Images;

/// <summary>A colour with its opacity.</summary>
internal readonly record struct Rgba(byte R, byte G, byte B, byte A = 255);

/// <summary>A picture of at most 256 colours. Everything is drawn in whole numbers, so that all machines draw the same.</summary>
internal sealed class Canvas(int width, int height)
{
    private readonly byte[] _pixels = new byte[width * height];
    private readonly List<Rgba> _colours = new(64);

    public int Width => width;

    public int Height => height;

    /// <summary>The colours that the pixels name.</summary>
    public IReadOnlyList<Rgba> Colours => _colours;

    /// <summary>A row of pixels, each the number of its colour.</summary>
    public ReadOnlySpan<byte> Row(int y) => _pixels.AsSpan(y * width, width);

    /// <summary>Adds a colour.</summary>
    /// <exception cref="InvalidOperationException">There are 256 already.</exception>
    public byte Add(Rgba colour)
    {
        if (_colours.Count == 256)
        {
            throw new InvalidOperationException("A canvas has at most 256 colours.");
        }

        _colours.Add(colour);
        return (byte)(_colours.Count - 1);
    }

    public void FillRectangle(int left, int top, int right, int bottom, byte colour)
    {
        (left, right) = (Math.Max(left, 0), Math.Min(right, width));
        for (var y = Math.Max(top, 0); y < Math.Min(bottom, height) && left < right; y++)
        {
            _pixels.AsSpan((y * width) + left, right - left).Fill(colour);
        }
    }

    public void FillCircle(int centreX, int centreY, int radius, byte colour)
    {
        for (var y = -radius; y <= radius; y++)
        {
            var half = Root((long)radius * radius - ((long)y * y));
            FillRectangle(centreX - half, centreY + y, centreX + half + 1, centreY + y + 1, colour);
        }
    }

    /// <summary>Fills an upright triangle on a base line.</summary>
    public void FillTriangle(int centreX, int baseY, int size, byte colour)
    {
        for (var y = 0; y < size; y++)
        {
            var half = (size - y) * 3 / 5;
            FillRectangle(centreX - half, baseY - y, centreX + half + 1, baseY - y + 1, colour);
        }
    }

    /// <summary>Draws a line with round ends.</summary>
    public void DrawLine(int x1, int y1, int x2, int y2, int thickness, byte colour)
    {
        var (dx, dy) = (x2 - x1, y2 - y1);
        var length = ((long)dx * dx) + ((long)dy * dy);
        var reach = (thickness + 1) / 2;
        for (var y = Math.Max(0, Math.Min(y1, y2) - reach); y <= Math.Min(height - 1, Math.Max(y1, y2) + reach); y++)
        {
            for (var x = Math.Max(0, Math.Min(x1, x2) - reach); x <= Math.Min(width - 1, Math.Max(x1, x2) + reach); x++)
            {
                // The line's nearest point and the distance to it, in 1/256 of a pixel.
                var along = Math.Clamp(((long)(x - x1) * dx) + ((long)(y - y1) * dy), 0, length) * 256 / Math.Max(1, length);
                var offX = ((long)(x - x1) * 256) - (along * dx);
                var offY = ((long)(y - y1) * 256) - (along * dy);
                if ((offX * offX) + (offY * offY) <= 128L * 128 * thickness * thickness)
                {
                    _pixels[(y * width) + x] = colour;
                }
            }
        }
    }

    /// <summary>Draws one line of text; its first row 0 lies at <paramref name="y"/> plus the ascent.</summary>
    public void DrawText(ReadOnlySpan<char> text, int x, int y, int scale, byte colour)
    {
        var thickness = Math.Max(2, scale * 4 / 5);
        foreach (var c in text)
        {
            foreach (var stroke in StrokeFont.Of(c))
            {
                // A dot as thick as a line looks too small.
                var dot = stroke.X1 == stroke.X2 && stroke.Y1 == stroke.Y2;
                DrawLine(
                    x + (stroke.X1 * scale), y + ((stroke.Y1 + StrokeFont.Ascent) * scale),
                    x + (stroke.X2 * scale), y + ((stroke.Y2 + StrokeFont.Ascent) * scale), dot ? thickness * 3 / 2 : thickness, colour);
            }

            x += StrokeFont.Advance * scale;
        }
    }

    /// <summary>The same picture in squares of the given size, each in the colour of its middle.</summary>
    public Canvas Coarse(int square)
    {
        var coarse = new Canvas(width, height);
        coarse._colours.AddRange(_colours);
        for (var y = 0; y < height; y += square)
        {
            for (var x = 0; x < width; x += square)
            {
                var middle = _pixels[(Math.Min(height - 1, y + (square / 2)) * width) + Math.Min(width - 1, x + (square / 2))];
                coarse.FillRectangle(x, y, x + square, y + square, middle);
            }
        }

        return coarse;
    }

    /// <summary>The whole part of a square root, bit by bit.</summary>
    private static int Root(long square)
    {
        var root = 0L;
        for (var bit = 1L << 15; bit > 0; bit >>= 1)
        {
            root += (root + bit) * (root + bit) <= square ? bit : 0;
        }

        return (int)root;
    }
}
