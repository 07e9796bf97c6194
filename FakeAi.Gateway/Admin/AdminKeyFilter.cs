using System.Security.Cryptography;
using System.Text;
using FakeAi.Gateway.Auth;
using FakeAi.Gateway.OpenAi;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Admin;

/// <summary>Lets only holders of the admin key through. Compares hashes, so that neither length nor content shows in time.</summary>
internal sealed class AdminKeyFilter(IOptions<InstallationOptions> installation)
{
    public const string Header = "x-fakeai-admin-key";

    private readonly byte[]? _key = installation.Value.AdminKey is { Length: > 0 } key ? Hash(key) : null;

    /// <summary>The error to answer with, or null.</summary>
    public OpenAiError? Check(HttpRequest request)
    {
        if (_key is null)
        {
            return OpenAiErrors.AdminOff;
        }

        var header = request.Headers[Header];
        var shown = header.Count == 1 ? header[0]! : PresentedKey.Of(request).ToString();
        return CryptographicOperations.FixedTimeEquals(Hash(shown), _key) ? null : OpenAiErrors.AdminKey;
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
