namespace FakeAi.Gateway.Auth;

/// <summary>One accepted key.</summary>
public sealed class ApiKeyOptions
{
    /// <summary>SHA-256 of the key, 64 hex digits; the key itself is never configured.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>What events and logs call the key.</summary>
    public string Name { get; set; } = "";

    /// <summary>Told back as <c>openai-organization</c>.</summary>
    public string? Organization { get; set; }

    /// <summary>Told back as <c>openai-project</c>.</summary>
    public string? Project { get; set; }

    internal bool TryGetHash(out byte[] hash)
    {
        hash = [];
        if (Sha256 is not { Length: 64 })
        {
            return false;
        }

        var bytes = new byte[32];
        if (Convert.FromHexString(Sha256, bytes, out _, out var written) != System.Buffers.OperationStatus.Done || written != 32)
        {
            return false;
        }

        hash = bytes;
        return true;
    }

    internal static bool IsHeaderSafe(string? value) =>
        value is null || (value.Length is > 0 and <= 64 && value.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'));
}
