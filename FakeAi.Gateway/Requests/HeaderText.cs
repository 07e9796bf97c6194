namespace FakeAi.Gateway.Requests;

/// <summary>Checks header values before they are passed on.</summary>
internal static class HeaderText
{
    /// <summary>Whether all characters are printable ASCII or blanks.</summary>
    public static bool IsPrintable(ReadOnlySpan<char> value) => !value.ContainsAnyExceptInRange(' ', '~');
}
