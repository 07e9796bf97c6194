using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Auth;

/// <summary>An accepted key's owner.</summary>
/// <param name="Name">What events call the key.</param>
/// <param name="Organization">Its organisation, if configured.</param>
/// <param name="Project">Its project, if configured.</param>
internal sealed record KeyOwner(string Name, string? Organization, string? Project);

/// <summary>The accepted keys, as hashes. Looks at all of them for each check, so that time tells nothing.</summary>
internal sealed class ApiKeyRing
{
    private const int MaxKeyLength = 512;

    private readonly (byte[] Hash, KeyOwner Owner)[] _keys;

    public ApiKeyRing(IOptions<GatewayOptions> options)
    {
        _keys = [.. options.Value.Keys.Select(static key =>
            (key.TryGetHash(out var hash) ? hash : throw new InvalidOperationException("Keys are validated at start."),
            new KeyOwner(key.Name, key.Organization, key.Project)))];
    }

    /// <summary>Whether any key, or none, is accepted.</summary>
    public bool IsOpen => _keys.Length == 0;

    /// <summary>The owner of a key, or null.</summary>
    public KeyOwner? Find(ReadOnlySpan<char> key)
    {
        if (key.Length is 0 or > MaxKeyLength)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[MaxKeyLength * 3];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(key, bytes)], hash);
        KeyOwner? owner = null;
        foreach (var (accepted, candidate) in _keys)
        {
            owner = CryptographicOperations.FixedTimeEquals(accepted, hash) ? candidate : owner;
        }

        return owner;
    }
}
