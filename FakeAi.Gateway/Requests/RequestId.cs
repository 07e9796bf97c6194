namespace FakeAi.Gateway.Requests;

/// <summary>Makes request ids: <c>req_</c> and 32 hex digits, random.</summary>
internal static class RequestId
{
    private const string Prefix = "req_";

    public static string New() => string.Create(Prefix.Length + 32, Guid.NewGuid(), static (chars, id) =>
    {
        Prefix.CopyTo(chars);
        id.TryFormat(chars[Prefix.Length..], out _, "N");
    });
}
